"""Noise schedules: known values, order, rescaling, respacing."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorize_cli.diffusion.schedule import NoiseSchedule

TUTORIAL = NoiseSchedule.linear(20, 1e-4, 0.09)


def test_linear_is_the_tutorials_cumulative_product():
    """The seed's 20 steps end at gamma_T = 0.3945 and start at 1 - 1e-4."""
    betas = np.linspace(1e-4, 0.09, 20)
    assert np.array_equal(np.cumprod(1 - betas)[::-1], TUTORIAL.gammas)
    assert TUTORIAL.gammas[0] == pytest.approx(0.3945, abs=5e-5)
    assert TUTORIAL.gammas[-1] == pytest.approx(1 - 1e-4)


def test_linear_has_the_gamma_of_ddpm():
    """DDPM's 1000 steps from 1e-4 to 0.02 end at 4.0e-5."""
    assert NoiseSchedule.linear(1000, 1e-4, 0.02).gammas[0] == pytest.approx(
        4.0e-5, rel=0.02
    )


def test_zero_terminal_snr_starts_from_pure_noise():
    """Rescaling moves the first gamma to 0 and leaves the last where it was."""
    rescaled = TUTORIAL.zero_terminal_snr()
    assert rescaled.gammas[0] == 0.0
    assert rescaled.gammas[-1] == pytest.approx(TUTORIAL.gammas[-1])


def test_zero_terminal_snr_shifts_amplitudes_evenly():
    """Algorithm 1 of Lin et al.: amplitude differences keep their proportions."""
    before = np.diff(np.sqrt(TUTORIAL.gammas))
    after = np.diff(np.sqrt(TUTORIAL.zero_terminal_snr().gammas))
    assert np.allclose(after / before, after[0] / before[0])


def test_cosine_angles_are_even():
    """Angles fall evenly from pi / 2; the first gamma is exactly 0."""
    schedule = NoiseSchedule.cosine(4)
    assert schedule.gammas[0] == 0.0
    angles = np.arccos(np.sqrt(schedule.gammas))
    assert np.allclose(angles, np.array([4, 3, 2, 1]) * math.pi / 8)
    assert schedule.gammas[2] == pytest.approx(0.5)


def test_log_snr_is_even_between_its_ends():
    """log(gamma / (1 - gamma)) runs in equal steps between the two ends given."""
    gammas = np.array(NoiseSchedule.log_snr(6, -6, 9).gammas)
    assert np.allclose(np.log(gammas / (1 - gammas)), [-6, -3, 0, 3, 6, 9])


@pytest.mark.parametrize(
    "schedule",
    [TUTORIAL, NoiseSchedule.cosine(20), NoiseSchedule.log_snr(20, -6, 9)],
    ids=["linear", "cosine", "log_snr"],
)
def test_respacing_to_the_same_count_changes_nothing(schedule):
    """respaced(n) of an n-step schedule is that schedule."""
    assert schedule.respaced(len(schedule.gammas)) == schedule


@given(step_count=st.integers(1, 200), kind=st.sampled_from(["linear", "cosine"]))
def test_respacing_keeps_the_noise_level_of_the_start(step_count, kind):
    """However many steps, the first gamma is the original's and there are n of them."""
    schedule = TUTORIAL if kind == "linear" else NoiseSchedule.cosine(20)
    respaced = schedule.respaced(step_count)
    assert respaced.gammas[0] == schedule.gammas[0]
    assert len(respaced.gammas) == step_count


def test_respaced_cosine_is_the_cosine_of_that_count():
    """Even angles stay even, so cosine schedules respace into each other."""
    respaced = NoiseSchedule.cosine(20).respaced(8)
    assert np.allclose(respaced.gammas, NoiseSchedule.cosine(8).gammas)


def test_respacing_by_a_divisor_visits_a_subset():
    """Half the steps are every second one of the original."""
    assert np.allclose(TUTORIAL.respaced(10).gammas, TUTORIAL.gammas[::2])


@pytest.mark.parametrize("step_count", [1, 2, 5, 40])
@pytest.mark.parametrize(
    "schedule",
    [TUTORIAL, NoiseSchedule.cosine(20), NoiseSchedule.cosine(1)],
    ids=["linear", "cosine", "one step"],
)
def test_even_log_snr_starts_where_the_schedule_does(schedule, step_count):
    """Pure noise stays pure noise, another first gamma stays what it is."""
    spaced = schedule.even_in_log_snr(step_count)
    assert len(spaced.gammas) == step_count
    assert spaced.gammas[0] == pytest.approx(schedule.gammas[0])


def test_log_snr_is_even_between_a_schedules_ends():
    """The cleanest level is the schedule's, but no cleaner than 4."""
    gammas = np.array(TUTORIAL.even_in_log_snr(6).gammas)
    rises = np.diff(np.log(gammas / (1 - gammas)))
    assert np.allclose(rises, rises[0])
    assert gammas[-1] == pytest.approx(1 / (1 + math.exp(-4)))
    half = NoiseSchedule(TUTORIAL.gammas[:10])
    assert half.even_in_log_snr(6).gammas[-1] == pytest.approx(half.gammas[-1])


def test_levels_that_are_all_outside_are_respaced():
    """Where nothing lies between -10 and 4, the schedule's own levels are taken."""
    clean = NoiseSchedule((0.99, 0.995, 0.999))
    assert clean.even_in_log_snr(2) == clean.respaced(2)


def test_transitions_end_clean():
    """Each step starts where the one before stopped; the last one stops at 1."""
    pairs = list(TUTORIAL.transitions())
    assert [gamma for gamma, _ in pairs] == list(TUTORIAL.gammas)
    assert all(a[1] == b[0] for a, b in itertools.pairwise(pairs))
    assert pairs[-1][1] == 1.0


def test_gammas_are_python_floats():
    """NumPy scalars would turn float32 arrays into float64."""
    schedules = [
        TUTORIAL,
        TUTORIAL.zero_terminal_snr(),
        TUTORIAL.respaced(7),
        TUTORIAL.even_in_log_snr(7),
        NoiseSchedule.cosine(5),
        NoiseSchedule.log_snr(5, -6, 9),
    ]
    assert {type(g) for schedule in schedules for g in schedule.gammas} == {float}


@pytest.mark.parametrize(
    "gammas",
    [(), (0.5, 0.5), (0.9, 0.1), (-0.1, 0.5), (0.5, 1.0), (math.nan, 0.5)],
    ids=["empty", "equal", "falling", "negative", "clean", "nan"],
)
def test_gammas_must_rise_within_zero_and_one(gammas):
    """A schedule that is empty, not strictly rising or out of range is refused."""
    with pytest.raises(ValueError, match=r"schedule|gammas"):
        NoiseSchedule(gammas)
