"""Five numbers are a whole step."""

import numpy as np
import pytest

from colorize_cli.diffusion.coefficients import step_coefficients
from colorize_cli.diffusion.process import ddim_step, ddpm_step, predict_clean
from colorize_cli.diffusion.schedule import NoiseSchedule


@pytest.mark.parametrize("kind", ["v", "epsilon"])
@pytest.mark.parametrize("sampler", ["ddpm", "ddim"])
def test_the_weighted_sums_are_the_step(kind, sampler):
    """On every transition, the first from pure noise and the last to clean included."""
    schedule = NoiseSchedule.cosine(7)
    if kind == "epsilon":
        schedule = NoiseSchedule.linear(7, 1e-4, 0.09)
    rng = np.random.default_rng(0)
    for gamma, gamma_next in schedule.transitions():
        y, predicted, noise = rng.standard_normal((3, 2, 4, 4))
        y0 = predict_clean(y, predicted, gamma, kind).clip(-1, 1)
        if sampler == "ddim":
            wanted = ddim_step(y, y0, gamma, gamma_next)
        else:
            wanted = ddpm_step(y, y0, gamma, gamma_next, draw=lambda n=noise: n)
        by = step_coefficients(gamma, gamma_next, kind, sampler)
        y0 = (by.from_y * y + by.from_prediction * predicted).clip(-1, 1)
        found = by.clean * y0 + by.noisy * y + by.drawn * noise
        np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("sampler", ["ddpm", "ddim"])
def test_the_last_step_is_the_clean_estimate(sampler):
    """No noise is added at the end, whatever the sampler."""
    by = step_coefficients(0.9, 1.0, "v", sampler)
    assert (by.clean, by.noisy, by.drawn) == (1, 0, 0)
