"""Colour at working size joined with the photo's own luminance."""

import numpy as np
import pytest

from colorize_cli.imaging import recombine as module
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.recombine import recombine


def coloured(height: int, width: int, dtype=np.uint8) -> np.ndarray:
    """A smooth picture in moderate colours, with texture in its brightness."""
    rows, columns = np.mgrid[:height, :width]
    rgb = np.stack(
        [90 + 60 * rows / height, 100 + 40 * columns / width, 120 - 30 * rows / height],
        axis=-1,
    )
    rgb += np.random.default_rng(0).normal(0, 6, (height, width, 1))
    return (rgb * (np.iinfo(dtype).max // 255)).astype(dtype)


def own_ab(rgb) -> np.ndarray:
    """The photo's own ab, (2, H, W)."""
    return np.moveaxis(rgb_to_lab(rgb)[..., 1:], -1, 0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_its_own_colours_give_the_photo_back(dtype):
    """Untouched ab, not guided: no 8-bit pixel changes; 16 bits within 20."""
    rgb = coloured(37, 53, dtype)
    result = recombine(rgb, own_ab(rgb), guide_radius=0)
    limit = 0 if dtype is np.uint8 else 20
    assert result.dtype == dtype
    assert np.abs(result.astype(int) - rgb).max() <= limit


def test_luminance_is_the_photos():
    """New colours leave L within 0.5 everywhere and 0.2 on average, inside sRGB."""
    rgb = coloured(60, 80)
    ab = np.random.default_rng(1).normal(0, 8, (2, 6, 8)).astype(np.float32)
    change = np.abs(rgb_to_lab(recombine(rgb, ab)) - rgb_to_lab(rgb))[..., 0]
    assert change.max() < 0.5
    assert change.mean() < 0.2


def test_a_plain_field_tints_the_whole_photo():
    """One colour in the field is that colour everywhere."""
    rgb = np.full((50, 70, 3), 128, np.uint8)
    field = np.empty((2, 4, 6), np.float32)
    field[0], field[1] = 20.0, -15.0
    lab = rgb_to_lab(recombine(rgb, field))
    assert np.allclose(lab[..., 1], 20, atol=0.6)
    assert np.allclose(lab[..., 2], -15, atol=0.6)


def test_colours_stop_at_edges_of_the_luminance():
    """A field that is coloured on one side bleeds less when the photo guides it."""
    rgb = np.full((64, 64, 3), 60, np.uint8)
    rgb[:, 33:] = 200  # the edge lies inside a place of the field
    field = np.zeros((2, 16, 16), np.float32)
    field[:, :, 8:] = 20.0

    def bleeding(radius: int) -> float:
        a = rgb_to_lab(recombine(rgb, field, radius))[..., 1]
        return float(np.abs(a[:, 29:33]).mean())

    assert bleeding(2) < 0.6 * bleeding(0)


def test_strips_leave_no_seam(monkeypatch):
    """Cut into strips of a few rows, the result is the same to a rounding."""
    rgb = coloured(61, 40)
    ab = np.random.default_rng(1).normal(0, 20, (2, 8, 6)).astype(np.float32)
    whole = recombine(rgb, ab)
    monkeypatch.setattr(module, "STRIP_PIXELS", 200)
    assert np.abs(recombine(rgb, ab).astype(int) - whole).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (3, 700), (700, 3)])
def test_thin_photos_keep_their_size(size):
    """Pictures of one row, one column or one pixel come back in their own size."""
    rgb = coloured(*size)
    ab = np.zeros((2, 8, 8), np.float32)
    assert recombine(rgb, ab).shape == rgb.shape
