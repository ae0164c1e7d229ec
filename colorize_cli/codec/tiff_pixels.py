"""The many ways in which TIFF stores pixels."""

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tifffile import PHOTOMETRIC, TiffPage

from colorize_cli.codec.depth import full_scale, in_8_bits
from colorize_cli.codec.profiles import cmyk_to_rgb
from colorize_cli.codec.strips import strips
from colorize_cli.codec.tiff_tags import ICC_TAG
from colorize_cli.imaging.photo import Pixels

__all__ = ["DAMAGE", "GREY", "guarded_read"]

GREY = frozenset({PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE})
INKS = 4
# Channels less the extra ones; 3 for all other kinds.
COLOURS: dict[Any, int] = {**dict.fromkeys(GREY, 1), PHOTOMETRIC.SEPARATED: INKS}
# ExtraSamples: colours multiplied by alpha, and not.
ASSOCIATED, UNASSOCIATED = 1, 2

# What tifffile raises on damaged files, besides its own ValueErrors.
DAMAGE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)


def guarded_read(page: TiffPage, tags: dict[int, Any]) -> Pixels:
    """`read_page` with all that can go wrong as ValueError."""
    try:
        return read_page(page, tags)
    except DAMAGE as error:
        raise ValueError(str(error)) from error


def read_page(page: TiffPage, tags: dict[int, Any]) -> Pixels:
    """The pixels of a page as `Survey.read_pixels` promises them."""
    # The batch reads several photos at once already.
    stored = page.asarray(maxworkers=1)
    if page.axes.startswith("S"):
        stored = np.moveaxis(stored, 0, -1)
    if page.photometric == PHOTOMETRIC.PALETTE:
        return with_alpha_only(looked_up(stored, page), page)
    native = stored.astype(stored.dtype.newbyteorder("="), copy=False)
    pixels = full_scale(native, (1 << page.bitspersample) - 1)
    if page.photometric == PHOTOMETRIC.SEPARATED:
        return of_inks(with_alpha_only(pixels, page), tags[ICC_TAG])
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        pixels = inverted(pixels)
    return with_alpha_only(pixels, page)


def of_inks(pixels: Pixels, icc: bytes) -> Pixels:
    """The colours of four inks, with the alpha behind them if there is one."""
    rgb = cmyk_to_rgb(pixels[..., :INKS], icc)
    if pixels.shape[-1] == INKS:
        return rgb
    stacked: NDArray[Any] = np.dstack([rgb, pixels[..., INKS]])
    return stacked


def looked_up(stored: NDArray[Any], page: TiffPage) -> Pixels:
    """The colours that indices stand for, with the first extra channel if any.

    Returns:
        (H, W, 3) or (H, W, 4), uint8.
    """
    # (3, entries) of 16 bits; some writers use only the lower half of them.
    colours = np.array(page.colormap, np.uint16).T
    if colours.max() > 255:
        colours >>= 8
    # Bilevel indices come as booleans, which would be taken for a mask.
    indices = stored.astype(np.uint8) if stored.dtype == bool else stored
    palette = colours.astype(np.uint8)
    if indices.ndim == 2:
        return palette[indices]
    extra = in_8_bits(full_scale(indices[..., 1], (1 << page.bitspersample) - 1))
    return np.dstack([palette[indices[..., 0]], extra])


def inverted(pixels: Pixels) -> Pixels:
    """Turn 0 as white into 0 as black; alpha stays."""
    grey = pixels if pixels.ndim == 2 else pixels[..., :1]
    np.invert(grey, out=grey)
    return pixels


def with_alpha_only(pixels: Pixels, page: TiffPage) -> Pixels:
    """Keep colour, and of the extra channels only an alpha, not multiplied in."""
    if pixels.ndim == 2:
        return pixels
    colours = COLOURS.get(page.photometric, 3)
    extra = page.extrasamples[0] if page.extrasamples else None
    if extra not in {ASSOCIATED, UNASSOCIATED}:
        return pixels[..., 0] if colours == 1 else pixels[..., :colours]
    pixels = pixels[..., : colours + 1]
    if extra == UNASSOCIATED:
        return pixels
    divided = pixels.copy()
    for rows in strips(pixels.shape):
        divided[rows] = without_alpha(pixels[rows])
    return divided


def without_alpha(pixels: NDArray[Any]) -> Pixels:
    """Colours that were multiplied by the last channel, divided by it."""
    top = np.iinfo(pixels.dtype).max
    alpha = np.maximum(pixels[..., -1:], 1).astype(np.uint32)
    result = pixels.copy()
    divided = (pixels[..., :-1] * np.uint32(top) + alpha // 2) // alpha
    result[..., :-1] = np.minimum(divided, top)
    return result
