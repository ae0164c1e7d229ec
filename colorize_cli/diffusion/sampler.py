"""The reverse process: one loop for every network, backend and update rule."""

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from colorize_cli.diffusion.denoiser import Denoiser
from colorize_cli.diffusion.process import (
    Prediction,
    Sampler,
    ddim_step,
    ddpm_step,
    dpm_step,
    eta_step,
    predict_clean,
)
from colorize_cli.diffusion.schedule import NoiseSchedule

__all__ = ["MultiStep", "OnStep", "Step", "reverse", "step_of"]

Step = Callable[
    [NDArray[np.float32], NDArray[np.float32], float, float], NDArray[np.float32]
]
OnStep = Callable[[float, NDArray[np.float32], NDArray[np.float32]], None]


class MultiStep:
    """`dpm_step` with a memory of the step before; one for each reverse process."""

    def __init__(self) -> None:
        """Remember nothing."""
        self._before: tuple[NDArray[np.float32], float] | None = None

    def __call__(
        self,
        y: NDArray[np.float32],
        y0: NDArray[np.float32],
        gamma: float,
        gamma_next: float,
    ) -> NDArray[np.float32]:
        """Less noisy ab; arguments as of `dpm_step`."""
        after = dpm_step(y, y0, gamma, gamma_next, before=self._before)
        self._before = y0, gamma
        return after


def step_of(sampler: Sampler, draw: Callable[[], NDArray[np.float32]]) -> Step:
    """The update rule of a sampler, fresh for one reverse process.

    Args:
        sampler: Its name.
        draw: Gives standard normal noise of y's shape; see `DRAWING` for who asks.
    """
    if sampler == "dpm":
        return MultiStep()
    if sampler == "ddim":
        return ddim_step
    return partial(ddpm_step if sampler == "ddpm" else eta_step, draw=draw)


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
        step: The update rule, as `step_of` makes it.
        prediction: What the denoiser predicts.
        clip: Clean estimates are clamped to [-clip, clip].
        on_step: Called in each step with gamma, the noisy y that the network sees, and
            the clean estimate made of it; y is overwritten after the call.

    Returns:
        Normalised ab, (B, 2, H, W), in [-clip, clip]; a view into x.
    """
    for gamma, gamma_next in schedule.transitions():
        y = x[:, 1:]
        predicted = denoiser(x, gamma)
        y0 = predict_clean(y, predicted, gamma, prediction).clip(-clip, clip)
        if on_step is not None:
            on_step(gamma, y, y0)
        x[:, 1:] = step(y, y0, gamma, gamma_next)
    return x[:, 1:]
