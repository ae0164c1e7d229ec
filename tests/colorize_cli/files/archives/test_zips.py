"""Photos in zip files, and what is refused of them."""

import os
import struct
import warnings
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from colorize_cli.errors import DecodeError, PlanError
from colorize_cli.files.archives import members
from tests.planning import plan, reasons, targets


def zipped(path: Path, *files, compression=zipfile.ZIP_DEFLATED) -> Path:
    """A zip file of (name, data) or (info, data)."""
    with zipfile.ZipFile(path, "w", compression) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two of one name
        for name, data in files:
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize("suffix", [".zip", ".cbz", ".ZIP"])
def test_photos_go_to_a_folder_called_like_the_archive(tmp_path, suffix):
    """At their places in it; what is no photo, or hidden, does not count."""
    files = ["b.jpg", "box 1/a.png", "notes.txt", "__MACOSX/._b.jpg", ".x/c.jpg"]
    path = zipped(tmp_path / f"album{suffix}", *((n, n) for n in files))
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["album/b.jpg", "album/box 1/a.png"]
    assert [str(job.source) for job in planned.jobs] == [
        f"{path}/b.jpg",
        f"{path}/box 1/a.png",
    ]
    assert [job.source.read() for job in planned.jobs] == [b"b.jpg", b"box 1/a.png"]
    assert planned.jobs[1].source.read() == b"box 1/a.png"
    assert planned.problems == []


def test_several_archives_and_folders_in_one_run(tmp_path):
    """Pages 001.jpg of two books do not get in each other's way."""
    books = [zipped(tmp_path / f"{n}.cbz", ("001.jpg", n)) for n in "ab"]
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/001.jpg").touch()
    planned = plan(*books, tmp_path / "photos", out=tmp_path / "out")
    assert sorted(targets(planned)) == ["001.jpg", "a/001.jpg", "b/001.jpg"]


def test_an_archive_in_a_folder_is_no_photo(tmp_path):
    """It has to be named to be read."""
    zipped(tmp_path / "photos.zip", ("a.jpg", "data"))
    (tmp_path / "b.jpg").touch()
    assert targets(plan(tmp_path, out=tmp_path / "out")) == ["b.jpg"]


@pytest.mark.parametrize("names", [[], ["folder.jpg/", "note.txt"], ["@nameless"]])
def test_an_archive_without_photos_is_refused(tmp_path, names):
    """As an empty folder is; a name that is empty once it is read is none."""
    path = zipped(tmp_path / "a.zip", *((name, "") for name in names))
    path.write_bytes(path.read_bytes().replace(b"@", b"\0"))
    with pytest.raises(PlanError, match="no photos found"):
        plan(path, out=tmp_path / "out")


def test_size_and_time_are_known_without_unpacking(tmp_path):
    """Zip times are local; a date that is none is no time."""
    good = zipfile.ZipInfo("good.jpg", (2001, 2, 3, 4, 5, 6))
    never = zipfile.ZipInfo("never.jpg", (1980, 0, 0, 0, 0, 0))
    path = zipped(tmp_path / "a.zip", (good, "data"), (never, "data"))
    stamps = [job.source.stamp() for job in plan(path, out=tmp_path / "out").jobs]
    seconds = int(datetime(2001, 2, 3, 4, 5, 6).timestamp())
    assert stamps == [(4, seconds * 10**9), None]


def test_one_archive_has_one_identity(tmp_path):
    """Named twice, or through a link of the same name, its photos are done once."""
    path = zipped(tmp_path / "a.zip", ("x.jpg", "data"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/a.zip").symlink_to(path)
    planned = plan(path, path, tmp_path / "sub/a.zip", out=tmp_path / "out")
    assert targets(planned) == ["a/x.jpg"]


@pytest.mark.parametrize(
    "name",
    ["../a.jpg", "x/../../a.jpg", "/a.jpg", "C:/a.jpg", "c:a.jpg", "x\\..\\a.jpg"],
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    """On this disk or on another one; the rest is done."""
    path = zipped(tmp_path / "a.zip", (name, "evil"), ("b.jpg", "good"))
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["a/b.jpg"]
    shown = name.replace("\\", "/")
    assert reasons(planned) == [f"{path}/{shown}: is refused: its name leads elsewhere"]


def test_separators_of_old_windows_tools_are_understood(tmp_path):
    """They make folders."""
    path = zipped(tmp_path / "a.zip", ("box\\a.jpg", "data"))
    (job,) = plan(path, out=tmp_path / "out").jobs
    assert (str(job.target), job.source.read()) == ("a/box/a.jpg", b"data")


def test_of_two_members_with_one_name_the_last_counts(tmp_path):
    """As for every unpacker."""
    path = zipped(tmp_path / "a.zip", ("x.jpg", "old"), ("x.jpg", "new"))
    (job,) = plan(path, out=tmp_path / "out").jobs
    assert job.source.read() == b"new"


def test_encrypted_members_are_told(tmp_path):
    """There is no way to ask for a password in the middle of the night."""
    path = zipped(tmp_path / "a.zip", ("x.jpg", "data"))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(signature) + offset] |= 1
    path.write_bytes(data)
    planned = plan(path, out=tmp_path / "out")
    assert planned.jobs == []
    assert "x.jpg: is encrypted; unpack the archive" in reasons(planned)[0]


def test_bombs_are_not_unpacked(tmp_path, monkeypatch):
    """By what the index says: too large at all, or too large for its packed size."""
    monkeypatch.setattr(members, "HARMLESS_BYTES", 10_000)
    monkeypatch.setattr(members, "MAX_MEMBER_BYTES", 1 << 20)
    path = zipped(
        tmp_path / "a.zip",
        ("small.jpg", bytes(9_999)),
        ("dense.jpg", os.urandom(20_000)),
        ("bomb.jpg", bytes(900_000)),
        ("huge.jpg", os.urandom(2 << 20)),
    )
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["a/small.jpg", "a/dense.jpg"]
    bomb, huge = reasons(planned)
    assert "bomb.jpg: is refused: it grows" in bomb
    assert "huge.jpg: is refused: it has 2 MiB" in huge


def test_a_lie_about_the_size_is_found(tmp_path):
    """A member that unpacks to more than it says is damaged, not read on."""
    path = zipped(tmp_path / "a.zip", ("x.jpg", bytes(100_000)))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 22), (b"PK\1\2", 24)):
        place = data.index(signature) + offset
        data[place : place + 4] = struct.pack("<I", 10)
    path.write_bytes(data)
    (job,) = plan(path, out=tmp_path / "out").jobs
    with pytest.raises(DecodeError, match=r"a\.zip/x\.jpg: is damaged in the archive"):
        job.source.read()


def test_members_that_share_data_are_refused(tmp_path):
    """The way a small file holds petabytes."""
    path = zipped(tmp_path / "a.zip", ("a.jpg", "x" * 500), ("b.jpg", "y" * 500))
    data = bytearray(path.read_bytes())
    first = data.index(b"PK\1\2")
    data[first + 20 : first + 24] = struct.pack("<I", 5_000)
    path.write_bytes(data)
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["a/b.jpg"]
    assert (
        "a.jpg: is refused: it shares its data with other files"
        in (reasons(planned)[0])
    )


def test_damage_is_told_where_it_is(tmp_path):
    """In one member, or in the whole file; links to nothing are missing files."""
    path = zipped(
        tmp_path / "a.zip",
        ("a.jpg", b"a" * 300),
        ("b.jpg", b"b" * 300),
        compression=zipfile.ZIP_STORED,
    )
    data = bytearray(path.read_bytes())
    data[data.index(b"aaaa") + 50] ^= 1
    path.write_bytes(data)
    first, second = plan(path, out=tmp_path / "out").jobs
    with pytest.raises(
        DecodeError, match=r"a\.jpg: is damaged in the archive \(Bad CRC"
    ):
        first.source.read()
    assert second.source.read() == b"b" * 300
    path.write_bytes(data[:-30])
    planned = plan(path, out=tmp_path / "out")
    assert "a.zip: is no zip file, or damaged" in reasons(planned)[0]


def test_unknown_compression_is_told(tmp_path):
    """Newer zip programs know more ways."""
    path = zipped(tmp_path / "a.zip", ("x.jpg", "data"))
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        place = data.index(signature) + offset
        data[place : place + 2] = struct.pack("<H", 97)
    path.write_bytes(data)
    (job,) = plan(path, out=tmp_path / "out").jobs
    with pytest.raises(DecodeError, match="compressed in a way that is not read"):
        job.source.read()
