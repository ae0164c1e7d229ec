"""Keeping two runs from writing to one place."""

import fcntl

__all__ = ["try_lock"]


def try_lock(file: int) -> bool:
    """Lock an open file until it is closed, without waiting.

    Returns:
        False if another process has it. True also where the disk has no locks, as on
        some networks: nothing can be known there.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True
