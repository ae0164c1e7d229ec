"""The L planes that the network sees."""

import numpy as np
import pytest

from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.luminance import luminance, luminance_at, resize


@pytest.mark.parametrize("size", [(1, 1), (7, 9), (40, 3), (64, 64)])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_plain_picture_stays_plain_at_any_size(size, dtype):
    """Resizing one colour gives that colour, larger, smaller or both."""
    rgb = np.full((20, 30, 3), 100, dtype)
    resized = resize(rgb, *size)
    assert resized.shape == (*size, 3)
    assert resized.dtype == dtype
    assert (resized == 100).all()


def test_shrinking_averages_areas():
    """A chequerboard of 0 and 200 shrunk to half becomes its mean, not a sample."""
    rows, columns = np.mgrid[:8, :8]
    rgb = np.repeat(((rows + columns) % 2 * 200)[..., None], 3, 2).astype(np.uint8)
    assert (resize(rgb, 4, 4) == 100).all()


def test_luminance_spans_plus_minus_one():
    """Black is -1 and white is 1, float32, (height, width)."""
    rgb = np.zeros((10, 20, 3), np.uint8)
    rgb[:, 10:] = 255
    L = luminance_at(rgb, 5, 10)
    assert L.shape == (5, 10)
    assert L.dtype == np.float32
    assert np.allclose(L[:, :5], -1)
    assert np.allclose(L[:, 5:], 1)


def test_a_sepia_tint_drops_out():
    """A tinted picture has one number per pixel, its lightness."""
    grey = np.full((4, 4, 3), 128, np.uint8)
    sepia = np.full((4, 4, 3), (150, 124, 96), np.uint8)
    assert np.allclose(luminance_at(sepia, 4, 4), luminance_at(grey, 4, 4), atol=0.02)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("size", [(20, 30), (25, 35), (200, 90)])
def test_one_plane_shown_three_times_is_as_light(dtype, size):
    """It takes a third of the memory, and gives the same numbers."""
    top = np.iinfo(dtype).max
    rng = np.random.default_rng(0)
    plane = rng.integers(0, top + 1, (50, 70), dtype=dtype)
    shown = np.broadcast_to(plane[..., None], (50, 70, 3))
    whole = np.ascontiguousarray(shown)
    np.testing.assert_array_equal(
        luminance_at(shown, *size), luminance_at(whole, *size)
    )


def photos_of(dtype) -> dict[str, np.ndarray]:
    """A grey picture in memory, the same as one plane, and one with a coloured dot."""
    plane = np.random.default_rng(0).integers(0, np.iinfo(dtype).max, (150, 70), dtype)
    shown = np.broadcast_to(plane[..., None], (150, 70, 3))
    whole, dotted = shown.copy(), shown.copy()
    dotted[77, 33, 0] = ~dotted[77, 33, 0]
    return {"whole": whole, "shown": shown, "dotted": dotted}


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("kind", ["whole", "shown", "dotted"])
def test_luminance_is_that_of_lab(dtype, kind):
    """To 0.01: OpenCV itself differs by 0.003 at the ends of rows. No dot is missed."""
    rgb = photos_of(dtype)[kind]
    wanted = rgb_to_lab(np.ascontiguousarray(rgb))[..., 0]
    np.testing.assert_allclose(luminance(rgb), wanted, atol=0.01)
    small = wanted.mean() / 50 - 1
    assert luminance_at(rgb, 1, 1) == pytest.approx(small, abs=0.1)
