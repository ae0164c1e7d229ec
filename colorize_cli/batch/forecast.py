"""What a plan comes to: which files are there already, and which are to be made."""

from collections.abc import Sequence

from colorize_cli.batch.resume import Resume
from colorize_cli.errors import PhotoError
from colorize_cli.files import Destination, Job, Plan
from colorize_cli.ledger import content_hash
from colorize_cli.report import Outcome, Status
from colorize_cli.variants import Product

__all__ = ["failure_of", "finished", "foresee", "outcome_of", "skip"]


def skip(job: Job, resume: Resume, reason: str = "") -> Outcome:
    """The outcome of a photo that is left alone, as nothing of it is missing.

    Args:
        job: The photo.
        resume: What decided so.
        reason: Why, if not because all is there.
    """
    products = resume.settings.variants.products
    if reason:
        there = resume.destination.exists
        products = tuple(each for each in products if there(job.place_of(each)))
    return outcome_of(job, resume.destination, products, "skipped", reason)


def failure_of(job: Job, error: BaseException) -> Outcome:
    """The outcome of a photo that raised."""
    return Outcome.failure(str(job.source), error, job.source.name)


def foresee(plan: Plan, resume: Resume) -> list[Outcome]:
    """The outcomes of a run in which every photo of the plan can be read and written.

    A photo is read only where the ledger knows another size or time of it. None is
    opened, so which sample is picked, and how diverse they are, is not said.
    """
    outcomes = [Outcome.failure(str(p.path), p) for p in plan.problems]
    for job in plan.jobs:
        try:
            outcomes.append(foreseen(job, resume))
        except PhotoError as error:
            outcomes.append(failure_of(job, error))
    return outcomes


def finished(plan: Plan, resume: Resume) -> list[Outcome] | None:
    """The outcomes of a run in which nothing is to be made.

    Returns:
        None if some photo has to be made, or read to know that.
    """
    outcomes = [Outcome.failure(str(p.path), p) for p in plan.problems]
    for job in plan.jobs:
        decision = resume.glance(job)
        if decision is None or decision.products:
            return None
        outcomes.append(skip(job, resume, decision.reason))
    return outcomes


def foreseen(job: Job, resume: Resume) -> Outcome:
    """The outcome of one photo.

    Raises:
        PhotoError: If it has to be read and cannot be, or may not be written.
    """
    decision = resume.glance(job)
    if decision is None:
        digest = resume.known_hash(job) or content_hash(job.source.read())
        decision = resume.decide(job, digest)
    if not decision.products:
        return skip(job, resume, decision.reason)
    return outcome_of(job, resume.destination, decision.products, "done")


def outcome_of(
    job: Job,
    destination: Destination,
    products: Sequence[Product],
    status: Status,
    reason: str = "",
) -> Outcome:
    """The outcome of a photo of which these products are there."""
    places = [(each.kind, destination.locate(job.place_of(each))) for each in products]
    return Outcome(
        source=str(job.source),
        name=job.source.name,
        status=status,
        reason=reason,
        targets=tuple(place for kind, place in places if kind == "picture"),
        extras={kind: place for kind, place in places if kind != "picture"},
    )
