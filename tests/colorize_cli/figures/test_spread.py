"""Spread maps: the colours say what the numbers say."""

import cv2
import numpy as np
import pytest

from colorize_cli.figures.spread import SCALE_END, coloured, spread_map
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.photo import Photo


def photo(height=300, width=300) -> Photo:
    """Green, which is on no scale."""
    return Photo(rgb=np.full((height, width, 3), (0, 255, 0), np.uint8))


def places(page, color) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels of exactly this colour."""
    return np.nonzero((page == color).all(axis=2))


def test_the_scale_is_perceptually_uniform():
    """Lightness rises evenly from black to almost white: L is linear in the value."""
    values = np.linspace(0, SCALE_END, 101, dtype=np.float32)[None]
    L = rgb_to_lab(coloured(values))[0, :, 0]
    assert (np.diff(L) > -0.3).all()
    assert np.corrcoef(values[0], L)[0, 1] > 0.995
    assert L[0] < 2
    assert L[-1] > 90


def test_the_scale_ends_where_it_says():
    """What lies beyond has its last colour, and nothing lies below 0."""
    ends = coloured(np.float32([[0, SCALE_END]]))
    beyond = coloured(np.float32([[-1, 3 * SCALE_END]]))
    assert np.array_equal(ends, beyond)


@pytest.mark.parametrize("value", [2.1, 11.0])
def test_the_map_has_the_colour_of_its_values(value):
    """As large as the photo on the page."""
    deviation = np.full((8, 8), value, np.float32)
    page = spread_map("a.jpg", photo(), deviation, 8)
    shown = len(places(page, (0, 255, 0))[0])
    rows, _ = places(page, coloured(deviation)[0, 0])
    # The legend has this colour, too.
    assert shown <= len(rows) <= 1.05 * shown


@pytest.mark.parametrize("size", [(200, 400), (400, 200), (300, 300), (5, 900)])
def test_map_and_photo_do_not_overlap(size):
    """Below each other if the photo is wide, else beside each other."""
    deviation = np.full((8, 8), 12.0, np.float32)
    page = spread_map("a.jpg", photo(*size), deviation, 8)
    photo_rows, photo_columns = places(page, (0, 255, 0))
    map_rows, map_columns = places(page, coloured(deviation)[0, 0])
    if size[1] > size[0]:
        assert map_rows.min() > photo_rows.max()
    else:
        assert map_columns.min() == pytest.approx(photo_columns.max() + 13, abs=1)


def test_values_are_where_they_belong():
    """The upper left corner of the field is the upper left corner of the map."""
    deviation = np.zeros((16, 16), np.float32)
    deviation[:8, :8] = SCALE_END
    page = spread_map("a.jpg", photo(), deviation, 8)
    _, columns = places(page, (0, 255, 0))
    top, left = places(page, (0, 255, 0))[0].min(), columns.max() + 13
    side = columns.max() - columns.min() + 1
    map_ = cv2.resize(page[top : top + side, left : left + side], (2, 2))
    L = rgb_to_lab(map_)[..., 0]
    assert L[0, 0] > 80
    assert max(L[0, 1], L[1, 0], L[1, 1]) < 15
