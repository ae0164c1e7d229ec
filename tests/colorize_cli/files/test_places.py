"""Files that are read and the folder that is written to."""

from pathlib import PurePosixPath

import pytest

from colorize_cli.errors import DecodeError, PlanError
from colorize_cli.files import FileSource, FolderDestination

PLACE = PurePosixPath("album/a.jpg")


def test_a_file_is_known_by_path_and_read_whole(tmp_path):
    """The name is for the ledger, the path for people."""
    path = tmp_path / "a.jpg"
    path.write_bytes(b"data")
    source = FileSource(path, "album/a.jpg")
    assert str(source) == str(path)
    assert source.read() == b"data"
    assert source.stamp() == (4, path.stat().st_mtime_ns)


def test_links_lead_to_one_identity(tmp_path):
    """However a file is called; one that is gone has none."""
    path, link = tmp_path / "a.jpg", tmp_path / "b.jpg"
    path.touch()
    link.symlink_to(path)
    assert FileSource(path, "a").identity() == FileSource(link, "b").identity()
    path.unlink()
    gone = FileSource(path, "a")
    assert (gone.identity(), gone.stamp()) == (None, None)
    with pytest.raises(DecodeError, match="is no longer there"):
        gone.read()


def test_a_folder_is_made_when_the_run_begins(tmp_path):
    """Not before, and with the folders above it."""
    folder = FolderDestination(tmp_path / "deep/out")
    assert not folder.exists(PLACE)
    assert not (tmp_path / "deep").exists()
    with folder:
        assert (tmp_path / "deep/out").is_dir()
        folder.write(PLACE, b"data", mtime_ns=10**18)
    path = tmp_path / "deep/out/album/a.jpg"
    assert folder.exists(PLACE)
    assert folder.locate(PLACE) == str(path)
    assert folder.identity(PLACE) == FileSource(path, "").identity()
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (b"data", 10**18)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    """A file in its place at once, a file above it when the run begins."""
    (tmp_path / "file").touch()
    with pytest.raises(PlanError, match="is a file; name a folder"):
        FolderDestination(tmp_path / "file")
    with (
        pytest.raises(PlanError, match=r"cannot be made \(Not a directory\)"),
        FolderDestination(tmp_path / "file/out"),
    ):
        pass


def test_the_ledger_lies_in_the_folder(tmp_path):
    """Where gallery and people look for it."""
    assert FolderDestination(tmp_path).ledger_path == tmp_path / "colorize.jsonl"
