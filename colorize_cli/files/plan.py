"""Which photos a run reads and which files it writes, settled before any work.

Two rules protect the user's files: no result takes the place of a source, and no two
results the place of one another. A run that would break them is refused as a whole.
"""

import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from colorize_cli.codec.formats import READABLE_SUFFIXES, Format
from colorize_cli.errors import PhotoError, PlanError
from colorize_cli.files.destination import Destination
from colorize_cli.files.gather import gather
from colorize_cli.files.job import Job
from colorize_cli.files.outlet import open_destination
from colorize_cli.files.selection import Selection
from colorize_cli.files.source import Source
from colorize_cli.files.streams import StreamDestination
from colorize_cli.variants import Variants

__all__ = ["Plan", "plan_jobs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run will do.

    Attributes:
        jobs: In the order in which photos are best read.
        problems: Sources that are known to be unreadable before the run starts.
        destination: Where results go.
    """

    jobs: list[Job]
    problems: list[PhotoError]
    destination: Destination


def plan_jobs(
    sources: Sequence[Path | str],
    out: Path | str,
    *,
    format: Format | None,
    variants: Variants,
    listed: Sequence[str] | None = None,
    selection: Selection | None = None,
    may_be_empty: bool = False,
) -> Plan:
    """Find the photos and settle where each result goes.

    A folder's tree is mirrored under `out`, a single file goes right into it. In a
    folder only files with a readable suffix count; a file that is named is attempted
    whatever its suffix.

    Args:
        sources: Files, folders, archives and URLs, or `-` for standard input.
        out: Where results go, see `open_destination`. What a folder holds is not read,
            if it lies in a source folder.
        format: The format of all results; None to keep each photo's own.
        variants: What is made of each photo.
        listed: The photos by name, see `gather`; None to look for them.
        selection: Which photos are wanted; None for all.
        may_be_empty: Whether there need not be any photo, as more are waited for.

    Raises:
        PlanError: If results would overwrite sources or one another, if `out` cannot
            take them, or if there is nothing to read. That a selection or a list leaves
            nothing to do is no error.
    """
    destination = open_destination(out)
    found = gather(sources, destination, listed)
    is_empty = not found.photos and not found.problems
    if is_empty and listed is None and not may_be_empty:
        named = ", ".join(map(str, sources))
        raise PlanError(f"{named}: no photos found (looked for {readable()})")
    wanted = [p for p in found.photos if selection is None or selection.admits(p)]
    jobs: dict[tuple[Hashable, PurePosixPath], Job] = {}
    for source in wanted:
        job = Job.of(source, format)
        jobs.setdefault((source.identity() or str(source), job.target), job)
    plan = Plan(
        jobs=list(jobs.values()), problems=[*found.problems], destination=destination
    )
    if isinstance(destination, StreamDestination):
        refuse_many(len(plan.jobs) * len(variants.products))
    refuse_collisions(plan, variants)
    refuse_overwriting_sources(plan, found.photos, variants)
    return plan


def refuse_many(picture_count: int) -> None:
    """Raise if more than one picture would go to standard output."""
    if picture_count > 1:
        raise PlanError(
            f"-o -: {picture_count} pictures cannot go to stdout, which takes one; "
            "name one photo and ask for one picture of it, or write to a folder"
        )


def refuse_collisions(plan: Plan, variants: Variants) -> None:
    """Raise if two jobs write the same file, or would on a case-blind disk."""
    claims: dict[str, tuple[Job, PurePosixPath]] = {}
    for job in plan.jobs:
        for target in map(job.place_of, variants.products):
            key = unicodedata.normalize("NFC", str(target)).casefold()
            other, place = claims.setdefault(key, (job, target))
            where = plan.destination.locate(target)
            if place != target:
                raise PlanError(
                    f"{other.source} and {job.source}: would be written to "
                    f"{plan.destination.locate(place)} and {where}, one file on disks "
                    "that ignore case; rename one of them"
                )
            if other is not job:
                raise PlanError(
                    f"{other.source} and {job.source}: would both be written to "
                    f"{where}; rename one, or colorize them into separate folders"
                )


def refuse_overwriting_sources(
    plan: Plan, photos: Sequence[Source], variants: Variants
) -> None:
    """Raise if a result would be written over any photo, wanted or not."""
    sources = {photo.identity(): photo for photo in photos}
    for job in plan.jobs:
        for target in map(job.place_of, variants.products):
            found = plan.destination.identity(target)
            if found is not None and found in sources:
                raise PlanError(
                    f"{plan.destination.locate(target)}: a result would be written "
                    f"over the source {sources[found]}; choose another folder with -o"
                )


def readable() -> str:
    """The suffixes that are looked for, in words."""
    return " ".join(sorted(READABLE_SUFFIXES))
