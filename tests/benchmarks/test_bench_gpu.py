"""The GPU benchmark, run on the CPU to see that every part fits."""

import os
import shutil

import pytest

from benchmarks import bench_gpu
from benchmarks.bench_gpu import WAYS, main, rows_to_colour
from benchmarks.record import ROOT, write_record
from colorize_cli.model import load_model


def run(output, model, *more: str) -> str:
    """A small run on the CPU; what it writes."""
    small = ["--device", "cpu", "--size", "32", "--steps", "2", "--batches", "1"]
    small += ["--rounds", "1", "--seconds", "0", "--matrix", "64", "--jobs", "1"]
    main([*small, "--model", str(model), "--output", str(output), *more])
    return output.read_text()


@pytest.mark.parametrize("words", [["torch", "float32"], ["onnx", "float16, step"]])
def test_a_way_has_its_row(tmp_path, tiny_model_path, words):
    """Samples per second, against what is wanted and what is possible."""
    text = run(tmp_path / "gpu.md", tiny_model_path, "--words", *words, "--photos")
    rows = [line for line in text.splitlines() if line.startswith(f"| {words[0]}")]
    names = [name for name in WAYS if all(word in name for word in words)]
    assert [row.split(" | ")[0][2:] for row in rows] == names
    assert all(row.endswith("% |") for row in rows)


def test_every_row_of_a_batch_is_a_photo_of_its_own(tiny_model_path):
    """So that the encoder works for each, as it does on an archive."""
    config = load_model(tiny_model_path, "torch", "cpu").header.config
    rows = rows_to_colour(config, 3, 32)
    assert len({row.canvas.fingerprint for row in rows}) == len(rows) == 3


def test_whole_runs_have_theirs(tmp_path, tiny_model_path):
    """From files to files; a backend that does not start costs its own rows alone."""
    model = tmp_path / "model.safetensors"
    shutil.copyfile(tiny_model_path, model)
    model.with_suffix(".onnx").write_bytes(b"torn")
    only = ["--words", "torch, float32", "--photos", "0.01:2"]
    text = run(tmp_path / "gpu.md", model, *only)
    assert "| torch | 0.01 | 2 | " in text
    assert "| onnx |" not in text


def test_what_was_measured_is_kept_when_the_time_is_up(
    tmp_path, tiny_model_path, monkeypatch
):
    """Every table is in the record before the next is begun."""

    def end(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(bench_gpu, "whole_runs", end)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "gpu.md", tiny_model_path, "--words", "torch, float32")
    assert "\n| torch, float32 | " in (tmp_path / "gpu.md").read_text()


def test_a_record_needs_no_git(tmp_path, monkeypatch):
    """A machine that is lent for an hour may have none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    write_record(tmp_path / "gpu.md", "Title", "Body")
    assert "- commit: unknown\n" in (tmp_path / "gpu.md").read_text()


def test_the_script_can_be_run():
    """As docs tell people to."""
    assert os.access(ROOT / "benchmarks" / "gpu.sh", os.X_OK)
