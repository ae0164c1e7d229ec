"""Putting colour back: a small ab field, the photo's own L, full-size pixels.

Works in strips of rows, so that the memory needed beyond the two photos does not grow
with their height.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.photo import Pixels

__all__ = ["recombine"]

STRIP_PIXELS = 1 << 20


def recombine(rgb: Pixels, ab: NDArray[np.float32]) -> Pixels:
    """The photo with new colours and its own luminance.

    The ab field is enlarged with bicubic interpolation, which kept more than guided
    filters did in our measurements (docs/quality.md).

    Args:
        rgb: The photo, (H, W, 3) uint8 or uint16.
        ab: (2, h, w) in Lab units, for the whole photo.

    Returns:
        (H, W, 3) of rgb's type. Its L equals the photo's except where the colour lies
        outside sRGB and is clipped.
    """
    height, width = rgb.shape[:2]
    widened = cv2.resize(
        np.moveaxis(ab, 0, -1), (width, ab.shape[1]), interpolation=cv2.INTER_CUBIC
    ).reshape(ab.shape[1], width * 2)
    # Row r of the weights says how full-size row r mixes the field's rows.
    weights = cv2.resize(
        np.eye(ab.shape[1], dtype=np.float32),
        (ab.shape[1], height),
        interpolation=cv2.INTER_CUBIC,
    ).reshape(height, ab.shape[1])
    result = np.empty_like(rgb)
    rows = max(1, STRIP_PIXELS // width)
    for top in range(0, height, rows):
        strip = np.s_[top : top + rows]
        lab = rgb_to_lab(rgb[strip])
        used = np.flatnonzero(weights[strip].any(axis=0))
        near = np.s_[used[0] : used[-1] + 1]
        lab[..., 1:] = (weights[strip, near] @ widened[near]).reshape(-1, width, 2)
        result[strip] = lab_to_rgb(lab, rgb.dtype)
    return result
