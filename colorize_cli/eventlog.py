"""What `--log-json` prints: a run as JSON Lines, one event a line."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TextIO

import colorize_cli
from colorize_cli.batch.resume import origin_of
from colorize_cli.files import Plan
from colorize_cli.report import Outcome, Report

if TYPE_CHECKING:
    from colorize_cli.model.backend import Chosen

__all__ = ["EventLog"]


class EventLog:
    """Writes the events of a run to a stream; see docs/batch.md for their keys."""

    def __init__(
        self, stream: TextIO | None, on_loss: Callable[[OSError], None]
    ) -> None:
        """Nothing is written yet.

        Args:
            stream: Takes the lines; None if no log is asked for.
            on_loss: Told once if it does so no longer.
        """
        self._stream = stream
        self._on_loss = on_loss

    def start(
        self, plan: Plan, model: "Chosen | None" = None, *, is_dry_run: bool = False
    ) -> None:
        """The run begins.

        Args:
            plan: What it is to see to.
            model: What colorizes; None if nothing has to be colorized.
            is_dry_run: Nothing will be done.
        """
        values: dict[str, Any] = {
            "tool": colorize_cli.__version__,
            "photos": len(plan.jobs) + len(plan.problems),
            "output": str(plan.destination),
            "dry_run": is_dry_run,
        }
        if model is not None:
            values |= {
                "model": str(model.path),
                "model_hash": model.weights_hash,
                "backend": model.backend.name,
                "device": model.backend.device,
            }
        self._write("start", values)

    def photo(self, outcome: Outcome) -> None:
        """A photo has ended: `photo` if it is done or skipped, `error` if it failed."""
        values: dict[str, Any] = {
            "source": outcome.name or outcome.source,
            "origin": origin_of(outcome.source),
            "status": outcome.status,
            "reason": outcome.reason,
            "targets": outcome.targets,
            "extras": dict(outcome.extras),
            "diversity": outcome.diversity,
        }
        kept = {name: each for name, each in values.items() if each not in EMPTY}
        self._write("error" if outcome.status == "failed" else "photo", kept)

    def refusal(self, reason: str, exit_code: int) -> None:
        """The run cannot be done."""
        values = {"status": "refused", "reason": reason, "exit_code": exit_code}
        self._write("error", values)

    def summary(self, report: Report) -> None:
        """The run has ended."""
        self._write(
            "summary",
            {
                "done": report.counts["done"],
                "skipped": report.counts["skipped"],
                "failed": report.counts["failed"],
                "left": report.left_count,
                "pictures": report.picture_count,
                "seconds": round(report.wall_s, 3),
                "network_seconds": round(report.denoise_s, 3),
                "interrupted": report.is_interrupted,
                "exit_code": report.exit_code,
            },
        )

    def _write(self, event: str, values: Mapping[str, Any]) -> None:
        """One line, ASCII; nothing more once nobody reads it, or the disk is full."""
        if self._stream is None:
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        line = {"event": event, "time": now.replace("+00:00", "Z"), **values}
        try:
            self._stream.write(json.dumps(line, separators=(",", ":")) + "\n")
            self._stream.flush()
        except OSError as error:
            # Photos are worth more than their log.
            self._stream = None
            self._on_loss(error)


EMPTY: tuple[object, ...] = (None, "", (), {})
