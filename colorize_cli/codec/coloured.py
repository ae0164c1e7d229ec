"""What metadata says of a grey photo, made true of one in colours.

Changed in place, so that nothing else moves; results are always RGB.
"""

import re
import struct

from colorize_cli.codec import exif
from colorize_cli.codec.xmp import Packet

__all__ = ["coloured_exif", "coloured_xmp"]

SHORT, LONG = 3, 4
PHOTOMETRIC, SAMPLES_PER_PIXEL = 262, 277
# What grey is in these tags, and what RGB is: white or black is zero; channels.
RGB_VALUES = {PHOTOMETRIC: ((0, 1), 2), SAMPLES_PER_PIXEL: ((1,), 3)}
# The same in XMP, where Photoshop numbers its modes: bitmap, grey, indexed, RGB, ...
RGB_TEXTS = (
    (
        re.compile(
            rb"""(tiff:PhotometricInterpretation(?:\s*=\s*["']|>))[01](?=["'<])"""
        ),
        b"2",
    ),
    (re.compile(rb"""(tiff:SamplesPerPixel(?:\s*=\s*["']|>))1(?=["'<])"""), b"3"),
    (re.compile(rb"""(photoshop:ColorMode(?:\s*=\s*["']|>))\d(?=["'<])"""), b"3"),
)
PROFILE_NAME = ("http://ns.adobe.com/photoshop/1.0/", "ICCProfile")


def coloured_exif(block: bytes) -> bytes:
    """The block, whose first directory no longer says that the photo is grey.

    Args:
        block: A block; returned as it is if it cannot be read.
    """
    directory = exif.parse(block)
    if directory is None:
        return block
    mended = bytearray(block)
    for tag, (grey, colours) in RGB_VALUES.items():
        entry = directory.entries.get(tag)
        if entry is None or entry.length != 1 or entry.type not in {SHORT, LONG}:
            continue
        form = directory.order + ("H" if entry.type == SHORT else "I")
        if struct.unpack_from(form, block, entry.at)[0] in grey:
            struct.pack_into(form, mended, entry.at, colours)
    return bytes(mended)


def coloured_xmp(xmp: bytes, *, has_profile: bool) -> bytes:
    """The packet, which no longer says that the photo is grey.

    Args:
        xmp: A packet.
        has_profile: Whether the photo keeps its profile; if not, the name of that goes.
    """
    for said, colours in RGB_TEXTS:
        xmp = said.sub(rb"\g<1>" + colours, xmp)
    packet = None if has_profile else Packet.parse(xmp)
    if packet and PROFILE_NAME in packet.values():
        return packet.without([PROFILE_NAME])
    return xmp
