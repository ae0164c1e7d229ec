"""Archives of results: whole at any time, and gone on with."""

import os
import zipfile
from pathlib import PurePosixPath

import pytest

from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.files import plan_jobs
from colorize_cli.files.outlet import open_destination
from colorize_cli.variants import Variants
from tests.archives import held, names

SUFFIXES = [".zip", ".cbz", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz"]
A, B = PurePosixPath("box/a.jpg"), PurePosixPath("b.jpg")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_results_end_in_the_archive(tmp_path, suffix):
    """Sorted, with nothing beside it, and not before the run is over."""
    path = tmp_path / f"out{suffix}"
    destination = open_destination(path)
    with destination:
        destination.write(A, b"1", mtime_ns=10**18)
        destination.write(B, b"2")
        assert not path.exists()
    assert list(held(path).items()) == [("b.jpg", b"2"), ("box/a.jpg", b"1")]
    assert names(tmp_path) == [path.name]
    assert destination.locate(A) == f"{path}/box/a.jpg"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_later_run_adds_to_it(tmp_path, suffix):
    """What is there is known, kept, or replaced."""
    path = tmp_path / f"out{suffix}"
    with open_destination(path) as destination:
        destination.write(A, b"1")
        destination.write(B, b"2")
        destination.ledger_path.write_bytes(b"first\n")
    with open_destination(path) as destination:
        assert destination.exists(A)
        assert destination.read(A) == b"1"
        assert not destination.exists(PurePosixPath("c.jpg"))
        assert destination.ledger_path.read_bytes() == b"first\n"
        destination.ledger_path.write_bytes(b"first\nsecond\n")
        destination.write(B, b"22")
        assert destination.read(B) == b"22"
        destination.write(PurePosixPath("c.jpg"), b"3")
    assert held(path) == {
        "box/a.jpg": b"1",
        "b.jpg": b"22",
        "c.jpg": b"3",
        "colorize.jsonl": b"first\nsecond\n",
    }


def test_a_run_with_nothing_to_do_leaves_it_alone(tmp_path):
    """To the byte: it is not packed again."""
    path = tmp_path / "out.zip"
    with open_destination(path) as destination:
        destination.write(A, b"1")
        destination.ledger_path.write_bytes(b"first\n")
    before = path.stat()
    with open_destination(path):
        pass
    after = path.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    with open_destination(tmp_path / "none.zip"):
        pass
    assert names(tmp_path) == ["out.zip"]


def test_a_killed_run_is_gone_on_with(tmp_path):
    """Its folder is there with results and ledger; a draft in it is no result."""
    path = tmp_path / "out.zip"
    with open_destination(path) as destination:
        destination.write(A, b"1")
    folder = tmp_path / ".out.zip.colorize"
    folder.mkdir()
    (folder / "b.jpg").write_bytes(b"2")
    (folder / "colorize.jsonl").write_bytes(b"killed\n")
    (folder / ".colorize-0123456789abcdef").write_bytes(b"half")
    with open_destination(path) as destination:
        assert destination.exists(A)
        assert destination.exists(B)
        assert destination.ledger_path.read_bytes() == b"killed\n"
    assert held(path) == {
        "box/a.jpg": b"1",
        "b.jpg": b"2",
        "colorize.jsonl": b"killed\n",
    }
    assert names(tmp_path) == ["out.zip"]


def test_an_error_in_the_run_packs_what_is_done(tmp_path):
    """It gets out all the same."""
    path = tmp_path / "out.tar"
    with pytest.raises(ZeroDivisionError), open_destination(path) as destination:
        destination.write(A, b"1")
        raise ZeroDivisionError
    assert held(path) == {"box/a.jpg": b"1"}


@pytest.mark.parametrize("suffix", [".zip", ".tar", ".tar.gz"])
def test_a_file_that_is_no_archive_is_refused(tmp_path, suffix):
    """It is not replaced by one."""
    path = tmp_path / f"out{suffix}"
    path.write_bytes(b"Dear diary" * 100)
    with pytest.raises(PlanError, match=r"out\..*: is no archive of this kind"):
        open_destination(path)
    assert path.read_bytes() == b"Dear diary" * 100


def test_a_folder_called_like_an_archive_is_a_folder(tmp_path):
    """Somebody has one."""
    (tmp_path / "out.zip").mkdir()
    with open_destination(tmp_path / "out.zip") as destination:
        destination.write(A, b"1")
    assert (tmp_path / "out.zip/box/a.jpg").read_bytes() == b"1"


def test_a_name_that_is_no_utf8_cannot_be_in_a_zip(tmp_path):
    """But in a tar."""
    name = PurePosixPath(os.fsdecode(b"caf\xe9.jpg"))
    with (
        open_destination(tmp_path / "out.zip") as destination,
        pytest.raises(EncodeError, match=r"its name is not UTF-8; use a \.tar"),
    ):
        destination.write(name, b"1")
    with open_destination(tmp_path / "out.tar") as destination:
        destination.write(name, b"1")
    assert held(tmp_path / "out.tar") == {str(name): b"1"}


def plan(*places, out):
    """Where the results of a run go."""
    planned = plan_jobs(places, out, format=None, variants=Variants())
    return [str(job.target) for job in planned.jobs]


def test_one_archive_that_becomes_another_keeps_its_places(tmp_path):
    """A coloured book has the pages of the book; of several, each has its folder."""
    for name in ("a.cbz", "b.cbz"):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            archive.writestr("001.jpg", b"")
    out = tmp_path / "out.cbz"
    assert plan(tmp_path / "a.cbz", out=out) == ["001.jpg"]
    assert plan(tmp_path / "a.cbz", tmp_path / "b.cbz", out=out) == [
        "a/001.jpg",
        "b/001.jpg",
    ]


def test_an_archive_is_not_written_over_itself(tmp_path):
    """Under any name."""
    path = tmp_path / "a.cbz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("001.jpg", b"")
    (tmp_path / "b.cbz").symlink_to(path)
    for out in (path, tmp_path / "b.cbz"):
        with pytest.raises(PlanError, match="never written over sources"):
            plan(path, out=out)
