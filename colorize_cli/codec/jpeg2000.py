"""JPEG 2000, boxed (.jp2) or bare, as archives deliver it: read, never written."""

import struct

import imagecodecs

from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata

__all__ = ["MAGICS", "survey_jpeg2000"]

CODESTREAM = b"\xff\x4f\xff\x51"
MAGICS = (b"\x00\x00\x00\x0cjP  \r\n\x87\n", CODESTREAM)
END_OF_CODESTREAM = b"\xff\xd9"
# An XMP packet's box starts with this identifier.
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")


def survey_jpeg2000(data: bytes, name: object) -> Survey:
    """Walk the boxes, then read the size from the codestream's own header.

    Raises:
        DecodeError: If it is truncated or holds no picture.
        UnsupportedPhotoError: For depths other than 8 and 16 bits, and odd channels.
    """
    start, icc, xmp = (0, None, None) if data.startswith(CODESTREAM) else boxes(data)
    if start is None or data[start : start + 4] != CODESTREAM:
        raise DecodeError(name, "is truncated: it ends before the picture starts")
    # SIZ: length, capabilities, far corner, offset of the picture, tiles, channels.
    right, bottom, left, top = struct.unpack_from(">4I", data, start + 8)
    (channels,) = struct.unpack_from(">H", data, start + 40)
    depths = set(data[start + 42 : start + 42 + 3 * channels : 3])
    # Inside packets, bytes are stuffed so that no marker can appear.
    if data.find(END_OF_CODESTREAM, start) < 0:
        raise DecodeError(name, "is truncated: the picture breaks off")
    if not 1 <= channels <= 4 or not depths <= {7, 15}:
        raise UnsupportedPhotoError(
            name, "JPEG 2000 is read with 1 to 4 channels of 8 or 16 bits; convert it"
        )
    return Survey(
        width_px=right - left,
        height_px=bottom - top,
        metadata=Metadata(icc=icc, xmp=xmp),
        read_pixels=lambda: imagecodecs.jpeg2k_decode(data),
    )


def boxes(data: bytes) -> tuple[int | None, bytes | None, bytes | None]:
    """Where the codestream starts, the ICC profile, the XMP packet."""
    start = icc = xmp = None
    at, end = 0, len(data)
    while at + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        if kind == b"jp2h":
            # A box of boxes: go in.
            at += head
            continue
        body = at + head
        at = end if length == 0 else at + max(length, head)
        if kind == b"jp2c":
            start = body if start is None else start
        elif kind == b"colr" and data[body : body + 1] in {b"\2", b"\3"}:
            icc = data[body + 3 : at]
        elif kind == b"uuid" and data[body : body + 16] == XMP_UUID:
            xmp = data[body + 16 : at]
    return start, icc, xmp
