"""`encode` against Pillow, and through `decode` and back."""

from pathlib import Path

import numpy as np
import pytest

from colorize_cli.codec import decode, encode
from colorize_cli.errors import EncodeError
from colorize_cli.imaging.photo import Photo
from tests.pictures import colours, colours_16, opened, ramp, tiff_opened

NAME = Path("old.jpg")


@pytest.mark.parametrize("format", ["png", "tiff"])
@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("has_alpha", [False, True])
def test_lossless_formats_keep_every_bit(format, depth, has_alpha):
    """PNG and TIFF give back colours and alpha of 8 and 16 bits as they were."""
    rgb = colours() if depth == 8 else colours_16()
    alpha = (ramp() if depth == 8 else colours_16()[..., 0]) if has_alpha else None
    again = decode(encode(Photo(rgb=rgb, alpha=alpha), format), NAME)
    assert again.rgb.dtype == rgb.dtype
    np.testing.assert_array_equal(again.rgb, rgb)
    if has_alpha:
        np.testing.assert_array_equal(again.alpha, alpha)
    else:
        assert again.alpha is None


def test_other_programs_read_16_bits_as_they_were():
    """Byte order and channel order are those of the formats, not of this machine."""
    photo = Photo(rgb=colours_16(), alpha=colours_16()[..., 2])
    read = tiff_opened(encode(photo, "tiff"))
    np.testing.assert_array_equal(read, np.dstack([photo.rgb, photo.alpha]))
    # Pillow reads 16-bit PNG as 8 bits, by dropping the lower ones.
    seen = np.asarray(opened(encode(photo, "png")))
    np.testing.assert_array_equal(seen, np.dstack([photo.rgb, photo.alpha]) >> 8)


@pytest.mark.parametrize("format", ["jpg", "webp"])
def test_lossy_formats_are_close_in_the_right_channel_order(format):
    """At quality 95 smooth colours come back within a few levels on average."""
    seen = np.asarray(opened(encode(Photo(rgb=colours()), format)).convert("RGB"))
    assert np.abs(seen.astype(int) - colours()).mean() < 4


@pytest.mark.parametrize("format", ["jpg", "webp"])
def test_quality_is_a_trade(format):
    """Lower quality makes a smaller file."""
    photo = Photo(rgb=colours())
    assert len(encode(photo, format, quality=20)) < len(encode(photo, format))


def test_jpeg_keeps_full_chroma_resolution():
    """4:4:4: one-pixel stripes of two colours of the same grey survive."""
    rgb = np.empty((32, 32, 3), np.uint8)
    rgb[:, ::2], rgb[:, 1::2] = (200, 60, 90), (60, 130, 90)
    picture = opened(encode(Photo(rgb=rgb), "jpg"))
    assert {layer[1:3] for layer in picture.layer} == {(1, 1)}
    assert np.abs(np.asarray(picture).astype(int) - rgb).max() < 30


def test_webp_of_quality_100_is_lossless():
    """Also where the photo is transparent."""
    photo = Photo(rgb=colours(), alpha=ramp())
    again = decode(encode(photo, "webp", quality=100), NAME)
    np.testing.assert_array_equal(again.rgb, photo.rgb)
    np.testing.assert_array_equal(again.alpha, photo.alpha)


def test_webp_keeps_alpha():
    """The alpha plane is never lossy."""
    again = decode(encode(Photo(rgb=colours(), alpha=ramp()), "webp"), NAME)
    np.testing.assert_array_equal(again.alpha, ramp())


def test_jpeg_lays_transparent_photos_on_white():
    """Clear is white, opaque keeps its colour, half is half way."""
    rgb = np.full((16, 48, 3), (200, 40, 40), np.uint8)
    alpha = np.repeat(np.repeat([[0, 128, 255]], 16, axis=1), 16, axis=0)
    seen = decode(encode(Photo(rgb=rgb, alpha=alpha.astype(np.uint8)), "jpg"), NAME)
    assert seen.alpha is None
    expected = [(255, 255, 255), (227, 147, 147), (200, 40, 40)]
    np.testing.assert_allclose(seen.rgb[8, 8::16], expected, atol=4)


@pytest.mark.parametrize(("format", "tolerance"), [("jpg", 1), ("webp", 0)])
def test_16_bits_are_rounded_to_8(format, tolerance):
    """0 stays 0, 65535 becomes 255, and in between the nearest level is taken."""
    levels = np.arange(256) * 257
    for offset in (0, 128, -128):
        near = np.clip(levels + offset, 0, 65535).astype(np.uint16)
        rgb = np.repeat(np.repeat(near, 8)[None, :, None], 3, axis=2).repeat(8, axis=0)
        seen = decode(encode(Photo(rgb=rgb), format, quality=100), NAME)
        np.testing.assert_allclose(seen.rgb[4, 4::8, 0], np.arange(256), atol=tolerance)
        assert seen.rgb.dtype == np.uint8


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (20000, 3)])
@pytest.mark.parametrize("format", ["jpg", "png", "tiff"])
def test_extreme_shapes_are_encoded(format, size):
    """From one pixel to a thin strip."""
    photo = Photo(rgb=colours(*size))
    assert opened(encode(photo, format)).size == size[::-1]


@pytest.mark.parametrize(("format", "side"), [("jpg", 65500), ("webp", 16383)])
def test_the_longest_side_of_a_format(format, side):
    """It is written and read back; one pixel more is an error that says what to do."""
    longest = Photo(rgb=np.zeros((2, side, 3), np.uint8))
    assert decode(encode(longest, format), NAME).size == (2, side)
    with pytest.raises(EncodeError, match=rf"at most {side} pixels.*--format png"):
        encode(Photo(rgb=np.zeros((side + 1, 2, 3), np.uint8)), format)
    assert encode(Photo(rgb=np.zeros((side + 1, 2, 3), np.uint8)), "png")


def test_what_the_encoder_refuses_is_an_encode_error():
    """A library's own exception does not get through."""
    with pytest.raises(EncodeError, match="png result: cannot be encoded"):
        encode(Photo(rgb=np.zeros((0, 0, 3), np.uint8)), "png")
