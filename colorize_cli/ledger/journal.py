"""Appending to a ledger, alone or beside other processes."""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.ledger.entry import Entry

__all__ = ["Journal"]

# A power failure may cost the lines of this many seconds, but no photo: their results
# are on the disk already and count as files that are there.
SYNC_EVERY_S = 1.0


class Journal:
    """A ledger that lines are added to, from any thread.

    Each line is one write to a file opened for appending, under a lock of the file
    where the disk has locks; so several processes may share a ledger.
    """

    def __init__(self, path: Path) -> None:
        """Open the ledger, and make it if it is not there.

        Raises:
            PlanError: If that is not possible.
        """
        self.path = path
        try:
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
            self._file = os.open(path, flags, 0o666)
        except OSError as error:
            raise PlanError(
                f"{path}: the ledger cannot be written ({error.strerror}); "
                "choose another folder with -o"
            ) from error
        self._lock = Lock()
        self._synced = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Put everything on the disk and close the file."""
        with self._lock:
            # What cannot be synced has been written all the same.
            with contextlib.suppress(OSError):
                os.fsync(self._file)
            os.close(self._file)

    def append(self, entry: Entry) -> None:
        """Add a line.

        Raises:
            EncodeError: If it cannot be written; a part that was is left to be healed
                by the next line.
        """
        try:
            with self._lock:
                self._write(entry.to_line())
        except OSError as error:
            raise EncodeError(
                self.path, f"the ledger cannot be written ({error.strerror})"
            ) from error

    def _write(self, line: bytes) -> None:
        with locked(self._file):
            if not self._ends_whole():
                line = b"\n" + line
            if os.write(self._file, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        now = time.monotonic()
        if now - self._synced >= SYNC_EVERY_S:
            os.fsync(self._file)
            self._synced = now

    def _ends_whole(self) -> bool:
        """Whether the last line, by whomever, has its newline."""
        size = os.fstat(self._file).st_size
        return size == 0 or os.pread(self._file, 1, size - 1) == b"\n"


@contextlib.contextmanager
def locked(file: int) -> Iterator[None]:
    """Keep other processes out, on disks that can."""
    # Not every network disk has locks; appending is mostly atomic without.
    with contextlib.suppress(OSError):
        fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
