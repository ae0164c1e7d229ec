"""Bytes to `Photo`: survey, refuse, decode, turn upright."""

import struct
from collections.abc import Callable

import cv2

from colorize_cli.codec import exif, jpeg, jpeg2000, png, tiff, uncompressed, webp
from colorize_cli.codec.metadata import carried
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Photo, Pixels

__all__ = ["MAX_PIXELS", "decode"]

MAX_PIXELS = 500_000_000

Surveyor = Callable[[bytes, object], Survey]

SURVEYORS: dict[tuple[bytes, ...], Surveyor] = {
    (jpeg.MAGIC,): jpeg.survey_jpeg,
    (png.MAGIC,): png.survey_png,
    tiff.MAGICS: tiff.survey_tiff,
    jpeg2000.MAGICS: jpeg2000.survey_jpeg2000,
    (uncompressed.BMP_MAGIC,): uncompressed.survey_bmp,
    uncompressed.PNM_MAGICS: uncompressed.survey_pnm,
}

# Pictures that are recognised in order to say so.
FOREIGN = {
    b"GIF8": "GIF",
    b"%PDF": "PDF",
    b"8BPS": "Photoshop",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
}
FOREIGN_BRANDS = {b"avif": "AVIF", b"avis": "AVIF", b"heic": "HEIC", b"mif1": "HEIF"}


def decode(data: bytes, name: object, *, max_pixels: int = MAX_PIXELS) -> Photo:
    """Decode a whole picture file; what it contains counts, not what it is called.

    Grey, palette and alpha come out as RGB with an optional alpha of the same depth.
    The pixels are turned upright, and the metadata says so. An RGB profile is carried
    along while its pixels are taken for sRGB; a grey one is dropped; CMYK is converted
    with its profile.

    Args:
        data: The file.
        name: Names the file in errors.
        max_pixels: Refuse larger pictures, by what the header says.

    Raises:
        DecodeError: If it is empty, truncated, damaged, or no picture.
        UnsupportedPhotoError: If it is a picture of a kind that is not read.
    """
    try:
        survey = surveyor_of(data, name)(data, name)
    except (struct.error, IndexError) as error:
        reason = "is truncated: it ends inside its header"
        raise DecodeError(name, reason) from error
    refuse_extremes(survey, name, max_pixels)
    try:
        pixels = survey.read_pixels()
    except (RuntimeError, ValueError) as error:
        raise DecodeError(name, f"has damaged picture data ({error})") from error
    except MemoryError as error:
        size = f"{survey.width_px} x {survey.height_px}"
        reason = f"{size} pixels need more memory than there is"
        raise UnsupportedPhotoError(name, reason) from error
    turn = exif.orientation(survey.metadata.exif)
    rgb, alpha = split(pixels)
    return Photo(
        rgb=upright(rgb, turn),
        alpha=None if alpha is None else upright(alpha, turn),
        metadata=carried(survey.metadata),
    )


def surveyor_of(data: bytes, name: object) -> Surveyor:
    """The surveyor for the format that the first bytes announce."""
    if not data:
        raise DecodeError(name, "is empty (0 bytes)")
    for magics, surveyor in SURVEYORS.items():
        if data.startswith(magics):
            return surveyor
    if webp.is_webp(data):
        return webp.survey_webp
    known = [kind for magic, kind in FOREIGN.items() if data.startswith(magic)]
    if data[4:8] == b"ftyp" and data[8:12] in FOREIGN_BRANDS:
        known.append(FOREIGN_BRANDS[data[8:12]])
    if known:
        reason = f"{known[0]} files are not read; convert it to PNG or JPEG"
        raise UnsupportedPhotoError(name, reason)
    raise DecodeError(name, "is not an image, or of a format that is not read")


def refuse_extremes(survey: Survey, name: object, max_pixels: int) -> None:
    """Refuse animations and sizes that nothing should be allocated for."""
    width, height = survey.width_px, survey.height_px
    if width < 1 or height < 1:
        raise DecodeError(
            name, f"is damaged: its header says {width} x {height} pixels"
        )
    if width * height > max_pixels:
        limit = f"{max_pixels / 1e6:g} megapixels"
        reason = f"{width} x {height} pixels is above the limit of {limit}; reduce it"
        raise UnsupportedPhotoError(name, reason)
    if survey.frame_count > 1:
        reason = (
            f"it holds {survey.frame_count} pictures, as animations and scanned "
            "documents do; save the one you want by itself"
        )
        raise UnsupportedPhotoError(name, reason)


def split(pixels: Pixels) -> tuple[Pixels, Pixels | None]:
    """RGB (H, W, 3), and alpha (H, W) if the pixels have one."""
    if pixels.ndim == 2:
        return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB), None
    channels = pixels.shape[2]
    alpha = pixels[..., -1].copy() if channels in {2, 4} else None
    if channels < 3:
        return split(pixels[..., 0].copy())[0], alpha
    return (pixels[..., :3].copy() if channels == 4 else pixels), alpha


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Undo an EXIF orientation, 1 to 8, of (H, W) or (H, W, 3) pixels."""
    match orientation:
        case 2:
            return cv2.flip(pixels, 1)
        case 3:
            return cv2.rotate(pixels, cv2.ROTATE_180)
        case 4:
            return cv2.flip(pixels, 0)
        case 5:
            return cv2.transpose(pixels)
        case 6:
            return cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
        case 7:
            return cv2.transpose(cv2.rotate(pixels, cv2.ROTATE_180))
        case 8:
            return cv2.rotate(pixels, cv2.ROTATE_90_COUNTERCLOCKWISE)
    return pixels
