"""A disk with no room for one file."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from colorize_cli.errors import EncodeError
from colorize_cli.files import disk

__all__ = ["full_disk"]


@contextmanager
def full_disk(name: str) -> Iterator[None]:
    """Writing a file of that name fails inside the context."""
    write = disk.write_atomic

    def fill(path, data, **settings):
        if path.name == name:
            raise EncodeError(path, "is not written: the disk is full")
        write(path, data, **settings)

    with patch.object(disk, "write_atomic", fill):
        yield
