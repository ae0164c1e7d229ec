"""From samples of known colours to pictures."""

from dataclasses import replace

import numpy as np
import pytest

from colorize_cli.batch.products import Ensemble, Recipe
from colorize_cli.figures.sheet import ACCENT
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.ensemble import deviation
from colorize_cli.imaging.grading import Grade
from colorize_cli.imaging.photo import Metadata, Photo
from colorize_cli.variants import Product, Variants

# Of four samples: the second is closest to their mean, (7, 5).
COLOURS = ((-20, 0), (5, 5), (13, 5), (30, 10))
PICTURE, NEUTRAL = Product(), Grade()
PHOTO = Photo(rgb=np.full((40, 60, 3), 119, np.uint8), metadata=Metadata(xmp=b"<x/>"))


def field(a: float, b: float) -> np.ndarray:
    """One colour, (2, 4, 6)."""
    return np.broadcast_to(np.float32([[[a]], [[b]]]), (2, 4, 6))


def ensemble(drawn=(0, 1, 2, 3), grade=NEUTRAL, **variants) -> Ensemble:
    """Four samples of one colour each."""
    recipe = Recipe(
        variants=Variants(**{"samples": 4} | variants), grade=grade, seed=7, note="note"
    )
    return Ensemble(
        name="a.jpg",
        samples=drawn,
        fields=np.stack([field(*COLOURS[index]) for index in drawn]),
        recipe=recipe,
    )


def colour(photo: Photo) -> list[float]:
    """Its mean L, a and b."""
    return rgb_to_lab(photo.rgb).mean(axis=(0, 1)).tolist()


class TestPictures:
    """What is written as a colorized photo."""

    @pytest.mark.parametrize("number", [0, 3])
    def test_every_sample_is_a_picture(self, number):
        """With its own colours."""
        made = ensemble().make(Product(number=number), PHOTO)
        assert colour(made)[1:] == pytest.approx(COLOURS[number], abs=0.6)

    def test_a_sample_drawn_alone_is_the_same(self):
        """As when a run goes on where it stopped."""
        alone = ensemble(drawn=(2,)).make(Product(number=2), PHOTO)
        whole = ensemble().make(Product(number=2), PHOTO)
        assert np.array_equal(alone.rgb, whole.rgb)

    @pytest.mark.parametrize(
        ("pick", "sample", "expected"),
        [
            ("first", 0, COLOURS[0]),
            ("medoid", 1, COLOURS[1]),
            ("mean", None, (7, 5)),
        ],
    )
    def test_one_is_picked(self, pick, sample, expected):
        """And it is known which."""
        picked = ensemble(pick=pick)
        assert picked.sample_of(PICTURE) == sample
        made = colour(picked.make(PICTURE, PHOTO))
        assert made[1:] == pytest.approx(expected, abs=0.6)

    def test_what_is_not_colour_is_the_photos(self):
        """Size, luminance, metadata."""
        whole = ensemble()
        made = whole.make(PICTURE, PHOTO)
        assert made.size == PHOTO.size
        assert made.metadata == PHOTO.metadata
        assert colour(made)[0] == pytest.approx(colour(PHOTO)[0], abs=0.5)

    def test_colours_are_graded(self):
        """Twice as strong and 6 warmer, of a sample and of the mean."""
        grade = Grade(saturation=2, temperature=6)
        made = ensemble(grade=grade).make(Product(number=1), PHOTO)
        assert colour(made)[1:] == pytest.approx((10, 16), abs=0.6)
        mean = ensemble(grade=grade, pick="mean").make(PICTURE, PHOTO)
        assert colour(mean)[1:] == pytest.approx((14, 16), abs=0.6)


class TestDiversity:
    """How much the samples differ."""

    def test_it_is_the_mean_deviation(self):
        """Of the model's colours, whatever is made of them."""
        plain = ensemble()
        expected = np.std(COLOURS, axis=0).mean()
        assert plain.diversity == pytest.approx(expected, rel=1e-5)
        assert plain.diversity == pytest.approx(deviation(plain.fields).mean())
        graded = ensemble(grade=Grade(saturation=0.1), pick="mean")
        assert graded.diversity == plain.diversity

    def test_it_is_not_known_from_a_part(self):
        """If only missing samples were drawn, or if there is but one."""
        assert ensemble(drawn=(1, 3)).diversity is None
        assert ensemble(drawn=(0,)).diversity is None
        assert ensemble(drawn=(0,), samples=1).diversity is None


class TestFigures:
    """Sheets and maps."""

    def test_a_sheet_shows_all_samples(self):
        """And the original: as many pixels of the photo's grey as a cell has."""
        sheet = ensemble(sheet=True).make(Product("sheet"), PHOTO)
        lab = rgb_to_lab(sheet.rgb)
        for a, b in (*COLOURS, (0, 0)):
            near = (np.abs(lab - [50, a, b]).max(axis=2) < 1.2).sum()
            assert near == pytest.approx(120_000, rel=0.02)

    @pytest.mark.parametrize("pick", ["first", "medoid", "mean"])
    def test_what_is_picked_is_framed(self, pick):
        """Only if something is."""
        sheet = ensemble(sheet=True, pick=pick).make(Product("sheet"), PHOTO)
        plain = ensemble(sheet=True).make(Product("sheet"), PHOTO)
        assert (sheet.rgb == ACCENT).all(axis=2).any()
        assert not (plain.rgb == ACCENT).all(axis=2).any()

    def test_figures_are_no_photos(self):
        """They do not carry the photo's metadata."""
        whole = ensemble(sheet=True, spread=True)
        for kind in ("sheet", "spread"):
            made = whole.make(Product(kind), PHOTO)
            assert made.metadata == Metadata()
            assert made.rgb.dtype == np.uint8

    def test_the_spread_does_not_depend_on_the_grade(self):
        """It shows where the model guesses, not how it is told."""
        plain = ensemble(spread=True)
        recipe = replace(plain.recipe, grade=Grade(saturation=3, temperature=50))
        graded = replace(plain, recipe=recipe)
        maps = [each.make(Product("spread"), PHOTO).rgb for each in (plain, graded)]
        assert np.array_equal(*maps)
