"""Bytes of a picture file to `Photo`, and back.

Each format has a module that surveys a file (size, frames, metadata, whether it is
complete) before any pixel is decoded, and one function that decodes the pixels. The
containers are read and written here; the compressed pixels are left to OpenCV,
imagecodecs and tifffile.
"""

from colorize_cli.codec.decoding import MAX_PIXELS, Document, decode, read_document
from colorize_cli.codec.encoding import (
    encode,
    encode_pages,
    holds_pages,
    is_lossy,
    losses,
)
from colorize_cli.codec.formats import (
    READABLE_SUFFIXES,
    Format,
    output_format,
    suffix_of,
)
from colorize_cli.codec.quiet import hush

__all__ = [
    "MAX_PIXELS",
    "READABLE_SUFFIXES",
    "Document",
    "Format",
    "decode",
    "encode",
    "encode_pages",
    "holds_pages",
    "is_lossy",
    "losses",
    "output_format",
    "read_document",
    "suffix_of",
]

hush()
