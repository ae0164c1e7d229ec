"""Choosing photos by place and age."""

from dataclasses import dataclass

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.files import Selection
from colorize_cli.files.selection import literally

NAMES = ["a.jpg", "b.tif", "box1/a.jpg", "box1/raw/b.tif", "box2/box1/c.jpg", "D.JPG"]


@dataclass(frozen=True)
class Dated:
    """A photo of which only place and time are known."""

    name: str
    mtime_ns: int | None = None

    def stamp(self):
        """Its time, if it has one."""
        return self.mtime_ns and (1, self.mtime_ns)


def admitted(**settings) -> list[str]:
    """Which of NAMES are wanted."""
    selection = Selection(**settings)
    return [name for name in NAMES if selection.admits(Dated(name))]


def test_all_are_wanted_unless_something_is_said():
    """No option, no change."""
    assert admitted() == NAMES


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["*.tif"], ["b.tif", "box1/raw/b.tif"]),
        (["box1/"], ["box1/a.jpg", "box1/raw/b.tif", "box2/box1/c.jpg"]),
        (["/box1/"], ["box1/a.jpg", "box1/raw/b.tif"]),
        (["box?/**/*.jpg"], ["box1/a.jpg", "box2/box1/c.jpg"]),
        (["/*.jpg"], ["a.jpg"]),
        (["*.[jJ][pP][gG]", "!box1/"], ["a.jpg", "D.JPG"]),
        (["a.jpg", "D.JPG"], ["a.jpg", "box1/a.jpg", "D.JPG"]),
        (["nothing"], []),
    ],
)
def test_patterns_are_those_of_gitignore(patterns, expected):
    """As `--include` they choose, as `--exclude` they leave out the same photos."""
    assert admitted(include=patterns) == expected
    left = [name for name in NAMES if name not in expected]
    assert admitted(exclude=patterns) == left


def test_exclude_has_the_last_word():
    """A photo that both match is left out."""
    assert admitted(include=["box1/"], exclude=["*.tif"]) == [
        "box1/a.jpg",
        "box2/box1/c.jpg",
    ]


@pytest.mark.parametrize("option", ["include", "exclude"])
@pytest.mark.parametrize("pattern", ["!", "[z-a]", "", "#box/"])
def test_what_is_no_pattern_is_refused(option, pattern):
    """With the option and the pattern."""
    with pytest.raises(PlanError) as caught:
        Selection(**{option: ["*.jpg", pattern]})
    assert str(caught.value) == (
        f"--{option} {pattern!r}: is not a pattern as .gitignore has them"
    )


def test_only_later_changes_are_newer():
    """The very moment is not; a photo without a time may be new, so it is wanted."""
    photos = [Dated("a", 99), Dated("b", 100), Dated("c", 101), Dated("d")]
    selection = Selection(newer_than_ns=100)
    assert [p.name for p in photos if selection.admits(p)] == ["c", "d"]


ODD = ["*.jpg", "[a].jpg", "a?.jpg", "!a.jpg", "#a.jpg", "back\\slash.jpg", "a b.jpg "]


@pytest.mark.parametrize("name", ODD)
def test_a_literal_pattern_admits_one_photo(name):
    """Whatever its name has in it, and in no other folder."""
    selection = Selection(include=[literally(name)])
    assert selection.admits(Dated(name))
    for other in {*NAMES, *ODD, "aa.jpg", f"box1/{name}"} - {name}:
        assert not selection.admits(Dated(other)), other
