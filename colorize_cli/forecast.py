"""What a plan comes to: which pictures are there already, and which are to be made."""

from pathlib import Path
from stat import S_ISREG

from colorize_cli.files import Job, Plan
from colorize_cli.files.walk import status_of
from colorize_cli.report import Outcome

__all__ = ["foresee", "missing_samples", "skip"]


def missing_samples(job: Job, samples: int, *, overwrite: bool) -> list[int]:
    """Which of the first `samples` samples of a photo are to be made, from 0.

    Those whose files are there are left alone, unless they are to be overwritten; what
    a sample looks like does not depend on which others are made with it.
    """
    return [
        index
        for index in range(samples)
        if overwrite or not is_file(job.target_of_sample(index))
    ]


def skip(job: Job, samples: int) -> Outcome:
    """The outcome of a photo of which nothing is missing."""
    targets = tuple(map(job.target_of_sample, range(samples)))
    return Outcome(source=job.source, status="skipped", targets=targets)


def foresee(plan: Plan, samples: int, *, overwrite: bool) -> list[Outcome]:
    """The outcomes of a run in which every photo of the plan can be read and written.

    No photo is opened.
    """
    outcomes = [Outcome.failure(Path(str(p.path)), p) for p in plan.problems]
    for job in plan.jobs:
        missing = missing_samples(job, samples, overwrite=overwrite)
        targets = tuple(map(job.target_of_sample, missing))
        outcomes.append(
            Outcome(source=job.source, status="done", targets=targets)
            if targets
            else skip(job, samples)
        )
    return outcomes


def is_file(path: Path) -> bool:
    """Whether a file is there; a folder in its place is left to fail as it is written.

    Unlike `Path.is_file`, also where the folder may not be looked into.
    """
    status = status_of(path)
    return status is not None and S_ISREG(status.st_mode)
