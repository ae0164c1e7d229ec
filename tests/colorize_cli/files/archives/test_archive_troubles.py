"""Archives of results on full disks, with damage, and with two runs at a time."""

import os
import zipfile
from pathlib import PurePosixPath

import pytest

from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.files.archives import destination
from colorize_cli.files.outlet import open_destination
from colorize_cli.locks import try_lock
from tests.archives import held, names

A, B = PurePosixPath("box/a.jpg"), PurePosixPath("b.jpg")


def test_a_full_disk_keeps_the_results(tmp_path, monkeypatch):
    """The old archive and the folder stay; the next run needs no network again."""
    path = tmp_path / "out.zip"
    with open_destination(path) as there:
        there.write(A, b"1")
    before = path.read_bytes()

    def full(*arguments, **settings):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "write", full)
        with (
            pytest.raises(EncodeError, match=r"out\.zip: .*disk is full.* kept in"),
            open_destination(path) as there,
        ):
            there.write(B, b"2")
    assert path.read_bytes() == before
    assert names(tmp_path) == [".out.zip.colorize", "out.zip"]
    with open_destination(path):
        pass
    assert held(path) == {"box/a.jpg": b"1", "b.jpg": b"2"}


def test_a_folder_that_cannot_be_used_refuses_the_run(tmp_path, monkeypatch):
    """Somebody else's, as a killed run left it, or one whose name is too long."""

    def forbidden(*arguments):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", forbidden)
        with (
            pytest.raises(PlanError, match=r"\.out\.zip\.colorize: may not be read"),
            open_destination(tmp_path / "out.zip"),
        ):
            pass
    there = open_destination(tmp_path / f"{'long' * 62}.zip")
    assert there.ledger_path.name == "colorize.jsonl"
    with pytest.raises(PlanError, match=r"cannot be made \(File name too long"), there:
        pass


def test_a_ledger_that_cannot_be_taken_out_refuses_the_run(tmp_path, monkeypatch):
    """Half of it would be taken for the whole by the next run."""
    path = tmp_path / "out.zip"
    with open_destination(path) as there:
        there.write(A, b"1")
        there.ledger_path.write_bytes(b"first\nsecond\n")

    def full(file):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with (
            pytest.raises(PlanError, match=r"out\.zip: its ledger .*disk is full"),
            open_destination(path),
        ):
            pass
    assert names(tmp_path) == ["out.zip"]
    with open_destination(path) as there:
        assert there.ledger_path.read_bytes() == b"first\nsecond\n"


def test_damage_in_the_old_archive_keeps_the_results(tmp_path):
    """It is left as it is; once it is away, the results make a new one."""
    path = tmp_path / "out.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("n.txt", b"Dear diary")
    before = path.read_bytes().replace(b"Dear", b"Dead")
    path.write_bytes(before)
    reason = r"out\.zip: what it held cannot be .*Bad CRC.*n\.txt.* kept in"
    with pytest.raises(EncodeError, match=reason), open_destination(path) as there:
        there.write(A, b"1")
    assert path.read_bytes() == before
    assert names(tmp_path) == [".out.zip.colorize", "out.zip"]
    path.unlink()
    with open_destination(path):
        pass
    assert held(path) == {"box/a.jpg": b"1"}


def test_what_could_not_be_packed_is_swept_into_the_archive(tmp_path):
    """A run that has nothing to do sweeps; another run's folder is left to it."""
    path = tmp_path / "out.zip"
    folder = tmp_path / ".out.zip.colorize"
    folder.mkdir()
    (folder / "b.jpg").write_bytes(b"2")
    there = open_destination(path)
    with there:
        there.sweep([PurePosixPath()])
        assert names(tmp_path) == [folder.name]
        with pytest.raises(PlanError, match="another run is writing to it"):
            open_destination(path).sweep([])
    path.unlink()
    folder.mkdir()
    (folder / "b.jpg").write_bytes(b"2")
    for _ in range(2):
        there.sweep([PurePosixPath()])
        assert held(path) == {"b.jpg": b"2"}
        assert names(tmp_path) == ["out.zip"]


def test_a_stop_while_it_is_packed_leaves_no_draft(tmp_path, monkeypatch):
    """The results are kept."""
    path = tmp_path / "out.zip"

    def stopped(*arguments, **settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(zipfile.ZipFile, "write", stopped)
    with pytest.raises(KeyboardInterrupt), open_destination(path) as there:
        there.write(A, b"1")
    assert names(tmp_path) == [".out.zip.colorize"]


def test_one_run_at_a_time(tmp_path):
    """A second one would pack what the first is still writing."""
    path = tmp_path / "out.zip"
    with open_destination(path) as there:
        with (
            pytest.raises(PlanError, match="another run is writing to it"),
            open_destination(path),
        ):
            pass
        there.write(A, b"1")
    assert held(path) == {"box/a.jpg": b"1"}


def test_a_run_that_waited_sees_what_the_other_has_made(tmp_path):
    """Its plan is older than the lock."""
    path = tmp_path / "out.zip"
    first, second = open_destination(path), open_destination(path)
    with first:
        first.write(A, b"1")
        first.ledger_path.write_bytes(b"first\n")
    with second:
        assert second.exists(A)
        with second.ledger_path.open("ab") as ledger:
            ledger.write(b"second\n")
        second.write(B, b"2")
    assert held(path) == {
        "box/a.jpg": b"1",
        "b.jpg": b"2",
        "colorize.jsonl": b"first\nsecond\n",
    }


def test_the_folder_of_a_run_that_ends_is_not_taken_for_ours(tmp_path, monkeypatch):
    """It may vanish between being opened and being locked."""
    path = tmp_path / "out.zip"
    folder = tmp_path / ".out.zip.colorize"
    endings = [folder.rmdir]

    def late(file):
        if endings:
            endings.pop()()
        return try_lock(file)

    with monkeypatch.context() as patch:
        patch.setattr(destination, "try_lock", late)
        ours = open_destination(path).__enter__()
    with pytest.raises(PlanError, match="another run"), open_destination(path):
        pass
    ours.__exit__(None, None, None)
    assert endings == []
