"""What is written, and where."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from colorize_cli.options.group import Command, decorate

__all__ = ["output_options", "output_place", "place_options"]

# `codec.formats.Format`; the codec itself takes too long to import for a help page.
FORMATS = ["jpg", "png", "webp", "tiff", "avif", "jp2", "bmp", "ppm"]


class OutputPlace(click.ParamType[Path | str]):
    """A folder, archive, URL, or `-`; whether it takes results is seen later."""

    name = "output"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path | str:
        """Parse what stands on the command line."""
        if not value:
            self.fail("The name is empty.", param, ctx)
        is_path = value != "-" and "://" not in str(value)
        return Path(value) if is_path else str(value)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """What the shell finds on the disk."""
        return [CompletionItem(incomplete, type="dir")]


def place_options(command: Command) -> Command:
    """Where results go."""
    options = [
        click.option(
            "-o",
            "--output",
            type=OutputPlace(),
            metavar="DIR|ARCHIVE|URL|-",
            help="Where results go: a folder, under which the tree of SRC is mirrored; "
            "a .zip, .cbz or .tar; an s3:// or gs:// prefix; - for one picture to "
            "stdout.  [required, unless SRC is -]",
        ),
    ]
    return decorate(options, command)


def output_place(
    output: Path | str | None, sources: Sequence[Path | str]
) -> Path | str:
    """Where results go: what was said, or to stdout for a photo from stdin.

    Raises:
        MissingParameter: If it has to be said.
    """
    if output is None and list(sources) == ["-"]:
        return "-"
    if output is None:
        raise click.MissingParameter(
            param_hint="'-o' / '--output'", param_type="option"
        )
    return output


def output_options(command: Command) -> Command:
    """What the files of results are like."""
    options = [
        click.option(
            "--format",
            type=click.Choice(FORMATS),
            help="Format of the results. [default: that of each photo]",
        ),
        click.option(
            "--quality",
            type=click.IntRange(1, 100),
            default=95,
            show_default=True,
            help="Quality of JPEG, WebP and AVIF results; at 100 the last two are "
            "lossless.",
        ),
        click.option(
            "--tag/--no-tag",
            default=True,
            show_default=True,
            help="Say in the XMP of each result that a model made its colours, and "
            "how; colorize inspect reads it back.",
        ),
        click.option(
            "--on-color",
            type=click.Choice(["skip", "copy", "recolor"]),
            default="skip",
            show_default=True,
            help="What to do with photos that are in colour already: leave them out "
            "(to stdout, copy them), copy them as they are, or give them other "
            "colours.",
        ),
        click.option(
            "--max-pixels",
            type=click.IntRange(min=1),
            default=500_000_000,
            show_default=True,
            metavar="N",
            help="Refuse photos with more pixels, all pages together, before they are "
            "decoded.",
        ),
        click.option(
            "--preserve-times",
            is_flag=True,
            help="Give results the time of the last change of their photos.",
        ),
    ]
    return decorate(options, command)
