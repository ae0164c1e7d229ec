"""From a photo's pixels to the L planes that the network sees."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.color import normalize_luminance, rgb_to_lab
from colorize_cli.imaging.photo import Pixels

__all__ = ["luminance_at", "resize"]


def resize(pixels: Pixels, height: int, width: int) -> Pixels:
    """Area average along axes that shrink, bilinear along axes that grow.

    Args:
        pixels: (H, W, 3) uint8 or uint16.
        height: New height in pixels.
        width: New width in pixels.
    """
    if pixels.strides[-1] == 0:
        # One plane shown three times; it is resized once.
        plane = resize_planes(pixels[..., 0], height, width)
        rgb: NDArray[Any] = np.broadcast_to(plane[..., None], (*plane.shape, 3))
        return rgb
    return resize_planes(pixels, height, width)


def resize_planes(pixels: Pixels, height: int, width: int) -> Pixels:
    """The same for (H, W) or (H, W, C) in memory."""
    shrunk = min(height, pixels.shape[0]), min(width, pixels.shape[1])
    if shrunk != pixels.shape[:2]:
        pixels = cv2.resize(pixels, shrunk[::-1], interpolation=cv2.INTER_AREA)
    if shrunk != (height, width):
        pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    return pixels


def luminance_at(rgb: Pixels, height: int, width: int) -> NDArray[np.float32]:
    """L of the photo at another size; a tint such as sepia drops out here.

    Args:
        rgb: (H, W, 3) uint8 or uint16.
        height: Height of the plane in pixels.
        width: Width of the plane in pixels.

    Returns:
        (height, width) in [-1, 1].
    """
    return normalize_luminance(rgb_to_lab(resize(rgb, height, width))[..., 0])
