"""What the user sees: progress on stderr, the report on stdout. The only rich file."""

import os
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console as RichConsole
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from colorize_cli.report import Outcome, Report

if TYPE_CHECKING:
    from colorize_cli.files import Plan
    from colorize_cli.model.backend import Model
    from colorize_cli.model.device import DeviceStatus

__all__ = ["Console", "printable"]


def printable(path: Path) -> str:
    """The path on one line, whatever bytes its name has."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


class Rate(ProgressColumn):
    """Photos per second."""

    def render(self, task: Task) -> Text:
        """Two digits matter when a photo takes seconds."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.2f} photos/s")


class Console:
    """Prints plan, model, progress and report at the chosen verbosity."""

    def __init__(self, *, verbose: bool = False, quiet: bool = False) -> None:
        """`quiet` leaves only failures, `verbose` lists every photo."""
        self.verbose = verbose
        self.quiet = quiet
        self.out = RichConsole(highlight=False)
        self.err = RichConsole(stderr=True, highlight=False)

    def note(self, text: str, *, style: str = "") -> None:
        """One line on stderr, never wrapped or interpreted."""
        self.err.print(Text(text, style=style), soft_wrap=True)

    def show_model(self, model: "Model") -> None:
        """Say which model runs where."""
        if not self.quiet:
            backend = model.backend
            path = printable(model.path)
            self.note(f"{path} on {backend.name}, {backend.device}", style="dim")

    def show_plan(self, plan: "Plan", samples: int, *, overwrite: bool) -> None:
        """The `--dry-run` output: one line per photo on stdout, totals on stderr."""
        counts = {"make": 0, "skip": 0}
        for job in plan.jobs:
            targets = [job.target_of_sample(k) for k in range(samples)]
            is_done = not overwrite and all(target.exists() for target in targets)
            verb = "skip" if is_done else "make"
            counts[verb] += 1
            line = f"{verb} {printable(job.source)} -> {printable(job.target)}"
            self.out.print(Text(line), soft_wrap=True)
        for problem in plan.problems:
            self._show_failure(Path(str(problem.path)), problem.reason, problem)
        self.note(
            f"{counts['make']} photos to make, {counts['skip']} already there, "
            f"{len(plan.problems)} problems; nothing was written"
        )

    @contextmanager
    def progress(self, total: int) -> Iterator[Callable[[Outcome], None]]:
        """A bar on stderr if it is a terminal; yields the callback for outcomes."""
        bar = Progress(
            TextColumn("colorizing"),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeElapsedColumn(),
            TextColumn("ETA"),
            TimeRemainingColumn(),
            console=self.err,
            disable=self.quiet or not self.err.is_terminal,
        )
        with bar:
            task = bar.add_task("photos", total=total)

            def on_outcome(outcome: Outcome) -> None:
                self.show_outcome(outcome)
                bar.advance(task)

            yield on_outcome

    def show_outcome(self, outcome: Outcome) -> None:
        """A line for a failure; with `verbose`, for every photo."""
        if outcome.status == "failed":
            self._show_failure(outcome.source, outcome.reason, outcome.error)
        elif self.verbose:
            self.note(f"{outcome.status} {printable(outcome.source)}")

    def show_report(self, report: Report) -> None:
        """The totals, on stdout."""
        if self.quiet:
            return
        table = Table(show_header=False, box=None, pad_edge=False)
        rows = [
            ("done", f"{report.counts['done']} photos"),
            ("skipped", f"{report.counts['skipped']} already there"),
            ("failed", f"{report.counts['failed']} photos"),
            ("written", f"{report.sample_count} pictures"),
            (
                "time",
                f"{report.wall_s:.1f} s, of which {report.denoise_s:.1f} s denoise",
            ),
        ]
        if report.counts["done"] and report.wall_s:
            rate = report.counts["done"] / report.wall_s
            rows.append(("speed", f"{rate:.2f} photos/s"))
        for name, value in rows:
            style = "bold red" if name == "failed" and report.failures else ""
            table.add_row(name, value, style=style)
        self.out.print(table)
        if report.is_interrupted:
            self.note("Interrupted; finished photos are kept, run again for the rest.")

    def show_inspection(
        self, model: "Model", devices: Mapping[str, Sequence["DeviceStatus"]]
    ) -> None:
        """What `colorize inspect` prints on stdout."""
        header = model.header
        gammas = header.schedule.gammas
        sections = {
            printable(model.path): dict(header.provenance),
            "config": header.config.to_json(),
            "sampling schedule": {
                "steps": len(gammas),
                "gammas": ", ".join(f"{gamma:.4g}" for gamma in gammas),
            },
            "backends here": {
                f"{backend} {status.device}": status.problem or "works"
                for backend, statuses in devices.items()
                for status in statuses
            },
        }
        for title, values in sections.items():
            table = Table(show_header=False, box=None, pad_edge=False)
            table.add_column(style="dim", no_wrap=True)
            table.add_column(overflow="fold")
            for name, value in values.items():
                table.add_row(Text(name), Text(str(value)))
            self.out.print(Text(title, style="bold"), soft_wrap=True)
            self.out.print(table)

    def _show_failure(
        self, path: Path, reason: str, error: BaseException | None
    ) -> None:
        self.note(f"failed {printable(path)}: {reason}", style="red")
        if self.verbose and error is not None:
            self.note("".join(traceback.format_exception(error)), style="dim")
