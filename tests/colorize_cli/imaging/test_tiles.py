"""Windows of a photo at working size: cut, blend, sizes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorize_cli.imaging.tiles import MAX_ASPECT, MAX_GRID_ASPECT, TileGrid

sides = st.one_of(st.integers(1, 40), st.integers(1, 30000))


def field_of(grid: TileGrid) -> np.ndarray:
    """A random ab field over the whole grid, (2, height, width)."""
    shape = (2, grid.height, grid.width)
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


@given(height=sides, width=sides, multiple=st.sampled_from([4, 8, 16]))
def test_cut_then_blend_is_the_identity(height, width, multiple):
    """Windows of a field, blended, are the field, from 1 x 1 to any panorama."""
    grid = TileGrid.covering((height, width), 32, multiple)
    field = field_of(grid)
    windows = np.concatenate([grid.cut(plane) for plane in field], axis=1)
    assert np.allclose(grid.blend(windows), field, atol=1e-5)


@given(height=sides, width=sides, multiple=st.sampled_from([4, 8, 16]))
def test_windows_fit_the_network(height, width, multiple):
    """Sides are multiples, windows cover the grid, and their aspect is bounded."""
    grid = TileGrid.covering((height, width), 32, multiple)
    rows, columns = grid.tile
    assert rows % multiple == columns % multiple == 0
    assert max(grid.tile) <= MAX_ASPECT * min(grid.tile)
    long, window = max(grid.height, grid.width), max(grid.tile)
    assert grid.starts[0] == 0
    assert grid.starts[-1] + window == long
    assert long <= MAX_GRID_ASPECT * min(grid.height, grid.width)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((480, 640), (128, 176)), ((640, 480), (176, 128)), ((99, 99), (128, 128))],
)
def test_ordinary_photos_are_one_window_in_their_own_aspect(size, expected):
    """The short side has the working size, the long side the nearest multiple."""
    grid = TileGrid.covering(size, 128, 16)
    assert (grid.height, grid.width) == expected
    assert grid.tile == expected
    assert grid.starts == (0,)


def test_a_panorama_is_cut_along_its_long_axis():
    """Beyond MAX_ASPECT there are overlapping windows with the full short side."""
    grid = TileGrid.covering((100, 1000), 32, 16)
    assert grid.tile == (32, 32 * MAX_ASPECT)
    assert len(grid.starts) > 1
    assert TileGrid.covering((1000, 100), 32, 16).tile == (32 * MAX_ASPECT, 32)


def test_the_finer_cut_shows_the_same_places():
    """Windows of a plane at twice the size are the windows enlarged."""
    grid = TileGrid.covering((30, 400), 32, 16)
    plane = np.random.default_rng(0).random((grid.height, grid.width), np.float32)
    finer = plane.repeat(2, axis=0).repeat(2, axis=1)
    coarse = grid.cut(plane)
    assert np.array_equal(
        grid.cut(finer, 2), coarse.repeat(2, axis=2).repeat(2, axis=3)
    )


def test_a_plane_of_another_size_is_refused():
    """The error names both sizes."""
    grid = TileGrid.square(32)
    with pytest.raises(ValueError, match=r"\(16, 32\).*\(32, 32\)"):
        grid.cut(np.zeros((16, 32), np.float32))
