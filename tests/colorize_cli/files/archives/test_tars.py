"""Photos in tar files, and what is refused of them."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from colorize_cli.errors import DecodeError
from colorize_cli.files.archives import tars
from tests.planning import plan, reasons, targets

KINDS = {
    ".tar": "",
    ".tar.gz": "gz",
    ".tgz": "gz",
    ".tar.bz2": "bz2",
    ".tbz2": "bz2",
    ".tar.xz": "xz",
    ".TAR.XZ": "xz",
}


def tarred(path: Path, *files, compression="") -> Path:
    """A tar file of (name or TarInfo, data)."""
    with tarfile.open(path, f"w:{compression}") as archive:
        for name, data in files:
            info = tarfile.TarInfo(name) if isinstance(name, str) else name
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("suffix", KINDS)
def test_photos_are_read_from_every_kind(tmp_path, suffix):
    """In the order in which they lie in it, and again if that is wanted."""
    files = [("z.jpg", b"1"), ("box/a.png", b"22"), ("note.txt", b""), ("b.jpg", b"3")]
    path = tarred(tmp_path / f"album{suffix}", *files, compression=KINDS[suffix])
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["album/z.jpg", "album/box/a.png", "album/b.jpg"]
    assert str(planned.jobs[1].source) == f"{path}/box/a.png"
    for _ in range(2):
        assert [job.source.read() for job in planned.jobs] == [b"1", b"22", b"3"]


def test_names_that_are_no_utf8_are_kept(tmp_path):
    """A tar holds bytes, as a disk does."""
    name = os.fsdecode(b"caf\xe9.jpg")
    path = tarred(tmp_path / "a.tar", (name, b"data"))
    (job,) = plan(path, out=tmp_path / "out").jobs
    assert (str(job.target), job.source.read()) == (f"a/{name}", b"data")


def test_size_and_time_are_known(tmp_path):
    """From the header."""
    info = tarfile.TarInfo("a.jpg")
    info.mtime = 981_173_106
    path = tarred(tmp_path / "a.tar", (info, b"data"))
    (job,) = plan(path, out=tmp_path / "out").jobs
    assert job.source.stamp() == (4, 981_173_106 * 10**9)


@pytest.mark.parametrize("mtime", ["inf", "nan", "1e306", "-1e20"])
def test_a_time_that_is_none_is_not_known(tmp_path, mtime):
    """A header may hold whatever a program calls a number."""
    info = tarfile.TarInfo("a.jpg")
    info.pax_headers = {"mtime": mtime}
    path = tarred(tmp_path / "a.tar", (info, b"data"))
    (job,) = plan(path, out=tmp_path / "out").jobs
    assert job.source.stamp() is None


@pytest.mark.parametrize("compression", ["", "gz"])
def test_of_two_members_with_one_name_the_last_counts(tmp_path, compression):
    """A tar is updated by adding to its end."""
    files = [("x.jpg", b"old"), ("y.jpg", b"y"), ("x.jpg", b"new")]
    path = tarred(tmp_path / "a.tar", *files, compression=compression)
    path = path.rename(tmp_path / "a.tgz") if compression else path
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["a/y.jpg", "a/x.jpg"]
    assert [job.source.read() for job in planned.jobs] == [b"y", b"new"]


def test_what_is_no_ordinary_file_is_refused(tmp_path):
    """Links could lead anywhere, devices and pipes are no photos; folders are fine."""
    odd = []
    for name, kind in {
        "soft.jpg": tarfile.SYMTYPE,
        "hard.jpg": tarfile.LNKTYPE,
        "pipe.jpg": tarfile.FIFOTYPE,
        "disk.jpg": tarfile.BLKTYPE,
        "folder.jpg": tarfile.DIRTYPE,
    }.items():
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        odd.append((info, b""))
    path = tarred(tmp_path / "a.tar", *odd, ("good.jpg", b"data"))
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["a/good.jpg"]
    assert reasons(planned) == [
        f"{path}/soft.jpg: is a link; links in archives are not followed",
        f"{path}/hard.jpg: is a link; links in archives are not followed",
        f"{path}/pipe.jpg: is no ordinary file in the archive",
        f"{path}/disk.jpg: is no ordinary file in the archive",
    ]


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", "x/../../a.jpg"])
def test_names_that_lead_out_are_refused(tmp_path, name):
    """The rest is done."""
    path = tarred(tmp_path / "a.tar", (name, b"evil"), ("b.jpg", b"good"))
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["a/b.jpg"]
    assert reasons(planned) == [f"{path}/{name}: is refused: its name leads elsewhere"]


def test_a_name_that_no_disk_holds_is_refused(tmp_path):
    """Extended headers can spell it; the rest is done."""
    info = tarfile.TarInfo("a.jpg")
    info.pax_headers = {"path": "x\0y/a.jpg"}
    path = tarred(tmp_path / "a.tar", (info, b"evil"), ("b.jpg", b"good"))
    planned = plan(path, out=tmp_path / "out")
    assert targets(planned) == ["a/b.jpg"]
    assert reasons(planned) == [f"{path}/x\0y/a.jpg: is refused: its name holds a NUL"]


class TestDamage:
    """What was found before the damage is done."""

    @pytest.mark.parametrize("compression", ["", "gz", "bz2", "xz"])
    def test_an_archive_that_is_cut_off(self, tmp_path, compression):
        """It is told, and so is the photo that the end is missing of."""
        files = [(f"{i}.jpg", os.urandom(40_000)) for i in range(9)]
        suffix = f".tar.{compression}" if compression else ".tar"
        path = tarred(tmp_path / f"a{suffix}", *files, compression=compression)
        path.write_bytes(path.read_bytes()[: -5 * 40_000])
        planned = plan(path, out=tmp_path / "out")
        (reason,) = reasons(planned)
        assert f"{path}: is damaged or cut off" in reason
        good = []
        for job in planned.jobs:
            try:
                good.append(job.source.read())
            except DecodeError as error:
                assert f"{path}/" in str(error)
        assert good == [data for _, data in files[: len(good)]]
        # bzip2 unpacks in blocks of 900 kB.
        assert len(good) >= (0 if compression == "bz2" else 2)

    def test_a_file_that_is_no_tar(self, tmp_path):
        """Under any name."""
        for name in ("a.tar", "a.tgz", "a.tar.bz2", "a.tar.xz"):
            (tmp_path / name).write_bytes(b"Dear diary" * 100)
            (reason,) = reasons(plan(tmp_path / name, out=tmp_path / "out"))
            assert reason.startswith(f"{tmp_path / name}: ")

    def test_bombs_are_not_unpacked(self, tmp_path, monkeypatch):
        """Told from the header, before the data."""
        monkeypatch.setattr(tars, "HARMLESS_BYTES", 100_000)
        path = tarred(
            tmp_path / "a.tgz",
            ("a.jpg", os.urandom(1000)),
            ("b.jpg", bytes(5_000_000)),
            compression="gz",
        )
        planned = plan(path, out=tmp_path / "out")
        assert targets(planned) == ["a/a.jpg"]
        assert reasons(planned) == [
            f"{path}: is refused: it grows over 200 times, a bomb"
        ]

    def test_a_negative_size_is_damage(self, tmp_path):
        """Reading so many bytes would be reading all there are, a bomb perhaps."""
        info = tarfile.TarInfo("b.jpg")
        info.pax_headers = {"size": "-1024"}
        path = tarred(tmp_path / "a.tar", ("a.jpg", b"good"), (info, b""))
        planned = plan(path, out=tmp_path / "out")
        assert targets(planned) == ["a/a.jpg"]
        assert reasons(planned) == [
            f"{path}: is damaged or cut off (b.jpg has a negative size)"
        ]

    def test_a_name_without_end_is_not_read(self, tmp_path):
        """A header says how long a name is; memory for it is not given."""
        info = tarfile.TarInfo("././@LongLink")
        info.type = tarfile.GNUTYPE_LONGNAME
        path = tarred(tmp_path / "a.tar", (info, b"x" * (3 << 20)))
        planned = plan(path, out=tmp_path / "out")
        assert "a header of 31457" in reasons(planned)[0]
