"""`colorize SRC... -o DIR`: the default command."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorize_cli.errors import PlanError
from colorize_cli.options import model_options, sampling_options

if TYPE_CHECKING:
    from colorize_cli.console import Console
    from colorize_cli.files import Plan
    from colorize_cli.model.backend import Model
    from colorize_cli.model.config import ModelConfig
    from colorize_cli.report import Report

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
        if value == "auto":
            return None
        return click.IntRange(min=1).convert(value, param, ctx)


def usable_cores() -> int:
    """Cores that this process may use, at most 8."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return min(8, len(os.sched_getaffinity(0)))
    return min(8, os.cpu_count() or 1)


@click.command(short_help="Colorize photos; the word may be left out.")
@click.argument(
    "sources",
    metavar="SRC...",
    nargs=-1,
    required=True,
    # What may not be read fails by itself, the others are done.
    type=click.Path(exists=True, readable=False, path_type=Path),
)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(file_okay=False, writable=True, readable=False, path_type=Path),
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
    default=usable_cores,
    show_default="one per core, at most 8",
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
    from colorize_cli.console import Console
    from colorize_cli.files import plan_jobs
    from colorize_cli.forecast import foresee
    from colorize_cli.model import load_model
    from colorize_cli.report import Report

    out, samples = options["output"], options["samples"]
    console = Console(verbose=options["verbose"], quiet=options["quiet"])
    plan = plan_jobs(sources, out, format=options["format_"], samples=samples)
    if options["dry_run"]:
        outcomes = foresee(plan, samples, overwrite=options["overwrite"])
        console.show_forecast(outcomes)
        ctx.exit(Report.of(outcomes).exit_code)
    model = load_model(options["model"], options["backend"], options["device"])
    check_size(options["size"], model.header.config)
    make_folder(out)
    report = run(plan, model, console, options)
    console.show_report(report)
    ctx.exit(report.exit_code)


def run(
    plan: "Plan", model: "Model", console: "Console", options: dict[str, Any]
) -> "Report":
    """Colorize the photos of a plan, with a bar, and softly on Ctrl-C."""
    from colorize_cli.batch import BatchSettings, run_batch
    from colorize_cli.interrupts import soft_interrupts
    from colorize_cli.pipeline import Sampling

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
    console.show_model(model, settings.batch_size)
    total = len(plan.jobs) + len(plan.problems)
    with console.progress(total) as watch, soft_interrupts():
        return run_batch(plan, model, settings, watch.on_outcome, watch.on_interrupt)


def auto_batch_size(model: "Model") -> int:
    """Rows per batch for the model's device."""
    return CPU_BATCH if model.backend.device == "cpu" else CUDA_BATCH


def check_size(size: int | None, config: "ModelConfig") -> None:
    """Refuse a working size that would be rounded in silence.

    Raises:
        PlanError: Names the nearest sizes that the model can work at.
    """
    multiple = config.size_multiple_px
    if size is not None and size % multiple:
        below = size // multiple * multiple
        near = [str(each) for each in (below, below + multiple) if each]
        raise PlanError(
            f"--size {size}: this model works at multiples of {multiple} pixels; "
            f"use {' or '.join(near)}"
        )


def make_folder(out: Path) -> None:
    """Make the folder of results, before the network is set to work for nothing.

    Raises:
        PlanError: If that is not possible.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"cannot be made ({error.strerror}); choose another folder with -o"
        raise PlanError(f"{out}: {reason}") from error
