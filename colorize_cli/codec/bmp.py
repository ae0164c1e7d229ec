"""BMP, which has no place for metadata but resolution.

An XMP packet is written between the header and the pixels, where every reader skips
it; programs that scan a file for packets, as XMP means them to, find it there.
"""

import struct

from colorize_cli.codec.bmp_masks import read_masked
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
MASKS_AT, PPM_AT = 14 + 40, 14 + 24
# BI_RGB, BI_BITFIELDS, BI_ALPHABITFIELDS.
RGB, BITFIELDS, ALPHA_BITFIELDS = 0, 3, 6
PLAIN_COMPRESSIONS = frozenset({RGB, BITFIELDS, ALPHA_BITFIELDS})
WORD_BITS = frozenset({16, 32})
METRES_PER_INCH = 0.0254


def survey_bmp(data: bytes, name: object) -> Survey:
    """Read the header of a BMP and check that all rows are there.

    Raises:
        DecodeError: If it is truncated.
    """
    start, header_bytes = struct.unpack_from("<II", data, 10)
    compression, dpi = RGB, None
    masks: list[int] = []
    if header_bytes == CORE_HEADER_BYTES:
        width, height, _, depth = struct.unpack_from("<HHHH", data, 18)
    else:
        width, height, _, depth, compression = struct.unpack_from("<iiHHI", data, 18)
        sides = struct.unpack_from("<ii", data, PPM_AT)
        dpi = plausible_dpi(*(side * METRES_PER_INCH for side in sides))
        if compression in {BITFIELDS, ALPHA_BITFIELDS} and depth in WORD_BITS:
            masks = masks_of(data, header_bytes, compression)
    row_bytes = (abs(width) * depth + 31) // 32 * 4
    is_plain = compression in PLAIN_COMPRESSIONS
    if is_plain and start + row_bytes * abs(height) > len(data):
        raise DecodeError(name, "is truncated: the picture breaks off")

    def read_pixels() -> Pixels:
        if not masks:
            return imdecode_rgb(data)
        return read_masked(data, start, (height, width), depth, masks)

    return Survey(
        width_px=width,
        height_px=abs(height),
        metadata=Metadata(
            dpi=dpi,
            xmp=scanned_packet(data[FILE_HEADER_BYTES + header_bytes : start]),
        ),
        read_pixels=read_pixels,
    )


def masks_of(data: bytes, header_bytes: int, compression: int) -> list[int]:
    """Masks of red, green, blue and, if any pixel may have one, alpha.

    They stand at the same place in all headers; behind the oldest, which has none.
    """
    red, green, blue, alpha = struct.unpack_from("<4I", data, MASKS_AT)
    may_have_alpha = (
        header_bytes >= ALPHA_HEADER_BYTES or compression == ALPHA_BITFIELDS
    )
    return [red, green, blue, alpha] if may_have_alpha and alpha else [red, green, blue]


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
