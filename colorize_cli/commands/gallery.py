"""`colorize gallery`: a colorized folder as a static web page."""

import sys
from pathlib import Path

import click

from colorize_cli.options.run import default_jobs

__all__ = ["gallery"]


@click.command(short_help="Make a web page for looking and choosing.")
@click.argument("out", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    "target",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the gallery: new, empty, or an older gallery.",
)
@click.option(
    "--originals",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder that the photos came from, if it has moved; may be repeated.",
)
@click.option(
    "--size",
    type=click.IntRange(min=64),
    default=1024,
    show_default=True,
    metavar="PX",
    help="Longest side of the pictures in the gallery.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=default_jobs,
    show_default="one per core, at most 8",
    help="Threads that make pictures.",
)
def gallery(
    out: Path, target: Path, originals: tuple[Path, ...], size: int, jobs: int
) -> None:
    """Make a web page of OUT, a folder of colorized photos.

    It compares each photo with its colours, shows variants, spread maps and settings,
    finds what failed or is uncertain, and lets you choose the best variants. It needs
    no server and no network: open DIR/index.html, or hand the folder on.
    """
    from colorize_cli.console import printable
    from colorize_cli.gallery import build_gallery

    bar = click.progressbar(
        length=0, label="photos", file=sys.stderr, hidden=not sys.stderr.isatty()
    )
    with bar:

        def start(count: int) -> None:
            bar.length = count

        made = build_gallery(
            out,
            target,
            originals=originals,
            size_px=size,
            jobs=jobs,
            on_start=start,
            on_photo=lambda: bar.update(1),
        )
    for failure in made.failures:
        click.echo(f"not shown: {printable(failure)}", err=True)
    if made.greyed_count:
        click.echo(
            f"{made.greyed_count} of {made.photo_count} photos: the original was not "
            "found, or has changed, so the result without its colours stands for it; "
            "--originals DIR says where they are",
            err=True,
        )
    click.echo(f"{printable(made.index)}: {made.photo_count} photos")
