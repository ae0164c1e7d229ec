"""What is in an AVIF: its items, where they stand, and their properties."""

import struct
from dataclasses import dataclass, field

from colorize_cli.codec.boxes import boxes

__all__ = ["Items", "read_items"]

# A picture of a thousand tiles has one part for each of its items.
MAX_PARTS = 100
# Places within the file, and within the meta box's own idat.
IN_FILE, IN_IDAT = 0, 1


@dataclass(slots=True)
class Items:
    """What the meta box says.

    Attributes:
        primary: The number of the picture.
        kinds: The type of each item; that of a MIME item is its MIME type.
        places: Where the parts of each item stand, as (start, length).
        properties: Kind and content, in the order of their numbers.
        used: Which properties an item has, by number from 1.
    """

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    places: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    used: dict[int, list[int]] = field(default_factory=dict)

    def properties_of(self, item: int) -> list[tuple[bytes, bytes]]:
        """The properties of an item, in the order in which they apply."""
        count = len(self.properties)
        numbers = self.used.get(item, [])
        return [self.properties[n - 1] for n in numbers if 1 <= n <= count]

    def content(self, data: bytes, kind: bytes) -> bytes | None:
        """The first item of a kind, whole."""
        item = next((item for item, found in self.kinds.items() if found == kind), None)
        places = self.places.get(item, []) if item is not None else []
        if sum(length for _, length in places) > len(data):
            return None
        return b"".join(data[at : at + length] for at, length in places) or None


def read_items(data: bytes, start: int, end: int) -> Items:
    """Read the boxes inside the meta box."""
    items = Items()
    idat = 0
    for box in boxes(data, start, end):
        if box.kind == b"pitm":
            wide = data[box.start] > 0
            form = ">4xI" if wide else ">4xH"
            (items.primary,) = struct.unpack_from(form, data, box.start)
        elif box.kind == b"iinf":
            read_kinds(items, data, box.start, box.end)
        elif box.kind == b"iprp":
            read_properties(items, data, box.start, box.end)
        elif box.kind == b"idat":
            idat = box.start
    for box in boxes(data, start, end):
        if box.kind == b"iloc":
            read_places(items, data[box.start : box.end], idat)
    return items


def read_kinds(items: Items, data: bytes, start: int, end: int) -> None:
    """The types of the items."""
    count_bytes = 4 if data[start] > 0 else 2
    for box in boxes(data, start + 4 + count_bytes, end):
        version = data[box.start]
        form = ">4xI2x4s" if version > 2 else ">4xH2x4s"
        item, kind = struct.unpack_from(form, data, box.start)
        if kind == b"mime":
            # A name and a MIME type, each ended by a zero.
            texts = data[box.start + struct.calcsize(form) : box.end].split(b"\0")
            kind = texts[1] if len(texts) > 1 else kind
        items.kinds.setdefault(item, kind)


def read_properties(items: Items, data: bytes, start: int, end: int) -> None:
    """The properties, and which item has which."""
    for box in boxes(data, start, end):
        if box.kind == b"ipco":
            items.properties = [
                (inner.kind, data[inner.start : inner.end])
                for inner in boxes(data, box.start, box.end)
            ]
        elif box.kind == b"ipma":
            read_associations(items, data[box.start : box.end])


def read_associations(items: Items, body: bytes) -> None:
    """The content of an ipma box."""
    version, flags = body[0], body[3]
    (count,) = struct.unpack_from(">I", body, 4)
    at = 8
    for _ in range(count):
        (item,) = struct.unpack_from(">I" if version else ">H", body, at)
        at += 4 if version else 2
        number, wide = body[at], flags & 1
        at += 1
        form = f">{number}{'H' if wide else 'B'}"
        found = struct.unpack_from(form, body, at)
        at += struct.calcsize(form)
        # The highest bit says that a reader must know the property.
        items.used.setdefault(item, [n & (0x7FFF if wide else 0x7F) for n in found])


def read_places(items: Items, body: bytes, idat: int) -> None:
    """The content of an iloc box, up to version 2."""
    version, sizes = body[0], int.from_bytes(body[4:6], "big")
    widths = [sizes >> shift & 15 for shift in (12, 8, 4, 0)]
    offset_bytes, length_bytes, base_bytes, index_bytes = widths
    at = 6

    def take(count: int) -> int:
        nonlocal at
        if at + count > len(body):
            raise IndexError("it ends inside its header")
        at += count
        return int.from_bytes(body[at - count : at], "big")

    number_bytes = 4 if version == 2 else 2
    for _ in range(take(number_bytes)):
        item = take(number_bytes)
        method = take(2) & 15 if version else IN_FILE
        take(2)
        base = take(base_bytes) + (idat if method == IN_IDAT else 0)
        parts = items.places.setdefault(item, [])
        part_count = take(2)
        if part_count > MAX_PARTS:
            raise IndexError("it has too many parts")
        for _ in range(part_count):
            take(index_bytes if version else 0)
            start = base + take(offset_bytes)
            parts.append((start, take(length_bytes)))
