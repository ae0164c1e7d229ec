"""Bytes to photos: survey, refuse, decode, turn upright."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.codec import (
    avif,
    bmp,
    exif,
    jpeg,
    jpeg2000,
    png,
    pnm,
    tiff,
    webp,
)
from colorize_cli.codec.formats import Format
from colorize_cli.codec.metadata import carried
from colorize_cli.codec.profiles import colour_space, srgb_tones
from colorize_cli.codec.quiet import one_line
from colorize_cli.codec.survey import Survey
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata, Photo, Pixels

__all__ = ["MAX_PIXELS", "Document", "decode", "read_document"]

MAX_PIXELS = 500_000_000

Surveyor = Callable[[bytes, object], Survey | list[Survey]]

SURVEYORS: dict[tuple[bytes, ...], tuple[Format, Surveyor]] = {
    (jpeg.MAGIC,): ("jpg", jpeg.survey_jpeg),
    (png.MAGIC,): ("png", png.survey_png),
    tiff.MAGICS: ("tiff", tiff.survey_tiff),
    jpeg2000.MAGICS: ("jp2", jpeg2000.survey_jpeg2000),
    (bmp.BMP_MAGIC,): ("bmp", bmp.survey_bmp),
    pnm.MAGICS: ("ppm", pnm.survey_pnm),
}

# Pictures that are recognised in order to say so.
FOREIGN = {
    b"GIF8": "GIF",
    b"%PDF": "PDF",
    b"8BPS": "Photoshop",
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL ": "JPEG XL",
}
FOREIGN_BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF", b"msf1": "HEIF"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file whose structure is known and whose pixels are not decoded yet.

    Attributes:
        name: Names the file in errors.
        data: The file.
        format: What it is, whatever it is called.
        surveys: One of each page.
    """

    name: object
    data: bytes
    format: Format
    surveys: list[Survey]

    @property
    def page_count(self) -> int:
        """Pages; 1 for everything but TIFF."""
        return len(self.surveys)

    @property
    def pixel_count(self) -> int:
        """Pixels of all pages together."""
        return sum(each.width_px * each.height_px for each in self.surveys)

    @property
    def metadata(self) -> Metadata:
        """The metadata of the first page as it stands in the file."""
        return self.surveys[0].metadata

    def read(self, page: int = 0) -> Photo:
        """Decode a page.

        Grey, palette and alpha come out as RGB with an optional alpha of the same
        depth. The pixels are turned upright, and the metadata says so. An RGB profile
        is carried along while its pixels are taken for sRGB; grey ones and CMYK are
        converted to sRGB with their profile.

        Raises:
            DecodeError: If its data is damaged.
            UnsupportedPhotoError: If there is too little memory.
        """
        survey = self.surveys[page]
        try:
            pixels = survey.read_pixels()
        except (RuntimeError, ValueError) as error:
            reason = f"has damaged picture data ({one_line(error)})"
            raise DecodeError(self.name, reason) from error
        except MemoryError as error:
            size = f"{survey.width_px} x {survey.height_px}"
            reason = f"{size} pixels need more memory than there is"
            raise UnsupportedPhotoError(self.name, reason) from error
        turn = survey.turn or exif.orientation(survey.metadata.exif)
        planes, alpha = split(pixels)
        icc = survey.metadata.icc
        if planes.ndim == 2 and icc and colour_space(icc) == "GRAY":
            planes = srgb_tones(planes, icc)
        planes = upright(planes, turn)
        return Photo(
            rgb=planes if planes.ndim == 3 else shown_as_rgb(planes),
            alpha=None if alpha is None else upright(alpha, turn),
            metadata=carried(survey.metadata, turn),
        )


def read_document(
    data: bytes, name: object, *, max_pixels: int = MAX_PIXELS
) -> Document:
    """Survey a picture file; what it contains counts, not what it is called.

    Args:
        data: The file.
        name: Names the file in errors.
        max_pixels: Refuse files with more on all pages, by what their headers say.

    Raises:
        DecodeError: If it is empty, truncated, damaged, or no picture.
        UnsupportedPhotoError: If it is a picture of a kind that is not read.
    """
    format, surveyor = surveyor_of(data, name)
    try:
        found = surveyor(data, name)
    except (struct.error, IndexError) as error:
        reason = "is truncated: it ends inside its header"
        raise DecodeError(name, reason) from error
    surveys = found if isinstance(found, list) else [found]
    document = Document(name=name, data=data, format=format, surveys=surveys)
    for survey in document.surveys:
        refuse_extremes(survey, name)
    if document.pixel_count > max_pixels:
        raise UnsupportedPhotoError(name, too_large(document, max_pixels))
    return document


def decode(data: bytes, name: object, *, max_pixels: int = MAX_PIXELS) -> Photo:
    """Decode a file that holds one picture; see `read_document` and `Document.read`.

    Raises:
        DecodeError: If it is empty, truncated, damaged, or no picture.
        UnsupportedPhotoError: If it is a picture of a kind that is not read, or more
            than one.
    """
    document = read_document(data, name, max_pixels=max_pixels)
    if document.page_count > 1:
        reason = f"it holds {document.page_count} pages, and one is wanted"
        raise UnsupportedPhotoError(name, reason)
    return document.read()


def surveyor_of(data: bytes, name: object) -> tuple[Format, Surveyor]:
    """The format that the first bytes announce, and its surveyor."""
    if not data:
        raise DecodeError(name, "is empty (0 bytes)")
    for magics, found in SURVEYORS.items():
        if data.startswith(magics):
            return found
    if webp.is_webp(data):
        return "webp", webp.survey_webp
    if avif.is_avif(data):
        return "avif", avif.survey_avif
    known = [kind for magic, kind in FOREIGN.items() if data.startswith(magic)]
    if data[4:8] == b"ftyp" and data[8:12] in FOREIGN_BRANDS:
        known.append(FOREIGN_BRANDS[data[8:12]])
    if known:
        reason = f"{known[0]} files are not read; convert it to PNG or JPEG"
        raise UnsupportedPhotoError(name, reason)
    raise DecodeError(name, "is not an image, or of a format that is not read")


def refuse_extremes(survey: Survey, name: object) -> None:
    """Refuse animations and sizes that make no sense."""
    width, height = survey.width_px, survey.height_px
    if width < 1 or height < 1:
        raise DecodeError(
            name, f"is damaged: its header says {width} x {height} pixels"
        )
    if survey.frame_count > 1:
        reason = (
            f"it is an animation of {survey.frame_count} pictures; "
            "save the one you want by itself"
        )
        raise UnsupportedPhotoError(name, reason)


def too_large(document: Document, max_pixels: int) -> str:
    """Why a file is not decoded, and what to do if it is meant to be that large."""
    first = document.surveys[0]
    size = f"{first.width_px} x {first.height_px} pixels"
    if document.page_count > 1:
        size = f"{document.page_count} pages with {document.pixel_count} pixels"
    limit = f"{max_pixels / 1e6:g} megapixels"
    return f"{size} is above the limit of {limit}; reduce it, or raise --max-pixels"


def split(pixels: NDArray[Any]) -> tuple[Pixels, Pixels | None]:
    """Grey (H, W) or RGB (H, W, 3), and alpha (H, W) if the pixels have one."""
    if pixels.ndim == 2:
        return pixels, None
    channels = pixels.shape[2]
    alpha = pixels[..., -1].copy() if channels in {2, 4} else None
    if channels < 3:
        return pixels[..., 0].copy(), alpha
    return (pixels[..., :3].copy() if channels == 4 else pixels), alpha


def shown_as_rgb(grey: Pixels) -> Pixels:
    """A grey plane as RGB, without taking memory for it."""
    rgb: NDArray[Any] = np.broadcast_to(grey[..., None], (*grey.shape, 3))
    return rgb


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
