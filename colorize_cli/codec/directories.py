"""Directories of tags, as TIFF files and EXIF blocks have them, with their raw values.

A value is kept as the bytes in which it stands, in the byte order of its file, so that
what is copied into a file of the same order is copied exactly. Only directories that
are known to hang on a tag (EXIF, GPS, interoperability) are followed.
"""

import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "EXIF_IFD",
    "GPS_IFD",
    "INTEROPERABILITY_IFD",
    "LONG",
    "LONG8",
    "MAKER_NOTE",
    "ByteOrder",
    "Field",
    "read_fields",
    "written",
]

# As struct and numpy write it: little and big end first.
ByteOrder = Literal["<", ">"]

EXIF_IFD, GPS_IFD, INTEROPERABILITY_IFD = 34665, 34853, 40965
POINTERS = frozenset({EXIF_IFD, GPS_IFD, INTEROPERABILITY_IFD})
# What a camera's maker writes into EXIF, in a form of its own.
MAKER_NOTE = 37500
LONG, LONG8 = 4, 16
# Bytes of a value of each type: BYTE, ASCII, SHORT, LONG, RATIONAL, SBYTE, ...
TYPE_BYTES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
# IFD and IFD8: places in the file they come from.
PLACES = frozenset({13, 18})
# EXIF hangs on the picture, interoperability on EXIF; nothing hangs deeper.
MAX_DEPTH = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One entry of a directory.

    Attributes:
        type: TIFF's number of the type.
        count: Number of values.
        raw: The values' bytes, in the byte order of the file they come from.
        fields: What the directory holds that this entry points to, by tag.
        at: Where the value stands in the file it comes from; 0 for a new one.
    """

    type: int
    count: int
    raw: bytes
    fields: Mapping[int, "Field"] = field(default_factory=dict)
    at: int = field(default=0, compare=False)


def read_fields(
    data: bytes,
    at: int,
    order: ByteOrder,
    *,
    is_big: bool = False,
    unwanted: Collection[int] = (),
    depth: int = 1,
) -> dict[int, Field]:
    """The entries of a directory; those that make no sense are left out.

    So are those that point to a directory of an unknown kind, which stays behind.

    Args:
        data: The TIFF file or EXIF block; offsets count from its start.
        at: Where the directory stands.
        order: The byte order, "<" or ">".
        is_big: Whether offsets and counts have the 64 bits of BigTIFF.
        unwanted: Tags to leave out; nothing hangs on them.
        depth: 1 for the first directory.

    Raises:
        struct.error: If the directory lies outside the data.
    """
    head, entry, inline = ("Q", "HHQ", 8) if is_big else ("H", "HHI", 4)
    (count,) = struct.unpack_from(order + head, data, at)
    at += struct.calcsize(order + head)
    size = struct.calcsize(order + entry) + inline
    found: dict[int, Field] = {}
    # Values do not overlap, so together they are no longer than the file.
    room = len(data)
    for start in range(at, min(at + count * size, len(data) - size + 1), size):
        tag, kind, number = struct.unpack_from(order + entry, data, start)
        if tag in unwanted or tag in found or kind not in TYPE_BYTES:
            continue
        if kind in PLACES and tag not in POINTERS:
            continue
        place = start + size - inline
        length = number * TYPE_BYTES[kind]
        if length > inline:
            place = offset_at(data, place, order, is_big=is_big)
        if place + length > len(data) or length > room:
            continue
        room -= length
        raw, fields = data[place : place + length], {}
        if tag in POINTERS:
            if depth == MAX_DEPTH:
                continue
            # BigTIFF may still point with 32 bits.
            is_wide = TYPE_BYTES[kind] == 8
            target = offset_at(data, start + size - inline, order, is_big=is_wide)
            try:
                fields = read_fields(
                    data, target, order, is_big=is_big, depth=depth + 1
                )
            except struct.error:
                continue
        found[tag] = Field(type=kind, count=number, raw=raw, fields=fields, at=place)
    return found


def offset_at(data: bytes, at: int, order: ByteOrder, *, is_big: bool) -> int:
    """An offset that stands in the data."""
    return int(struct.unpack_from(order + ("Q" if is_big else "I"), data, at)[0])


def written(
    fields: Mapping[int, Field],
    at: int,
    order: ByteOrder,
    *,
    is_big: bool = False,
    standing: Field | None = None,
) -> bytes:
    """A directory with its values and with those that hang on it.

    Args:
        fields: By tag; raw values in this byte order.
        at: Where the bytes will stand, an even number.
        order: The byte order, "<" or ">".
        is_big: Whether offsets and counts have the 64 bits of BigTIFF.
        standing: The field whose value is in its old place already, if any.

    Returns:
        The directory, followed by what it points to; no directory comes after it.
    """
    head, entry, offset = ("Q", "HHQ", "Q") if is_big else ("H", "HHI", "I")
    inline = struct.calcsize(order + offset)
    size = struct.calcsize(order + entry) + inline
    pool_at = at + struct.calcsize(order + head) + size * len(fields) + inline
    entries, pool = bytearray(), bytearray()
    for tag in sorted(fields):
        each = fields[tag]
        kind, count, raw = each.type, each.count, each.raw
        here = pool_at + len(pool)
        if tag in POINTERS:
            kind, count = LONG8 if is_big else LONG, 1
            raw = struct.pack(order + offset, here)
            pool += written(each.fields, here, order, is_big=is_big, standing=standing)
        elif len(raw) > inline and each is standing:
            raw = struct.pack(order + offset, each.at)
        elif len(raw) > inline:
            pool += raw + b"\0" * (len(raw) % 2)
            raw = struct.pack(order + offset, here)
        entries += struct.pack(order + entry, tag, kind, count)
        entries += raw.ljust(inline, b"\0")
    start = struct.pack(order + head, len(fields))
    return b"".join((start, entries, bytes(inline), pool))
