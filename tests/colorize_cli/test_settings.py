"""Which settings decide what a picture is like, so that changing them makes it anew."""

from dataclasses import fields, replace

import pytest

from colorize_cli.imaging.grading import Grade
from colorize_cli.pipeline import Sampling
from colorize_cli.settings import BatchSettings
from colorize_cli.variants import Variants

DEFAULT = BatchSettings()
# Another value of each setting that decides, and of each that does not.
DECIDES = {
    "sampling": Sampling(seed=1),
    "grade": Grade(saturation=1.2),
    "quality": 80,
    "tag": False,
}
DECIDES_NOTHING = {
    "variants": Variants(samples=3, sheet=True, spread=True),
    "on_color": "recolor",
    "max_pixels": 10**6,
    "preserve_times": True,
    "batch_size": 7,
    "workers": 7,
    "overwrite": True,
    "max_errors": 3,
}


def test_every_setting_is_one_or_the_other():
    """Whoever adds one has to say which."""
    names = {each.name for each in fields(BatchSettings)}
    assert names == DECIDES.keys() | DECIDES_NOTHING.keys()


@pytest.mark.parametrize("name", DECIDES)
def test_what_decides_changes_the_hash(name):
    """So that the picture is made again."""
    changed = replace(DEFAULT, **{name: DECIDES[name]})
    assert changed.picture_hash("jpg") != DEFAULT.picture_hash("jpg")


@pytest.mark.parametrize("name", DECIDES_NOTHING)
def test_what_decides_nothing_does_not(name):
    """So that nothing is made again in vain."""
    changed = replace(DEFAULT, **{name: DECIDES_NOTHING[name]})
    assert changed.picture_hash("jpg") == DEFAULT.picture_hash("jpg")


@pytest.mark.parametrize(
    "sampling",
    [Sampling(steps=5), Sampling(sampler="ddim"), Sampling(size=96)],
    ids=["steps", "sampler", "size"],
)
def test_all_of_sampling_decides(sampling):
    """Down to the single number."""
    changed = replace(DEFAULT, sampling=sampling)
    assert changed.picture_hash("jpg") != DEFAULT.picture_hash("jpg")


def test_quality_is_for_lossy_formats():
    """A PNG has none."""
    changed = replace(DEFAULT, quality=50)
    assert changed.picture_hash("png") == DEFAULT.picture_hash("png")
    assert changed.picture_hash("avif") != DEFAULT.picture_hash("avif")


def test_formats_differ():
    """The same colours in another file are another picture."""
    formats = ("jpg", "png", "tiff", "webp")
    assert len({DEFAULT.picture_hash(each) for each in formats}) == len(formats)


@pytest.mark.parametrize("pick", ["mean", "medoid"])
def test_what_is_picked_from_all_samples_depends_on_their_number(pick):
    """Other picks show one sample, which depends on no other."""
    hashes = {
        replace(DEFAULT, variants=Variants(samples=n, pick=pick)).picture_hash("png")
        for n in (3, 4)
    }
    assert len(hashes | {DEFAULT.picture_hash("png")}) == 3
    first = replace(DEFAULT, variants=Variants(samples=3, pick="first"))
    assert first.picture_hash("png") == DEFAULT.picture_hash("png")


def test_later_versions_know_the_pictures_of_this_one():
    """A new setting at its default must not make everything anew."""
    assert DEFAULT.picture_hash("jpg") == "e020d68d6b857c5c71f0d2fc9e6d0862"
