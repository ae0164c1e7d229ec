"""Five numbers are a whole step."""

import numpy as np
import pytest

from colorize_cli.diffusion.coefficients import step_coefficients
from colorize_cli.diffusion.process import predict_clean
from colorize_cli.diffusion.sampler import step_of
from colorize_cli.diffusion.schedule import NoiseSchedule


@pytest.mark.parametrize("kind", ["v", "epsilon"])
@pytest.mark.parametrize("sampler", ["ddpm", "eta", "ddim", "dpm"])
def test_the_weighted_sums_are_the_step(kind, sampler):
    """On every transition, the first from pure noise and the last to clean included."""
    schedule = NoiseSchedule.cosine(7)
    if kind == "epsilon":
        schedule = NoiseSchedule.linear(7, 1e-4, 0.09)
    rng = np.random.default_rng(0)
    noises = rng.standard_normal((7, 2, 4, 4))
    draws = iter(noises)
    step = step_of(sampler, lambda: next(draws))
    before, y0_before = None, noises[0]
    for (gamma, gamma_next), noise in zip(schedule.transitions(), noises, strict=True):
        y, predicted = rng.standard_normal((2, 2, 4, 4))
        y0 = predict_clean(y, predicted, gamma, kind).clip(-1, 1)
        wanted = step(y, y0, gamma, gamma_next)
        by = step_coefficients(gamma, gamma_next, kind, sampler, before)
        other = y0_before if sampler == "dpm" else noise
        y0 = (by.from_y * y + by.from_prediction * predicted).clip(-1, 1)
        found = by.clean * y0 + by.noisy * y + by.extra * other
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)
        before, y0_before = gamma, y0


@pytest.mark.parametrize("sampler", ["ddpm", "eta", "ddim", "dpm"])
def test_the_last_step_is_the_clean_estimate(sampler):
    """No noise is added at the end, whatever the sampler."""
    by = step_coefficients(0.9, 1.0, "v", sampler, 0.5)
    assert (by.clean, by.noisy, by.extra) == (1, 0, 0)
