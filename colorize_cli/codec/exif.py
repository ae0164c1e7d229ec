"""EXIF blocks: small TIFF files without a picture, read and mended in place.

A block is carried through whole, since its maker notes cannot be rewritten. Only two
things in it stop being true of the result and are changed: the orientation, which has
been applied, and the thumbnail, which shows the photo without its colours.
"""

import struct
from collections.abc import Mapping
from typing import NamedTuple

__all__ = [
    "ASCII",
    "RATIONAL",
    "RESOLUTION_UNIT",
    "SHORT",
    "TAGS",
    "X_RESOLUTION",
    "Y_RESOLUTION",
    "Value",
    "build",
    "orientation",
    "read",
    "upright",
]

ORIENTATION = 0x0112
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
ASCII, SHORT, RATIONAL = 2, 3, 5

# What a TIFF file says in its own tags and an EXIF block in its first directory.
TAGS = {
    270: ASCII,  # ImageDescription
    271: ASCII,  # Make
    272: ASCII,  # Model
    X_RESOLUTION: RATIONAL,
    Y_RESOLUTION: RATIONAL,
    RESOLUTION_UNIT: SHORT,
    305: ASCII,  # Software
    306: ASCII,  # DateTime
    315: ASCII,  # Artist
    33432: ASCII,  # Copyright
}

# Text without its closing zero, a number, or a numerator and denominator.
Value = bytes | int | tuple[int, int]


class Entry(NamedTuple):
    """One directory entry; `at` is where its value or the value's offset stands."""

    type: int
    length: int
    at: int


class Directory(NamedTuple):
    """The first directory of a block.

    `order` is struct's byte order sign, `next_at` where the link to the thumbnail's
    directory stands.
    """

    order: str
    entries: dict[int, Entry]
    next_at: int


def orientation(block: bytes | None) -> int:
    """The EXIF orientation, 1 to 8; 1 where a block has none that makes sense."""
    directory = parse(block or b"")
    entry = directory and directory.entries.get(ORIENTATION)
    if not directory or not entry or entry.type != SHORT:
        return 1
    (value,) = struct.unpack_from(directory.order + "H", block or b"", entry.at)
    return value if 1 <= value <= 8 else 1


def upright(block: bytes) -> bytes:
    """The block with orientation 1 and its thumbnail unlinked, of the same length."""
    directory = parse(block)
    if directory is None:
        return block
    mended = bytearray(block)
    entry = directory.entries.get(ORIENTATION)
    if entry and entry.type == SHORT:
        struct.pack_into(directory.order + "H", mended, entry.at, 1)
    if directory.next_at + 4 <= len(mended):
        struct.pack_into("4x", mended, directory.next_at)
    return bytes(mended)


def read(block: bytes | None) -> dict[int, Value]:
    """The values of those `TAGS` that the block's first directory holds."""
    directory = parse(block or b"")
    if directory is None or block is None:
        return {}
    values: dict[int, Value] = {}
    for tag, entry in directory.entries.items():
        if TAGS.get(tag) != entry.type or (entry.type != ASCII and entry.length != 1):
            continue
        value = value_of(block, directory.order, entry)
        if value is not None:
            values[tag] = value
    return values


def build(values: Mapping[int, Value]) -> bytes | None:
    """A new block with these values for `TAGS`; None if there are none."""
    if not values:
        return None
    entries, pool = b"", b""
    pool_at = 8 + 2 + 12 * len(values) + 4
    for tag in sorted(values):
        value = values[tag]
        if isinstance(value, int):
            entries += struct.pack("<HHIHxx", tag, SHORT, 1, value)
            continue
        if isinstance(value, tuple):
            raw, count = struct.pack("<II", *value), 1
        else:
            raw, count = value + b"\0", len(value) + 1
        if len(raw) <= 4:
            entries += struct.pack("<HHI4s", tag, TAGS[tag], count, raw)
        else:
            offset = pool_at + len(pool)
            entries += struct.pack("<HHII", tag, TAGS[tag], count, offset)
            pool += raw + b"\0" * (len(raw) % 2)
    head = struct.pack("<2sHIH", b"II", 42, 8, len(values))
    return head + entries + bytes(4) + pool


def parse(block: bytes) -> Directory | None:
    """The first directory, or None if this is no EXIF block."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 10:
        return None
    magic, start = struct.unpack_from(order + "HI", block, 2)
    if magic != 42 or start + 2 > len(block):
        return None
    (count,) = struct.unpack_from(order + "H", block, start)
    end = start + 2 + 12 * count
    if end > len(block):
        return None
    entries = {}
    for at in range(start + 2, end, 12):
        tag, kind, length = struct.unpack_from(order + "HHI", block, at)
        entries[tag] = Entry(kind, length, at + 8)
    return Directory(order, entries, end)


def value_of(block: bytes, order: str, entry: Entry) -> Value | None:
    """The value of an entry of one of `TAGS`; None if it lies outside the block."""
    if entry.type == SHORT:
        return int(struct.unpack_from(order + "H", block, entry.at)[0])
    size = 8 if entry.type == RATIONAL else entry.length
    at = entry.at
    if size > 4:
        (at,) = struct.unpack_from(order + "I", block, entry.at)
    raw = block[at : at + size]
    if len(raw) < size:
        return None
    if entry.type == RATIONAL:
        numerator, denominator = struct.unpack(order + "II", raw)
        return numerator, denominator
    return raw.split(b"\0", 1)[0]
