"""Putting colour back: a small ab field, the photo's own L, full-size pixels.

Works in strips of rows, so that the memory needed beyond the two photos does not grow
with their height, and a strip stays in the processor's cache. Strips are worked on in
as many threads as OpenCV may use.
"""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.color import lab_to_rgb
from colorize_cli.imaging.guided import guided_lines
from colorize_cli.imaging.luminance import luminance, luminance_at
from colorize_cli.imaging.photo import Pixels

__all__ = ["recombine"]

STRIP_PIXELS = 1 << 18
# Of the guided filter, in places of the ab field.
GUIDE_RADIUS = 2


def recombine(
    rgb: Pixels, ab: NDArray[np.float32], guide_radius: int = GUIDE_RADIUS
) -> Pixels:
    """The photo with new colours and its own luminance.

    The ab field is enlarged along the edges of the photo's luminance; why, and what
    else was tried, is in docs/quality.md.

    Args:
        rgb: The photo, (H, W, 3) uint8 or uint16.
        ab: (2, h, w) in Lab units, for the whole photo.
        guide_radius: Radius of the guided filter in places of the field; 0 is plain
            bicubic interpolation.

    Returns:
        (H, W, 3) of rgb's type. Its L equals the photo's except where the colour lies
        outside sRGB and is clipped.
    """
    height, width = rgb.shape[:2]
    rows, columns = ab.shape[1:]
    guide = (luminance_at(rgb, rows, columns) + 1) * 50
    lines = guided_lines(ab, guide, guide_radius)
    # The four planes side by side, so that each strip is one matrix product.
    widened = np.hstack(
        [
            cv2.resize(plane, (width, rows), interpolation=cv2.INTER_CUBIC).reshape(
                rows, width
            )
            for plane in lines
        ]
    )
    # Row r of the weights says how full-size row r mixes the field's rows.
    weights = cv2.resize(
        np.eye(rows, dtype=np.float32), (rows, height), interpolation=cv2.INTER_CUBIC
    ).reshape(height, rows)
    result = np.empty(rgb.shape, rgb.dtype)
    step = max(1, STRIP_PIXELS // width)

    def work(top: int) -> None:
        strip = np.s_[top : top + step]
        used = np.flatnonzero(weights[strip].any(axis=0))
        near = np.s_[used[0] : used[-1] + 1]
        L = luminance(rgb[strip])
        mixed = weights[strip, near] @ widened[near]
        slope_a, slope_b, a, b = np.split(mixed, 4, axis=1)
        a += np.multiply(slope_a, L, out=slope_a)
        b += np.multiply(slope_b, L, out=slope_b)
        result[strip] = lab_to_rgb(cv2.merge([L, a, b]), rgb.dtype)

    with ThreadPoolExecutor(cv2.getNumThreads()) as pool:
        list(pool.map(work, range(0, height, step)))
    return result
