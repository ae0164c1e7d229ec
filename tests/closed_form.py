"""Denoisers whose answer is known without a network.

Both are the best possible ones for their data, so the reverse process must bring back
exactly that data. `kind` is what they predict: epsilon or v.
"""

import numpy as np

from colorize_cli.diffusion.process import Prediction, prediction_target

__all__ = ["gaussian", "point_mass"]


def answer(y, y0, gamma: float, kind: Prediction):
    """Epsilon or v that belongs to noisy ab y and its clean estimate y0."""
    eps = (y - gamma**0.5 * y0) / (1 - gamma) ** 0.5
    return prediction_target(y0, eps, gamma, kind)


def point_mass(target, kind: Prediction):
    """All data is one picture: the clean estimate is always `target`, (B, 2, H, W)."""

    def denoiser(x, gamma: float):
        return answer(x[:, 1:], target, gamma, kind)

    return denoiser


def gaussian(std: float, kind: Prediction):
    """Every pixel of the data is independent N(0, std^2).

    The clean estimate is the posterior mean, y shrunk towards 0.
    """

    def denoiser(x, gamma: float):
        y = x[:, 1:]
        shrink = gamma**0.5 * std**2 / (gamma * std**2 + 1 - gamma)
        return answer(y, np.float32(shrink) * y, gamma, kind)

    return denoiser
