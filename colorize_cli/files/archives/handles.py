"""The archives that are open: only a few at a time, however many are named.

A process may have about a thousand files open, and a compressed tar that is open takes
memory for what was passed in it.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Protocol, TypeVar, cast

from colorize_cli.errors import DecodeError

__all__ = ["Handles", "Openable", "Version", "version_of"]

# Archives are read one after the other, by threads that get ahead of one another.
MOST_OPEN = 4
# Device, inode, size and time of the last change.
Version = tuple[int, int, int, int]


class Closable(Protocol):
    """What was opened."""

    def close(self) -> None:
        """Give back the file."""


Handle = TypeVar("Handle", bound=Closable, covariant=True)


class Openable(Protocol[Handle]):
    """An archive whose index is known.

    Attributes:
        path: Where it is.
        version: Of the file, when its index was read.
    """

    path: Path
    version: Version

    def open(self) -> Handle:
        """Open the file for reading, by several threads.

        Raises:
            OSError: If that is not possible.
        """


class Handles:
    """Lends open archives, and closes those that nobody has asked for lately."""

    def __init__(self) -> None:
        """Nothing is open."""
        self._lock = Lock()
        # The one that was asked for last is last.
        self._open: OrderedDict[tuple[Path, Version], Closable] = OrderedDict()
        self._reader_counts: Counter[tuple[Path, Version]] = Counter()

    def __del__(self) -> None:
        """Close all."""
        for handle in self._open.values():
            handle.close()

    @contextmanager
    def lent(self, archive: Openable[Handle]) -> Iterator[Handle]:
        """An archive as its `open` returns it, which stays open for the context.

        Raises:
            DecodeError: If it is not the file any more that its index was read from.
            OSError: If it cannot be opened.
        """
        key = archive.path, archive.version
        with self._lock:
            if key not in self._open:
                if version_of(archive.path) != archive.version:
                    reason = "has changed since the run began; run again"
                    raise DecodeError(archive.path, reason)
                self._open[key] = archive.open()
            self._open.move_to_end(key)
            self._reader_counts[key] += 1
            handle = cast("Handle", self._open[key])
        try:
            yield handle
        finally:
            with self._lock:
                self._reader_counts[key] -= 1
                self._close_idle()

    def _close_idle(self) -> None:
        """Close archives that are too many and that nobody is reading."""
        idle = [key for key in self._open if not self._reader_counts[key]]
        for key in idle[: max(0, len(self._open) - MOST_OPEN)]:
            self._open.pop(key).close()
            del self._reader_counts[key]


def version_of(path: Path) -> Version:
    """What tells whether a file is still the same.

    Raises:
        OSError: If it cannot be looked at.
    """
    status = path.stat()
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
