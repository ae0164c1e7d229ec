"""`--failed-list`: whether the file can be written is known before the run."""

import os
from pathlib import Path

import pytest

from colorize_cli.commands.failed_list import replace_contents
from tests.runs import contents, errors


@pytest.fixture
def broken(photo_folder):
    """A photo that cannot be read, among others."""
    (photo_folder / "1.jpg").write_bytes(b"Dear diary,\n")
    return photo_folder


def test_a_list_without_a_place_is_refused(colorize, broken, tmp_path, loaded):
    """Before hours of work, and nothing is written."""
    (tmp_path / "file").touch()
    failed = tmp_path / "file/failed.txt"
    result = colorize(broken, "--failed-list", failed)
    assert result.exit_code == 2
    told = f"Error: {failed}: cannot be written (Not a directory)\n"
    assert result.stderr == told
    assert not (tmp_path / "out").exists()
    assert loaded.calls == []


def test_no_list_is_left_by_a_run_that_cannot_be_done(
    colorize, broken, tmp_path, loaded
):
    """It would say that nothing failed; an older one stays as it was."""
    new, old = tmp_path / "new.txt", tmp_path / "old.txt"
    old.write_text("yesterday.jpg\n")
    (tmp_path / "file").touch()
    for path in (new, old):
        out = tmp_path / "file/out"
        assert colorize(broken, "--failed-list", path, out=out).exit_code == 2
    assert not new.exists()
    assert old.read_text() == "yesterday.jpg\n"


def test_it_may_lie_in_the_folder_of_results(colorize, broken, tmp_path, loaded):
    """Which the run is still to make."""
    failed = tmp_path / "out/failed.txt"
    assert colorize(broken, "--failed-list", failed).exit_code == 3
    assert failed.read_text() == "1.jpg\n"


def test_it_may_be_the_list_that_is_read(colorize, broken, tmp_path, loaded):
    """Run by run fewer fail."""
    failed = tmp_path / "failed.txt"
    failed.write_text("1.jpg\na.jpg\n")
    for _ in range(2):
        arguments = ["--files-from", failed, "--failed-list", failed]
        assert colorize(broken, *arguments).exit_code == 3
        assert failed.read_text() == "1.jpg\n"


def test_a_disk_that_is_full_in_the_end(colorize, broken, tmp_path, loaded):
    """The photos are done, the report is there, and the exit code is theirs."""
    full = Path("/dev/full")
    result = colorize(broken, "--failed-list", full)
    assert result.exit_code == 3
    told = "Error: /dev/full: cannot be written (No space left on device)"
    assert errors(result)[-1] == told
    assert "failed   1 photo" in result.stdout
    assert len(contents(tmp_path / "out")) == 4
    assert full.is_char_device()


def test_half_a_list_is_none(tmp_path, monkeypatch):
    """A disk may take the beginning."""
    monkeypatch.setattr(os, "write", lambda file, data: 3)
    with (
        (tmp_path / "failed.txt").open("ab") as file,
        pytest.raises(OSError, match="No space left"),
    ):
        replace_contents(file.fileno(), b"1.jpg\n")


def test_a_photo_that_was_not_even_found_is_found_by_the_list(
    colorize, photo_folder, tmp_path, loaded, monkeypatch
):
    """It has no path under SRC yet, so it is listed with its whole path."""
    monkeypatch.chdir(tmp_path)
    dead = photo_folder / "album/dead.jpg"
    dead.symlink_to("nowhere")
    source = photo_folder.relative_to(tmp_path)
    assert colorize(source, "--failed-list", "failed.txt").exit_code == 3
    dead.unlink()
    (photo_folder / "a.jpg").rename(dead)
    result = colorize(source, "--files-from", "failed.txt")
    assert result.exit_code == 0, result.stderr
    assert "album/dead.jpg" in contents(tmp_path / "out")
