"""Writing down in the ledger what becomes of each photo."""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import colorize_cli
from colorize_cli.batch.flight import Flight, Landing, Reading
from colorize_cli.batch.resume import Resume, origin_of
from colorize_cli.errors import EncodeError
from colorize_cli.files import Job
from colorize_cli.ledger import Entry, EntryStatus, Target
from colorize_cli.model.backend import Model
from colorize_cli.report import Outcome
from colorize_cli.variants import Product

__all__ = ["Lines", "Recorder"]


class Lines(Protocol):
    """What takes the lines of a ledger: a `Journal`, or the way to one."""

    def append(self, entry: Entry) -> None:
        """Add a line; from any thread.

        Raises:
            EncodeError: If it cannot be written.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Adds the lines of a run to its ledger; may be used from any thread.

    Attributes:
        journal: The ledger; None if the destination has none.
        resume: The settings of the run, and what was there before it.
        model: The model of the run.
    """

    journal: Lines | None
    resume: Resume
    model: Model

    def started(self, flight: Flight) -> None:
        """Results are about to be written; if the run is killed now, they are ours.

        Raises:
            EncodeError: If the ledger cannot be written.
        """
        targets = [self._target(flight, each) for each in pictures(flight)]
        self._append(
            flight.job,
            "started",
            flight.reading,
            targets=tuple(targets),
            extras=extras(flight, flight.decision.products),
        )

    def done(self, flight: Flight, outcome: Outcome) -> None:
        """Every result is written.

        Raises:
            EncodeError: If the ledger cannot be written.
        """
        before = flight.decision.goes_on
        shown = dict(zip(pictures(flight), outcome.samples, strict=True))
        made = [
            replace(self._target(flight, each), sample=sample)
            for each, sample in shown.items()
        ]
        kept_targets, kept_extras = self._kept(flight)
        diversity = outcome.diversity
        if diversity is None and before is not None and self._is_of_as_many(before):
            diversity = before.diversity
        self._append(
            flight.job,
            "done",
            flight.reading,
            targets=joined(kept_targets, made),
            extras=kept_extras | extras(flight, flight.decision.products),
            reason=outcome.reason,
            on_color=flight.on_color,
            diversity=diversity,
            seconds=round(time.perf_counter() - flight.reading.began_s, 3),
        )

    def skipped(self, landing: Landing) -> None:
        """A photo was read and left alone; the next run need not read it.

        Raises:
            EncodeError: If the ledger cannot be written.
        """
        before = landing.decision.goes_on
        if before is None:
            self._append(
                landing.job, "skipped", landing.reading, reason=landing.decision.reason
            )
        elif self.journal is not None:
            status: EntryStatus = "skipped" if before.status == "skipped" else "done"
            reason = "" if before.status == "failed" else before.reason
            entry = replace(before, status=status, reason=reason, time=now())
            origin = origin_of(landing.job.source)
            stamp = stamped(landing.reading)
            self.journal.append(replace(entry, origin=origin, **stamp))

    def failed(self, job: Job, reason: str, flight: Flight | None = None) -> None:
        """A photo failed, before or while its results were written.

        What earlier runs have made of it is not forgotten: a disk that was away for a
        night is no reason to do everything again. The report tells of the failure in
        any case, so a ledger that cannot be written is no second one; and a photo that
        fails again as it did needs no second line, unless there is a `started` one.
        """
        before = self.resume.history.entries.get(job.source.name)
        if flight is not None and flight.hashes:
            entry = self._partly_written(flight, reason)
        elif before is not None and before.hash:
            entry = failed_since(before, reason)
        else:
            entry = self._entry(job, "failed", None, reason=reason)
        is_repeated = before is not None and replace(entry, time=before.time) == before
        is_news = flight is not None or not is_repeated
        if self.journal is not None and is_news:
            with contextlib.suppress(EncodeError):
                self.journal.append(entry)

    def _partly_written(self, flight: Flight, reason: str) -> Entry:
        """The line of a photo of which some results were written and one was not."""
        written = [each for each in pictures(flight) if each in flight.hashes]
        made = [self._target(flight, each) for each in written]
        targets, kept = self._kept(flight)
        return self._entry(
            flight.job,
            "failed",
            flight.reading,
            reason=reason,
            targets=joined(targets, made),
            extras=kept | extras(flight, flight.hashes),
            on_color=flight.on_color,
        )

    def _kept(self, flight: Flight) -> tuple[list[Target], dict[str, str]]:
        """Results and extras of earlier runs that are added to, and stay as they are.

        A sheet and a spread map of another number of samples are no longer true.
        """
        before = flight.decision.goes_on
        if before is None:
            return [], {}
        anew = {str(flight.job.place_of(each)) for each in flight.decision.products}
        targets = [each for each in before.targets if each.path not in anew]
        if not self._is_of_as_many(before):
            return targets, {}
        return targets, {k: p for k, p in before.extras.items() if p not in anew}

    def _is_of_as_many(self, before: Entry) -> bool:
        """Whether an earlier run drew as many samples as this one is to have."""
        return before.samples == self.resume.settings.variants.samples

    def _append(
        self,
        job: Job,
        status: EntryStatus,
        reading: Reading,
        **values: Any,  # noqa: ANN401
    ) -> None:
        if self.journal is not None:
            self.journal.append(self._entry(job, status, reading, **values))

    def _entry(
        self,
        job: Job,
        status: EntryStatus,
        reading: Reading | None,
        **values: Any,  # noqa: ANN401
    ) -> Entry:
        """A line with what all lines of the run have in common."""
        settings, schedule = self.resume.settings, self.model.header.schedule
        sampling, variants = settings.sampling, settings.variants
        return Entry(
            source=job.source.name,
            status=status,
            origin=origin_of(job.source),
            settings=self.resume.formats[job.format],
            model=self.model.weights_hash,
            model_name=self.model.path.stem,
            seed=sampling.seed,
            samples=variants.samples,
            steps=sampling.step_count(schedule),
            sampler=sampling.sampler,
            pick=variants.pick,
            time=now(),
            tool=colorize_cli.__version__,
            **(stamped(reading) if reading else {}),
            **values,
        )

    def _target(self, flight: Flight, product: Product) -> Target:
        return Target(
            path=str(flight.job.place_of(product)),
            seed=self.resume.settings.sampling.seed,
            sample=product.number,
            hash=flight.hashes.get(product, ""),
        )


def pictures(flight: Flight) -> list[Product]:
    """The pictures that are to be made of a photo."""
    return [each for each in flight.decision.products if each.kind == "picture"]


def extras(flight: Flight, products: Iterable[Product]) -> dict[str, str]:
    """Where those of some products of a photo are that are no pictures, by kind."""
    return {
        each.kind: str(flight.job.place_of(each))
        for each in products
        if each.kind != "picture"
    }


def failed_since(before: Entry, reason: str) -> Entry:
    """The line of a photo of which nothing was written, after an earlier line.

    What that one knows stays. But only of results that were all written is it certain
    which settings have made them: not of those of a run that was stopped as it wrote,
    nor of what lies where a photo in colour was copied or left alone.
    """
    is_certain = before.status == "failed" or (
        before.status == "done" and not before.reason
    )
    known = before if is_certain else replace(before, settings="", model="")
    return replace(known, status="failed", reason=reason, time=now())


def joined(before: list[Target], made: list[Target]) -> tuple[Target, ...]:
    """Targets of earlier runs and of this one, each place once, in order."""
    by_path = {target.path: target for target in (*before, *made)}
    return tuple(sorted(by_path.values(), key=lambda each: each.sample or 0))


def stamped(reading: Reading) -> dict[str, Any]:
    """What an entry says about a photo's file."""
    size, mtime_ns = reading.stamp or (None, None)
    return {"hash": reading.hash, "size": size, "mtime_ns": mtime_ns}


def now() -> str:
    """The time, UTC, in seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
