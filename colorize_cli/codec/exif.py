"""EXIF blocks: small TIFF files without a picture, read and mended in place.

A block is carried through whole, since its maker notes cannot be rewritten. Only two
things in it stop being true of the result and are changed: the orientation, which has
been applied, and the thumbnail, which shows the photo without its colours.
"""

import struct
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from colorize_cli.codec.directories import ByteOrder, Field, read_fields, written

__all__ = [
    "ASCII",
    "BYTE",
    "INCH",
    "IPTC_TAG",
    "RESOLUTION_UNIT",
    "TAGS",
    "X_RESOLUTION",
    "Y_RESOLUTION",
    "Value",
    "as_block",
    "byte_order",
    "dpi",
    "fields_of",
    "orientation",
    "read",
    "resolution_fields",
    "upright",
    "with_added",
]

ORIENTATION = 0x0112
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
BYTE, ASCII, SHORT, RATIONAL = 1, 2, 3, 5
MARKS: dict[bytes, ByteOrder] = {b"II": "<", b"MM": ">"}
# Where TIFF keeps IPTC records, and EXIF those of formats without a place for them.
IPTC_TAG = 33723
# ResolutionUnit.
INCH, CENTIMETRE = 2, 3
CM_PER_INCH = 2.54

# What a TIFF file says in its own tags and an EXIF block in its first directory.
TAGS = {
    269: ASCII,  # DocumentName
    270: ASCII,  # ImageDescription
    271: ASCII,  # Make
    272: ASCII,  # Model
    X_RESOLUTION: RATIONAL,
    Y_RESOLUTION: RATIONAL,
    285: ASCII,  # PageName
    RESOLUTION_UNIT: SHORT,
    305: ASCII,  # Software
    306: ASCII,  # DateTime
    315: ASCII,  # Artist
    316: ASCII,  # HostComputer
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

    order: ByteOrder
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


def as_block(fields: Mapping[int, Field], order: ByteOrder) -> bytes | None:
    """A new block with these fields; None if there are none."""
    if not fields:
        return None
    mark = next(mark for mark, known in MARKS.items() if known == order)
    return mark + struct.pack(order + "HI", 42, 8) + written(fields, 8, order)


def with_added(block: bytes | None, added: Mapping[int, Field]) -> bytes | None:
    """The block with more entries in its first directory, in place of any old ones.

    The directory is written anew behind the block; all else stays where it is, since
    maker notes do not survive being moved.

    Args:
        block: A block, or None for a new one.
        added: By tag; raw values in the block's byte order.
    """
    directory = parse(block or b"")
    if directory is None or block is None or not added:
        return as_block(added, "<") if directory is None and added else block
    order = directory.order
    at = len(block) + len(block) % 2
    kept = {
        tag: struct.pack(order + "HHI", tag, entry.type, entry.length)
        + block[entry.at : entry.at + 4]
        for tag, entry in directory.entries.items()
        if tag not in added
    }
    pool, pool_at = b"", at + 2 + 12 * (len(kept) + len(added)) + 4
    for tag, each in added.items():
        value = each.raw.ljust(4, b"\0")
        if len(each.raw) > 4:
            value = struct.pack(order + "I", pool_at + len(pool))
            pool += each.raw + b"\0" * (len(each.raw) % 2)
        kept[tag] = struct.pack(order + "HHI", tag, each.type, each.count) + value
    entries = b"".join(kept[tag] for tag in sorted(kept))
    head = block[:4] + struct.pack(order + "I", at) + block[8:].ljust(at - 8, b"\0")
    return head + struct.pack(order + "H", len(kept)) + entries + bytes(4) + pool


def dpi(block: bytes | None) -> tuple[float, float] | None:
    """Pixels per inch across and down; None where the block has no whole answer."""
    values = read(block)
    per_unit = {INCH: 1.0, CENTIMETRE: CM_PER_INCH}
    factor = per_unit.get(int(str(values.get(RESOLUTION_UNIT, INCH))))
    across, down = values.get(X_RESOLUTION), values.get(Y_RESOLUTION)
    if factor is None or not isinstance(across, tuple) or not isinstance(down, tuple):
        return None
    if not all((*across, *down)):
        return None
    return across[0] / across[1] * factor, down[0] / down[1] * factor


def resolution_fields(dpi: tuple[float, float], order: ByteOrder) -> dict[int, Field]:
    """The three entries that say a resolution."""
    sides = [Fraction(side).limit_denominator(10_000) for side in dpi]
    raw = [struct.pack(order + "II", *side.as_integer_ratio()) for side in sides]
    return {
        X_RESOLUTION: Field(type=RATIONAL, count=1, raw=raw[0]),
        Y_RESOLUTION: Field(type=RATIONAL, count=1, raw=raw[1]),
        RESOLUTION_UNIT: Field(type=SHORT, count=1, raw=struct.pack(order + "H", INCH)),
    }


def parse(block: bytes) -> Directory | None:
    """The first directory, or None if this is no EXIF block."""
    order = MARKS.get(block[:2])
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


def value_of(block: bytes, order: ByteOrder, entry: Entry) -> Value | None:
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
