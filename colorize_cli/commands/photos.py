"""`colorize SRC... -o DIR`: the default command."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from colorize_cli.commands.engines import Engine, opened_engine
from colorize_cli.commands.failed_list import opened_list
from colorize_cli.commands.rehearsal import rehearse, report_if_finished
from colorize_cli.commands.settings import settings_of
from colorize_cli.commands.stdout import give_up_stdout, stdout_may_fail
from colorize_cli.commands.watching import watched_plans
from colorize_cli.errors import ColorizeError
from colorize_cli.options.inputs import input_options, listed_paths, selection_of
from colorize_cli.options.model import model_options
from colorize_cli.options.outputs import output_options, output_place, place_options
from colorize_cli.options.run import run_options
from colorize_cli.options.sampling import sampling_options
from colorize_cli.options.settings_file import file_in_use, file_options
from colorize_cli.options.variants import variant_options

if TYPE_CHECKING:
    from colorize_cli.console import Console
    from colorize_cli.eventlog import EventLog
    from colorize_cli.files import Plan
    from colorize_cli.report import Outcome, Report
    from colorize_cli.settings import BatchSettings

__all__ = ["photos"]


@click.command
@input_options
@place_options
@variant_options
@sampling_options
@model_options
@output_options
@run_options
@file_options
@click.pass_context
def photos(
    ctx: click.Context,
    /,
    sources: tuple[Path | str, ...],
    **options: Any,  # noqa: ANN401
) -> None:
    """Colorize photos and folders of photos into another folder."""
    from colorize_cli.console import Console

    out = output_place(options["output"], sources)
    if out == "-" and options["on_color"] == "skip":
        # Whoever reads from the pipe wants a picture.
        options["on_color"] = "copy"
    events = open_events(options, out)
    console = Console(
        verbose=options["verbose"],
        quiet=options["quiet"],
        is_stdout_taken=out == "-" or options["log_json"],
    )
    if (path := file_in_use(ctx)) is not None:
        console.show_settings_file(path)
    with refusals_told(events):
        settings = settings_of(options)
        plan = plan_of(sources, out, settings, options)
        if options["dry_run"]:
            ctx.exit(rehearse(plan, settings, console, events, options["model"]))
        plans, is_watched, report = iter([plan]), options["watch"], None
        if is_watched:
            look = partial(plan_of, sources, out, settings, options)
            plans = watched_plans(plan, look, sources, options, console)
        with opened_list(options["failed_list"], null=options["null"]) as list_failed:
            if not is_watched:
                report = report_if_finished(
                    plan, settings, console, events, options["model"]
                )
            if report is None:
                with opened_engine(settings, out, options) as engine:
                    report = run(plans, engine, console, events, is_watched=is_watched)
            unlisted = list_failed(report)
    with stdout_may_fail():
        console.show_report(report)
    if unlisted:
        console.note(f"Error: {unlisted}", style="red")
    ctx.exit(report.exit_code)


def open_events(options: dict[str, Any], out: Path | str) -> "EventLog":
    """The log of `--log-json`, which is silent unless it is asked for.

    Raises:
        UsageError: If stdout is to take a picture as well, or is closed.
    """
    from colorize_cli.eventlog import EventLog

    if not options["log_json"]:
        return EventLog(None, give_up_stdout)
    if out == "-":
        raise click.UsageError("--log-json needs stdout, which takes the picture.")
    if sys.stdout is None:
        raise click.UsageError("--log-json needs stdout, which is closed.")
    return EventLog(sys.stdout, give_up_stdout)


@contextmanager
def refusals_told(events: "EventLog") -> Iterator[None]:
    """Also put into the log why a run was refused."""
    try:
        yield
    except ColorizeError as error:
        events.refusal(str(error), error.exit_code)
        raise


def plan_of(
    sources: tuple[Path | str, ...],
    out: Path | str,
    settings: "BatchSettings",
    options: dict[str, Any],
) -> "Plan":
    """What the run is to see to.

    Raises:
        PlanError: If it would lose or overwrite files, or has nothing to read.
    """
    from colorize_cli.batch.narrowing import failed_before, part_of
    from colorize_cli.files import plan_jobs

    plan = plan_jobs(
        sources,
        out,
        format=options["format"],
        variants=settings.variants,
        listed=listed_paths(sources, options),
        selection=selection_of(options),
        may_be_empty=options["watch"],
    )
    # Only now, so that what may not be done is refused on every machine.
    if options["shard"] is not None:
        plan = part_of(plan, options["shard"])
    return failed_before(plan) if options["retry_failed"] else plan


def run(
    plans: "Iterator[Plan]",
    engine: Engine,
    console: "Console",
    events: "EventLog",
    *,
    is_watched: bool,
) -> "Report":
    """Colorize the photos of one plan after the other.

    Failures of all plans together count. Whoever stops the run while the last photo of
    a plan is written wants it to end, and not to wait for more.
    """
    from colorize_cli.interrupts import soft_interrupts
    from colorize_cli.report import Report

    console.show_model(engine.model, engine.settings.batch_size)
    report, most = Report(), engine.settings.max_errors
    with soft_interrupts() if is_watched else nullcontext():
        for number, plan in enumerate(plans):
            if number == 0:
                events.start(plan, engine.model)
            how = replace(
                engine.settings,
                max_errors=None if most is None else most - len(report.failures),
                # What did not fit once is not tried again.
                batch_size=report.smaller_batches or engine.settings.batch_size,
            )
            report.include(run_plan(plan, how, engine, console, events))
            has_failed = most is not None and len(report.failures) >= most
            if report.is_interrupted or has_failed:
                break
    events.summary(report)
    return report


def run_plan(
    plan: "Plan",
    settings: "BatchSettings",
    engine: Engine,
    console: "Console",
    events: "EventLog",
) -> "Report":
    """Colorize the photos of a plan, with a bar, and softly on Ctrl-C."""
    from colorize_cli.interrupts import soft_interrupts

    total = len(plan.jobs) + len(plan.problems)
    with console.progress(total) as watch, soft_interrupts():

        def on_outcome(outcome: "Outcome") -> None:
            events.photo(outcome)
            watch.on_outcome(outcome)

        return engine.run(plan, settings, on_outcome, watch.on_interrupt)
