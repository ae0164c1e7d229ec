"""`Photo` to bytes."""

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec import jpeg, png, tiff, webp
from colorize_cli.codec.formats import Format
from colorize_cli.codec.opencv import imencode_rgb
from colorize_cli.errors import EncodeError
from colorize_cli.imaging.photo import Photo, Pixels

__all__ = ["encode"]

# What the formats can say in their headers, per side.
MAX_SIDE_PX: dict[Format, int] = {"jpg": jpeg.MAX_SIDE_PX, "webp": 16383}
LOSSLESS_QUALITY = 100
WHITE = 255

# Fast settings, for photos: run lengths after a horizontal difference.
PNG_LEVEL, PNG_RLE, PNG_FILTER_SUB = 1, 3, 16


def encode(photo: Photo, format: Format, *, quality: int = 95) -> bytes:
    """Encode a photo with its metadata.

    - `png` and `tiff` are lossless and keep 16 bits and alpha. TIFF keeps of EXIF the
      texts and the resolution.
    - `jpg` has full chroma resolution (4:4:4). It has no alpha: the photo is laid on
      white. EXIF and XMP above 64 KiB do not fit and are left out.
    - `webp` keeps alpha; it halves chroma resolution, but at quality 100 is lossless.
    - `jpg` and `webp` round 16 bits to 8.

    Args:
        photo: What to encode.
        format: As what.
        quality: 1 to 100, for `jpg` and `webp`.

    Raises:
        EncodeError: If the format cannot hold the photo.
    """
    limit = MAX_SIDE_PX.get(format)
    if limit and max(photo.size) > limit:
        height, width = photo.size
        raise EncodeError(
            f"{width} x {height} result",
            f"{format} holds at most {limit} pixels per side; use --format png",
        )
    try:
        return ENCODERS[format](photo, quality)
    except (RuntimeError, ValueError, MemoryError) as error:
        raise EncodeError(f"{format} result", f"cannot be encoded ({error})") from error


def encode_jpeg(photo: Photo, quality: int) -> bytes:
    """JPEG, 4:4:4."""
    rgb = in_8_bits(photo.rgb)
    if photo.alpha is not None:
        rgb = on_white(rgb, in_8_bits(photo.alpha))
    data = imagecodecs.jpeg8_encode(rgb, quality, subsampling="444")
    return jpeg.with_metadata(bytes(data), photo.metadata)


def encode_png(photo: Photo, quality: int) -> bytes:
    """PNG of 8 or 16 bits; `quality` has no say."""
    data = imagecodecs.png_encode(
        stacked(photo.rgb, photo.alpha),
        level=PNG_LEVEL,
        strategy=PNG_RLE,
        filter=PNG_FILTER_SUB,
    )
    return png.with_metadata(bytes(data), photo.metadata)


def encode_webp(photo: Photo, quality: int) -> bytes:
    """WebP; lossless, also under transparent pixels, at the highest quality."""
    rgb = in_8_bits(photo.rgb)
    alpha = None if photo.alpha is None else in_8_bits(photo.alpha)
    settings = [cv2.IMWRITE_WEBP_QUALITY, quality]
    if quality == LOSSLESS_QUALITY:
        settings = [
            cv2.IMWRITE_WEBP_LOSSLESS_MODE,
            cv2.IMWRITE_WEBP_LOSSLESS_PRESERVE_COLOR,
        ]
    data = imencode_rgb(
        ".webp", stacked(rgb, alpha).astype(np.uint8, copy=False), settings
    )
    return webp.with_metadata(data, photo.metadata)


def encode_tiff(photo: Photo, quality: int) -> bytes:
    """TIFF of 8 or 16 bits; `quality` has no say."""
    return tiff.encode_tiff(photo)


ENCODERS = {
    "jpg": encode_jpeg,
    "png": encode_png,
    "webp": encode_webp,
    "tiff": encode_tiff,
}


def stacked(rgb: Pixels, alpha: Pixels | None) -> Pixels:
    """(H, W, 3), or (H, W, 4) if there is an alpha; contiguous."""
    return np.ascontiguousarray(rgb if alpha is None else np.dstack([rgb, alpha]))


def in_8_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """Round 16 bits to 8, so that 65535 is 255; 8 bits are returned as they are."""
    if pixels.dtype == np.uint8:
        return pixels.astype(np.uint8, copy=False)
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def on_white(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Composite over white, as viewers and printers show transparent pictures."""
    cover = alpha[..., None].astype(np.uint32)
    mixed = rgb * cover + WHITE * (255 - cover)
    return ((mixed + 127) // 255).astype(np.uint8)
