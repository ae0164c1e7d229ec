"""The GPU benchmark, run on the CPU to see that every part fits."""

import os

import pytest

from benchmarks.bench_gpu import WAYS, main
from benchmarks.record import ROOT


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


def test_whole_runs_have_theirs(tmp_path, tiny_model_path):
    """From files to files."""
    only = ["--words", "torch, float32", "--photos", "0.01:2"]
    text = run(tmp_path / "gpu.md", tiny_model_path, *only)
    assert "| 0.01 | 2 | " in text


def test_the_script_can_be_run():
    """As docs tell people to."""
    assert os.access(ROOT / "benchmarks" / "gpu.sh", os.X_OK)
