"""Boxes: the chunks of JPEG 2000 and of the ISO files that AVIF is one of."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["Box", "boxes", "written"]


class Box(NamedTuple):
    """Kind, and where the content starts and ends in the file."""

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes that follow one another between two places.

    Args:
        data: The file.
        start: Where the first box stands.
        end: Where the last one ends at most; None for the end of the file.
    """
    limit = len(data) if end is None else min(end, len(data))
    while start + 8 <= limit:
        length, kind = struct.unpack_from(">I4s", data, start)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        stop = limit if length == 0 else start + max(length, head)
        yield Box(kind, start + head, stop)
        start = stop


def written(kind: bytes, content: bytes) -> bytes:
    """A box of less than 4 GiB."""
    return struct.pack(">I4s", len(content) + 8, kind) + content
