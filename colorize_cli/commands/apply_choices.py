"""`colorize apply-choices`: copy what was chosen in a gallery."""

import sys
from pathlib import Path

import click

__all__ = ["apply_choices"]


@click.command(
    name="apply-choices", short_help="Copy the variants chosen in a gallery."
)
@click.argument("choices", metavar="choices.json", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.argument("final", type=click.Path(file_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace other pictures in FINAL.")
def apply_choices(choices: Path, out: Path, final: Path, overwrite: bool) -> None:
    """Copy the chosen variants of OUT to FINAL, under the names of their photos.

    choices.json is what a gallery of OUT downloads. FINAL gets the tree of OUT, with
    one picture per photo: if aunt_s3.jpg was chosen, it becomes aunt.jpg. Files are
    copied as they are, with their times. Nothing is copied if anything would be lost,
    or if a chosen picture was made anew since.
    """
    from colorize_cli import gallery
    from colorize_cli.console import printable

    chosen = gallery.read_choices(choices)
    gallery.refuse_overwriting(chosen, out, final, overwrite=overwrite)
    with click.progressbar(
        length=len(chosen),
        label="copying",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        gallery.apply_choices(chosen, out, final, on_copy=lambda: bar.update(1))
    click.echo(f"{printable(final)}: {len(chosen)} chosen pictures")
