"""PNM: bitmaps, grey and colour, as text or binary, and PAM; written as binary PPM.

It has no place for metadata but comments. An XMP packet is written as one, on a single
line, where programs that scan a file for packets find it.
"""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec.depth import full_scale
from colorize_cli.codec.metadata import scanned_packet
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata, Pixels

__all__ = ["MAGICS", "encode_ppm", "survey_pnm"]

MAGICS = tuple(b"P%d" % kind for kind in range(1, 8))
GAP = rb"(?:\s|#[^\n]*\n)+"
SIZE = rb"P(\d)" + GAP + rb"(\d{1,9})" + GAP + rb"(\d{1,9})"
BITMAP_HEADER = re.compile(SIZE + rb"\s")
HEADER = re.compile(SIZE + GAP + rb"(\d{1,5})\s")
PAM_HEADER = re.compile(rb"P7\n(?:(?:#[^\n]*|[A-Z]+[ \t][^\n]*)?\n)*?ENDHDR\n")
PAM_FIELD = re.compile(rb"^([A-Z]+)[ \t]+(\S+)", re.MULTILINE)
NEXT_PICTURE = re.compile(rb"\s*P[1-7]\s")
COMMENT = re.compile(rb"#[^\n]*")

# Kinds that are text, and channels by kind.
TEXT = frozenset({1, 2, 3})
CHANNELS = {1: 1, 2: 1, 3: 3, 4: 1, 5: 1, 6: 3}
BITMAPS = frozenset({1, 4})


def survey_pnm(data: bytes, name: object) -> Survey:
    """Read the header of a PNM or PAM and check that all pixels are there.

    Raises:
        DecodeError: If it is truncated or its header makes no sense.
        UnsupportedPhotoError: For PAM with other than 1 to 4 channels, and for more
            than one picture.
    """
    if data.startswith(b"P7"):
        return survey_pam(data, name)
    is_bitmap = int(data[1:2]) in BITMAPS
    header = (BITMAP_HEADER if is_bitmap else HEADER).match(data)
    if header is None:
        raise DecodeError(name, "has a damaged PNM header")
    kind, width, height, *depth = map(int, header.groups())
    largest = depth[0] if depth else 1
    shape = (height, width, 3) if CHANNELS[kind] == 3 else (height, width)
    start = header.end()
    # Text is read up to the end; a number has at least a digit, and all but bits a gap.
    least = height * width * CHANNELS[kind] * (1 if kind == 1 else 2) - 1
    read: Callable[[], Pixels]
    if kind in TEXT:
        is_whole = start + least <= len(data)
        read = text_reader(data[start:], shape, largest, is_bitmap=is_bitmap)
    elif is_bitmap:
        row_bytes = (width + 7) // 8
        is_whole = start + row_bytes * height <= len(data)
        refuse_another(data, start + row_bytes * height, name)
        read = bitmap_reader(data, start, height, width)
    else:
        end = end_of(start, shape, largest)
        is_whole = end <= len(data)
        refuse_another(data, end, name)
        read = binary_reader(data, start, shape, largest)
    return survey(data[:start], name, (width, height), largest, is_whole, read)


def survey_pam(data: bytes, name: object) -> Survey:
    """The same for PAM, whose header is lines of words, and which may have alpha."""
    header = PAM_HEADER.match(data)
    fields = dict(PAM_FIELD.findall(header.group())) if header else {}
    try:
        width, height, channels, largest = (
            int(fields[key]) for key in (b"WIDTH", b"HEIGHT", b"DEPTH", b"MAXVAL")
        )
    except (KeyError, ValueError) as error:
        raise DecodeError(name, "has a damaged PNM header") from error
    if not 1 <= channels <= 4:
        raise UnsupportedPhotoError(
            name, f"PAM with {channels} channels is not read; convert it"
        )
    shape = (height, width) if channels == 1 else (height, width, channels)
    start = header.end() if header else 0
    end = end_of(start, shape, largest)
    refuse_another(data, end, name)
    read = binary_reader(data, start, shape, largest)
    is_whole = end <= len(data)
    return survey(data[:start], name, (width, height), largest, is_whole, read)


def survey(
    header: bytes,
    name: object,
    size: tuple[int, int],
    largest: int,
    is_whole: bool,
    read: Callable[[], Pixels],
) -> Survey:
    """The survey, if header and length make sense."""
    if not 1 <= largest <= 65535:
        raise DecodeError(name, f"has a damaged PNM header: largest value {largest}")
    if not is_whole:
        raise DecodeError(name, "is truncated: the picture breaks off")
    return Survey(
        width_px=size[0],
        height_px=size[1],
        metadata=Metadata(xmp=scanned_packet(header)),
        read_pixels=read,
    )


def sample_type(largest: int) -> np.dtype[Any]:
    """How a number is stored."""
    return np.dtype(">u2" if largest > 255 else "u1")


def end_of(start: int, shape: tuple[int, ...], largest: int) -> int:
    """Where binary numbers end that begin there."""
    return start + math.prod(shape) * sample_type(largest).itemsize


def refuse_another(data: bytes, end: int, name: object) -> None:
    """Refuse binary files that go on with another picture; it would be lost."""
    if NEXT_PICTURE.match(data, end):
        raise UnsupportedPhotoError(
            name, "it holds more than one picture; write each to a file of its own"
        )


def binary_reader(
    data: bytes, start: int, shape: tuple[int, ...], largest: int
) -> Callable[[], Pixels]:
    """Reads numbers that follow the header."""

    def read() -> Pixels:
        count = int(np.prod(shape))
        stored = np.frombuffer(data, sample_type(largest), count, start)
        return full_scale(stored.reshape(shape), largest)

    return read


def bitmap_reader(
    data: bytes, start: int, height: int, width: int
) -> Callable[[], Pixels]:
    """Reads rows of bits, 1 for black."""

    def read() -> Pixels:
        row_bytes = (width + 7) // 8
        stored = np.frombuffer(data, np.uint8, row_bytes * height, start)
        bits = np.unpackbits(stored.reshape(height, row_bytes), axis=1, count=width)
        return full_scale(1 - bits, 1)

    return read


def text_reader(
    body: bytes, shape: tuple[int, ...], largest: int, *, is_bitmap: bool
) -> Callable[[], Pixels]:
    """Reads numbers in decimal digits; bits need no gap between them."""

    def read() -> Pixels:
        count = int(np.prod(shape))
        words = COMMENT.sub(b"", body)
        if is_bitmap:
            digits = np.frombuffer(words, np.uint8)
            digits = digits[(digits == ord("0")) | (digits == ord("1"))][:count]
            numbers = 1 - (digits - ord("0"))
        else:
            listed = words.split(maxsplit=count)[:count]
            clipped = [max(0, min(int(word), largest)) for word in listed]
            numbers = np.array(clipped, np.uint32)
        if len(numbers) < count:
            raise ValueError("it breaks off")
        return full_scale(numbers.reshape(shape), largest)

    return read


def encode_ppm(rgb: Pixels, metadata: Metadata) -> bytes:
    """Binary PPM of 8 or 16 bits.

    Args:
        rgb: (H, W, 3) uint8 or uint16.
        metadata: Only XMP is kept.
    """
    height, width = rgb.shape[:2]
    comment = b""
    if metadata.xmp:
        comment = b"# " + b" ".join(metadata.xmp.splitlines()) + b"\n"
    largest = np.iinfo(rgb.dtype).max
    head = b"P6\n%b%d %d\n%d\n" % (comment, width, height, largest)
    stored: NDArray[Any] = np.ascontiguousarray(rgb, sample_type(largest))
    return b"".join((head, stored.data))
