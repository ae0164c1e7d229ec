"""The place that results are written to."""

import os
from collections.abc import Hashable, Iterable
from pathlib import Path, PurePosixPath
from stat import S_ISDIR
from typing import Protocol, Self

from colorize_cli.errors import DecodeError, PlanError
from colorize_cli.files import disk, drafts

__all__ = ["LEDGER_NAME", "Destination", "FolderDestination"]

LEDGER_NAME = "colorize.jsonl"


class Destination(Protocol):
    """Where results go; as a context, a run during which it is written to.

    Entering it makes sure that it can be written to, or raises a PlanError; leaving it
    completes what has been written. Its other methods but `write` may be called
    outside of the context.
    """

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None: ...

    @property
    def ledger_path(self) -> Path | None:
        """The file on this machine that the ledger is appended to in a run.

        None if nothing is remembered from run to run.
        """

    def locate(self, relative: PurePosixPath) -> str:
        """The full place of a result as the user knows it."""

    def exists(self, relative: PurePosixPath) -> bool:
        """Whether a result is there.

        A folder in its place is none; it is left to fail as the result is written.
        """

    def read(self, relative: PurePosixPath) -> bytes | None:
        """The whole of a result; None if there is none that can be read.

        Asked for only what the ledger knows, so a destination without one has nothing.
        """

    def identity(self, relative: PurePosixPath) -> Hashable | None:
        """What is stored there, in the sense of `Source.identity`."""

    def sweep(self, folders: Iterable[PurePosixPath]) -> None:
        """Remove or complete what earlier runs have left half-done in these folders.

        Raises:
            ColorizeError: If it has to be completed and cannot be.
        """

    def write(
        self, relative: PurePosixPath, data: bytes, *, mtime_ns: int | None = None
    ) -> None:
        """Write a result so that it is there whole or not at all; from any thread.

        Args:
            relative: Where; what is there is replaced.
            data: The whole file.
            mtime_ns: Time of the last change, in nanoseconds since 1970, if it is not
                to be now. Kept as exactly as the destination can.

        Raises:
            EncodeError: If it cannot be written; nothing is left behind.
        """


class FolderDestination:
    """A folder on a disk."""

    def __init__(self, root: Path) -> None:
        """Nothing is made until the context is entered.

        Raises:
            PlanError: If `root` is a file.
        """
        status = disk.status_of(root)
        if status and not S_ISDIR(status.st_mode):
            raise PlanError(f"{root}: is a file; name a folder for the results")
        self.root = root

    def __str__(self) -> str:
        return str(self.root)

    def __enter__(self) -> Self:
        """Make the folder, before the network is set to work for nothing."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"cannot be made ({error.strerror}); choose another folder with -o"
            raise PlanError(f"{self.root}: {reason}") from error
        if not os.access(self.root, os.W_OK):
            reason = "may not be written to; choose another folder with -o"
            raise PlanError(f"{self.root}: {reason}")
        return self

    def __exit__(self, *error: object) -> None:
        """Every result was complete when it appeared."""

    @property
    def ledger_path(self) -> Path:
        """In the folder itself."""
        return self.root / LEDGER_NAME

    def locate(self, relative: PurePosixPath) -> str:
        """The path; see `Destination`."""
        return str(self.root / relative)

    def exists(self, relative: PurePosixPath) -> bool:
        """Whether a file is there, also where the folder may not be looked into."""
        return disk.is_file(self.root / relative)

    def read(self, relative: PurePosixPath) -> bytes | None:
        """The whole file; see `Destination`."""
        try:
            return disk.read(self.root / relative)
        except DecodeError:
            return None

    def identity(self, relative: PurePosixPath) -> disk.Identity | None:
        """Device and inode; see `Destination`."""
        return disk.identity(self.root / relative)

    def sweep(self, folders: Iterable[PurePosixPath]) -> None:
        """Remove abandoned drafts; see `Destination`."""
        drafts.sweep_drafts(self.root / folder for folder in folders)

    def write(
        self, relative: PurePosixPath, data: bytes, *, mtime_ns: int | None = None
    ) -> None:
        """Write a file; see `Destination`."""
        disk.write_atomic(self.root / relative, data, mtime_ns=mtime_ns)
