"""Samples from a network in training: the reverse loop around tensors on a device."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from colorize_cli.diffusion.process import ddpm_step
from colorize_cli.diffusion.sampler import reverse
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model.config import ModelConfig

__all__ = ["draw_sample"]

Floats = NDArray[np.float32]


def draw_sample(
    predict: Callable[[Tensor, Tensor], Tensor],
    L: Tensor,
    model: ModelConfig,
    schedule: NoiseSchedule,
    noise: np.random.Generator,
) -> Floats:
    """One sample of each photo, normalised ab, (B, 2, S, S).

    Args:
        predict: Called as predict(x, gamma) with (B, 3, S, S) and (B,) on L's device.
        L: (B, 1, S, S) in [-1, 1].
        model: For what is predicted, and where clean estimates are clipped.
        schedule: The gammas to visit.
        noise: Drawn from as far as the loop needs it.
    """
    count, _, *size = L.shape

    def draw_noise() -> Floats:
        return noise.standard_normal((count, 2, *size), np.float32)

    def denoiser(x: Floats, gamma: float) -> Floats:
        level = torch.full((count,), gamma, device=L.device)
        with torch.no_grad():
            predicted = predict(torch.from_numpy(x).to(L.device), level)
        return predicted.float().cpu().numpy()

    return reverse(
        denoiser,
        np.concatenate([L.cpu().numpy(), draw_noise()], axis=1),
        schedule,
        step=partial(ddpm_step, draw=draw_noise),
        prediction=model.prediction,
        clip=model.clip,
    )
