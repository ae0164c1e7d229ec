"""What archives write beside the picture: IPTC, EXIF and GPS in TIFF, grey profiles."""

import io
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, IptcImagePlugin
from PIL.PngImagePlugin import PngInfo

from colorize_cli.codec import decode, encode, encode_pages, losses, read_document
from colorize_cli.codec.profiles import srgb_profile
from colorize_cli.imaging.photo import Metadata, Photo
from tests import pictures
from tests.pictures import colours, image, opened, saved, tiff

NAME = Path("scan.tif")
IPTC = pictures.iptc_records("Łódź", "street")
EXIF_IFD, GPS_IFD, TAKEN = 0x8769, 0x8825, 0x9003


def camera_exif(order: str = "II") -> bytes:
    """A block with a caption, a date in its EXIF directory, and a place."""
    exif = Image.Exif()
    exif.endian = "<" if order == "II" else ">"
    exif[0x010E] = "Grandmother"
    exif.get_ifd(EXIF_IFD)[TAKEN] = "1936:02:01 10:11:12"
    exif.get_ifd(EXIF_IFD)[0x927C] = b"maker's note" * 9
    exif.get_ifd(GPS_IFD)[1] = "N"
    exif.get_ifd(GPS_IFD)[2] = (35.0, 2.0, 34.5)
    return exif.tobytes().removeprefix(b"Exif\0\0")


def iptc_of(data: bytes) -> dict:
    """The records that Pillow finds."""
    return IptcImagePlugin.getiptcinfo(opened(data)) or {}


@pytest.mark.parametrize("format", ["jpg", "png", "tiff", "webp", "avif", "jp2"])
def test_iptc_survives_every_format_with_metadata(format):
    """Through ours and back; Pillow finds it where it looks."""
    photo = Photo(rgb=colours(), metadata=Metadata(iptc=IPTC))
    data = encode(photo, format)
    assert decode(data, NAME).metadata.iptc == IPTC
    if format in {"jpg", "tiff"}:
        assert iptc_of(data)[2, 25] == ["Łódź".encode(), b"street"]


@pytest.mark.parametrize("format", ["png", "webp"])
def test_iptc_goes_on_from_jpeg(format):
    """From one place to another."""
    jpeg = encode(Photo(rgb=colours(), metadata=Metadata(iptc=IPTC)), "jpg")
    scan = decode(jpeg, NAME)
    assert decode(encode(scan, format), NAME).metadata.iptc == IPTC


@pytest.mark.parametrize("kind", ["iptc", "IPTC profile"])
def test_iptc_in_png_is_read_as_writers_store_it(kind):
    """As ImageMagick and ExifTool call it, up to the length that stands there."""
    text = f"\n{kind}\n{len(IPTC):8}\n{IPTC[:36].hex()}\n{IPTC[36:].hex()}00\n"
    chunks = PngInfo()
    chunks.add_text("Raw profile type iptc", text, zip=True)
    data = saved(image("L"), "PNG", pnginfo=chunks)
    assert decode(data, NAME).metadata.iptc == IPTC


@pytest.mark.parametrize(
    "text", ["", "\niptc\n", "\niptc\nlong\n1c02", "\niptc\n2\nxy"]
)
def test_damaged_iptc_in_png_is_left_behind(text):
    """The photo is none the worse for it."""
    chunks = PngInfo()
    chunks.add_text("Raw profile type iptc", text)
    photo = decode(saved(image("L"), "PNG", pnginfo=chunks), NAME)
    assert photo.metadata.iptc is None


@pytest.mark.parametrize("kind", ["bytes", "swapped longs", "photoshop"])
def test_iptc_in_tiff_is_read_as_writers_store_it(kind):
    """As bytes, as 32-bit numbers of the other byte order, among Photoshop's blocks."""
    padded = IPTC + bytes(-len(IPTC) % 4)
    tag = {
        "bytes": (33723, 7, len(IPTC), IPTC, True),
        "swapped longs": (33723, 4, len(padded) // 4, swapped(padded), True),
        "photoshop": (34377, 1, len(IPTC) + 12, photoshop(IPTC), True),
    }[kind]
    found = decode(tiff(colours(), photometric="rgb", extratags=[tag]), NAME)
    assert found.metadata.iptc is not None
    assert found.metadata.iptc.rstrip(b"\0") == IPTC


def swapped(data: bytes) -> bytes:
    """Each four bytes from behind."""
    return np.frombuffer(data, "<u4").byteswap().tobytes()


def photoshop(iptc: bytes) -> bytes:
    """Photoshop's resources with IPTC as the only one."""
    return b"8BIM\x04\x04\0\0" + len(iptc).to_bytes(4, "big") + iptc


@pytest.mark.parametrize("order", ["II", "MM"])
def test_exif_and_gps_hang_on_a_tiff(order):
    """Date, maker's note and place of a JPEG are found in the TIFF made of it."""
    jpeg = saved(image(), "JPEG", exif=b"Exif\0\0" + camera_exif(order))
    data = encode(decode(jpeg, NAME), "tiff")
    exif = opened(data).getexif()
    assert exif[0x010E] == "Grandmother"
    assert exif.get_ifd(EXIF_IFD)[TAKEN] == "1936:02:01 10:11:12"
    assert exif.get_ifd(EXIF_IFD)[0x927C] == b"maker's note" * 9
    assert exif.get_ifd(GPS_IFD)[2] == (35.0, 2.0, 34.5)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        assert file.byteorder == {"II": "<", "MM": ">"}[order]
        assert file.pages[0].tags[34665].value["DateTimeOriginal"].startswith("1936")
    np.testing.assert_array_equal(decode(data, NAME).rgb, decode(jpeg, NAME).rgb)


@pytest.mark.parametrize("order", ["II", "MM"])
def test_exif_and_gps_of_a_tiff_go_on(order):
    """As a JPEG, as a TIFF, and through both."""
    jpeg = saved(image(), "JPEG", exif=b"Exif\0\0" + camera_exif(order))
    scan = decode(encode(decode(jpeg, NAME), "tiff"), NAME)
    for format in ("jpg", "tiff", "png"):
        exif = opened(encode(scan, format)).getexif()
        assert exif[0x010E] == "Grandmother"
        assert exif.get_ifd(EXIF_IFD)[TAKEN] == "1936:02:01 10:11:12"
        assert exif.get_ifd(GPS_IFD)[2] == (35.0, 2.0, 34.5)


def test_large_files_are_bigtiff():
    """Above 4 GiB of pixels; EXIF hangs on with 64-bit offsets."""
    jpeg = saved(image(), "JPEG", exif=b"Exif\0\0" + camera_exif())
    data = encode_pages([decode(jpeg, NAME)], "tiff", raw_bytes=1 << 33)
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        assert file.is_bigtiff
        assert file.pages[0].tags[34665].value["DateTimeOriginal"].startswith("1936")
    again = decode(data, NAME)
    np.testing.assert_array_equal(again.rgb, decode(jpeg, NAME).rgb)
    exif = opened(encode(again, "jpg")).getexif()
    assert exif.get_ifd(EXIF_IFD)[TAKEN] == "1936:02:01 10:11:12"


def test_every_page_has_metadata_of_its_own():
    """Captions, places and profiles do not wander from page to page."""
    pages = [
        Photo(
            rgb=colours(seed=number),
            metadata=Metadata(exif=pictures.exif_block(1, f"page {number}"), iptc=IPTC),
        )
        for number in range(3)
    ]
    document = read_document(encode_pages(iter(pages), "tiff"), NAME)
    assert document.page_count == 3
    for number, page in enumerate(pages):
        again = document.read(number)
        np.testing.assert_array_equal(again.rgb, page.rgb)
        assert f"page {number}".encode() in (again.metadata.exif or b"")
        assert again.metadata.iptc == IPTC


def test_pages_of_all_kinds_make_one_file():
    """Grey and colour, 8 and 16 bits, sizes and alpha: Pillow reads each of them."""
    alpha = pictures.ramp(30, 20)
    pages = [
        Photo(rgb=colours()),
        Photo(rgb=colours(30, 20), alpha=alpha),
        Photo(rgb=pictures.colours_16()),
    ]
    data = encode_pages(pages, "tiff")
    document = read_document(data, NAME)
    for number, page in enumerate(pages):
        np.testing.assert_array_equal(document.read(number).rgb, page.rgb)
    picture = Image.open(io.BytesIO(data))
    assert picture.n_frames == 3
    picture.seek(1)
    np.testing.assert_array_equal(np.asarray(picture)[..., 3], alpha)


@pytest.mark.parametrize(
    ("format", "mode"),
    [("PNG", "L"), ("PNG", "LA"), ("TIFF", "L"), ("TIFF", "LA"), ("JPEG", "L")],
)
def test_a_grey_profile_becomes_srgb(format, mode):
    """Tones look as they did, and the profile is one for colours."""
    profile = imagecodecs.cms_profile("gray", gamma=1.8)
    data = saved(image(mode), format, icc_profile=profile, quality=100)
    photo = decode(data, NAME)
    assert photo.metadata.icc == srgb_profile()
    stored = np.asarray(opened(data).convert("L"))
    encoded = (stored / 255.0) ** 1.8
    expected = np.where(
        encoded <= 0.0031308, 12.92 * encoded, 1.055 * encoded ** (1 / 2.4) - 0.055
    )
    np.testing.assert_allclose(photo.rgb[..., 1], expected * 255, atol=1.6)


def test_a_damaged_grey_profile_changes_no_tone():
    """It says nothing; what is written is sRGB all the same."""
    data = saved(image("L"), "PNG", icc_profile=pictures.icc_profile(b"GRAY"))
    photo = decode(data, NAME)
    np.testing.assert_array_equal(photo.rgb, opened(data).convert("RGB"))
    assert photo.metadata.icc == srgb_profile()


def test_the_srgb_profile_is_always_the_same():
    """Or the same run would give other bytes on another day; Pillow can use it."""
    from PIL import ImageCms

    assert ImageCms.getOpenProfile(io.BytesIO(srgb_profile()))
    assert srgb_profile()[24:36] == bytes((7, 208, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0))


def test_what_is_lost_is_named():
    """Depth, transparency and metadata, each in a few words."""
    rich = Photo(
        rgb=pictures.colours_16(),
        alpha=pictures.colours_16()[..., 0],
        metadata=Metadata(exif=pictures.exif_block(1, "x" * 70_000), iptc=IPTC),
    )
    assert losses(rich, "png") == losses(rich, "tiff") == losses(rich, "jp2") == []
    assert losses(rich, "avif") == ["avif keeps 12 of 16 bits"]
    assert len(losses(rich, "jpg")) == 3
    assert len(losses(rich, "bmp")) == 2
    assert losses(Photo(rgb=colours()), "jpg") == []


@pytest.mark.parametrize("format", ["jpg", "png", "tiff", "webp", "avif", "jp2"])
@pytest.mark.parametrize("damage", ["breaks off", "has no mark"])
def test_damaged_exif_stops_no_photo(format, damage):
    """It goes on as it is where nobody looks into it, and is counted elsewhere."""
    whole = pictures.exif_block(1, "Grandmother")
    damaged = whole[:20] if damage == "breaks off" else b"??" + whole[2:]
    photo = decode(saved(image(), "PNG", exif=b"Exif\0\0" + damaged), NAME)
    assert photo.metadata.exif == damaged
    kept = decode(encode(photo, format), NAME).metadata.exif
    lost = [f"{format} has no place for EXIF that cannot be read"]
    assert (kept, losses(photo, format)) in [(damaged, []), (None, lost)]
