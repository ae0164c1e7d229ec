"""A photo that can be read, wherever it lies."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

from colorize_cli.errors import PhotoError
from colorize_cli.files import disk

__all__ = ["FileSource", "Found", "Source", "Stamp"]

# Size in bytes, and time of the last change in nanoseconds since 1970.
Stamp = tuple[int, int]


class Source(Protocol):
    """A photo that can be read; `str` of it is the place as the user knows it."""

    @property
    def name(self) -> str:
        """The place under the root that was named, POSIX style.

        Results go to the same place under the output folder, and the ledger knows the
        photo by it. Bytes that are no UTF-8 are surrogates, as in `os.fsdecode`.
        """

    def read(self) -> bytes:
        """The whole file; may be called from any thread, and more than once.

        Raises:
            DecodeError: If it cannot be read; the reason says why.
        """

    def stamp(self) -> Stamp | None:
        """Size and time of the last change, without reading; None if not known."""

    def identity(self) -> Hashable | None:
        """What is stored there: the same for all ways to it; None if nothing is."""


@dataclass(slots=True)
class Found:
    """Photos in the order in which they are best read, and what is wrong with others.

    Attributes:
        photos: What there is to read.
        problems: What was refused, or is known to be unreadable.
    """

    photos: list[Source] = field(default_factory=list)
    problems: list[PhotoError] = field(default_factory=list)

    def add(self, more: Self) -> None:
        """Put more behind."""
        self.photos += more.photos
        self.problems += more.problems


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on a disk.

    Attributes:
        path: Where it is.
        name: Its place under the folder that was named.
    """

    path: Path
    name: str

    def __str__(self) -> str:
        return str(self.path)

    def read(self) -> bytes:
        """The whole file; see `Source`."""
        return disk.read(self.path)

    def stamp(self) -> Stamp | None:
        """Size and time; see `Source`."""
        status = disk.status_of(self.path)
        return status and (status.st_size, status.st_mtime_ns)

    def identity(self) -> disk.Identity | None:
        """Device and inode; see `Source`."""
        return disk.identity(self.path)
