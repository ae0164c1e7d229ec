"""The processor cores that this process may use."""

import os

__all__ = ["usable_cores"]


def usable_cores() -> int:
    """As taskset or a container leaves them; all of them where that is not known."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
