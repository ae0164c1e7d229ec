"""What `decode` refuses, and that it does so before it allocates anything."""

import struct
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest

from colorize_cli.codec import decode, read_document
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from tests import pictures
from tests.pictures import HEIGHT, WIDTH, image, saved

NAME = Path("old.jpg")
FILES = {
    "jpeg": saved(image(), "JPEG", quality=95),
    "png": saved(image(), "PNG"),
    "webp, lossy": saved(image(), "WEBP"),
    "webp, lossless": saved(image(), "WEBP", lossless=True),
    "bmp": saved(image(), "BMP"),
    "jp2": saved(image(), "JPEG2000"),
    "avif": saved(image(), "AVIF"),
}


@pytest.mark.parametrize(
    "data",
    [b"Dear diary,\n" * 30, b"<!DOCTYPE html><html>", bytes(500), b"\xff", b"B", b"P5"],
)
def test_what_is_no_image_is_a_decode_error(data):
    """Text, web pages, zeros and single bytes are refused in one line with the name."""
    with pytest.raises(DecodeError, match=r"^old\.jpg: [^\n]+$"):
        decode(data, NAME)


def test_jpeg_ls_is_called_so():
    """It starts like a JPEG, and used to be called truncated."""
    data = imagecodecs.jpegls_encode(np.asarray(image("L")))
    with pytest.raises(UnsupportedPhotoError, match="JPEG-LS"):
        decode(data, NAME)


def test_an_empty_file_is_called_empty():
    """Zero bytes are not 'truncated' but 'empty'."""
    with pytest.raises(DecodeError, match=r"old\.jpg: is empty"):
        decode(b"", NAME)


def animation(format: str) -> bytes:
    """Three frames."""
    others = [image().rotate(90), image().rotate(180)]
    return saved(image(), format, save_all=True, append_images=others)


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_animations_are_refused(format):
    """More than one picture in a file is not a photo; the reason says how many."""
    with pytest.raises(UnsupportedPhotoError, match="animation of 3 pictures"):
        decode(animation(format), NAME)


def test_animated_avif_is_refused():
    """A sequence, too."""
    with pytest.raises(UnsupportedPhotoError, match="animation"):
        decode(animation("AVIF"), NAME)


def test_a_document_is_refused_where_one_picture_is_wanted():
    """`decode` gives one photo; pages are read with `read_document`."""
    with pytest.raises(UnsupportedPhotoError, match="holds 3 pages"):
        decode(animation("TIFF"), NAME)
    assert read_document(animation("TIFF"), NAME).page_count == 3


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"GIF89a", "GIF"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\0\0\0\x1cftypheic", "HEIC"),
    ],
)
def test_known_formats_that_are_not_read_are_named(head, kind):
    """The reason names the format and what to do."""
    with pytest.raises(UnsupportedPhotoError, match=f"{kind}.*convert it"):
        decode(head + bytes(100), NAME)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    body = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    checksum = zlib.crc32(b"IHDR" + body)
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 13, b"IHDR")
    end = b"\0\0\0\0IEND\xae\x42\x60\x82"
    return head + body + struct.pack(">I", checksum) + end


def with_claimed_size(kind: str, side: int) -> bytes:
    """A small file whose header claims to be side x side."""
    data = bytearray(FILES[kind])
    match kind:
        case "jpeg":
            struct.pack_into(">HH", data, data.index(b"\xff\xc0\0\x11") + 5, side, side)
        case "jp2":
            struct.pack_into(
                ">2I", data, data.index(b"\xff\x4f\xff\x51") + 8, side, side
            )
        case "bmp":
            # Compressed, so that the file's length proves nothing.
            struct.pack_into("<iiHHI", data, 18, side, side, 1, 8, 1)
        case "webp, lossless":
            bits = (side - 1) | (side - 1) << 14
            struct.pack_into("<I", data, data.index(b"VP8L") + 9, bits)
        case "avif":
            struct.pack_into(">2I", data, data.index(b"ispe") + 8, side, side)
        case "webp, lossy":
            struct.pack_into("<HH", data, data.index(b"VP8 ") + 14, side, side)
    return bytes(data)


@pytest.mark.parametrize(
    "kind", ["jpeg", "jp2", "bmp", "webp, lossless", "webp, lossy", "avif"]
)
def test_size_is_refused_by_the_header_alone(kind, monkeypatch):
    """A small file that claims 256 megapixels is refused before it is decoded."""

    def must_not_run(*args, **settings):
        pytest.fail("pixels were decoded")

    for decoder in ("jpeg2k_decode", "webp_decode", "avif_decode"):
        monkeypatch.setattr(imagecodecs, decoder, must_not_run)
    monkeypatch.setattr(cv2, "imdecode", must_not_run)
    with pytest.raises(UnsupportedPhotoError, match="16000 x 16000 pixels is above"):
        decode(with_claimed_size(kind, 16000), NAME, max_pixels=200_000_000)


def test_png_and_tiff_bombs_are_refused_by_the_header_alone():
    """The classic bombs: a size in the header, next to no data."""
    with pytest.raises(
        UnsupportedPhotoError, match="above the limit of 500 megapixels"
    ):
        decode(png_header(100_000, 100_000), NAME)
    bomb = pictures.tiff(np.zeros((3000, 3000), np.uint8), compression="zlib")
    with pytest.raises(UnsupportedPhotoError, match="3000 x 3000 pixels is above"):
        decode(bomb, NAME, max_pixels=8_999_999)


def test_the_limit_itself_is_allowed():
    """max_pixels is the largest size that passes."""
    assert decode(FILES["png"], NAME, max_pixels=HEIGHT * WIDTH).size == (HEIGHT, WIDTH)
    with pytest.raises(UnsupportedPhotoError):
        decode(FILES["png"], NAME, max_pixels=HEIGHT * WIDTH - 1)


def test_the_limit_holds_for_all_pages_together():
    """A file of many small pages is as large as one large page."""
    document = animation("TIFF")
    pixels = 3 * HEIGHT * WIDTH
    assert read_document(document, NAME, max_pixels=pixels).pixel_count == pixels
    with pytest.raises(UnsupportedPhotoError, match=r"3 pages.*raise --max-pixels"):
        read_document(document, NAME, max_pixels=pixels - 1)


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile_is_refused(format):
    """Nobody can say how dark its inks are."""
    with pytest.raises(UnsupportedPhotoError, match="CMYK without an ICC profile"):
        decode(saved(image("CMYK"), format), NAME)


def test_jpeg_of_12_bits_is_refused_as_such():
    """It is no damaged JPEG, and the reason says what to do."""
    data = bytearray(FILES["jpeg"])
    data[data.index(b"\xff\xc0\0\x11") + 4] = 12
    with pytest.raises(UnsupportedPhotoError, match="12 bits per channel"):
        decode(bytes(data), NAME)
