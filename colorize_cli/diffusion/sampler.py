"""The reverse process: one loop for every network, backend and update rule."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from colorize_cli.diffusion.denoiser import Denoiser
from colorize_cli.diffusion.process import Prediction, predict_clean
from colorize_cli.diffusion.schedule import NoiseSchedule

__all__ = ["OnStep", "Step", "reverse"]

Step = Callable[
    [NDArray[np.float32], NDArray[np.float32], float, float], NDArray[np.float32]
]
OnStep = Callable[[float, NDArray[np.float32], NDArray[np.float32]], None]


def reverse(
    denoiser: Denoiser,
    x: NDArray[np.float32],
    schedule: NoiseSchedule,
    *,
    step: Step,
    prediction: Prediction,
    clip: float,
    on_step: OnStep | None = None,
) -> NDArray[np.float32]:
    """Walk from noise to colour (DDPM, algorithm 2).

    Args:
        denoiser: The network, called once per step.
        x: (B, 3, H, W); channel 0 is L in [-1, 1] and is not changed, channels 1 and 2
            hold standard normal noise and are overwritten.
        schedule: The gammas to visit.
        step: `ddim_step`, or `ddpm_step` with its noise source bound in.
        prediction: What the denoiser predicts.
        clip: Clean estimates are clamped to [-clip, clip].
        on_step: Called after each step with gamma_next, y, and the clean estimate.

    Returns:
        Normalised ab, (B, 2, H, W), in [-clip, clip]; a view into x.
    """
    for gamma, gamma_next in schedule.transitions():
        y = x[:, 1:]
        predicted = denoiser(x, gamma)
        y0 = predict_clean(y, predicted, gamma, prediction).clip(-clip, clip)
        x[:, 1:] = step(y, y0, gamma, gamma_next)
        if on_step is not None:
            on_step(gamma_next, x[:, 1:], y0)
    return x[:, 1:]
