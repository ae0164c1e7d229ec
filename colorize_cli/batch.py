"""The batch engine: many photos through one model, and a report.

Three stages overlap: a reader pool decodes ahead, the calling thread denoises batches
that mix photos and samples, a writer pool recombines, encodes and writes. Each stage
waits when the next one is full, so memory does not grow with the number of photos.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import cv2

from colorize_cli.files import Destination, Job, Plan
from colorize_cli.flight import Flight, Shelf, read_flight, write_flight
from colorize_cli.forecast import missing_products, skip
from colorize_cli.imaging.grading import Grade
from colorize_cli.model.backend import Model
from colorize_cli.pipeline import Row, Sampling, denoise
from colorize_cli.products import Recipe
from colorize_cli.report import Outcome, Report
from colorize_cli.variants import Product, Variants

__all__ = ["BatchSettings", "run_batch"]

# Memory for decoded photos that wait for their colours; those beyond it are decoded a
# second time when they are written.
SHELF_BYTES = 1 << 30
# Rows that may wait for others of their size, in batches.
WAITING_BATCHES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSettings:
    """How a run is done; `sampling`, `variants` and `grade` decide the colours."""

    sampling: Sampling = field(default_factory=Sampling)
    # What is made of each photo.
    variants: Variants = field(default_factory=Variants)
    # The change of all colours.
    grade: Grade = field(default_factory=Grade)
    # Rows that the network sees at once.
    batch_size: int = 4
    # Threads that read and threads that write.
    workers: int = 2
    # JPEG and WebP quality, 1 to 100.
    quality: int = 95
    # Write again what is already there.
    overwrite: bool = False


def run_batch(
    plan: Plan,
    model: Model,
    settings: BatchSettings,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    on_interrupt: Callable[[], None] = lambda: None,
) -> Report:
    """Colorize every job of a plan; one photo's failure never stops the others.

    Args:
        plan: What to read and where to write; its problems count as failed photos.
        model: A loaded model.
        settings: How.
        on_outcome: Called in the calling thread as photos end.
        on_interrupt: Called once if KeyboardInterrupt ends the run early.

    Returns:
        The report. An interrupted run finishes the photos that are being written; the
        others are left for the next run.
    """
    run = Run(model, settings, plan.destination, on_outcome)
    run.report.planned_count = len(plan.jobs) + len(plan.problems)
    started = time.perf_counter()
    with single_threaded_opencv():
        try:
            run.colorize(plan)
        except KeyboardInterrupt:
            run.report.is_interrupted = True
            on_interrupt()
        finally:
            run.close()
    run.report.wall_s = time.perf_counter() - started
    return run.report


class Run:
    """The state of one run: pools, photos on their way, report."""

    def __init__(
        self,
        model: Model,
        settings: BatchSettings,
        destination: Destination,
        on_outcome: Callable[[Outcome], None],
    ) -> None:
        """Start the pools."""
        self.model = model
        self.settings = settings
        self.destination = destination
        self.on_outcome = on_outcome
        self.recipe = Recipe(
            variants=settings.variants,
            grade=settings.grade,
            seed=settings.sampling.seed,
            note=sheet_note(model, settings),
        )
        self.report = Report()
        self.shelf = Shelf(SHELF_BYTES)
        self.readers = ThreadPoolExecutor(settings.workers, "reader")
        self.writers = ThreadPoolExecutor(settings.workers, "writer")
        self.reads: deque[tuple[Job, Future[Flight]]] = deque()
        self.writes: deque[tuple[Job, Future[Outcome]]] = deque()
        # Rows that wait for a full batch, by window size.
        self.waiting: dict[tuple[int, int], deque[tuple[Flight, Row]]] = {}

    def colorize(self, plan: Plan) -> None:
        """Take every job from reading to writing."""
        for problem in plan.problems:
            self._end(Outcome.failure(str(problem.path), problem))
        batch_size = self.settings.batch_size
        for flight in self._read_ahead(plan.jobs):
            queue = self.waiting.setdefault(flight.canvas.grid.tile, deque())
            queue.extend((flight, row) for row in flight.rows)
            while len(queue) >= batch_size:
                self._denoise_next(queue)
            # Odd sizes must not pile up until the end of the run.
            while sum(map(len, self.waiting.values())) > WAITING_BATCHES * batch_size:
                self._denoise_next(max(self.waiting.values(), key=len))
        for queue in self.waiting.values():
            while queue:
                self._denoise_next(queue)
        self._collect_writes(limit=0)

    def close(self) -> None:
        """Drop what has not been read, finish what is being written."""
        try:
            self.readers.shutdown(wait=True, cancel_futures=True)
            self._collect_writes(limit=0)
        finally:
            self.writers.shutdown(wait=True)

    def _end(self, outcome: Outcome) -> None:
        self.report.add(outcome)
        self.on_outcome(outcome)

    def _read_ahead(self, jobs: Sequence[Job]) -> Iterator[Flight]:
        """Photos in the order of the jobs, decoded ahead of their turn."""
        settings = self.settings
        ahead = settings.workers + settings.batch_size
        coming = iter(jobs)
        while True:
            while len(self.reads) < ahead and (job := next(coming, None)) is not None:
                products = missing_products(
                    job,
                    self.destination,
                    settings.variants,
                    overwrite=settings.overwrite,
                )
                if products:
                    self.reads.append((job, self._submit_read(job, products)))
                else:
                    self._end(skip(job, self.destination, settings.variants))
            if not self.reads:
                return
            job, future = self.reads.popleft()
            error = future.exception()
            if error is None:
                yield future.result()
            else:
                self._end(Outcome.failure(str(job.source), error))

    def _submit_read(self, job: Job, products: tuple[Product, ...]) -> Future[Flight]:
        config, size = self.model.header.config, self.settings.sampling.size
        samples = self.settings.variants.samples_for(products)
        return self.readers.submit(
            read_flight, job, products, samples, self.shelf, config=config, size=size
        )

    def _denoise_next(self, queue: deque[tuple[Flight, Row]]) -> None:
        """Colour the next rows of a queue and hand complete photos to the writers."""
        count = min(len(queue), self.settings.batch_size)
        taken = [queue.popleft() for _ in range(count)]
        failed = self._denoise(taken)
        if failed:
            for flight, error in failed.items():
                self.shelf.release(flight.photo)
                self._end(Outcome.failure(str(flight.job.source), error))
            left = [(flight, row) for flight, row in queue if flight not in failed]
            queue.clear()
            queue.extend(left)
        for flight in dict.fromkeys(flight for flight, _ in taken):
            if flight.is_complete and flight not in failed:
                future = self.writers.submit(
                    write_flight,
                    flight,
                    self.shelf,
                    self.destination,
                    self.recipe,
                    quality=self.settings.quality,
                )
                self.writes.append((flight.job, future))
        self._collect_writes(limit=2 * self.settings.workers)

    def _denoise(self, taken: Sequence[tuple[Flight, Row]]) -> dict[Flight, Exception]:
        """Colour rows of one window size.

        A batch that fails is tried again in halves: a GPU with too little memory for
        the whole goes on, and a photo that cannot be done fails alone.

        Returns:
            The photos that failed, and why.
        """
        started = time.perf_counter()
        try:
            rows = [row for _, row in taken]
            fields = denoise(self.model, rows, self.settings.sampling)
        except Exception as error:
            if len(taken) == 1:
                return {taken[0][0]: error}
        else:
            for (flight, row), ab in zip(taken, fields, strict=True):
                flight.fields[row.sample, row.window] = ab
            return {}
        finally:
            self.report.denoise_s += time.perf_counter() - started
        half = len(taken) // 2
        failed = self._denoise(taken[:half])
        rest = [(flight, row) for flight, row in taken[half:] if flight not in failed]
        return failed | (self._denoise(rest) if rest else {})

    def _collect_writes(self, limit: int) -> None:
        """Report finished writes; wait while more than `limit` are under way."""
        while self.writes and (len(self.writes) > limit or self.writes[0][1].done()):
            job, future = self.writes[0]
            # Ctrl-C comes most likely here; what it interrupts must stay in the queue.
            error = future.exception()
            self.writes.popleft()
            self._end(
                Outcome.failure(str(job.source), error) if error else future.result()
            )


def sheet_note(model: Model, settings: BatchSettings) -> str:
    """What a contact sheet says about the settings: those that decide the colours."""
    sampling, grade = settings.sampling, settings.grade
    steps = sampling.steps or len(model.header.schedule.gammas)
    parts = [f"model {model.path.name}", f"{steps} steps", sampling.sampler]
    if sampling.size is not None:
        parts.append(f"size {sampling.size}")
    if not grade.is_neutral:
        parts.append(
            f"saturation {grade.saturation:g}, temperature {grade.temperature:+g}"
        )
    return ", ".join(parts)


@contextmanager
def single_threaded_opencv() -> Iterator[None]:
    """Keep OpenCV from starting threads of its own within ours."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
