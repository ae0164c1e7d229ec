"""Which part of a plan a run sees to."""

from dataclasses import replace
from pathlib import PurePath

from colorize_cli.codec.formats import READABLE_SUFFIXES
from colorize_cli.errors import PhotoError, PlanError
from colorize_cli.files import Plan
from colorize_cli.files.disk import status_of
from colorize_cli.ledger import read_ledger
from colorize_cli.shard import Shard

__all__ = ["failed_before", "part_of"]


def part_of(plan: Plan, shard: Shard) -> Plan:
    """The photos of one shard, and what is wrong with them.

    What is not called a photo, a folder or an archive that cannot be read, may hide
    photos of any shard: each tells of it.
    """

    def is_ours(problem: PhotoError) -> bool:
        place = PurePath(str(problem.path))
        return place.suffix.lower() not in READABLE_SUFFIXES or shard.holds(str(place))

    return replace(
        plan,
        jobs=[job for job in plan.jobs if shard.holds(job.source.name)],
        problems=[*filter(is_ours, plan.problems)],
    )


def failed_before(plan: Plan) -> Plan:
    """The photos that failed when they were last tried, and what is unreadable now.

    Raises:
        PlanError: If there is no ledger that could know.
    """
    path = plan.destination.ledger_path
    if path is None or status_of(path) is None:
        raise PlanError(
            f"{plan.destination}: has no ledger, so it is not known what has failed; "
            "leave out --retry-failed"
        )
    entries = read_ledger(path)
    failed = {name for name, entry in entries.items() if entry.status == "failed"}
    return replace(plan, jobs=[job for job in plan.jobs if job.source.name in failed])
