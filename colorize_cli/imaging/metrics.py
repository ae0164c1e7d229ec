"""How far predicted colours are from the true ones. Pure numpy.

ab is in Lab units, (..., 2, H, W); rgb is uint8, (..., H, W, 3); ... is any number of
leading axes, over which means are taken.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "chroma_ratio",
    "colorfulness",
    "mae_ab",
    "mean_chroma",
    "psnr",
    "spread",
    "tint_ratio",
]

Floats = NDArray[np.floating]


def mae_ab(predicted: Floats, truth: Floats) -> float:
    """Mean absolute error of a and b in Lab units; grey scores the mean of |ab|.

    The tutorial's MAE of ab scaled to [-1, 1] is this divided by 127.5.
    """
    check_shapes(predicted, truth)
    return float(np.abs(predicted - truth).mean(dtype=np.float64))


def psnr(predicted: NDArray[np.uint8], truth: NDArray[np.uint8]) -> float:
    """Peak signal-to-noise ratio in dB over all channels; infinite for equal pictures.

    Of several pictures, the mean of each one's PSNR.
    """
    check_shapes(predicted, truth)
    error = predicted.astype(np.float64) - truth.astype(np.float64)
    squared = (error**2).mean(axis=(-3, -2, -1))
    with np.errstate(divide="ignore"):
        return float(np.mean(10 * np.log10(255.0**2 / squared)))


def mean_chroma(ab: Floats) -> float:
    """Mean distance from grey, sqrt(a^2 + b^2), in Lab units."""
    return float(np.hypot(ab[..., 0, :, :], ab[..., 1, :, :]).mean(dtype=np.float64))


def chroma_ratio(predicted: Floats, truth: Floats) -> float:
    """Mean chroma against the truth's: 1 is as colourful, 0 is grey."""
    check_shapes(predicted, truth)
    return mean_chroma(predicted) / max(mean_chroma(truth), 1e-9)


def tint_ratio(predicted: Floats, truth: Floats) -> float:
    """Chroma of each picture's mean colour against the truth's, means over pictures.

    Sees what a per-pixel measure does not: whether large areas keep their tint.
    """
    check_shapes(predicted, truth)

    def tint(ab: Floats) -> float:
        means = ab.mean(axis=(-2, -1), dtype=np.float64)
        return float(np.hypot(means[..., 0], means[..., 1]).mean())

    return tint(predicted) / max(tint(truth), 1e-9)


def colorfulness(rgb: NDArray[np.uint8]) -> float:
    """Hasler and Suesstrunk 2003, M3: 0 is grey, 33 is moderate, 109 extreme.

    Of several pictures, the mean of each one's.
    """
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    rg = red - green
    yb = (red + green) / 2 - blue
    axes = (-2, -1)
    deviation = np.hypot(rg.std(axis=axes), yb.std(axis=axes))
    return float(np.mean(deviation + 0.3 * np.hypot(rg.mean(axes), yb.mean(axes))))


def spread(samples: Floats) -> float:
    """Standard deviation between samples of the same photo, in Lab units.

    Args:
        samples: (..., K, 2, H, W), K samples of each photo; 0 for K = 1.
    """
    return float(samples.std(axis=-4, dtype=np.float64).mean())


def check_shapes(predicted: NDArray[np.generic], truth: NDArray[np.generic]) -> None:
    """Raise a ValueError with both shapes if they differ."""
    if predicted.shape != truth.shape:
        raise ValueError(f"shapes differ: {predicted.shape} and {truth.shape}")
