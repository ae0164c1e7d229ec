"""PNG's gAMA chunk: tones that are not those of sRGB, in files without a profile."""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.photo import Pixels

__all__ = ["gamma_of", "srgb_tones"]

# Exponent of the encoding that passes for sRGB, and how far off it may be (libpng).
SRGB_GAMMA, TOLERANCE = 1 / 2.2, 0.05
# The chunk holds a hundred thousand times the exponent.
UNITS = 100_000
# No display or camera is beyond these; the chunk is then a mistake.
MIN_GAMMA, MAX_GAMMA = 0.1, 10.0


def gamma_of(body: memoryview) -> float | None:
    """The exponent of a gAMA chunk; None if the tones are as good as sRGB's."""
    gamma = int.from_bytes(body[:4], "big") / UNITS
    is_srgb = abs(gamma / SRGB_GAMMA - 1) <= TOLERANCE
    return gamma if MIN_GAMMA <= gamma <= MAX_GAMMA and not is_srgb else None


def srgb_tones(pixels: Pixels, gamma: float) -> Pixels:
    """Pixels that look under sRGB as they do where gAMA is heeded; alpha stays.

    Args:
        pixels: (H, W), or (H, W, C) of which the last of 2 or 4 channels is alpha;
            uint8 or uint16.
        gamma: Encoded is light to this power, both from 0 to 1.
    """
    toned: Pixels = cv2.LUT(pixels, srgb_levels(gamma, pixels.dtype))
    if pixels.ndim == 3 and pixels.shape[2] in {2, 4}:
        toned[..., -1] = pixels[..., -1]
    return toned


@cache
def srgb_levels(gamma: float, dtype: np.dtype[Any]) -> NDArray[Any]:
    """The sRGB level of every level of the type (IEC 61966-2-1)."""
    top = np.iinfo(dtype).max
    light = (np.arange(top + 1) / top) ** (1 / gamma)
    bright = 1.055 * light ** (1 / 2.4) - 0.055
    encoded = np.where(light <= 0.0031308, 12.92 * light, bright)
    levels: NDArray[Any] = np.rint(encoded * top).astype(dtype)
    return levels
