"""The training loss: draw a noise level, add noise, predict, compare, weigh.

B batch, S working size, E the encoder's size.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from colorize_cli.diffusion.process import Prediction, add_noise, prediction_target
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model.config import ModelConfig
from trainer.config import LossConfig

__all__ = [
    "angle_gammas",
    "colour_weights",
    "denoising_loss",
    "error_weights",
    "level_weights",
    "log_snr_gammas",
    "neighbour_gammas",
]


# Lab units; the mean over the pixels of the photos that the default is trained on.
USUAL_CHROMA = 16.0


def angle_gammas(count: int, generator: torch.Generator) -> Tensor:
    """Gammas with evenly spread angles, stratified over the batch, (B,)."""
    return torch.cos(stratified(count, generator) * (math.pi / 2)) ** 2


def log_snr_gammas(
    count: int, ends: tuple[float, float], generator: torch.Generator
) -> Tensor:
    """Gammas with evenly spread log-SNR (Kingma et al. 2021), stratified, (B,).

    Args:
        count: B.
        ends: Noisiest and cleanest log-SNR.
        generator: On the device of the result.
    """
    noisiest, cleanest = ends
    spread = stratified(count, generator)
    return torch.sigmoid(cleanest + (noisiest - cleanest) * spread)


def stratified(count: int, generator: torch.Generator) -> Tensor:
    """Uniform draws from [0, 1), (B,), the k-th from the k-th of B equal slices.

    That lowers the variance of the loss over a batch.
    """
    device = generator.device
    draws = torch.rand(count, generator=generator, device=device)
    return (torch.arange(count, device=device) + draws) / count


def neighbour_gammas(
    count: int, schedule: NoiseSchedule, generator: torch.Generator
) -> Tensor:
    """Gammas drawn uniformly between neighbours of the schedule (Palette), (B,)."""
    device = generator.device
    gammas = torch.tensor(schedule.gammas, device=device).flip(0)  # cleanest first
    t = torch.randint(1, len(gammas), (count,), generator=generator, device=device)
    share = torch.rand(count, generator=generator, device=device)
    return torch.lerp(gammas[t - 1], gammas[t], share)


def level_weights(gamma: Tensor, kind: Prediction, config: LossConfig) -> Tensor:
    """Weight of each row by its noise level, (B, 1, 1, 1); 1 is the plain loss.

    The published weights are those of the error in x0 (min_snr: Hang et al. 2023,
    eq. 9) or in epsilon (sigmoid: Hoogeboom et al. 2024, eq. 5); here they are turned
    into weights of the error in what the network predicts.
    """
    gamma = gamma[:, None, None, None]
    if config.weighting == "flat":
        return torch.ones_like(gamma)
    snr = gamma / (1 - gamma).clamp_min(1e-6)
    if config.weighting == "x0":
        of_clean = torch.ones_like(snr)
    elif config.weighting == "min_snr":
        of_clean = snr.clamp_max(config.level)
    else:
        of_clean = snr * torch.sigmoid(config.level - snr.clamp_min(1e-9).log())
    if kind == "v":
        return of_clean / (snr + 1)
    return of_clean / snr.clamp_min(1e-6) if kind == "epsilon" else of_clean


def colour_weights(y0: Tensor, model: ModelConfig, vivid: float) -> Tensor:
    """Weight of each pixel by how vivid it is, (B, 1, S, S); 1 for a usual pixel.

    Most pixels are nearly grey and a plain loss learns to answer so; weighing rare
    colours more is the rebalancing of Zhang et al. 2016, with chroma in the place of
    their histogram.

    Args:
        y0: Clean normalised ab, (B, 2, S, S).
        model: For the scale of y0.
        vivid: As in `LossConfig`.
    """
    mean, std = (
        y0.new_tensor(each)[:, None, None] for each in (model.ab_mean, model.ab_std)
    )
    ab = y0 * std + mean
    chroma = torch.linalg.vector_norm(ab, dim=1, keepdim=True).clamp_max(60)
    # Not by their mean: parts of a batch would be weighed by different ones.
    return (1 + vivid * chroma / 20) / (1 + vivid * USUAL_CHROMA / 20)


def error_weights(
    gamma: Tensor, y0: Tensor, model: ModelConfig, config: LossConfig
) -> Tensor | None:
    """Weight of each squared error, broadcast against (B, 2, S, S); None weighs alike.

    Args:
        gamma: (B,).
        y0: Clean normalised ab, (B, 2, S, S).
        model: For what is predicted and the scale of y0.
        config: How to weigh.
    """
    if config.is_plain:
        return None
    weights = level_weights(gamma, model.prediction, config)
    return weights * colour_weights(y0, model, config.vivid)


def denoising_loss(
    network: Callable[..., Tensor],
    L: Tensor,
    y0: Tensor,
    luminance: Tensor | None,
    gamma: Tensor,
    eps: Tensor,
    kind: Prediction,
    *,
    weights: Tensor | None = None,
    keep: Tensor | None = None,
) -> Tensor:
    """Mean squared error of the prediction (DDPM, eq. 14; Palette, eq. 1).

    Args:
        network: Called as network(x, gamma, luminance, keep).
        L: (B, 1, S, S) in [-1, 1].
        y0: Clean normalised ab, (B, 2, S, S).
        luminance: (B, 1, E, E) for the encoder, or None.
        gamma: (B,) in [0, 1].
        eps: Standard normal noise, (B, 2, S, S).
        kind: What the network predicts.
        weights: Of the squared errors, broadcast against them; None is 1.
        keep: (B,) of 0 and 1, the rows that keep their encoder features; None is all.
    """
    level = gamma[:, None, None, None]
    x = torch.cat([L, add_noise(y0, eps, level)], dim=1)
    predicted = network(x, gamma, luminance, keep)
    target = prediction_target(y0, eps, level, kind)
    if weights is None:
        return F.mse_loss(predicted.float(), target)
    return (weights * (predicted.float() - target) ** 2).mean()
