"""`colorize SRC... -o DIR`: the default command."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorize_cli.errors import PlanError
from colorize_cli.options.inputs import input_options, listed_paths, selection_of
from colorize_cli.options.model import model_options
from colorize_cli.options.outputs import output_options, output_place, place_options
from colorize_cli.options.run import run_options
from colorize_cli.options.sampling import sampling_options
from colorize_cli.options.variants import variant_options

if TYPE_CHECKING:
    from colorize_cli.console import Console
    from colorize_cli.files import Plan
    from colorize_cli.model.backend import Model
    from colorize_cli.model.config import ModelConfig
    from colorize_cli.report import Report
    from colorize_cli.variants import Variants

__all__ = ["photos"]

# Rows per batch when the user does not say: enough to keep the device busy.
CPU_BATCH, CUDA_BATCH = 4, 64


@click.command(short_help="Colorize photos; the word may be left out.")
@input_options
@place_options
@variant_options
@sampling_options
@model_options
@output_options
@run_options
@click.pass_context
def photos(
    ctx: click.Context,
    /,
    sources: tuple[Path | str, ...],
    **options: Any,  # noqa: ANN401
) -> None:
    """Colorize photos and folders of photos into another folder."""
    from colorize_cli.console import Console
    from colorize_cli.files import plan_jobs
    from colorize_cli.forecast import foresee
    from colorize_cli.model import load_model
    from colorize_cli.report import Report
    from colorize_cli.variants import Variants

    out = output_place(options["output"], sources)
    console = Console(
        verbose=options["verbose"], quiet=options["quiet"], is_stdout_taken=out == "-"
    )
    variants = Variants(
        samples=options["samples"],
        pick=options["pick"],
        sheet=options["sheet"],
        spread=options["spread"],
    )
    plan = plan_jobs(
        sources,
        out,
        format=options["format_"],
        variants=variants,
        listed=listed_paths(sources, options),
        selection=selection_of(options),
    )
    if options["dry_run"]:
        outcomes = foresee(plan, variants, overwrite=options["overwrite"])
        console.show_forecast(outcomes)
        ctx.exit(Report.of(outcomes).exit_code)
    model = load_model(options["model"], options["backend"], options["device"])
    check_size(options["size"], model.header.config)
    with plan.destination:
        report = run(plan, model, variants, console, options)
    console.show_report(report)
    ctx.exit(report.exit_code)


def run(
    plan: "Plan",
    model: "Model",
    variants: "Variants",
    console: "Console",
    options: dict[str, Any],
) -> "Report":
    """Colorize the photos of a plan, with a bar, and softly on Ctrl-C."""
    from colorize_cli.batch import BatchSettings, run_batch
    from colorize_cli.imaging.grading import Grade
    from colorize_cli.interrupts import soft_interrupts
    from colorize_cli.pipeline import Sampling

    settings = BatchSettings(
        sampling=Sampling(
            steps=options["steps"],
            sampler=options["sampler"],
            seed=options["seed"],
            size=options["size"],
        ),
        variants=variants,
        grade=Grade(
            saturation=options["saturation"], temperature=options["temperature"]
        ),
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
