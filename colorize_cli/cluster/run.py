"""A run on a cluster: planned here, done by workers, written down at the desk."""

import time
from collections.abc import Callable, Sequence

from colorize_cli.batch.resume import Resume
from colorize_cli.batch.run import open_journal
from colorize_cli.cluster.follower import Follower
from colorize_cli.cluster.pool import Feed, open_desk, worker_count
from colorize_cli.cluster.portions import (
    Portion,
    photos_per_portion,
    portions_of,
    refuse_unshared,
)
from colorize_cli.cluster.tally import Tally
from colorize_cli.cluster.worker import Orders
from colorize_cli.files import Job, Plan
from colorize_cli.ledger import History, read_history
from colorize_cli.report import Outcome, Report
from colorize_cli.settings import BatchSettings

__all__ = ["run_on_ray"]

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
