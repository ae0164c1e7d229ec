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

Format = Literal["jpg", "png", "webp", "tiff"]

FORMAT_OF_SUFFIX: dict[str, Format] = {
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".jpe": "jpg",
    ".jfif": "jpg",
    ".png": "png",
    ".webp": "webp",
    ".tif": "tiff",
    ".tiff": "tiff",
}
USUAL_SUFFIX: dict[Format, str] = {
    "jpg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "tiff": ".tif",
}

# In lower case. Files in a folder with other suffixes are not photos for this tool.
READABLE_SUFFIXES = frozenset(FORMAT_OF_SUFFIX) | {
    ".bmp",
    ".jp2",
    ".pgm",
    ".pnm",
    ".ppm",
}

# First bytes, from an offset on, by which a photo without a name is known.
SIGNATURES = (
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"\x89PNG", ".png"),
    (0, b"II", ".tif"),
    (0, b"MM", ".tif"),
    (8, b"WEBP", ".webp"),
    (4, b"ftypavif", ".avif"),
    (4, b"jP  ", ".jp2"),
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
    return requested or FORMAT_OF_SUFFIX.get(source.suffix.lower(), "png")


def suffix_of(format: Format, source: PurePath | None = None) -> str:
    """The suffix of a result, dot included.

    Args:
        format: The format of the result.
        source: If given and of that very format, its own spelling is kept (.JPG).
    """
    if source and FORMAT_OF_SUFFIX.get(source.suffix.lower()) == format:
        return source.suffix
    return USUAL_SUFFIX[format]
