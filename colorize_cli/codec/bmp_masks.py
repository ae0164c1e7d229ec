"""BMP pixels of which masks say where red, green, blue and alpha are."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec.depth import full_scale, in_8_bits
from colorize_cli.codec.strips import strips
from colorize_cli.imaging.photo import Pixels

__all__ = ["read_masked"]


def read_masked(
    data: bytes, start: int, size: tuple[int, int], bits: int, masks: Sequence[int]
) -> Pixels:
    """Decode whole words into 8 bits per channel, whatever the header is called.

    Args:
        data: The file.
        start: Where the rows begin.
        size: Height and width in pixels; a height below 0 means rows from the top.
        bits: Of a word, 16 or 32.
        masks: Of red, green, blue and, if there is one, alpha; 0 makes a channel black.

    Returns:
        (H, W, 3) or (H, W, 4), uint8.
    """
    height, width = size
    word = bits // 8
    # Rows have a multiple of four bytes.
    row_words = -(-width * word // 4) * 4 // word
    words = np.frombuffer(data, f"<u{word}", row_words * abs(height), start)
    rows = words.reshape(abs(height), row_words)[:: 1 if height < 0 else -1, :width]
    pixels = np.zeros((*rows.shape, len(masks)), np.uint8)
    for channel, mask in enumerate(masks):
        if mask:
            for part in strips(rows.shape):
                pixels[part, :, channel] = channel_of(rows[part], mask)
    return pixels


def channel_of(words: NDArray[Any], mask: int) -> NDArray[np.uint8]:
    """The bits under a mask, stretched to 8."""
    lowest = (mask & -mask).bit_length() - 1
    values = (words.astype(np.uint32) & np.uint32(mask)) >> np.uint32(lowest)
    return in_8_bits(full_scale(values, mask >> lowest))
