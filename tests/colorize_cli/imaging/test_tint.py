"""Telling photos in colour from grey and toned ones."""

import numpy as np
import pytest

from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.tint import IN_COLOUR, colour_spread, is_in_colour
from tests.pictures import colours, colours_16


def grey(height: int = 90, width: int = 120) -> np.ndarray:
    """A grey photo, (H, W, 3) uint8, with all tones."""
    plane = rgb_to_lab(colours(height, width))[..., 0] * 2.55
    return np.repeat(plane.astype(np.uint8)[..., None], 3, axis=2)


def toned(hue: float, chroma: float, rgb: np.ndarray | None = None) -> np.ndarray:
    """The photo in one hue, strongest in the middle tones, as toned prints are."""
    lab = rgb_to_lab(grey() if rgb is None else rgb)
    strength = chroma * np.exp(-(((lab[..., 0] - 50) / 35) ** 2))
    lab[..., 1] = strength * np.cos(hue)
    lab[..., 2] = strength * np.sin(hue)
    return lab_to_rgb(lab, np.uint8)


def test_grey_has_no_spread():
    """Whether it is three planes or one that is shown three times."""
    assert colour_spread(grey()) < 0.1
    plane = grey()[..., 0]
    assert colour_spread(np.broadcast_to(plane[..., None], (*plane.shape, 3))) == 0


@pytest.mark.parametrize("hue", np.linspace(0, 2 * np.pi, 7))
@pytest.mark.parametrize("chroma", [2, 10, 25])
def test_a_tint_is_no_colour(hue, chroma):
    """Of any hue and strength that prints have."""
    assert not is_in_colour(toned(hue, chroma))


def test_grain_in_the_colours_of_a_scan_is_no_colour():
    """A large scan is averaged until only its picture is left."""
    large = toned(1.2, 15, grey(700, 900)).astype(np.int16)
    large += np.random.default_rng(0).integers(-20, 21, large.shape, dtype=np.int16)
    assert not is_in_colour(np.clip(large, 0, 255).astype(np.uint8))


def test_a_stain_is_no_colour():
    """The tint is twice as strong at one edge as at the other."""
    lab = rgb_to_lab(toned(1.3, 14))
    lab[..., 1:] *= np.linspace(0.7, 1.4, lab.shape[1])[:, None]
    assert not is_in_colour(lab_to_rgb(lab.astype(np.float32), np.uint8))


@pytest.mark.parametrize("make", [colours, colours_16])
def test_colours_are_colour(make):
    """8 and 16 bits."""
    assert is_in_colour(make(60, 80))


def test_a_coloured_thing_in_a_grey_photo_is_colour():
    """A hand-tinted portrait, or a red coat in the snow."""
    rgb = grey()
    rgb[30:60, 40:80] = (180, 40, 50)
    assert is_in_colour(rgb)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (5, 7)])
def test_any_size_has_an_answer(size):
    """A single pixel is a tint."""
    spread = colour_spread(colours(*size))
    assert np.isfinite(spread)
    if size == (1, 1):
        assert spread < IN_COLOUR
