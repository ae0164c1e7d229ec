"""What is written, and where."""

from pathlib import Path

import click

from colorize_cli.options.group import Command, decorate

__all__ = ["folder_options", "output_options"]


def folder_options(command: Command) -> Command:
    """Where results go."""
    options = [
        click.option(
            "-o",
            "--output",
            required=True,
            type=click.Path(
                file_okay=False, writable=True, readable=False, path_type=Path
            ),
            metavar="DIR",
            help="Folder for the results; the tree of SRC is mirrored under it.",
        ),
    ]
    return decorate(options, command)


def output_options(command: Command) -> Command:
    """What the files of results are like."""
    options = [
        click.option(
            "--format",
            "format_",
            type=click.Choice(["jpg", "png", "webp", "tiff"]),
            help="Format of the results. [default: that of each photo]",
        ),
        click.option(
            "--quality",
            type=click.IntRange(1, 100),
            default=95,
            show_default=True,
            help="Quality of JPEG and WebP results.",
        ),
    ]
    return decorate(options, command)
