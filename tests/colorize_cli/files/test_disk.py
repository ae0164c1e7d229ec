"""Reading photos and writing results."""

import errno
import os
import stat
from pathlib import Path

import pytest

from colorize_cli.errors import DecodeError, EncodeError
from colorize_cli.files.disk import read, status_of, write_atomic


def names_in(folder: Path) -> list[str]:
    """What a folder holds, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def test_read_gives_the_whole_file(tmp_path):
    """As it is."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"\xff\xd8\0")
    assert read(path) == b"\xff\xd8\0"


def test_what_cannot_be_read_is_a_decode_error(tmp_path):
    """A vanished file, a folder, a file where a folder should be."""
    with pytest.raises(DecodeError, match=r"gone\.jpg: is no longer there"):
        read(tmp_path / "gone.jpg")
    with pytest.raises(DecodeError, match="is a folder"):
        read(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(DecodeError, match=r"cannot be read \(Not a directory\)"):
        read(tmp_path / "file/a.jpg")


def test_missing_permission_is_said(tmp_path, monkeypatch):
    """Root may read everything, so it is simulated."""

    def refusing(path):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_bytes", refusing)
    with pytest.raises(DecodeError, match=r"a\.jpg: may not be read; check its perm"):
        read(tmp_path / "a.jpg")


def test_nothing_is_there_where_nothing_can_be(tmp_path):
    """Below a file, under a name that is too long, or that holds a NUL."""
    (tmp_path / "file").touch()
    for name in ("file/a.jpg", "x" * 300, "a\0b"):
        assert status_of(tmp_path / name) is None
    assert status_of(tmp_path / "file").st_size == 0


def test_write_makes_folders_and_leaves_only_the_file(tmp_path):
    """No draft stays behind."""
    path = tmp_path / "out/album/a.jpg"
    write_atomic(path, b"data")
    assert path.read_bytes() == b"data"
    assert names_in(path.parent) == ["a.jpg"]


def test_write_replaces_what_was_there(tmp_path):
    """A link is replaced, not followed."""
    path = tmp_path / "a.jpg"
    original = tmp_path / "original.jpg"
    original.write_bytes(b"original")
    path.symlink_to(original)
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert not path.is_symlink()
    assert original.read_bytes() == b"original"


def test_permissions_are_those_of_any_new_file(tmp_path):
    """Not the private ones of temporary files."""
    before = os.umask(0o027)
    try:
        write_atomic(tmp_path / "a.jpg", b"data")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a.jpg").stat().st_mode) == 0o640


def test_a_time_can_be_given(tmp_path):
    """To the nanosecond, where the disk holds them."""
    path = tmp_path / "a.jpg"
    write_atomic(path, b"data", mtime_ns=946_684_800_123_456_789)
    assert path.stat().st_mtime_ns == 946_684_800_123_456_789


@pytest.mark.parametrize(
    "name", [b"x" * 255, "祖".encode() * 85, b"caf\xe9.jpg", b"a\nb"]
)
def test_any_name_that_the_disk_can_hold_is_written(tmp_path, name):
    """The draft's name is short, so it never is the one that is too long."""
    path = tmp_path / os.fsdecode(name)
    write_atomic(path, b"data")
    assert path.read_bytes() == b"data"
    with pytest.raises(EncodeError, match="its name is too long; rename the source"):
        write_atomic(tmp_path / ("x" * 256), b"data")
    assert names_in(tmp_path) == [os.fsdecode(name)]


CAUSES = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the quota is used up",
    errno.EROFS: "the disk is read-only; choose another -o",
    errno.EIO: r"cannot be written \(Input/output error\)",
}


@pytest.mark.parametrize("code", CAUSES)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_failing_disk_leaves_the_old_file_and_no_draft(
    tmp_path, monkeypatch, code, call
):
    """The cause and the cure are said, and what was there is still there."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"old")

    def failing(*args):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, failing)
    with pytest.raises(EncodeError, match=rf"a\.jpg: .*{CAUSES[code]}"):
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["a.jpg"]


def test_an_interrupted_write_leaves_no_draft(tmp_path, monkeypatch):
    """Ctrl-C while the disk works."""

    def interrupted(descriptor):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_atomic(tmp_path / "a.jpg", b"data")
    assert names_in(tmp_path) == []


def test_a_folder_without_permission_is_said(tmp_path, monkeypatch):
    """The folder cannot be made. Root may, so it is simulated."""

    def refusing(path, **settings):
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "mkdir", refusing)
    with pytest.raises(EncodeError, match="may not be written; check the folder's"):
        write_atomic(tmp_path / "out/a.jpg", b"data")


def test_what_is_in_the_way_is_said(tmp_path):
    """A folder with the result's name, a file with its folder's name."""
    (tmp_path / "a.jpg").mkdir()
    with pytest.raises(EncodeError, match="a folder of that name is in the way"):
        write_atomic(tmp_path / "a.jpg", b"data")
    (tmp_path / "file").touch()
    for path in ("file/a.jpg", "file/album/a.jpg"):
        with pytest.raises(EncodeError, match="a file is where its folder should be"):
            write_atomic(tmp_path / path, b"data")
    assert names_in(tmp_path) == ["a.jpg", "file"]
