"""The batch engine: many photos through one model, and a report.

Three stages overlap: a reader pool decodes ahead, the calling thread denoises batches
that mix photos and samples, a writer pool recombines, encodes and writes. Each stage
waits when the next one is full, so memory does not grow with the number of photos.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from colorize_cli import codec, files
from colorize_cli.errors import PhotoError
from colorize_cli.files import Job, Plan
from colorize_cli.imaging.photo import Photo
from colorize_cli.model.backend import Model
from colorize_cli.pipeline import (
    Canvas,
    Row,
    Sampling,
    denoise,
    finish,
    prepare,
    rows_of,
)
from colorize_cli.report import Outcome, Report

__all__ = ["BatchSettings", "run_batch"]

OnOutcome = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """How a run is done; only `sampling` and `samples` decide the colours."""

    sampling: Sampling = field(default_factory=Sampling)
    # Variants per photo.
    samples: int = 1
    # Rows that the network sees at once.
    batch_size: int = 4
    # Threads that read and threads that write.
    workers: int = 2
    # JPEG and WebP quality, 1 to 100.
    quality: int = 95
    # Write again what is already there.
    overwrite: bool = False


@dataclass(slots=True, eq=False)
class Flight:
    """A photo between reading and writing."""

    job: Job
    # Which samples are to be made, from 0.
    samples: list[int]
    photo: Photo
    canvas: Canvas
    # ab of each finished row, by (sample, window).
    fields: dict[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)
    has_failed: bool = False

    @property
    def rows(self) -> list[Row]:
        """The rows of the samples that are to be made."""
        wanted = set(self.samples)
        rows = rows_of(self.canvas, max(wanted) + 1)
        return [row for row in rows if row.sample in wanted]

    @property
    def is_complete(self) -> bool:
        """Whether every row has its colours."""
        return len(self.fields) == len(self.samples) * len(self.canvas.luminance)


def run_batch(
    plan: Plan,
    model: Model,
    settings: BatchSettings,
    on_outcome: OnOutcome = lambda outcome: None,
) -> Report:
    """Colorize every job of a plan; one photo's failure never stops the others.

    Args:
        plan: What to read and where to write; its problems count as failed photos.
        model: A loaded model.
        settings: How.
        on_outcome: Called in the calling thread as photos end.

    Returns:
        The report. Ctrl-C ends the run early: photos already in the writer pool are
        finished, the others are left for the next run.
    """
    run = Run(model, settings, on_outcome)
    started = time.perf_counter()
    try:
        run.colorize(plan)
    except KeyboardInterrupt:
        run.report.is_interrupted = True
    finally:
        run.close()
    run.report.wall_s = time.perf_counter() - started
    return run.report


class Run:
    """The state of one run: pools, photos on their way, report."""

    def __init__(
        self, model: Model, settings: BatchSettings, on_outcome: OnOutcome
    ) -> None:
        """Start the pools."""
        self.model = model
        self.settings = settings
        self.on_outcome = on_outcome
        self.report = Report()
        self.readers = ThreadPoolExecutor(settings.workers, "reader")
        self.writers = ThreadPoolExecutor(settings.workers, "writer")
        self.reads: deque[tuple[Job, Future[Flight | None]]] = deque()
        self.writes: deque[tuple[Job, Future[Outcome]]] = deque()
        # Rows that wait for a full batch, by window size.
        self.waiting: dict[tuple[int, int], deque[tuple[Flight, Row]]] = {}

    def colorize(self, plan: Plan) -> None:
        """Take every job from reading to writing."""
        for problem in plan.problems:
            self._end(failure(Path(str(problem.path)), problem))
        batch_size = self.settings.batch_size
        for flight in self._read_ahead(plan.jobs):
            tile = flight.canvas.grid.tile
            queue = self.waiting.setdefault(tile, deque())
            queue.extend((flight, row) for row in flight.rows)
            while len(queue) >= batch_size:
                self._denoise_one_batch(queue)
            # Odd sizes must not pile up until the end of the run.
            while sum(map(len, self.waiting.values())) > 4 * batch_size:
                self._denoise_one_batch(max(self.waiting.values(), key=len))
            self._collect_writes(limit=2 * self.settings.workers)
        for queue in self.waiting.values():
            while queue:
                self._denoise_one_batch(queue)
        self._collect_writes(limit=0)

    def close(self) -> None:
        """Drop what has not been read, finish what is being written."""
        self.readers.shutdown(wait=True, cancel_futures=True)
        self._collect_writes(limit=0)
        self.writers.shutdown(wait=True)

    def _end(self, outcome: Outcome) -> None:
        self.report.add(outcome)
        self.on_outcome(outcome)

    def _read_ahead(self, jobs: Sequence[Job]) -> Iterator[Flight]:
        """Photos in the order of the jobs, decoded ahead of their turn."""
        ahead = self.settings.workers + self.settings.batch_size
        coming = iter(jobs)
        while True:
            while len(self.reads) < ahead and (job := next(coming, None)) is not None:
                self.reads.append((job, self.readers.submit(self._read, job)))
            if not self.reads:
                return
            job, future = self.reads.popleft()
            try:
                flight = future.result()
            except Exception as error:
                self._end(failure(job.source, error))
                continue
            if flight is None:
                self._end(Outcome(source=job.source, status="skipped"))
            else:
                yield flight

    def _read(self, job: Job) -> Flight | None:
        """Decode and lay out one photo; None if nothing is left to be made of it."""
        samples = [
            k
            for k in range(self.settings.samples)
            if self.settings.overwrite or not job.target_of_sample(k).exists()
        ]
        if not samples:
            return None
        photo = codec.decode(files.read(job.source), job.source)
        size = self.settings.sampling.size
        canvas = prepare(photo, self.model.header.config, size)
        return Flight(job, samples, photo, canvas)

    def _denoise_one_batch(self, queue: deque[tuple[Flight, Row]]) -> None:
        """Colour the next rows of a queue and hand complete photos to the writers."""
        count = min(len(queue), self.settings.batch_size)
        taken = [queue.popleft() for _ in range(count)]
        taken = [(flight, row) for flight, row in taken if not flight.has_failed]
        if not taken:
            return
        started = time.perf_counter()
        try:
            rows = [row for _, row in taken]
            fields = denoise(self.model, rows, self.settings.sampling)
        except Exception as error:
            for flight in dict.fromkeys(flight for flight, _ in taken):
                flight.has_failed = True
                self._end(failure(flight.job.source, error))
            return
        finally:
            self.report.denoise_s += time.perf_counter() - started
        for (flight, row), ab in zip(taken, fields, strict=True):
            flight.fields[row.sample, row.window] = ab
        for flight in dict.fromkeys(flight for flight, _ in taken):
            if flight.is_complete:
                self.writes.append(
                    (flight.job, self.writers.submit(self._write, flight))
                )

    def _write(self, flight: Flight) -> Outcome:
        """Recombine, encode and write every sample of a photo."""
        targets = []
        for sample in flight.samples:
            windows = range(len(flight.canvas.luminance))
            fields = np.stack([flight.fields[sample, window] for window in windows])
            photo = finish(flight.photo, flight.canvas, fields)
            target = flight.job.target_of_sample(sample)
            data = codec.encode(photo, flight.job.format, quality=self.settings.quality)
            files.write_atomic(target, data)
            targets.append(target)
        return Outcome(source=flight.job.source, status="done", targets=tuple(targets))

    def _collect_writes(self, limit: int) -> None:
        """Report finished writes; wait while more than `limit` are under way."""
        while self.writes and (len(self.writes) > limit or self.writes[0][1].done()):
            job, future = self.writes.popleft()
            try:
                self._end(future.result())
            except Exception as error:
                self._end(failure(job.source, error))


def failure(source: Path, error: Exception) -> Outcome:
    """The outcome of a photo that raised."""
    text = f"{type(error).__name__}: {error}"
    reason = error.reason if isinstance(error, PhotoError) else text
    return Outcome(source=source, status="failed", reason=reason, error=error)
