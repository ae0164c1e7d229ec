"""What became of every photo of a run."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

__all__ = ["Outcome", "Report", "Status"]

Status = Literal["done", "skipped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The fate of one photo.

    Attributes:
        source: The photo.
        status: `done` written, `skipped` all targets were there, `failed` see reason.
        targets: What was written, or was there already.
        reason: One line; empty unless failed.
        error: The exception, for a traceback under `--verbose`.
    """

    source: Path
    status: Status
    targets: tuple[Path, ...] = ()
    reason: str = ""
    error: BaseException | None = None


@dataclass(slots=True)
class Report:
    """Counts, failures, and where the time went.

    Attributes:
        counts: Photos per status.
        failures: Outcomes with status `failed`, in the order they happened.
        sample_count: Pictures written.
        denoise_s: Seconds inside the reverse loop.
        wall_s: Seconds of the whole run, model loading not included.
        is_interrupted: Whether the user stopped the run.
    """

    counts: Counter[Status] = field(default_factory=Counter)
    failures: list[Outcome] = field(default_factory=list)
    sample_count: int = 0
    denoise_s: float = 0.0
    wall_s: float = 0.0
    is_interrupted: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count one photo."""
        self.counts[outcome.status] += 1
        if outcome.status == "failed":
            self.failures.append(outcome)
        elif outcome.status == "done":
            self.sample_count += len(outcome.targets)

    @property
    def exit_code(self) -> int:
        """0 all done or skipped, 3 some photos failed, 130 interrupted."""
        if self.is_interrupted:
            return 130
        return 3 if self.failures else 0
