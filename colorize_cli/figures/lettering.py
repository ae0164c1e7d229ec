"""Words on pictures, in the typeface that OpenCV brings along (Rubik, SIL OFL).

It has Latin, Greek, Cyrillic, Hebrew and Arabic letters and borrows Chinese and
Japanese ones, so that names of photos can be shown as they are.
"""

from enum import IntFlag
from functools import cache
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["BOLD", "GREY", "INK", "REGULAR", "Align", "shortened", "width_px", "write"]

INK, GREY = (32, 32, 32), (112, 112, 112)
REGULAR, BOLD = 400, 600
ELLIPSIS = "…"

# OpenCV draws letters without Python's lock, and two threads at once draw wrong ones.
one_at_a_time = Lock()


class Align(IntFlag):
    """Which end of a line its position is."""

    LEFT = cv2.PUT_TEXT_ALIGN_LEFT
    CENTER = cv2.PUT_TEXT_ALIGN_CENTER
    RIGHT = cv2.PUT_TEXT_ALIGN_RIGHT


def write(
    picture: NDArray[np.uint8],
    text: str,
    at: tuple[int, int],
    *,
    size_px: int,
    color: tuple[int, int, int] = INK,
    weight: int = REGULAR,
    align: Align = Align.LEFT,
) -> None:
    """Write one line onto a picture.

    Args:
        picture: (H, W, 3), contiguous; is written on.
        text: One line; line ends, control characters, and bytes of names that are no
            letters become question marks.
        at: x and y of the line's left, middle or right end, on its baseline.
        size_px: Height of the letters with the room above and below them.
        color: RGB.
        weight: `REGULAR` or `BOLD`.
        align: Which end `at` is.
    """
    x, y = at
    if align is not Align.LEFT:
        width = width_px(text, size_px, weight)
        x -= width if align is Align.RIGHT else width // 2
    with one_at_a_time:
        cv2.putText(picture, drawable(text), (x, y), color, font(), size_px, weight)


def width_px(text: str, size_px: int, weight: int = REGULAR) -> int:
    """How wide a line is."""
    with one_at_a_time:
        _, _, width, _ = cv2.getTextSize(
            (0, 0), drawable(text), (0, 0), font(), size_px, weight
        )
    return width


def shortened(text: str, limit_px: int, size_px: int, weight: int = REGULAR) -> str:
    """The text, or as much of its start and end as fits with an ellipsis between."""
    kept = len(text)
    short = text
    while kept and width_px(short, size_px, weight) > limit_px:
        kept -= 1
        tail = kept // 2
        short = text[: kept - tail] + ELLIPSIS + text[len(text) - tail :]
    return short


def drawable(text: str) -> str:
    """The text without what cannot be drawn; OpenCV crashes on lone surrogates."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)


@cache
def font() -> cv2.FontFace:
    """The typeface; its letters are kept between calls."""
    return cv2.FontFace("sans")
