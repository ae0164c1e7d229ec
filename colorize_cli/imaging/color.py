"""sRGB <-> CIE Lab (D65), and the scaling that networks see.

Lab is computed in float32: OpenCV's 8-bit Lab changes 77 % of all pixels on a round
trip (docs/decisions), float32 changes 0.3 % by one level.
"""

import cv2
import numpy as np
from numpy.typing import DTypeLike, NDArray

from colorize_cli.imaging.photo import Pixels

__all__ = [
    "denormalize_ab",
    "lab_to_rgb",
    "normalize_ab",
    "normalize_luminance",
    "rgb_to_lab",
]


def rgb_to_lab(rgb: Pixels) -> NDArray[np.float32]:
    """CIE Lab of sRGB pixels.

    Args:
        rgb: (H, W, 3), uint8 or uint16 over the whole range of the type.

    Returns:
        (H, W, 3) float32: L in [0, 100], a and b in Lab units.
    """
    scale = np.float32(np.iinfo(rgb.dtype).max)
    return cv2.cvtColor(rgb.astype(np.float32) / scale, cv2.COLOR_RGB2LAB)


def lab_to_rgb(lab: NDArray[np.float32], dtype: DTypeLike) -> Pixels:
    """Inverse of `rgb_to_lab`; colours outside sRGB are clipped.

    Args:
        lab: (H, W, 3) float32.
        dtype: np.uint8 or np.uint16.
    """
    limit = np.iinfo(dtype).max
    rgb = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB)
    np.multiply(rgb, limit, out=rgb)
    np.rint(rgb, out=rgb)
    return np.clip(rgb, 0, limit, out=rgb).astype(dtype)


def normalize_luminance(L: NDArray[np.float32]) -> NDArray[np.float32]:
    """L from [0, 100] to [-1, 1], any shape."""
    return L / np.float32(50) - np.float32(1)


def normalize_ab(
    ab: NDArray[np.float32], mean: tuple[float, float], std: tuple[float, float]
) -> NDArray[np.float32]:
    """Lab units to what the network sees; ab is (..., 2, H, W)."""
    return (ab - _planes(mean)) / _planes(std)


def denormalize_ab(
    y: NDArray[np.float32], mean: tuple[float, float], std: tuple[float, float]
) -> NDArray[np.float32]:
    """Inverse of `normalize_ab`."""
    return y * _planes(std) + _planes(mean)


def _planes(values: tuple[float, float]) -> NDArray[np.float32]:
    return np.array(values, np.float32)[:, None, None]
