"""The batch engine: many photos through one model, and a report.

Three stages overlap: a reader pool decodes ahead, the calling thread denoises batches
that mix photos and samples, a writer pool recombines, encodes and writes. Each stage
waits when the next one is full, so memory does not grow with the number of photos.
"""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress

import cv2

from colorize_cli.batch.batches import Batches
from colorize_cli.batch.flight import Flight, Landing
from colorize_cli.batch.forecast import failure_of, skip
from colorize_cli.batch.products import Recipe
from colorize_cli.batch.reading import read_flight
from colorize_cli.batch.record import Recorder
from colorize_cli.batch.resume import Decision, Resume
from colorize_cli.batch.shelf import Shelf
from colorize_cli.batch.tagging import Tag
from colorize_cli.batch.writing import write_flight
from colorize_cli.errors import EncodeError
from colorize_cli.files import Job, Plan
from colorize_cli.ledger import History, Journal, read_history
from colorize_cli.model.backend import Model
from colorize_cli.report import Outcome, Report
from colorize_cli.settings import BatchSettings

__all__ = ["BatchSettings", "carry_out", "open_journal", "run_batch"]

# Memory for decoded photos that wait for their colours; those beyond it are decoded a
# second time when they are written.
SHELF_BYTES = 1 << 30


def run_batch(
    plan: Plan,
    model: Model,
    settings: BatchSettings,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    on_interrupt: Callable[[], None] = lambda: None,
) -> Report:
    """Colorize every job of a plan; one photo's failure never stops the others.

    What earlier runs have done is read from the ledger of the destination, and what
    this one does is added to it.

    Args:
        plan: What to read and where to write; its problems count as failed photos.
        model: A loaded model.
        settings: How.
        on_outcome: Called in the calling thread as photos end.
        on_interrupt: Called once if KeyboardInterrupt ends the run early.

    Returns:
        The report. A run that is interrupted, or has more failures than it may have,
        finishes the photos that are being written; the others are left for the next.

    Raises:
        PlanError: If the destination or its ledger cannot be used.
    """
    with plan.destination, open_journal(plan) as journal:
        history = History() if journal is None else read_history(journal.path)
        resume = Resume.of(plan.destination, history, settings, model.weights_hash)
        plan.destination.sweep({job.target.parent for job in plan.jobs})
        recorder = Recorder(journal=journal, resume=resume, model=model)
        return carry_out(plan, recorder, on_outcome, on_interrupt)


def carry_out(
    plan: Plan,
    recorder: Recorder,
    on_outcome: Callable[[Outcome], None],
    on_interrupt: Callable[[], None] = lambda: None,
) -> Report:
    """Do what `run_batch` does, once destination and ledger are ready.

    Args:
        plan: As there.
        recorder: Writes the ledger; has the model and the settings.
        on_outcome: As there.
        on_interrupt: As there.
    """
    run = Run(recorder, on_outcome)
    run.report.planned_count = len(plan.jobs) + len(plan.problems)
    started = time.perf_counter()
    # Many photos keep every worker busy; a few share the threads among them.
    with opencv_threads(run.settings.workers // max(1, len(plan.jobs))):
        try:
            # With too many failures the run ends as if there were no more photos.
            with suppress(ErrorLimitError):
                run.colorize(plan)
        except KeyboardInterrupt:
            run.report.is_interrupted = True
            on_interrupt()
        finally:
            run.close()
    run.report.wall_s = time.perf_counter() - started
    run.report.denoise_s = run.batches.seconds
    if run.batches.batch_size < run.settings.batch_size:
        run.report.smaller_batches = run.batches.batch_size
    return run.report


def open_journal(plan: Plan) -> AbstractContextManager[Journal | None]:
    """The ledger of a plan's destination, made if it is not there."""
    path = plan.destination.ledger_path
    return nullcontext() if path is None else Journal(path)


class ErrorLimitError(Exception):
    """As many photos have failed as may fail."""


class Run:
    """The state of one run: pools, photos on their way, report."""

    def __init__(
        self, recorder: Recorder, on_outcome: Callable[[Outcome], None]
    ) -> None:
        """Start the pools."""
        self.model = model = recorder.model
        self.recorder = recorder
        self.resume = recorder.resume
        self.settings = settings = self.resume.settings
        self.on_outcome = on_outcome
        self.recipe = Recipe.of(model, settings)
        self.tag = Tag.of(model, settings)
        self.report = Report()
        self.batches = Batches(model, settings.sampling, settings.batch_size)
        self.shelf = Shelf(SHELF_BYTES)
        self.readers = ThreadPoolExecutor(settings.workers, "reader")
        self.writers = ThreadPoolExecutor(settings.workers, "writer")
        self.reads: deque[tuple[Job, Future[Flight | Landing]]] = deque()
        self.writes: deque[tuple[Flight, Future[Outcome]]] = deque()
        self.is_closing = False

    def colorize(self, plan: Plan) -> None:
        """Take every job from reading to writing."""
        for problem in plan.problems:
            self._end(Outcome.failure(str(problem.path), problem))
        for flight in self._read_ahead(plan.jobs):
            if flight.is_copy:
                self._submit_write(flight)
                self._collect_writes(limit=2 * self.settings.workers)
            else:
                self.batches.add(flight)
            while self.batches.is_due:
                self._run_next_batch()
        while not self.batches.is_empty:
            self._run_next_batch()
        self._collect_writes(limit=0)

    def close(self) -> None:
        """Drop what has not been read, finish what is being written."""
        self.is_closing = True
        try:
            self.readers.shutdown(wait=True, cancel_futures=True)
            self._collect_writes(limit=0)
        finally:
            self.writers.shutdown(wait=True)

    def _end(self, outcome: Outcome) -> None:
        self.report.add(outcome)
        self.on_outcome(outcome)
        most, failed = self.settings.max_errors, len(self.report.failures)
        if most is not None and failed >= most and not self.is_closing:
            raise ErrorLimitError

    def _fail(
        self, job: Job, error: BaseException, flight: Flight | None = None
    ) -> None:
        outcome = failure_of(job, error)
        self.recorder.failed(job, outcome.reason, flight)
        self._end(outcome)

    def _read_ahead(self, jobs: Sequence[Job]) -> Iterator[Flight]:
        """Photos in the order of the jobs, decoded ahead of their turn."""
        ahead = self.settings.workers + self.settings.batch_size
        coming = iter(jobs)
        while True:
            while len(self.reads) < ahead and (job := next(coming, None)) is not None:
                decision = self.resume.glance(job)
                if decision is None or decision.products:
                    self.reads.append((job, self._submit_read(job, decision)))
                else:
                    self._end(skip(job, self.resume, decision.reason))
            if not self.reads:
                return
            job, future = self.reads.popleft()
            error = future.exception()
            if error is not None:
                self._fail(job, error)
            elif isinstance(found := future.result(), Flight):
                yield found
            else:
                self._land(found)

    def _submit_read(
        self, job: Job, decision: Decision | None
    ) -> Future[Flight | Landing]:
        config = self.model.header.config
        return self.readers.submit(
            read_flight, job, decision, self.resume, self.shelf, config
        )

    def _land(self, landing: Landing) -> None:
        """Leave a photo alone that had to be read to know that."""
        try:
            self.recorder.skipped(landing)
        except EncodeError as error:
            self._end(failure_of(landing.job, error))
        else:
            self._end(skip(landing.job, self.resume, landing.decision.reason))

    def _run_next_batch(self) -> None:
        """Colour the next rows and hand complete photos to the writers."""
        complete, failed = self.batches.run_next()
        for flight in complete:
            self._submit_write(flight)
        for flight, error in failed.items():
            flight.release(self.shelf)
            self._fail(flight.job, error)
        self._collect_writes(limit=2 * self.settings.workers)

    def _submit_write(self, flight: Flight) -> None:
        """Hand a complete photo to the writers."""
        self.writes.append((flight, self.writers.submit(self._write, flight)))

    def _write(self, flight: Flight) -> Outcome:
        """Write a complete photo and put it down in the ledger; in a writer thread."""
        try:
            self.recorder.started(flight)
        except EncodeError:
            flight.release(self.shelf)
            raise
        outcome = write_flight(
            flight,
            self.shelf,
            self.resume.destination,
            self.recipe,
            self.settings,
            self.tag,
        )
        self.recorder.done(flight, outcome)
        return outcome

    def _collect_writes(self, limit: int) -> None:
        """Report finished writes; wait while more than `limit` are under way."""
        while self.writes and (len(self.writes) > limit or self.writes[0][1].done()):
            flight, future = self.writes[0]
            # Ctrl-C comes most likely here; what it interrupts must stay in the queue.
            error = future.exception()
            self.writes.popleft()
            if error is None:
                self._end(future.result())
            else:
                self._fail(flight.job, error, flight)


@contextmanager
def opencv_threads(count: int) -> Iterator[None]:
    """Let OpenCV start so many threads within each of ours, at least one."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(max(1, count))
    try:
        yield
    finally:
        cv2.setNumThreads(before)
