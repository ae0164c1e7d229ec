"""From a photo's pixels to L planes, at full size and as the network sees them."""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.color import normalize_luminance, rgb_to_lab
from colorize_cli.imaging.photo import Pixels

__all__ = ["luminance", "luminance_at", "resize"]

# Every so many rows are compared first, to know most coloured photos at once.
SPARSE_ROWS = 64


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


def luminance(rgb: Pixels) -> NDArray[np.float32]:
    """L of every pixel, (H, W) in [0, 100], of (H, W, 3) uint8 or uint16.

    What `rgb_to_lab` gives, some ten times sooner for a grey photo.
    """
    plane = grey_plane(rgb)
    return cv2.extractChannel(rgb_to_lab(rgb), 0) if plane is None else _toned(plane)


def luminance_at(rgb: Pixels, height: int, width: int) -> NDArray[np.float32]:
    """L of the photo at another size; a tint such as sepia drops out here.

    Args:
        rgb: (H, W, 3) uint8 or uint16.
        height: Height of the plane in pixels.
        width: Width of the plane in pixels.

    Returns:
        (height, width) in [-1, 1].
    """
    return normalize_luminance(luminance(resize(rgb, height, width)))


def grey_plane(rgb: Pixels) -> Pixels | None:
    """The one plane, (H, W), of pixels whose R, G and B are equal; else None."""
    if rgb.strides[-1] == 0:
        return rgb[..., 0]
    sparse = rgb[::SPARSE_ROWS]
    if not np.array_equal(sparse[..., :2], sparse[..., 1:]):
        return None
    red, green, blue = (cv2.extractChannel(rgb, channel) for channel in range(3))
    is_grey = np.array_equal(red, green) and np.array_equal(green, blue)
    return green if is_grey else None


def _toned(plane: Pixels) -> NDArray[np.float32]:
    """L in [0, 100] of grey values, (H, W)."""
    return cv2.LUT(plane, _grey_tones(plane.dtype))


@cache
def _grey_tones(dtype: np.dtype[Any]) -> NDArray[np.float32]:
    """L in [0, 100] of every grey value of the type."""
    values = np.arange(np.iinfo(dtype).max + 1, dtype=dtype)
    return rgb_to_lab(np.repeat(values[None, :, None], 3, axis=2))[0, :, 0].copy()
