"""OpenCV's picture reader and writer, in RGB and with errors raised."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["imdecode_rgb", "imencode_rgb"]

FLAGS = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION


def imdecode_rgb(data: bytes) -> NDArray[np.uint8]:
    """Decode to (H, W, 3) uint8 RGB as stored, orientation not applied.

    Raises:
        ValueError: If the data is damaged; OpenCV does not say how.
    """
    try:
        rgb = cv2.imdecode(np.frombuffer(data, np.uint8), FLAGS)
    except cv2.error as error:
        raise ValueError(error.err) from error
    if rgb is None:
        raise ValueError("it breaks off or makes no sense")
    return rgb


def imencode_rgb(
    suffix: str, pixels: NDArray[np.uint8], settings: Sequence[int]
) -> bytes:
    """Encode (H, W, 3) RGB or (H, W, 4) RGBA, uint8.

    Raises:
        ValueError: If OpenCV cannot encode it.
    """
    has_alpha = pixels.shape[2] == 4
    code = cv2.COLOR_RGBA2BGRA if has_alpha else cv2.COLOR_RGB2BGR
    try:
        done, buffer = cv2.imencode(suffix, cv2.cvtColor(pixels, code), settings)
    except cv2.error as error:
        raise ValueError(error.err) from error
    if not done:
        raise ValueError("OpenCV cannot encode it")
    return bytes(buffer)
