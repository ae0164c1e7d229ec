"""TIFF, written: pages one after the other, in strips, with their metadata."""

import io
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import imagecodecs
import numpy as np
import tifffile

from colorize_cli.codec import exif
from colorize_cli.codec.directories import (
    EXIF_IFD,
    GPS_IFD,
    LONG,
    LONG8,
    ByteOrder,
    Field,
    written,
)
from colorize_cli.codec.metadata import resolution_of
from colorize_cli.imaging.photo import Metadata, Photo

__all__ = ["encode_tiff"]

XMP_TAG = 700
UNDEFINED = 7
# Bytes of a strip before it is packed; readers unpack a strip at a time.
STRIP_BYTES = 1 << 18
DEFLATE_LEVEL = 6
# Pages whose pixels take more than this need the offsets of BigTIFF.
MAX_CLASSIC_BYTES = (1 << 32) - (1 << 25)
# Stands for the place of a directory until that is known.
PLACEHOLDER = 0x45584946
# tifffile refuses to write tags that point to directories, so they are written under
# a number that is so much lower, which nobody uses, and renamed.
STAND_IN = 1


@dataclass(slots=True)
class Pending:
    """A directory that a page's tag is to point to."""

    # Behind it, the page's tags are found.
    page_at: int
    tag: int
    fields: dict[int, Field] = field(default_factory=dict)


def encode_tiff(pages: Iterable[Photo], *, raw_bytes: int = 0) -> bytes:
    """Encode losslessly at each page's own depth, deflated, with its metadata.

    Of an EXIF block, texts and resolution become tags of the page, and its EXIF and GPS
    directories hang on the page as they hung on the block.

    Args:
        pages: At least one; each is asked for when the one before it is written.
        raw_bytes: What the pixels of all pages take, if more than the first.
    """
    target = io.BytesIO()
    coming = iter(pages)
    first = next(coming)
    order = exif.byte_order(first.metadata.exif)
    is_big = max(raw_bytes, first.rgb.nbytes) > MAX_CLASSIC_BYTES
    pending: list[Pending] = []
    with tifffile.TiffWriter(target, byteorder=order, bigtiff=is_big) as writer:
        write_page(writer, first, order, target.tell(), pending)
        del first
        for page in coming:
            write_page(writer, page, order, target.seek(0, io.SEEK_END), pending)
            del page
    for each in pending:
        attach(target, each, "Q" if is_big else "I", order)
    return target.getvalue()


def write_page(
    writer: tifffile.TiffWriter,
    photo: Photo,
    order: ByteOrder,
    page_at: int,
    pending: list[Pending],
) -> None:
    """Write a page, and note which directories it still lacks."""
    extratags: list[tuple[int, int, int, object, bool]] = [*tags_of(photo.metadata)]
    # Raw values can only be copied between files of one byte order.
    if exif.byte_order(photo.metadata.exif) == order:
        fields = exif.fields_of(photo.metadata.exif)
        for tag in (EXIF_IFD, GPS_IFD):
            if tag in fields:
                kind = LONG8 if writer.tiff.is_bigtiff else LONG
                extratags.append((tag - STAND_IN, kind, 1, PLACEHOLDER, True))
                pending.append(Pending(page_at, tag, dict(fields[tag].fields)))
    height, width = photo.size
    channels = 3 if photo.alpha is None else 4
    row_bytes = width * channels * photo.rgb.itemsize
    rows = min(height, max(1, STRIP_BYTES // row_bytes))
    resolution = resolution_of(photo.metadata)
    writer.write(
        strips(photo, rows, order),
        shape=(height, width, channels),
        dtype=photo.rgb.dtype,
        rowsperstrip=rows,
        photometric="rgb",
        compression="adobe_deflate",
        predictor=True,
        extrasamples=None if photo.alpha is None else ["unassalpha"],
        iccprofile=photo.metadata.icc,
        extratags=extratags,
        metadata=None,
        software=False,
        contiguous=False,
        resolution=resolution,
        resolutionunit=exif.INCH if resolution else None,
    )


def tags_of(metadata: Metadata) -> Iterator[tuple[int, int, int, bytes, bool]]:
    """Texts, XMP and IPTC as tifffile wants them."""
    for tag, value in exif.read(metadata.exif).items():
        if isinstance(value, bytes):
            yield tag, exif.ASCII, len(value) + 1, value + b"\0", True
    if metadata.xmp:
        yield XMP_TAG, exif.BYTE, len(metadata.xmp), metadata.xmp, True
    if metadata.iptc:
        yield exif.IPTC_TAG, UNDEFINED, len(metadata.iptc), metadata.iptc, True


def strips(photo: Photo, rows: int, order: ByteOrder) -> Iterator[bytes]:
    """The pixels, packed: differences of neighbours, deflated."""
    stored = photo.rgb.dtype.newbyteorder(order)
    for top in range(0, len(photo.rgb), rows):
        strip: np.ndarray[Any, Any] = photo.rgb[top : top + rows]
        if photo.alpha is not None:
            strip = np.dstack([strip, photo.alpha[top : top + rows]])
        differences = imagecodecs.delta_encode(np.ascontiguousarray(strip), axis=-2)
        raw = differences.astype(stored, copy=False).tobytes()
        # libdeflate: as small as zlib, in less than half of the time.
        yield bytes(imagecodecs.deflate_encode(raw, level=DEFLATE_LEVEL))


def attach(target: io.BytesIO, pending: Pending, offset: str, order: ByteOrder) -> None:
    """Write a directory at the end of the file and let its tag point there.

    Args:
        target: The file.
        pending: The directory.
        offset: How struct calls an offset of the file, "I" or "Q".
        order: The byte order.
    """
    is_big = offset == "Q"
    place = target.seek(0, io.SEEK_END)
    place += target.write(b"\0" * (place % 2))
    target.write(written(pending.fields, place, order, is_big=is_big))
    kind, number = (LONG8, "Q") if is_big else (LONG, "I")
    entry = order + "HH" + number + offset
    stand_in = struct.pack(entry, pending.tag - STAND_IN, kind, 1, PLACEHOLDER)
    # Tags stand at the start of a page, in front of their values.
    target.seek(pending.page_at)
    target.seek(pending.page_at + target.read(1 << 16).index(stand_in))
    target.write(struct.pack(entry, pending.tag, kind, 1, place))
