"""JPEG: segments, completeness, metadata.

libjpeg fills the rest of a truncated picture with grey and calls it a warning, so the
file is walked to its end marker first. A file that was cut and then closed (by a repair
tool, or a block of zeros inside) has an end marker; for the usual, sequential kind such
a picture is caught too: its end marker is replaced by a few zeros, so that a decoder
which needs more data than there is runs out of it instead of making it up.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import imagecodecs
import numpy as np

from colorize_cli.codec.extended_xmp import XmpParts
from colorize_cli.codec.jpeg_segments import (
    APP0,
    APP1,
    APP2,
    APP13,
    APP14,
    EXTENSION_PREFIX,
    ICC_PREFIX,
    JFIF_PREFIX,
    PHOTOSHOP_PREFIX,
    XMP_PREFIX,
    dpi_of_jfif,
    own_segment,
)
from colorize_cli.codec.metadata import EXIF_PREFIX, iptc_of_photoshop
from colorize_cli.codec.opencv import imdecode_rgb
from colorize_cli.codec.profiles import cmyk_to_rgb, colour_space
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata, OwnParts, Pixels

__all__ = ["MAGIC", "MAX_SIDE_PX", "survey_jpeg"]

MAGIC = b"\xff\xd8\xff"

SOI, EOI, SOS, TEM, JPEG_LS = 0xD8, 0xD9, 0xDA, 0x01, 0xF7
RESTARTS = range(0xD0, 0xD8)
# Frame headers: C0 to CF less the tables DHT (C4), JPG (C8) and DAC (CC).
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Baseline and extended sequential, Huffman coded.
SEQUENTIAL = frozenset({0xC0, 0xC1})

ADOBE_PREFIX = b"Adobe"
# The format ends at 65535, libjpeg, and with it most readers, at this.
MAX_SIDE_PX = 65500

# The next marker in entropy-coded data: not a stuffed FF, a restart or a fill byte.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
# The Huffman decoder looks at most 8 bytes ahead of what it needs.
LOOKAHEAD = bytes(16)


@dataclass(slots=True, eq=False)
class Segments:
    """What the markers of a file say; filled while it is walked."""

    frame: int = 0
    precision: int = 8
    height_px: int = 0
    width_px: int = 0
    channels: int = 0
    scan_count: int = 0
    # Where the end marker stands.
    end: int = 0
    exif: bytes | None = None
    xmp: XmpParts = field(default_factory=XmpParts)
    # Photoshop's resources; long ones go on in the next segment.
    photoshop: bytes = b""
    dpi: tuple[float, float] | None = None
    # Parts of the profile by their number.
    icc_parts: dict[int, bytes] = field(default_factory=dict)
    icc_count: int = 0
    has_adobe_marker: bool = False
    # Segments that only this format has, whole.
    own: bytes = b""

    @property
    def metadata(self) -> Metadata:
        """The blocks; a profile with missing parts counts as none."""
        numbers = range(1, self.icc_count + 1)
        icc = b"".join(self.icc_parts.get(number, b"") for number in numbers)
        is_whole = bool(icc) and self.icc_parts.keys() == set(numbers)
        return Metadata(
            exif=self.exif,
            icc=icc if is_whole else None,
            xmp=self.xmp.whole(),
            iptc=iptc_of_photoshop(self.photoshop),
            dpi=self.dpi,
            own=OwnParts.of("jpg", "JPEG comments", self.own),
        )


def survey_jpeg(data: bytes, name: object) -> Survey:
    """Walk a JPEG up to its end marker.

    Raises:
        DecodeError: If it is truncated or has no picture in it.
        UnsupportedPhotoError: For CMYK without a profile, 12 bits and more, and sides
            that libjpeg does not read.
    """
    segments = walk(data, name)
    if not segments.frame or not segments.scan_count:
        raise DecodeError(name, "is truncated: it ends before the picture starts")
    if segments.precision != 8:
        raise UnsupportedPhotoError(
            name,
            f"JPEG with {segments.precision} bits per channel is not read; "
            "convert it to 16-bit TIFF or PNG",
        )
    if max(segments.width_px, segments.height_px) > MAX_SIDE_PX:
        raise UnsupportedPhotoError(
            name,
            f"JPEG above {MAX_SIDE_PX} pixels per side is not read; convert it to PNG",
        )
    return Survey(
        width_px=segments.width_px,
        height_px=segments.height_px,
        metadata=segments.metadata,
        read_pixels=reader(data, segments, name),
    )


def reader(data: bytes, segments: Segments, name: object) -> Callable[[], Pixels]:
    """How the pixels of this kind of JPEG are decoded."""
    if segments.channels == 4:
        icc = segments.metadata.icc
        if icc is None or colour_space(icc) != "CMYK":
            raise UnsupportedPhotoError(
                name,
                "CMYK without an ICC profile has no definite tones; convert it to RGB",
            )
        return lambda: read_cmyk(data, icc, is_inverted=segments.has_adobe_marker)
    if segments.frame in SEQUENTIAL and segments.scan_count == 1:
        data = data[: segments.end] + LOOKAHEAD
    return partial(imdecode_rgb, data, is_grey=segments.channels == 1)


def read_cmyk(data: bytes, icc: bytes, *, is_inverted: bool) -> Pixels:
    """Decode four inks and convert them; Adobe stores them with 255 as no ink."""
    ink = imagecodecs.jpeg8_decode(data)
    if is_inverted:
        ink = np.invert(ink)
    return cmyk_to_rgb(ink, icc)


def walk(data: bytes, name: object) -> Segments:
    """Read every segment from the start marker to the end marker."""
    segments = Segments()
    at = 2
    while True:
        at = data.find(b"\xff", at)
        while at >= 0 and data[at : at + 2] == b"\xff\xff":
            at += 1
        if at < 0 or at + 2 > len(data):
            raise DecodeError(name, "is truncated: its end is missing")
        marker = data[at + 1]
        if marker == EOI:
            segments.end = at
            return segments
        if marker == JPEG_LS:
            raise UnsupportedPhotoError(name, "JPEG-LS is not read; convert it to PNG")
        at += 2
        if marker in {0, SOI, TEM} or marker in RESTARTS:
            continue
        (length,) = struct.unpack_from(">H", data, at)
        payload = data[at + 2 : at + length]
        at += max(length, 2)
        if at > len(data):
            raise DecodeError(name, "is truncated: it ends inside its header")
        take(segments, marker, payload)
        if marker == SOS:
            after = NEXT_MARKER.search(data, at)
            if after is None:
                raise DecodeError(name, "is truncated: the picture breaks off")
            at = after.start()


def take(segments: Segments, marker: int, payload: bytes) -> None:
    """Note what one segment says. The first of each kind counts."""
    if marker == SOS:
        segments.scan_count += 1
    elif marker in FRAMES and not segments.frame:
        precision, height, width, channels = struct.unpack_from(">BHHB", payload)
        segments.frame, segments.precision = marker, precision
        segments.height_px, segments.width_px = height, width
        segments.channels = channels
    else:
        take_metadata(segments, marker, payload)


def take_metadata(segments: Segments, marker: int, payload: bytes) -> None:
    """Note the metadata of an application's segment."""
    if marker == APP1 and payload.startswith(EXIF_PREFIX):
        segments.exif = segments.exif or payload.removeprefix(EXIF_PREFIX)
    elif marker == APP1 and payload.startswith(XMP_PREFIX):
        segments.xmp.take_packet(payload.removeprefix(XMP_PREFIX))
    elif marker == APP1 and payload.startswith(EXTENSION_PREFIX):
        segments.xmp.take_extension(payload.removeprefix(EXTENSION_PREFIX))
    elif marker == APP2 and payload.startswith(ICC_PREFIX):
        number, count = struct.unpack_from("BB", payload, len(ICC_PREFIX))
        segments.icc_count = count
        segments.icc_parts.setdefault(number, payload[len(ICC_PREFIX) + 2 :])
    elif marker == APP0 and payload.startswith(JFIF_PREFIX):
        segments.dpi = segments.dpi or dpi_of_jfif(payload)
    elif marker == APP13 and payload.startswith(PHOTOSHOP_PREFIX):
        segments.photoshop += payload.removeprefix(PHOTOSHOP_PREFIX)
    elif marker == APP14 and payload.startswith(ADOBE_PREFIX):
        segments.has_adobe_marker = True
    else:
        segments.own += own_segment(marker, payload)
