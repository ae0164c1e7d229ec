"""ICC profiles: what colour space they describe, and CMYK to sRGB.

An RGB profile travels with the photo and its pixels are taken as if they were sRGB:
the colours are invented, and the viewer applies the profile to the result. A grey
profile must not stand beside RGB pixels: the tones are converted to those of sRGB, so
that the photo looks as light as before, and an sRGB profile takes its place.
"""

from functools import cache
from typing import Literal

import cv2
import imagecodecs
import numpy as np

from colorize_cli.errors import UnsupportedPhotoError
from colorize_cli.imaging.photo import Pixels

__all__ = [
    "cmyk_to_rgb",
    "colour_space",
    "kept_profile",
    "refuse_hdr",
    "srgb_profile",
    "srgb_tones",
]

HEADER_BYTES = 128
# Where a header says when the profile was made.
DATE = slice(24, 36)
# Transfer characteristics, of those that files name by number (ITU-T H.273), under
# which the tones of sRGB mean something else altogether.
HDR_TRANSFERS = {8: "linear light", 16: "PQ", 18: "HLG"}


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
    """The profile if it describes RGB pixels; sRGB's for a grey one; else None."""
    match colour_space(icc):
        case "RGB":
            return icc
        case "GRAY":
            return srgb_profile()
    return None


def refuse_hdr(transfer: int, name: object) -> None:
    """Refuse pixels whose tones are those of HDR, and would come out flat.

    Raises:
        UnsupportedPhotoError: For linear light, PQ and HLG.
    """
    if transfer in HDR_TRANSFERS:
        tones = HDR_TRANSFERS[transfer]
        raise UnsupportedPhotoError(
            name, f"HDR ({tones}) is not read; convert it to SDR"
        )


@cache
def srgb_profile() -> bytes:
    """An sRGB profile, the same whenever it is made."""
    profile = bytearray(imagecodecs.cms_profile("srgb"))
    # The first of January 2000.
    profile[DATE] = bytes((7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))
    return bytes(profile)


def srgb_tones(grey: Pixels, icc: bytes) -> Pixels:
    """Grey pixels that look under sRGB as they did under a grey profile.

    A damaged profile says nothing; the pixels are then taken as they are.

    Args:
        grey: (H, W) uint8 or uint16.
        icc: Its profile, of colour space GRAY.
    """
    levels = np.arange(np.iinfo(grey.dtype).max + 1, dtype=grey.dtype)
    try:
        rgb = imagecodecs.cms_transform(
            levels[None], icc, srgb_profile(), colorspace="gray", outcolorspace="rgb"
        )
    except (RuntimeError, ValueError):
        return grey
    # The three channels differ by rounding at most.
    return cv2.LUT(grey, np.ascontiguousarray(rgb[0, :, 1]))


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
