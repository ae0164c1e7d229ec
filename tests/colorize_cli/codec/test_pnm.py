"""All seven kinds of PNM."""

from pathlib import Path

import numpy as np
import pytest

from colorize_cli.codec import decode
from colorize_cli.errors import DecodeError, UnsupportedPhotoError

NAME = Path("scan.pnm")
GREY = np.array([[0, 100, 200], [255, 1, 2]], np.uint8)


def test_numbers_as_text():
    """P2 and P3, with comments and any space between."""
    text = b"P2 # by hand\n3 2\n# white is\n255\n0 100\t200\n255 1 2 # end\n"
    np.testing.assert_array_equal(decode(text, NAME).rgb[..., 1], GREY)
    rows = " ".join(str(v) for v in np.repeat(GREY, 3))
    np.testing.assert_array_equal(
        decode(f"P3\n3 2 255\n{rows}\n".encode(), NAME).rgb[..., 2], GREY
    )


def test_numbers_as_text_are_stretched():
    """White is what the header says; more than that is white, too."""
    photo = decode(b"P2\n3 1\n1000\n0 1000 4000\n", NAME)
    assert photo.rgb[0, :, 0].tolist() == [0, 65535, 65535]


def test_bits_as_text_need_no_gaps():
    """P1: 1 is black."""
    photo = decode(b"P1\n# glyph\n4 2\n01 1 0\n1001\n", NAME)
    assert photo.rgb[..., 0].tolist() == [[255, 0, 0, 255], [0, 255, 255, 0]]


def test_packed_bits():
    """P4: rows start at whole bytes."""
    photo = decode(b"P4\n10 2\n" + bytes([0b10000000, 0b01000000, 0, 0]), NAME)
    expected = np.full((2, 10), 255)
    expected[0, 0] = expected[0, 9] = 0
    np.testing.assert_array_equal(photo.rgb[..., 0], expected)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("largest", [255, 65535])
def test_pam_has_any_channels(channels, largest):
    """P7: grey or colours, with or without alpha, 8 or 16 bits."""
    dtype = np.dtype(">u2" if largest > 255 else "u1")
    rng = np.random.default_rng(0)
    stored = rng.integers(0, largest + 1, (2, 3, channels)).astype(dtype)
    head = f"P7\n# made up\nWIDTH 3\nHEIGHT 2\nDEPTH {channels}\nMAXVAL {largest}\n"
    photo = decode(head.encode() + b"TUPLTYPE X\nENDHDR\n" + stored.tobytes(), NAME)
    assert photo.rgb.itemsize == dtype.itemsize
    colours = stored[..., :3] if channels > 2 else stored[..., [0, 0, 0]]
    np.testing.assert_array_equal(photo.rgb, colours)
    assert (photo.alpha is not None) == (channels in {2, 4})
    if photo.alpha is not None:
        np.testing.assert_array_equal(photo.alpha, stored[..., -1])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"P2\n3 2\n255\n1 2 3 4 5 x\n", "damaged picture data"),
        (b"P2\n3 2\n255\n1 2 3\n\n\n\n\n\n\n", "damaged picture data"),
        (b"P2\n30 20\n255\n1 2 3\n", "breaks off"),
        (b"P1\n4 2\n0110 10", "breaks off"),
        (b"P4\n10 2\nabc", "breaks off"),
        (b"P7\nWIDTH 3\nENDHDR\n", "damaged PNM header"),
        (b"P7\nWIDTH 3\nHEIGHT x\nDEPTH 1\nMAXVAL 9\nENDHDR\n", "damaged PNM header"),
        (b"P5\n1 1\n70000\n00", "largest value 70000"),
    ],
)
def test_damage_is_named(data, reason):
    """In one line."""
    with pytest.raises(DecodeError, match=reason):
        decode(data, NAME)


def test_pam_of_seven_channels_is_refused():
    """It would be taken for who knows what."""
    head = b"P7\nWIDTH 1\nHEIGHT 1\nDEPTH 7\nMAXVAL 255\nENDHDR\n"
    with pytest.raises(UnsupportedPhotoError, match="7 channels"):
        decode(head + bytes(7), NAME)


PAM = b"P7\nWIDTH 3\nHEIGHT 2\nDEPTH 1\nMAXVAL 255\nENDHDR\n" + GREY.tobytes()


@pytest.mark.parametrize(
    "one", [b"P4\n8 1\n\x55", b"P5\n3 2\n255\n" + GREY.tobytes(), PAM]
)
def test_a_file_of_several_pictures_is_refused(one):
    """All but the first would be lost without a word; a line end is no picture."""
    decode(one + b"\n", NAME)
    with pytest.raises(UnsupportedPhotoError, match="more than one picture"):
        decode(one + one, NAME)
