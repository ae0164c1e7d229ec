"""Which runs are refused before any work, so that no file is lost."""

import pytest

from colorize_cli.errors import PlanError
from tests.planning import plan, put


def test_two_sources_for_one_target_are_refused(src, out):
    """Both are named; nothing is silently lost."""
    put(src, "x/a.jpg", "y/a.jpg")
    with pytest.raises(PlanError, match=r"x/a\.jpg and .*y/a\.jpg: would both"):
        plan(src / "x", src / "y", out=out)
    put(src, "z/a.png", "z/a.jpg")
    with pytest.raises(PlanError, match=r"z/a\.jpg and .*z/a\.png: would both"):
        plan(src / "z", out=out, format="png")
    assert len(plan(src / "z", out=out).jobs) == 2


def test_samples_count_as_targets(src, out):
    """a.jpg's second sample is a_s2.jpg, which may be a photo of its own."""
    put(src, "a.jpg", "a_s2.jpg")
    assert len(plan(src, out=out, samples=1).jobs) == 2
    with pytest.raises(PlanError, match=r"a\.jpg and .*a_s2\.jpg: would both"):
        plan(src, out=out, samples=2)


@pytest.mark.parametrize(
    "names", [("a.jpg", "A.jpg"), ("a.jpg", "a.JPG"), ("é.jpg", "e\u0301.jpg")]
)
def test_names_that_some_disks_take_for_one_are_refused(src, out, names):
    """Results often go to a disk that ignores case or composes accents."""
    put(src, *names)
    with pytest.raises(PlanError, match="one file on disks that ignore case"):
        plan(src, out=out)


def test_writing_into_the_source_folder_is_refused(src):
    """Under any name the folder may have."""
    put(src, "a.jpg")
    link = src.parent / "link"
    link.symlink_to(src)
    for same in (src, link, src / ".", src.parent / "photos/../photos"):
        with pytest.raises(PlanError, match="never written over sources"):
            plan(src, out=same)
        with pytest.raises(PlanError, match="never written over sources"):
            plan(src, out=same, format="png")


def test_writing_over_any_source_is_refused(src):
    """A photo's own folder as the folder of results, or one with another source."""
    put(src, "a.jpg", "out/album/b.jpg", "more/album/b.jpg")
    with pytest.raises(PlanError, match=r"written over the source .*photos/a\.jpg"):
        plan(src / "a.jpg", out=src)
    with pytest.raises(PlanError, match=r"written over the source .*out/album/b\.jpg"):
        plan(src / "more", src / "out/album/b.jpg", out=src / "out")
    assert len(plan(src / "a.jpg", out=src, format="png").jobs) == 1


def test_a_sample_over_a_source_is_refused(src):
    """With three samples, c_s3.jpg would be written, which is a source."""
    put(src, "out/album/c_s3.jpg", "more/album/c.jpg")
    sources = [src / "more", src / "out/album/c_s3.jpg"]
    assert len(plan(*sources, out=src / "out", samples=2).jobs) == 2
    with pytest.raises(PlanError, match=r"written over the source .*album/c_s3\.jpg"):
        plan(*sources, out=src / "out", samples=3)


def test_nothing_to_read_is_refused(src, out):
    """An empty folder is a mistake; what is looked for is said."""
    put(src, "notes.txt")
    with pytest.raises(PlanError, match=r"photos: no photos found .*\.jpg"):
        plan(src, out=out)


def test_a_file_as_folder_of_results_is_refused(src):
    """Before any work."""
    put(src, "a.jpg", "b.jpg")
    with pytest.raises(PlanError, match=r"b\.jpg: is a file"):
        plan(src / "a.jpg", out=src / "b.jpg")
