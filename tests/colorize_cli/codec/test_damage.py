"""Truncated and damaged files are errors, wherever they break off."""

from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from colorize_cli.codec import decode
from colorize_cli.errors import DecodeError, PhotoError
from tests import pictures
from tests.pictures import colours, colours_16, image, saved

NAME = Path("old.jpg")
EXIF = b"Exif\0\0" + pictures.exif_block(6, "Grandmother")


def noisy_jpeg(**kind) -> bytes:
    """A JPEG whose last bytes still matter: noise down to the corner."""
    noise = np.random.default_rng(3).normal(0, 20, colours().shape)
    pixels = np.clip(colours() + noise, 0, 255).astype(np.uint8)
    return saved(pictures.Image.fromarray(pixels), "JPEG", quality=90, **kind)


FILES = {
    "jpeg": noisy_jpeg(exif=EXIF),
    "jpeg, progressive": noisy_jpeg(progressive=True),
    "jpeg, restarts": noisy_jpeg(restart_marker_blocks=4),
    "png": saved(image(), "PNG", exif=EXIF),
    "png, 16 bits": imagecodecs.png_encode(colours_16(20, 30)),
    "png, palette": saved(image().quantize(16), "PNG"),
    "webp, lossy": saved(image(), "WEBP", exif=EXIF),
    "webp, lossless": saved(image("RGBA"), "WEBP", lossless=True),
    "tiff": pictures.tiff(colours(), photometric="rgb"),
    "tiff, deflate": pictures.tiff(colours_16(), photometric="rgb", compression="zlib"),
    "tiff, lzw": pictures.tiff(colours(), photometric="rgb", compression="lzw"),
    "tiff, jpeg": pictures.tiff(colours(), photometric="rgb", compression="jpeg"),
    "tiff, tiles": pictures.tiff(colours(), photometric="rgb", tile=(32, 32)),
    "tiff, index last": saved(image(), "TIFF", compression="tiff_lzw"),
    "bmp": saved(image(), "BMP"),
    "ppm": saved(image(), "PPM"),
    "jp2": saved(image(), "JPEG2000"),
    "avif": saved(image(), "AVIF", exif=EXIF),
}


@pytest.mark.parametrize("kind", FILES)
def test_truncation_at_any_offset_is_an_error(kind):
    """Cut anywhere, from the first byte to the last but one, no file decodes."""
    data = FILES[kind]
    decode(data, NAME)
    near_the_ends = {*range(1, 40), *range(len(data) - 40, len(data))}
    for cut in sorted(near_the_ends | set(range(40, len(data), len(data) // 60))):
        with pytest.raises(DecodeError, match=r"^old\.jpg: [^\n]+$"):
            decode(data[:cut], NAME)


# Elsewhere zeros are valid pixels, and nothing in the format says otherwise.
CHECKED = set(FILES) - {
    "bmp",
    "ppm",
    "avif",
    "tiff",
    "tiff, jpeg",
    "tiff, tiles",
    "webp, lossless",
}


@pytest.mark.parametrize("kind", sorted(CHECKED))
def test_a_tail_of_zeros_is_no_picture(kind):
    """A download that reserved its space and broke off at half is an error."""
    data = FILES[kind]
    half = data[: len(data) // 2] + bytes(len(data) - len(data) // 2)
    with pytest.raises(DecodeError):
        decode(half, NAME)


@pytest.mark.parametrize("kind", ["jpeg", "jpeg, restarts"])
def test_an_end_marker_does_not_hide_a_truncation(kind):
    """A truncated JPEG that some tool has closed is caught by decoding it."""
    data = FILES[kind]
    start = data.index(b"\xff\xda") + 20
    for cut in range(start, len(data) - 40, 37):
        # Not between the two bytes of a marker.
        closed = data[:cut].rstrip(b"\xff") + b"\xff\xd9"
        with pytest.raises(DecodeError, match="damaged picture data"):
            decode(closed, NAME)


@pytest.mark.parametrize("kind", FILES)
def test_what_follows_the_picture_does_not_matter(kind):
    """Cameras and phones append previews, videos and zeros."""
    expected = decode(FILES[kind], NAME)
    followed = decode(FILES[kind] + b"\xff\xd8\xff\xe1 and more" + bytes(99), NAME)
    np.testing.assert_array_equal(followed.rgb, expected.rgb)


def test_a_thumbnail_does_not_pass_for_the_picture():
    """The end marker of the JPEG inside EXIF is not the end of the file."""
    thumbnail = saved(image().resize((16, 12)), "JPEG")
    exif = pictures.Image.Exif()
    exif[0x010E] = thumbnail.decode("latin-1")
    data = noisy_jpeg(exif=exif)
    decode(data, NAME)
    with pytest.raises(DecodeError):
        decode(data[: len(data) // 2], NAME)


@given(
    kind=st.sampled_from(sorted(FILES)),
    edits=st.lists(
        st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=4
    ),
    share=st.floats(0, 1),
)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_damage_never_raises_anything_else(kind, edits, share):
    """Whatever bytes change or are missing, it decodes or is a PhotoError."""
    data = bytearray(FILES[kind])
    for place, value in edits:
        # The headers are small, but there is more to break in them.
        reach = 200 if share > 0.5 else len(data)
        data[int(place * min(reach, len(data)))] = value
    if share < 0.2:
        data = data[: int(share * 5 * len(data))]
    try:
        photo = decode(bytes(data), NAME, max_pixels=4_000_000)
    except PhotoError as error:
        assert "\n" not in error.reason
    else:
        assert photo.rgb.shape == (*photo.size, 3)
