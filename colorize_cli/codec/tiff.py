"""TIFF: pages, what is in their tags, and whether all of their pixels are there."""

import io
import math
import re
from functools import partial
from typing import Any

from tifffile import COMPRESSION, PHOTOMETRIC, TiffFile, TiffPage

from colorize_cli.codec import exif
from colorize_cli.codec.directories import ByteOrder, Field, read_fields
from colorize_cli.codec.exif_writing import as_block
from colorize_cli.codec.metadata import IPTC_MARK, iptc_of_photoshop
from colorize_cli.codec.profiles import colour_space
from colorize_cli.codec.quiet import one_line
from colorize_cli.codec.survey import Survey
from colorize_cli.codec.tiff_pixels import DAMAGE, GREY, guarded_read
from colorize_cli.codec.tiff_tags import (
    ICC_TAG,
    IPTC_TAG,
    PHOTOSHOP_TAG,
    PIXEL_TAGS,
    RESOLUTION_TAGS,
    RESOLUTION_UNIT,
    XMP_TAG,
)
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata

__all__ = ["MAGICS", "survey_tiff"]

# Classic and BigTIFF, in both byte orders.
MAGICS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

# What Canon and Phase One write behind the header of their raw files.
RAW_MARK, RAW_MARK_AT = re.compile(rb"CR\x02\0|IIII.waR|MMMMRaw"), 8
RAW_REASON = "camera raw is not read; develop it as 16-bit TIFF"
# Bits of NewSubfileType: a reduced copy of another page, a transparency mask.
THUMBNAIL, MASK = 1, 4
# ResolutionUnit; without one the resolution is a mere aspect ratio.
NO_UNIT = 1
# Four inks and an alpha; more is not a photo.
MAX_CHANNELS = 5
# No writer makes larger tiles, and each is allocated whole.
MAX_TILE_PX = 1 << 28
# Of a scanned book; each costs time before anything is known of it.
MAX_PAGES = 10_000

# Compressions whose decoder turns YCbCr into RGB.
JPEGS = frozenset({COMPRESSION.JPEG, COMPRESSION.OJPEG})


def survey_tiff(data: bytes, name: object) -> list[Survey]:
    """Read the directories of a TIFF and check that all pixel data is there.

    Returns:
        A survey of each page; thumbnails and masks are none.

    Raises:
        DecodeError: If it is truncated or damaged.
        UnsupportedPhotoError: For pixel types that are not photos.
    """
    if RAW_MARK.match(data, RAW_MARK_AT):
        raise UnsupportedPhotoError(name, RAW_REASON)
    try:
        tiff = TiffFile(io.BytesIO(data))
        if len(tiff.pages) > MAX_PAGES:
            reason = f"it holds more than {MAX_PAGES} pages; divide it"
            raise UnsupportedPhotoError(name, reason)
        pages = [page for page in tiff.pages if isinstance(page, TiffPage)]
        pictures = [page for page in pages if not page.subfiletype & (THUMBNAIL | MASK)]
        # Nothing but previews, on which the sensor's mosaic hangs.
        if not pictures and any(page.subifds for page in pages):
            raise UnsupportedPhotoError(name, RAW_REASON)
        return [survey_page(data, tiff, page, name) for page in pictures or [pages[0]]]
    except DAMAGE as error:
        reason = f"is truncated or damaged ({one_line(error)})"
        raise DecodeError(name, reason) from error


def survey_page(data: bytes, tiff: TiffFile, page: TiffPage, name: object) -> Survey:
    """Survey one page."""
    sizes = zip(page.dataoffsets, page.databytecounts, strict=True)
    is_complete = all(start + size <= len(data) for start, size in sizes)
    # A BitsPerSample beyond the end is dropped, and its default taken, 1.
    is_complete &= page.samplesperpixel == 1 or page.bitspersample > 1
    tags = {tag.code: tag.value for tag in page.tags}
    width, height = int(page.imagewidth), int(page.imagelength)
    reason = refusal(page, tags)
    if not is_complete or width < 1 or height < 1:
        raise DecodeError(name, "is truncated: the picture breaks off")
    if missing := missing_count(page):
        needed = math.prod(page.chunked)
        kind = "tiles" if page.is_tiled else "strips"
        raise DecodeError(
            name, f"is incomplete: {missing} of {needed} {kind} were never written"
        )
    if reason:
        raise UnsupportedPhotoError(name, reason)
    fields = read_fields(
        data,
        page.offset,
        tiff.byteorder,
        is_big=tiff.is_bigtiff,
        unwanted=PIXEL_TAGS | {ICC_TAG},
    )
    return Survey(
        width_px=width,
        height_px=height,
        metadata=metadata_of(tags, fields, tiff.byteorder),
        read_pixels=partial(guarded_read, page, tags),
    )


def missing_count(page: TiffPage) -> int:
    """Strips or tiles that were never written, and would come out black.

    Some maps leave out empty tiles on purpose; a scan has none.
    """
    # Uncompressed pixels in one run are read as such, whatever the counts say.
    if page.is_contiguous and page.dataoffsets[0]:
        return 0
    needed = math.prod(page.chunked)
    places = zip(page.dataoffsets[:needed], page.databytecounts, strict=False)
    return needed - sum(1 for start, size in places if start and size)


def refusal(page: TiffPage, tags: dict[int, Any]) -> str | None:
    """Why pixels of this kind are not read; None if they are."""
    photometric, bits = page.photometric, page.bitspersample
    icc = tags.get(ICC_TAG)
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
    if page.imagedepth != 1:
        return f"TIFF of volumes, {page.imagedepth} pictures deep, is not read"
    if photometric not in readable:
        kind = getattr(photometric, "name", photometric)
        return f"TIFF with pixels of kind {kind} is not read; convert it to RGB"
    return None


def metadata_of(
    tags: dict[int, Any], fields: dict[int, Field], order: ByteOrder
) -> Metadata:
    """Profile, XMP and IPTC as they are; all else about the photo as EXIF."""
    iptc, photoshop, xmp = (
        fields.pop(tag, None) for tag in (IPTC_TAG, PHOTOSHOP_TAG, XMP_TAG)
    )
    if tags.get(RESOLUTION_UNIT, exif.INCH) == NO_UNIT:
        for tag in RESOLUTION_TAGS:
            fields.pop(tag, None)
    icc = tags.get(ICC_TAG)
    records = in_order(iptc.raw) if iptc else None
    return Metadata(
        exif=as_block(fields, order),
        icc=icc if isinstance(icc, bytes) else None,
        xmp=xmp.raw if xmp else None,
        iptc=records or (iptc_of_photoshop(photoshop.raw) if photoshop else None),
    )


def in_order(iptc: bytes) -> bytes:
    """Records that some writers store as swapped 32-bit numbers, set right."""
    if iptc[3:4] != IPTC_MARK or iptc.startswith(IPTC_MARK):
        return iptc
    return b"".join(iptc[at : at + 4][::-1] for at in range(0, len(iptc), 4))
