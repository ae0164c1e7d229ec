"""The training loss: draw a noise level, add noise, predict, compare.

B batch, S working size, E the encoder's size.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from colorize_cli.diffusion.process import Prediction, add_noise, prediction_target
from colorize_cli.diffusion.schedule import NoiseSchedule

__all__ = ["angle_gammas", "denoising_loss", "neighbour_gammas"]


def angle_gammas(count: int, generator: torch.Generator) -> Tensor:
    """Gammas with evenly spread angles, stratified over the batch, (B,).

    The k-th row is drawn from the k-th of B equal slices, which lowers the variance of
    the loss; every row alone is uniform over the slices' union.
    """
    device = generator.device
    draws = torch.rand(count, generator=generator, device=device)
    slices = torch.arange(count, device=device)
    return torch.cos((slices + draws) / count * (math.pi / 2)) ** 2


def neighbour_gammas(
    count: int, schedule: NoiseSchedule, generator: torch.Generator
) -> Tensor:
    """Gammas drawn uniformly between neighbours of the schedule (Palette), (B,)."""
    device = generator.device
    gammas = torch.tensor(schedule.gammas, device=device).flip(0)  # cleanest first
    t = torch.randint(1, len(gammas), (count,), generator=generator, device=device)
    share = torch.rand(count, generator=generator, device=device)
    return torch.lerp(gammas[t - 1], gammas[t], share)


def denoising_loss(
    network: nn.Module,
    L: Tensor,
    y0: Tensor,
    luminance: Tensor | None,
    gamma: Tensor,
    eps: Tensor,
    kind: Prediction,
) -> Tensor:
    """Mean squared error of the prediction (DDPM, eq. 14; Palette, eq. 1).

    Args:
        network: Called as network(x, gamma, luminance).
        L: (B, 1, S, S) in [-1, 1].
        y0: Clean normalised ab, (B, 2, S, S).
        luminance: (B, 1, E, E) for the encoder, or None.
        gamma: (B,) in [0, 1].
        eps: Standard normal noise, (B, 2, S, S).
        kind: What the network predicts.
    """
    level = gamma[:, None, None, None]
    x = torch.cat([L, add_noise(y0, eps, level)], dim=1)
    predicted = network(x, gamma, luminance)
    target = prediction_target(y0, eps, level, kind)
    return F.mse_loss(predicted.float(), target)
