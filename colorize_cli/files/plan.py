"""Which photos a run reads and which files it writes, settled before any work.

Two rules protect the user's files: no result takes the place of a source, and no two
results the place of one another. A run that would break them is refused as a whole.
"""

import os
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from stat import S_ISDIR, S_ISREG

from colorize_cli.codec.formats import (
    READABLE_SUFFIXES,
    Format,
    output_format,
    suffix_of,
)
from colorize_cli.errors import DecodeError, PhotoError, PlanError
from colorize_cli.files.destination import Destination, FolderDestination
from colorize_cli.files.disk import Identity, identity, status_of
from colorize_cli.files.source import FileSource, Source
from colorize_cli.files.walk import photos_under

__all__ = ["Job", "Plan", "plan_jobs"]

# Of ext4, APFS, NTFS and most others.
MAX_NAME_BYTES = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One photo to read and where its results go.

    Attributes:
        source: The photo.
        target: Where the first sample is written, relative to the destination.
        format: How results are encoded.
    """

    source: Source
    target: PurePosixPath
    format: Format

    def target_of_sample(self, index: int) -> PurePosixPath:
        """Where a sample is written: `target` for index 0, then name_s2, name_s3."""
        if index == 0:
            return self.target
        ending = f"_s{index + 1}{self.target.suffix}"
        return self.target.with_name(fitted(self.target.stem, ending))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run will do.

    Attributes:
        jobs: Sorted by source.
        problems: Sources that are known to be unreadable before the run starts.
        destination: Where results go.
    """

    jobs: list[Job]
    problems: list[PhotoError]
    destination: Destination


def plan_jobs(
    sources: Sequence[Path], out: Path, *, format: Format | None, samples: int
) -> Plan:
    """Find the photos and settle where each result goes.

    A folder's tree is mirrored under `out`, a single file goes right into it. In a
    folder only files with a readable suffix count; a file that is named is attempted
    whatever its suffix.

    Args:
        sources: Files and folders.
        out: The folder of results; it need not exist. If it lies in a source folder,
            what it holds is not read.
        format: The format of all results; None to keep each photo's own.
        samples: Results per photo, at least 1.

    Raises:
        PlanError: If results would overwrite sources or one another, if `out` is a
            file, or if there is nothing to read.
    """
    destination = FolderDestination(out)
    photos, problems = gather(sources, out)
    jobs: dict[tuple[Hashable, PurePosixPath], Job] = {}
    for source in photos:
        place = PurePosixPath(source.name)
        chosen = output_format(place, format)
        target = target_of(place, chosen)
        job = Job(source=source, target=target, format=chosen)
        jobs.setdefault((source.identity() or source, target), job)
    if not jobs and not problems:
        named = ", ".join(map(str, sources))
        raise PlanError(f"{named}: no photos found (looked for {readable()})")
    plan = Plan(jobs=list(jobs.values()), problems=problems, destination=destination)
    refuse_collisions(plan, samples)
    refuse_overwriting_sources(plan, samples)
    return plan


def gather(
    sources: Sequence[Path], out: Path
) -> tuple[list[FileSource], list[PhotoError]]:
    """The photos, sorted by path, and what cannot be read."""
    photos: list[FileSource] = []
    problems: list[PhotoError] = []
    walked: set[Identity | None] = set()
    for source in dict.fromkeys(sources):
        status = status_of(source)
        if status is None:
            problems.append(DecodeError(source, "is not there, or may not be read"))
        elif S_ISREG(status.st_mode):
            photos.append(FileSource(source, source.name))
        elif S_ISDIR(status.st_mode):
            place = identity(source)
            if place == identity(out):
                raise PlanError(
                    f"{out}: is also the folder of the photos; results are never "
                    "written over sources, choose another folder with -o"
                )
            if place in walked:
                continue
            walked.add(place)
            found, unreadable = photos_under(source, out)
            photos += [
                FileSource(path, path.relative_to(source).as_posix()) for path in found
            ]
            problems += unreadable
        else:
            problems.append(DecodeError(source, "is neither a file nor a folder"))
    return sorted(photos, key=lambda photo: photo.path), problems


def target_of(relative: PurePosixPath, format: Format) -> PurePosixPath:
    """A photo's relative path with the suffix of its result."""
    is_photo = relative.suffix.lower() in READABLE_SUFFIXES
    stem = relative.stem if is_photo else relative.name
    return relative.with_name(fitted(stem, suffix_of(format, relative)))


def fitted(stem: str, ending: str) -> str:
    """Stem and ending as a file name, the stem shortened if the name is too long."""
    tail, raw = os.fsencode(ending), os.fsencode(stem)
    cut = MAX_NAME_BYTES - len(tail)
    if len(raw) <= cut:
        return stem + ending
    # Bytes 10xxxxxx continue a letter in UTF-8; no letter has more than three.
    for _ in range(3):
        cut -= raw[cut] & 0xC0 == 0x80
    return os.fsdecode(raw[:cut] + tail)


def refuse_collisions(plan: Plan, samples: int) -> None:
    """Raise if two jobs write the same file, or would on a case-blind disk."""
    claims: dict[str, tuple[Job, PurePosixPath]] = {}
    for job in plan.jobs:
        for index in range(samples):
            target = job.target_of_sample(index)
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


def refuse_overwriting_sources(plan: Plan, samples: int) -> None:
    """Raise if a result would be written over any source."""
    sources = {job.source.identity(): job.source for job in plan.jobs}
    for job in plan.jobs:
        for index in range(samples):
            target = job.target_of_sample(index)
            found = plan.destination.identity(target)
            if found is not None and found in sources:
                raise PlanError(
                    f"{plan.destination.locate(target)}: a result would be written "
                    f"over the source {sources[found]}; choose another folder with -o"
                )


def readable() -> str:
    """The suffixes that are looked for, in words."""
    return " ".join(sorted(READABLE_SUFFIXES))
