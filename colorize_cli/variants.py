"""What is made of each photo from its samples: pictures, a contact sheet, a spread map.

A sample is one run of the reverse loop. A picture is a colorized photo that is written:
every sample, or one that is picked or averaged from them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from colorize_cli.errors import PlanError

__all__ = ["PICKS", "Kind", "Pick", "Product", "Variants"]

Pick = Literal["all", "first", "medoid", "mean"]
Kind = Literal["picture", "sheet", "spread"]

# What can be picked, and the fewest samples for which it means something. Of two
# samples both are equally far from their mean, so neither is typical.
PICKS: dict[Pick, int] = {"all": 1, "first": 1, "mean": 2, "medoid": 3}
FEWEST_FOR_SPREAD = 2


@dataclass(frozen=True, slots=True)
class Product:
    """One file that is made of a photo.

    Attributes:
        kind: What it shows.
        number: Which picture, from 0; 0 for the other kinds.
    """

    kind: Kind = "picture"
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Variants:
    """How many samples are drawn of each photo and what is made of them.

    Attributes:
        samples: At least 1.
        pick: `all` writes every sample; else one picture is written, the `first`
            sample, the `medoid` (the sample closest to the mean colours) or the `mean`.
        sheet: Whether a contact sheet is made.
        spread: Whether a map of the samples' standard deviation is made.
    """

    samples: int = 1
    pick: Pick = "all"
    sheet: bool = False
    spread: bool = False

    def __post_init__(self) -> None:
        """Refuse what these samples cannot give.

        Raises:
            PlanError: If there are too few of them.
        """
        demands = {f"--pick {self.pick}": PICKS[self.pick]}
        if self.spread:
            demands["--spread"] = FEWEST_FOR_SPREAD
        for option, fewest in demands.items():
            if self.samples < fewest:
                raise PlanError(
                    f"{option} needs at least {fewest} samples, not {self.samples}; "
                    "add --samples 8"
                )

    @property
    def products(self) -> tuple[Product, ...]:
        """Every file that is made of a photo, pictures first."""
        count = self.samples if self.pick == "all" else 1
        pictures = [Product(number=number) for number in range(count)]
        sheet = [Product("sheet")] if self.sheet else []
        spread = [Product("spread")] if self.spread else []
        return (*pictures, *sheet, *spread)

    def samples_for(self, products: Sequence[Product]) -> tuple[int, ...]:
        """Which samples must be drawn to make some of the products, from 0.

        A sample that is a picture of its own needs no other; all else needs them all.
        """
        if self.pick == "all" and all(each.kind == "picture" for each in products):
            return tuple(each.number for each in products)
        return tuple(range(self.samples)) if products else ()
