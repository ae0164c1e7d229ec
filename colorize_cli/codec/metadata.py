"""The metadata that is carried from a photo to its colorized results."""

import re

from colorize_cli.codec import exif
from colorize_cli.codec.profiles import kept_profile
from colorize_cli.imaging.photo import Metadata

__all__ = ["EXIF_PREFIX", "carried", "without_prefix"]

# Opens the block in JPEG; some writers repeat it in PNG and WebP.
EXIF_PREFIX = b"Exif\0\0"

XMP_ORIENTATION = re.compile(rb"""(tiff:Orientation(?:\s*=\s*["']|>\s*))[1-8]""")


def carried(stored: Metadata) -> Metadata:
    """What is still true of the photo once it is upright and has colours.

    The orientation that XMP repeats follows that of EXIF; on its own it is left alone,
    because it has not been applied.
    """
    xmp = stored.xmp
    if xmp and exif.orientation(stored.exif) != 1:
        xmp = XMP_ORIENTATION.sub(rb"\g<1>1", xmp)
    return Metadata(
        exif=exif.upright(stored.exif) if stored.exif else None,
        icc=kept_profile(stored.icc),
        xmp=xmp or None,
    )


def without_prefix(block: bytes) -> bytes:
    """An EXIF block that starts with its byte order, as in `Metadata`."""
    return block.removeprefix(EXIF_PREFIX)
