"""PNG: chunks, completeness, metadata."""

import struct
import zlib
from collections.abc import Iterator
from functools import partial

import imagecodecs

from colorize_cli.codec.metadata import (
    plausible_dpi,
    resolution_of,
    without_prefix,
)
from colorize_cli.codec.png_gamma import gamma_of, srgb_tones
from colorize_cli.codec.png_texts import (
    IPTC_KEYWORD,
    TEXT_KINDS,
    XMP_KEYWORD,
    Texts,
    as_text,
    unpacked,
)
from colorize_cli.codec.profiles import refuse_hdr
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError
from colorize_cli.imaging.photo import Metadata, OwnParts, Pixels

__all__ = ["MAGIC", "survey_png", "with_metadata"]

MAGIC = b"\x89PNG\r\n\x1a\n"
METRES_PER_INCH = 0.0254
PER_METRE = 1
# Signature, then IHDR, which must be the first chunk and has 13 bytes of data.
IHDR_END = len(MAGIC) + 12 + 13


def survey_png(data: bytes, name: object) -> Survey:
    """Walk the chunks of a PNG up to IEND.

    Raises:
        DecodeError: If it is truncated.
        UnsupportedPhotoError: For HDR.
    """
    width, height = struct.unpack_from(">II", data, len(MAGIC) + 8)
    frame_count = 1
    gamma, says_srgb = None, False
    exif = icc = dpi = None
    texts = Texts()
    for kind, whole in chunks(data, name):
        body = whole[8:-4]
        if kind in TEXT_KINDS:
            texts.take(kind, bytes(whole))
        match kind:
            case b"acTL":
                frame_count = int.from_bytes(body[:4], "big")
            case b"eXIf":
                exif = without_prefix(bytes(body))
            case b"iCCP":
                icc = profile(bytes(body)) or icc
            case b"gAMA":
                gamma = gamma_of(body)
            case b"sRGB":
                says_srgb = True
            case b"cICP":
                # Primaries, transfer, matrix, range.
                refuse_hdr(body[1], name)
                says_srgb = True
            case b"pHYs":
                dpi = dpi_of(body)
    # The order of precedence that the format lays down.
    heeded = None if icc or says_srgb else gamma
    return Survey(
        width_px=width,
        height_px=height,
        frame_count=frame_count,
        metadata=Metadata(
            exif=exif or texts.exif,
            icc=icc,
            xmp=texts.xmp,
            iptc=texts.iptc,
            dpi=dpi,
            own=OwnParts.of("png", "PNG texts", texts.own),
        ),
        read_pixels=partial(read_pixels, data, heeded),
    )


def chunks(data: bytes, name: object) -> Iterator[tuple[bytes, memoryview]]:
    """Kind and bytes, length and checksum included, of all chunks before IEND."""
    at = len(MAGIC)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise DecodeError(name, "is truncated: the picture breaks off")
        if kind == b"IEND":
            return
        yield kind, memoryview(data)[at:end]
        at = end


def read_pixels(data: bytes, gamma: float | None) -> Pixels:
    """Decode; of a file with a gamma of its own to the tones of sRGB."""
    pixels: Pixels = imagecodecs.png_decode(data)
    return pixels if gamma is None else srgb_tones(pixels, gamma)


def with_metadata(data: bytes, metadata: Metadata) -> bytes:
    """Insert metadata after the IHDR chunk of an encoder's output."""
    added = b""
    if metadata.icc:
        body = b"ICC profile\0\0" + zlib.compress(metadata.icc)
        added += chunk(b"iCCP", body)
    if metadata.exif:
        added += chunk(b"eXIf", metadata.exif)
    if metadata.xmp:
        # Not compressed, no language, no translated keyword.
        added += chunk(b"iTXt", XMP_KEYWORD + b"\0\0\0\0\0" + metadata.xmp)
    if metadata.iptc:
        added += chunk(b"tEXt", IPTC_KEYWORD + b"\0" + as_text(metadata.iptc))
    if found := resolution_of(metadata):
        sides = [round(side / METRES_PER_INCH) for side in found]
        added += chunk(b"pHYs", struct.pack(">IIB", *sides, PER_METRE))
    added += metadata.own_parts("png")
    return b"".join((data[:IHDR_END], added, memoryview(data)[IHDR_END:]))


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk with its length and checksum."""
    checksum = zlib.crc32(body, zlib.crc32(kind))
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", checksum)


def profile(body: bytes) -> bytes | None:
    """The profile of an iCCP chunk: name, method 0, deflated data."""
    _, found, packed = body.partition(b"\0")
    return unpacked(packed[1:]) if found else None


def dpi_of(body: memoryview) -> tuple[float, float] | None:
    """Pixels per inch of a pHYs chunk; None if it only tells the aspect ratio."""
    across, down, unit = struct.unpack_from(">IIB", body)
    if unit != PER_METRE:
        return None
    return plausible_dpi(across * METRES_PER_INCH, down * METRES_PER_INCH)
