"""Photos to bytes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec import avif, bmp, exif, jpeg, jpeg_segments, png, pnm, webp
from colorize_cli.codec.depth import in_8_bits
from colorize_cli.codec.formats import Format
from colorize_cli.codec.jpeg2000 import encode_jpeg2000
from colorize_cli.codec.opencv import imencode_rgb
from colorize_cli.codec.quiet import one_line
from colorize_cli.codec.strips import strips
from colorize_cli.codec.tiff_writing import encode_tiff
from colorize_cli.codec.xmp import MAX_BYTES
from colorize_cli.codec.xmp_mending import mended, words_of
from colorize_cli.errors import EncodeError
from colorize_cli.imaging.photo import Photo, Pixels

__all__ = ["encode", "encode_pages", "holds_pages", "is_lossy", "losses"]

# What the formats can say in their headers, per side, or their encoders write.
MAX_SIDE_PX: dict[Format, int] = {
    "jpg": jpeg.MAX_SIDE_PX,
    "webp": 16383,
    "avif": avif.MAX_SIDE_PX,
    "bmp": 32767,
}
LOSSLESS_QUALITY = 100

# Fast settings, for photos: run lengths after a horizontal difference.
PNG_LEVEL, PNG_RLE, PNG_FILTER_SUB = 1, 3, 16

SAMPLE_BITS: dict[Format, int] = {
    "png": 16,
    "tiff": 16,
    "jp2": 16,
    "ppm": 16,
    "avif": 12,
    "jpg": 8,
    "webp": 8,
    "bmp": 8,
}
WITHOUT_ALPHA: frozenset[Format] = frozenset({"jpg", "ppm"})
WITHOUT_METADATA: frozenset[Format] = frozenset({"bmp", "ppm"})
# These take EXIF apart, or add to it.
WITH_READABLE_EXIF: frozenset[Format] = frozenset({"tiff", "webp", "avif"})
LOSSY: frozenset[Format] = frozenset({"jpg", "webp", "avif"})
# What a JPEG has room for: a segment, less what stands before the block; for XMP,
# what its readers are ready for.
MAX_JPEG_BYTES = {
    "exif": 65_500,
    "icc": jpeg_segments.MAX_PROFILE_BYTES,
    "iptc": 65_500,
    "xmp": MAX_BYTES,
}


def holds_pages(format: Format) -> bool:
    """Whether several pages can be written as one file."""
    return format == "tiff"


def is_lossy(format: Format) -> bool:
    """Whether a quality decides what the encoder keeps."""
    return format in LOSSY


def losses(photo: Photo, format: Format) -> list[str]:
    """What of a photo a format has no room for, each in a few words."""
    found = []
    if photo.rgb.dtype == np.uint16 and SAMPLE_BITS[format] < 16:
        found.append(f"{format} keeps {SAMPLE_BITS[format]} of 16 bits")
    if photo.alpha is not None and format in WITHOUT_ALPHA:
        found.append(f"{format} has no transparency, so the photo lies on white")
    metadata = photo.metadata
    if format in WITHOUT_METADATA and (metadata.exif or metadata.icc or metadata.iptc):
        found.append(f"{format} has no place for EXIF, profile and IPTC")
    if metadata.own and metadata.own.format != format:
        found.append(f"{format} has no place for {metadata.own.kind}")
    lengths = {name: len(getattr(metadata, name) or b"") for name in MAX_JPEG_BYTES}
    if format == "jpg" and any(lengths[k] > v for k, v in MAX_JPEG_BYTES.items()):
        found.append("jpg has no room for so much EXIF, IPTC, XMP or profile")
    is_damaged = metadata.exif and not exif.is_readable(metadata.exif)
    if is_damaged and format in WITH_READABLE_EXIF:
        found.append(f"{format} has no place for EXIF that cannot be read")
    if mended(metadata.xmp) is None and words_of(metadata.xmp):
        found.append("XMP that cannot be read is kept as text only")
    return found


def encode(photo: Photo, format: Format, *, quality: int = 95) -> bytes:
    """Encode a photo with its metadata.

    - `png`, `tiff` and `jp2` are lossless and keep 16 bits and alpha.
    - `jpg` has full chroma resolution (4:4:4). It has no alpha: the photo is laid on
      white. Of EXIF and IPTC above 64 KiB, what does not fit is left out.
    - `webp` keeps alpha; it halves chroma resolution, but at quality 100 is lossless.
    - `avif` keeps alpha, full chroma resolution and 12 bits; with alpha, and at quality
      100, it is lossless.
    - `bmp` keeps alpha, and of the metadata resolution and XMP; `ppm` keeps 16 bits and
      XMP.

    Args:
        photo: What to encode.
        format: As what.
        quality: 1 to 100, for `jpg`, `webp` and `avif`.

    Raises:
        EncodeError: If the format cannot hold the photo.
    """
    return encode_pages([photo], format, quality=quality)


def encode_pages(
    pages: Iterable[Photo], format: Format, *, quality: int = 95, raw_bytes: int = 0
) -> bytes:
    """Encode one photo, or as `tiff` any number; see `encode`.

    Args:
        pages: At least one; a page is asked for when the one before it is encoded.
        format: As what.
        quality: 1 to 100, for `jpg`, `webp` and `avif`.
        raw_bytes: What the pixels of all pages take, for files above 4 GiB.

    Raises:
        EncodeError: If the format cannot hold a page, or not more than one.
    """
    # `map` holds on to no page while the next one is made.
    fitting = map(partial(checked, format=format), pages)
    try:
        if format == "tiff":
            return encode_tiff(fitting, raw_bytes=raw_bytes)
        first, *others = islice(fitting, 2)
        if others:
            raise EncodeError(f"{format} result", "holds one page; use --format tiff")
        return ENCODERS[format](first, quality)
    except (RuntimeError, ValueError, OverflowError, MemoryError) as error:
        reason = f"cannot be encoded ({one_line(error)})"
        raise EncodeError(f"{format} result", reason) from error


def checked(photo: Photo, format: Format) -> Photo:
    """The photo, if the format can hold its size.

    Raises:
        EncodeError: If it cannot.
    """
    limit = MAX_SIDE_PX.get(format)
    height, width = photo.size
    if limit and max(photo.size) > limit:
        raise EncodeError(
            f"{width} x {height} result",
            f"{format} holds at most {limit} pixels per side; use --format png",
        )
    return photo


def encode_jpeg(photo: Photo, quality: int) -> bytes:
    """JPEG, 4:4:4."""
    data = imagecodecs.jpeg8_encode(opaque(photo), quality, subsampling="444")
    return jpeg_segments.with_metadata(bytes(data), photo.metadata)


def encode_png(photo: Photo, quality: int) -> bytes:
    """PNG of 8 or 16 bits; `quality` has no say."""
    data = imagecodecs.png_encode(
        stacked(photo), level=PNG_LEVEL, strategy=PNG_RLE, filter=PNG_FILTER_SUB
    )
    return png.with_metadata(bytes(data), photo.metadata)


def encode_webp(photo: Photo, quality: int) -> bytes:
    """WebP; lossless, also under transparent pixels, at the highest quality."""
    settings = [cv2.IMWRITE_WEBP_QUALITY, quality]
    if quality == LOSSLESS_QUALITY:
        settings = [
            cv2.IMWRITE_WEBP_LOSSLESS_MODE,
            cv2.IMWRITE_WEBP_LOSSLESS_PRESERVE_COLOR,
        ]
    data = imencode_rgb(".webp", stacked_in_8_bits(photo), settings)
    return webp.with_metadata(data, photo.metadata)


def encode_bmp(photo: Photo, quality: int) -> bytes:
    """BMP of 24 bits, or 32 with alpha; `quality` has no say."""
    data = imagecodecs.bmp_encode(stacked_in_8_bits(photo))
    return bmp.with_metadata(bytes(data), photo.metadata)


ENCODERS: dict[Format, Callable[[Photo, int], bytes]] = {
    "jpg": encode_jpeg,
    "png": encode_png,
    "webp": encode_webp,
    "avif": lambda photo, quality: avif.encode_avif(
        stacked(photo), photo.metadata, quality
    ),
    "jp2": lambda photo, quality: encode_jpeg2000(stacked(photo), photo.metadata),
    "bmp": encode_bmp,
    "ppm": lambda photo, quality: pnm.encode_ppm(on_white(photo), photo.metadata),
}


def stacked(photo: Photo) -> NDArray[Any]:
    """(H, W, 3), or (H, W, 4) if there is an alpha; contiguous."""
    if photo.alpha is None:
        return np.ascontiguousarray(photo.rgb)
    return np.dstack([photo.rgb, photo.alpha])


def stacked_in_8_bits(photo: Photo) -> NDArray[np.uint8]:
    """The same, rounded to 8 bits."""
    alpha = None if photo.alpha is None else in_8_bits(photo.alpha)
    return stacked(replace(photo, rgb=in_8_bits(photo.rgb), alpha=alpha))


def opaque(photo: Photo) -> NDArray[np.uint8]:
    """RGB of 8 bits, without transparency."""
    return np.ascontiguousarray(in_8_bits(on_white(photo)))


def on_white(photo: Photo) -> Pixels:
    """Composite over white, as viewers and printers show transparent pictures."""
    if photo.alpha is None:
        return photo.rgb
    top = np.iinfo(photo.rgb.dtype).max
    pixels = np.empty(photo.rgb.shape, photo.rgb.dtype)
    for rows in strips(photo.size):
        # All sums stay below 2 ** 32.
        cover = photo.alpha[rows, :, None].astype(np.uint32)
        mixed = photo.rgb[rows] * cover + top * (top - cover)
        pixels[rows] = (mixed + top // 2) // top
    return pixels
