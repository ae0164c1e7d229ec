"""`decode` against independent decoders, for every kind of file that is read."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pytest

from colorize_cli.codec import decode
from colorize_cli.errors import DecodeError, UnsupportedPhotoError
from tests import pictures
from tests.pictures import HEIGHT, WIDTH, colours, colours_16, image, opened, saved

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
    assert photo.rgb.flags.c_contiguous
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


@pytest.mark.parametrize(
    "data",
    [b"Dear diary,\n" * 30, b"<!DOCTYPE html><html>", bytes(500), b"\xff", b"B", b"P5"],
)
def test_what_is_no_image_is_a_decode_error(data):
    """Text, web pages, zeros and single bytes are refused in one line with the name."""
    with pytest.raises(DecodeError, match=r"^old\.jpg: [^\n]+$"):
        decode(data, NAME)


def test_an_empty_file_is_called_empty():
    """Zero bytes are not 'truncated' but 'empty'."""
    with pytest.raises(DecodeError, match=r"old\.jpg: is empty"):
        decode(b"", NAME)


def animation(format: str) -> bytes:
    """Three frames."""
    others = [image().rotate(90), image().rotate(180)]
    return saved(image(), format, save_all=True, append_images=others)


@pytest.mark.parametrize("format", ["PNG", "WEBP", "TIFF"])
def test_animations_and_documents_are_refused(format):
    """More than one picture in a file is not a photo; the reason says how many."""
    with pytest.raises(UnsupportedPhotoError, match="holds 3 pictures"):
        decode(animation(format), NAME)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"GIF89a", "GIF"),
        (b"%PDF-1.7", "PDF"),
        (b"8BPS\0\1", "Photoshop"),
        (b"\0\0\0\x1cftypheic", "HEIC"),
        (b"\0\0\0\x1cftypavif", "AVIF"),
        (b"P1\n2 2\n0 1 1 0\n", "PNM"),
    ],
)
def test_known_formats_that_are_not_read_are_named(head, kind):
    """The reason names the format and what to do."""
    with pytest.raises(UnsupportedPhotoError, match=f"{kind}.*convert it"):
        decode(head + bytes(100), NAME)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    body = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    checksum = zlib.crc32(b"IHDR" + body)
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", 13, b"IHDR")
    end = b"\0\0\0\0IEND\xae\x42\x60\x82"
    return head + body + struct.pack(">I", checksum) + end


def with_claimed_size(kind: str, side: int) -> bytes:
    """A small file whose header claims to be side x side."""
    data = bytearray(FILES[kind])
    match kind:
        case "jpeg":
            struct.pack_into(">HH", data, data.index(b"\xff\xc0\0\x11") + 5, side, side)
        case "jp2":
            struct.pack_into(
                ">2I", data, data.index(b"\xff\x4f\xff\x51") + 8, side, side
            )
        case "bmp":
            # Compressed, so that the file's length proves nothing.
            struct.pack_into("<iiHHI", data, 18, side, side, 1, 8, 1)
        case "webp, lossless":
            bits = (side - 1) | (side - 1) << 14
            struct.pack_into("<I", data, data.index(b"VP8L") + 9, bits)
        case "webp, lossy":
            struct.pack_into("<HH", data, data.index(b"VP8 ") + 14, side, side)
    return bytes(data)


@pytest.mark.parametrize(
    "kind", ["jpeg", "jp2", "bmp", "webp, lossless", "webp, lossy"]
)
def test_size_is_refused_by_the_header_alone(kind, monkeypatch):
    """A small file that claims 256 megapixels is refused before it is decoded."""

    def must_not_run(*args, **settings):
        pytest.fail("pixels were decoded")

    for decoder in ("jpeg2k_decode", "webp_decode"):
        monkeypatch.setattr(imagecodecs, decoder, must_not_run)
    monkeypatch.setattr(cv2, "imdecode", must_not_run)
    with pytest.raises(UnsupportedPhotoError, match="16000 x 16000 pixels is above"):
        decode(with_claimed_size(kind, 16000), NAME, max_pixels=200_000_000)


def test_png_and_tiff_bombs_are_refused_by_the_header_alone():
    """The classic bombs: a size in the header, next to no data."""
    with pytest.raises(
        UnsupportedPhotoError, match="above the limit of 500 megapixels"
    ):
        decode(png_header(100_000, 100_000), NAME)
    bomb = pictures.tiff(np.zeros((3000, 3000), np.uint8), compression="zlib")
    with pytest.raises(UnsupportedPhotoError, match="3000 x 3000 pixels is above"):
        decode(bomb, NAME, max_pixels=8_999_999)


def test_the_limit_itself_is_allowed():
    """max_pixels is the largest size that passes."""
    assert decode(FILES["png"], NAME, max_pixels=HEIGHT * WIDTH).size == (HEIGHT, WIDTH)
    with pytest.raises(UnsupportedPhotoError):
        decode(FILES["png"], NAME, max_pixels=HEIGHT * WIDTH - 1)


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


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_without_a_profile_is_refused(format):
    """Nobody can say how dark its inks are."""
    with pytest.raises(UnsupportedPhotoError, match="CMYK without an ICC profile"):
        decode(saved(image("CMYK"), format), NAME)


def test_jpeg_of_12_bits_is_refused_as_such():
    """It is no damaged JPEG, and the reason says what to do."""
    data = bytearray(FILES["jpeg"])
    data[data.index(b"\xff\xc0\0\x11") + 4] = 12
    with pytest.raises(UnsupportedPhotoError, match="12 bits per channel"):
        decode(bytes(data), NAME)


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
