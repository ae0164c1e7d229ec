"""The report of a run that others carry out."""

from collections.abc import Callable

from colorize_cli.batch.forecast import skip
from colorize_cli.batch.resume import Resume
from colorize_cli.files import Job, Plan
from colorize_cli.report import Outcome, Report

__all__ = ["Tally"]


class Tally:
    """Counts the photos that have ended, and passes them on."""

    def __init__(
        self, plan: Plan, max_errors: int | None, on_outcome: Callable[[Outcome], None]
    ) -> None:
        """Nothing has ended yet.

        Args:
            plan: The whole run.
            max_errors: As in `BatchSettings`.
            on_outcome: Called as photos end.
        """
        self.report = Report(planned_count=len(plan.jobs) + len(plan.problems))
        self._max_errors = max_errors
        self._on_outcome = on_outcome

    @property
    def is_over(self) -> bool:
        """Whether as many photos have failed as may fail."""
        most = self._max_errors
        return most is not None and len(self.report.failures) >= most

    def end(self, outcome: Outcome) -> None:
        """A photo has ended."""
        self.report.add(outcome)
        self._on_outcome(outcome)

    def begin(self, plan: Plan, resume: Resume) -> list[Job]:
        """End the photos that need no worker; returns the jobs of the others."""
        for problem in plan.problems:
            if not self.is_over:
                self.end(Outcome.failure(str(problem.path), problem))
        left: list[Job] = []
        for job in plan.jobs:
            decision = resume.glance(job)
            if decision is None or decision.products:
                left.append(job)
            elif not self.is_over:
                self.end(skip(job, resume, decision.reason))
        return left
