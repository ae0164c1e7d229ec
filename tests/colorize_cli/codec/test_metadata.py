"""What travels with a photo through `decode` and `encode`, checked by Pillow."""

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from colorize_cli.codec import decode, encode, exif, losses
from colorize_cli.codec.exif_writing import upright
from colorize_cli.imaging.photo import Metadata, Photo
from tests import pictures
from tests.pictures import (
    colours,
    exif_block,
    icc_profile,
    image,
    opened,
    ramp,
    saved,
    xmp_packet,
)

NAME = Path("old.jpg")
BLOCKS = Metadata(
    exif=exif_block(1, "Grandmother"), icc=icc_profile(), xmp=xmp_packet()
)
FORMATS = ["jpg", "png", "webp", "avif"]


def icc_of(picture: pictures.Image.Image) -> bytes | None:
    """The profile that Pillow found."""
    return picture.info.get("icc_profile")


@pytest.mark.parametrize("has_alpha", [False, True])
@pytest.mark.parametrize("quality", [95, 100])
@pytest.mark.parametrize("format", FORMATS)
def test_every_block_survives_and_other_programs_find_it(format, quality, has_alpha):
    """EXIF, ICC and XMP are written where readers look for them, byte for byte."""
    alpha = ramp() if has_alpha else None
    photo = Photo(rgb=colours(), alpha=alpha, metadata=BLOCKS)
    data = encode(photo, format, quality=quality)
    picture = opened(data)
    assert picture.getexif()[0x010E] == "Grandmother"
    assert icc_of(picture) == BLOCKS.icc
    assert picture.info["xmp"] == BLOCKS.xmp
    assert (picture.mode == "RGBA") == (has_alpha and format != "jpg")
    assert decode(data, NAME).metadata == BLOCKS


@pytest.mark.parametrize("missing", ["exif", "icc", "xmp"])
@pytest.mark.parametrize("format", FORMATS)
def test_each_block_is_optional(format, missing):
    """Blocks do not depend on one another."""
    metadata = replace(BLOCKS, **{missing: None})
    data = encode(Photo(rgb=colours(), metadata=metadata), format)
    assert decode(data, NAME).metadata == metadata


@pytest.mark.parametrize("format", [*FORMATS, "tiff", "jp2", "bmp", "ppm"])
def test_pixels_do_not_depend_on_metadata(format):
    """The blocks go into the container; the compressed picture is the same."""
    with_blocks = encode(Photo(rgb=colours(), metadata=BLOCKS), format)
    without = encode(Photo(rgb=colours()), format)
    np.testing.assert_array_equal(
        decode(with_blocks, NAME).rgb, decode(without, NAME).rgb
    )
    assert decode(without, NAME).metadata == Metadata()


@pytest.mark.parametrize("format", FORMATS)
def test_blocks_written_by_pillow_are_read(format):
    """The other way round, compressed text in PNG included."""
    named = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP", "avif": "AVIF"}[format]
    # Pillow takes the orientation out of EXIF where the container itself says it.
    blocks = replace(BLOCKS, exif=exif_block(description="Grandmother"))
    settings = {"icc_profile": BLOCKS.icc, "exif": b"Exif\0\0" + (blocks.exif or b"")}
    if format == "png":
        from PIL.PngImagePlugin import PngInfo

        text = PngInfo()
        xmp = (BLOCKS.xmp or b"").decode()
        text.add_itxt("XML:com.adobe.xmp", xmp, zip=True)
        settings["pnginfo"] = text
    else:
        settings["xmp"] = BLOCKS.xmp
    assert decode(saved(image(), named, **settings), NAME).metadata == blocks


def test_a_large_profile_is_split_over_jpeg_segments():
    """Profiles above 64 KiB take several segments, put together again when read."""
    metadata = Metadata(icc=icc_profile(size_bytes=200_000))
    data = encode(Photo(rgb=colours(), metadata=metadata), "jpg")
    assert icc_of(opened(data)) == metadata.icc
    assert decode(data, NAME).metadata == metadata


@pytest.mark.parametrize("too_long", [0, 1])
def test_the_longest_profile_of_a_jpeg(too_long):
    """255 segments; one byte more is left out, and said."""
    icc = icc_profile(size_bytes=255 * 65_519 + too_long)
    photo = Photo(rgb=colours(), metadata=Metadata(icc=icc))
    kept = decode(encode(photo, "jpg"), NAME).metadata
    assert kept == (Metadata() if too_long else photo.metadata)
    assert [line for line in losses(photo, "jpg") if "profile" in line] == [
        "jpg has no room for so much EXIF, IPTC, XMP or profile"
    ] * too_long


def test_a_profile_with_a_missing_part_is_dropped():
    """Half a profile is worse than none."""
    metadata = Metadata(icc=icc_profile(size_bytes=200_000))
    data = encode(Photo(rgb=colours(), metadata=metadata), "jpg")
    second = data.index(b"ICC_PROFILE\0\2\4") - 4
    third = data.index(b"ICC_PROFILE\0\3\4") - 4
    assert decode(data[:second] + data[third:], NAME).metadata == Metadata()


def test_the_longest_texts_do_not_fit_in_jpeg():
    """100 KiB in a PNG are no reason to fail a photo, or to lose its short texts."""
    values = {270: "x" * 100_000, 315: "Grandfather", 33432: "y" * 70_000}
    block = pictures.exif_of(values)
    photo = Photo(rgb=colours(), metadata=replace(BLOCKS, exif=block))
    kept = decode(encode(photo, "jpg"), NAME).metadata
    assert kept == replace(BLOCKS, exif=pictures.exif_of({315: "Grandfather"}))
    assert decode(encode(photo, "png"), NAME).metadata.exif == block


def test_a_block_without_short_values_is_left_out_of_jpeg():
    """Nothing of it fits."""
    block = exif_block(description="x" * 100_000)
    photo = Photo(rgb=colours(), metadata=replace(BLOCKS, exif=block))
    kept = decode(encode(photo, "jpg"), NAME).metadata
    assert kept == replace(BLOCKS, exif=None)


@pytest.mark.parametrize("space", [b"CMYK", b"Lab "])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_profile_of_another_colour_space_is_dropped(format, space):
    """The result is RGB; another profile beside it would make it unreadable."""
    mode = "RGB" if format == "WEBP" else "L"
    data = saved(image(mode), format, icc_profile=icc_profile(space))
    assert decode(data, NAME).metadata.icc is None


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_an_rgb_profile_is_kept_and_the_pixels_left_alone(format):
    """Pixels are taken as they are stored; the viewer applies the profile."""
    data = saved(image(), format, icc_profile=BLOCKS.icc)
    photo = decode(data, NAME)
    assert photo.metadata.icc == BLOCKS.icc
    np.testing.assert_array_equal(photo.rgb, opened(data).convert("RGB"))


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_thumbnail_is_unlinked_and_the_rest_kept(order):
    """A grey thumbnail would stand for the coloured photo in file managers."""
    mark = {"<": b"II", ">": b"MM"}[order]
    block = mark + struct.pack(order + "HIHHHIHxxI", 42, 8, 1, 274, 3, 1, 6, 26)
    block += struct.pack(order + "HHHIII", 1, 0x0201, 4, 1, 44, 0) + b"thumbnail"
    data = saved(image(), "PNG", exif=b"Exif\0\0" + block)
    kept = decode(data, NAME).metadata.exif
    assert kept is not None
    assert exif.orientation(block) == 6
    assert exif.orientation(kept) == 1
    assert kept[22:26] == bytes(4)
    assert (kept[:18], kept[26:]) == (block[:18], block[26:])


@pytest.mark.parametrize("orientation", [0, 9, 300])
def test_an_orientation_that_does_not_exist_is_none(orientation):
    """Cameras write 0 and worse; the pixels stay as they are."""
    exif_bytes = b"Exif\0\0" + exif_block(orientation)
    photo = decode(saved(image(), "PNG", exif=exif_bytes), NAME)
    np.testing.assert_array_equal(photo.rgb, colours())


@pytest.mark.parametrize("length", range(0, 40, 3))
def test_a_cut_exif_block_is_carried_and_means_nothing(length):
    """It is not ours to judge."""
    block = exif_block(6, "Grandmother")[:length]
    assert exif.orientation(block) in {1, 6}
    assert len(upright(block)) == length
    assert exif.dpi(block) is None


def test_orientation_in_xmp_follows_that_of_exif():
    """XMP repeats the orientation; it must not be applied a second time."""
    turned = Metadata(exif=exif_block(6), xmp=xmp_packet(orientation=6))
    photo = decode(encode(Photo(rgb=colours(), metadata=turned), "png"), NAME)
    assert photo.metadata.xmp == xmp_packet(orientation=1)
    element = b"<tiff:Orientation>8</tiff:Orientation>"
    as_element = replace(turned, xmp=element)
    photo = decode(encode(Photo(rgb=colours(), metadata=as_element), "png"), NAME)
    assert photo.metadata.xmp == element.replace(b"8", b"1")


@pytest.mark.parametrize("orientation", [3, 6])
def test_sizes_in_xmp_turn_with_the_photo(orientation):
    """By a quarter, width and height change places; half a turn changes nothing."""
    xmp = (
        b'<rdf:Description tiff:ImageWidth="70" tiff:ImageLength = "50" dc:source="'
        b'tiff:ImageWidth"><exif:PixelXDimension>70</exif:PixelXDimension>'
        b"<exif:PixelYDimension>50</exif:PixelYDimension></rdf:Description>"
    )
    stored = Metadata(exif=exif_block(orientation), xmp=xmp)
    photo = decode(encode(Photo(rgb=colours(), metadata=stored), "png"), NAME)
    turned = (
        b'<rdf:Description tiff:ImageLength="70" tiff:ImageWidth = "50" dc:source="'
        b'tiff:ImageWidth"><exif:PixelYDimension>70</exif:PixelYDimension>'
        b"<exif:PixelXDimension>50</exif:PixelXDimension></rdf:Description>"
    )
    assert photo.metadata.xmp == (turned if orientation == 6 else xmp)


def test_orientation_in_xmp_alone_is_left_alone():
    """It has not been applied, so it is as true as it was."""
    metadata = Metadata(xmp=xmp_packet(orientation=6))
    photo = decode(encode(Photo(rgb=colours(), metadata=metadata), "jpg"), NAME)
    np.testing.assert_allclose(photo.rgb, colours(), atol=60)
    assert photo.metadata == metadata


def test_tiff_carries_texts_resolution_profile_and_xmp():
    """An archive's scan keeps its caption and its dpi, also as a JPEG and back."""
    tags = {270: "Grandmother", 315: "Grandfather", 282: 600.0, 283: 600.0, 296: 2}
    data = saved(image(), "TIFF", tiffinfo=tags, icc_profile=BLOCKS.icc)
    scan = decode(data, NAME)
    jpeg = encode(scan, "jpg")
    assert opened(jpeg).getexif()[270] == "Grandmother"
    assert opened(jpeg).getexif()[282] == 600
    for photo in (scan, decode(jpeg, NAME)):
        metadata = replace(photo.metadata, xmp=BLOCKS.xmp)
        again = encode(replace(photo, metadata=metadata), "tiff")
        picture = opened(again)
        assert {tag: picture.tag_v2[tag] for tag in tags} == tags
        assert icc_of(picture) == BLOCKS.icc
        assert picture.tag_v2[700] == BLOCKS.xmp
        assert decode(again, NAME).metadata.xmp == BLOCKS.xmp


def test_texts_in_any_language_survive_in_tiff():
    """Strictly TIFF is ASCII; everybody writes UTF-8."""
    text = "Großmutter, Łódź, 祖母"
    block = pictures.exif_of({270: text.encode()})
    data = encode(Photo(rgb=colours(), metadata=Metadata(exif=block)), "tiff")
    (found,) = exif.fields_of(decode(data, NAME).metadata.exif).values()
    assert found.raw == text.encode() + b"\0"


@pytest.mark.parametrize("values", [{296: 77}, {282: (600, 0)}, {282: (0, 1)}])
def test_a_resolution_that_makes_no_sense_does_not_fail_a_photo(values):
    """EXIF blocks in the wild hold anything; TIFF cannot."""
    block = pictures.exif_of({270: "Ok", 282: (600, 1), 283: (600, 1), 296: 2} | values)
    photo = Photo(rgb=colours(), metadata=Metadata(exif=block))
    picture = opened(encode(photo, "tiff"))
    assert picture.tag_v2[270] == "Ok"
    assert picture.tag_v2[282] == 1


@pytest.mark.parametrize("order", ["<", ">"])
def test_tiff_texts_of_either_byte_order_are_read(order):
    """Long and short texts, numbers and fractions, wherever they are stored."""
    data = pictures.tiff(
        colours(),
        photometric="rgb",
        byteorder=order,
        description="A",
        datetime="1904:05:06 07:08:09",
        resolution=(300, 300),
        metadata=None,
        software=False,
    )
    block = decode(data, NAME).metadata.exif
    fields = exif.fields_of(block)
    assert set(fields) == {270, 282, 283, 296, 306}
    assert fields[270].raw == b"A\0"
    assert fields[306].raw == b"1904:05:06 07:08:09\0"
    assert exif.dpi(block) == (300, 300)


def test_a_compressed_bomb_in_a_png_is_dropped():
    """A profile that unpacks to gigabytes is not unpacked."""
    bomb = zlib.compress(bytes(64 << 20))
    data = encode(Photo(rgb=colours(), metadata=Metadata(icc=icc_profile())), "png")
    start = data.index(b"iCCP") - 4
    (length,) = struct.unpack_from(">I", data, start)
    body = b"icc\0\0" + bomb
    checksum = zlib.crc32(b"iCCP" + body)
    chunk = struct.pack(">I", len(body)) + b"iCCP" + body + struct.pack(">I", checksum)
    data = data[:start] + chunk + data[start + 12 + length :]
    assert decode(data, NAME).metadata == Metadata()
