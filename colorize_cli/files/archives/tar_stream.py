"""A tar file that is open, compressed or not.

A compressed tar can only be read from its start to where one wants to be. So its photos
are read in the order in which they lie in it, by several threads that may get ahead of
one another: what is passed on the way to a photo is kept for a while.
"""

import bz2
import gzip
import lzma
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import BinaryIO, cast

from colorize_cli.files.archives.damage import DAMAGE
from colorize_cli.files.archives.kinds import ArchiveKind

__all__ = ["Span", "TarStream", "open_tar"]

# Where a photo lies in the unpacked stream: offset and size.
Span = tuple[int, int]

OPENERS: dict[ArchiveKind, Callable[[Path, str], object]] = {
    "tar": lambda path, mode: path.open(mode),
    "tar:gz": gzip.open,
    "tar:bz2": bz2.open,
    "tar:xz": lzma.open,
}
# Memory for photos of a compressed tar that were passed, or may be wanted again.
PASSED_BYTES = 256 << 20


def open_tar(path: Path, kind: ArchiveKind) -> BinaryIO:
    """What a tar file holds, unpacked.

    Raises:
        OSError: If it cannot be opened.
    """
    return cast("BinaryIO", OPENERS[kind](path, "rb"))


class TarStream:
    """The photos of a tar file; fast if they are read about in their order."""

    def __init__(self, path: Path, kind: ArchiveKind, spans: Sequence[Span]) -> None:
        """Open it.

        Args:
            path: The tar file.
            kind: How it is compressed.
            spans: Of the photos, in the order in which they lie in it.

        Raises:
            OSError: If that is not possible.
        """
        self._stream = open_tar(path, kind)
        self._is_compressed = kind != "tar"
        self._spans = spans
        self._lock = Lock()
        self._next = 0
        self._passed: OrderedDict[int, bytes] = OrderedDict()
        self._passed_bytes = 0

    def close(self) -> None:
        """Give back the file, and the memory for what was passed."""
        self._stream.close()
        self._passed.clear()

    def read(self, index: int) -> bytes:
        """The photo with that number; from any thread.

        Raises:
            DAMAGE: If it is damaged; EOFError if the archive ends inside it.
            OSError: If it cannot be read.
        """
        with self._lock:
            if index in self._passed:
                return self._passed[index]
            if not self._is_compressed:
                return self._read(index)
            with suppress(OSError, *DAMAGE):  # It is told when its own turn comes.
                for passed in range(self._next, index):
                    self._keep(passed, self._read(passed))
            data = self._read(index)
            self._keep(index, data)
            self._next = index + 1
            return data

    def _read(self, index: int) -> bytes:
        offset, size_bytes = self._spans[index]
        self._stream.seek(offset)
        data = self._stream.read(size_bytes)
        if len(data) < size_bytes:
            raise EOFError("it ends inside the photo")
        return data

    def _keep(self, index: int, data: bytes) -> None:
        """Remember a photo, and forget the oldest ones that there is no room for."""
        self._passed_bytes += len(data) - len(self._passed.pop(index, b""))
        self._passed[index] = data
        while self._passed_bytes > PASSED_BYTES and len(self._passed) > 1:
            _, oldest = self._passed.popitem(last=False)
            self._passed_bytes -= len(oldest)
