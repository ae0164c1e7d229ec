"""The training loss and the noise levels it is taken at."""

import math

import pytest
import torch

from colorize_cli.diffusion.schedule import NoiseSchedule
from trainer.loss import angle_gammas, denoising_loss, neighbour_gammas


def test_angles_are_one_to_a_slice():
    """The k-th gamma lies in the k-th of B equal slices of the angle."""
    gamma = angle_gammas(50, torch.Generator().manual_seed(0)).double()
    slices = torch.arccos(gamma.sqrt()) / (math.pi / 2) * 50
    assert torch.equal(slices.floor(), torch.arange(50.0, dtype=torch.float64))


def test_neighbour_gammas_follow_the_schedule():
    """Every pair of neighbours is drawn from about equally often."""
    schedule = NoiseSchedule.linear(5, 1e-4, 0.3)
    gamma = neighbour_gammas(4000, schedule, torch.Generator().manual_seed(0))
    counts = torch.histogram(gamma, torch.tensor(schedule.gammas)).hist
    assert counts.sum() == 4000
    assert (counts / 1000 - 1).abs().max() < 0.1


@pytest.mark.parametrize("kind", ["epsilon", "v"])
def test_network_that_knows_the_noise_has_no_loss(kind):
    """The target is what the prediction is defined as."""
    generator = torch.Generator().manual_seed(0)
    L = torch.zeros(3, 1, 4, 4)
    y0 = torch.randn(3, 2, 4, 4, generator=generator)
    eps = torch.randn(3, 2, 4, 4, generator=generator)
    gamma = torch.tensor([0.1, 0.5, 0.9])

    def oracle(x, level, luminance):
        """Solve y = sqrt(gamma) y0 + sqrt(1 - gamma) eps for the answer."""
        g = level[:, None, None, None]
        noise = (x[:, 1:] - g.sqrt() * y0) / (1 - g).sqrt()
        return noise if kind == "epsilon" else g.sqrt() * noise - (1 - g).sqrt() * y0

    loss = denoising_loss(oracle, L, y0, None, gamma, eps, kind)
    assert loss < 1e-10


def test_silent_network_has_the_loss_of_the_noise():
    """Predicting zero costs the variance of the noise, 1."""
    eps = torch.randn(8, 2, 16, 16, generator=torch.Generator().manual_seed(0))
    gamma = torch.full((8,), 0.5)

    def silent(x, level, luminance):
        return torch.zeros_like(x[:, 1:])

    L, y0 = torch.zeros(8, 1, 16, 16), torch.zeros_like(eps)
    loss = denoising_loss(silent, L, y0, None, gamma, eps, "epsilon")
    assert loss == pytest.approx(1, abs=0.05)
