"""`colorize SRC... -o DIR`: the default command."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorize_cli.options import model_options, sampling_options

if TYPE_CHECKING:
    from colorize_cli.model.backend import Model

__all__ = ["photos"]

# Rows per batch when the user does not say: enough to keep the device busy.
CPU_BATCH, CUDA_BATCH = 4, 64


class BatchSize(click.ParamType[int | None]):
    """A number of at least 1, or `auto`, which is None."""

    name = "batch size"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int | None:
        """Parse what stands on the command line."""
        if value in {None, "auto"}:
            return None
        return click.IntRange(min=1).convert(value, param, ctx)


@click.command()
@click.argument(
    "sources",
    metavar="SRC...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the results; the tree of SRC is mirrored under it.",
)
@sampling_options
@model_options
@click.option(
    "--batch-size",
    type=BatchSize(),
    default="auto",
    show_default=True,
    metavar="N|auto",
    help="Pictures that the network works on at once.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=lambda: min(8, os.cpu_count() or 1),
    show_default="number of cores, at most 8",
    help="Threads that read and threads that write.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["jpg", "png", "webp", "tiff"]),
    help="Format of the results. [default: that of each photo]",
)
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    default=95,
    show_default=True,
    help="Quality of JPEG and WebP results.",
)
@click.option("--overwrite", is_flag=True, help="Make again what is already there.")
@click.option("-n", "--dry-run", is_flag=True, help="Say what would be done, and stop.")
@click.option("-v", "--verbose", is_flag=True, help="List every photo; tracebacks.")
@click.option("-q", "--quiet", is_flag=True, help="Print only what failed.")
@click.pass_context
def photos(ctx: click.Context, /, sources: tuple[Path, ...], **options: Any) -> None:  # noqa: ANN401
    """Colorize photos and folders of photos into another folder."""
    from colorize_cli.batch import BatchSettings, run_batch
    from colorize_cli.console import Console
    from colorize_cli.files import plan_jobs
    from colorize_cli.model import load_model
    from colorize_cli.pipeline import Sampling

    console = Console(verbose=options["verbose"], quiet=options["quiet"])
    plan = plan_jobs(
        sources,
        options["output"],
        format=options["format_"],
        samples=options["samples"],
    )
    if options["dry_run"]:
        console.show_plan(plan, options["samples"], overwrite=options["overwrite"])
        ctx.exit(3 if plan.problems else 0)
    model = load_model(options["model"], options["backend"], options["device"])
    console.show_model(model)
    settings = BatchSettings(
        sampling=Sampling(
            steps=options["steps"],
            sampler=options["sampler"],
            seed=options["seed"],
            size=options["size"],
        ),
        samples=options["samples"],
        batch_size=options["batch_size"] or auto_batch_size(model),
        workers=options["jobs"],
        quality=options["quality"],
        overwrite=options["overwrite"],
    )
    with console.progress(len(plan.jobs)) as on_outcome:
        report = run_batch(plan, model, settings, on_outcome)
    console.show_report(report)
    ctx.exit(report.exit_code)


def auto_batch_size(model: "Model") -> int:
    """Rows per batch for the model's device."""
    return CPU_BATCH if model.backend.device == "cpu" else CUDA_BATCH
