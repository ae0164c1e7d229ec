"""The formulas against the tutorial's coefficients and against each other."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from colorize_cli.diffusion.process import (
    add_noise,
    continuation,
    ddim_step,
    ddpm_step,
    dpm_step,
    eta_step,
    predict_clean,
    prediction_target,
)
from colorize_cli.diffusion.schedule import NoiseSchedule
from tests.tutorial import BETA_SCHEDULE, UNET_CONFIG, ColorDiffusion

SHAPE = (2, 2, 3, 5)
KINDS = ("epsilon", "v")
inner_gammas = st.floats(0.01, 0.99)


def pair(dtype=np.float32):
    """Clean ab and noise, both (2, 2, 3, 5)."""
    generator = np.random.default_rng(0)
    y0 = generator.uniform(-1, 1, SHAPE).astype(dtype)
    return y0, generator.standard_normal(SHAPE).astype(dtype)


def gamma_pairs():
    """(gamma, gamma_next) with gamma < gamma_next, away from 0 and 1."""
    return (
        st.tuples(inner_gammas, inner_gammas)
        .map(sorted)
        .filter(lambda pair: pair[1] - pair[0] > 1e-3)
    )


@given(gamma=inner_gammas, kind=st.sampled_from(KINDS))
def test_predict_clean_inverts_add_noise(gamma, kind):
    """The right answer for noisy ab implies the ab that it was made of."""
    y0, eps = pair(np.float64)
    y = add_noise(y0, eps, gamma)
    target = prediction_target(y0, eps, gamma, kind)
    assert np.allclose(predict_clean(y, target, gamma, kind), y0)


def test_v_reaches_pure_noise():
    """At gamma 0 the target of v is -y0, so the clean estimate exists."""
    y0, eps = pair()
    assert np.array_equal(add_noise(y0, eps, 0.0), eps)
    target = prediction_target(y0, eps, 0.0, "v")
    assert np.array_equal(target, -y0)
    assert np.array_equal(predict_clean(eps, target, 0.0, "v"), y0)


@given(gamma=inner_gammas)
def test_add_noise_keeps_unit_variance(gamma):
    """The squares of the two weights sum to 1."""
    signal = add_noise(np.ones(1), np.zeros(1), gamma)
    noise = add_noise(np.zeros(1), np.ones(1), gamma)
    assert signal**2 + noise**2 == pytest.approx(1)


@given(gamma=st.floats(0, 0.99))
def test_ddim_step_to_clean_gives_the_estimate(gamma):
    """With gamma_next 1 nothing of the noise is kept."""
    y0, y = pair(np.float64)
    assert np.allclose(ddim_step(y, y0, gamma, 1.0), y0)


@given(gammas=gamma_pairs())
def test_ddim_step_moves_along_the_forward_path(gammas):
    """With the true y0, the step from one noise level lands on the other, same eps."""
    gamma, gamma_next = gammas
    y0, eps = pair(np.float64)
    moved = ddim_step(add_noise(y0, eps, gamma), y0, gamma, gamma_next)
    assert np.allclose(moved, add_noise(y0, eps, gamma_next))


@given(gammas=gamma_pairs())
def test_ddpm_step_keeps_the_marginal(gammas):
    """With the true y0, mean and variance after the step are those of q(y | y0)."""
    gamma, gamma_next = gammas

    def mean_and_std(y0: float, noise_std: float) -> tuple[float, float]:
        mean = ddpm_step(gamma**0.5 * y0, y0, gamma, gamma_next, draw=lambda: 0.0)
        of_y = ddpm_step(1.0, 0.0, gamma, gamma_next, draw=lambda: 0.0)
        drawn = ddpm_step(0.0, 0.0, gamma, gamma_next, draw=lambda: 1.0)
        return mean, ((of_y * noise_std) ** 2 + drawn**2) ** 0.5

    mean, std = mean_and_std(0.7, (1 - gamma) ** 0.5)
    assert mean == pytest.approx(gamma_next**0.5 * 0.7)
    assert std == pytest.approx((1 - gamma_next) ** 0.5)


def test_ddpm_step_has_the_tutorials_coefficients():
    """Weights of y0 and y and the variance equal the tutorial's registered buffers."""
    model = ColorDiffusion(UNET_CONFIG | {"channel_mults": [1]}, BETA_SCHEDULE)
    model.set_new_noise_schedule("cpu")
    transitions = list(NoiseSchedule.linear(20, 1e-4, 0.09).transitions())
    for t, (gamma, gamma_next) in enumerate(reversed(transitions)):
        assert gamma == pytest.approx(float(model.gammas[t]), rel=1e-6)
        of_y0 = ddpm_step(0.0, 1.0, gamma, gamma_next, draw=lambda: 0.0)
        of_y = ddpm_step(1.0, 0.0, gamma, gamma_next, draw=lambda: 0.0)
        drawn = ddpm_step(0.0, 0.0, gamma, gamma_next, draw=lambda: 1.0)
        assert of_y0 == pytest.approx(float(model.posterior_mean_coef1[t]), rel=1e-5)
        assert of_y == pytest.approx(float(model.posterior_mean_coef2[t]), rel=1e-5)
        std = float((0.5 * model.posterior_log_variance_clipped[t]).exp())
        # The tutorial clips log(0) at 1e-20 and draws no noise there.
        assert drawn == pytest.approx(std if t else 0.0, rel=1e-5)


def test_last_ddpm_step_draws_no_noise():
    """The step to gamma 1 returns the estimate and leaves the generator alone."""
    y0, y = pair()

    def draw():
        raise AssertionError("the last step must not draw")

    assert ddpm_step(y, y0, 0.99, 1.0, draw=draw) is y0


@pytest.mark.parametrize("gammas", [(0.0, 0.4), (0.3, 0.6), (0.9, 1.0)])
def test_eta_step_lies_between_ddim_and_ddpm(gammas):
    """Eta 0 is the one, 1 the other, also from pure noise and to clean."""
    y0, y = pair(np.float64)
    noise = np.random.default_rng(1).standard_normal(y.shape)

    def draw():
        return noise

    none = eta_step(y, y0, *gammas, draw=draw, eta=0.0)
    assert np.allclose(none, ddim_step(y, y0, *gammas))
    whole = eta_step(y, y0, *gammas, draw=draw, eta=1.0)
    assert np.allclose(whole, ddpm_step(y, y0, *gammas, draw=draw))


@given(gammas=gamma_pairs(), eta=st.floats(0, 1))
def test_eta_step_keeps_the_marginal(gammas, eta):
    """With the true y0, mean and variance after the step are those of q(y | y0)."""
    gamma, gamma_next = gammas

    def step(y, y0, noise):
        return eta_step(y, y0, gamma, gamma_next, draw=lambda: noise, eta=eta)

    assert step(gamma**0.5 * 0.7, 0.7, 0.0) == pytest.approx(gamma_next**0.5 * 0.7)
    variance = step(1.0, 0.0, 0.0) ** 2 * (1 - gamma) + step(0.0, 0.0, 1.0) ** 2
    assert variance == pytest.approx(1 - gamma_next)


def test_dpm_step_continues_the_line_in_log_snr():
    """An estimate that is linear in log-SNR is taken at the middle of the step."""
    levels = (-2.0, -0.5, 2.5)
    before, gamma, gamma_next = (1 / (1 + math.exp(-level)) for level in levels)
    y, _ = pair(np.float64)
    found = dpm_step(y, -0.5 * y, gamma, gamma_next, before=(-2.0 * y, before))
    middle = (levels[1] + levels[2]) / 2
    assert np.allclose(found, ddim_step(y, middle * y, gamma, gamma_next))


@pytest.mark.parametrize("gammas", [(0.0, 0.1, 0.3), (0.2, 0.5, 1.0)])
def test_dpm_step_is_of_first_order_beside_an_infinite_log_snr(gammas):
    """After pure noise and before clean there is no line to continue."""
    assert continuation(*gammas) == 0
    y0, y = pair(np.float64)
    found = dpm_step(y, y0, gammas[1], gammas[2], before=(y, gammas[0]))
    assert np.array_equal(found, ddim_step(y, y0, *gammas[1:]))


def test_first_dpm_step_is_a_ddim_step():
    """Without an estimate before there is nothing to continue."""
    y0, y = pair()
    found = dpm_step(y, y0, 0.0, 0.1, before=None)
    assert np.array_equal(found, ddim_step(y, y0, 0.0, 0.1))


@pytest.mark.parametrize("kind", KINDS)
def test_float32_arrays_stay_float32(kind):
    """No formula widens NumPy float32 when gamma is a Python float."""
    y0, eps = pair()
    y = add_noise(y0, eps, 0.3)
    results = [
        y,
        prediction_target(y0, eps, 0.3, kind),
        predict_clean(y, eps, 0.3, kind),
        ddim_step(y, y0, 0.3, 0.6),
        ddpm_step(y, y0, 0.3, 0.6, draw=lambda: eps),
        dpm_step(y, y0, 0.3, 0.6, before=(eps, 0.1)),
        eta_step(y, y0, 0.3, 0.6, draw=lambda: eps),
    ]
    assert {result.dtype for result in results} == {np.dtype(np.float32)}


@pytest.mark.parametrize("kind", KINDS)
def test_tensors_give_what_arrays_give(kind):
    """The trainer's tensors and the sampler's arrays go through the same formulas."""
    y0, eps = pair()
    t0, teps = torch.from_numpy(y0), torch.from_numpy(eps)
    y, ty = add_noise(y0, eps, 0.3), add_noise(t0, teps, 0.3)
    pairs = [
        (y, ty),
        (
            prediction_target(y0, eps, 0.3, kind),
            prediction_target(t0, teps, 0.3, kind),
        ),
        (predict_clean(y, eps, 0.3, kind), predict_clean(ty, teps, 0.3, kind)),
        (ddim_step(y, y0, 0.3, 0.6), ddim_step(ty, t0, 0.3, 0.6)),
        (
            ddpm_step(y, y0, 0.3, 0.6, draw=lambda: eps),
            ddpm_step(ty, t0, 0.3, 0.6, draw=lambda: teps),
        ),
        (
            dpm_step(y, y0, 0.3, 0.6, before=(eps, 0.1)),
            dpm_step(ty, t0, 0.3, 0.6, before=(teps, 0.1)),
        ),
    ]
    for array, tensor in pairs:
        assert np.allclose(array, tensor.numpy(), atol=1e-6)


def test_gamma_may_differ_per_row():
    """A gamma of shape (B, 1, 1, 1) treats each row as its own float would."""
    y0, eps = (torch.from_numpy(each) for each in pair())
    gammas = torch.tensor([0.2, 0.8])[:, None, None, None]
    together = add_noise(y0, eps, gammas)
    apart = [add_noise(y0[i], eps[i], float(gammas[i])) for i in range(2)]
    assert torch.allclose(together, torch.stack(apart))
