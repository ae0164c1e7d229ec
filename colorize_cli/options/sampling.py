"""How colours are drawn from the model."""

import click

from colorize_cli.options.group import Command, decorate

__all__ = ["sampling_options"]


def sampling_options(command: Command) -> Command:
    """How the reverse loop is run."""
    options = [
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Same photo, seed and settings: the same colours.",
        ),
        click.option(
            "--steps",
            type=click.IntRange(1, 1000),
            help="Steps of the reverse loop. [default: the model's own, usually 20]",
        ),
        click.option(
            "--sampler",
            type=click.Choice(["ddpm", "eta", "ddim", "dpm"]),
            help="ddpm draws fresh noise at each step, ddim and dpm (DPM-Solver++ of "
            "second order) only at the start; eta is made for few steps, with less "
            "noise than ddpm at levels of its own. [default: ddpm]",
        ),
        click.option(
            "--fast",
            is_flag=True,
            help="The fewest steps that keep colours and variety as they are; --steps "
            "and --sampler go before it.",
        ),
        click.option(
            "--size",
            type=click.IntRange(min=16),
            metavar="PIXELS",
            help="Short side at which colours are worked out; the output keeps the "
            "photo's own size. At other sizes than it was trained at a model's colours "
            "are weaker. [default: the size the model was trained at]",
        ),
    ]
    return decorate(options, command)
