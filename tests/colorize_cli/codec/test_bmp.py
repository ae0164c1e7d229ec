"""BMP whose pixels are words with masks, under every header there is."""

import struct

import numpy as np
import pytest

from colorize_cli.codec import decode
from tests.pictures import colours

NAME = "scan.bmp"
BITFIELDS, ALPHA_BITFIELDS = 3, 6
OLD, WITH_ALPHA, V4, V5 = 40, 56, 108, 124


def masked(bits: int, masks: list[int], header: int, *, flip: bool = True) -> bytes:
    """`colours` in words of which these bits are red, green, blue, and a full alpha."""
    rgb = colours().astype(np.uint64)
    words = np.full(rgb.shape[:2], sum(masks[3:]), np.uint64)
    for channel, mask in enumerate(masks[:3]):
        lowest = mask & -mask
        words += (rgb[..., channel] * (mask // lowest) + 127) // 255 * lowest
    height, width = words.shape
    rows = (words[::-1] if flip else words).astype(f"<u{bits // 8}")
    body = b"".join(row.tobytes().ljust(-(-width * bits // 32) * 4) for row in rows)
    signed = height if flip else -height
    compression = ALPHA_BITFIELDS if header == OLD and len(masks) > 3 else BITFIELDS
    head = struct.pack(
        "<IiiHHIIiiII", header, width, signed, 1, bits, compression, 0, 0, 0, 0, 0
    )
    head += struct.pack(f"<{len(masks)}I", *masks)
    head = head.ljust(header, b"\0")
    start = 14 + len(head)
    return struct.pack("<2sIHHI", b"BM", start + len(body), 0, 0, start) + head + body


@pytest.mark.parametrize("header", [OLD, WITH_ALPHA, V4, V5])
@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (16, [0x7C00, 0x3E0, 0x1F]),
        (16, [0xF800, 0x7E0, 0x1F]),
        (32, [0xFF0000, 0xFF00, 0xFF]),
        (32, [0xFF, 0xFF00, 0xFF0000]),
        (32, [0xFF000000, 0xFF0000, 0xFF00]),
        (32, [0x3FF00000, 0xFFC00, 0x3FF]),
    ],
)
def test_masks_say_where_colours_are(bits, masks, header):
    """To the rounding of as many bits as there are."""
    photo = decode(masked(bits, masks, header), NAME)
    assert photo.alpha is None
    levels = min((mask // (mask & -mask)).bit_count() for mask in masks)
    atol = 255 / (2**levels - 1) if levels < 8 else 1
    np.testing.assert_allclose(photo.rgb, colours().astype(int), atol=atol)


@pytest.mark.parametrize("header", [OLD, WITH_ALPHA, V5])
def test_alpha_has_a_mask_of_its_own(header):
    """Also where an old header announces four masks."""
    masks = [0xFF0000, 0xFF00, 0xFF, 0xFF000000]
    photo = decode(masked(32, masks, header), NAME)
    np.testing.assert_array_equal(photo.rgb, colours())
    assert photo.alpha is not None
    assert (photo.alpha == 255).all()


def test_rows_from_the_top():
    """A negative height says so."""
    data = masked(32, [0xFF, 0xFF00, 0xFF0000], V4, flip=False)
    np.testing.assert_array_equal(decode(data, NAME).rgb, colours())
