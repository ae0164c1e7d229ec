"""Photos that arrive in a folder, each once it has stopped growing."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from colorize_cli.errors import PlanError
from colorize_cli.files.job import Job
from colorize_cli.files.plan import Plan
from colorize_cli.files.source import Stamp

__all__ = ["Arrivals", "arriving"]

# A photo that has not changed for this long has been copied.
QUIET_S = 2.0
# Network disks do not tell what other machines do there, so one looks now and then.
LOOK_EVERY_S = 60.0


class Arrivals:
    """Knows which photos have been seen to, and which are still growing."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Nothing has been seen to.

        Args:
            clock: Gives a time in seconds.
        """
        self._clock = clock
        self._done: dict[str, Stamp | None] = {}
        # What a photo was like when it was last seen to change, and when.
        self._growing: dict[str, tuple[Stamp | None, float]] = {}

    @property
    def is_waiting(self) -> bool:
        """Whether a photo is growing."""
        return bool(self._growing)

    def old(self, jobs: Sequence[Job], now_ns: int) -> list[Job]:
        """The photos that were there before, to begin with; they count as seen to.

        Args:
            jobs: All photos.
            now_ns: Time of the disk's clock in nanoseconds since 1970.
        """
        old = []
        for job in jobs:
            stamp = job.source.stamp()
            if stamp is not None and stamp[1] < now_ns - QUIET_S * 1e9:
                self._done[str(job.source)] = stamp
                old.append(job)
        return old

    def settled(self, jobs: Sequence[Job]) -> list[Job]:
        """The photos that are new or changed and have stopped growing, each once."""
        now, before, settled = self._clock(), self._growing, []
        self._growing = {}
        for job in jobs:
            key, stamp = str(job.source), job.source.stamp()
            if key in self._done and self._done[key] == stamp:
                continue
            seen, since = before.get(key, (None, now))
            if stamp is None or stamp != seen:
                self._growing[key] = (stamp, now)
            elif now - since < QUIET_S:
                self._growing[key] = (stamp, since)
            else:
                self._done[key] = stamp
                settled.append(job)
        return settled


def arriving(
    plan: Plan,
    look: Callable[[], Plan],
    folders: Sequence[Path],
    out: Path,
    *,
    on_watch: Callable[[], None],
    on_refusal: Callable[[PlanError], None],
) -> Iterator[Plan]:
    """Plans for what is there, then for what arrives, until KeyboardInterrupt.

    Raised while nothing is there to be done, it is the end that a watch has.

    A run that may not be done, because a photo has arrived whose result would take the
    place of another, is told once; everything that arrives then waits until it may.

    Args:
        plan: Of all photos that are there. Those that may still be growing are left to
            later plans.
        look: Gives the plan of all photos anew; called when something has changed.
        folders: What is watched, with the folders in them.
        out: The folder of results, in which changes do not matter.
        on_watch: Called once what was there has been seen to.
        on_refusal: Told why nothing can be done for now.

    Raises:
        PlanError: If folders cannot be watched.
    """
    arrivals, told = Arrivals(), set(map(str, plan.problems))
    yield replace(plan, jobs=arrivals.old(plan.jobs, time.time_ns()))
    with suppress(KeyboardInterrupt):
        on_watch()
        for _ in changes(folders, out, lambda: arrivals.is_waiting):
            try:
                plan = look()
            except PlanError as error:
                if str(error) not in told:
                    on_refusal(error)
                told.add(str(error))
                continue
            jobs = arrivals.settled(plan.jobs)
            problems = [each for each in plan.problems if str(each) not in told]
            told.update(map(str, problems))
            if jobs or problems:
                yield replace(plan, jobs=jobs, problems=problems)


def changes(
    folders: Sequence[Path], out: Path, is_waiting: Callable[[], bool]
) -> Iterator[None]:
    """Something may have changed.

    The first time at once, then after each change, every QUIET_S while `is_waiting`,
    and every LOOK_EVERY_S in any case.
    """
    from watchfiles import Change, watch  # only when it is asked for

    ours = f"{out.absolute()}/"

    def matters(change: Change, path: str) -> bool:
        return not path.startswith(ours)

    looked: float | None = None
    try:
        for changed in watch(
            *folders,
            watch_filter=matters,
            rust_timeout=int(QUIET_S * 1000),
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            is_due = looked is None or time.monotonic() - looked > LOOK_EVERY_S
            if changed or is_due or is_waiting():
                looked = time.monotonic()
                yield
    except OSError as error:
        named = ", ".join(map(str, folders))
        reason = f"cannot be watched ({error}); set WATCHFILES_FORCE_POLLING=true"
        raise PlanError(f"{named}: {reason}") from error
