"""The segments of a JPEG that hold metadata, and how they are written."""

import struct

from colorize_cli.codec.exif_writing import fitted
from colorize_cli.codec.extended_xmp import MAX_PACKET_BYTES, split
from colorize_cli.codec.metadata import (
    EXIF_PREFIX,
    photoshop_of_iptc,
    plausible_dpi,
    resolution_of,
)
from colorize_cli.imaging.photo import Metadata

__all__ = [
    "APP0",
    "APP1",
    "APP2",
    "APP13",
    "APP14",
    "EXTENSION_PREFIX",
    "ICC_PREFIX",
    "JFIF_PREFIX",
    "MAX_PROFILE_BYTES",
    "PHOTOSHOP_PREFIX",
    "XMP_PREFIX",
    "dpi_of_jfif",
    "own_segment",
    "with_metadata",
]

APP0, APP1, APP2, APP13, APP14 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE
COMMENT = 0xFE

JFIF_PREFIX = b"JFIF\0"
XMP_PREFIX = b"http://ns.adobe.com/xap/1.0/\0"
EXTENSION_PREFIX = b"http://ns.adobe.com/xmp/extension/\0"
ICC_PREFIX = b"ICC_PROFILE\0"
PHOTOSHOP_PREFIX = b"Photoshop 3.0\0"
# Where cameras from before EXIF wrote: Casio's QV, and Canon's CIFF behind a byte order
# and an offset.
CASIO_PREFIX, CANON_MARK = b"QVCI\0", b"HEAPJPGM"
# A segment's length counts itself, so this much is left for the payload.
MAX_PAYLOAD = 65533
# A profile comes in parts, and the number of parts is a byte.
PROFILE_PART_BYTES = MAX_PAYLOAD - len(ICC_PREFIX) - 2
MAX_PROFILE_BYTES = 255 * PROFILE_PART_BYTES

# JFIF's units of resolution, and where they stand behind its prefix and version.
PER_INCH, PER_CM = 1, 2
CM_PER_INCH = 2.54
UNITS_AT = len(JFIF_PREFIX) + 2


def own_segment(marker: int, payload: bytes) -> bytes:
    """The segment if it goes on as it is: a comment, or notes of an early camera."""
    is_early = (marker == APP1 and payload.startswith(CASIO_PREFIX)) or (
        marker == APP0 and payload[6:].startswith(CANON_MARK)
    )
    return segment(marker, payload) if marker == COMMENT or is_early else b""


def dpi_of_jfif(payload: bytes) -> tuple[float, float] | None:
    """Pixels per inch of a JFIF segment; None if it only tells the aspect ratio."""
    unit, across, down = struct.unpack_from(">BHH", payload, UNITS_AT)
    factor = {PER_INCH: 1.0, PER_CM: CM_PER_INCH}.get(unit, 0.0)
    return plausible_dpi(across * factor, down * factor)


def with_metadata(data: bytes, metadata: Metadata) -> bytes:
    """Insert metadata after the JFIF segment of an encoder's output.

    IPTC of more than 64 KiB does not fit in a JPEG and is left out, and so are the
    longest values of EXIF until the others fit; a profile and XMP are split as far as
    needed.
    """
    added = b""
    if exif := fitted(metadata.exif or b"", MAX_PAYLOAD - len(EXIF_PREFIX)):
        added += segment(APP1, EXIF_PREFIX + exif)
    if metadata.xmp:
        added += xmp_segments(metadata.xmp)
    if metadata.icc:
        added += profile_segments(metadata.icc)
    if metadata.iptc:
        payload = PHOTOSHOP_PREFIX + photoshop_of_iptc(metadata.iptc)
        if len(payload) <= MAX_PAYLOAD:
            added += segment(APP13, payload)
    # SOI, then the JFIF segment, which must stay first.
    after_jfif = 2
    if data[2:4] == b"\xff\xe0":
        after_jfif = 4 + int.from_bytes(data[4:6], "big")
    added += metadata.own_parts("jpg")
    head = with_resolution(data[:after_jfif], metadata)
    return b"".join((head, added, memoryview(data)[after_jfif:]))


def xmp_segments(xmp: bytes) -> bytes:
    """XMP in one segment, or as a packet and its extension in several."""
    packet, extension = split(xmp)
    if len(packet) > MAX_PACKET_BYTES:
        return b""
    parts = [segment(APP1, XMP_PREFIX + packet)]
    parts += [segment(APP1, EXTENSION_PREFIX + part) for part in extension]
    return b"".join(parts)


def profile_segments(icc: bytes) -> bytes:
    """A profile in numbered parts; nothing if it is too long for them."""
    if len(icc) > MAX_PROFILE_BYTES:
        return b""
    size = PROFILE_PART_BYTES
    starts = range(0, len(icc), size)
    return b"".join(
        segment(
            APP2,
            ICC_PREFIX + bytes((number, len(starts))) + icc[start : start + size],
        )
        for number, start in enumerate(starts, 1)
    )


def with_resolution(head: bytes, metadata: Metadata) -> bytes:
    """The start of the file, its JFIF segment with the photo's resolution."""
    found = resolution_of(metadata)
    if found is None or head[6:11] != JFIF_PREFIX:
        return head
    sides = [min(round(side), 0xFFFF) for side in found]
    at = 6 + UNITS_AT
    return head[:at] + struct.pack(">BHH", PER_INCH, *sides) + head[at + 5 :]


def segment(marker: int, payload: bytes) -> bytes:
    """One marker segment."""
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
