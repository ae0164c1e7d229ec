"""ICC profiles: what colour space they describe, and CMYK to sRGB.

An RGB profile travels with the photo and its pixels are taken as if they were sRGB:
the colours are invented, and the viewer applies the profile to the result. A grey
profile must not stand beside RGB pixels and is dropped.
"""

from typing import Literal

import imagecodecs
import numpy as np

from colorize_cli.imaging.photo import Pixels

__all__ = ["cmyk_to_rgb", "colour_space", "kept_profile"]

HEADER_BYTES = 128


def colour_space(icc: bytes | None) -> Literal["RGB", "GRAY", "CMYK"] | None:
    """The colour space of the pixels that a profile describes; None for any other."""
    if icc is None or len(icc) < HEADER_BYTES or icc[36:40] != b"acsp":
        return None
    match icc[16:20]:
        case b"RGB ":
            return "RGB"
        case b"GRAY":
            return "GRAY"
        case b"CMYK":
            return "CMYK"
    return None


def kept_profile(icc: bytes | None) -> bytes | None:
    """The profile if it describes RGB pixels, else None."""
    return icc if colour_space(icc) == "RGB" else None


def cmyk_to_rgb(ink: Pixels, icc: bytes) -> Pixels:
    """Convert with Little CMS, perceptually.

    Args:
        ink: (H, W, 4) uint8 or uint16; the largest value is full ink.
        icc: Its CMYK profile.

    Returns:
        (H, W, 3) sRGB of the same type.

    Raises:
        RuntimeError: If the profile is damaged.
    """
    rgb = imagecodecs.cms_transform(
        np.ascontiguousarray(ink),
        icc,
        imagecodecs.cms_profile("srgb"),
        colorspace="cmyk",
        outcolorspace="rgb",
    )
    return np.ascontiguousarray(rgb)
