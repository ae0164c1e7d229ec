"""BMP and binary PNM: read, never written."""

import re
import struct

import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec.opencv import imdecode_rgb
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Pixels

__all__ = ["BMP_MAGIC", "PNM_MAGICS", "full_scale", "survey_bmp", "survey_pnm"]

BMP_MAGIC = b"BM"
# OS/2 headers have 12 bytes and 16-bit sides.
CORE_HEADER_BYTES = 12
# BI_RGB, BI_BITFIELDS, BI_ALPHABITFIELDS.
PLAIN_COMPRESSIONS = frozenset({0, 3, 6})

PNM_MAGICS = tuple(b"P%d" % kind for kind in range(1, 8))
GAP = rb"(?:\s|#[^\n]*\n)+"
PNM_HEADER = re.compile(
    rb"P([56])" + GAP + rb"(\d{1,9})" + GAP + rb"(\d{1,9})" + GAP + rb"(\d{1,5})\s"
)


def survey_bmp(data: bytes, name: object) -> Survey:
    """Read the header of a BMP and check that all rows are there.

    Raises:
        DecodeError: If it is truncated.
    """
    start, header_bytes = struct.unpack_from("<II", data, 10)
    compression = 0
    if header_bytes == CORE_HEADER_BYTES:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
    else:
        width, height, _, depth, compression = struct.unpack_from("<iiHHI", data, 18)
    row_bytes = (abs(width) * depth + 31) // 32 * 4
    is_plain = compression in PLAIN_COMPRESSIONS
    if is_plain and start + row_bytes * abs(height) > len(data):
        raise DecodeError(name, "is truncated: the picture breaks off")
    return Survey(
        width_px=width,
        height_px=abs(height),
        read_pixels=lambda: imdecode_rgb(data),
    )


def survey_pnm(data: bytes, name: object) -> Survey:
    """Read the header of a binary PGM or PPM and check that all pixels are there.

    Raises:
        DecodeError: If it is truncated or its header makes no sense.
        UnsupportedPhotoError: For plain text, bitmaps and PAM.
    """
    if data[:2] not in {b"P5", b"P6"}:
        raise UnsupportedPhotoError(
            name, "of the PNM formats only binary PGM and PPM are read; convert it"
        )
    header = PNM_HEADER.match(data)
    if header is None:
        raise DecodeError(name, "has a damaged PNM header")
    kind, width, height, largest = map(int, header.groups())
    if not 1 <= largest <= 65535:
        raise DecodeError(name, f"has a damaged PNM header: largest value {largest}")
    shape = (height, width, 3) if kind == 6 else (height, width)
    sample = np.dtype(">u2" if largest > 255 else "u1")
    count = height * width * (3 if kind == 6 else 1)
    if header.end() + count * sample.itemsize > len(data):
        raise DecodeError(name, "is truncated: the picture breaks off")

    def read_pixels() -> Pixels:
        stored = np.frombuffer(data, sample, count, header.end()).reshape(shape)
        return full_scale(stored, largest)

    return Survey(width_px=width, height_px=height, read_pixels=read_pixels)


def full_scale(values: Pixels, largest: int) -> Pixels:
    """Stretch 0..largest to 0..255, or to 0..65535 if largest is above 255."""
    top = 255 if largest <= 255 else 65535
    scaled: NDArray[np.integer] = values
    if largest != top:
        clipped = np.minimum(values, largest).astype(np.uint32)
        scaled = (clipped * top + largest // 2) // largest
    return scaled.astype(np.uint8) if top == 255 else scaled.astype(np.uint16)
