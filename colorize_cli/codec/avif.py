"""AVIF: boxes, items and their properties, completeness, metadata.

The pixels are decoded by libavif, which hands them out as they are stored: depth and
orientation are read here.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec.boxes import boxes
from colorize_cli.codec.depth import full_scale, in_12_bits
from colorize_cli.codec.metadata import in_exif, without_prefix
from colorize_cli.codec.opencv import imencode_rgb
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata

__all__ = ["MAX_SIDE_PX", "encode_avif", "is_avif", "survey_avif"]

# libavif's default limit.
MAX_SIDE_PX = 32768
LOSSLESS_QUALITY = 100
BRANDS = frozenset({b"avif", b"avis"})
SEQUENCE = b"avis"
XMP_TYPE = b"application/rdf+xml"
# A picture of a thousand tiles has one part for each of its items.
MAX_PARTS = 100
# Places within the file, and within the meta box's own idat.
IN_FILE, IN_IDAT = 0, 1

# EXIF orientation by quarter turns to the left and then a mirror: None, 0 up and down,
# 1 left and right (ISO 23008-12, irot and imir; MIAF for their order).
TURNS: dict[tuple[int, int | None], int] = {
    (0, None): 1,
    (1, None): 8,
    (2, None): 3,
    (3, None): 6,
    (0, 0): 4,
    (1, 0): 5,
    (2, 0): 2,
    (3, 0): 7,
    (0, 1): 2,
    (1, 1): 7,
    (2, 1): 4,
    (3, 1): 5,
}


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


def is_avif(data: bytes) -> bool:
    """Whether the first box names AVIF among the brands of the file."""
    if data[4:8] != b"ftyp":
        return False
    brands = data[8 : int.from_bytes(data[:4], "big")]
    return any(brands[at : at + 4] in BRANDS for at in (0, *range(8, len(brands), 4)))


def survey_avif(data: bytes, name: object) -> Survey:
    """Read the boxes of an AVIF and check that all data of its items is there.

    Raises:
        DecodeError: If it is truncated or holds no picture.
        UnsupportedPhotoError: For a sequence of pictures.
    """
    if data[8:12] == SEQUENCE:
        raise UnsupportedPhotoError(
            name, "it is an animation; save the picture you want by itself"
        )
    meta = next((box for box in boxes(data) if box.kind == b"meta"), None)
    if meta is None:
        raise DecodeError(name, "is truncated: it ends before the picture starts")
    items = read_items(data, meta.start + 4, meta.end)
    places = items.places.get(items.primary, [])
    ends = [at + length for parts in items.places.values() for at, length in parts]
    if meta.end > len(data) or not places or max(ends) > len(data):
        raise DecodeError(name, "is truncated: the picture breaks off")
    known = dict(reversed(items.properties_of(items.primary)))
    if b"ispe" not in known:
        raise DecodeError(name, "is damaged: it does not say how large it is")
    width, height = struct.unpack_from(">4xII", known[b"ispe"])
    largest = (1 << depth_of(known)) - 1
    colour = [
        body[4:]
        for kind, body in items.properties_of(items.primary)
        if kind == b"colr" and body[:4] in {b"prof", b"rICC"}
    ]
    return Survey(
        width_px=width,
        height_px=height,
        metadata=Metadata(
            exif=exif_of(items.content(data, b"Exif")),
            icc=colour[0] if colour else None,
            xmp=items.content(data, XMP_TYPE),
        ),
        turn=turn_of(items),
        read_pixels=lambda: full_scale(imagecodecs.avif_decode(data), largest),
    )


def depth_of(known: Mapping[bytes, bytes]) -> int:
    """Bits per channel, from the pixel information or the decoder's settings."""
    if bits := known.get(b"pixi", b"")[5:]:
        return max(bits)
    flags = known.get(b"av1C", bytes(4))[2]
    is_high, is_twelve = flags & 0x40, flags & 0x20
    return (12 if is_twelve else 10) if is_high else 8


def turn_of(items: Items) -> int:
    """The orientation of the picture, 1 to 8 as in EXIF."""
    turns, mirror = 0, None
    for kind, body in items.properties_of(items.primary):
        if kind == b"irot" and body:
            turns = body[0] & 3
        elif kind == b"imir" and body:
            mirror = body[0] & 1
    return TURNS[turns, mirror]


def exif_of(content: bytes | None) -> bytes | None:
    """The EXIF block of an item, which starts with the block's offset."""
    if content is None or len(content) < 4:
        return None
    (skipped,) = struct.unpack_from(">I", content)
    return without_prefix(content[4 + skipped :]) or None


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


def encode_avif(pixels: NDArray[Any], metadata: Metadata, quality: int) -> bytes:
    """Encode with full chroma resolution; lossless with alpha, and at quality 100.

    Args:
        pixels: (H, W, 3) or (H, W, 4); of uint16 the upper 12 bits are kept.
        metadata: Resolution and IPTC, for which AVIF has no place, go into EXIF.
        quality: 1 to 100.
    """
    # The encoder has one quality for colours and alpha, and alpha is not to change.
    kept = LOSSLESS_QUALITY if pixels.shape[2] == 4 else quality
    settings = [cv2.IMWRITE_AVIF_QUALITY, kept]
    if pixels.dtype == np.uint16:
        settings += [cv2.IMWRITE_AVIF_DEPTH, 12]
        pixels = in_12_bits(pixels)
    metadata = in_exif(metadata)
    blocks = {
        cv2.IMAGE_METADATA_EXIF: metadata.exif,
        cv2.IMAGE_METADATA_XMP: metadata.xmp,
        cv2.IMAGE_METADATA_ICCP: metadata.icc,
    }
    return imencode_rgb(".avif", pixels, settings, blocks)
