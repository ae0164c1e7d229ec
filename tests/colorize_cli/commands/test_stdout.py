"""`colorize` with a stdout that takes nothing: photos are worth more than words."""

import os
import sys

import pytest
from click import UsageError

from colorize_cli.cli import main
from tests.runs import contents


@pytest.fixture
def colorize_into(photo_folder, tmp_path, loaded, monkeypatch):
    """A function that runs with that stdout, and gives the exit code."""

    def colorize_into(stdout, *options):
        arguments = [str(photo_folder), "-o", str(tmp_path / "out"), *options]
        with open(stdout, "w") as file, monkeypatch.context() as patch:  # noqa: PTH123
            patch.setattr(sys, "stdout", file)
            return main(arguments, standalone_mode=False)

    return colorize_into


@pytest.mark.parametrize("options", [[], ["--log-json"]], ids=["report", "events"])
def test_a_full_disk_ends_no_run(colorize_into, tmp_path, capfd, options):
    """It is said once; photos and exit code are those of any run."""
    assert colorize_into("/dev/full", *options) == 0
    assert len(contents(tmp_path / "out")) == 4
    told = "stdout: cannot be written to (No space left on device); photos are done"
    assert capfd.readouterr().err.count(told) == 1


def test_a_forecast_that_nobody_sees_is_an_error(colorize_into, tmp_path):
    """It is all that is asked for."""
    assert colorize_into("/dev/full", "--dry-run") == 2
    assert not (tmp_path / "out").exists()


def test_a_reader_that_has_gone_is_not_told_of(colorize_into, tmp_path, capfd):
    """Whoever says `| head` knows."""
    reader, writer = os.pipe()
    os.close(reader)
    assert colorize_into(writer, "--log-json") == 0
    assert len(contents(tmp_path / "out")) == 4
    assert "stdout" not in capfd.readouterr().err


def test_a_log_into_a_closed_stdout_is_refused(
    photo_folder, tmp_path, loaded, monkeypatch
):
    """Before any work; Python has no stdout then."""
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        with pytest.raises(UsageError, match="needs stdout, which is closed"):
            main(
                [str(photo_folder), "-o", str(tmp_path / "out"), "--log-json"],
                standalone_mode=False,
            )
    assert not (tmp_path / "out").exists()
