"""Drafts: the hidden files that results are written to before they get their name.

A draft is locked for as long as it is being written. The lock goes with the process, so
a draft that is not locked was left behind by one that was killed.
"""

import fcntl
import os
import re
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from colorize_cli.locks import try_lock

__all__ = ["draft_for", "lock_draft", "sweep_drafts"]

DRAFT_NAME = re.compile(r"\.colorize-[0-9a-f]{16}")
# Between its making and its locking a draft of another process looks abandoned.
YOUNGEST_S = 60
# On disks without locks, age is all there is to go by.
YOUNGEST_UNLOCKABLE_S = 24 * 3600


def draft_for(path: Path) -> Path:
    """A new name beside `path`, short, so that any name a disk can hold will do."""
    return path.with_name(f".colorize-{secrets.token_hex(8)}")


def lock_draft(file: BinaryIO) -> None:
    """Mark a draft as being written; where a disk has no locks, nothing happens."""
    try_lock(file.fileno())


def sweep_drafts(folders: Iterable[Path]) -> None:
    """Remove the drafts that killed runs have left in these folders.

    Drafts of runs that are at work are left alone, on whichever machine, if the disk
    has locks. What cannot be looked at or removed is left as well.
    """
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for name in [each.name for each in entries]:
                if DRAFT_NAME.fullmatch(name):
                    with suppress(OSError):
                        sweep(folder / name)


def sweep(draft: Path) -> None:
    """Remove a draft if nobody is writing it.

    Raises:
        OSError: If it cannot be looked at or removed.
    """
    # Never a link, and no pipe that would keep us waiting.
    file = os.open(draft, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        # Not the time of the last change, which may be set to that of the source.
        age_s = time.time() - os.fstat(file).st_ctime
        if age_s >= needed_age_s(file):
            draft.unlink()
    finally:
        os.close(file)


def needed_age_s(file: int) -> float:
    """How old an abandoned draft must be; endless if it is being written."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return float("inf")
    except OSError:
        return YOUNGEST_UNLOCKABLE_S
    return YOUNGEST_S
