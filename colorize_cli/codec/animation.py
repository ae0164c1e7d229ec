"""Pictures that follow one another, as one file."""

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.errors import EncodeError

__all__ = ["AnimationFormat", "encode_animation"]

AnimationFormat = Literal["gif", "webp"]

FOREVER = 0
SETTINGS: dict[AnimationFormat, list[int]] = {
    # The default, an even table of colours, makes photos look like newspaper print.
    "gif": [cv2.IMWRITE_GIF_DITHER, cv2.IMWRITE_GIF_FAST_FLOYD_DITHER],
    "webp": [cv2.IMWRITE_WEBP_QUALITY, 80],
}


def encode_animation(
    frames: Sequence[NDArray[np.uint8]],
    durations_ms: Sequence[int],
    format: AnimationFormat,
) -> bytes:
    """Encode frames that are shown over and over.

    Args:
        frames: Each (H, W, 3) RGB, all of one size.
        durations_ms: How long each is shown; GIF counts in hundredths of a second.
        format: `gif` has 256 colours a frame, `webp` all of them in a smaller file.

    Raises:
        EncodeError: If the format cannot hold them.
    """
    animation = cv2.Animation()
    animation.frames = [cv2.cvtColor(frame, cv2.COLOR_RGB2BGR) for frame in frames]
    animation.durations = list(durations_ms)
    animation.loop_count = FOREVER
    kind = f"{format} animation"
    try:
        is_done, data = cv2.imencodeanimation(f".{format}", animation, SETTINGS[format])
    except cv2.error as error:
        raise EncodeError(kind, f"cannot be encoded ({error})") from error
    if not is_done:
        raise EncodeError(kind, "cannot be encoded; its frames may be too large")
    return data.tobytes()
