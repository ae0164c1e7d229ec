"""Drafts of killed runs are removed, those of living ones are not."""

import errno
import fcntl
import os
import subprocess
import sys
import time

import pytest

from colorize_cli.files import drafts
from colorize_cli.files.drafts import draft_for, lock_draft, sweep_drafts

HOUR_S, DAY_S = 3600, 24 * 3600


def put(path):
    """A file."""
    path.write_bytes(b"half a picture")
    return path


@pytest.fixture
def wait(monkeypatch):
    """A function that lets time pass; an hour has passed already."""
    clock = time.time

    def pass_by(seconds):
        monkeypatch.setattr(drafts.time, "time", lambda: clock() + seconds)

    pass_by(HOUR_S)
    return pass_by


def test_an_abandoned_draft_is_removed(tmp_path, wait):
    """And nothing else, whatever it is called; folders may be missing."""
    draft = put(draft_for(tmp_path / "a.jpg"))
    kept = [
        put(tmp_path / name)
        for name in ("a.jpg", ".colorize-notes", ".colorize-0123456789abcdef.jpg")
    ]
    folder = tmp_path / ".colorize-0123456789abcdef"
    folder.mkdir()
    sweep_drafts([tmp_path, tmp_path / "gone"])
    assert not draft.exists()
    assert all(path.exists() for path in [*kept, folder])


def test_a_young_draft_is_left(tmp_path, wait):
    """Its writer may not have locked it yet."""
    wait(5)
    draft = put(draft_for(tmp_path / "a.jpg"))
    # As --preserve-times does.
    os.utime(draft, (0, 0))
    sweep_drafts([tmp_path])
    assert draft.exists()


def test_a_draft_that_is_being_written_is_left(tmp_path, wait):
    """However long that takes; once its writer is dead it is removed."""
    draft = put(draft_for(tmp_path / "a.jpg"))
    program = (
        "import sys, threading; from colorize_cli.files.drafts import lock_draft\n"
        "file = open(sys.argv[1], 'r+b'); lock_draft(file)\n"
        "print('locked', flush=True); threading.Event().wait()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(draft)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout.readline() == "locked\n"
        sweep_drafts([tmp_path])
        assert draft.exists()
        writer.kill()
        writer.wait(timeout=60)
        sweep_drafts([tmp_path])
    assert not draft.exists()


def test_a_link_is_not_followed(tmp_path, wait):
    """Whatever it leads to stays."""
    photo = put(tmp_path / "a.jpg")
    link = draft_for(photo)
    link.symlink_to(photo)
    sweep_drafts([tmp_path])
    assert photo.exists()
    assert link.is_symlink()


@pytest.mark.parametrize(
    ("age_s", "is_left"), [(DAY_S - HOUR_S, True), (DAY_S + 1, False)]
)
def test_on_disks_without_locks_age_decides(
    tmp_path, monkeypatch, wait, age_s, is_left
):
    """Nothing takes a day to write; writing itself goes on without a lock."""

    def refuse(file, operation):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(drafts.fcntl, "flock", refuse)
    wait(age_s)
    draft = put(draft_for(tmp_path / "a.jpg"))
    with draft.open("r+b") as file:
        lock_draft(file)
    sweep_drafts([tmp_path])
    assert draft.exists() == is_left


def test_a_folder_that_cannot_be_read_is_left(tmp_path, monkeypatch, wait):
    """No error; root may read everything, so it is simulated."""
    draft = put(draft_for(tmp_path / "a.jpg"))

    def refuse(folder):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "scandir", refuse)
    sweep_drafts([tmp_path])
    assert draft.exists()


def test_a_lock_is_exclusive(tmp_path):
    """Nobody else gets it while the draft is open."""
    draft = put(draft_for(tmp_path / "a.jpg"))
    with draft.open("r+b") as first, draft.open("r+b") as second:
        lock_draft(first)
        with pytest.raises(BlockingIOError):
            fcntl.flock(second, fcntl.LOCK_EX | fcntl.LOCK_NB)
