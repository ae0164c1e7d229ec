"""Maker's notes do not move: offsets in them count from the start of the file."""

from dataclasses import replace
from pathlib import Path

import pytest

from colorize_cli.codec import decode, encode, encode_pages, exif
from colorize_cli.codec.directories import EXIF_IFD, MAKER_NOTE, Field
from colorize_cli.codec.exif_writing import as_block, fitted
from colorize_cli.imaging.photo import Metadata, Photo
from tests.pictures import colours, opened

NAME = Path("old.tif")
NOTE = b"maker's note, whose offsets count from the start" * 9
ASCII, UNDEFINED = 2, 7
# Longer than what JPEG has room for.
LONG_TEXT = b"x" * 65_600 + b"\0"


def fields_with_note(at: int, caption: bytes = b"Grandmother\0") -> dict[int, Field]:
    """A caption, and an EXIF directory with a date and a note from that place."""
    date = Field(type=ASCII, count=20, raw=b"1936:02:01 10:11:12\0")
    note = Field(type=UNDEFINED, count=len(NOTE), raw=NOTE, at=at)
    inner = {36867: date, MAKER_NOTE: note}
    return {
        270: Field(type=ASCII, count=len(caption), raw=caption),
        EXIF_IFD: Field(type=4, count=1, raw=bytes(4), fields=inner),
    }


def values(block: bytes | None) -> tuple[bytes, bytes]:
    """Caption and date of a block."""
    fields = exif.fields_of(block)
    return fields[270].raw, fields[EXIF_IFD].fields[36867].raw


def place_of_note(block: bytes | None) -> int:
    """Where the note stands; it is whole, and there is no other."""
    note = exif.maker_note(exif.fields_of(block))
    assert block
    assert note
    assert note.raw == NOTE
    assert block.count(NOTE) == 1
    return note.at


def photo_with_note(at: int, order: str = "<") -> Photo:
    """A photo with a note at this place in its block, and a word behind the note."""
    block = as_block(fields_with_note(at), order)
    assert block
    return Photo(rgb=colours(), metadata=Metadata(exif=block + b"outside of it"))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("at", [8, 27, 90, 100, 5000, 1 << 16])
def test_a_note_has_its_place_in_a_new_block(at, order):
    """With the other values in front of it, or behind where there is no room."""
    block = as_block(fields_with_note(at), order)
    assert place_of_note(block) == at
    assert values(block) == (b"Grandmother\0", b"1936:02:01 10:11:12\0")


def test_a_note_from_the_end_of_a_large_file_moves():
    """Its bytes are kept, and the block has no gap of that size."""
    block = as_block(fields_with_note(100_000), "<")
    assert place_of_note(block) < 200
    assert len(block or b"") < 1000


def test_a_note_stays_where_a_block_loses_its_longest_value():
    """The caption is too long for a JPEG; the note is not."""
    block = as_block(fields_with_note(300, LONG_TEXT), "<")
    kept = fitted(block or b"", 65_500)
    assert place_of_note(kept) == 300
    assert 270 not in exif.fields_of(kept)


@pytest.mark.parametrize("raw_bytes", [0, 1 << 33])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_note_keeps_its_place_in_a_tiff(order, raw_bytes):
    """And what stands around it, to which it may point; BigTIFF too, and from there."""
    photo = photo_with_note(300, order)
    data = encode_pages([photo], "tiff", raw_bytes=raw_bytes)
    block = photo.metadata.exif or b""
    assert data[16 : len(block)] == block[16:]
    scan = decode(data, NAME)
    assert values(scan.metadata.exif) == values(block)
    for again in (scan, decode(encode(scan, "tiff"), NAME)):
        assert place_of_note(again.metadata.exif) == 300
    assert opened(encode(scan, "jpg")).getexif().get_ifd(EXIF_IFD)[MAKER_NOTE] == NOTE


def test_a_note_of_a_later_page_is_kept_as_it_is():
    """Its place is taken by another note, so it stands elsewhere, whole."""
    other = as_block(fields_with_note(300), "<") or b""
    other = other.replace(b"maker", b"other")
    pages = [
        photo_with_note(300),
        replace(photo_with_note(300), metadata=Metadata(exif=other)),
    ]
    data = encode_pages(pages, "tiff")
    assert data.index(NOTE) == 300
    assert data.count(NOTE.replace(b"maker", b"other")) == 1


def test_a_tiff_without_a_note_starts_with_its_page():
    """Nothing is kept free for one."""
    block = as_block({270: fields_with_note(0)[270]}, "<")
    data = encode(Photo(rgb=colours(), metadata=Metadata(exif=block)), "tiff")
    assert int.from_bytes(data[4:8], "little") == 8
    assert data.count(b"Grandmother") == 1
