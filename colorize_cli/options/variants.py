"""How many samples are drawn, what is made of them, how strong their colours are."""

import math
from typing import Any

import click

from colorize_cli.options.group import Command, decorate
from colorize_cli.variants import PICKS

__all__ = ["SAMPLE_COUNT", "variant_options"]

# A slip of the keyboard would otherwise plan files by the billion.
SAMPLE_COUNT = click.IntRange(1, 1000)


class FiniteRange(click.FloatRange):
    """A range without NaN, which compares as if it were inside of any."""

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Parse what stands on the command line."""
        number = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


def variant_options(command: Command) -> Command:
    """What is made of each photo."""
    options = [
        click.option(
            "--samples",
            type=SAMPLE_COUNT,
            default=1,
            show_default=True,
            help="Variants per photo: name.jpg, name_s2.jpg, name_s3.jpg, ...",
        ),
        click.option(
            "--pick",
            type=click.Choice(list(PICKS)),
            default="all",
            show_default=True,
            help="Which of the samples are written: all of them, or as name.jpg alone "
            "the first, the medoid (the one closest to the mean colours, so no "
            "outlier), or the mean itself (safe and pale).",
        ),
        click.option(
            "--sheet",
            is_flag=True,
            help="Also write name_sheet: the original and all samples on one page.",
        ),
        click.option(
            "--spread",
            is_flag=True,
            help="Also write name_spread.png: a map of where the samples differ, "
            "that is, where the model guesses.",
        ),
        click.option(
            "--saturation",
            type=FiniteRange(0, 3),
            default=1.0,
            show_default=True,
            metavar="FACTOR",
            help="Strength of the colours, from 0 (grey) to 3.",
        ),
        click.option(
            "--temperature",
            type=FiniteRange(-50, 50),
            default=0.0,
            show_default=True,
            metavar="SHIFT",
            help="Shift of all colours along Lab's b, from -50 (cool, blue) to 50 "
            "(warm, yellow).",
        ),
    ]
    return decorate(options, command)
