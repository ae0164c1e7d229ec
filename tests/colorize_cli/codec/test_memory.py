"""What encoding takes of memory beside the photo, and that strips change no value."""

import tracemalloc

import numpy as np
import pytest

from colorize_cli.codec import encode
from colorize_cli.codec.depth import full_scale, in_8_bits, in_12_bits
from colorize_cli.codec.encoding import on_white
from colorize_cli.codec.strips import STRIP_PIXELS, strips
from colorize_cli.imaging.photo import Photo

SIDE = 2000
# Bytes per pixel of what a format needs; in wide numbers, colours alone take 24.
MOST = {"jpg": 16, "webp": 16, "bmp": 16, "avif": 21, "ppm": 21}


def noise(*shape: int, dtype: type = np.uint16) -> np.ndarray:
    """Every value of a type, in any order."""
    top = np.iinfo(dtype).max
    return np.random.default_rng(4).integers(0, top, shape, dtype, endpoint=True)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("format", MOST)
def test_encoding_takes_little_memory(format, has_alpha, dtype):
    """Wide numbers are used for a few rows at a time."""
    rgb = np.zeros((SIDE, SIDE, 3), dtype)
    alpha = np.ones((SIDE, SIDE), dtype) if has_alpha else None
    photo = Photo(rgb=rgb, alpha=alpha)
    tracemalloc.start()
    encode(photo, format)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # A strip of colours in 64 bits, and what the formats need themselves.
    assert peak_bytes < MOST[format] * SIDE**2 + 32 * STRIP_PIXELS


@pytest.mark.parametrize("shape", [(1, 1), (3, 5, 2), (7, STRIP_PIXELS), (1000, 999)])
def test_strips_are_the_whole_picture(shape):
    """Each row once, in order, and never none."""
    rows = np.arange(shape[0])
    parts = [rows[each] for each in strips(shape)]
    assert all(part.size for part in parts)
    np.testing.assert_array_equal(np.concatenate(parts), rows)


def test_depths_are_what_they_are_without_strips():
    """Rounded to the nearest level, over the borders of strips."""
    pixels = noise(700, 900, 3)
    exact = pixels.astype(np.float64)
    np.testing.assert_array_equal(in_8_bits(pixels), np.round(exact / 257))
    np.testing.assert_array_equal(in_12_bits(pixels), np.round(exact * 4095 / 65535))
    small = pixels % 4096
    stretched = np.round(small.astype(np.float64) * 65535 / 4095)
    np.testing.assert_array_equal(full_scale(small, 4095), stretched)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_laying_on_white_is_exact(dtype):
    """The largest sums do not run over."""
    top = np.iinfo(dtype).max
    rgb, alpha = noise(600, 901, 3, dtype=dtype), noise(600, 901, dtype=dtype)
    rgb[:2], alpha[0], alpha[1] = top, 0, top
    cover = alpha[..., None].astype(np.uint64)
    expected = (rgb * cover + top * (top - cover) + top // 2) // top
    np.testing.assert_array_equal(on_white(Photo(rgb=rgb, alpha=alpha)), expected)
