"""The reverse loop of one photo, step by step."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.color import denormalize_ab
from colorize_cli.imaging.photo import Photo
from colorize_cli.model.backend import Model
from colorize_cli.pipeline import Row, Sampling, denoise, prepare

__all__ = ["TracedStep", "trace"]


@dataclass(frozen=True, slots=True)
class TracedStep:
    """What the network saw in one step and what it made of it.

    Attributes:
        gamma: Signal share of what it saw, in [0, 1).
        noisy: What it saw, y_t as ab in Lab units, (2, h, w) for the whole photo.
        clean: Its estimate of the colours without noise, y_0, likewise.
    """

    gamma: float
    noisy: NDArray[np.float32]
    clean: NDArray[np.float32]


def trace(
    photo: Photo, model: Model, sampling: Sampling, sample: int = 0
) -> list[TracedStep]:
    """Run the reverse loop for one sample and keep every step.

    Args:
        photo: Of any size.
        model: A loaded model.
        sampling: Steps, sampler, seed and size.
        sample: Which sample, from 0.

    Returns:
        The steps, noisiest first; the last one's clean estimate is the colours of that
        sample.
    """
    config = model.header.config
    canvas = prepare(photo, config, sampling.size)
    rows = [Row(canvas, window, sample) for window in range(len(canvas.luminance))]
    steps: list[TracedStep] = []

    def whole(y: NDArray[np.float32]) -> NDArray[np.float32]:
        fields = denormalize_ab(y, config.ab_mean, config.ab_std)
        return canvas.grid.blend(fields)

    def on_step(gamma: float, y: NDArray[np.float32], y0: NDArray[np.float32]) -> None:
        steps.append(TracedStep(gamma, whole(y), whole(y0)))

    denoise(model, rows, sampling, on_step)
    return steps
