"""`colorize turing-test`: can people tell a colorized photo from a camera's?"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorize_cli.errors import PlanError

if TYPE_CHECKING:
    from colorize_cli.turing import Score

__all__ = ["turing_test"]


HELP = """Write a test page of colour photos and their colorized versions, or score it.

\b
    colorize photos/ -o colorized/ --on-color recolor
    colorize turing-test photos/ colorized/ -o test.html
    colorize turing-test --score results/*.json

The page shows pairs and asks which picture was taken by a camera. Each person
downloads a result; --score pools them into a fool rate (50 % is perfect), its 95 %
interval, and a ranking of the photos.
"""


@click.command(
    name="turing-test",
    help=HELP,
    short_help="Test whether people take the colours for real.",
)
@click.argument(
    "paths",
    metavar="REAL_DIR COLORIZED_DIR | RESULT...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The page to write, such as test.html; with --score, a JSON file.",
)
@click.option("--score", is_flag=True, help="Pool RESULT files of one test.")
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    default=40,
    show_default=True,
    help="Pairs that count, drawn at random.",
)
@click.option(
    "--display",
    type=click.Choice(["3", "5"]),
    default="3",
    show_default=True,
    help="Seconds for which a pair is shown.",
)
@click.option(
    "--size",
    type=click.IntRange(min=32),
    default=256,
    show_default=True,
    metavar="PX",
    help="Width and height of the pictures.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Draws the pairs, and each person's sides and order.",
)
def turing_test(
    paths: tuple[Path, ...],
    output: Path | None,
    score: bool,
    **options: Any,  # noqa: ANN401
) -> None:
    """Write a test page, or score its results; see HELP."""
    if score:
        show_score(paths, output)
        return
    if len(paths) != 2 or output is None:
        raise click.UsageError(
            "name two folders and a page: colorize turing-test REAL_DIR COLORIZED_DIR "
            "-o test.html"
        )
    write_page(paths[0], paths[1], output, options)


def write_page(
    real: Path, colorized: Path, output: Path, options: dict[str, Any]
) -> None:
    """Make the page, with a bar."""
    from colorize_cli.console import printable
    from colorize_cli.turing import write_test

    if output.suffix.lower() not in {".html", ".htm"}:
        raise PlanError(f"{output}: the name of a page ends in .html")
    with click.progressbar(
        length=options["trials"],
        label="pairs",
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),
    ) as bar:
        made = write_test(
            real,
            colorized,
            output,
            trials=options["trials"],
            display_s=int(options["display"]),
            size_px=options["size"],
            seed=options["seed"],
            on_pair=lambda: bar.update(1),
        )
    if made.grey:
        names = printable(", ".join(made.grey))
        click.echo(f"left out, without colours of their own: {names}", err=True)
    if not made.is_embedded:
        folder = printable(f"{made.path.stem}_files")
        click.echo(f"the pictures are in {folder}; keep it beside the page", err=True)
    click.echo(
        f"{printable(made.path)}: {made.trial_count} pairs, {made.practice_count} for "
        f"practice, {made.check_count} attention checks"
    )


def show_score(paths: tuple[Path, ...], output: Path | None) -> None:
    """Pool results: a table on stdout, everything in the JSON file."""
    from colorize_cli.console import printable
    from colorize_cli.turing import read_results
    from colorize_cli.turing.results import refuse_replacing
    from colorize_cli.turing.scoring import score

    if output:
        refuse_replacing(output)
    pooled = score(read_results(paths))
    if output:
        write_scores(pooled, output)
    low, high = pooled.interval
    trial_count = sum(person.trial_count for person in pooled.people)
    click.echo(
        f"fool rate {pooled.fool_rate:.1%}, 95 % interval {low:.1%} to {high:.1%} "
        f"({len(pooled.people)} people, {trial_count} trials)"
    )
    for person in pooled.excluded:
        click.echo(
            f"not counted: {printable(person.participant)} passed only "
            f"{person.check_share:.0%} of the attention checks"
        )
    click.echo("\nfool rate  fooled/shown  photo")
    for photo in pooled.photos:
        counts = f"{photo.fooled_count}/{photo.shown_count}"
        click.echo(f"{photo.fool_rate:9.1%}  {counts:>12}  {printable(photo.photo)}")


def write_scores(pooled: "Score", output: Path) -> None:
    """Everything that is known, as JSON."""
    from colorize_cli.files.disk import write_atomic

    document = asdict(pooled)
    for row, photo in zip(document["photos"], pooled.photos, strict=True):
        row["fool_rate"] = photo.fool_rate
    text = json.dumps(document, default=str, indent=2)
    write_atomic(output, f"{text}\n".encode())
