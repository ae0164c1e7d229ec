"""JPEG 2000 of inks, which are no red, green, blue and alpha, and of palettes."""

import struct
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from colorize_cli.codec import decode
from colorize_cli.codec.boxes import boxes, written
from colorize_cli.errors import UnsupportedPhotoError
from tests import pictures
from tests.pictures import image, saved

NAME = Path("print.jp2")
ENUMERATED, PROFILED = b"\1\0\0", b"\2\0\0"
CMYK, SRGB = (12).to_bytes(4, "big"), (16).to_bytes(4, "big")
INKS = np.asarray(image("CMYK"))


def jp2(*colours: bytes, pixels: np.ndarray = INKS) -> bytes:
    """A file with these contents of colr boxes."""
    plain = bytes(
        imagecodecs.jpeg2k_encode(
            pixels, level=0, codecformat="JP2", reversible=True, mct=False
        )
    )
    parts = []
    for box in boxes(plain):
        content = plain[box.start : box.end]
        if box.kind == b"jp2h":
            kept = [each for each in boxes(content) if each.kind != b"colr"]
            content = b"".join(
                written(each.kind, content[each.start : each.end]) for each in kept
            )
            content += b"".join(written(b"colr", each) for each in colours)
        parts.append(written(box.kind, content))
    return b"".join(parts)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("is_said", [True, False])
def test_inks_are_converted_with_their_profile(is_said, depth):
    """As those of a TIFF with the same profile; none of them is an alpha."""
    profile = pictures.cmyk_profile()
    expected = decode(saved(image("CMYK"), "TIFF", icc_profile=profile), NAME)
    colours = [ENUMERATED + CMYK] if is_said else []
    pixels = INKS if depth == 8 else INKS.astype(np.uint16) * 257
    photo = decode(jp2(*colours, PROFILED + profile, pixels=pixels), NAME)
    assert photo.alpha is None
    assert photo.metadata.icc is None
    top = np.iinfo(photo.rgb.dtype).max
    np.testing.assert_allclose(photo.rgb / top, expected.rgb / 255, atol=0.01)


@pytest.mark.parametrize("profile", [b"", PROFILED + pictures.icc_profile()])
def test_inks_without_a_profile_are_refused(profile):
    """Nobody can say how dark they are; a profile for RGB does not help."""
    colours = [box for box in (ENUMERATED + CMYK, profile) if box]
    with pytest.raises(UnsupportedPhotoError, match="CMYK without an ICC profile"):
        decode(jp2(*colours), NAME)


def test_four_channels_of_rgb_are_colours_and_alpha():
    """As they were before anybody thought of inks."""
    photo = decode(jp2(ENUMERATED + SRGB), NAME)
    np.testing.assert_array_equal(photo.rgb, INKS[..., :3])
    np.testing.assert_array_equal(photo.alpha, INKS[..., 3])


@pytest.mark.parametrize("index_bits", [1, 4, 8])
@pytest.mark.parametrize("depth", [8, 16])
def test_a_palette_is_as_deep_as_its_colours(depth, index_bits):
    """However many bits an index has."""
    top, count = (1 << depth) - 1, 1 << index_bits
    dtype = np.uint8 if depth == 8 else np.uint16
    palette = np.linspace(0, top, 3 * count).astype(dtype).reshape(count, 3)
    indices = np.arange(32 * 40).reshape(32, 40) % count
    data = with_palette(indices.astype(np.uint8), index_bits, palette)
    photo = decode(data, NAME)
    assert photo.rgb.dtype == dtype
    np.testing.assert_array_equal(photo.rgb, palette[indices])


def with_palette(indices: np.ndarray, bits: int, palette: np.ndarray) -> bytes:
    """A file of indices of so many bits into a palette, (n, 3)."""
    plain = bytes(
        imagecodecs.jpeg2k_encode(
            indices, level=0, codecformat="JP2", reversible=True, bitspersample=bits
        )
    )
    depth = 8 * palette.itemsize - 1
    entries = palette.astype(palette.dtype.newbyteorder(">")).tobytes()
    colours = struct.pack(">HB3B", len(palette), 3, depth, depth, depth) + entries
    # Each channel is the only component, looked up in a column.
    mapped = bytes((0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 2))
    parts = []
    for box in boxes(plain):
        content = plain[box.start : box.end]
        if box.kind == b"jp2h":
            grey = written(b"colr", ENUMERATED + (17).to_bytes(4, "big"))
            content = content.replace(grey, written(b"colr", ENUMERATED + SRGB))
            content += written(b"pclr", colours) + written(b"cmap", mapped)
        parts.append(written(box.kind, content))
    return b"".join(parts)


@pytest.mark.parametrize("space", [14, 20, 24])
def test_spaces_that_openjpeg_takes_for_rgb_are_refused(space):
    """Lab, for instance, would come out in wrong tones."""
    rgb = np.ascontiguousarray(INKS[..., :3])
    box = ENUMERATED + space.to_bytes(4, "big")
    with pytest.raises(UnsupportedPhotoError, match=f"colour space {space}"):
        decode(jp2(box, pixels=rgb), NAME)
    photo = decode(jp2(box, ENUMERATED + SRGB, pixels=rgb), NAME)
    np.testing.assert_array_equal(photo.rgb, rgb)


def test_several_pictures_are_refused():
    """One of them would be all that is left."""
    rgb = np.ascontiguousarray(INKS[..., :3])
    whole = jp2(ENUMERATED + SRGB, pixels=rgb)
    last = list(boxes(whole))[-1]
    assert last.kind == b"jp2c"
    again = written(b"jp2c", whole[last.start : last.end])
    with pytest.raises(UnsupportedPhotoError, match="more than one picture"):
        decode(whole + again, NAME)
