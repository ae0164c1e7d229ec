"""The desk: where the workers of a run report, and where its ledger is written.

There is one in a cluster, on the machine that started the run. It knows nothing of Ray.
"""

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from colorize_cli.errors import EncodeError
from colorize_cli.ledger import Entry, Journal
from colorize_cli.report import Outcome

__all__ = ["Desk", "Effort", "Headway", "News", "Post"]


@dataclass(slots=True, kw_only=True)
class Headway:
    """How far a portion has come, by workers that may be dead by now.

    Attributes:
        attempt: How many workers have begun it.
        entries: Lines of the ledger that were written for it.
        ended: Names of its photos that have ended, one way or another.
        risked: Names of its photos that a worker was to do by themselves.
    """

    attempt: int = 0
    entries: list[Entry] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    risked: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What portions have taken.

    Attributes:
        denoise_s: Seconds in the network.
        smaller_batches: Rows that the network saw at once in the end, if memory was
            too short for as many as it was to see; else None.
    """

    denoise_s: float = 0.0
    smaller_batches: int | None = None

    def __add__(self, other: "Effort") -> "Effort":
        """What both have taken together."""
        both = (self.smaller_batches, other.smaller_batches)
        return Effort(
            denoise_s=self.denoise_s + other.denoise_s,
            smaller_batches=min((each for each in both if each), default=None),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the desk has heard.

    Attributes:
        outcomes: Of photos that have ended, those not asked for before.
        effort: What all portions that have ended have taken together.
        open_count: Portions that a worker is at.
        refusal: Why a worker cannot work at all; empty if all can.
    """

    outcomes: tuple[Outcome, ...]
    effort: Effort
    open_count: int
    refusal: str


class Post(Protocol):
    """What a worker may say to the desk."""

    def begin(self, number: int) -> Headway | None:
        """Take up a portion; None if there is nothing to be done about it."""

    def risk(self, number: int, name: str) -> bool:
        """Whether a photo may be tried by itself: once."""

    def append(self, number: int, entry: Entry) -> tuple[str, str] | None:
        """Add a line to the ledger; if that failed, what could not be written, why."""

    def tell(self, number: int, outcome: Outcome) -> None:
        """A photo of a portion has ended."""

    def end(self, number: int, effort: Effort) -> None:
        """A portion has ended."""

    def refuse(self, reason: str) -> None:
        """The worker cannot work, and no other could."""


class Desk:
    """Writes the ledger, and remembers what has ended.

    A portion whose worker dies is given to another one. That one goes on where the
    first has stopped, because the desk knows. A worker that was only thought to be dead
    may still report; its photos count, and are as good as the other's.
    """

    def __init__(self, ledger: Path | None) -> None:
        """Open for business.

        Args:
            ledger: The file; None if the destination has none.
        """
        self._journal = Journal(ledger) if ledger is not None else None
        self._open: dict[int, Headway] = {}
        self._finished: set[int] = set()
        self._effort = Effort()
        self._outcomes: list[Outcome] = []
        self._fetched_count = 0
        self._refusal = ""
        self._is_ending = False

    def begin(self, number: int) -> Headway | None:
        """See `Post`: None once the run is to end, or if the portion has ended."""
        if self._is_ending or number in self._finished:
            self._open.pop(number, None)
            return None
        known = self._open.setdefault(number, Headway())
        known.attempt += 1
        return copy.deepcopy(known)

    def risk(self, number: int, name: str) -> bool:
        """See `Post`."""
        known = self._open.setdefault(number, Headway())
        is_first = name not in known.risked
        known.risked.add(name)
        return is_first

    def append(self, number: int, entry: Entry) -> tuple[str, str] | None:
        """See `Post`."""
        if self._journal is not None:
            try:
                self._journal.append(entry)
            except EncodeError as error:
                return str(error.path), error.reason
            if number in self._open:
                self._open[number].entries.append(entry)
        return None

    def tell(self, number: int, outcome: Outcome) -> None:
        """See `Post`."""
        if number in self._open:
            self._open[number].ended.add(outcome.name)
        self._outcomes.append(outcome)

    def end(self, number: int, effort: Effort) -> None:
        """See `Post`."""
        self._open.pop(number, None)
        self._finished.add(number)
        self._effort += effort

    def refuse(self, reason: str) -> None:
        """See `Post`: the run ends."""
        self._refusal = self._refusal or reason
        self._is_ending = True

    def stop(self) -> None:
        """Have no more portions begun."""
        self._is_ending = True

    def news(self, seen_count: int) -> News:
        """What has happened.

        Args:
            seen_count: Outcomes that the caller has received; they are forgotten.
        """
        del self._outcomes[: seen_count - self._fetched_count]
        self._fetched_count = seen_count
        return News(
            outcomes=tuple(self._outcomes),
            effort=self._effort,
            open_count=len(self._open),
            refusal=self._refusal,
        )

    def close(self) -> None:
        """Put the ledger on the disk."""
        if self._journal is not None:
            self._journal.__exit__(None, None, None)
