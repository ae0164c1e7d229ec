"""AVIF: completeness, metadata, orientation, depth.

The pixels are decoded by libavif, which hands them out as they are stored: depth and
orientation are read here.
"""

import struct
from collections.abc import Mapping
from typing import Any

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec.avif_items import Items, read_items
from colorize_cli.codec.boxes import boxes
from colorize_cli.codec.depth import full_scale, in_12_bits
from colorize_cli.codec.metadata import in_exif, without_prefix
from colorize_cli.codec.opencv import imencode_rgb
from colorize_cli.codec.profiles import refuse_hdr
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
        UnsupportedPhotoError: For a sequence of pictures, and for HDR.
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
    icc, transfer = colour_of(items)
    if icc is None:
        refuse_hdr(transfer, name)
    return Survey(
        width_px=width,
        height_px=height,
        metadata=Metadata(
            exif=exif_of(items.content(data, b"Exif")),
            icc=icc,
            xmp=items.content(data, XMP_TYPE),
        ),
        turn=turn_of(items),
        read_pixels=lambda: full_scale(imagecodecs.avif_decode(data), largest),
    )


def colour_of(items: Items) -> tuple[bytes | None, int]:
    """The profile of the picture, and the number of its transfer; 0 if not said."""
    icc, transfer = None, 0
    for kind, body in items.properties_of(items.primary):
        if kind != b"colr":
            continue
        if body[:4] in {b"prof", b"rICC"}:
            icc = icc or body[4:]
        elif body[:4] == b"nclx":
            # Primaries, transfer, matrix.
            transfer = int.from_bytes(body[6:8], "big")
    return icc, transfer


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
