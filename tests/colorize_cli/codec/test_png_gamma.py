"""PNG files whose tones are not those of sRGB, and say so without a profile."""

import struct

import numpy as np
import pytest
from PIL import Image

from colorize_cli.codec import decode, encode
from colorize_cli.codec.png import IHDR_END, chunk
from colorize_cli.codec.profiles import srgb_profile
from colorize_cli.errors import UnsupportedPhotoError
from tests.pictures import image, ramp, saved

NAME = "scan.png"
# sRGB's level 128 reflects 21.6 % of the light, level 188 half of it.
LINEAR, ENCODED = [0, 55, 128, 255], [0, 128, 188, 255]


def with_chunks(data: bytes, **bodies: bytes) -> bytes:
    """A PNG with more chunks behind its header."""
    added = b"".join(chunk(kind.encode(), body) for kind, body in bodies.items())
    return data[:IHDR_END] + added + data[IHDR_END:]


def gamma(exponent: float) -> bytes:
    """The body of a gAMA chunk."""
    return struct.pack(">I", round(exponent * 100_000))


def linear(mode: str = "L") -> bytes:
    """A row of known greys whose numbers are proportional to light."""
    row = Image.fromarray(np.array([LINEAR], np.uint8)).convert(mode)
    return with_chunks(saved(row, "PNG"), gAMA=gamma(1))


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "LA", "RGBA"])
def test_linear_greys_are_as_light_as_they_are_seen(mode):
    """Whatever the kind of pixels; the result is no longer said to be linear."""
    photo = decode(linear(mode), NAME)
    assert [*photo.rgb[0, :, 0]] == pytest.approx(ENCODED, abs=1)
    assert b"gAMA" not in encode(photo, "png")


def test_gamma_of_16_bits():
    """All levels, so that nothing is lost in the dark."""
    levels = np.linspace(0, 65535, 300).astype(np.uint16)[None]
    data = with_chunks(saved(Image.fromarray(levels), "PNG"), gAMA=gamma(1 / 1.8))
    light = (levels[0] / 65535) ** 1.8
    srgb = np.where(
        light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055
    )
    found = decode(data, NAME).rgb[0, :, 0]
    np.testing.assert_allclose(found, srgb * 65535, atol=1)


def test_transparency_has_no_gamma():
    """Coverage is no tone."""
    data = with_chunks(saved(image("LA"), "PNG"), gAMA=gamma(1))
    np.testing.assert_array_equal(decode(data, NAME).alpha, ramp())


@pytest.mark.parametrize("exponent", [0, 0.45455, 0.45, 1000])
def test_usual_and_senseless_gammas_change_nothing(exponent):
    """1/2.2 is what writers of sRGB say beside it."""
    plain = saved(image("L"), "PNG")
    data = with_chunks(plain, gAMA=gamma(exponent))
    np.testing.assert_array_equal(decode(data, NAME).rgb, decode(plain, NAME).rgb)


@pytest.mark.parametrize("kind", ["sRGB", "iCCP"])
def test_profile_and_srgb_come_before_gamma(kind):
    """As the format lays down."""
    settings = {"icc_profile": srgb_profile()} if kind == "iCCP" else {}
    plain = saved(image("RGB"), "PNG", **settings)
    more = {"sRGB": b"\0"} if kind == "sRGB" else {}
    data = with_chunks(plain, gAMA=gamma(1), **more)
    np.testing.assert_array_equal(decode(data, NAME).rgb, decode(plain, NAME).rgb)


@pytest.mark.parametrize(("transfer", "is_read"), [(13, True), (16, False)])
def test_hdr_is_refused(transfer, is_read):
    """PQ; the number of sRGB comes before gamma like a profile."""
    plain = saved(image("L"), "PNG")
    cicp = bytes((1, transfer, 0, 1))
    data = with_chunks(plain, gAMA=gamma(1), cICP=cicp)
    if is_read:
        np.testing.assert_array_equal(decode(data, NAME).rgb, decode(plain, NAME).rgb)
        return
    with pytest.raises(UnsupportedPhotoError, match="PQ"):
        decode(data, NAME)
