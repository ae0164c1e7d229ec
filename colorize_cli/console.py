"""What the user sees: progress on stderr, the report on stdout. The only rich file."""

import io
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console as RichConsole
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from colorize_cli.report import Outcome, Report

if TYPE_CHECKING:
    from colorize_cli.model.backend import Chosen

__all__ = ["Console", "Watch", "printable"]


def printable(text: Path | str) -> str:
    """The text on one line, whatever bytes a file's name has."""
    escaped = str(text).encode("utf-8", "surrogateescape")
    letters = escaped.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in letters)


def counted(number: int, noun: str) -> str:
    """The number with its noun, in the plural unless it is 1."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def made(report: Report) -> str:
    """How many files were made, by what they show."""
    extras = report.extra_counts
    counts = [
        (report.picture_count, "picture"),
        (extras["sheet"], "sheet"),
        (extras["spread"], "spread map"),
    ]
    return ", ".join(counted(n, noun) for n, noun in counts if n or noun == "picture")


def skipped_because(report: Report) -> str:
    """Why photos were skipped, with numbers if there are several reasons."""
    reasons = {reason or "already there": n for reason, n in report.reasons.items()}
    if len(reasons) < 2:
        return next(iter(reasons), "already there")
    return "; ".join(f"{n} {reason}" for reason, n in sorted(reasons.items()))


class Terminal(RichConsole):
    """A rich console that goes on in silence when nobody reads it any more."""

    def on_broken_pipe(self) -> None:
        """Rich would end the program; photos are worth more than their log."""
        self.quiet = True
        # What is still buffered must not fail when the program ends.
        with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), self.file.fileno())

    def _check_buffer(self) -> None:
        """Take a full disk behind stderr for a reader who has gone.

        One behind stdout is an error: the caller says so on stderr.
        """
        try:
            super()._check_buffer()
        except OSError:
            if not self.stderr:
                raise
            self.on_broken_pipe()


class Rate(ProgressColumn):
    """Photos per second."""

    def render(self, task: Task) -> Text:
        """Two digits matter when a photo takes seconds."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:.2f} photos/s")


class Console:
    """Prints model, progress and report at the chosen verbosity."""

    def __init__(
        self,
        *,
        verbose: bool = False,
        quiet: bool = False,
        is_stdout_taken: bool = False,
    ) -> None:
        """Decide what is said, and where.

        Args:
            verbose: List every photo and show tracebacks.
            quiet: Leave only failures.
            is_stdout_taken: Print the report on stderr; stdout carries a picture.
        """
        self.verbose = verbose
        self.quiet = quiet
        # Names that the terminal's encoding lacks are escaped, as on stderr.
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(errors="backslashreplace")
        self.out = Terminal(stderr=is_stdout_taken, highlight=False)
        self.err = Terminal(stderr=True, highlight=False)

    def note(self, text: str, *, style: str = "") -> None:
        """One line on stderr, never wrapped or interpreted."""
        self.err.print(Text(text, style=style), soft_wrap=True)

    def show_model(self, model: "Chosen", batch_size: int) -> None:
        """Say which model runs where, and how."""
        if not self.quiet:
            name, device = model.backend.name, model.backend.device
            where = f"backend {name}, device {device}, batches of {batch_size}"
            self.note(f"{printable(model.path)}: {where}", style="dim")

    def show_settings_file(self, path: Path) -> None:
        """Say that options come from a file, as nobody may have thought of it."""
        if not self.quiet:
            self.note(f"options from {printable(path)}", style="dim")

    def show_forecast(self, outcomes: Sequence[Outcome]) -> None:
        """The `--dry-run` output: a line per file on stdout, totals on stderr."""
        report = Report.of(outcomes)
        for outcome in outcomes:
            if outcome.status == "failed":
                self.show_outcome(outcome)
            verb = "skip" if outcome.status == "skipped" else "make"
            for target in (*outcome.targets, *outcome.extras.values()):
                line = f"{verb} {printable(outcome.source)} -> {printable(target)}"
                self.out.print(Text(line), soft_wrap=True)
        counts = report.counts
        if not self.quiet:
            self.note(
                f"{made(report)} of "
                f"{counted(counts['done'], 'photo')} to make, "
                f"{counted(counts['skipped'], 'photo')} already there, "
                f"{counts['failed']} unreadable; nothing was written"
            )

    @contextmanager
    def progress(self, total: int) -> "Iterator[Watch]":
        """A bar on stderr if it is a terminal; yields what a run reports to."""
        bar = Progress(
            TextColumn("colorizing"),
            BarColumn(),
            MofNCompleteColumn(),
            Rate(),
            TimeElapsedColumn(),
            TextColumn("ETA"),
            TimeRemainingColumn(),
            console=self.err,
            disable=self.quiet or not self.err.file.isatty(),
        )
        with bar:
            yield Watch(self, bar, bar.add_task("photos", total=total))

    def show_outcome(self, outcome: Outcome) -> None:
        """A line for a failure; with `verbose`, for every photo."""
        source, error = printable(outcome.source), outcome.error
        if outcome.status == "failed":
            self.note(f"failed {source}: {printable(outcome.reason)}", style="red")
            if self.verbose and error is not None:
                self.note("".join(traceback.format_exception(error)), style="dim")
        elif self.verbose and not self.quiet:
            reason = f": {printable(outcome.reason)}" if outcome.reason else ""
            self.note(f"{outcome.status} {source}{reason}")

    def show_report(self, report: Report) -> None:
        """The totals, on stdout."""
        if self.quiet:
            return
        photos = {
            status: counted(report.counts[status], "photo")
            for status in ("done", "skipped", "failed")
        }
        rows = {
            "done": f"{photos['done']}, {made(report)}",
            "skipped": f"{photos['skipped']}, {skipped_because(report)}",
            "failed": photos["failed"],
            "time": f"{report.wall_s:.1f} s, "
            f"of which the network {report.denoise_s:.1f} s",
        }
        if report.smaller_batches:
            rows["memory"] = f"was short; batches of {report.smaller_batches} did fit"
        if report.copied_count:
            rows["copied"] = f"{counted(report.copied_count, 'photo')} in colour"
        if report.losses:
            rows["note"] = "; ".join(
                f"{counted(number, 'photo')}: {loss}"
                for loss, number in sorted(report.losses.items())
            )
        if report.left_count:
            rows["left"] = f"{counted(report.left_count, 'photo')}; run again for them"
        if report.counts["done"] and report.wall_s:
            rows["speed"] = f"{report.counts['done'] / report.wall_s:.2f} photos/s"
        styles = {"failed": "bold red"} if report.failures else {}
        self._print_table(rows, styles)

    def show_sections(self, sections: Mapping[str, Mapping[str, Any]]) -> None:
        """Tables with a title each, on stdout."""
        for title, values in sections.items():
            self.out.print(Text(title, style="bold"), soft_wrap=True)
            self._print_table(values)

    def show_command(self, command: str, result: str) -> None:
        """A command that makes a picture again, on a line of its own."""
        self.out.print(Text(f"makes it again, as {result}", style="bold"))
        self.out.print(Text(printable(command)), soft_wrap=True)

    def _print_table(
        self, rows: Mapping[str, Any], styles: Mapping[str, str] | None = None
    ) -> None:
        table = Table(show_header=False, box=None, pad_edge=False)
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in rows.items():
            is_count = isinstance(value, int) and not isinstance(value, bool)
            text = f"{value:,}" if is_count else str(value)
            style = (styles or {}).get(name)
            table.add_row(Text(name), Text(printable(text)), style=style)
        self.out.print(table)


@dataclass(frozen=True, slots=True)
class Watch:
    """Follows a run: moves the bar, prints what is worth a line."""

    console: Console
    bar: Progress
    task: TaskID

    def on_outcome(self, outcome: Outcome) -> None:
        """A photo has ended."""
        self.console.show_outcome(outcome)
        self.bar.advance(self.task)

    def on_interrupt(self) -> None:
        """The user has stopped the run, which now finishes what it is writing."""
        # The bar hides the cursor, and a second signal leaves no time to show it.
        self.bar.stop()
        self.console.note(
            "Interrupted; finishing the photos that are being written. "
            "Ctrl-C again stops at once."
        )
