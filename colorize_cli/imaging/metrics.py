"""How far predicted colours are from the true ones: numpy, and scikit-image for two.

ab is in Lab units, (..., 2, H, W); rgb is uint8, (..., H, W, 3); ... is any number of
leading axes, over which means are taken.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "LEAST_CHROMA",
    "TUTORIAL_SCALE",
    "chroma_ratio",
    "ciede2000",
    "colorfulness",
    "mae_ab",
    "mean_chroma",
    "mean_tint",
    "psnr",
    "recovered",
    "spread",
    "ssim",
    "tint_ratio",
]

Floats = NDArray[np.floating]

# The tutorial's MAE, of ab scaled to [-1, 1], is `mae_ab` divided by this.
TUTORIAL_SCALE = 127.5
# Mean chroma in Lab units under which a photo has no colours to speak of.
LEAST_CHROMA = 2.0


def mae_ab(predicted: Floats, truth: Floats) -> float:
    """Mean absolute error of a and b in Lab units; grey scores the mean of |ab|."""
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


def ssim(predicted: NDArray[np.uint8], truth: NDArray[np.uint8]) -> float:
    """Structural similarity, mean over pixels and the channels R, G and B.

    With the window of Wang et al. 2004: Gaussian, sigma 1.5.

    Args:
        predicted: One picture, (H, W, 3), at least 11 pixels high and wide.
        truth: The same shape.

    Raises:
        ImportError: If scikit-image is not installed.
    """
    from skimage.metrics import structural_similarity

    check_shapes(predicted, truth)
    similarity = structural_similarity(
        predicted,
        truth,
        channel_axis=-1,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )
    return float(similarity)


def ciede2000(predicted: Floats, truth: Floats) -> float:
    """Mean colour difference dE00; about 1 is just visible (Sharma et al. 2005).

    Args:
        predicted: CIE Lab, (..., H, W, 3).
        truth: The same shape.

    Raises:
        ImportError: If scikit-image is not installed.
    """
    from skimage.color import deltaE_ciede2000

    check_shapes(predicted, truth)
    return float(deltaE_ciede2000(predicted, truth).mean(dtype=np.float64))


def mean_chroma(ab: Floats) -> float:
    """Mean distance from grey, sqrt(a^2 + b^2), in Lab units."""
    return float(np.hypot(ab[..., 0, :, :], ab[..., 1, :, :]).mean(dtype=np.float64))


def chroma_ratio(predicted: Floats, truth: Floats) -> float:
    """Mean chroma against the truth's: 1 is as colourful, 0 is grey."""
    check_shapes(predicted, truth)
    return mean_chroma(predicted) / max(mean_chroma(truth), 1e-9)


def mean_tint(ab: Floats) -> float:
    """Chroma of each picture's mean colour, in Lab units; its mean over pictures."""
    means = ab.mean(axis=(-2, -1), dtype=np.float64)
    return float(np.hypot(means[..., 0], means[..., 1]).mean())


def tint_ratio(predicted: Floats, truth: Floats) -> float:
    """Chroma of each picture's mean colour against the truth's, means over pictures.

    Sees what a per-pixel measure does not: whether large areas keep their tint.
    """
    check_shapes(predicted, truth)
    return mean_tint(predicted) / max(mean_tint(truth), 1e-9)


def colorfulness(rgb: NDArray[np.uint8], *, absolute: bool = False) -> float:
    """Hasler and Suesstrunk 2003, M3: 0 is grey, 33 is moderate, 109 extreme.

    Of several pictures, the mean of each one's.

    Args:
        rgb: (..., H, W, 3).
        absolute: Take the opponent colours without their signs, as DDColor's code does
            and with it the tables that give ImageNet about 39.
    """
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    rg = red - green
    yb = (red + green) / 2 - blue
    if absolute:
        rg, yb = np.abs(rg), np.abs(yb)
    axes = (-2, -1)
    deviation = np.hypot(rg.std(axis=axes), yb.std(axis=axes))
    return float(np.mean(deviation + 0.3 * np.hypot(rg.mean(axes), yb.mean(axes))))


def spread(samples: Floats) -> float:
    """Standard deviation between samples of the same photo, in Lab units.

    Args:
        samples: (..., K, 2, H, W), K samples of each photo; 0 for K = 1.
    """
    return float(samples.std(axis=-4, dtype=np.float64).mean())


def recovered(grey: float, colorized: float, original: float) -> float | None:
    """Share of the accuracy that is lost without colour and comes back with it.

    Args:
        grey: A classifier's accuracy on the photos without colour, in [0, 1].
        colorized: On the colorized photos.
        original: On the photos themselves.

    Returns:
        1 for as good as the originals, 0 for no better than grey, negative for worse;
        None where colour makes no difference to the classifier.
    """
    lost = original - grey
    return (colorized - grey) / lost if lost else None


def check_shapes(predicted: NDArray[np.generic], truth: NDArray[np.generic]) -> None:
    """Raise a ValueError with both shapes if they differ."""
    if predicted.shape != truth.shape:
        raise ValueError(f"shapes differ: {predicted.shape} and {truth.shape}")
