"""An archive that results are written to."""

import os
import shutil
from collections.abc import Hashable, Iterable
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Self

from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.files.archives.damage import DAMAGE
from colorize_cli.files.archives.kinds import ArchiveKind
from colorize_cli.files.archives.packing import member_names, names_in, pack, read_one
from colorize_cli.files.destination import LEDGER_NAME, FolderDestination
from colorize_cli.files.disk import (
    identity,
    read_reason,
    status_of,
    write_atomic,
    write_reason,
)
from colorize_cli.files.drafts import draft_for, lock_draft, sweep_drafts
from colorize_cli.files.ledger_copy import LedgerCopy
from colorize_cli.locks import try_lock

__all__ = ["ArchiveDestination"]


class ArchiveDestination:
    """A zip or tar file.

    During a run results are files in a hidden folder beside the archive. When the run
    ends, however it ends, they are packed together with what the archive held before,
    and the whole takes the archive's place at once. A run that is killed leaves its
    folder behind, and the next one goes on with it; so no result is ever lost, and the
    archive is whole at any time.
    """

    def __init__(self, path: Path, kind: ArchiveKind) -> None:
        """Look at what the archive holds already, if it exists.

        Raises:
            PlanError: If there is a file that is no such archive.
        """
        self.path = path
        self.kind = kind
        self.packed = member_names(path, kind)
        self.folder = FolderDestination(path.with_name(f".{path.name}.colorize"))
        self._copy = LedgerCopy(self._packed_ledger)
        self._lock: int | None = None
        self._ledger_before: bytes | None = None

    def __str__(self) -> str:
        return str(self.path)

    def __enter__(self) -> Self:
        """Make the folder, and take the ledger out of the archive.

        Raises:
            PlanError: If that is not possible, or another run is at work on it.
        """
        lock = self._lock_folder()
        try:
            # Another run may have packed it since the plan was made.
            self.packed = member_names(self.path, self.kind)
            self._take_ledger_out()
        except BaseException:
            with suppress(OSError):  # Unless it holds what a killed run has left.
                self.folder.root.rmdir()
            os.close(lock)
            raise
        self._lock = lock
        return self

    def _lock_folder(self) -> int:
        """Make the folder and lock it until the file that is returned is closed."""
        while True:
            self.folder.__enter__()
            try:
                lock = os.open(self.folder.root, os.O_RDONLY)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise PlanError(f"{self.folder}: {read_reason(error)}") from error
            if not try_lock(lock):
                os.close(lock)
                reason = (
                    "another run is writing to it; wait for it, or choose another -o"
                )
                raise PlanError(f"{self.path}: {reason}")
            # A run that has just ended has taken the folder away.
            status = os.fstat(lock)
            if identity(self.folder.root) == (status.st_dev, status.st_ino):
                return lock
            os.close(lock)

    def _take_ledger_out(self) -> None:
        """Put the ledger into the folder, whole or not at all."""
        # That of a run that was killed is the packed one with more lines.
        inside = self.folder.ledger_path
        if LEDGER_NAME not in self.packed or status_of(inside):
            return
        self._ledger_before = self._packed_ledger()
        try:
            write_atomic(inside, self._ledger_before)
        except EncodeError as error:
            reason = f"its ledger {error.reason}"
            raise PlanError(f"{self.path}: {reason}") from error

    def __exit__(self, *error: object) -> None:
        """Pack the archive.

        Raises:
            EncodeError: If it cannot be written; its results stay in the folder.
        """
        kept = f"the results are kept in {self.folder}, and the next run goes on"
        try:
            if self._has_changed():
                self._pack()
            shutil.rmtree(self.folder.root)
        except DAMAGE as failure:
            reason = (
                f"what it held cannot be taken over ({failure}), repair it or move it"
            )
            raise EncodeError(self.path, f"{reason}; {kept}") from failure
        except OSError as failure:
            reason = f"{write_reason(failure)}; {kept}"
            raise EncodeError(self.path, reason) from failure
        finally:
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None

    def _pack(self) -> None:
        """Write the archive beside itself and put it into its place."""
        draft = draft_for(self.path)
        try:
            with draft.open("xb") as file:
                lock_draft(file)
                pack(self.folder.root, self.path, self.kind, file)
                file.flush()
                os.fsync(file.fileno())
                draft.replace(self.path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def _has_changed(self) -> bool:
        """Whether there is anything that the archive does not hold already."""
        names = names_in(self.folder.root)
        if names == [LEDGER_NAME]:
            return self.ledger_path.read_bytes() != self._ledger_before
        return bool(names)

    def _packed_ledger(self) -> bytes:
        name = self.packed.get(LEDGER_NAME)
        return read_one(self.path, self.kind, name) or b"" if name else b""

    @property
    def ledger_path(self) -> Path:
        """In the folder during a run; before it, a copy of what is in the archive."""
        inside = self.folder.ledger_path
        if status_of(inside) or LEDGER_NAME not in self.packed:
            return inside
        return self._copy.path

    def locate(self, relative: PurePosixPath) -> str:
        """The place in the archive; see `Destination`."""
        return f"{self.path}/{relative}"

    def exists(self, relative: PurePosixPath) -> bool:
        """Whether it is in the archive, or will be; see `Destination`."""
        return str(relative) in self.packed or self.folder.exists(relative)

    def read(self, relative: PurePosixPath) -> bytes | None:
        """The whole file; see `Destination`."""
        name = self.packed.get(str(relative))
        if name is None or self.folder.exists(relative):
            return self.folder.read(relative)
        with suppress(PlanError):
            return read_one(self.path, self.kind, name)
        return None

    def identity(self, relative: PurePosixPath) -> Hashable | None:
        """No photo lies in the hidden folder, so nothing can be written over."""
        return None

    def sweep(self, folders: Iterable[PurePosixPath]) -> None:
        """Remove abandoned drafts, of the archive too; see `Destination`.

        A run that finds everything done does not enter the context. So what the one
        before it could not pack is packed here.

        Raises:
            PlanError: If another run is at work on it.
            EncodeError: If it cannot be packed.
        """
        if self._lock is None and identity(self.folder.root) is not None:
            with self:
                pass
        self.folder.sweep(folders)
        sweep_drafts([self.path.parent])

    def write(
        self, relative: PurePosixPath, data: bytes, *, mtime_ns: int | None = None
    ) -> None:
        """Write a result; see `Destination`."""
        if self.kind == "zip":
            try:
                str(relative).encode()
            except UnicodeEncodeError as error:
                reason = "cannot be in a zip file: its name is not UTF-8; use a .tar"
                raise EncodeError(self.locate(relative), reason) from error
        try:
            self.folder.write(relative, data, mtime_ns=mtime_ns)
        except EncodeError as error:
            raise EncodeError(self.locate(relative), error.reason) from error
