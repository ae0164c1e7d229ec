"""Numbers of any depth to the full range of 8 or 16 bits, and 16 bits to 8."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.photo import Pixels

__all__ = ["full_scale", "in_8_bits"]


def full_scale(values: NDArray[Any], largest: int) -> Pixels:
    """Stretch 0..largest to 0..255, or to 0..65535 if largest is above 255.

    Values that have the full range already are not copied.
    """
    top, dtype = (255, np.uint8) if largest <= 255 else (65535, np.uint16)
    if largest != top:
        clipped = np.minimum(values, largest).astype(np.uint32)
        values = (clipped * top + largest // 2) // largest
    pixels: NDArray[Any] = values.astype(dtype, copy=False)
    return pixels


def in_8_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """Round 16 bits to 8, so that 65535 is 255; 8 bits are returned as they are."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)
