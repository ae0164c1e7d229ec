"""BMP, which has no place for metadata but resolution.

An XMP packet is written between the header and the pixels, where every reader skips
it; programs that scan a file for packets, as XMP means them to, find it there.
"""

import struct

import imagecodecs

from colorize_cli.codec.metadata import plausible_dpi, resolution_of, scanned_packet
from colorize_cli.codec.opencv import imdecode_rgb
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError
from colorize_cli.imaging.photo import Metadata, Pixels

__all__ = ["BMP_MAGIC", "survey_bmp", "with_metadata"]

BMP_MAGIC = b"BM"
FILE_HEADER_BYTES = 14
# OS/2 headers have 12 bytes and 16-bit sides; those with a mask for alpha 56 or more.
CORE_HEADER_BYTES, ALPHA_HEADER_BYTES = 12, 56
ALPHA_MASK_AT, PPM_AT = 14 + 52, 14 + 24
# BI_RGB, BI_BITFIELDS, BI_ALPHABITFIELDS.
BITFIELDS = 3
PLAIN_COMPRESSIONS = frozenset({0, BITFIELDS, 6})
METRES_PER_INCH = 0.0254


def survey_bmp(data: bytes, name: object) -> Survey:
    """Read the header of a BMP and check that all rows are there.

    Raises:
        DecodeError: If it is truncated.
    """
    start, header_bytes = struct.unpack_from("<II", data, 10)
    compression, dpi, alpha_mask = 0, None, 0
    if header_bytes == CORE_HEADER_BYTES:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
    else:
        width, height, _, depth, compression = struct.unpack_from("<iiHHI", data, 18)
        sides = struct.unpack_from("<ii", data, PPM_AT)
        dpi = plausible_dpi(*(side * METRES_PER_INCH for side in sides))
        if header_bytes >= ALPHA_HEADER_BYTES and compression == BITFIELDS:
            (alpha_mask,) = struct.unpack_from("<I", data, ALPHA_MASK_AT)
    row_bytes = (abs(width) * depth + 31) // 32 * 4
    is_plain = compression in PLAIN_COMPRESSIONS
    if is_plain and start + row_bytes * abs(height) > len(data):
        raise DecodeError(name, "is truncated: the picture breaks off")
    has_alpha = alpha_mask != 0 and depth == 32

    def read_pixels() -> Pixels:
        return imagecodecs.bmp_decode(data) if has_alpha else imdecode_rgb(data)

    return Survey(
        width_px=width,
        height_px=abs(height),
        metadata=Metadata(
            dpi=dpi,
            xmp=scanned_packet(data[FILE_HEADER_BYTES + header_bytes : start]),
        ),
        read_pixels=read_pixels,
    )


def with_metadata(data: bytes, metadata: Metadata) -> bytes:
    """Put resolution and XMP into an encoder's output."""
    mended = bytearray(data)
    # 0 stands for an unknown resolution; the encoder puts that of a screen.
    found = resolution_of(metadata) or (0, 0)
    sides = [round(side / METRES_PER_INCH) for side in found]
    struct.pack_into("<ii", mended, PPM_AT, *sides)
    if metadata.xmp:
        (start,) = struct.unpack_from("<I", mended, 10)
        packet = metadata.xmp + b"\0" * (-len(metadata.xmp) % 4)
        struct.pack_into("<I", mended, 2, len(mended) + len(packet))
        struct.pack_into("<I", mended, 10, start + len(packet))
        mended[start:start] = packet
    return bytes(mended)
