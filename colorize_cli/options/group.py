"""A group of options becomes one decorator."""

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["Command", "decorate"]

Command = TypeVar("Command", bound=Callable[..., Any])


def decorate(options: list[Callable[[Any], Any]], command: Command) -> Command:
    """Decorate in reverse, so that `--help` keeps the written order."""
    for option in reversed(options):
        command = option(command)
    return command
