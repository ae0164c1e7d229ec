"""`decode` against independent decoders, for every kind of file that is read."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import imagecodecs
import numpy as np
import pytest

from colorize_cli.codec import decode
from tests import pictures
from tests.pictures import colours, colours_16, image, opened, saved

NAME = Path("old.jpg")


def turned(stored: np.ndarray, orientation: int) -> np.ndarray:
    """The eight orientations as EXIF 2.32 words them, by index arithmetic.

    It names where the 0th row and the 0th column of the stored picture belong.
    """
    top_left = {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: stored.swapaxes(0, 1),
        6: stored.swapaxes(0, 1)[:, ::-1],
        7: stored.swapaxes(0, 1)[::-1, ::-1],
        8: stored.swapaxes(0, 1)[::-1],
    }
    return top_left[orientation]


FILES = {
    "jpeg": saved(image(), "JPEG", quality=95),
    "jpeg, progressive": saved(image(), "JPEG", progressive=True),
    "jpeg, restarts": saved(image(), "JPEG", restart_marker_blocks=3),
    "jpeg, grey": saved(image("L"), "JPEG"),
    "png": saved(image(), "PNG"),
    "png, grey": saved(image("L"), "PNG"),
    "png, bilevel": saved(image("1"), "PNG"),
    "png, palette": saved(image().quantize(16), "PNG"),
    "png, two bits": saved(image().quantize(4), "PNG"),
    "webp, lossy": saved(image(), "WEBP"),
    "webp, lossless": saved(image(), "WEBP", lossless=True),
    "bmp": saved(image(), "BMP"),
    "bmp, grey": saved(image("L"), "BMP"),
    "bmp, palette": saved(image().quantize(16), "BMP"),
    "bmp, bilevel": saved(image("1"), "BMP"),
    "ppm": saved(image(), "PPM"),
    "pgm": saved(image("L"), "PPM"),
    "jp2": saved(image(), "JPEG2000"),
    "jp2, grey": saved(image("L"), "JPEG2000"),
    "jp2, bare codestream": saved(image(), "JPEG2000", no_jp2=True),
}


@pytest.mark.parametrize("kind", FILES)
def test_pixels_are_those_that_pillow_decodes(kind):
    """Every kind of file comes out as the same RGB, bit for bit."""
    photo = decode(FILES[kind], NAME)
    assert photo.rgb.dtype == np.uint8
    assert photo.alpha is None
    np.testing.assert_array_equal(photo.rgb, opened(FILES[kind]).convert("RGB"))


ALPHA_FILES = {
    "png": saved(image("RGBA"), "PNG"),
    "png, grey": saved(image("LA"), "PNG"),
    "png, palette": saved(image().quantize(9), "PNG", transparency=bytes(range(9))),
    "png, one grey is clear": saved(image("L"), "PNG", transparency=100),
    "png, one colour is clear": saved(image(), "PNG", transparency=(1, 2, 3)),
    "webp": saved(image("RGBA"), "WEBP"),
    "webp, lossless": saved(image("RGBA"), "WEBP", lossless=True, exact=True),
    "jp2": saved(image("RGBA"), "JPEG2000"),
    "jp2, grey": saved(image("LA"), "JPEG2000"),
}


@pytest.mark.parametrize("kind", ALPHA_FILES)
def test_alpha_is_kept_apart_from_the_colours(kind):
    """Alpha channels, clear palette entries and clear colours become an alpha plane."""
    photo = decode(ALPHA_FILES[kind], NAME)
    expected = np.asarray(opened(ALPHA_FILES[kind]).convert("RGBA"))
    assert photo.alpha is not None
    assert photo.alpha.shape == photo.size
    np.testing.assert_array_equal(photo.alpha, expected[..., 3])
    np.testing.assert_array_equal(photo.rgb, expected[..., :3])


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_png_of_16_bits_is_exact(channels):
    """Grey or RGB of 16 bits, with or without alpha, keeps every bit."""
    stored = np.dstack([colours_16(), colours_16()[::-1, :, :1]])[..., :channels]
    data = imagecodecs.png_encode(np.ascontiguousarray(stored.squeeze()))
    photo = decode(data, NAME)
    grey_or_rgb = stored[..., :3] if channels > 2 else stored[..., [0, 0, 0]]
    np.testing.assert_array_equal(photo.rgb, grey_or_rgb)
    if channels in {2, 4}:
        np.testing.assert_array_equal(photo.alpha, stored[..., -1])
    else:
        assert photo.alpha is None


@pytest.mark.parametrize(
    ("largest", "top"), [(100, 255), (4095, 65535), (65535, 65535)]
)
def test_pgm_is_stretched_to_its_full_scale(largest, top):
    """The largest value that the header names is white."""
    values = np.array([[0, largest // 2, largest]])
    raw = values.astype(">u2" if largest > 255 else "u1").tobytes()
    photo = decode(b"P5 # scanned\n3 1\n%d\n" % largest + raw, NAME)
    expected = values * (top / largest)
    np.testing.assert_allclose(photo.rgb[..., 0], expected, atol=0.501)


def test_bmp_from_top_to_bottom_and_from_os2():
    """A negative height and a 12-byte header are read, too."""
    stored = colours(3, 4)
    rows = stored[..., ::-1].tobytes()
    top_down = struct.pack(
        "<2sIIIIiiHHIIIIII", b"BM", 0, 0, 54, 40, 4, -3, 1, 24, *[0] * 6
    )
    np.testing.assert_array_equal(decode(top_down + rows, NAME).rgb, stored)
    os2 = struct.pack("<2sIIIIHHHH", b"BM", 0, 0, 26, 12, 4, 3, 1, 24)
    np.testing.assert_array_equal(decode(os2 + rows, NAME).rgb, stored[::-1])


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_orientation_is_applied_once(format, orientation):
    """All eight orientations come out upright, and the EXIF that travels on says so."""
    exif = b"Exif\0\0" + pictures.exif_block(orientation)
    settings = {"tiffinfo": {274: orientation}} if format == "TIFF" else {"exif": exif}
    data = saved(image(), format, **settings)
    photo = decode(data, NAME)
    # Pillow turns TIFF by itself, but it loses nothing.
    stored = colours() if format == "TIFF" else np.asarray(opened(data))
    np.testing.assert_array_equal(photo.rgb, turned(stored, orientation))
    again = decode(saved(image(), "PNG", exif=photo.metadata.exif or b""), NAME)
    np.testing.assert_array_equal(again.rgb, colours())


def test_orientation_turns_the_alpha_too():
    """Colours and alpha stay together."""
    exif = b"Exif\0\0" + pictures.exif_block(6)
    photo = decode(saved(image("RGBA"), "PNG", exif=exif), NAME)
    stored = np.asarray(image("RGBA"))
    assert photo.alpha is not None
    np.testing.assert_array_equal(photo.alpha, turned(stored[..., 3], 6))
    np.testing.assert_array_equal(photo.rgb, turned(stored[..., :3], 6))


@pytest.mark.parametrize("size", [(1, 1), (3, 20000), (20000, 3)])
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "BMP"])
def test_extreme_shapes_are_decoded(format, size):
    """A single pixel and a thin strip are pictures as any other."""
    data = saved(image().resize(size[::-1]), format)
    assert decode(data, NAME).size == size


def test_content_counts_not_the_name():
    """A PNG that is called .jpg is read as a PNG."""
    photo = decode(FILES["png"], Path("scan.jpg"))
    np.testing.assert_array_equal(photo.rgb, colours())


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_is_converted_with_its_profile(format):
    """The inks mean what the profile says; Little CMS through Pillow agrees."""
    from PIL import ImageCms

    profile = pictures.cmyk_profile()
    data = saved(image("CMYK"), format, icc_profile=profile)
    inks = opened(data)
    photo = decode(data, NAME)
    expected = ImageCms.profileToProfile(
        inks,
        ImageCms.getOpenProfile(pictures.stream(profile)),
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
    )
    np.testing.assert_allclose(photo.rgb, np.asarray(expected), atol=2)
    assert photo.metadata.icc is None


def interlaced_png() -> bytes:
    """One pixel; with so few, Adam7 stores the same bytes as no interlacing."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 1)),
        (b"IDAT", zlib.compress(b"\0\x80")),
        (b"IEND", b""),
    ]
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in chunks:
        data += struct.pack(">I", len(body)) + kind + body
        data += struct.pack(">I", zlib.crc32(kind + body))
    return data


def test_nothing_is_written_on_the_terminal(tmp_path):
    """Interlaced PNGs, odd profiles and broken files make the libraries talk."""
    files = [
        interlaced_png(),
        saved(image(), "PNG", icc_profile=pictures.icc_profile(b"Lab ")),
        FILES["bmp"][:-9],
        FILES["jp2"][:-9] + b"\xff\xd9",
        FILES["jpeg"][:-300],
        ALPHA_FILES["webp"][:-9],
        saved(image(), "TIFF")[:-4],
    ]
    for number, data in enumerate(files):
        (tmp_path / f"{number}.jpg").write_bytes(data)
    program = (
        "import sys; from pathlib import Path\n"
        "from colorize_cli.codec import decode\n"
        "from colorize_cli.errors import PhotoError\n"
        "for path in sorted(Path(sys.argv[1]).iterdir()):\n"
        "    try: decode(path.read_bytes(), path)\n"
        "    except PhotoError: pass\n"
    )
    # In a process of its own: pytest catches what is logged here.
    command = [sys.executable, "-c", program, str(tmp_path)]
    root = Path(__file__).parents[3]
    done = subprocess.run(command, capture_output=True, check=True, cwd=root)
    assert (done.stdout, done.stderr) == (b"", b"")
