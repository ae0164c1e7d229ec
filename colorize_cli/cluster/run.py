"""A run on a cluster: planned here, done by workers, written down at the desk."""

import time
from collections.abc import Callable, Sequence

from colorize_cli.batch import open_journal
from colorize_cli.cluster.pool import (
    Feed,
    RemoteDesk,
    open_desk,
    worker_count,
)
from colorize_cli.cluster.portions import (
    Portion,
    photos_per_portion,
    portions_of,
    refuse_unshared,
)
from colorize_cli.cluster.tally import Tally
from colorize_cli.cluster.worker import Orders
from colorize_cli.errors import EngineError
from colorize_cli.files import Job, Plan
from colorize_cli.ledger import History, read_history
from colorize_cli.report import Outcome, Report
from colorize_cli.resume import Resume
from colorize_cli.settings import BatchSettings

__all__ = ["run_on_ray"]

# How often the desk is asked for news.
POLL_S = 0.2
# How long Ray may take to end its workers; they have nothing to do any more.
CLOSE_S = 20.0


def run_on_ray(
    orders: Orders,
    plan: Plan,
    on_outcome: Callable[[Outcome], None] = lambda outcome: None,
    on_interrupt: Callable[[], None] = lambda: None,
) -> Report:
    """Colorize every job of a plan on the Ray cluster that this process has joined.

    The same as `run_batch` in all else: ledger, errors, what is done again.

    Args:
        orders: How, and with which model.
        plan: What to read and where to write.
        on_outcome: Called in the calling thread as photos end.
        on_interrupt: Called once if KeyboardInterrupt ends the run early.

    Returns:
        The report. A run that is interrupted, or has more failures than it may have,
        finishes the portions that workers are at.

    Raises:
        PlanError: If workers could not read a photo, or not write the results.
        EngineError: If the cluster has no room for a worker, or cannot work.
    """
    refuse_unshared([job.source for job in plan.jobs], plan.destination)
    tally = Tally(plan, orders.settings.max_errors, on_outcome)
    with plan.destination, open_journal(plan) as journal:
        started = time.perf_counter()
        ledger = None if journal is None else journal.path.absolute()
        history = History() if ledger is None else read_history(ledger)
        resume = Resume.of(
            plan.destination, history, orders.settings, orders.weights_hash
        )
        plan.destination.sweep({job.target.parent for job in plan.jobs})
        jobs = tally.begin(plan, resume)
        with open_desk(ledger) as desk:
            if jobs and not tally.is_over:
                on_gpus = orders.backend.device == "cuda"
                count = worker_count(orders.settings.workers, on_gpus=on_gpus)
                portions = shared_out(jobs, history, orders.settings, count)
                feed = Feed(portions, orders, desk, count)
                try:
                    Follower(feed, desk, tally).follow(on_interrupt)
                finally:
                    feed.close(CLOSE_S)
        tally.report.wall_s = time.perf_counter() - started
    return tally.report


def shared_out(
    jobs: Sequence[Job], history: History, settings: BatchSettings, count: int
) -> list[Portion]:
    """Portions for that many workers."""
    variants = settings.variants
    size = photos_per_portion(len(jobs), settings.batch_size, variants.samples, count)
    return [*portions_of(jobs, history, variants.products, size)]


class Follower:
    """Counts what ends, until everything has, or the run is to end early."""

    def __init__(self, feed: Feed, desk: RemoteDesk, tally: Tally) -> None:
        """Nothing has been heard yet."""
        self.feed = feed
        self.desk = desk
        self.tally = tally
        self.seen_count = 0
        self.is_stopping = False

    def follow(self, on_interrupt: Callable[[], None]) -> None:
        """Ask the desk for news, again and again.

        Raises:
            EngineError: If a worker cannot work, or Ray has given up.
        """
        while True:
            try:
                if self.is_done():
                    return
                self.feed.wait(POLL_S)
            except KeyboardInterrupt:
                if self.tally.report.is_interrupted:
                    raise
                self.tally.report.is_interrupted = True
                on_interrupt()
                self.stop()

    def stop(self) -> None:
        """Have workers end what they are at, and begin nothing more."""
        self.desk.stop()
        self.is_stopping = True

    def is_done(self) -> bool:
        """Count the news; whether there will be no more."""
        # Asked before the news, or the last of them would be missed.
        is_over = self.feed.is_over
        news = self.desk.news(self.seen_count)
        for outcome in news.outcomes:
            self.seen_count += 1
            self.tally.end(outcome)
        if news.refusal:
            raise EngineError(news.refusal)
        if self.tally.is_over and not self.is_stopping:
            self.stop()
        self.tally.report.denoise_s = news.effort.denoise_s
        self.tally.report.smaller_batches = news.effort.smaller_batches
        return is_over or (self.is_stopping and not news.open_count)
