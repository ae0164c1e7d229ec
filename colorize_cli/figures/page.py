"""What all figures have in common: white paper, margins, photos made to fit."""

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.photo import Photo

__all__ = ["MARGIN_PX", "RGB", "blank", "fitted_size", "placed", "thumbnail"]

RGB = NDArray[np.uint8]

MARGIN_PX = 20
PAPER = 255
# Sides of what is shown of a photo, so that a strip is neither a line nor a mile long.
THINNEST_PX, LONGEST_PX = 24, 1600


def blank(height: int, width: int) -> RGB:
    """White paper, (height, width, 3)."""
    return np.full((height, width, 3), PAPER, np.uint8)


def placed(paper: RGB, picture: RGB, top: int, left: int) -> None:
    """Lay a picture onto the paper."""
    height, width = picture.shape[:2]
    paper[top : top + height, left : left + width] = picture


def fitted_size(size: tuple[int, int], area_px: int) -> tuple[int, int]:
    """Height and width of about this area and the photo's aspect ratio.

    Very long photos are shown smaller, and extremely long ones less so.

    Args:
        size: The photo's height and width in pixels.
        area_px: Height times width of an ordinary photo.
    """
    height, width = size
    scale = min((area_px / (height * width)) ** 0.5, LONGEST_PX / max(size))
    return max(THINNEST_PX, round(height * scale)), max(
        THINNEST_PX, round(width * scale)
    )


def thumbnail(photo: Photo, size: tuple[int, int]) -> RGB:
    """The photo in 8 bits at that height and width, on white where transparent."""
    height, width = size
    shrinks = height * width < photo.rgb.shape[0] * photo.rgb.shape[1]
    way = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    limit = np.iinfo(photo.rgb.dtype).max
    small = cv2.resize(photo.rgb, (width, height), interpolation=way) / limit
    if photo.alpha is not None:
        cover = cv2.resize(photo.alpha, (width, height), interpolation=way) / limit
        small = small * cover[..., None] + 1 - cover[..., None]
    return np.rint(small * 255).astype(np.uint8)
