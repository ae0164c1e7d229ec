"""Folders to plan runs on, and what a test wants to know of a plan."""

from pathlib import Path

from colorize_cli.files import Plan, plan_jobs
from colorize_cli.variants import Variants

__all__ = ["plan", "put", "reasons", "targets"]


def put(folder: Path, *names: str) -> None:
    """Make files; their content does not matter to a plan."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape"))


def plan(*sources, out, format=None, samples: int = 1) -> Plan:
    """`plan_jobs` with defaults."""
    return plan_jobs(sources, out, format=format, variants=Variants(samples=samples))


def targets(planned: Plan) -> list[str]:
    """Where results go, relative to the folder of results."""
    return [str(job.target) for job in planned.jobs]


def reasons(planned: Plan) -> list[str]:
    """What is wrong with whom."""
    return [str(problem) for problem in planned.problems]
