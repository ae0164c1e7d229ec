"""What becomes of a run whose stdout cannot be written to: nothing."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

__all__ = ["give_up_stdout", "stdout_may_fail", "swallow_stdout"]


@contextmanager
def stdout_may_fail() -> Iterator[None]:
    """In the context, nothing but stdout is written to, and need not be."""
    try:
        yield
    except OSError as error:
        give_up_stdout(error)


def give_up_stdout(error: OSError) -> None:
    """Say on stderr why stdout takes nothing more; nothing if its reader has gone.

    Photos are worth more than what is said about them.
    """
    swallow_stdout()
    if not isinstance(error, BrokenPipeError):
        with suppress(OSError):
            reason = f"cannot be written to ({error.strerror}); photos are done all"
            click.echo(f"stdout: {reason} the same", err=True)


def swallow_stdout() -> None:
    """Lose what is still to be written, or the program would fail as it ends."""
    with suppress(OSError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
