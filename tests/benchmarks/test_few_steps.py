"""Fewer steps: spacings, ratios, and a run that is taken up again."""

import json

import cv2
import numpy as np
import pytest

from benchmarks.few_steps import compared, is_same, main, spaced
from colorize_cli.diffusion.schedule import NoiseSchedule

SCHEDULE = NoiseSchedule.log_snr(20, -9, 4).zero_terminal_snr()


@pytest.fixture
def photos(tmp_path):
    """A folder with a photo."""
    rgb = np.random.default_rng(0).integers(0, 256, (40, 48, 3), dtype=np.uint8)
    (tmp_path / "val").mkdir()
    assert cv2.imwrite(str(tmp_path / "val" / "a.png"), rgb)
    return tmp_path / "val"


@pytest.mark.parametrize("spacing", ["respaced", "log_snr", "ends", "angle"])
@pytest.mark.parametrize("steps", [2, 5, 12])
def test_every_spacing_starts_from_pure_noise(spacing, steps):
    """As many gammas as steps, the first of them 0."""
    gammas = spaced(SCHEDULE, steps, spacing).gammas
    assert len(gammas) == steps
    assert gammas[0] == 0


def test_ends_keeps_the_cleanest_gamma():
    """The last step starts where the whole loop's last step does."""
    assert spaced(SCHEDULE, 5, "ends").gammas[-1] == pytest.approx(SCHEDULE.gammas[-1])
    assert spaced(SCHEDULE, 5, "respaced").gammas[-1] < SCHEDULE.gammas[-1]


def test_figures_equal_to_the_whole_loops_have_ratio_one():
    """With an interval of no width; twice the figures have ratio two."""
    figures = np.random.default_rng(0).uniform(1, 2, (6, 4))
    ratios, intervals = compared(figures, figures)
    assert np.array_equal(ratios, np.ones(4))
    assert np.array_equal(intervals, np.ones((4, 2)))
    assert np.allclose(compared(2 * figures, figures)[0], 2)


@pytest.mark.parametrize(
    ("ratios", "expected"),
    [
        ([1.019, 1.019, 1.019, 0.981], True),
        ([1.03, 1, 1, 1], False),
        ([0.97, 1, 1, 1], False),
        ([1, 1.03, 1, 1], False),
        ([1, 1, 1.03, 1], False),
        ([1, 1, 1, 1.03], False),
        ([1, 0.5, 0.5, 1], True),
    ],
)
def test_what_is_called_the_same(ratios, expected):
    """Colours neither paler nor stronger, samples as different, no larger error."""
    assert is_same(np.array(ratios)) is expected


def test_a_second_run_measures_only_what_is_missing(
    photos, tmp_path, tiny_model_path, capsys
):
    """Figures are kept by setting; the table has all rows."""
    output = tmp_path / "few.md"
    common = [str(photos), "--model", str(tiny_model_path), "--samples", "2"]
    common += ["--samplers", "dpm", "--spacings", "respaced", "--output", str(output)]
    main([*common, "--steps", "2"])
    (first,) = json.loads(output.with_suffix(".json").read_text()).values()
    capsys.readouterr()
    main([*common, "--steps", "2", "1"])
    timed = [line for line in capsys.readouterr().out.splitlines() if line[-2:] == " s"]
    assert [line.partition(":")[0] for line in timed] == ["dpm 1 respaced 0"]
    (second,) = json.loads(output.with_suffix(".json").read_text()).values()
    assert first == {key: second[key] for key in first}
    assert "| ddpm | 3 | respaced | 1.000 (1.000 to 1.000) |" in output.read_text()
    assert "| dpm | 1 | respaced |" in output.read_text()


def test_seeds_are_averaged(photos, tmp_path, tiny_model_path):
    """Of each way; what chance does is seen between two seeds of the whole loop."""
    output = tmp_path / "few.md"
    common = [str(photos), "--model", str(tiny_model_path), "--samples", "2"]
    common += ["--samplers", "dpm", "--spacings", "respaced", "--steps", "2"]
    main([*common, "--output", str(output), "--seeds", "3"])
    (found,) = json.loads(output.with_suffix(".json").read_text()).values()
    names = [f"{way} respaced {n}" for way in ("ddpm 3", "dpm 2") for n in range(3)]
    assert sorted(found) == names
    few, whole = (
        np.mean([found[name][0] for name in names if way in name], axis=0)
        for way in ("dpm 2", "ddpm 3")
    )
    lines = output.read_text().splitlines()
    row = next(line for line in lines if line.startswith("| dpm |"))
    assert f"| {few[0] / whole[0]:.3f} (" in row
