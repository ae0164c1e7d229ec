"""The plan of a run: what is read, what is written, and which runs are refused."""

import os
from pathlib import Path, PurePosixPath

import pytest

from colorize_cli.errors import DecodeError
from colorize_cli.files import FileSource, Job
from tests.planning import plan, put, targets


def test_a_folder_is_mirrored(src, out):
    """Every readable file of the tree, at the same place; the rest is ignored."""
    put(src, "b.jpg", "a.png", "album/1944/c.TIF", "album/notes.txt", "album/d.gif")
    planned = plan(src, out=out)
    assert targets(planned) == ["a.png", "album/1944/c.TIF", "b.jpg"]
    assert [str(job.source) for job in planned.jobs] == [
        f"{src}/a.png",
        f"{src}/album/1944/c.TIF",
        f"{src}/b.jpg",
    ]
    assert [job.source.name for job in planned.jobs] == targets(planned)
    assert planned.problems == []


def test_a_file_goes_right_into_the_folder_of_results(src, out):
    """Whatever folder it comes from."""
    put(src, "deep/er/a.jpg")
    assert targets(plan(src / "deep/er/a.jpg", out=out)) == ["a.jpg"]


def test_a_named_file_is_attempted_whatever_its_suffix(src, out):
    """What follows the dot of 'scan.v2' is part of its name."""
    put(src, "scan.v2", "photo", ".hidden.jpg")
    named = [src / name for name in ("scan.v2", "photo", ".hidden.jpg")]
    planned = plan(*named, out=out)
    assert targets(planned) == [".hidden.jpg", "photo.png", "scan.v2.png"]


@pytest.mark.parametrize(
    ("format", "expected"),
    [
        (None, ["a.JPG", "b.jpeg", "c.png", "d.tif"]),
        ("jpg", ["a.JPG", "b.jpeg", "c.jpg", "d.jpg"]),
        ("png", ["a.png", "b.png", "c.png", "d.png"]),
        ("tiff", ["a.tif", "b.tif", "c.tif", "d.tif"]),
        ("webp", ["a.webp", "b.webp", "c.webp", "d.webp"]),
    ],
)
def test_the_suffix_says_the_format(src, out, format, expected):
    """Sources of that format keep their own spelling."""
    put(src, "a.JPG", "b.jpeg", "c.pam", "d.tif")
    planned = plan(src, out=out, format=format)
    assert targets(planned) == expected
    assert {job.format for job in planned.jobs} == (
        {format} if format else {"jpg", "png", "tiff"}
    )


def job_for(target: str) -> Job:
    """A job of which only the target matters."""
    source = FileSource(Path("x.jpg"), "x.jpg")
    return Job(source=source, target=PurePosixPath(target), format="jpg")


def test_names_of_further_samples():
    """The first has no number, the others start at 2."""
    job = job_for("album/x.y.JPG")
    names = [str(job.target_of_sample(index)) for index in range(3)]
    assert names == ["album/x.y.JPG", "album/x.y_s2.JPG", "album/x.y_s3.JPG"]


@pytest.mark.parametrize("letter", ["x", "ß", "中", "🎞"])
def test_names_at_the_limit_of_the_disk_are_shortened(letter, tmp_path):
    """A sample of a photo with 255 bytes of name can be written, letters whole."""
    stem = letter * (251 // len(letter.encode()))
    job = job_for(f"{stem}.jpg")
    for index in (0, 1, 98):
        target = job.target_of_sample(index)
        (tmp_path / target).write_bytes(b"")
        number = f"_s{index + 1}" if index else ""
        assert set(target.stem.removesuffix(number)) == {letter}
        assert target.stem.endswith(number)


def test_a_longer_suffix_is_made_room_for(src, out):
    """name.jpg to name.webp takes one byte more."""
    put(src, "x" * 251 + ".jpg")
    (job,) = plan(src, out=out, format="webp").jobs
    assert job.target.name == "x" * 250 + ".webp"


def test_hidden_files_and_folders_are_no_photos(src, out):
    """A Mac leaves ._name.jpg beside name.jpg, and tools their caches."""
    put(src, "a.jpg", "._a.jpg", ".DS_Store", ".thumbnails/a.jpg")
    assert targets(plan(src, out=out)) == ["a.jpg"]


@pytest.mark.parametrize(
    "name",
    ["new\nline.jpg", "🎞️ 祖母.jpg", os.fsdecode(b"caf\xe9.jpg"), "-o.jpg", " .jpg"],
)
def test_odd_names_are_kept(src, out, name):
    """Newlines, emoji, bytes that are no UTF-8: a name is a name."""
    put(src, name)
    (job,) = plan(src, out=out).jobs
    assert job.target == PurePosixPath(name)
    assert job.source.read() == os.fsencode(name)


def test_links_are_followed_but_not_for_ever(src, out):
    """A loop ends, and a linked folder is read once, where it really is."""
    put(src, "z/a.jpg")
    put(src.parent, "elsewhere/b.jpg")
    (src / "loop").symlink_to(src)
    (src / "z/up").symlink_to("..")
    (src / "a_link").symlink_to("z")
    (src / "linked").symlink_to(src.parent / "elsewhere")
    (src / "b.jpg").symlink_to(src.parent / "elsewhere/b.jpg")
    assert targets(plan(src, out=out)) == ["b.jpg", "linked/b.jpg", "z/a.jpg"]


def test_pipes_are_no_photos(src, out):
    """Reading one would wait for ever."""
    put(src, "a.jpg")
    os.mkfifo(src / "pipe.jpg")
    assert targets(plan(src, out=out)) == ["a.jpg"]
    planned = plan(src / "pipe.jpg", out=out)
    assert planned.jobs == []
    assert "neither a file nor a folder" in planned.problems[0].reason


def test_a_source_that_is_not_there_is_a_problem(src, out):
    """The others are still done."""
    put(src, "a.jpg")
    planned = plan(src / "a.jpg", src / "b.jpg", out=out)
    assert targets(planned) == ["a.jpg"]
    (problem,) = planned.problems
    assert isinstance(problem, DecodeError)
    assert problem.path == src / "b.jpg"


def test_an_unreadable_folder_is_a_problem(src, out, monkeypatch):
    """The rest of the tree is still done. Root may read all, so it is simulated."""
    put(src, "a.jpg", "locked/b.jpg", "open/c.jpg")
    scandir = os.scandir

    def refusing(folder):
        if Path(folder).name == "locked":
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    planned = plan(src, out=out)
    assert targets(planned) == ["a.jpg", "open/c.jpg"]
    (problem,) = planned.problems
    assert problem.path == src / "locked"
    assert problem.reason == "the folder cannot be read (Permission denied)"


def test_the_same_photo_is_done_once(src, out):
    """A folder twice, a folder and a link to it, a photo and its folder."""
    put(src, "a.jpg", "b.jpg")
    (src.parent / "link").symlink_to(src)
    again = [src, src, src.parent / "link", src / "a.jpg", src / "../photos/b.jpg"]
    assert sorted(targets(plan(*again, out=out))) == ["a.jpg", "b.jpg"]


def test_results_inside_the_source_folder_are_not_read_again(src):
    """The same command can be run twice."""
    put(src, "a.jpg", "out/a.jpg", "out/deep/b.jpg", "other/out/c.jpg")
    (src / "link_to_out").symlink_to("out")
    out = src / "out"
    assert targets(plan(src, out=out)) == ["a.jpg", "other/out/c.jpg"]


def test_results_around_the_source_folder_are_allowed(src):
    """Nothing is overwritten by writing one level up."""
    put(src, "a.jpg", "sub/b.jpg")
    assert targets(plan(src, out=src.parent)) == ["a.jpg", "sub/b.jpg"]


def test_a_plan_touches_nothing(src, out):
    """It can be made for a dry run."""
    put(src, "a.jpg", "sub/b.jpg")
    before = sorted(src.parent.rglob("*"))
    plan(src, out=out)
    assert sorted(src.parent.rglob("*")) == before
