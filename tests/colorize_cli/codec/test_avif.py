"""AVIF against Pillow, which brings a libavif of its own."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from colorize_cli.codec import decode, encode
from colorize_cli.errors import UnsupportedPhotoError
from colorize_cli.imaging.photo import Metadata, Photo
from tests import pictures
from tests.pictures import colours, colours_16, image, opened, ramp, saved

NAME = Path("old.avif")


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_pixels_are_those_that_pillow_decodes(mode):
    """Colours and alpha, up to the rounding of two YCbCr conversions."""
    data = saved(image(mode), "AVIF", quality=90)
    photo, seen = decode(data, NAME), np.asarray(opened(data)).astype(int)
    assert np.abs(photo.rgb - seen[..., :3]).max() <= 3
    if mode == "RGBA":
        np.testing.assert_array_equal(photo.alpha, seen[..., 3])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turn_in_the_container_is_undone(orientation):
    """All eight: Pillow writes them as irot and imir, and reads them as EXIF."""
    exif = b"Exif\0\0" + pictures.exif_block(orientation)
    plain = decode(saved(image(), "AVIF", quality=90), NAME)
    turned = decode(saved(image(), "AVIF", quality=90, exif=exif), NAME)
    jpeg = saved(pictures.Image.fromarray(plain.rgb), "PNG", exif=exif)
    np.testing.assert_array_equal(turned.rgb, decode(jpeg, NAME).rgb)


@pytest.mark.parametrize("has_alpha", [False, True])
def test_quality_100_is_lossless(has_alpha):
    """Also through Pillow."""
    photo = Photo(rgb=colours(), alpha=ramp() if has_alpha else None)
    data = encode(photo, "avif", quality=100)
    np.testing.assert_array_equal(decode(data, NAME).rgb, photo.rgb)
    assert np.abs(np.asarray(opened(data))[..., :3].astype(int) - photo.rgb).max() <= 1
    if has_alpha:
        np.testing.assert_array_equal(decode(data, NAME).alpha, photo.alpha)


def test_twelve_of_sixteen_bits_are_kept():
    """White stays white, black stays black, and in between half a step is lost."""
    rgb = colours_16()
    rgb[0, 0], rgb[0, 1] = 65535, 0
    again = decode(encode(Photo(rgb=rgb), "avif", quality=100), NAME).rgb
    assert again.dtype == np.uint16
    assert (again[0, 0] == 65535).all()
    assert (again[0, 1] == 0).all()
    assert np.abs(again.astype(int) - rgb).max() <= 65535 / 4095 / 2 + 1


def test_what_has_no_place_in_avif_goes_into_exif():
    """Resolution and IPTC come back."""
    metadata = Metadata(iptc=pictures.iptc_records("Łódź"), dpi=(300.0, 600.0))
    data = encode(Photo(rgb=colours(), metadata=metadata), "avif")
    kept = decode(data, NAME).metadata
    assert kept.iptc == metadata.iptc
    assert opened(data).getexif()[282] == 300
    assert opened(data).getexif()[283] == 600


@pytest.mark.parametrize(("transfer", "tones"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused(transfer, tones):
    """Its numbers, taken for those of sRGB, are a flat picture."""
    rgb = colours_16() >> 6
    data = imagecodecs.avif_encode(rgb, bitspersample=10, transfer=transfer)
    with pytest.raises(UnsupportedPhotoError, match=tones):
        decode(data, NAME)
