"""The file of `--failed-list`: opened before the run, written after it."""

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING

from colorize_cli.errors import PlanError

if TYPE_CHECKING:
    from colorize_cli.report import Report

__all__ = ["opened_list"]


@contextmanager
def opened_list(
    path: Path | None, *, null: bool
) -> "Iterator[Callable[[Report], str]]":
    """In the context, the list can be written: a run is not begun if it cannot.

    Missing folders are made; it may lie in that of the results. What was there before
    stays until then. If the run cannot be done, no new list is left, which would say
    that nothing failed.

    Args:
        path: The file; None if no list is asked for.
        null: Whether a NUL ends each path; else a newline does.

    Returns:
        What writes the photos that failed, and returns why that is not possible, empty
        if it was done.

    Raises:
        PlanError: If the file cannot be opened.
    """
    if path is None:
        yield lambda report: ""
        return
    is_new = not os.path.lexists(path)
    try:
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
        # Without a buffer nothing is left that could fail as it is closed.
        file = path.open("ab", buffering=0)
    except OSError as error:
        raise PlanError(cannot_be_written(path, error)) from error

    def write(report: "Report") -> str:
        try:
            replace_contents(file.fileno(), listed(report, null=null))
        except OSError as error:
            return cannot_be_written(path, error)
        return ""

    with file:
        try:
            yield write
        except BaseException:
            if is_new:
                path.unlink(missing_ok=True)
            raise


def listed(report: "Report", *, null: bool) -> bytes:
    """The photos that failed, for `--files-from` and for people.

    What was not even found has no path under SRC, but a whole one.
    """
    from colorize_cli.batch.resume import origin_of

    end = b"\0" if null else b"\n"
    failed = (each.name or origin_of(each.source) for each in report.failures)
    return b"".join(os.fsencode(name) + end for name in failed)


def replace_contents(file: int, data: bytes) -> None:
    """Write a file that is open for appending anew.

    Raises:
        OSError: If it does not take all of it.
    """
    # A pipe or a device cannot be emptied, and need not be.
    if S_ISREG(os.fstat(file).st_mode):
        os.ftruncate(file, 0)
    if os.write(file, data) < len(data):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def cannot_be_written(path: Path, error: OSError) -> str:
    """What is said of a list."""
    return f"{path}: cannot be written ({error.strerror})"
