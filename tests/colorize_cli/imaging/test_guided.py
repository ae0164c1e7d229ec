"""The guided filter's lines."""

import numpy as np
import pytest

from colorize_cli.imaging.guided import guided_lines

RNG = np.random.default_rng(0)


def applied(ab, L, radius):
    """Colours from the lines, at the field's own size."""
    lines = guided_lines(ab, L, radius)
    return lines[:2] * L + lines[2:]


def test_radius_zero_is_the_field_itself():
    """No slope, and the field as offset."""
    ab = RNG.normal(0, 20, (2, 5, 7)).astype(np.float32)
    lines = guided_lines(ab, np.full((5, 7), 50, np.float32), 0)
    assert not lines[:2].any()
    assert np.array_equal(lines[2:], ab)


def test_one_colour_stays_that_colour():
    """Whatever the luminance does."""
    ab = np.full((2, 9, 9), 12.0, np.float32)
    L = RNG.uniform(0, 100, (9, 9)).astype(np.float32)
    assert applied(ab, L, 2) == pytest.approx(ab, abs=1e-3)


def test_noise_on_a_flat_luminance_is_averaged():
    """Two passes over 25 places leave less than a quarter of the deviation."""
    ab = RNG.normal(0, 10, (2, 40, 40)).astype(np.float32)
    smooth = applied(ab, np.full((40, 40), 50, np.float32), 2)
    assert smooth.std() < ab.std() / 4


def test_an_edge_of_the_luminance_stays_an_edge_of_colour():
    """Colour that follows L keeps 85 % of its step, right at the edge."""
    L = np.full((20, 20), 20, np.float32)
    L[:, 10:] = 80
    ab = np.stack([L / 2, -L / 2])
    result = applied(ab, L, 2)
    step = result[0, :, 10] - result[0, :, 9]
    assert (step > 0.85 * 30).all()
