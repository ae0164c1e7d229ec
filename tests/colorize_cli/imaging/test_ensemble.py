"""Mean, medoid and deviation of samples whose colours are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorize_cli.imaging.ensemble import deviation, mean_field, medoid
from colorize_cli.imaging.metrics import spread


def flat(*colours: tuple[float, float]) -> np.ndarray:
    """One sample of a single colour per (a, b), (K, 2, 3, 4)."""
    return np.broadcast_to(
        np.array(colours, np.float32)[:, :, None, None], (len(colours), 2, 3, 4)
    )


def test_the_mean_is_taken_pixel_by_pixel():
    """Red and green make grey."""
    field = mean_field(flat((40, 10), (-40, 10)))
    assert field.dtype == np.float32
    np.testing.assert_array_equal(field, flat((0, 10))[0])


def test_the_medoid_is_the_one_in_the_middle():
    """An outlier pulls the mean, and is not chosen."""
    assert medoid(flat((0, 0), (10, 0), (12, 0), (90, 0), (14, 0))) == 4


def test_of_equals_the_first_is_the_medoid():
    """Two samples are equally far from their mean; so is one from itself."""
    assert medoid(flat((5, 0), (-5, 0))) == 0
    assert medoid(flat((5, 0))) == 0


@given(st.integers(0, 2**32 - 1), st.integers(3, 9))
def test_the_medoid_has_the_least_sum_of_squared_distances(seed, count):
    """To all samples, which is what a medoid is."""
    fields = np.random.default_rng(seed).normal(0, 20, (count, 2, 3, 4))
    fields = fields.astype(np.float32)
    apart = fields[:, None] - fields[None]
    distances = (apart.astype(np.float64) ** 2).sum(axis=(1, 2, 3, 4))
    assert medoid(fields) == distances.argmin()


def test_deviation_is_the_mean_of_both_channels():
    """Here a varies by 3 around its mean and b by 1."""
    expected = np.full((3, 4), 2.0, np.float32)
    np.testing.assert_allclose(deviation(flat((3, 1), (-3, -1))), expected)


def test_one_sample_does_not_deviate():
    """Nor do equal ones."""
    assert deviation(flat((7, 8))).max() == 0
    assert deviation(flat((7, 8), (7, 8))).max() == 0


def test_the_mean_deviation_is_the_metric():
    """What the ledger says is what benchmarks call spread."""
    fields = np.random.default_rng(0).normal(0, 9, (6, 2, 5, 7)).astype(np.float32)
    assert deviation(fields).mean() == pytest.approx(spread(fields), rel=1e-6)
