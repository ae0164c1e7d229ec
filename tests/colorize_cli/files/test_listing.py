"""Photos that a list names."""

import os
from pathlib import Path

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.files import paths_in, plan_jobs
from colorize_cli.variants import Variants
from tests.planning import targets


@pytest.fixture
def src(tmp_path, monkeypatch) -> Path:
    """A tree of photos with the current folder beside it."""
    for name in ("box1/a.jpg", "box2/a.jpg", "b.tif", "note"):
        path = tmp_path / "photos" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"data")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "photos"


def plan(listed, *places, out="out"):
    """The plan of a run with a list."""
    return plan_jobs(places, Path(out), format=None, variants=Variants(), listed=listed)


@pytest.mark.parametrize(
    ("data", "null", "expected"),
    [
        (b"a.jpg\nsub/b.jpg\n", False, ["a.jpg", "sub/b.jpg"]),
        (b"a.jpg\r\n\r\nb.jpg", False, ["a.jpg", "b.jpg"]),
        (b" a.jpg \n#b\n", False, [" a.jpg ", "#b"]),
        (b"two\nlines.jpg\0b.jpg\r\0\0", True, ["two\nlines.jpg", "b.jpg\r"]),
        (b"caf\xe9.jpg\n", False, [os.fsdecode(b"caf\xe9.jpg")]),
        (b"", False, []),
    ],
)
def test_lines_and_nuls_end_paths(data, null, expected):
    """Whatever else is in a name belongs to it."""
    assert paths_in(data, null=null) == expected


def test_a_forgotten_option_is_told():
    """No name holds a NUL, so it ends one."""
    with pytest.raises(PlanError, match=r"^--files-from: .* in this list; add --null$"):
        paths_in(b"./a.jpg\0./b.jpg\0", null=False)


def test_lines_are_relative_to_the_source_folder(src):
    """Places are kept, so that photos of one name stay apart; the order is the list's.

    A file is attempted whatever its suffix, and once.
    """
    planned = plan(["./box2/a.jpg", "box1/a.jpg", "note", "box2//a.jpg"], src)
    assert targets(planned) == ["box2/a.jpg", "box1/a.jpg", "note.png"]
    assert str(planned.jobs[0].source) == str(src / "box2/a.jpg")
    assert planned.jobs[1].source.read() == b"data"


def test_absolute_paths_count_from_the_source_folder(src):
    """As `find /abs/photos` prints them."""
    assert targets(plan([f"{src}/box1/../box1/a.jpg"], src)) == ["box1/a.jpg"]


def test_without_a_source_lines_are_relative_to_the_current_folder(src, monkeypatch):
    """Absolute paths keep their whole place."""
    monkeypatch.chdir(src)
    planned = plan(["box1/a.jpg", f"{src}/b.tif"], out="../out")
    whole = (src / "b.tif").relative_to("/").as_posix()
    assert targets(planned) == ["box1/a.jpg", whole]


def test_what_cannot_be_read_is_a_problem(src):
    """Each with its reason; the rest is done."""
    os.mkfifo(src / "pipe.jpg")
    outside = src.parent / "x.jpg"
    outside.touch()
    listed = ["gone.jpg", "box1", "../x.jpg", str(outside), "pipe.jpg", "b.tif"]
    planned = plan(listed, src)
    assert targets(planned) == ["b.tif"]
    assert [str(problem) for problem in planned.problems] == [
        f"{src}/gone.jpg: is listed, but is not there, or may not be read",
        f"{src}/box1: is listed, but is a folder; list its files, or name it as SRC",
        f"../x.jpg: is listed, but leads out of {src}",
        f"{outside}: is listed, but leads out of {src}",
        f"{src}/pipe.jpg: is listed, but is no file",
    ]


def test_an_empty_list_is_no_error(src):
    """`find -newer` finds nothing on most nights."""
    assert plan([], src).jobs == []


def test_a_list_goes_with_one_folder_at_most(src):
    """Lines would be relative to what?"""
    for places in ([src, src / "box1"], [src / "b.tif"], [src / "gone"]):
        with pytest.raises(PlanError, match="--files-from: takes one SRC at most"):
            plan(["a.jpg"], *places)


def test_results_do_not_go_where_the_list_counts_from(src, monkeypatch):
    """Named or current, it is the folder of the photos."""
    with pytest.raises(PlanError, match="never written over sources"):
        plan(["b.tif"], src, out=src)
    monkeypatch.chdir(src)
    with pytest.raises(PlanError, match="never written over sources"):
        plan(["b.tif"], out=".")
