"""What needs no model: saying what a run would do, and runs with nothing to do."""

from pathlib import Path
from typing import TYPE_CHECKING

from colorize_cli.commands.stdout import swallow_stdout
from colorize_cli.errors import PlanError

if TYPE_CHECKING:
    from colorize_cli.batch.resume import Resume
    from colorize_cli.console import Console
    from colorize_cli.eventlog import EventLog
    from colorize_cli.files import Plan
    from colorize_cli.report import Report
    from colorize_cli.settings import BatchSettings

__all__ = ["rehearse", "report_if_finished"]


def rehearse(
    plan: "Plan",
    settings: "BatchSettings",
    console: "Console",
    events: "EventLog",
    model: Path | None,
) -> int:
    """Say what a run would do; returns its exit code.

    Raises:
        PlanError: If that cannot be said, as the disk behind stdout is full.
    """
    from colorize_cli.batch.forecast import foresee
    from colorize_cli.report import Report

    outcomes = foresee(plan, resume_of(plan, settings, model))
    report = Report.of(outcomes)
    try:
        console.show_forecast(outcomes)
    except OSError as error:
        swallow_stdout()
        reason = f"cannot be written to ({error.strerror})"
        raise PlanError(f"stdout: {reason}") from error
    events.start(plan, is_dry_run=True)
    for outcome in outcomes:
        events.photo(outcome)
    events.summary(report)
    return report.exit_code


def report_if_finished(
    plan: "Plan",
    settings: "BatchSettings",
    console: "Console",
    events: "EventLog",
    model: Path | None,
) -> "Report | None":
    """The report of a run that finds everything done; None if there is work.

    Most nights nothing has changed. Then no model is loaded, and no GPU taken.
    """
    from colorize_cli.batch.forecast import finished
    from colorize_cli.report import Report

    outcomes = finished(plan, resume_of(plan, settings, model))
    if outcomes is None:
        return None
    # The last run may have been killed after its last result.
    plan.destination.sweep({job.target.parent for job in plan.jobs})
    events.start(plan)
    for outcome in outcomes:
        console.show_outcome(outcome)
        events.photo(outcome)
    report = Report.of(outcomes)
    events.summary(report)
    return report


def resume_of(plan: "Plan", settings: "BatchSettings", model: Path | None) -> "Resume":
    """What decides what is to be done.

    Without a ledger the model does not matter, and there need not even be one.
    """
    from colorize_cli.batch.resume import Resume
    from colorize_cli.ledger import History, read_history
    from colorize_cli.model import find_model, weights_hash

    ledger = plan.destination.ledger_path
    history = History() if ledger is None else read_history(ledger)
    weights = weights_hash(find_model(model)) if history.entries else ""
    return Resume.of(plan.destination, history, settings, weights)
