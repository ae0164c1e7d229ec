"""TIFF: pages, completeness, tags, and the many ways to store pixels."""

import io
import struct
from functools import partial
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray
from tifffile import COMPRESSION, PHOTOMETRIC, TiffFile, TiffPage

from colorize_cli.codec import exif
from colorize_cli.codec.exif import Value
from colorize_cli.codec.profiles import cmyk_to_rgb, colour_space
from colorize_cli.codec.survey import Survey
from colorize_cli.codec.uncompressed import full_scale
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata, Photo, Pixels

__all__ = ["MAGICS", "encode_tiff", "survey_tiff"]

# Classic and BigTIFF, in both byte orders.
MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# Bits of NewSubfileType: a reduced copy of another page, a transparency mask.
THUMBNAIL, MASK = 1, 4
# ExtraSamples: colours multiplied by alpha, and not.
ASSOCIATED, UNASSOCIATED = 1, 2
XMP_TAG, ORIENTATION_TAG = 700, 274
BYTE = 1
# ResolutionUnit; without one the resolution is a mere aspect ratio.
NO_UNIT, INCH, CENTIMETRE = 1, 2, 3
# Four inks and an alpha; more is not a photo.
MAX_CHANNELS = 5
# No writer makes larger tiles, and each is allocated whole.
MAX_TILE_PX = 1 << 28

GREY = frozenset({PHOTOMETRIC.MINISBLACK, PHOTOMETRIC.MINISWHITE})
# Compressions whose decoder turns YCbCr into RGB.
JPEGS = frozenset({COMPRESSION.JPEG, COMPRESSION.OJPEG})

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


def survey_tiff(data: bytes, name: object) -> Survey:
    """Read the directories of a TIFF and check that all pixel data is there.

    Raises:
        DecodeError: If it is truncated or damaged.
        UnsupportedPhotoError: For pixel types that are not photos.
    """
    try:
        tiff = TiffFile(io.BytesIO(data))
        pages = [page for page in tiff.pages if isinstance(page, TiffPage)]
        pictures = [page for page in pages if not page.subfiletype & (THUMBNAIL | MASK)]
        page = (pictures or pages)[0]
        sizes = zip(page.dataoffsets, page.databytecounts, strict=True)
        is_complete = all(start + size <= len(data) for start, size in sizes)
        # A BitsPerSample beyond the end is dropped, and its default taken, 1.
        is_complete &= page.samplesperpixel == 1 or page.bitspersample > 1
        tags = {tag.code: tag.value for tag in page.tags}
        reason = refusal(page, tags)
        width, height = int(page.imagewidth), int(page.imagelength)
    except DAMAGE as error:
        raise DecodeError(name, f"is truncated or damaged ({error})") from error
    if not is_complete or width < 1 or height < 1:
        raise DecodeError(name, "is truncated: the picture breaks off")
    if reason:
        raise UnsupportedPhotoError(name, reason)
    return Survey(
        width_px=width,
        height_px=height,
        frame_count=max(len(pictures), 1),
        metadata=metadata_of(tags),
        read_pixels=partial(guarded_read, page, tags),
    )


def refusal(page: TiffPage, tags: dict[int, Any]) -> str | None:
    """Why pixels of this kind are not read; None if they are."""
    photometric, bits = page.photometric, page.bitspersample
    icc = tags.get(34675)
    if page.dtype is None or page.dtype.kind not in "bu" or not 1 <= bits <= 16:
        return (
            f"TIFF with pixels of type {page.dtype} is not read; convert it to 16-bit"
        )
    if photometric == PHOTOMETRIC.SEPARATED and colour_space(icc) != "CMYK":
        return "CMYK without an ICC profile has no definite tones; convert it to RGB"
    readable = GREY | {
        PHOTOMETRIC.RGB,
        PHOTOMETRIC.PALETTE,
        PHOTOMETRIC.SEPARATED,
    }
    if page.compression in JPEGS:
        readable |= {PHOTOMETRIC.YCBCR}
    if page.samplesperpixel > MAX_CHANNELS:
        return f"TIFF with {page.samplesperpixel} channels is not read; convert it"
    if page.is_tiled and page.tilewidth * page.tilelength > MAX_TILE_PX:
        return f"TIFF with tiles of {page.tilewidth} x {page.tilelength} is not read"
    if photometric not in readable or page.imagedepth != 1:
        kind = getattr(photometric, "name", photometric)
        return f"TIFF with pixels of kind {kind} is not read; convert it to RGB"
    return None


def metadata_of(tags: dict[int, Any]) -> Metadata:
    """Profile and XMP as they are; text, resolution and orientation as EXIF."""
    values: dict[int, Value] = {}
    for tag, kind in exif.TAGS.items():
        value = tags.get(tag)
        if kind == exif.ASCII and isinstance(value, str) and value:
            values[tag] = value.encode()
        elif kind == exif.RATIONAL and isinstance(value, tuple) and len(value) == 2:
            values[tag] = int(value[0]), int(value[1])
        elif kind == exif.SHORT and isinstance(value, int):
            values[tag] = int(value)
    if values.get(exif.RESOLUTION_UNIT, NO_UNIT) == NO_UNIT:
        for tag in (exif.X_RESOLUTION, exif.Y_RESOLUTION, exif.RESOLUTION_UNIT):
            values.pop(tag, None)
    turned = tags.get(ORIENTATION_TAG)
    if isinstance(turned, int) and 1 < turned <= 8:
        values[ORIENTATION_TAG] = int(turned)
    icc, xmp = tags.get(34675), tags.get(XMP_TAG)
    return Metadata(
        exif=exif.build(values),
        icc=icc if isinstance(icc, bytes) else None,
        xmp=xmp if isinstance(xmp, bytes) else None,
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
        # (3, entries) of 16 bits, used in full by 8-bit and smaller indices.
        colours = np.asarray(page.colormap, np.uint16).T
        return (colours[stored] >> 8).astype(np.uint8)
    pixels = full_scale(stored.astype(stored.dtype.newbyteorder("=")), top_of(page))
    if page.photometric == PHOTOMETRIC.SEPARATED:
        return cmyk_to_rgb(pixels[..., :4], tags[34675])
    if page.photometric == PHOTOMETRIC.MINISWHITE:
        pixels = inverted(pixels)
    return with_alpha_only(pixels, page)


def top_of(page: TiffPage) -> int:
    """The largest value that a sample of this page can take."""
    return (1 << page.bitspersample) - 1


def inverted(pixels: Pixels) -> Pixels:
    """Turn 0 as white into 0 as black; alpha stays."""
    grey = pixels if pixels.ndim == 2 else pixels[..., :1]
    np.invert(grey, out=grey)
    return pixels


def with_alpha_only(pixels: Pixels, page: TiffPage) -> Pixels:
    """Keep colour, and of the extra channels only an alpha, not multiplied in."""
    if pixels.ndim == 2:
        return pixels
    colours = 1 if page.photometric in GREY else 3
    extra = page.extrasamples[0] if page.extrasamples else None
    if extra not in {ASSOCIATED, UNASSOCIATED}:
        return pixels[..., 0] if colours == 1 else pixels[..., :colours]
    pixels = pixels[..., : colours + 1]
    if extra == ASSOCIATED:
        top = np.iinfo(pixels.dtype).max
        alpha = np.maximum(pixels[..., colours:], 1).astype(np.uint32)
        divided = (pixels[..., :colours] * np.uint32(top) + alpha // 2) // alpha
        pixels = pixels.copy()
        pixels[..., :colours] = np.minimum(divided, top)
    return pixels


def encode_tiff(photo: Photo) -> bytes:
    """Encode losslessly at the photo's own depth, deflated, with its metadata.

    Of the EXIF block, text and resolution become tags of the file.
    """
    pixels: NDArray[Any] = photo.rgb
    if photo.alpha is not None:
        pixels = np.dstack([photo.rgb, photo.alpha])
    values = exif.read(photo.metadata.exif)
    texts = [(tag, value) for tag, value in values.items() if isinstance(value, bytes)]
    extratags = [
        (tag, exif.ASCII, len(text) + 1, text + b"\0", True) for tag, text in texts
    ]
    xmp = photo.metadata.xmp
    if xmp:
        extratags.append((XMP_TAG, BYTE, len(xmp), xmp, True))
    target = io.BytesIO()
    tifffile.imwrite(
        target,
        pixels,
        photometric="rgb",
        compression="adobe_deflate",
        predictor=True,
        extrasamples=None if photo.alpha is None else ["unassalpha"],
        iccprofile=photo.metadata.icc,
        extratags=extratags,
        metadata=None,
        software=False,
        maxworkers=1,
        **resolution_settings(values),
    )
    return target.getvalue()


def resolution_settings(values: dict[int, Value]) -> dict[str, Any]:
    """What `imwrite` is to be told about the resolution, if it makes sense."""
    unit = values.get(exif.RESOLUTION_UNIT, INCH)
    fractions = [values.get(tag) for tag in (exif.X_RESOLUTION, exif.Y_RESOLUTION)]
    whole = [part for part in fractions if isinstance(part, tuple) and all(part)]
    if unit not in {INCH, CENTIMETRE} or len(whole) < 2:
        return {}
    return {"resolution": tuple(whole), "resolutionunit": unit}
