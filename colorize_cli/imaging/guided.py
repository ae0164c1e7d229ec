"""Colours that follow the edges of the luminance (He, Sun and Tang 2013)."""

from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["FLAT", "guided_lines"]

Floats = NDArray[np.float32]

# Variance of L, in squared Lab units, below which a window counts as flat: grain and
# paper texture, not an edge.
FLAT = 100.0


def guided_lines(ab: Floats, L: Floats, radius: int, flat: float = FLAT) -> Floats:
    """The ab field as lines in L: ab = slope L + offset, one line per place.

    Within a window the best line through (L, ab) is taken, and every place gets the
    mean of the lines of its windows. Where L is flat the line is the window's mean
    colour, so coloured noise goes; where L has an edge colours change with it, so that
    at full size they stop where the photo's things do. This is the fast guided filter
    (He and Sun 2015) without its last step, which belongs to full size.

    Args:
        ab: (2, h, w) in Lab units.
        L: (h, w) in [0, 100], the photo's at the size of the field.
        radius: Of the windows, in places of the field; 0 leaves the field as it is.
        flat: Variance of L below which a window counts as flat.

    Returns:
        (4, h, w): slopes of a and b, offsets of a and b.
    """
    if radius == 0:
        return np.concatenate([np.zeros_like(ab), ab])
    box = partial(cv2.blur, ksize=(2 * radius + 1, 2 * radius + 1))
    mean = box(L)
    variance = box(L * L) - mean * mean
    lines = np.empty((4, *L.shape), np.float32)
    for k, plane in enumerate(ab):
        average = box(plane)
        slope = (box(L * plane) - mean * average) / (variance + flat)
        lines[k], lines[k + 2] = box(slope), box(average - slope * mean)
    return lines
