"""The many ways in which TIFF stores a photo."""

import io
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile

from colorize_cli.codec import decode
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from tests.pictures import (
    HEIGHT,
    WIDTH,
    colours,
    colours_16,
    image,
    opened,
    ramp,
    saved,
    tiff,
    tiff_pages,
    xmp_packet,
)
from tests.raw_tiff import Tag, raw_tiff, tags_of_pixels

NAME = Path("scan.tif")


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"compression": "lzw", "predictor": True},
        {"compression": "zlib", "byteorder": ">"},
        {"compression": "packbits", "rowsperstrip": 7},
        {"compression": "zstd", "bigtiff": True},
        {"tile": (32, 16), "compression": "lzma"},
        {"planarconfig": "separate", "compression": "zlib"},
        {"planarconfig": "separate", "tile": (16, 16)},
    ],
)
@pytest.mark.parametrize("depth", [8, 16])
def test_every_layout_gives_the_same_pixels(settings, depth):
    """Strips, tiles, planes, byte orders and compressions: every bit is kept."""
    stored = colours() if depth == 8 else colours_16()
    pixels = np.moveaxis(stored, -1, 0) if "planarconfig" in settings else stored
    photo = decode(tiff(pixels, photometric="rgb", **settings), NAME)
    assert photo.rgb.dtype == stored.dtype
    np.testing.assert_array_equal(photo.rgb, stored)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_pillow_agrees(mode, compression):
    """Bilevel, grey, palette and alpha."""
    picture = image().quantize(16) if mode == "P" else image(mode)
    photo = decode(saved(picture, "TIFF", compression=compression), NAME)
    np.testing.assert_array_equal(photo.rgb, picture.convert("RGB"))
    if mode in {"LA", "RGBA"}:
        np.testing.assert_array_equal(photo.alpha, ramp())
    else:
        assert photo.alpha is None


@pytest.mark.parametrize("compression", ["group3", "group4"])
def test_fax_compressions_of_documents(compression):
    """Bilevel scans, as archives made them for decades."""
    data = saved(image("1"), "TIFF", compression=compression)
    np.testing.assert_array_equal(decode(data, NAME).rgb, opened(data).convert("RGB"))


def test_jpeg_inside_tiff():
    """Its YCbCr comes out as RGB."""
    data = tiff(colours(), photometric="rgb", compression="jpeg")
    difference = np.abs(decode(data, NAME).rgb.astype(int) - colours())
    assert difference.mean() < 3


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_is_zero_is_turned_round(dtype):
    """Negatives of the storage, not of the photo."""
    stored = colours().astype(dtype)[..., 1]
    photo = decode(tiff(stored, photometric="miniswhite"), NAME)
    top = np.iinfo(dtype).max
    np.testing.assert_array_equal(photo.rgb[..., 0], top - stored)


@pytest.mark.parametrize("bits", [2, 4, 12])
def test_odd_depths_are_stretched_to_full_scale(bits):
    """Half a byte, and the 12 bits of scanners: the largest value is white."""
    top = (1 << bits) - 1
    dtype = np.uint8 if bits < 8 else np.uint16
    stored = np.tile(np.linspace(0, top, 64).round().astype(dtype), (4, 1))
    data = tiff(stored, photometric="minisblack", bitspersample=bits)
    photo = decode(data, NAME)
    assert photo.rgb.dtype == dtype
    full = np.iinfo(dtype).max
    np.testing.assert_allclose(photo.rgb[..., 0], stored * (full / top), atol=0.501)


def test_colours_multiplied_by_alpha_are_divided():
    """Associated alpha is undone where there is anything to see."""
    alpha = np.maximum(ramp(), 40)
    share = alpha[..., None] / 255
    stored = np.dstack([np.round(colours() * share).astype(np.uint8), alpha])
    photo = decode(tiff(stored, photometric="rgb", extrasamples=["assocalpha"]), NAME)
    np.testing.assert_array_equal(photo.alpha, alpha)
    np.testing.assert_allclose(photo.rgb, colours(), atol=4)


@pytest.mark.parametrize("channels", [2, 4])
def test_a_channel_without_a_meaning_is_dropped(channels):
    """Scanners store infrared beside the colours; it is no alpha."""
    stored = np.dstack([colours(), ramp()])[..., -channels:]
    kind = "rgb" if channels == 4 else "minisblack"
    data = tiff(
        stored, photometric=kind, extrasamples=["unspecified"], planarconfig="contig"
    )
    photo = decode(data, NAME)
    assert photo.alpha is None
    expected = stored[..., :3] if channels == 4 else stored[..., [0, 0, 0]]
    np.testing.assert_array_equal(photo.rgb, expected)


def test_thumbnails_and_masks_do_not_count_as_pages():
    """Scanners put a small copy before or behind the picture."""
    small = np.ascontiguousarray(colours()[::5, ::5])
    for order in ((small, colours()), (colours(), small)):
        kinds = [1 if page is small else 0 for page in order]
        photo = decode(tiff_pages(order, kinds), NAME)
        np.testing.assert_array_equal(photo.rgb, colours())


@pytest.mark.parametrize("dtype", [np.float32, np.int16, np.uint32])
def test_pixels_without_a_definite_white_are_refused(dtype):
    """What is no photo is said to be so, with the way out."""
    data = tiff(colours().astype(dtype), photometric="rgb")
    with pytest.raises(UnsupportedPhotoError, match=rf"{dtype.__name__}.*16-bit"):
        decode(data, NAME)


def test_other_colour_spaces_are_refused():
    """CIE Lab is a picture, but not one that is read."""
    with pytest.raises(UnsupportedPhotoError, match="CIELAB"):
        decode(saved(image("LAB"), "TIFF"), NAME)


def camera_raw() -> bytes:
    """A small RGB preview; the mosaic of the sensor hangs on it."""
    target = io.BytesIO()
    with tifffile.TiffWriter(target) as writer:
        writer.write(colours(), photometric="rgb", subfiletype=1, subifds=1)
        writer.write(np.zeros((90, 120), np.uint16), photometric="minisblack")
    return target.getvalue()


@pytest.mark.parametrize(
    "data",
    [camera_raw(), b"II*\0\x10\0\0\0CR\2\0", b"II*\0\x10\0\0\0IIIICwaR"],
    ids=["Nikon", "Canon", "Phase One"],
)
def test_camera_raw_is_refused(data):
    """Its preview would be taken for the photo."""
    with pytest.raises(UnsupportedPhotoError, match="camera raw"):
        decode(data, NAME)


def test_volumes_are_refused():
    """By what they are."""
    block = np.zeros((3, 16, 16), np.uint8)
    data = tiff(block, photometric="minisblack", volumetric=True, tile=(16, 16, 16))
    with pytest.raises(UnsupportedPhotoError, match="volumes"):
        decode(data, NAME)


def test_more_channels_than_a_photo_has_are_refused():
    """Multispectral data would be taken for who knows what."""
    data = tiff(np.zeros((9, 8, 7), np.uint8), photometric="rgb", planarconfig="contig")
    with pytest.raises(UnsupportedPhotoError, match="7 channels"):
        decode(data, NAME)


def test_pixel_data_beyond_the_end_is_truncation():
    """The header of an uncompressed TIFF survives a broken download."""
    data = tiff(colours(), photometric="rgb")
    with pytest.raises(DecodeError, match="truncated: the picture breaks off"):
        decode(data[: -HEIGHT * WIDTH], NAME)


PACKERS = {
    "uncompressed": (1, bytes),
    "LZW": (5, imagecodecs.lzw_encode),
    "JPEG": (7, lambda strip: imagecodecs.jpeg8_encode(in_rows(strip))),
    "deflate": (8, zlib.compress),
    "PackBits": (32773, imagecodecs.packbits_encode),
}
STRIP = bytes([200]) * 160


def in_rows(strip: bytes) -> np.ndarray:
    """The pixels of a strip of 16 columns."""
    return np.frombuffer(strip, np.uint8).reshape(-1, 16)


def four_strips(kind: str, rows_per_strip: int = 10) -> tuple[list[Tag], bytes]:
    """What a page of 16 x 40 says of strips of ten rows, and one of them, packed."""
    code, pack = PACKERS[kind]
    tags = [tag for tag in tags_of_pixels(16, 40) if tag[0] not in {259, 278}]
    tags += [(259, 3, 1, [code]), (278, 4, 1, [rows_per_strip])]
    return tags, bytes(pack(STRIP))


@pytest.mark.parametrize("kind", PACKERS)
def test_strips_that_were_never_written_are_an_error(kind):
    """They are empty, or missing from the list; nothing black is made up for them."""
    tags, strip = four_strips(kind)
    whole = decode(raw_tiff(tags, [strip] * 4), NAME)
    np.testing.assert_allclose(whole.rgb, 200, atol=1)
    for strips in ([strip, strip, b"", b""], [strip, strip]):
        with pytest.raises(DecodeError, match="incomplete: 2 of 4 strips were never"):
            decode(raw_tiff(tags, strips), NAME)


def test_a_tile_that_was_never_written_is_an_error():
    """Also one in the middle."""
    data = bytearray(tiff(colours(), photometric="rgb", tile=(16, 16)))
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        counts = file.pages[0].tags[325]
    size = counts.valuebytecount // counts.count
    start = counts.valueoffset + 7 * size
    data[start : start + size] = bytes(size)
    with pytest.raises(DecodeError, match="incomplete: 1 of 20 tiles were never"):
        decode(bytes(data), NAME)


def test_uncompressed_pixels_in_one_run_need_no_true_counts():
    """Old writers say ten rows a strip and write one strip of forty."""
    tags, _ = four_strips("uncompressed")
    assert (decode(raw_tiff(tags, [STRIP * 4]), NAME).rgb == 200).all()


def test_xmp_may_be_of_any_type():
    """Some writers call it a text."""
    packet = xmp_packet()
    for kind in (1, 2, 7):
        tags = [*tags_of_pixels(16, 40), (700, kind, len(packet), packet)]
        assert decode(raw_tiff(tags, [STRIP * 4]), NAME).metadata.xmp == packet
