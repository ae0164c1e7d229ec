"""What is read."""

from pathlib import Path

import click

from colorize_cli.options.group import Command, decorate

__all__ = ["input_options"]


def input_options(command: Command) -> Command:
    """Which photos are colorized."""
    options = [
        click.argument(
            "sources",
            metavar="SRC...",
            nargs=-1,
            required=True,
            # What may not be read fails by itself, the others are done.
            type=click.Path(exists=True, readable=False, path_type=Path),
        ),
    ]
    return decorate(options, command)
