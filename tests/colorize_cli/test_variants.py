"""What is made from so many samples."""

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.variants import Product, Variants

SHEET, SPREAD = Product("sheet"), Product("spread")


def pictures(*numbers: int) -> tuple[Product, ...]:
    """Pictures of these numbers."""
    return tuple(Product(number=number) for number in numbers)


def test_by_default_one_picture_is_made():
    """Of one sample."""
    assert Variants().products == pictures(0)


def test_every_sample_is_a_picture_unless_one_is_picked():
    """Then there is one picture, whatever is picked."""
    assert Variants(samples=3).products == pictures(0, 1, 2)
    for pick in ("first", "medoid", "mean"):
        assert Variants(samples=3, pick=pick).products == pictures(0)


def test_extras_come_after_the_pictures():
    """The sheet, then the spread."""
    variants = Variants(samples=2, sheet=True, spread=True)
    assert variants.products == (*pictures(0, 1), SHEET, SPREAD)


class TestSamplesFor:
    """Which samples must be drawn when some files are there already."""

    @pytest.mark.parametrize("pick", ["all", "first", "medoid", "mean"])
    def test_nothing_needs_nothing(self, pick):
        """A photo of which all is there is not colorized again."""
        assert Variants(samples=3, pick=pick).samples_for([]) == ()

    def test_a_sample_needs_no_other(self):
        """Its colours do not depend on them."""
        assert Variants(samples=5).samples_for(pictures(1, 4)) == (1, 4)

    @pytest.mark.parametrize("extra", [SHEET, SPREAD])
    def test_a_sheet_and_a_spread_need_all(self, extra):
        """Even if all pictures are there."""
        variants = Variants(samples=3, sheet=True, spread=True)
        assert variants.samples_for([extra]) == (0, 1, 2)
        assert variants.samples_for([*pictures(2), extra]) == (0, 1, 2)

    @pytest.mark.parametrize("pick", ["first", "medoid", "mean"])
    def test_a_pick_needs_all(self, pick):
        """The first one too: its diversity is reported."""
        variants = Variants(samples=3, pick=pick)
        assert variants.samples_for(variants.products) == (0, 1, 2)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pick": "mean"}, "--pick mean needs at least 2 samples, not 1"),
        ({"pick": "medoid", "samples": 2}, "--pick medoid needs at least 3 samples"),
        ({"spread": True}, "--spread needs at least 2 samples, not 1; add --samples"),
    ],
)
def test_too_few_samples_are_refused(settings, message):
    """With the option that asks for more, and the cure."""
    with pytest.raises(PlanError, match=message):
        Variants(**settings)


def test_the_fewest_are_enough():
    """One less is what the refusals are about."""
    Variants(pick="mean", samples=2)
    Variants(pick="medoid", samples=3)
    Variants(spread=True, samples=2)
    Variants(pick="first", sheet=True)
