"""OpenCV's picture reader and writer, in RGB and with errors raised."""

from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.photo import Pixels

__all__ = ["imdecode_rgb", "imencode_rgb"]


def imdecode_rgb(data: bytes, *, is_grey: bool = False) -> NDArray[np.uint8]:
    """Decode to uint8 as stored, orientation not applied.

    Args:
        data: The file.
        is_grey: Whether it is known to be grey; one plane decodes faster than three.

    Returns:
        (H, W, 3) RGB, or (H, W) if `is_grey`.

    Raises:
        ValueError: If the data is damaged; OpenCV does not say how.
    """
    flags = cv2.IMREAD_GRAYSCALE if is_grey else cv2.IMREAD_COLOR_RGB
    flags |= cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
    except cv2.error as error:
        raise ValueError(error.err) from error
    if pixels is None:
        raise ValueError("it breaks off or makes no sense")
    return pixels


def imencode_rgb(
    suffix: str,
    pixels: Pixels,
    settings: Sequence[int],
    blocks: Mapping[int, bytes | None] | None = None,
) -> bytes:
    """Encode (H, W, 3) RGB or (H, W, 4) RGBA.

    Args:
        suffix: Of the format, with its dot.
        pixels: uint8, or uint16 where the format has more than 8 bits.
        settings: OpenCV's flags and values in turn.
        blocks: Metadata by OpenCV's numbers for its kinds.

    Raises:
        ValueError: If OpenCV cannot encode it.
    """
    has_alpha = pixels.shape[2] == 4
    code = cv2.COLOR_RGBA2BGRA if has_alpha else cv2.COLOR_RGB2BGR
    kept = {kind: block for kind, block in (blocks or {}).items() if block}
    try:
        done, buffer = cv2.imencodeWithMetadata(
            suffix,
            cv2.cvtColor(pixels, code),
            list(kept),
            [np.frombuffer(block, np.uint8) for block in kept.values()],
            settings,
        )
    except cv2.error as error:
        raise ValueError(error.err) from error
    if not done:
        raise ValueError("OpenCV cannot encode it")
    return bytes(buffer)
