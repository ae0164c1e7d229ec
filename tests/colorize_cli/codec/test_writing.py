"""JPEG 2000, BMP and PNM as results, read by Pillow; alpha, depth and resolution."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from colorize_cli.codec import decode, encode, encode_pages
from colorize_cli.codec.boxes import written
from colorize_cli.codec.metadata import photoshop_of_iptc
from colorize_cli.errors import EncodeError
from colorize_cli.imaging.photo import Metadata, Photo
from tests import pictures
from tests.pictures import colours, colours_16, icc_profile, opened, ramp, xmp_packet

NAME = Path("old.jpg")
PILLOW = {"jp2": "JPEG2000", "bmp": "BMP", "ppm": "PPM"}


@pytest.mark.parametrize("format", PILLOW)
def test_pillow_reads_the_same_pixels(format):
    """8 bits, lossless, under the name that Pillow has for the format."""
    metadata = Metadata(xmp=xmp_packet(), dpi=(300.0, 300.0))
    picture = opened(encode(Photo(rgb=colours(), metadata=metadata), format))
    assert picture.format == PILLOW[format]
    np.testing.assert_array_equal(np.asarray(picture), colours())


@pytest.mark.parametrize("format", ["jp2", "bmp"])
def test_alpha_is_kept_untouched(format):
    """Pillow sees it, and so do we."""
    photo = Photo(rgb=colours(), alpha=ramp())
    data = encode(photo, format)
    expected = np.dstack([photo.rgb, photo.alpha])
    np.testing.assert_array_equal(np.asarray(opened(data).convert("RGBA")), expected)
    np.testing.assert_array_equal(decode(data, NAME).alpha, photo.alpha)
    np.testing.assert_array_equal(decode(data, NAME).rgb, photo.rgb)


@pytest.mark.parametrize("format", ["jp2", "ppm"])
def test_sixteen_bits_are_kept(format):
    """OpenCV, which has decoders of its own, reads every bit."""
    data = encode(Photo(rgb=colours_16()), format)
    seen = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    np.testing.assert_array_equal(seen[..., ::-1], colours_16())
    np.testing.assert_array_equal(decode(data, NAME).rgb, colours_16())


def test_jpeg_2000_keeps_every_block():
    """EXIF, XMP and IPTC in boxes of their own, the profile with the pixels."""
    metadata = Metadata(
        exif=pictures.exif_block(1, "Grandmother"),
        icc=icc_profile(),
        xmp=xmp_packet(),
        iptc=pictures.iptc_records("Łódź"),
    )
    data = encode(Photo(rgb=colours(), metadata=metadata), "jp2")
    assert decode(data, NAME).metadata == metadata


EXIF_BOXES = [b"JpgTiffExif->JP2".hex(), "0537cdab9d0c4431a72afa561f2a113e"]
IPTC_BOXES = ["33c7a4d2b81d4723a0baf1a3e097ad38", "09a14e97c0b442e0bebf36df6f0ce36f"]
PHOTOSHOP_BOX = "2c4c0100850440b9a03e562148d6dfeb"


def with_box(identifier: str, content: bytes) -> bytes:
    """A JPEG 2000 with a metadata box of this kind."""
    data = encode(Photo(rgb=colours()), "jp2")
    start = data.index(b"jp2c") - 4
    box = written(b"uuid", bytes.fromhex(identifier) + content)
    return data[:start] + box + data[start:]


@pytest.mark.parametrize("prefix", [b"", b"Exif\0\0"])
@pytest.mark.parametrize("identifier", EXIF_BOXES)
def test_exif_of_jpeg_2000_is_read_from_any_box_for_it(identifier, prefix):
    """Caption and turn; Photoshop has a kind of box of its own."""
    block = pictures.exif_block(6, "Grandmother")
    photo = decode(with_box(identifier, prefix + block), NAME)
    assert photo.size == (70, 50)
    assert b"Grandmother" in (photo.metadata.exif or b"")


@pytest.mark.parametrize("identifier", [*IPTC_BOXES, PHOTOSHOP_BOX])
def test_iptc_of_jpeg_2000_is_read_from_any_box_for_it(identifier):
    """By itself, or among the resources of Photoshop."""
    iptc = pictures.iptc_records("Łódź")
    content = photoshop_of_iptc(iptc) if identifier == PHOTOSHOP_BOX else iptc
    assert decode(with_box(identifier, content), NAME).metadata.iptc == iptc


@pytest.mark.parametrize("format", ["bmp", "ppm"])
def test_xmp_is_found_by_programs_that_scan_for_it(format):
    """As XMP means it for formats that it has no place in."""
    data = encode(Photo(rgb=colours(), metadata=Metadata(xmp=xmp_packet())), format)
    assert xmp_packet() in data
    assert decode(data, NAME).metadata.xmp == xmp_packet()


def test_a_packet_of_several_lines_is_one_comment():
    """A line of its own would be taken for the size of the picture."""
    packet = xmp_packet().replace(b"?><x", b"?>\n<x").replace(b"><rdf", b">\r\n<rdf")
    data = encode(Photo(rgb=colours(), metadata=Metadata(xmp=packet)), "ppm")
    np.testing.assert_array_equal(np.asarray(opened(data)), colours())
    kept = decode(data, NAME).metadata.xmp
    assert kept is not None
    assert kept.split() == packet.split()


@pytest.mark.parametrize("format", ["jpg", "png", "tiff", "webp", "avif", "jp2", "bmp"])
@pytest.mark.parametrize("dpi", [(300.0, 300.0), (72.0, 2400.0)])
def test_the_resolution_is_kept(format, dpi):
    """Where Pillow looks for it, and where we do."""
    data = encode(Photo(rgb=colours(), metadata=Metadata(dpi=dpi)), format)
    kept = decode(data, NAME).metadata
    if kept.dpi:
        assert kept.dpi == pytest.approx(dpi, rel=1e-3)
    elif format == "tiff":
        assert opened(data).info["dpi"] == pytest.approx(dpi)
    else:
        exif = opened(data).getexif()
        assert (exif[282], exif[283]) == pytest.approx(dpi)
    if format in {"jpg", "png", "bmp"}:
        assert opened(data).info["dpi"] == pytest.approx(dpi, rel=1e-3)


def test_a_resolution_turns_with_the_photo():
    """Scanners that step differently down and across exist."""
    block = pictures.exif_block(6)
    metadata = Metadata(exif=block, dpi=(300.0, 600.0))
    data = encode(Photo(rgb=colours(), metadata=metadata), "png")
    assert decode(data, NAME).metadata.dpi == pytest.approx((600, 300), rel=1e-4)


@pytest.mark.parametrize("format", ["jpg", "png", "webp", "avif", "jp2", "bmp", "ppm"])
def test_only_tiff_holds_pages(format):
    """The others say what does."""
    photo = Photo(rgb=colours())
    with pytest.raises(EncodeError, match="holds one page; use --format tiff"):
        encode_pages(iter([photo, photo]), format)


@pytest.mark.parametrize("format", ["ppm", "jpg"])
def test_formats_without_alpha_lay_the_photo_on_white(format):
    """16 bits, too."""
    rgb = np.zeros((8, 16, 3), np.uint16)
    alpha = np.repeat([[0, 65535]], 8, axis=1).repeat(8, axis=0).astype(np.uint16)
    seen = decode(encode(Photo(rgb=rgb, alpha=alpha), format), NAME).rgb
    top = np.iinfo(seen.dtype).max
    assert (seen[:, :7] == top).all()
    assert (seen[:, 9:] == 0).all()
