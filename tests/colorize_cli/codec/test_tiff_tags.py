"""What a page says of the photo goes on, known or not; what it says of pixels stays."""

import struct
from pathlib import Path

import numpy as np
import pytest

from colorize_cli.codec import decode, encode, encode_pages, exif, read_document
from colorize_cli.imaging.photo import Metadata, Photo
from tests import pictures
from tests.pictures import colours, image, opened, saved
from tests.raw_tiff import raw_tiff, tags_of_pixels

NAME = Path("scan.tif")
TITLE = "Tante Erna, Łódź 1932".encode("utf-16-le") + b"\0\0"
# Windows' title and rating, a page of two, a text of the archive's own, a copyright
# with the editor's half, chromaticities, a place on a map.
ABOUT_THE_PHOTO = {
    0x9C9B: TITLE,
    0x4746: 5,
    297: (1, 2),
    65000: "box 7, folder 3",
    33432: "Studio A\0Archive B",
    318: (0.3127, 0.329),
    33550: (1.5, 1.5, 0.0),
}
RATING, COPYRIGHT, ORIENTATION = 0x4746, 33432, 274


def scan(order: str = "<") -> bytes:
    """A TIFF of Pillow's with all of that."""
    block = pictures.Image.Exif()
    block.endian = order
    for tag, value in ABOUT_THE_PHOTO.items():
        block[tag] = value
    return saved(image("L"), "TIFF", exif=block)


def told(data: bytes) -> dict:
    """What Pillow finds of it."""
    block = opened(data).getexif()
    return {tag: block.get(tag) for tag in ABOUT_THE_PHOTO}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "formats", [["tiff"], ["jpg"], ["jpg", "tiff"], ["tiff", "png"]]
)
def test_every_tag_about_the_photo_goes_on(formats, order):
    """From TIFF to TIFF, to EXIF of other formats, and back, in both byte orders."""
    data = scan(order)
    expected = told(data)
    assert None not in expected.values()
    for format in formats:
        data = encode(decode(data, NAME), format)
    assert told(data) == expected


def test_both_halves_of_a_copyright_are_kept():
    """The photographer's and the editor's, with a zero between them."""
    fields = exif.fields_of(decode(scan(), NAME).metadata.exif)
    assert fields[COPYRIGHT].raw == b"Studio A\0Archive B\0"
    data = encode(decode(scan(), NAME), "tiff")
    assert b"Studio A\0Archive B\0" in data


@pytest.mark.parametrize("format", ["jpg", "tiff"])
def test_what_is_said_of_stored_pixels_stays_behind(format):
    """A result is no palette, no mosaic, no camera raw, and has no layers."""
    entries = [
        *tags_of_pixels(16, 8),
        (37724, 7, 8, b"8BIMLayr"),
        (50706, 1, 4, [1, 4, 0, 0]),
        (330, 13, 1, struct.pack("<I", 8)),
        (301, 3, 256, [0] * 256),
        (270, 2, 6, b"A day\0"),
    ]
    photo = decode(raw_tiff(entries, [bytes(128)]), NAME)
    assert set(exif.fields_of(photo.metadata.exif)) == {270}
    found = opened(encode(photo, format)).getexif()
    assert not {37724, 50706, 330, 301} & set(found)
    assert found[270] == "A day"


def test_what_a_camera_says_of_its_jpeg_does_not_describe_a_tiff():
    """EXIF blocks may repeat sizes, depths and places of strips."""
    block = pictures.exif_of({256: 9, 257: 9, 258: 3, 270: "A day", 531: 1})
    photo = Photo(rgb=colours(), metadata=Metadata(exif=block))
    again = decode(encode(photo, "tiff"), NAME)
    np.testing.assert_array_equal(again.rgb, colours())
    assert set(exif.fields_of(again.metadata.exif)) == {270}


@pytest.mark.parametrize(
    ("kind", "letters"),
    [(3, "H"), (4, "I"), (9, "i"), (10, "ii"), (11, "f"), (12, "d")],
    ids=["SHORT", "LONG", "SLONG", "SRATIONAL", "FLOAT", "DOUBLE"],
)
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_resolution_of_any_type_is_read(kind, letters, order):
    """Writers do not keep to the type that the specification names."""
    values = [[600, 300][: len(letters)], [1200, 300][: len(letters)]]
    across, down = (struct.pack(order + letters, *each) for each in values)
    entries = [*tags_of_pixels(16, 8), (282, kind, 1, across), (283, kind, 1, down)]
    photo = decode(raw_tiff(entries, [bytes(128)], order=order), NAME)
    expected = (2.0, 4.0) if kind == 10 else (600.0, 1200.0)
    assert opened(encode(photo, "tiff")).info["dpi"] == expected
    assert exif.dpi(photo.metadata.exif) == expected


@pytest.mark.parametrize("kind", [1, 3, 4], ids=["BYTE", "SHORT", "LONG"])
@pytest.mark.parametrize("order", ["<", ">"])
def test_an_orientation_of_any_type_is_applied_once(kind, order):
    """The photo stands upright, and nothing says that it does not."""
    entries = [*tags_of_pixels(16, 8), (ORIENTATION, kind, 1, [6])]
    photo = decode(raw_tiff(entries, [bytes(range(128))], order=order), NAME)
    assert photo.size == (16, 8)
    for format in ("png", "tiff"):
        again = decode(encode(photo, format), NAME)
        np.testing.assert_array_equal(again.rgb, photo.rgb)


def test_pages_of_either_byte_order_make_one_file():
    """Each keeps its captions, numbers, dates and places."""
    pages = []
    for order in ("<", ">"):
        block = pictures.Image.Exif()
        block.endian = order
        block[270], block[RATING], block[297] = "A day", 5, (1, 2)
        block.get_ifd(0x8769)[0x9003] = "1936:02:01 10:11:12"
        block.get_ifd(0x8825)[2] = (35.0, 2.0, 34.5)
        raw = block.tobytes().removeprefix(b"Exif\0\0")
        pages.append(Photo(rgb=colours(), metadata=Metadata(exif=raw)))
    bare = Photo(rgb=colours())
    data = encode_pages([bare, *pages], "tiff")
    picture = pictures.Image.open(pictures.stream(data))
    for number in (1, 2):
        picture.seek(number)
        found = picture.getexif()
        assert (found[270], found[RATING], found[297]) == ("A day", 5, (1, 2))
        assert found.get_ifd(0x8769)[0x9003] == "1936:02:01 10:11:12"
        assert found.get_ifd(0x8825)[2] == (35.0, 2.0, 34.5)
    assert read_document(data, NAME).page_count == 3
