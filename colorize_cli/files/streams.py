"""One photo from standard input, one picture to standard output."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import BinaryIO, Self

from colorize_cli.codec.formats import signature_suffix
from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.files.source import Stamp

__all__ = ["STDIN", "STREAM", "StreamDestination", "StreamSource"]

# What stands on the command line for standard input and standard output.
STREAM = "-"
# Where a photo from a pipe was read from, in reports and ledgers.
STDIN = "stdin"


@dataclass(frozen=True, slots=True)
class StreamSource:
    """A photo that came through a pipe; its first bytes give its name a suffix.

    Attributes:
        data: The whole file.
    """

    data: bytes = field(repr=False)

    def __str__(self) -> str:
        return STDIN

    @property
    def name(self) -> str:
        """`stdin` with the suffix of its format; see `Source`."""
        return f"{STDIN}{signature_suffix(self.data)}"

    def read(self) -> bytes:
        """The bytes; see `Source`."""
        return self.data

    def stamp(self) -> Stamp | None:
        """A pipe has no time."""
        return None

    def identity(self) -> Hashable | None:
        """A pipe is nowhere."""
        return None


class StreamDestination:
    """A pipe that takes one picture."""

    def __init__(self, stream: BinaryIO) -> None:
        """Write to this stream.

        Raises:
            PlanError: If it is a terminal.
        """
        if stream.isatty():
            raise PlanError(
                "-o -: would print a picture to the terminal; add > photo.jpg"
            )
        self.stream = stream
        self._lock = Lock()
        self._is_used = False

    def __str__(self) -> str:
        return "stdout"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """The picture was complete when it was written."""

    @property
    def ledger_path(self) -> Path | None:
        """A pipe remembers nothing."""
        return None

    def locate(self, relative: PurePosixPath) -> str:
        """There is one place only."""
        return "stdout"

    def exists(self, relative: PurePosixPath) -> bool:
        """What went through a pipe is gone."""
        return False

    def read(self, relative: PurePosixPath) -> bytes | None:
        """What went through a pipe is gone."""
        return None

    def identity(self, relative: PurePosixPath) -> Hashable | None:
        """A pipe is nowhere."""
        return None

    def sweep(self, folders: Iterable[PurePosixPath]) -> None:
        """Nothing is left in a pipe."""

    def write(
        self, relative: PurePosixPath, data: bytes, *, mtime_ns: int | None = None
    ) -> None:
        """Write the picture; see `Destination`. A second one is refused."""
        with self._lock:
            if self._is_used:
                raise EncodeError("stdout", "takes one picture; use -o DIR for more")
            self._is_used = True
        try:
            self.stream.write(data)
            self.stream.flush()
        except OSError as error:
            reason = f"cannot be written ({error.strerror})"
            raise EncodeError("stdout", reason) from error
