"""Telling photos in colour from grey, sepia and toned ones.

A tint is a colour that depends on the tone alone: in a toned print or a yellowed scan,
pixels of the same L have the same ab. What is left of ab when that is taken away shows
colour. A tint may still be stronger here and weaker there, where a print is stained or
faded, so differences along the tint's own hue count less than those of hue.
"""

import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.luminance import resize
from colorize_cli.imaging.photo import Pixels

__all__ = ["IN_COLOUR", "colour_spread", "is_in_colour"]

# Of the short side; averaging removes grain, and colour noise of JPEG and scanners.
SIDE_PX = 64
# Steps of L within which a tint is taken for constant.
TONES = 20
# How much differences along the tint's hue count, for tints of this chroma and more.
ALONG, FULL_TINT = 0.5, 12.0
# Measured by scripts/tint_rates.py; docs/formats.md has the rates.
IN_COLOUR = 2.5


def is_in_colour(rgb: Pixels) -> bool:
    """Whether a photo has colours, and not just a tint.

    Args:
        rgb: (H, W, 3) uint8 or uint16.
    """
    return colour_spread(rgb) > IN_COLOUR


def colour_spread(rgb: Pixels) -> float:
    """Root mean square of the chroma that no tint explains, in Lab units.

    Args:
        rgb: (H, W, 3) uint8 or uint16.

    Returns:
        0 for grey photos, below `IN_COLOUR` for toned ones.
    """
    if rgb.strides[-1] == 0:
        return 0.0
    height, width = rgb.shape[:2]
    scale = min(1.0, SIDE_PX / min(height, width))
    small = resize(rgb, max(1, round(height * scale)), max(1, round(width * scale)))
    lab = rgb_to_lab(small).reshape(-1, 3)
    left = without_tint(lab[:, 0], lab[:, 1:])
    tint = np.median(lab[:, 1:], axis=0)
    strength = float(np.hypot(*tint))
    hue = tint / strength if strength else np.array([1.0, 0.0])
    along, across = left @ hue, left @ np.array([-hue[1], hue[0]])
    weight = 1 - (1 - ALONG) * min(1.0, strength / FULL_TINT)
    return float(np.sqrt(np.mean(np.square(across) + np.square(weight * along))))


def without_tint(
    L: NDArray[np.float32], ab: NDArray[np.float32]
) -> NDArray[np.float32]:
    """What is left of ab, (N, 2), when each tone's median is taken away."""
    tone = np.minimum(L * (TONES / 100), TONES - 1).astype(np.intp)
    left = np.empty_like(ab)
    for index in range(TONES):
        chosen = tone == index
        if chosen.any():
            left[chosen] = ab[chosen] - np.median(ab[chosen], axis=0)
    return left
