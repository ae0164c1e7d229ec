"""What a plan comes to: which files are there already, and which are to be made."""

from collections.abc import Sequence

from colorize_cli.files import Destination, Job, Plan
from colorize_cli.report import Outcome, Status
from colorize_cli.variants import Product, Variants

__all__ = ["foresee", "missing_products", "outcome_of", "skip"]


def missing_products(
    job: Job, destination: Destination, variants: Variants, *, overwrite: bool
) -> tuple[Product, ...]:
    """What is to be made of a photo.

    Files that are there are left alone, unless they are to be overwritten; what a
    sample looks like does not depend on which others are made with it.
    """
    return tuple(
        product
        for product in variants.products
        if overwrite or not destination.exists(job.place_of(product))
    )


def skip(job: Job, destination: Destination, variants: Variants) -> Outcome:
    """The outcome of a photo of which nothing is missing."""
    return outcome_of(job, destination, variants.products, "skipped")


def foresee(plan: Plan, variants: Variants, *, overwrite: bool) -> list[Outcome]:
    """The outcomes of a run in which every photo of the plan can be read and written.

    No photo is opened, so which sample is picked, and how diverse they are, is not
    said.
    """
    outcomes = [Outcome.failure(str(p.path), p) for p in plan.problems]
    place = plan.destination
    for job in plan.jobs:
        missing = missing_products(job, place, variants, overwrite=overwrite)
        outcomes.append(
            outcome_of(job, place, missing, "done")
            if missing
            else skip(job, place, variants)
        )
    return outcomes


def outcome_of(
    job: Job, destination: Destination, products: Sequence[Product], status: Status
) -> Outcome:
    """The outcome of a photo of which these products are there."""
    places = [(each.kind, destination.locate(job.place_of(each))) for each in products]
    return Outcome(
        source=str(job.source),
        status=status,
        targets=tuple(place for kind, place in places if kind == "picture"),
        extras={kind: place for kind, place in places if kind != "picture"},
    )
