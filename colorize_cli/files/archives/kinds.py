"""Which files are archives, by their names."""

from pathlib import PurePath
from typing import Literal

__all__ = ["ArchiveKind", "archive_kind", "archive_stem"]

ArchiveKind = Literal["zip", "tar", "tar:gz", "tar:bz2", "tar:xz"]

# In lower case; the longer of two that fit comes first.
SUFFIXES: dict[str, ArchiveKind] = {
    ".tar.gz": "tar:gz",
    ".tar.bz2": "tar:bz2",
    ".tar.xz": "tar:xz",
    ".tgz": "tar:gz",
    ".tbz2": "tar:bz2",
    ".txz": "tar:xz",
    ".tar": "tar",
    ".zip": "zip",
    ".cbz": "zip",
}


def archive_kind(path: PurePath) -> ArchiveKind | None:
    """What kind of archive a file is called; None if it is called something else."""
    suffix = suffix_of_archive(path.name)
    return SUFFIXES[suffix.lower()] if suffix else None


def archive_stem(path: PurePath) -> str:
    """The name of an archive without its suffix: `box.tar.gz` is `box`."""
    return path.name.removesuffix(suffix_of_archive(path.name))


def suffix_of_archive(name: str) -> str:
    """The suffix of an archive's name as it is spelled; empty if it has none."""
    for suffix in SUFFIXES:
        # A file called `.zip` is hidden and has no suffix.
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            return name[-len(suffix) :]
    return ""
