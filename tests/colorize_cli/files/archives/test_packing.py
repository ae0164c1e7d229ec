"""What an archive of results held before is in it afterwards."""

import io
import subprocess
import tarfile
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.files.outlet import open_destination

A = PurePosixPath("a.jpg")
KINDS = {".tar": "", ".tar.gz": "gz", ".tar.bz2": "bz2", ".tar.xz": "xz"}


def tarred(path: Path, *infos: tarfile.TarInfo, data: bytes = b"old") -> Path:
    """A tar file; every ordinary file holds the same."""
    kind = KINDS[path.name.removeprefix("out")]
    with tarfile.open(path, f"w:{kind}") as archive:
        for info in infos:
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, io.BytesIO(data))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE, to: str = "") -> tarfile.TarInfo:
    """A member of a tar file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, to
    return info


def add_result(path: Path, place: PurePosixPath = A) -> None:
    """A run that writes one result."""
    with open_destination(path) as destination:
        destination.write(place, b"new")


def kinds(path: Path) -> dict[str, tuple[bytes, str]]:
    """Type and target of every member of a tar file."""
    with tarfile.open(path) as archive:
        return {info.name: (info.type, info.linkname) for info in archive}


def content(path: Path, name: str) -> bytes:
    """One file of a tar file, links followed."""
    with tarfile.open(path) as archive:
        return archive.extractfile(name).read()


@pytest.mark.parametrize("suffix", KINDS)
def test_links_and_folders_in_a_tar_are_kept(tmp_path, suffix):
    """Also what only some systems have."""
    old = [
        member("box", tarfile.DIRTYPE),
        member("box/n.txt"),
        member("hard.txt", tarfile.LNKTYPE, "box/n.txt"),
        member("soft.txt", tarfile.SYMTYPE, "box/n.txt"),
        member("lost.txt", tarfile.SYMTYPE, "nowhere"),
        member("pipe", tarfile.FIFOTYPE),
    ]
    path = tarred(tmp_path / f"out{suffix}", *old)
    before = kinds(path)
    add_result(path)
    assert kinds(path) == before | {"a.jpg": (tarfile.REGTYPE, "")}
    assert content(path, "hard.txt") == content(path, "soft.txt") == b"old"


def test_a_hard_link_to_what_is_replaced_keeps_the_old_file(tmp_path):
    """As on a disk; a link to nothing stays one."""
    path = tarred(
        tmp_path / "out.tar",
        member("lost.jpg", tarfile.LNKTYPE, "a.jpg"),
        member("a.jpg"),
        member("b.jpg", tarfile.LNKTYPE, "./a.jpg"),
        member("c.jpg", tarfile.LNKTYPE, "b.jpg"),
    )
    add_result(path)
    assert kinds(path) == {
        "lost.jpg": (tarfile.LNKTYPE, "a.jpg"),
        "b.jpg": (tarfile.REGTYPE, ""),
        "c.jpg": (tarfile.LNKTYPE, "b.jpg"),
        "a.jpg": (tarfile.REGTYPE, ""),
    }
    assert content(path, "b.jpg") == content(path, "c.jpg") == b"old"
    assert content(path, "a.jpg") == b"new"


@pytest.mark.parametrize("format", ["gnu", "posix"])
def test_a_file_with_holes_is_kept_whole(tmp_path, format):
    """As `tar --sparse` packs them; the holes are written out."""
    with (tmp_path / "disk.img").open("wb") as file:
        file.truncate(1 << 20)
        file.seek(300_000)
        file.write(b"data")
    command = ["tar", "--sparse", f"--format={format}", "-cf", "out.tar", "disk.img"]
    subprocess.run(command, cwd=tmp_path, check=True)
    path = tmp_path / "out.tar"
    assert path.stat().st_size < 500_000
    add_result(path)
    assert content(path, "disk.img") == (tmp_path / "disk.img").read_bytes()


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.LNKTYPE, tarfile.SYMTYPE])
def test_what_has_a_name_is_there(tmp_path, kind):
    """Links are: to a run they are files that it has not made."""
    path = tarred(tmp_path / "out.tar", member("n.txt"), member("a.jpg", kind, "n.txt"))
    destination = open_destination(path)
    assert destination.exists(A)
    assert destination.read(A) == b"old"
    assert not destination.exists(PurePosixPath("b.jpg"))


def test_links_that_lead_nowhere_cannot_be_read(tmp_path):
    """Nor those that lead to one another."""
    path = tarred(
        tmp_path / "out.tar",
        member("a.jpg", tarfile.SYMTYPE, "nowhere"),
        member("b.jpg", tarfile.SYMTYPE, "c.jpg"),
        member("c.jpg", tarfile.SYMTYPE, "b.jpg"),
    )
    destination = open_destination(path)
    for name in ("a.jpg", "b.jpg"):
        assert destination.exists(PurePosixPath(name))
        assert destination.read(PurePosixPath(name)) is None


def test_names_with_a_dot_before_them_are_known(tmp_path):
    """`tar -cf out.tar .` makes them: results and ledger are found and replaced."""
    (tmp_path / "old").mkdir()
    for name in ("a.jpg", "b.jpg", "colorize.jsonl"):
        (tmp_path / "old" / name).write_bytes(name.encode())
    subprocess.run(["tar", "-cf", "../out.tar", "."], cwd=tmp_path / "old", check=True)
    path = tmp_path / "out.tar"
    with open_destination(path) as destination:
        assert destination.read(A) == b"a.jpg"
        assert destination.ledger_path.read_bytes() == b"colorize.jsonl"
        destination.write(A, b"new")
    assert sorted(kinds(path)) == [".", "./b.jpg", "a.jpg", "colorize.jsonl"]


def test_a_zip_file_keeps_all_but_its_compression(tmp_path):
    """Folders, links, its comment, and the last of two members with one name."""
    path = tmp_path / "out.zip"
    link = zipfile.ZipInfo("link.txt")
    link.create_system, link.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("empty")
        archive.writestr(link, "n.txt")
        archive.writestr("n.txt", "first")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("n.txt", "second")
        archive.comment = b"Box 3"
    add_result(path)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == ["a.jpg", "empty/", "link.txt", "n.txt"]
        assert archive.getinfo("link.txt").external_attr == 0o120777 << 16
        assert archive.read("link.txt") == b"n.txt"
        assert archive.read("n.txt") == b"second"
        assert archive.comment == b"Box 3"


def test_an_archive_that_cannot_be_looked_at_is_refused(tmp_path):
    """It might be there, and hold something."""
    (tmp_path / "loop.zip").symlink_to("loop.zip")
    with pytest.raises(PlanError, match=r"loop\.zip: cannot be read"):
        open_destination(tmp_path / "loop.zip")
