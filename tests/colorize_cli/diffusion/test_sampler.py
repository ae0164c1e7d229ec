"""The reverse loop under denoisers whose answer is known; no network."""

import itertools
from functools import partial

import numpy as np
import pytest

from colorize_cli.diffusion.sampler import reverse, step_of
from colorize_cli.diffusion.schedule import NoiseSchedule
from tests.closed_form import gaussian, point_mass

SHAPE = (2, 2, 8, 12)
SCHEDULES = {
    "linear": lambda n: NoiseSchedule.linear(n, 1e-4, 0.09),
    "log_snr": lambda n: NoiseSchedule.log_snr(n, -6, 9),
    "cosine": NoiseSchedule.cosine,
}
STEPS = ("ddpm", "eta", "ddim", "dpm")


def noisy_input(shape=SHAPE, seed=0):
    """Network input: L in channel 0, standard normal noise in the other two."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((shape[0], 3, *shape[2:]), dtype=np.float32)
    x[:, 0] = generator.uniform(-1, 1, x[:, 0].shape)
    return x


def make_step(name: str, shape=SHAPE, seed: int = 1):
    """One of the update rules, with its own noise source."""
    generator = np.random.default_rng(seed)
    draw = partial(generator.standard_normal, shape, dtype=np.float32)
    return step_of(name, draw)


def target_picture():
    """Clean ab in (-1, 1)."""
    return np.random.default_rng(2).uniform(-0.9, 0.9, SHAPE).astype(np.float32)


@pytest.mark.parametrize("step_count", [1, 2, 5, 20, 50])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize(
    ("kind", "schedule"),
    [
        ("epsilon", "linear"),
        ("epsilon", "log_snr"),
        ("v", "linear"),
        ("v", "log_snr"),
        ("v", "cosine"),
    ],
)
def test_point_mass_is_reached_whatever_the_path(kind, schedule, step, step_count):
    """If all data is one picture, any number of steps of any kind returns it.

    `v` with `cosine` starts at gamma 0, zero terminal signal-to-noise ratio.
    """
    target = target_picture()
    y = reverse(
        point_mass(target, kind),
        noisy_input(),
        SCHEDULES[schedule](step_count),
        step=make_step(step),
        prediction=kind,
        clip=1.0,
    )
    assert y.dtype == np.float32
    assert np.abs(y - target).max() < 5e-5


@pytest.mark.parametrize("kind", ["epsilon", "v"])
@pytest.mark.parametrize("step", ["ddpm", "eta", "ddim"])
def test_spread_of_gaussian_data_converges_with_the_step_count(step, kind):
    """More steps bring the outputs' std nearer to the data's, up to 3 %."""
    std, shape = 0.2, (1, 2, 64, 64)
    errors = []
    for step_count in (10, 40, 160, 640):
        y = reverse(
            gaussian(std, kind),
            noisy_input(shape),
            NoiseSchedule.log_snr(step_count, -9, 9),
            step=make_step(step, shape),
            prediction=kind,
            clip=10.0,
        )
        errors.append(abs(float(y.std()) - std) / std)
    assert errors[0] > errors[1] > 2 * errors[-1]
    assert errors[-1] < 0.03


def error_on_gaussian_data(sampler: str, step_count: int) -> float:
    """How far log-SNR -4 to 4 ends from the exact solution for N(0, 0.5^2), relative.

    The noisy variance is gamma std^2 + 1 - gamma, and y keeps its place in it.
    """
    variance = 0.5**2
    gammas = NoiseSchedule.log_snr(step_count + 1, -4, 4).gammas
    step, y = step_of(sampler, lambda: 0.0), 1.0
    for gamma, gamma_next in itertools.pairwise(gammas):
        y0 = gamma**0.5 * variance / (gamma * variance + 1 - gamma) * y
        y = step(y, y0, gamma, gamma_next)
    start, end = (g * variance + 1 - g for g in (gammas[0], gammas[-1]))
    exact = (end / start) ** 0.5
    return abs(y - exact) / exact


@pytest.mark.parametrize(("sampler", "order"), [("ddim", 1), ("dpm", 2)])
def test_error_falls_with_the_order_of_the_solver(sampler, order):
    """Twice the steps: half the error for ddim, a quarter for dpm."""
    errors = [error_on_gaussian_data(sampler, n) for n in (40, 80, 160)]
    for coarse, fine in itertools.pairwise(errors):
        assert coarse / fine == pytest.approx(2**order, rel=0.1)


def test_ten_steps_of_dpm_are_nearer_than_thirty_of_ddim():
    """What the second order is for: few steps."""
    assert error_on_gaussian_data("dpm", 10) < error_on_gaussian_data("ddim", 30)


def test_luminance_is_not_changed():
    """Channel 0 leaves the loop bit for bit as it came, and the denoiser saw it."""
    x = noisy_input()
    luminance = x[:, 0].copy()
    seen = []

    def denoiser(x, gamma):
        seen.append(x[:, 0].copy())
        return np.zeros(SHAPE, np.float32)

    reverse(
        denoiser,
        x,
        NoiseSchedule.cosine(3),
        step=make_step("ddim"),
        prediction="v",
        clip=1.0,
    )
    assert np.array_equal(x[:, 0], luminance)
    assert all(np.array_equal(each, luminance) for each in seen)


def test_denoiser_is_called_once_per_step_with_the_schedules_gammas():
    """The network is asked at each gamma, noisiest first."""
    schedule = NoiseSchedule.cosine(6)
    gammas = []

    def denoiser(x, gamma):
        gammas.append(gamma)
        return np.zeros(SHAPE, np.float32)

    reverse(
        denoiser,
        noisy_input(),
        schedule,
        step=make_step("ddpm"),
        prediction="v",
        clip=1.0,
    )
    assert tuple(gammas) == schedule.gammas


def test_estimates_are_clamped():
    """A denoiser that points far outside is held at the clip."""
    target = np.full(SHAPE, 5.0, np.float32)
    y = reverse(
        point_mass(target, "v"),
        noisy_input(),
        NoiseSchedule.cosine(4),
        step=make_step("ddpm"),
        prediction="v",
        clip=1.5,
    )
    assert np.array_equal(y, np.full(SHAPE, 1.5, np.float32))


def test_on_step_sees_every_step():
    """The callback gets gamma, y before the step and the clean estimate made of it."""
    target, start = target_picture(), noisy_input()
    schedule = NoiseSchedule.cosine(5)
    calls = []
    y = reverse(
        point_mass(target, "v"),
        start.copy(),
        schedule,
        step=make_step("ddim"),
        prediction="v",
        clip=1.0,
        on_step=lambda *call: calls.append((call[0], call[1].copy(), call[2])),
    )
    assert [call[0] for call in calls] == [*schedule.gammas]
    assert np.array_equal(calls[0][1], start[:, 1:])
    assert np.array_equal(calls[-1][2], y)
    assert all(np.abs(y0 - target).max() < 1e-4 for _, _, y0 in calls)
