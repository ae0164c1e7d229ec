"""Summaries and curves from a run's log."""

import json
import sys

import cv2
import pytest

from colorize_cli.errors import DataError
from trainer.report import plot_curves, report, summarize
from trainer.tracking import LocalTracker


@pytest.fixture
def run(tmp_path):
    """The folder of a run of three steps and a validation."""
    tracker = LocalTracker(tmp_path, None)
    for iteration, speed in ((1, 10.0), (2, 30.0), (3, 20.0)):
        figures = {"loss": 1 / iteration, "lr": 0.1, "images_per_s": speed}
        tracker.log(iteration, {**figures, "minutes": iteration / 2, "epoch": 0.5})
    tracker.log(3, {"train_loss": 0.6, "val_loss": 0.5, "psnr": 20.0})
    return tmp_path


def test_summary_has_the_median_speed_and_the_last_validation(run):
    """What the script prints at its end."""
    assert summarize(run) == {
        "iteration": 3,
        "minutes": 1.5,
        "epoch": 0.5,
        "images_per_s": 20.0,
        "train_loss": 0.6,
        "val_loss": 0.5,
        "psnr": 20.0,
    }


def test_curves_are_a_picture(run, tmp_path):
    """Of the figures that are there."""
    plot_curves(run, tmp_path / "curves.png")
    picture = cv2.imread(str(tmp_path / "curves.png"))
    assert picture.shape[1] == 1000
    assert len(set(picture.reshape(-1, 3).sum(axis=1).tolist())) > 10


def test_empty_log_has_nothing_to_draw(tmp_path):
    """A slot that ended before its first line; the summary is empty."""
    LocalTracker(tmp_path, None)
    assert summarize(tmp_path) == {}
    with pytest.raises(DataError, match="has no figures to draw yet"):
        plot_curves(tmp_path, tmp_path / "curves.png")


def test_command_prints_json_and_draws(cli, run, tmp_path):
    """`python -m trainer.report RUN --plot FILE`."""
    target = tmp_path / "c.svg"
    result = cli.invoke(report, [str(run), "--plot", str(target)])
    assert json.loads(result.stdout)["val_loss"] == 0.5
    assert target.exists()


def test_folder_without_a_log_is_named(cli, tmp_path):
    """One line."""
    result = cli.invoke(report, [str(tmp_path)])
    assert result.exit_code == 1
    assert "log.jsonl: is no log of a run" in result.stderr


def test_missing_matplotlib_is_named(run, monkeypatch, tmp_path):
    """With the pip command."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(DataError, match="needs matplotlib; pip install matplotlib"):
        plot_curves(run, tmp_path / "curves.png")
