"""The formulas of the forward and the reverse process.

Notation: y0 clean ab, eps standard normal noise, gamma the share of signal variance,
    y = sqrt(gamma) y0 + sqrt(1 - gamma) eps          the noisy ab
    v = sqrt(gamma) eps - sqrt(1 - gamma) y0          Salimans and Ho 2022

Only arithmetic is used, so NumPy arrays and PyTorch tensors both work. gamma is a
Python float, or an array that broadcasts against y.
"""

import math
from collections.abc import Callable
from typing import Any, Literal, TypeVar

__all__ = [
    "DRAWING",
    "ETA",
    "Prediction",
    "Sampler",
    "add_noise",
    "continuation",
    "ddim_step",
    "ddpm_step",
    "dpm_step",
    "eta_step",
    "predict_clean",
    "prediction_target",
]

Prediction = Literal["epsilon", "v", "x0"]
Sampler = Literal["ddpm", "eta", "ddim", "dpm"]
# Those that ask for fresh noise at each step but the last.
DRAWING: frozenset[Sampler] = frozenset({"ddpm", "eta"})
# Share of ddpm's noise, as a standard deviation, that `eta` draws. In fewer steps ddpm
# makes samples more alike, ddim makes them differ too much (docs/performance.md).
ETA = 0.75
Array = TypeVar("Array")


def add_noise(y0: Array, eps: Array, gamma: Any) -> Array:  # noqa: ANN401
    """Noisy ab, a draw from q(y | y0) (DDPM, eq. 4).

    Args:
        y0: Clean ab, any shape.
        eps: Standard normal noise, same shape.
        gamma: Signal share, in [0, 1].
    """
    return gamma**0.5 * y0 + (1 - gamma) ** 0.5 * eps


def prediction_target(y0: Array, eps: Array, gamma: Any, kind: Prediction) -> Array:  # noqa: ANN401
    """What a network of this kind should answer for the noisy ab made of y0 and eps."""
    if kind == "epsilon":
        return eps
    if kind == "x0":
        return y0
    return gamma**0.5 * eps - (1 - gamma) ** 0.5 * y0


def predict_clean(y: Array, predicted: Array, gamma: Any, kind: Prediction) -> Array:  # noqa: ANN401
    """Clean ab that the network's answer implies.

    Args:
        y: Noisy ab, any shape.
        predicted: The network's answer, same shape.
        gamma: Signal share of y, in (0, 1] for epsilon, else in [0, 1].
        kind: What the network predicts.
    """
    if kind == "epsilon":
        return (y - (1 - gamma) ** 0.5 * predicted) / gamma**0.5
    if kind == "x0":
        return predicted
    return gamma**0.5 * y - (1 - gamma) ** 0.5 * predicted


def ddim_step(y: Array, y0: Array, gamma: float, gamma_next: float) -> Array:
    """One deterministic reverse step, eq. 12 of Song et al. 2021 with eta = 0.

    Args:
        y: Noisy ab, (B, 2, H, W), roughly unit variance.
        y0: Estimate of the clean ab, same shape.
        gamma: Signal share now, in [0, 1).
        gamma_next: Signal share after the step, in (gamma, 1].

    Returns:
        Less noisy ab, same shape; equals the clean estimate when gamma_next is 1.
    """
    kept = ((1 - gamma_next) / (1 - gamma)) ** 0.5
    return kept * y + (gamma_next**0.5 - kept * gamma**0.5) * y0


def ddpm_step(
    y: Array, y0: Array, gamma: float, gamma_next: float, *, draw: Callable[[], Array]
) -> Array:
    """One ancestral reverse step, a draw from the posterior (DDPM, eq. 6 and 7).

    Args:
        y: Noisy ab, (B, 2, H, W), roughly unit variance.
        y0: Estimate of the clean ab, same shape.
        gamma: Signal share now, in [0, 1).
        gamma_next: Signal share after the step, in (gamma, 1].
        draw: Gives standard normal noise of y's shape; not called by the last step.

    Returns:
        Less noisy ab, same shape; equals the clean estimate when gamma_next is 1.
    """
    if gamma_next == 1:
        return y0
    alpha = gamma / gamma_next
    beta = 1 - alpha
    clean_weight = gamma_next**0.5 * beta / (1 - gamma)
    noisy_weight = alpha**0.5 * (1 - gamma_next) / (1 - gamma)
    variance = beta * (1 - gamma_next) / (1 - gamma)
    return clean_weight * y0 + noisy_weight * y + variance**0.5 * draw()


def eta_step(
    y: Array,
    y0: Array,
    gamma: float,
    gamma_next: float,
    *,
    draw: Callable[[], Array],
    eta: float = ETA,
) -> Array:
    """One step between `ddim_step` and `ddpm_step`, eq. 12 and 16 of Song et al. 2021.

    Args:
        y: Noisy ab, (B, 2, H, W), roughly unit variance.
        y0: Estimate of the clean ab, same shape.
        gamma: Signal share now, in [0, 1).
        gamma_next: Signal share after the step, in (gamma, 1].
        draw: Gives standard normal noise of y's shape; not called by the last step.
        eta: 0 is `ddim_step`, 1 is `ddpm_step`.

    Returns:
        Less noisy ab, same shape; equals the clean estimate when gamma_next is 1.
    """
    if gamma_next == 1:
        return y0
    variance = eta**2 * (1 - gamma / gamma_next) * (1 - gamma_next) / (1 - gamma)
    kept = ((1 - gamma_next - variance) / (1 - gamma)) ** 0.5
    mean = kept * y + (gamma_next**0.5 - kept * gamma**0.5) * y0
    return mean + variance**0.5 * draw()


def dpm_step(
    y: Array,
    y0: Array,
    gamma: float,
    gamma_next: float,
    *,
    before: tuple[Array, float] | None,
) -> Array:
    """One step of DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095, algorithm 2).

    Deterministic and of second order: the clean estimate is continued along the line
    through the one before it, in log-SNR, and then used as `ddim_step` uses it.

    Args:
        y: Noisy ab, (B, 2, H, W), roughly unit variance.
        y0: Estimate of the clean ab, same shape.
        gamma: Signal share now, in [0, 1).
        gamma_next: Signal share after the step, in (gamma, 1].
        before: The clean estimate of the step before and its gamma, below this one;
            None in the first step.

    Returns:
        Less noisy ab, same shape; equals the clean estimate when gamma_next is 1.
    """
    if before is None:
        return ddim_step(y, y0, gamma, gamma_next)
    y0_before, gamma_before = before
    onward: Any = continuation(gamma_before, gamma, gamma_next)
    continued = (1 + onward) * y0 - onward * y0_before
    return ddim_step(y, continued, gamma, gamma_next)


def continuation(gamma_before: float, gamma: float, gamma_next: float) -> float:
    """How far `dpm_step` continues the line through the last two estimates.

    Half the ratio of this step's length in log-SNR to that of the step before. 0 after
    pure noise and before clean, whose log-SNR is infinite: such steps are of first
    order, as is usual for the first and the last.
    """
    if gamma_before == 0 or gamma_next == 1:
        return 0.0
    step, step_before = (
        math.log(after / (1 - after)) - math.log(now / (1 - now))
        for now, after in ((gamma, gamma_next), (gamma_before, gamma))
    )
    return step / (2 * step_before)
