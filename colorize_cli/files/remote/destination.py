"""A prefix of an object store that results are written to."""

import secrets
import time
from collections.abc import Hashable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import Self

from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.files.destination import LEDGER_NAME
from colorize_cli.files.ledger_copy import LedgerCopy
from colorize_cli.files.remote.url import open_store, shown, trouble

__all__ = ["RemoteDestination"]

# Stores in which an object appears whole or not at all.
OBJECT_STORES = {"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "memory"}
# A run that is killed loses this much of its ledger, but no results.
PUBLISH_EVERY_S = 60.0


class RemoteDestination:
    """An object store, in which an object appears whole or not at all.

    Objects cannot be appended to. So every run keeps its lines of the ledger on this
    machine and puts them into an object of its own, `colorize.TIME-RANDOM.jsonl`, time
    and again and at the end; the ledger is all of these together. Runs on several
    machines do not get in each other's way.
    """

    def __init__(self, url: str) -> None:
        """Nothing is asked of the store yet.

        Raises:
            PlanError: If results cannot be written there, or a package is missing.
        """
        scheme = url.partition("://")[0].lower()
        if scheme not in OBJECT_STORES:
            raise PlanError(
                f"{shown(url)}: results cannot be written to {scheme}://, only to an "
                "object store such as s3:// or gs://, or to a folder"
            )
        self.url = shown(url)
        self.store, root = open_store(url)
        self.root = root.rstrip("/")
        self._copy = LedgerCopy(self._fetch_ledger)
        self._run = f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{secrets.token_hex(3)}"
        self._known: set[str] | None = None
        self._lock = Lock()
        self._published = time.monotonic()

    def __str__(self) -> str:
        return self.url

    def __enter__(self) -> Self:
        """Look at what is there, before the network is set to work for nothing."""
        self._list()
        self._published = time.monotonic()
        return self

    def __exit__(self, *error: object) -> None:
        """Put the rest of the ledger into the store.

        Raises:
            EncodeError: If that is not possible; the results are there.
        """
        self._publish()

    @property
    def ledger_path(self) -> Path:
        """All lines of earlier runs, and those of this one."""
        return self._copy.path

    def locate(self, relative: PurePosixPath) -> str:
        """The URL; see `Destination`."""
        return f"{self.url}/{relative}"

    def exists(self, relative: PurePosixPath) -> bool:
        """Whether an object is there, by one listing for the whole run."""
        return self._place(relative) in self._list()

    def read(self, relative: PurePosixPath) -> bytes | None:
        """The whole object; see `Destination`."""
        if not self.exists(relative):
            return None
        try:
            data: bytes = self.store.cat_file(self._place(relative))
        except Exception:
            return None
        return data

    def identity(self, relative: PurePosixPath) -> Hashable | None:
        """The URL of what is there; see `Destination`."""
        return self.locate(relative) if self.exists(relative) else None

    def sweep(self, folders: Iterable[PurePosixPath]) -> None:
        """A store keeps nothing that is half-written."""

    def write(
        self, relative: PurePosixPath, data: bytes, *, mtime_ns: int | None = None
    ) -> None:
        """Write an object, whose time is always now; see `Destination`."""
        place = self._place(relative)
        try:
            self.store.pipe_file(place, data)
        except Exception as error:
            raise EncodeError(self.locate(relative), trouble(error)) from error
        with self._lock:
            self._list().add(place)
            is_due = time.monotonic() - self._published > PUBLISH_EVERY_S
            if is_due:
                self._published = time.monotonic()
        if is_due:
            with suppress(EncodeError):  # The result is there; this is tried again.
                self._publish()

    def _place(self, relative: PurePosixPath | str) -> str:
        return f"{self.root}/{relative}"

    def _list(self) -> set[str]:
        """The places of all objects under the root, asked for once.

        Raises:
            PlanError: If the store does not answer, refuses, or has no such bucket.
        """
        if self._known is None:
            try:
                self.store.invalidate_cache()
                self._known = set(self.store.find(self.root))
            except FileNotFoundError as error:
                # A prefix with nothing below it is listed like any other.
                reason = "there is no such bucket; make it, or choose another -o"
                raise PlanError(f"{self.url}: {reason}") from error
            except Exception as error:
                raise PlanError(f"{self.url}: {trouble(error)}") from error
        return self._known

    def _fetch_ledger(self) -> bytes:
        """The lines of all runs, oldest run first.

        `colorize.jsonl` came with a folder that was copied here, or was joined from
        what earlier runs had left; so it is older than what has a time in its name.
        """
        stem, suffix = LEDGER_NAME.split(".")
        found = [
            place
            for place in self._list()
            if (name := place.removeprefix(f"{self.root}/")).startswith(f"{stem}.")
            and name.endswith(f".{suffix}")
        ]
        ledgers = sorted(found, key=lambda place: place.removesuffix(f".{suffix}"))
        try:
            parts: list[bytes] = [self.store.cat_file(place) for place in ledgers]
        except Exception as error:
            reason = f"its ledger {trouble(error)}"
            raise PlanError(f"{self.url}: {reason}") from error
        return b"".join(
            part if part.endswith(b"\n") else part + b"\n" for part in parts
        )

    def _publish(self) -> None:
        """Put this run's lines of the ledger into its object."""
        lines = self._copy.added()
        if not lines:
            return
        name = LEDGER_NAME.replace(".", f".{self._run}.")
        try:
            self.store.pipe_file(self._place(name), lines)
        except Exception as error:
            reason = f"the ledger is not written: it {trouble(error)}"
            raise EncodeError(self.locate(PurePosixPath(name)), reason) from error
