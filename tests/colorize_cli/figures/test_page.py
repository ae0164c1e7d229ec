"""Photos made to fit a page."""

import numpy as np
import pytest

from colorize_cli.figures.page import fitted_size, thumbnail
from colorize_cli.imaging.photo import Photo


class TestFittedSize:
    """Height and width on a page."""

    @pytest.mark.parametrize("size", [(3000, 4000), (60, 80), (400, 300), (500, 500)])
    def test_ordinary_photos_have_one_area(self, size):
        """And keep their aspect ratio, whatever their size."""
        height, width = fitted_size(size, 120_000)
        assert height * width == pytest.approx(120_000, rel=0.01)
        assert height / width == pytest.approx(size[0] / size[1], rel=0.01)

    @pytest.mark.parametrize("size", [(3, 20_000), (20_000, 3), (1, 1), (100, 10_000)])
    def test_strips_stay_within_bounds(self, size):
        """Neither a line nor a mile long."""
        fitted = fitted_size(size, 120_000)
        assert min(fitted) >= 24
        assert max(fitted) <= 1600


class TestThumbnail:
    """What is shown of a photo."""

    def test_sixteen_bits_become_eight(self):
        """White stays white and a level its nearest."""
        rgb = np.full((10, 20, 3), 65535, np.uint16)
        rgb[:, :10] = 257 * 100
        small = thumbnail(Photo(rgb=rgb), (5, 10))
        assert small.dtype == np.uint8
        assert small.shape == (5, 10, 3)
        assert (small[:, 0] == 100).all()
        assert (small[:, -1] == 255).all()

    def test_transparent_is_white(self):
        """As paper shows it; half transparent is half white."""
        alpha = np.array([[0, 255, 51]], np.uint8)
        photo = Photo(rgb=np.full((1, 3, 3), 100, np.uint8), alpha=alpha)
        assert thumbnail(photo, (1, 3))[0, :, 0].tolist() == [255, 100, 224]

    def test_small_photos_are_enlarged(self):
        """A flat one stays flat."""
        small = thumbnail(Photo(rgb=np.full((2, 3, 3), 77, np.uint8)), (200, 300))
        assert small.shape == (200, 300, 3)
        assert (small == 77).all()
