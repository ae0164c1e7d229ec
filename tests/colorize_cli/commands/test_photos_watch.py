"""`colorize --watch`, from the command line to the files on the disk."""

import os
import signal
from pathlib import Path
from threading import Thread, main_thread

import cv2
import pytest
import watchfiles

from colorize_cli.files import arrivals
from tests.conftest import grey_picture
from tests.runs import contents, errors

# Looks, each of a tenth of a second at most.
PATIENCE = 600


@pytest.fixture(autouse=True)
def soon(monkeypatch, photo_folder):
    """Photos count as copied after a moment; those of `photo_folder` are old."""
    monkeypatch.setattr(arrivals, "QUIET_S", 0.02)
    for path in photo_folder.rglob("*.*"):
        os.utime(path, (0, 1_000_000_000))


def wait_for(path: Path) -> None:
    """Wait until a file is there, woken by each change of its folder."""
    path.parent.mkdir(exist_ok=True)
    changes = watchfiles.watch(path.parent, rust_timeout=100, yield_on_timeout=True)
    for _ in range(PATIENCE):
        if path.exists():
            return
        next(changes)
    pytest.fail(f"{path} did not appear")


def stop(number: int) -> None:
    """Send a signal to the main thread."""
    signal.pthread_kill(main_thread().ident, number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_there_then_what_arrives_then_a_clean_stop(
    colorize, photo_folder, tmp_path, loaded, number
):
    """One report over all of it; the end of a watch is no failure."""
    out = tmp_path / "out"

    def visit_and_stop():
        wait_for(out / "tall.jpg")
        cv2.imwrite(str(photo_folder / "new.png"), grey_picture(40, 40, 9))
        wait_for(out / "new.png")
        stop(number)

    thread = Thread(target=visit_and_stop)
    thread.start()
    result = colorize(photo_folder, "--watch")
    thread.join()
    assert result.exit_code == 0, result.stderr
    assert "Watching for new photos; Ctrl-C ends it." in errors(result)
    assert "done     5 photos, 5 pictures" in result.stdout
    assert set(contents(out)) >= {"new.png", "a.jpg", "album/c.jpg"}


def test_a_stop_in_the_middle_of_a_photo(colorize, photo_folder, tmp_path, loaded):
    """As without a watch: exit code 130, and the next run goes on."""
    steps = []

    def before_step(x):
        steps.append(x)
        if len(steps) == 4:
            signal.raise_signal(signal.SIGINT)

    loaded.use(before_step)
    result = colorize(photo_folder, "--watch", "--batch-size", 1)
    assert result.exit_code == 130
    assert "3 photos; run again for them" in result.stdout
    assert list(contents(tmp_path / "out")) == ["a.jpg"]


@pytest.mark.parametrize(
    ("arguments", "out", "told"),
    [
        (["./photos", "photos/a.jpg"], "out", "--watch needs folders as SRC"),
        (["./photos"], "out.zip", "a folder after -o"),
        (["./photos", "--files-from", os.devnull], "out", "goes without"),
    ],
)
def test_what_cannot_be_watched(
    colorize, photo_folder, tmp_path, loaded, monkeypatch, arguments, out, told
):
    """Wrong usage, before any work."""
    monkeypatch.chdir(tmp_path)
    result = colorize(*arguments, "--watch", out=out)
    assert result.exit_code == 2
    assert told in result.stderr
