"""Links and folders that lead nowhere; what counts as a photo is in test_plan.py."""

import errno
import os
from contextlib import contextmanager

import pytest

from colorize_cli.files.walk import photos_under


@pytest.fixture
def src(tmp_path):
    """A folder with two photos, one of them in a folder."""
    (tmp_path / "album").mkdir()
    for name in ("a.jpg", "album/z.jpg"):
        (tmp_path / name).touch()
    return tmp_path


def found_in(src):
    """Places of the photos, and what is told of each problem, by its place."""
    photos, problems = photos_under(src, None)
    told = {each.path.relative_to(src).as_posix(): each.reason for each in problems}
    return {path.relative_to(src).as_posix() for path in photos}, told


@pytest.mark.parametrize(
    "target", ["gone", "x" * 300, "link.jpg", "a.jpg/b"], ids=lambda text: text[:8]
)
def test_a_link_to_nothing_is_told_and_no_more(src, target):
    """Missing, with a name that no disk holds, in a circle, below a file."""
    (src / "link.jpg").symlink_to(target)
    told = {"link.jpg": "is a link to nothing"}
    assert found_in(src) == ({"a.jpg", "album/z.jpg"}, told)


def test_a_dead_link_that_is_no_photo_is_passed_over(src):
    """It would not be read if it led somewhere."""
    (src / "notes").symlink_to("x" * 300)
    assert found_in(src) == ({"a.jpg", "album/z.jpg"}, {})


def test_what_may_not_be_looked_at_is_told_and_no_more(src, monkeypatch):
    """Also if it is not called like a photo. Root may, so it is simulated."""
    (src / "boxes").symlink_to("album")
    scandir = os.scandir

    class Refusing:
        """A link into a folder that may not be entered."""

        name = "boxes"

        def is_dir(self):
            raise PermissionError(errno.EACCES, "Permission denied")

    @contextmanager
    def refusing(folder):
        with scandir(folder) as entries:
            yield (Refusing() if each.name == "boxes" else each for each in entries)

    monkeypatch.setattr(os, "scandir", refusing)
    told = {"boxes": "may not be read; check its permissions"}
    assert found_in(src) == ({"a.jpg", "album/z.jpg"}, told)
