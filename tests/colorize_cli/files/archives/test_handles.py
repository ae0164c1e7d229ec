"""Archives that are read from: few are open, and none that has changed."""

import io
import os
import shutil
import tarfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path, PurePosixPath
from threading import Barrier

import pytest

from colorize_cli.errors import DecodeError
from colorize_cli.files.archives import archive_members, handles
from colorize_cli.files.archives.handles import MOST_OPEN, Handles, version_of
from colorize_cli.files.disk import identity
from tests.planning import plan

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tar.bz2", ".tar.xz")


def archive(path: Path, data: bytes = b"photo") -> Path:
    """An archive of one photo, of the kind that its name says."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as zipped:
            zipped.writestr("a.jpg", data)
    else:
        compression = path.suffix.removeprefix(".").removeprefix("tar")
        with tarfile.open(path, f"w:{compression}") as tarred:
            info = tarfile.TarInfo("a.jpg")
            info.size = len(data)
            tarred.addfile(info, io.BytesIO(data))
    return path


def open_count(paths: list[Path]) -> int:
    """How often this process has these files open."""
    count, wanted = 0, {identity(path) for path in paths}
    for place in [*Path("/dev/fd").iterdir()]:
        with suppress(OSError):  # the list itself is closed by now
            status = os.fstat(int(place.name))
            count += (status.st_dev, status.st_ino) in wanted
    return count


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_any_number_of_archives_can_be_named(tmp_path, suffix):
    """None is open after the plan, a few while they are read."""
    paths = [archive(tmp_path / f"{index:02}{suffix}") for index in range(50)]
    sources = [job.source for job in plan(*paths, out=tmp_path / "out").jobs]
    assert open_count(paths) == 0
    for _ in range(2):
        for source in sources:
            assert source.read() == b"photo"
            assert 1 <= open_count(paths) <= MOST_OPEN
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda source: source.read(), sources)) == {b"photo"}
    assert open_count(paths) == MOST_OPEN
    del sources, source
    assert open_count(paths) == 0


class Book:
    """An archive that tells how many like it are open."""

    open_count = 0

    def __init__(self, path: Path) -> None:
        """Closed."""
        self.path, self.version = path, version_of(path)

    def open(self):
        """Itself."""
        Book.open_count += 1
        return self

    def close(self) -> None:
        """Note it."""
        Book.open_count -= 1


def test_what_is_being_read_is_not_closed(tmp_path):
    """More threads than handles have each their own; later the first ones are gone."""
    books = [Book(archive(tmp_path / f"{index}.zip")) for index in range(9)]
    lender, all_have_one, all_have_looked = Handles(), Barrier(9), Barrier(9)

    def look(book):
        with lender.lent(book) as handle, lender.lent(book) as again:
            all_have_one.wait(60)
            found = Book.open_count, handle is again is book
            all_have_looked.wait(60)
            return found

    with ThreadPoolExecutor(9) as pool:
        assert set(pool.map(look, books)) == {(9, True)}
    assert Book.open_count == MOST_OPEN


def test_the_one_that_was_asked_for_last_stays_open(tmp_path, monkeypatch):
    """Whichever was opened first."""
    monkeypatch.setattr(handles, "MOST_OPEN", 2)
    opened = []

    class Noted(Book):
        def open(self):
            opened.append(self.path.stem)
            return super().open()

    books = {name: Noted(archive(tmp_path / f"{name}.zip")) for name in "abc"}
    lender = Handles()
    for name in "abacab":
        with lender.lent(books[name]):
            pass
    assert "".join(opened) == "abcb"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_that_has_changed_is_not_read(tmp_path, suffix):
    """Its photos may lie elsewhere in it, or be others."""
    path = archive(tmp_path / f"a{suffix}")
    (job,) = plan(path, out=tmp_path / "out").jobs
    shutil.move(archive(tmp_path / f"b{suffix}", b"other"), path)
    with pytest.raises(DecodeError, match="has changed since the run began"):
        job.source.read()
    path.unlink()
    with pytest.raises(DecodeError, match=r"a\..*/a\.jpg: is no longer there"):
        job.source.read()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_archive_that_is_gone_is_told(tmp_path, suffix):
    """Somebody has moved it since it was looked for."""
    path = tmp_path / f"gone{suffix}"
    members = archive_members(path, PurePosixPath(), Handles())
    assert members.photos == []
    assert [str(problem) for problem in members.problems] == [
        f"{path}: is no longer there"
    ]
