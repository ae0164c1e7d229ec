"""The speed benchmarks: which run, what they count, and small runs from end to end."""

import cv2
import numpy as np
import pytest

from benchmarks import bench_pipeline, bench_scaling
from benchmarks.__main__ import QUICK, command_of, main
from benchmarks.bench_denoiser import Contender, summary
from benchmarks.bench_rivals import summary as rivals_summary
from benchmarks.ceilings import ceilings
from benchmarks.made_photos import made_photos
from benchmarks.record import RESULTS, ROOT
from benchmarks.timing import interleaved


@pytest.mark.parametrize("name", QUICK)
def test_every_benchmark_is_a_program(name):
    """Named as its file; a quick run does not touch the results."""
    assert (ROOT / "benchmarks" / f"bench_{name}.py").is_file()
    assert command_of(name, is_quick=False)[-1] == f"benchmarks.bench_{name}"
    quick = command_of(name, is_quick=True)
    assert RESULTS.name not in quick[quick.index("--output") + 1]


def test_an_unknown_name_is_refused(capsys):
    """With the names that there are."""
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "no benchmark is called speed" in capsys.readouterr().err


def test_a_turn_lasts_as_long_as_it_is_asked_to():
    """A short call is repeated within its turn, and its mean counts."""
    calls = []
    seconds = interleaved({"a": lambda: calls.append(1)}, rounds=2, shortest_s=0.01)
    assert len(calls) > 2
    assert max(seconds["a"]) < 0.01


def test_limits_do_the_work_that_they_claim():
    """Both libraries give the same product and the same convolution."""
    calls = {name: call for name, (call, _) in ceilings().items()}
    for kind in ("matrix product", "convolution"):
        (onnx,) = calls[f"{kind}, onnx"]()
        torch = calls[f"{kind}, torch"]().numpy()
        np.testing.assert_allclose(onnx, torch, atol=2e-2)


def test_shares_of_the_limit_are_taken_round_by_round():
    """Speed of what is run over the library's own convolution."""
    contenders = {
        "tutorial, PyTorch eager, batch 1": Contender("torch", 1, print, 8e9, 8e9),
        "default, onnx, batch 4": Contender("onnx", 4, print, 2e9, 1e9),
    }
    seconds = {
        "tutorial, PyTorch eager, batch 1": [2.0, 2.0],
        "default, onnx, batch 4": [1.0, 2.0],
    }
    peaks = {"convolution, torch": [8e9, 8e9], "convolution, onnx": [5e9, 5e9]}
    tutorial, ours = summary(contenders, seconds, peaks).splitlines()[2:]
    assert "| 8.00 / 8.00 | 4 (4 to 4) | 50 (50 to 50) % | 1.0" in tutorial
    assert "| 2.00 / 1.00 | 3 (2 to 4) | 60 (40 to 80) % | 6.0 (4.0 to 8.0)" in ours


def test_rivals_are_compared_with_both_of_ours():
    """Times slower, and memory."""
    seconds = {"colorize, default": [2.0], "colorize, --fast": [1.0], "other": [4.0]}
    table = rivals_summary(seconds, dict.fromkeys(seconds, 100.4))
    last = table.splitlines()[-1]
    assert "| 2.00 (2.00 to 2.00) | 4.00 (4.00 to 4.00) | 100 |" in last


def test_made_photos_have_the_size_that_was_asked_for(tmp_path):
    """4 : 3, one file under several names."""
    paths = made_photos(tmp_path, 0.12, count=3)
    assert [path.exists() for path in paths] == [True] * 3
    assert cv2.imread(str(paths[2])).shape == (300, 400, 3)
    assert paths[0].stat().st_nlink == 3


def test_a_pipeline_run_tells_the_networks_share(tmp_path, tiny_model_path):
    """One row for each size."""
    output = tmp_path / "pipeline.md"
    model = ["--model", str(tiny_model_path)]
    bench_pipeline.main([*model, "--photos", "0.01:2", "--output", str(output)])
    (row,) = (line for line in output.read_text().splitlines() if "0.01" in line)
    assert row.startswith("| 0.01 | 2 | ")
    assert row.endswith("% |")


def test_one_thing_is_varied_at_a_time():
    """Each load differs from the base in its name's setting; batches are filled."""
    options = bench_scaling.parser().parse_args(
        ["--samples", "4", "--batches", "8", "--steps", "5", "--sizes", "96"]
    )
    loads = bench_scaling.variations(options)
    assert loads["4 samples"] == bench_scaling.Load(samples=4)
    assert loads["16 samples, batch 8"] == bench_scaling.Load(samples=16, batch=8)
    assert loads["5 steps"] == bench_scaling.Load(steps=5)
    assert loads["short side 96"] == bench_scaling.Load(size=96)
