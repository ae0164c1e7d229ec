"""The ledger of a place that is no folder, as a file on this machine."""

import shutil
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path

from colorize_cli.errors import PlanError
from colorize_cli.files.destination import LEDGER_NAME

__all__ = ["LedgerCopy"]


class LedgerCopy:
    """A file that is fetched when it is first asked for, and goes with the process."""

    def __init__(self, fetch: Callable[[], bytes]) -> None:
        """Prepare to fetch.

        Args:
            fetch: Gives the ledger as it is there; empty if there is none.
        """
        self._fetch = fetch
        self._path: Path | None = None
        self._fetched_bytes = 0

    @property
    def path(self) -> Path:
        """The file; it does not exist if there is no ledger yet.

        Raises:
            PlanError: If it cannot be written.
        """
        if self._path is None:
            ledger = self._fetch()
            try:
                self._path = self._store(ledger)
            except OSError as error:
                where = "the folder for temporary files, TMPDIR"
                reason = f"its copy cannot be written ({error.strerror}) to {where}"
                raise PlanError(f"{LEDGER_NAME}: {reason}") from error
            self._fetched_bytes = len(ledger)
        return self._path

    def _store(self, ledger: bytes) -> Path:
        """Write it into a folder of its own."""
        folder = tempfile.mkdtemp(prefix="colorize-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        path = Path(folder) / LEDGER_NAME
        if ledger:
            path.write_bytes(ledger)
        return path

    def added(self) -> bytes:
        """The lines that were appended since it was fetched."""
        if self._path is None or not self._path.exists():
            return b""
        with self._path.open("rb") as file:
            file.seek(self._fetched_bytes)
            return file.read()
