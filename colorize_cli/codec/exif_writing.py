"""EXIF blocks, mended in place and written anew.

A block is carried through whole, since its maker notes cannot be rewritten. Only what
stops being true of the result is changed: the orientation, which has been applied,
sizes and resolutions, which turn with the photo, and the thumbnail, which shows the
photo without its colours.
"""

import struct
from collections.abc import Mapping
from fractions import Fraction

from colorize_cli.codec.directories import EXIF_IFD, ByteOrder, Field, written
from colorize_cli.codec.exif import (
    INCH,
    MARKS,
    Entry,
    byte_order,
    directory_at,
    fields_of,
    maker_note,
    parse,
)
from colorize_cli.codec.tiff_tags import (
    ORIENTATION,
    RESOLUTION_UNIT,
    X_RESOLUTION,
    Y_RESOLUTION,
)
from colorize_cli.codec.values import without_longest

__all__ = ["BYTE", "as_block", "fitted", "resolution_fields", "upright", "with_added"]

BYTE, SHORT, RATIONAL = 1, 3, 5
# What stands in front of a block's first directory, or whatever comes first.
HEAD_BYTES = 8
# No further on does a maker note get its old place back in a new block: that is where
# the blocks of JPEG end, and what is in front of it may be empty.
MAX_NOTE_AT = 1 << 16
# More long values than that are no photo's.
MOST_LEFT_OUT = 20
# What is said of width and of height: size and resolution in the first directory,
# size and resolution of the sensor in EXIF's own.
SIDES = ((256, 257), (X_RESOLUTION, Y_RESOLUTION), (40962, 40963), (41486, 41487))


def upright(block: bytes, turn: int = 1) -> bytes:
    """The block of an upright photo: orientation 1, its thumbnail unlinked.

    Nothing in it moves.

    Args:
        block: A block.
        turn: The orientation that has been applied; from 5 on, width and height have
            changed places.
    """
    directory = parse(block)
    if directory is None:
        return block
    order, entries, next_at = directory
    mended = bytearray(block)
    if entry := entries.get(ORIENTATION):
        struct.pack_into(
            order + "HHIHH", mended, entry.at - 8, ORIENTATION, SHORT, 1, 1, 0
        )
    if next_at + 4 <= len(mended):
        struct.pack_into("4x", mended, next_at)
    if turn >= 5:
        exchange_sides(mended, entries)
        if pointer := entries.get(EXIF_IFD):
            (start,) = struct.unpack_from(order + "I", block, pointer.at)
            if inner := directory_at(block, start, order):
                exchange_sides(mended, inner.entries)
    return bytes(mended)


def exchange_sides(block: bytearray, entries: Mapping[int, Entry]) -> None:
    """Let what is said of width be said of height, and the other way round."""
    for across, down in SIDES:
        if across in entries and down in entries:
            # Type, count, and the value or where it stands.
            first, second = (
                slice(entries[tag].at - 6, entries[tag].at + 4)
                for tag in (across, down)
            )
            block[first], block[second] = block[second], block[first]


def as_block(fields: Mapping[int, Field], order: ByteOrder) -> bytes | None:
    """A new block with these fields; None if there are none.

    A maker note gets its old place back, since offsets in it may count from the start
    of the block; all else stands in front of it, or behind if there is too little room.
    """
    if not fields:
        return None
    note = maker_note(fields)
    if note is None or not HEAD_BYTES <= note.at <= MAX_NOTE_AT:
        return head(order, HEAD_BYTES) + written(fields, HEAD_BYTES, order)
    block = head(order, HEAD_BYTES) + written(fields, HEAD_BYTES, order, standing=note)
    if len(block) <= note.at:
        return block.ljust(note.at, b"\0") + note.raw
    at = note.at + len(note.raw)
    at += at % 2
    block = head(order, at).ljust(note.at, b"\0") + note.raw
    return block.ljust(at, b"\0") + written(fields, at, order, standing=note)


def head(order: ByteOrder, at: int) -> bytes:
    """The start of a block whose first directory stands at this place."""
    mark = next(mark for mark, known in MARKS.items() if known == order)
    return mark + struct.pack(order + "HI", 42, at)


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
    old = block[HEAD_BYTES:].ljust(at - HEAD_BYTES, b"\0")
    directory_bytes = struct.pack(order + "H", len(kept)) + entries + bytes(4)
    return head(order, at) + old + directory_bytes + pool


def fitted(block: bytes, room: int) -> bytes | None:
    """The block in no more than so many bytes, without its longest values if need be.

    Returns:
        The block itself if it fits; None if leaving out a few values is not enough.
    """
    if len(block) <= room:
        return block
    order, fields = byte_order(block), fields_of(block)
    for _ in range(min(len(fields), MOST_LEFT_OUT)):
        fields = without_longest(fields)
        found = as_block(fields, order)
        if found and len(found) <= room:
            return found
    return None


def resolution_fields(dpi: tuple[float, float], order: ByteOrder) -> dict[int, Field]:
    """The three entries that say a resolution."""
    sides = [Fraction(side).limit_denominator(10_000) for side in dpi]
    raw = [struct.pack(order + "II", *side.as_integer_ratio()) for side in sides]
    return {
        X_RESOLUTION: Field(type=RATIONAL, count=1, raw=raw[0]),
        Y_RESOLUTION: Field(type=RATIONAL, count=1, raw=raw[1]),
        RESOLUTION_UNIT: Field(type=SHORT, count=1, raw=struct.pack(order + "H", INCH)),
    }
