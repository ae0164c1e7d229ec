"""Numbers of any depth to the full range of 8 or 16 bits, and 16 bits to fewer."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec.strips import strips
from colorize_cli.imaging.photo import Pixels

__all__ = ["full_scale", "in_8_bits", "in_12_bits"]


def full_scale(values: NDArray[Any], largest: int) -> Pixels:
    """Stretch 0..largest to 0..255, or to 0..65535 if largest is above 255.

    Values that have the full range already are not copied.
    """
    top, dtype = (255, np.uint8) if largest <= 255 else (65535, np.uint16)
    pixels: NDArray[Any]
    if largest == top:
        pixels = values.astype(dtype, copy=False)
        return pixels
    pixels = np.empty(values.shape, dtype)
    for rows in strips(values.shape):
        clipped = np.minimum(values[rows], largest).astype(np.uint32)
        pixels[rows] = (clipped * top + largest // 2) // largest
    return pixels


def in_8_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """Round 16 bits to 8, so that 65535 is 255; 8 bits are returned as they are."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    rounded = np.empty(pixels.shape, np.uint8)
    for rows in strips(pixels.shape):
        rounded[rows] = (pixels[rows].astype(np.uint32) + 128) // 257
    return rounded


def in_12_bits(pixels: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Round 16 bits to 12, so that 65535 is 4095."""
    rounded = np.empty(pixels.shape, np.uint16)
    for rows in strips(pixels.shape):
        rounded[rows] = (pixels[rows].astype(np.uint32) * 4095 + 32767) // 65535
    return rounded
