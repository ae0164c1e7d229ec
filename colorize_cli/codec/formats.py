"""Which suffixes are read, and what format a result takes."""

from pathlib import PurePath
from typing import Literal

__all__ = [
    "READABLE_SUFFIXES",
    "Format",
    "output_format",
    "signature_suffix",
    "suffix_of",
]

Format = Literal["jpg", "png", "webp", "tiff", "avif", "jp2", "bmp", "ppm"]

# Suffixes that mean a format as it is written here.
FORMAT_OF_SUFFIX: dict[str, Format] = {
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".jpe": "jpg",
    ".jfif": "jpg",
    ".png": "png",
    ".webp": "webp",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".avif": "avif",
    ".jp2": "jp2",
    ".bmp": "bmp",
    ".dib": "bmp",
    ".ppm": "ppm",
    ".pnm": "ppm",
}
# Relatives of a format: bare JPEG 2000, grey PNM.
RELATIVES: dict[str, Format] = {
    ".j2k": "jp2",
    ".j2c": "jp2",
    ".jpf": "jp2",
    ".jpx": "jp2",
    ".pbm": "ppm",
    ".pgm": "ppm",
}
USUAL_SUFFIX: dict[Format, str] = {
    "jpg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "tiff": ".tif",
    "avif": ".avif",
    "jp2": ".jp2",
    "bmp": ".bmp",
    "ppm": ".ppm",
}

# In lower case. Files in a folder with other suffixes are not photos for this tool.
READABLE_SUFFIXES = frozenset(FORMAT_OF_SUFFIX) | frozenset(RELATIVES) | {".pam"}

# First bytes, from an offset on, by which a photo without a name is known.
SIGNATURES = (
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"\x89PNG", ".png"),
    (0, b"II", ".tif"),
    (0, b"MM", ".tif"),
    (8, b"WEBP", ".webp"),
    (4, b"ftypavif", ".avif"),
    (4, b"jP  ", ".jp2"),
    (0, b"\xff\x4f\xff\x51", ".j2k"),
    (0, b"BM", ".bmp"),
    (0, b"P5", ".pgm"),
    (0, b"P6", ".ppm"),
    (0, b"P7", ".pam"),
)


def signature_suffix(data: bytes) -> str:
    """The suffix that a photo's first bytes call for; empty if they say nothing."""
    for offset, signature, suffix in SIGNATURES:
        if data.startswith(signature, offset):
            return suffix
    return ""


def output_format(source: PurePath, requested: Format | None) -> Format:
    """The format of a result.

    Args:
        source: The photo; only its suffix is looked at.
        requested: What the user asked for, if anything.

    Returns:
        The requested format, else the source's own; PNG, which loses nothing, for
        sources in a format that is not written here.
    """
    suffix = source.suffix.lower()
    return requested or (FORMAT_OF_SUFFIX | RELATIVES).get(suffix, "png")


def suffix_of(format: Format, source: PurePath | None = None) -> str:
    """The suffix of a result, dot included.

    Args:
        format: The format of the result.
        source: If given and of that very format, its own spelling is kept (.JPG).
    """
    if source and FORMAT_OF_SUFFIX.get(source.suffix.lower()) == format:
        return source.suffix
    return USUAL_SUFFIX[format]
