"""The training loss and the noise levels it is taken at."""

import math

import pytest
import torch

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model.config import ModelConfig
from trainer.config import LossConfig
from trainer.draws import draw
from trainer.loss import (
    USUAL_CHROMA,
    angle_gammas,
    colour_weights,
    denoising_loss,
    level_weights,
    log_snr_gammas,
    neighbour_gammas,
)
from trainer.schedule import ScheduleConfig


def test_angles_are_one_to_a_slice():
    """The k-th gamma lies in the k-th of B equal slices of the angle."""
    gamma = angle_gammas(50, torch.Generator().manual_seed(0)).double()
    slices = torch.arccos(gamma.sqrt()) / (math.pi / 2) * 50
    assert torch.equal(slices.floor(), torch.arange(50.0, dtype=torch.float64))


def test_log_snr_is_spread_evenly_between_its_ends():
    """The k-th level lies in the k-th of B equal slices, cleanest first."""
    gamma = log_snr_gammas(50, (-12.0, 4.0), torch.Generator().manual_seed(0))
    slices = (4 - torch.logit(gamma.double())) / 16 * 50
    assert torch.equal(slices.floor(), torch.arange(50.0, dtype=torch.float64))


def test_training_may_draw_other_levels_than_sampling_visits():
    """Levels of log-SNR for a model that samples along the cosine schedule."""
    schedule = ScheduleConfig(
        kind="cosine", training="log_snr", training_ends=(-3.0, -1.0)
    )
    drawn = draw(schedule, 64, 4, torch.Generator().manual_seed(0)).gamma.logit()
    assert drawn.min() >= -3
    assert drawn.max() <= -1
    assert schedule.build() == NoiseSchedule.cosine(20)


def test_ends_of_training_rise():
    """Noisiest first."""
    with pytest.raises(ValueError, match="training_ends must rise, got 4 and -12"):
        ScheduleConfig(training_ends=(4.0, -12.0))


def test_neighbour_gammas_follow_the_schedule():
    """Every pair of neighbours is drawn from about equally often."""
    schedule = NoiseSchedule.linear(5, 1e-4, 0.3)
    gamma = neighbour_gammas(4000, schedule, torch.Generator().manual_seed(0))
    counts = torch.histogram(gamma, torch.tensor(schedule.gammas)).hist
    assert counts.sum() == 4000
    assert (counts / 1000 - 1).abs().max() < 0.1


@pytest.mark.parametrize("kind", ["epsilon", "v", "x0"])
def test_network_that_knows_the_noise_has_no_loss(kind):
    """The target is what the prediction is defined as."""
    generator = torch.Generator().manual_seed(0)
    L = torch.zeros(3, 1, 4, 4)
    y0 = torch.randn(3, 2, 4, 4, generator=generator)
    eps = torch.randn(3, 2, 4, 4, generator=generator)
    gamma = torch.tensor([0.1, 0.5, 0.9])

    def oracle(x, level, luminance, keep):
        """Solve y = sqrt(gamma) y0 + sqrt(1 - gamma) eps for the answer."""
        g = level[:, None, None, None]
        noise = (x[:, 1:] - g.sqrt() * y0) / (1 - g).sqrt()
        v = g.sqrt() * noise - (1 - g).sqrt() * y0
        return {"epsilon": noise, "v": v, "x0": y0}[kind]

    loss = denoising_loss(oracle, L, y0, None, gamma, eps, kind)
    assert loss < 1e-10


def test_silent_network_has_the_loss_of_the_noise():
    """Predicting zero costs the variance of the noise, 1."""
    eps = torch.randn(8, 2, 16, 16, generator=torch.Generator().manual_seed(0))
    gamma = torch.full((8,), 0.5)

    def silent(x, level, luminance, keep):
        return torch.zeros_like(x[:, 1:])

    L, y0 = torch.zeros(8, 1, 16, 16), torch.zeros_like(eps)
    loss = denoising_loss(silent, L, y0, None, gamma, eps, "epsilon")
    assert loss == pytest.approx(1, abs=0.05)


def test_flat_weighting_weighs_every_level_alike():
    """The plain loss."""
    weights = level_weights(torch.tensor([0.0, 0.5, 1.0]), "v", LossConfig())
    assert torch.equal(weights.flatten(), torch.ones(3))


@pytest.mark.parametrize("weighting", ["x0", "min_snr", "sigmoid"])
def test_a_level_weighs_the_same_whatever_is_predicted(weighting):
    """The weighted errors of epsilon, v and x0 are one error in three scales.

    An error d in x0 is an error d sqrt(SNR) in epsilon and d / sqrt(1 - gamma) in v.
    """
    config = LossConfig(weighting=weighting, level=2.0)
    gamma = torch.tensor([0.05, 0.5, 0.9])
    snr = gamma / (1 - gamma)
    of_clean = level_weights(gamma, "x0", config).flatten()
    of_epsilon = level_weights(gamma, "epsilon", config).flatten() * snr
    of_v = level_weights(gamma, "v", config).flatten() / (1 - gamma)
    assert of_epsilon == pytest.approx(of_clean, rel=1e-4)
    assert of_v == pytest.approx(of_clean, rel=1e-4)


def test_min_snr_stops_at_its_level():
    """The weight of the error in x0 is the SNR, up to the level."""
    config = LossConfig(weighting="min_snr", level=5.0)
    weights = level_weights(torch.tensor([0.5, 0.99]), "x0", config).flatten()
    assert weights == pytest.approx(torch.tensor([1.0, 5.0]), rel=1e-4)


def test_vivid_pixels_weigh_more():
    """With vivid 2, 20 Lab units of chroma weigh three times as much as grey."""
    model = ModelConfig(ab_mean=(0.0, 0.0), ab_std=(10.0, 10.0))
    y0 = torch.zeros(1, 2, 1, 3)
    y0[0, 0, 0, 1:] = torch.tensor([2.0, USUAL_CHROMA / 10])
    grey, vivid, usual = colour_weights(y0, model, 2.0).flatten().tolist()
    assert vivid == pytest.approx(3 * grey)
    assert usual == pytest.approx(1)


def test_weights_of_a_photo_do_not_depend_on_its_batch():
    """So that parts of a batch and several processes give the loss of the whole."""
    y0 = torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(0))
    whole = colour_weights(y0, ModelConfig(ab_std=(20.0, 20.0)), 1.0)
    alone = colour_weights(y0[2:3], ModelConfig(ab_std=(20.0, 20.0)), 1.0)
    assert torch.equal(whole[2:3], alone)


def test_rows_without_encoder_features_are_drawn_at_their_rate():
    """And the other draws do not depend on the rate."""
    schedule = ScheduleConfig()
    plain = draw(schedule, 4000, 1, torch.Generator().manual_seed(0))
    some = draw(schedule, 4000, 1, torch.Generator().manual_seed(0), 0.1)
    assert torch.equal(plain.eps, some.eps)
    assert some.keep is not None
    assert 1 - some.keep.mean() == pytest.approx(0.1, abs=0.02)
