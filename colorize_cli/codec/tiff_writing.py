"""TIFF, written: pages one after the other, in strips, with their metadata."""

import io
import struct
from collections.abc import Iterable, Iterator, Mapping
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
    MAKER_NOTE,
    ByteOrder,
    Field,
    written,
)
from colorize_cli.codec.exif_writing import BYTE
from colorize_cli.codec.metadata import resolution_of
from colorize_cli.codec.tiff_tags import (
    IPTC_TAG,
    ORIENTATION,
    PIXEL_TAGS,
    RESOLUTION_TAGS,
    SEPARATE_TAGS,
    XMP_TAG,
)
from colorize_cli.codec.values import reordered
from colorize_cli.imaging.photo import Metadata, Photo

__all__ = ["encode_tiff"]

UNDEFINED = 7
# RATIONAL and SRATIONAL, and struct's letters for their halves.
FRACTIONS = {5: "I", 10: "i"}
# Tags that a block's values do not become: tifffile writes them, or they hang on the
# page, or they are blocks of their own. The photo is upright.
WRITTEN_OTHERWISE = (
    PIXEL_TAGS | SEPARATE_TAGS | RESOLUTION_TAGS | {ORIENTATION, EXIF_IFD, GPS_IFD}
)
# Bytes of a strip before it is packed; readers unpack a strip at a time.
STRIP_BYTES = 1 << 18
DEFLATE_LEVEL = 6
# Pages whose pixels take more than this need the offsets of BigTIFF.
MAX_CLASSIC_BYTES = (1 << 32) - (1 << 25)
# Stands for the place of a directory until that is known.
PLACEHOLDER = 0x45584946
# 65,535 tags of BigTIFF.
MAX_DIRECTORY_BYTES = 20 << 16
# tifffile refuses to write tags that point to directories, so they are written under
# a number that is so much lower, which nobody uses, and renamed.
STAND_IN = 1

# Tag, type, count, value, and that it belongs to this page only.
ExtraTag = tuple[int, int, int, object, bool]


@dataclass(slots=True)
class Pending:
    """A directory that a page's tag is to point to."""

    # Behind it, the page's tags are found.
    page_at: int
    tag: int
    fields: dict[int, Field] = field(default_factory=dict)


def encode_tiff(pages: Iterable[Photo], *, raw_bytes: int = 0) -> bytes:
    """Encode losslessly at each page's own depth, deflated, with its metadata.

    What an EXIF block says of the photo becomes tags of the page, and its EXIF and GPS
    directories hang on the page as they hung on the block. The file has the byte order
    of the first page's block; those of other pages are put into it. The first page's
    maker note stands where it stood in its block; those of other pages are moved.

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
        keep_place(target, first.metadata.exif)
        write_page(writer, first, order, target.tell(), pending)
        del first
        for page in coming:
            write_page(writer, page, order, target.seek(0, io.SEEK_END), pending)
            del page
    for each in pending:
        attach(target, each, "Q" if is_big else "I", order)
    return target.getvalue()


def keep_place(target: io.BytesIO, block: bytes | None) -> None:
    """Start the file with the whole block, less its head, if it has a maker note.

    Offsets in such a note may count from the start of the file, and may point to what
    stands outside of it.
    """
    if block and exif.maker_note(exif.fields_of(block)):
        target.write(block[target.tell() :])


def write_page(
    writer: tifffile.TiffWriter,
    photo: Photo,
    order: ByteOrder,
    page_at: int,
    pending: list[Pending],
) -> None:
    """Write a page, and note which directories it still lacks."""
    fields = exif.fields_of(photo.metadata.exif)
    if exif.byte_order(photo.metadata.exif) != order:
        fields = reordered(fields)
    extratags = [*tags_of(photo.metadata, fields, order)]
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


def tags_of(
    metadata: Metadata, fields: Mapping[int, Field], order: ByteOrder
) -> Iterator[ExtraTag]:
    """What a page says beside its pixels, XMP and IPTC, as tifffile wants it."""
    for tag, each in fields.items():
        if tag in WRITTEN_OTHERWISE or not each.count:
            continue
        value: object = each.raw
        if letter := FRACTIONS.get(each.type):
            # As bytes, tifffile counts a fraction twice.
            value = struct.unpack(f"{order}{2 * each.count}{letter}", each.raw)
        yield tag, each.type, each.count, value, True
    if metadata.xmp:
        yield XMP_TAG, BYTE, len(metadata.xmp), metadata.xmp, True
    if metadata.iptc:
        yield IPTC_TAG, UNDEFINED, len(metadata.iptc), metadata.iptc, True


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
    note = pending.fields.get(MAKER_NOTE)
    if note and target.getbuffer()[note.at : note.at + len(note.raw)] != note.raw:
        note = None
    target.write(written(pending.fields, place, order, is_big=is_big, standing=note))
    kind, number = (LONG8, "Q") if is_big else (LONG, "I")
    entry = order + "HH" + number + offset
    stand_in = struct.pack(entry, pending.tag - STAND_IN, kind, 1, PLACEHOLDER)
    # Tags stand at the start of a page, in front of their values.
    target.seek(pending.page_at)
    tags = target.read(MAX_DIRECTORY_BYTES)
    target.seek(pending.page_at + tags.index(stand_in))
    target.write(struct.pack(entry, pending.tag, kind, 1, place))
