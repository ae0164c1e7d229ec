"""From a file to the picture that is evaluated."""

import numpy as np

from colorize_cli import codec
from colorize_cli.errors import UnsupportedPhotoError
from colorize_cli.evaluate.protocols import Protocol, check_size, shaped
from colorize_cli.evaluate.sets import Item
from colorize_cli.evaluate.ways import RGB
from colorize_cli.imaging.luminance import resize
from colorize_cli.imaging.photo import Photo

__all__ = ["MAX_PIXELS", "prepared", "reduced"]

# Larger photos are reduced to this first: published figures are of 256 x 256, and
# memory and time stay bounded.
MAX_PIXELS = 512 * 512
# SSIM's window is 11 pixels wide.
MIN_SIDE_PX = 16


def prepared(item: Item, data: bytes, protocol: Protocol | None) -> RGB:
    """The photo in 8 bits, cut and resized.

    Args:
        item: Which one.
        data: Its file.
        protocol: How it is cut and resized; None takes it as it is.

    Raises:
        PhotoError: If it cannot be decoded or measured.
        PlanError: If it is none of the protocol's photos.
    """
    rgb = eight_bit(codec.decode(data, item.source))
    if protocol is not None:
        check_size(protocol, item, rgb)
        rgb = shaped(protocol, rgb)
    rgb = reduced(rgb)
    if min(rgb.shape[:2]) < MIN_SIDE_PX:
        raise UnsupportedPhotoError(
            item.source, f"is less than {MIN_SIDE_PX} pixels high or wide"
        )
    return rgb


def eight_bit(photo: Photo) -> RGB:
    """The pixels as 8 bits."""
    if photo.rgb.dtype == np.uint16:
        return (photo.rgb >> 8).astype(np.uint8)
    return photo.rgb.astype(np.uint8, copy=False)


def reduced(rgb: RGB) -> RGB:
    """The photo with at most `MAX_PIXELS`, its aspect ratio kept."""
    height, width = rgb.shape[:2]
    scale = (MAX_PIXELS / (height * width)) ** 0.5
    if scale >= 1:
        return np.ascontiguousarray(rgb)
    smaller = resize(rgb, max(1, int(height * scale)), max(1, int(width * scale)))
    return smaller.astype(np.uint8, copy=False)
