"""What a plan comes to: which pictures are there already, and which are to be made."""

from collections.abc import Iterable

from colorize_cli.files import Destination, Job, Plan
from colorize_cli.report import Outcome, Status

__all__ = ["foresee", "missing_samples", "skip"]


def missing_samples(
    job: Job, destination: Destination, samples: int, *, overwrite: bool
) -> list[int]:
    """Which of the first `samples` samples of a photo are to be made, from 0.

    Those whose files are there are left alone, unless they are to be overwritten; what
    a sample looks like does not depend on which others are made with it.
    """
    return [
        index
        for index in range(samples)
        if overwrite or not destination.exists(job.target_of_sample(index))
    ]


def skip(job: Job, destination: Destination, samples: int) -> Outcome:
    """The outcome of a photo of which nothing is missing."""
    return outcome(job, destination, range(samples), "skipped")


def foresee(plan: Plan, samples: int, *, overwrite: bool) -> list[Outcome]:
    """The outcomes of a run in which every photo of the plan can be read and written.

    No photo is opened.
    """
    outcomes = [Outcome.failure(str(p.path), p) for p in plan.problems]
    place = plan.destination
    for job in plan.jobs:
        missing = missing_samples(job, place, samples, overwrite=overwrite)
        outcomes.append(
            outcome(job, place, missing, "done")
            if missing
            else skip(job, place, samples)
        )
    return outcomes


def outcome(
    job: Job, destination: Destination, samples: Iterable[int], status: Status
) -> Outcome:
    """The outcome of a photo whose samples are there."""
    targets = (destination.locate(job.target_of_sample(index)) for index in samples)
    return Outcome(source=str(job.source), status=status, targets=tuple(targets))
