"""What became of every photo of a run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Self

from colorize_cli.errors import ColorizeError, PhotoError
from colorize_cli.variants import Kind

__all__ = ["Outcome", "Report", "Status"]

Status = Literal["done", "skipped", "failed"]

SOME_FAILED, INTERRUPTED = 3, 130


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The fate of one photo.

    Attributes:
        source: The photo, as the user knows it.
        name: Its path under the folder that was named, as in the ledger; empty if it
            was not even found.
        status: `done` written, `skipped` all targets were there, `failed` see reason.
        targets: The pictures that were written, or were there already, each with its
            full place; empty if failed.
        extras: The sheet and the spread map likewise.
        samples: Which sample each written picture shows, from 0; None for the mean of
            all. Empty if none was written.
        diversity: Mean standard deviation of a and b between the samples, in Lab
            units; None if not all of them were drawn, or there is only one.
        losses: What the format of the results could not hold of the photo, each in a
            few words.
        reason: Why it failed, or was skipped though not all was there, or was copied;
            one line.
        error: The exception, for a traceback under `--verbose`.
    """

    source: str
    name: str = ""
    status: Status
    targets: tuple[str, ...] = ()
    extras: Mapping[Kind, str] = field(default_factory=dict)
    samples: tuple[int | None, ...] = ()
    diversity: float | None = None
    losses: tuple[str, ...] = ()
    reason: str = ""
    error: BaseException | None = None

    @classmethod
    def failure(cls, source: str, error: BaseException, name: str = "") -> Self:
        """The outcome of a photo that raised."""
        if isinstance(error, PhotoError) and str(error.path) == source:
            reason = error.reason
        elif isinstance(error, ColorizeError):
            reason = str(error)  # names the result, or the model
        else:
            reason = f"{type(error).__name__}: {error}"
        return cls(
            source=source, name=name, status="failed", reason=reason, error=error
        )


@dataclass(slots=True)
class Report:
    """Counts, failures, and where the time went.

    Attributes:
        planned_count: Photos that the run was to see to.
        counts: Photos per status.
        reasons: Skipped photos per reason; none is that all was there.
        failures: Outcomes with status `failed`, in the order they happened, without
            their exceptions: those hold on to the photo's pixels.
        picture_count: Written for photos that are done.
        extra_counts: What was written besides them, per kind.
        copied_count: Photos that are done by being copied, as they are in colour.
        losses: Photos per thing that the format of their results could not hold.
        denoise_s: Seconds inside the reverse loop.
        wall_s: Seconds of the whole run, model loading not included.
        smaller_batches: Rows that the network saw at once in the end, if memory was
            too short for as many as it was to see; else None.
        is_interrupted: Whether the user stopped the run.
    """

    planned_count: int = 0
    counts: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    failures: list[Outcome] = field(default_factory=list)
    picture_count: int = 0
    extra_counts: Counter[Kind] = field(default_factory=Counter)
    copied_count: int = 0
    losses: Counter[str] = field(default_factory=Counter)
    denoise_s: float = 0.0
    wall_s: float = 0.0
    smaller_batches: int | None = None
    is_interrupted: bool = False

    @classmethod
    def of(cls, outcomes: Sequence[Outcome]) -> Self:
        """The report of these outcomes."""
        report = cls(planned_count=len(outcomes))
        for outcome in outcomes:
            report.add(outcome)
        return report

    def add(self, outcome: Outcome) -> None:
        """Count one photo."""
        self.counts[outcome.status] += 1
        if outcome.status == "failed":
            self.failures.append(replace(outcome, error=None))
        elif outcome.status == "skipped":
            self.reasons[outcome.reason] += 1
        else:
            self.picture_count += len(outcome.targets)
            self.copied_count += bool(outcome.reason)
            self.losses.update(outcome.losses)
            self.extra_counts.update(outcome.extras.keys())

    def include(self, later: Self) -> None:
        """Count the photos of a run that has followed in the same process."""
        self.planned_count += later.planned_count
        self.counts += later.counts
        self.reasons += later.reasons
        self.failures += later.failures
        self.picture_count += later.picture_count
        self.extra_counts += later.extra_counts
        self.copied_count += later.copied_count
        self.losses += later.losses
        self.denoise_s += later.denoise_s
        self.wall_s += later.wall_s
        self.smaller_batches = later.smaller_batches or self.smaller_batches
        self.is_interrupted |= later.is_interrupted

    @property
    def left_count(self) -> int:
        """Photos that an interrupted run did not get to."""
        return self.planned_count - self.counts.total()

    @property
    def exit_code(self) -> int:
        """0 all done or skipped, 3 some photos failed, 130 interrupted."""
        if self.is_interrupted:
            return INTERRUPTED
        return SOME_FAILED if self.failures else 0
