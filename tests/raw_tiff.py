"""TIFF files tag by tag, for what no writer would write."""

import struct
from collections.abc import Sequence

__all__ = ["Tag", "raw_tiff", "tags_of_pixels"]

# Number, type, count, and the values' bytes or integers.
Tag = tuple[int, int, int, bytes | Sequence[int]]
LETTERS = {1: "B", 3: "H", 4: "I"}
STRIP_OFFSETS, STRIP_BYTES = 273, 279


def tags_of_pixels(
    width: int, height: int, *, kind: int = 1, bits: int = 8, channels: int = 1
) -> list[Tag]:
    """What a page must say of its pixels; `kind` is its photometric interpretation."""
    return [
        (256, 4, 1, [width]),
        (257, 4, 1, [height]),
        (258, 3, channels, [bits] * channels),
        (259, 3, 1, [1]),
        (262, 3, 1, [kind]),
        (277, 3, 1, [channels]),
        (278, 4, 1, [height]),
    ]


def raw_tiff(
    tags: Sequence[Tag], strips: Sequence[bytes], *, order: str = "<"
) -> bytes:
    """A TIFF of one page with these tags and strips, in this byte order."""
    body = bytearray({"<": b"II", ">": b"MM"}[order] + struct.pack(order + "HI", 42, 0))
    places = []
    for strip in strips:
        places.append(len(body))
        body += strip + b"\0" * (len(strip) % 2)
    every: list[Tag] = [
        *tags,
        (STRIP_OFFSETS, 4, len(strips), places),
        (STRIP_BYTES, 4, len(strips), [len(strip) for strip in strips]),
    ]
    entries = b""
    for tag, kind, count, value in sorted(every, key=lambda each: each[0]):
        raw = value
        if not isinstance(raw, bytes):
            raw = struct.pack(f"{order}{len(raw)}{LETTERS[kind]}", *raw)
        if len(raw) > 4:
            place = len(body)
            body += raw + b"\0" * (len(raw) % 2)
            raw = struct.pack(order + "I", place)
        entries += struct.pack(order + "HHI", tag, kind, count) + raw.ljust(4, b"\0")
    struct.pack_into(order + "I", body, 4, len(body))
    return bytes(body + struct.pack(order + "H", len(every)) + entries + bytes(4))
