"""JPEG 2000, boxed (.jp2) or bare, as archives deliver it; written boxed, lossless."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import ceil, log10
from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec.boxes import Box, boxes, written
from colorize_cli.codec.depth import full_scale
from colorize_cli.codec.metadata import (
    iptc_of_photoshop,
    plausible_dpi,
    resolution_of,
    without_prefix,
)
from colorize_cli.codec.profiles import cmyk_to_rgb, colour_space
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata, OwnParts, Pixels

__all__ = ["MAGICS", "encode_jpeg2000", "survey_jpeg2000"]

CODESTREAM = b"\xff\x4f\xff\x51"
MAGICS = (b"\x00\x00\x00\x0cjP  \r\n\x87\n", CODESTREAM)
END_OF_CODESTREAM = b"\xff\xd9"

# Metadata boxes start with one of these identifiers; the first one is written.
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
EXIF_UUIDS = (
    b"JpgTiffExif->JP2",
    bytes.fromhex("0537cdab9d0c4431a72afa561f2a113e"),
)
IPTC_UUIDS = (
    bytes.fromhex("33c7a4d2b81d4723a0baf1a3e097ad38"),
    bytes.fromhex("09a14e97c0b442e0bebf36df6f0ce36f"),
)
PHOTOSHOP_UUID = bytes.fromhex("2c4c0100850440b9a03e562148d6dfeb")
KNOWN_UUIDS = frozenset({XMP_UUID, *EXIF_UUIDS, *IPTC_UUIDS, PHOTOSHOP_UUID})
# Boxes that say nothing of the codestream: XML, anybody's metadata, what belongs
# together (maps in GML), what identifiers mean.
OWN_BOXES = frozenset({b"xml ", b"uuid", b"asoc", b"uinf"})

# A colr box: method, precedence, approximation; then the profile, or a number.
ENUMERATED, RESTRICTED_ICC, ANY_ICC = b"\1", b"\2", b"\3"
CMYK, INKS = 12, 4
# Spaces by number that OpenJPEG makes grey or RGB of: sRGB, grey, sYCC.
READ_SPACES = frozenset({CMYK, 16, 17, 18})
METRES_PER_INCH = 0.0254
# Across and down as fractions and powers of ten, down first.
RESOLUTION = struct.Struct(">4H2b")


@dataclass(slots=True)
class Contents:
    """What the boxes of a file hold."""

    # Where each codestream starts.
    starts: list[int] = field(default_factory=list)
    icc: bytes | None = None
    # Colour spaces that are named by their number.
    spaces: set[int] = field(default_factory=set)
    # How deep the colours of a palette are, each as in SIZ; empty without one.
    palette: bytes = b""
    dpi: tuple[float, float] | None = None
    # Metadata by identifier.
    blocks: dict[bytes, bytes] = field(default_factory=dict)
    # Boxes that only this format has, whole.
    own: bytes = b""


def survey_jpeg2000(data: bytes, name: object) -> Survey:
    """Walk the boxes, then read the size from the codestream's own header.

    Raises:
        DecodeError: If it is truncated or holds no picture.
        UnsupportedPhotoError: For several pictures, more than 16 bits, signed values,
            odd channels, odd colour spaces, and CMYK without a profile.
    """
    found = Contents(starts=[0]) if data.startswith(CODESTREAM) else contents(data)
    if len(found.starts) > 1:
        raise UnsupportedPhotoError(
            name, "it holds more than one picture; write each to a file of its own"
        )
    start, blocks = next(iter(found.starts), len(data)), found.blocks
    if data[start : start + 4] != CODESTREAM:
        raise DecodeError(name, "is truncated: it ends before the picture starts")
    # SIZ: length, capabilities, far corner, offset of the picture, tiles, channels.
    right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
    (channels,) = struct.unpack_from(">H", data, start + 40)
    # OpenJPEG looks indices up in the palette.
    depths = set(found.palette or data[start + 42 : start + 42 + 3 * channels : 3])
    # Inside packets, bytes are stuffed so that no marker can appear.
    if data.find(END_OF_CODESTREAM, start) < 0:
        raise DecodeError(name, "is truncated: the picture breaks off")
    if not 1 <= channels <= 4 or len(depths) != 1 or not depths <= set(range(16)):
        raise UnsupportedPhotoError(
            name,
            "JPEG 2000 is read with 1 to 4 channels of the same depth, "
            "at most 16 bits; convert it",
        )
    largest = (2 << depths.pop()) - 1
    ink_icc = found.icc if colour_space(found.icc) == "CMYK" else None
    if found.spaces and not found.icc and not found.spaces & READ_SPACES:
        numbers = ", ".join(map(str, sorted(found.spaces)))
        raise UnsupportedPhotoError(
            name,
            f"JPEG 2000 in colour space {numbers} of its standard is not read; "
            "convert it to sRGB",
        )
    if CMYK in found.spaces and (ink_icc is None or channels != INKS):
        raise UnsupportedPhotoError(
            name, "CMYK without an ICC profile has no definite tones; convert it to RGB"
        )

    def read_pixels() -> Pixels:
        pixels = full_scale(imagecodecs.jpeg2k_decode(data), largest)
        return cmyk_to_rgb(pixels, ink_icc) if ink_icc and channels == INKS else pixels

    return Survey(
        width_px=right - left,
        height_px=bottom - top,
        metadata=Metadata(
            exif=without_prefix(first_of(blocks, EXIF_UUIDS)) or None,
            icc=found.icc,
            xmp=blocks.get(XMP_UUID),
            iptc=first_of(blocks, IPTC_UUIDS)
            or iptc_of_photoshop(blocks.get(PHOTOSHOP_UUID, b"")),
            dpi=found.dpi,
            own=OwnParts.of("jp2", "JPEG 2000 boxes", found.own),
        ),
        read_pixels=read_pixels,
    )


def first_of(blocks: Mapping[bytes, bytes], identifiers: Iterable[bytes]) -> bytes:
    """The first of these blocks that is there; empty if none is."""
    return next((blocks[each] for each in identifiers if blocks.get(each)), b"")


def contents(data: bytes) -> Contents:
    """Walk the boxes of a .jp2 file."""
    found = Contents()
    for box in boxes(data):
        if box.kind == b"jp2h":
            for inner in boxes(data, box.start, box.end):
                take_header(found, data, inner)
        elif box.kind == b"jp2c":
            found.starts.append(box.start)
        elif box.kind in OWN_BOXES:
            take_metadata(found, box.kind, data[box.start : box.end])
    return found


def take_metadata(found: Contents, kind: bytes, content: bytes) -> None:
    """Note a block of metadata, or the whole box if its identifier is not known."""
    identifier, block = content[:16], content[16:]
    if kind != b"uuid" or identifier not in KNOWN_UUIDS:
        found.own += written(kind, content)
    else:
        found.blocks.setdefault(identifier, block)


def take_header(found: Contents, data: bytes, box: Box) -> None:
    """Note colours, palette or resolution if that is what a header's box says."""
    if box.kind == b"colr":
        method, content = data[box.start : box.start + 1], data[box.start + 3 : box.end]
        if method in {RESTRICTED_ICC, ANY_ICC}:
            found.icc = content
        elif method == ENUMERATED:
            found.spaces.add(int.from_bytes(content[:4], "big"))
    elif box.kind == b"pclr":
        # Number of entries, number of channels, depth of each.
        count = data[box.start + 2]
        found.palette = data[box.start + 3 : box.start + 3 + count]
    elif box.kind == b"res ":
        for inner in boxes(data, box.start, box.end):
            if inner.kind in {b"resc", b"resd"} and found.dpi is None:
                found.dpi = dpi_of(data[inner.start : inner.end])


def dpi_of(body: bytes) -> tuple[float, float] | None:
    """Pixels per inch of a resolution box."""
    if len(body) < RESOLUTION.size:
        return None
    down, down_by, across, across_by, down_power, across_power = RESOLUTION.unpack_from(
        body
    )
    if not down_by or not across_by:
        return None
    return plausible_dpi(
        across / across_by * 10.0**across_power * METRES_PER_INCH,
        down / down_by * 10.0**down_power * METRES_PER_INCH,
    )


def encode_jpeg2000(pixels: NDArray[Any], metadata: Metadata) -> bytes:
    """Encode losslessly, in boxes, with metadata where other programs look for it.

    Args:
        pixels: (H, W, 3) or (H, W, 4), uint8 or uint16.
        metadata: All of it is kept.
    """
    plain = bytes(
        imagecodecs.jpeg2k_encode(
            np.ascontiguousarray(pixels), level=0, codecformat="JP2", reversible=True
        )
    )
    parts = []
    for box in boxes(plain):
        content = plain[box.start : box.end]
        if box.kind == b"jp2h":
            content = header(plain, box, metadata)
        if box.kind == b"jp2c":
            parts += [
                written(b"uuid", identifier + block)
                for identifier, block in (
                    (EXIF_UUIDS[0], metadata.exif),
                    (IPTC_UUIDS[0], metadata.iptc),
                    (XMP_UUID, metadata.xmp),
                )
                if block
            ]
            parts.append(metadata.own_parts("jp2"))
        parts.append(written(box.kind, content))
    return b"".join(parts)


def header(data: bytes, box: Box, metadata: Metadata) -> bytes:
    """The content of the header's box, with the photo's profile and resolution."""
    parts = []
    for inner in boxes(data, box.start, box.end):
        content = data[inner.start : inner.end]
        if inner.kind == b"colr" and metadata.icc:
            content = RESTRICTED_ICC + b"\0\0" + metadata.icc
        parts.append(written(inner.kind, content))
    if found := resolution_of(metadata):
        sides = [side / METRES_PER_INCH for side in reversed(found)]
        powers = [max(0, ceil(log10(side / 0xFFFF))) for side in sides]
        down, across = (round(s / 10**p) for s, p in zip(sides, powers, strict=True))
        body = RESOLUTION.pack(down, 1, across, 1, *powers)
        parts.append(written(b"res ", written(b"resc", body)))
    return b"".join(parts)
