"""The metadata that is carried from a photo to its colorized results."""

import re
import struct
from dataclasses import replace

from colorize_cli.codec import exif
from colorize_cli.codec.coloured import coloured_exif, coloured_xmp
from colorize_cli.codec.directories import Field
from colorize_cli.codec.exif_writing import (
    BYTE,
    resolution_fields,
    upright,
    with_added,
)
from colorize_cli.codec.profiles import kept_profile
from colorize_cli.codec.tiff_tags import IPTC_TAG
from colorize_cli.imaging.photo import Metadata

__all__ = [
    "EXIF_PREFIX",
    "IPTC_MARK",
    "carried",
    "in_exif",
    "iptc_of_photoshop",
    "photoshop_of_iptc",
    "plausible_dpi",
    "resolution_of",
    "scanned_packet",
    "without_prefix",
]

# Opens the block in JPEG; some writers repeat it in PNG and WebP.
EXIF_PREFIX = b"Exif\0\0"
# Every IPTC record starts with it.
IPTC_MARK = b"\x1c"

# What XMP says of width and of height.
XMP_SIDES = (
    (b"tiff:ImageWidth", b"tiff:ImageLength"),
    (b"tiff:XResolution", b"tiff:YResolution"),
    (b"exif:PixelXDimension", b"exif:PixelYDimension"),
    (b"exif:FocalPlaneXResolution", b"exif:FocalPlaneYResolution"),
)
OTHER_SIDE = dict(XMP_SIDES) | {down: across for across, down in XMP_SIDES}
# One of these as the name of a tag or an attribute.
XMP_SIDE = re.compile(rb"(?<=[<\s/])(?:%b)(?=[\s=/>])" % b"|".join(OTHER_SIDE))
XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation(?:\s*=\s*["']|>\s*))[1-8]""")

# An XMP packet in a file of any kind, for programs that know nothing of that kind.
PACKET = re.compile(
    rb"<\?xpacket begin=.{0,64}?\?>.*?<\?xpacket end=.{0,8}?\?>", re.DOTALL
)

# Photoshop's image resources: signature, number, name, length, data.
RESOURCE_MARK, IPTC_RESOURCE = b"8BIM", 0x0404

# What scanners and printers know, generously; the rest is a mistake.
MIN_DPI, MAX_DPI = 1.0, 100_000.0


def carried(stored: Metadata, turn: int) -> Metadata:
    """What is still true of the photo once it is upright and has colours.

    The orientation that XMP repeats follows that of EXIF; on its own it is left alone,
    because it has not been applied. Sizes and resolutions turn with the photo.

    Args:
        stored: The blocks as they stand in the file.
        turn: The orientation that has been applied, 1 to 8.
    """
    xmp, dpi, icc = stored.xmp, stored.dpi, kept_profile(stored.icc)
    if xmp and exif.orientation(stored.exif) != 1:
        xmp = XMP_ORIENTATION.sub(rb"\g<1>1", xmp)
    if xmp and turn >= 5:
        xmp = XMP_SIDE.sub(lambda side: OTHER_SIDE[side[0]], xmp)
    if dpi and turn >= 5:
        dpi = dpi[::-1]
    iptc = stored.iptc
    if iptc is None and (found := exif.fields_of(stored.exif).get(IPTC_TAG)):
        iptc = found.raw
    return Metadata(
        exif=coloured_exif(upright(stored.exif, turn)) if stored.exif else None,
        icc=icc,
        xmp=coloured_xmp(xmp, has_profile=icc == stored.icc) if xmp else None,
        iptc=iptc if iptc and iptc.startswith(IPTC_MARK) else None,
        dpi=dpi,
        own=stored.own,
    )


def without_prefix(block: bytes) -> bytes:
    """An EXIF block that starts with its byte order, as in `Metadata`."""
    return block.removeprefix(EXIF_PREFIX)


def plausible_dpi(across: float, down: float) -> tuple[float, float] | None:
    """The resolution, or None if no scanner has it."""
    is_plausible = all(MIN_DPI <= side <= MAX_DPI for side in (across, down))
    return (across, down) if is_plausible else None


def resolution_of(metadata: Metadata) -> tuple[float, float] | None:
    """Pixels per inch across and down, from wherever the photo says it."""
    found = metadata.dpi or exif.dpi(metadata.exif)
    return plausible_dpi(*found) if found else None


def scanned_packet(data: bytes) -> bytes | None:
    """The first XMP packet that stands anywhere in the data."""
    found = PACKET.search(data)
    return found.group() if found else None


def in_exif(metadata: Metadata) -> Metadata:
    """The same with resolution and IPTC inside EXIF, for formats without a place.

    EXIF that cannot be read is left out: nothing can be added to it, and some encoders
    refuse it.
    """
    if metadata.exif and not exif.is_readable(metadata.exif):
        metadata = replace(metadata, exif=None)
    order = exif.byte_order(metadata.exif)
    added: dict[int, Field] = {}
    if metadata.dpi and exif.dpi(metadata.exif) is None:
        added |= resolution_fields(metadata.dpi, order)
    if metadata.iptc and IPTC_TAG not in exif.fields_of(metadata.exif):
        length = len(metadata.iptc)
        added[IPTC_TAG] = Field(type=BYTE, count=length, raw=metadata.iptc)
    return replace(metadata, exif=with_added(metadata.exif, added))


def iptc_of_photoshop(resources: bytes) -> bytes | None:
    """The IPTC records among Photoshop's image resources.

    The others are about Photoshop, or about the picture without its colours.
    """
    at = 0
    while resources[at : at + 4] == RESOURCE_MARK and at + 12 <= len(resources):
        (number,) = struct.unpack_from(">H", resources, at + 4)
        # A name with its length in front, of an even number of bytes together.
        at += 6 + (resources[at + 6] // 2 + 1) * 2
        if at + 4 > len(resources):
            break
        (length,) = struct.unpack_from(">I", resources, at)
        at += 4
        if number == IPTC_RESOURCE:
            return resources[at : at + length] or None
        at += length + length % 2
    return None


def photoshop_of_iptc(iptc: bytes) -> bytes:
    """IPTC records as the only one of Photoshop's image resources."""
    head = struct.pack(">4sHHI", RESOURCE_MARK, IPTC_RESOURCE, 0, len(iptc))
    return head + iptc + b"\0" * (len(iptc) % 2)
