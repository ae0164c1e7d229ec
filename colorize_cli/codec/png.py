"""PNG: chunks, completeness, metadata."""

import struct
import zlib
from functools import partial

import imagecodecs

from colorize_cli.codec.metadata import (
    IPTC_MARK,
    iptc_of_photoshop,
    photoshop_of_iptc,
    plausible_dpi,
    resolution_of,
    without_prefix,
)
from colorize_cli.codec.png_gamma import gamma_of, srgb_tones
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError
from colorize_cli.imaging.photo import Metadata, Pixels

__all__ = ["MAGIC", "survey_png", "with_metadata"]

MAGIC = b"\x89PNG\r\n\x1a\n"
XMP_KEYWORD = b"XML:com.adobe.xmp"
# PNG has no place for IPTC; this is the one that ImageMagick and ExifTool use.
IPTC_KEYWORD = b"Raw profile type iptc"
METRES_PER_INCH = 0.0254
PER_METRE = 1
# Signature, then IHDR, which must be the first chunk and has 13 bytes of data.
IHDR_END = len(MAGIC) + 12 + 13
# Profiles and XMP are compressed; nothing honest unpacks to more than this.
MAX_UNPACKED_BYTES = 32 << 20


def survey_png(data: bytes, name: object) -> Survey:
    """Walk the chunks of a PNG up to IEND.

    Raises:
        DecodeError: If it is truncated.
    """
    width, height = struct.unpack_from(">II", data, len(MAGIC) + 8)
    frame_count = 1
    gamma, says_srgb = None, False
    exif = icc = xmp = iptc = dpi = None
    at = len(MAGIC)
    while True:
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise DecodeError(name, "is truncated: the picture breaks off")
        if kind == b"IEND":
            break
        body = memoryview(data)[at + 8 : end - 4]
        match kind:
            case b"acTL":
                frame_count = int.from_bytes(body[:4], "big")
            case b"eXIf":
                exif = without_prefix(bytes(body))
            case b"iCCP":
                icc = profile(bytes(body)) or icc
            case b"gAMA":
                gamma = gamma_of(body)
            case b"sRGB" | b"cICP":
                says_srgb = True
            case b"iTXt":
                xmp = xmp_packet(bytes(body)) or xmp
            case b"tEXt" | b"zTXt":
                iptc = iptc_records(bytes(body), is_packed=kind == b"zTXt") or iptc
            case b"pHYs":
                dpi = dpi_of(body)
        at = end
    # The order of precedence that the format lays down.
    heeded = None if icc or says_srgb else gamma
    return Survey(
        width_px=width,
        height_px=height,
        frame_count=frame_count,
        metadata=Metadata(exif=exif, icc=icc, xmp=xmp, iptc=iptc, dpi=dpi),
        read_pixels=partial(read_pixels, data, heeded),
    )


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
    return b"".join((data[:IHDR_END], added, memoryview(data)[IHDR_END:]))


def chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk with its length and checksum."""
    checksum = zlib.crc32(body, zlib.crc32(kind))
    return struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", checksum)


def profile(body: bytes) -> bytes | None:
    """The profile of an iCCP chunk: name, method 0, deflated data."""
    _, found, packed = body.partition(b"\0")
    return unpacked(packed[1:]) if found else None


def xmp_packet(body: bytes) -> bytes | None:
    """The text of an iTXt chunk if it is XMP."""
    keyword, _, rest = body.partition(b"\0")
    if keyword != XMP_KEYWORD:
        return None
    # A compression flag and method, a language and a translated keyword, the text.
    *_, text = rest[2:].split(b"\0", 2)
    return unpacked(text) if rest[:1] == b"\1" else text


def dpi_of(body: memoryview) -> tuple[float, float] | None:
    """Pixels per inch of a pHYs chunk; None if it only tells the aspect ratio."""
    across, down, unit = struct.unpack_from(">IIB", body)
    if unit != PER_METRE:
        return None
    return plausible_dpi(across * METRES_PER_INCH, down * METRES_PER_INCH)


def iptc_records(body: bytes, *, is_packed: bool) -> bytes | None:
    """The IPTC records of a text chunk, if that is what it holds."""
    keyword, _, rest = body.partition(b"\0")
    if keyword != IPTC_KEYWORD:
        return None
    # A compression method before what is packed.
    text = unpacked(rest[1:]) if is_packed else rest
    # A line with the kind, which ExifTool calls "IPTC profile", one with the length,
    # then hexadecimal digits.
    try:
        _, length, *digits = (text or b"").strip().splitlines()
        raw = bytes.fromhex(b"".join(digits).decode("ascii"))[: int(length)]
    except ValueError:
        return None
    return raw if raw.startswith(IPTC_MARK) else iptc_of_photoshop(raw)


def as_text(iptc: bytes) -> bytes:
    """IPTC records as `iptc_records` reads them."""
    raw = photoshop_of_iptc(iptc)
    digits = raw.hex().encode()
    lines = [digits[at : at + 72] for at in range(0, len(digits), 72)]
    return b"\n".join([b"\niptc", b"%8d" % len(raw), *lines, b""])


def unpacked(packed: bytes) -> bytes | None:
    """Inflate; None if the data is damaged or absurdly large."""
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(packed, MAX_UNPACKED_BYTES)
    except zlib.error:
        return None
    return data if inflate.eof else None
