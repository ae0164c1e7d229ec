"""EXIF blocks: small TIFF files without a picture, and what they say."""

import struct
from collections.abc import Mapping
from typing import NamedTuple

from colorize_cli.codec.directories import (
    EXIF_IFD,
    MAKER_NOTE,
    ByteOrder,
    Field,
    read_fields,
)
from colorize_cli.codec.tiff_tags import (
    ORIENTATION,
    RESOLUTION_UNIT,
    X_RESOLUTION,
    Y_RESOLUTION,
)
from colorize_cli.codec.values import number

__all__ = [
    "INCH",
    "MARKS",
    "Entry",
    "byte_order",
    "directory_at",
    "dpi",
    "fields_of",
    "is_readable",
    "maker_note",
    "orientation",
    "parse",
]

MARKS: dict[bytes, ByteOrder] = {b"II": "<", b"MM": ">"}
# ResolutionUnit.
INCH, CENTIMETRE = 2, 3
CM_PER_INCH = 2.54
UNITS_PER_INCH: dict[float | None, float] = {
    None: 1.0,
    INCH: 1.0,
    CENTIMETRE: CM_PER_INCH,
}


class Entry(NamedTuple):
    """One directory entry; `at` is where its value or the value's offset stands."""

    type: int
    length: int
    at: int


class Directory(NamedTuple):
    """A directory of a block.

    `order` is struct's byte order sign, `next_at` where the link to the next directory
    stands; behind the first, that is the thumbnail's.
    """

    order: ByteOrder
    entries: dict[int, Entry]
    next_at: int


def orientation(block: bytes | None) -> int:
    """The EXIF orientation, 1 to 8; 1 where a block has none that makes sense."""
    value = number(fields_of(block).get(ORIENTATION), byte_order(block))
    return int(value) if value and value in range(1, 9) else 1


def is_readable(block: bytes) -> bool:
    """Whether this is an EXIF block, of which the first directory is there."""
    return parse(block) is not None


def byte_order(block: bytes | None) -> ByteOrder:
    """The block's byte order, "<" or ">"; "<" if there is no block."""
    directory = parse(block or b"")
    return directory.order if directory else "<"


def fields_of(block: bytes | None) -> dict[int, Field]:
    """All that the first directory holds, and the directories that hang on it."""
    directory = parse(block or b"")
    if directory is None or block is None:
        return {}
    (start,) = struct.unpack_from(directory.order + "I", block, 4)
    return read_fields(block, start, directory.order)


def maker_note(fields: Mapping[int, Field]) -> Field | None:
    """The note that hangs on these fields of a first directory, if there is one."""
    inner = fields[EXIF_IFD].fields if EXIF_IFD in fields else {}
    return inner.get(MAKER_NOTE)


def dpi(block: bytes | None) -> tuple[float, float] | None:
    """Pixels per inch across and down; None where the block has no whole answer."""
    fields, order = fields_of(block), byte_order(block)
    unit, across, down = (
        number(fields.get(tag), order)
        for tag in (RESOLUTION_UNIT, X_RESOLUTION, Y_RESOLUTION)
    )
    factor = UNITS_PER_INCH.get(unit)
    if not factor or not across or not down:
        return None
    return across * factor, down * factor


def parse(block: bytes) -> Directory | None:
    """The first directory, or None if this is no EXIF block."""
    order = MARKS.get(block[:2])
    if order is None or len(block) < 10:
        return None
    magic, start = struct.unpack_from(order + "HI", block, 2)
    return directory_at(block, start, order) if magic == 42 else None


def directory_at(block: bytes, start: int, order: ByteOrder) -> Directory | None:
    """The directory that starts there, or None if it does not end within the block."""
    if start + 2 > len(block):
        return None
    (count,) = struct.unpack_from(order + "H", block, start)
    end = start + 2 + 12 * count
    if end > len(block):
        return None
    entries: dict[int, Entry] = {}
    for at in range(start + 2, end, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", block, at)
        entries.setdefault(tag, Entry(kind, length, at + 8))
    return Directory(order, entries, end)
