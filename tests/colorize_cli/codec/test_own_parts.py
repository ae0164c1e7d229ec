"""Comments, texts and boxes: what only the format of a photo has a place for."""

import io
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from colorize_cli.codec import decode, encode, losses
from colorize_cli.codec.boxes import boxes, written
from colorize_cli.codec.jpeg_segments import segment
from colorize_cli.imaging.photo import Photo
from tests import pictures
from tests.pictures import colours, image, opened, saved

NAME = Path("scan")
# Where Casio's QV-770 and Canon's PowerShot 600 say when a photo was taken.
CASIO = segment(0xE1, b"QVCI\0" + bytes(90) + b"1998:10:24 12:08:57\0")
CANON = segment(0xE0, b"II\x1a\0\0\0HEAPJPGM" + bytes(40))
OTHER = segment(0xEC, b"Ducky\0")


def test_comments_and_notes_of_early_cameras_go_on_in_jpeg():
    """To the byte; what is about the old pixels stays behind."""
    plain = saved(image(), "JPEG", comment="Grandmother, 1936")
    data = plain[:2] + CANON + CASIO + OTHER + plain[2:]
    photo = decode(data, NAME)
    result = encode(photo, "jpg")
    assert opened(result).info["comment"] == b"Grandmother, 1936"
    assert CASIO in result
    assert CANON in result
    assert OTHER not in result
    assert losses(photo, "jpg") == []
    assert losses(photo, "png") == ["png has no place for JPEG comments"]


def png_with_texts() -> bytes:
    """Texts of all three kinds, two of them about the file and not the photo."""
    chunks = PngInfo()
    chunks.add_text("Title", "Grandmother")
    chunks.add_text("Copyright", "Łódź archive", zip=True)
    chunks.add_itxt("Description", "Street in Łódź", lang="pl")
    chunks.add_text("exif:Orientation", "6")
    chunks.add_text("Thumb::Image::Width", "70")
    return saved(image("L"), "PNG", pnginfo=chunks)


def test_texts_go_on_in_png():
    """Those about the photo; an orientation that was applied is no longer said."""
    photo = decode(png_with_texts(), NAME)
    texts = opened(encode(photo, "png")).text
    assert texts == {
        "Title": "Grandmother",
        "Copyright": "Łódź archive",
        "Description": "Street in Łódź",
    }
    assert losses(photo, "png") == []
    assert losses(photo, "tiff") == ["tiff has no place for PNG texts"]


def test_a_text_with_a_wrong_checksum_spoils_no_result():
    """It is read all the same, and Pillow, which would stop at it, reads the result."""
    chunks = PngInfo()
    chunks.add_text("Title", "Grandmother")
    data = bytearray(saved(image("L"), "PNG", pnginfo=chunks))
    data[data.index(b"Grandmother") + len(b"Grandmother")] ^= 1
    result = encode(decode(bytes(data), NAME), "png")
    assert opened(result).text == {"Title": "Grandmother"}


@pytest.mark.parametrize("kind", ["exif", "APP1"])
def test_exif_that_png_holds_as_text_is_read(kind):
    """As programs wrote it before there was a chunk for it; the turn is applied."""
    block = b"Exif\0\0" + pictures.exif_block(6, "Grandmother")
    chunks = PngInfo()
    chunks.add_text(
        f"Raw profile type {kind}",
        f"\n{kind.lower()}\n{len(block):8}\n{block.hex()}\n",
        zip=True,
    )
    photo = decode(saved(image("L"), "PNG", pnginfo=chunks), NAME)
    assert photo.size == (70, 50)
    assert b"Grandmother" in (photo.metadata.exif or b"")
    assert photo.metadata.own is None


def test_xmp_that_png_holds_as_a_raw_profile_is_read():
    """As ImageMagick wrote it."""
    xmp = pictures.xmp_packet()
    chunks = PngInfo()
    text = f"\nxmp\n{len(xmp):8}\n{xmp.hex()}\n"
    chunks.add_text("Raw profile type xmp", text, zip=True)
    photo = decode(saved(image("L"), "PNG", pnginfo=chunks), NAME)
    assert photo.metadata.xmp == xmp


XML = written(b"xml ", b"<gml:Point/>")
UUID = written(b"uuid", bytes(range(16)) + b"anybody's")
MAP = written(b"asoc", written(b"lbl ", b"gml.data") + XML)


def test_boxes_go_on_in_jpeg_2000():
    """Before the picture, in their order; those about the codestream are made anew."""
    plain = encode(Photo(rgb=colours()), "jp2")
    requirements = written(b"rreq", bytes(9))
    start = plain.index(b"jp2c") - 4
    added = XML + requirements + UUID + MAP
    photo = decode(plain[:start] + added + plain[start:], NAME)
    result = encode(photo, "jp2")
    assert XML + UUID + MAP in result
    kinds = [box.kind for box in boxes(result)]
    assert kinds.index(b"xml ") < kinds.index(b"jp2c")
    assert b"rreq" not in kinds
    assert Image.open(io.BytesIO(result)).size == (70, 50)
    assert losses(photo, "jp2") == []
    assert losses(photo, "jpg") == ["jpg has no place for JPEG 2000 boxes"]


def test_a_second_block_of_a_known_kind_is_no_box_of_its_own():
    """Else the result would have the photo's old orientation in it again."""
    plain = encode(Photo(rgb=colours()), "jp2")
    start = plain.index(b"jp2c") - 4
    exif = b"JpgTiffExif->JP2" + pictures.exif_block(6)
    added = written(b"uuid", exif) * 2
    photo = decode(plain[:start] + added + plain[start:], NAME)
    assert photo.metadata.own is None
