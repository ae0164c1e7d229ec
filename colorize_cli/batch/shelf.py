"""The memory that decoded photos may take."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, RLock

from colorize_cli.imaging.photo import Photo

__all__ = ["Shelf"]

# A photo, or its file, above this is large: a scan of 45 megapixels with 16 bits.
LARGE_BYTES = 256 << 20


class Shelf:
    """Where decoded photos are kept until they are written, as far as there is room.

    Large ones are never kept, and only one of them is worked on at a time.
    """

    def __init__(self, size_bytes: int) -> None:
        """Make an empty one."""
        self._free_bytes = size_bytes
        self._lock = Lock()
        self._large = RLock()

    def keep(self, photo: Photo) -> Photo | None:
        """The photo if there is room for it, which is then taken; else None."""
        with self._lock:
            if photo.nbytes > min(self._free_bytes, LARGE_BYTES):
                return None
            self._free_bytes -= photo.nbytes
            return photo

    def release(self, photo: Photo | None) -> None:
        """Free the room of what `keep` returned."""
        if photo is not None:
            with self._lock:
                self._free_bytes += photo.nbytes

    @contextmanager
    def room_for(self, size_bytes: int) -> Iterator[None]:
        """Work that takes so much memory; waits while other large work is done.

        Threads that read and threads that write share the room, so that a folder of
        large scans takes no more memory than one of them.
        """
        if size_bytes <= LARGE_BYTES:
            yield
            return
        with self._large:
            try:
                yield
            finally:
                self.tidy(size_bytes)

    def tidy(self, size_bytes: int) -> None:
        """Free the memory of a large file that nothing needs any more.

        A TIFF that was read holds on to itself in circles, and with it to the file's
        bytes, until Python looks for such.
        """
        if size_bytes > LARGE_BYTES:
            gc.collect()
