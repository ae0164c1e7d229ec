"""Which part of a plan a run sees to."""

from dataclasses import replace

from colorize_cli.errors import PlanError
from colorize_cli.files import Plan
from colorize_cli.files.disk import status_of
from colorize_cli.ledger import read_ledger
from colorize_cli.shard import Shard

__all__ = ["failed_before", "part_of"]


def part_of(plan: Plan, shard: Shard) -> Plan:
    """The photos of one shard."""
    return replace(
        plan,
        jobs=[job for job in plan.jobs if shard.holds(job.source.name)],
        problems=[each for each in plan.problems if shard.holds(str(each.path))],
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
