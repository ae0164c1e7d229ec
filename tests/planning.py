"""What a test wants to know of a plan."""

from colorize_cli.files.plan import Plan

__all__ = ["reasons", "targets"]


def targets(planned: Plan) -> list[str]:
    """Where results go, relative to the folder of results."""
    return [str(job.target) for job in planned.jobs]


def reasons(planned: Plan) -> list[str]:
    """What is wrong with whom."""
    return [str(problem) for problem in planned.problems]
