"""A compressed tar is read once from start to end, whoever asks for what."""

import gzip
import io
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from colorize_cli.files.archives import tar_stream
from tests.planning import plan


class Watched:
    """A stream that notes each time it goes back."""

    def __init__(self, stream, beginnings: list[Path], path: Path) -> None:
        """At the start."""
        self.tell, self.read, self.close = stream.tell, stream.read, stream.close
        self._seek, self._path = stream.seek, path
        self._beginnings = beginnings
        beginnings.append(path)

    def seek(self, offset):
        """As the stream does."""
        if offset < self.tell():
            self._beginnings.append(self._path)
        return self._seek(offset)


@pytest.fixture
def beginnings(monkeypatch) -> list[Path]:
    """Every `.tgz` that was read from its start, as often as it was."""
    found = []

    def watched(path, mode):
        return Watched(gzip.open(path, mode), found, path)

    monkeypatch.setitem(tar_stream.OPENERS, "tar:gz", watched)
    return found


def photo(index: int) -> bytes:
    """What a photo holds."""
    return bytes([index]) * 1000


@pytest.fixture
def sources(tmp_path, beginnings) -> list:
    """Two hundred photos in one tar, after its index was read."""
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        for index in range(200):
            info = tarfile.TarInfo(f"{index:03}.jpg")
            info.size = 1000
            archive.addfile(info, io.BytesIO(photo(index)))
    jobs = plan(tmp_path / "a.tgz", out=tmp_path / "out").jobs
    beginnings.clear()
    return [job.source for job in jobs]


def test_many_readers_share_one_pass(sources, beginnings):
    """After the one that its index takes."""
    with ThreadPoolExecutor(8) as pool:
        photos = list(pool.map(lambda source: source.read(), sources))
    assert photos == [photo(index) for index in range(200)]
    assert len(beginnings) == 1


def test_what_is_skipped_is_passed_over(sources, beginnings):
    """A run that goes on asks for the last ones only."""
    for index in (150, 149, 199):
        assert sources[index].read() == photo(index)
    assert len(beginnings) == 1


def test_what_was_forgotten_is_read_again(sources, beginnings, monkeypatch):
    """At the price of another pass; memory has a limit."""
    monkeypatch.setattr(tar_stream, "PASSED_BYTES", 10_000)
    assert sources[100].read() == photo(100)
    assert sources[92].read() == photo(92)
    assert len(beginnings) == 1
    assert sources[0].read() == photo(0)
    assert len(beginnings) == 2


def test_several_archives_are_each_read_in_one_pass(tmp_path, beginnings):
    """Also where their photos are wanted in turns."""
    names = [f"{index}.jpg" for index in range(9)]
    paths = [tmp_path / f"{letter}.tgz" for letter in "abc"]
    for path in paths:
        with tarfile.open(path, "w:gz") as archive:
            for name in names:
                archive.addfile(tarfile.TarInfo(name))
    jobs = plan(*paths, out=tmp_path / "out").jobs
    assert beginnings == paths
    for job in sorted(jobs, key=lambda job: job.target.name):
        assert job.source.read() == b""
    assert beginnings == paths + paths
