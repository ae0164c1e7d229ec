"""Palettes of TIFF: of any depth, of old writers, and with an alpha; inks with one."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from colorize_cli.codec import decode
from tests.pictures import cmyk_profile, image, opened, tiff
from tests.raw_tiff import Tag, raw_tiff, tags_of_pixels

NAME = Path("scan.tif")
PALETTE = 3
ASSOCIATED, UNASSOCIATED, UNSPECIFIED = 1, 2, 0
# Red runs up, green down, blue is half.
COLOURS = np.stack([np.arange(256), np.arange(255, -1, -1), np.full(256, 128)])
INDICES = np.arange(64, dtype=np.uint8).reshape(8, 8) * 4


def colour_map(colours: np.ndarray) -> Tag:
    """A ColorMap of three rows with these numbers."""
    return (320, 3, colours.size, [int(value) for value in colours.ravel()])


@pytest.mark.parametrize("order", ["<", ">"])
def test_palettes_of_one_bit_have_two_colours(order):
    """The indices are no mask; Pillow sees the same."""
    colours = np.array([[10, 250], [20, 240], [30, 230]]) * 257
    tags = [*tags_of_pixels(16, 8, kind=PALETTE, bits=1), colour_map(colours)]
    data = raw_tiff(tags, [bytes(range(100, 116))], order=order)
    bits = np.unpackbits(np.arange(100, 116, dtype=np.uint8)).reshape(8, 16)
    photo = decode(data, NAME)
    np.testing.assert_array_equal(photo.rgb, (colours // 257).T[bits])
    if order == "<":
        np.testing.assert_array_equal(photo.rgb, opened(data).convert("RGB"))


@pytest.mark.parametrize("scale", [1, 256, 257])
def test_palettes_of_old_writers_have_8_bits(scale):
    """Numbers up to 255 are not black; libtiff, inside OpenCV, sees the same."""
    tags = [*tags_of_pixels(8, 8, kind=PALETTE), colour_map(COLOURS * scale)]
    data = raw_tiff(tags, [INDICES.tobytes()])
    photo = decode(data, NAME)
    np.testing.assert_array_equal(photo.rgb, COLOURS.T[INDICES])
    seen = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(photo.rgb, seen[..., ::-1])


@pytest.mark.parametrize("meaning", [ASSOCIATED, UNASSOCIATED, UNSPECIFIED])
def test_an_alpha_stands_beside_a_palette(meaning):
    """It is kept if it is one; colours that it was multiplied into are divided."""
    alpha = np.full((8, 8), 128, np.uint8)
    colours = COLOURS // 2 if meaning == ASSOCIATED else COLOURS
    tags = [
        *tags_of_pixels(8, 8, kind=PALETTE, channels=2),
        colour_map(colours * 257),
        (338, 3, 1, [meaning]),
    ]
    photo = decode(raw_tiff(tags, [np.dstack([INDICES, alpha]).tobytes()]), NAME)
    np.testing.assert_allclose(photo.rgb, COLOURS.T[INDICES], atol=2)
    if meaning == UNSPECIFIED:
        assert photo.alpha is None
    else:
        np.testing.assert_array_equal(photo.alpha, alpha)


@pytest.mark.parametrize("meaning", [ASSOCIATED, UNASSOCIATED, UNSPECIFIED])
def test_an_alpha_stands_behind_four_inks(meaning):
    """It was dropped; inks that it was multiplied into are divided first."""
    inks, profile = np.asarray(image("CMYK")), cmyk_profile()
    cover = np.full(inks.shape[:2], 128, np.uint8)
    plain = tiff(inks, photometric="separated", iccprofile=profile)
    stored = inks.astype(int) * 128 // 255 if meaning == ASSOCIATED else inks
    data = tiff(
        np.dstack([stored.astype(np.uint8), cover]),
        photometric="separated",
        iccprofile=profile,
        extrasamples=[meaning],
    )
    photo = decode(data, NAME)
    np.testing.assert_allclose(photo.rgb.astype(int), decode(plain, NAME).rgb, atol=6)
    if meaning == UNSPECIFIED:
        assert photo.alpha is None
    else:
        np.testing.assert_array_equal(photo.alpha, cover)
