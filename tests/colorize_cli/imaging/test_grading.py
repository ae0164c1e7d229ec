"""Saturation and temperature."""

import numpy as np

from colorize_cli.imaging.grading import Grade

AB = np.random.default_rng(0).normal(0, 20, (2, 5, 6)).astype(np.float32)


def test_the_default_changes_nothing():
    """Not a bit of it."""
    assert Grade().is_neutral
    assert Grade().applied(AB) is AB


def test_saturation_scales_both_channels():
    """Twice as far from grey; grey at 0."""
    before = AB.copy()
    np.testing.assert_array_equal(Grade(saturation=2).applied(AB), 2 * AB)
    assert not Grade(saturation=0).applied(AB).any()
    np.testing.assert_array_equal(AB, before)


def test_temperature_shifts_b_alone():
    """By so many Lab units, whatever the saturation."""
    warm = Grade(saturation=0.5, temperature=8).applied(AB)
    assert warm.dtype == np.float32
    np.testing.assert_array_equal(warm[0], AB[0] / 2)
    np.testing.assert_allclose(warm[1], AB[1] / 2 + 8, rtol=1e-6)


def test_many_fields_are_graded_at_once():
    """Leading axes are samples or windows."""
    many = np.stack([AB, -AB, AB])
    graded = Grade(saturation=1.5, temperature=-3).applied(many)
    for one, field in zip(graded, many, strict=True):
        alone = Grade(saturation=1.5, temperature=-3).applied(field)
        np.testing.assert_array_equal(one, alone)
