"""What a run keeps of its photos, and what it says when something cannot be kept."""

import os

import numpy as np
import pytest

from colorize_cli import codec
from colorize_cli.codec.metadata import resolution_of
from colorize_cli.imaging.photo import Metadata, Photo
from tests.pictures import (
    colours,
    colours_16,
    exif_block,
    image,
    iptc_records,
    ramp,
    saved,
    tiff,
    tiff_opened,
    tiff_pages,
)
from tests.runs import contents, errors

GREY = colours()[..., 1]
GREY_16 = colours_16()[..., 1]


def book(page_count: int = 3) -> bytes:
    """A TIFF of grey pages, each another."""
    pages = [np.roll(GREY, 9 * n, axis=1)[..., None] for n in range(page_count)]
    return tiff_pages([page.repeat(3, axis=2) for page in pages], [0] * page_count)


def test_every_page_gets_colours(colorize, tmp_path, loaded):
    """And stays in its place; samples are files, each with all pages."""
    (tmp_path / "book.tif").write_bytes(book())
    result = colorize(tmp_path / "book.tif", "--samples", 2)
    assert result.exit_code == 0
    assert "1 photo, 2 pictures" in result.stdout
    source = tiff_opened(book()).astype(int)
    for name in ("book.tif", "book_s2.tif"):
        pages = tiff_opened((tmp_path / "out" / name).read_bytes()).astype(int)
        assert pages.shape == source.shape
        assert np.ptp(pages, axis=-1).max(axis=(1, 2)).min() > 5
        # The tones of each page are its own.
        distances = np.abs(pages[:, None].mean(-1) - source[None].mean(-1))
        assert distances.mean(axis=(2, 3)).argmin(axis=1).tolist() == [0, 1, 2]


def test_pages_of_several_sizes(colorize, tmp_path, loaded):
    """Their windows differ, and so do the batches they are in."""
    pages = [GREY, GREY[:20], GREY[:, :25]]
    pages = [np.repeat(page[..., None], 3, axis=2) for page in pages]
    (tmp_path / "book.tif").write_bytes(tiff_pages(pages, [0, 0, 0]))
    assert colorize(tmp_path / "book.tif", "--batch-size", 2).exit_code == 0
    data = (tmp_path / "out" / "book.tif").read_bytes()
    document = codec.read_document(data, "book.tif")
    sizes = [document.read(number).size for number in range(3)]
    assert sizes == [page.shape[:2] for page in pages]


def test_pages_need_a_format_that_holds_them(colorize, tmp_path, loaded):
    """Said before anything is worked out."""
    (tmp_path / "book.tif").write_bytes(book())
    result = colorize(tmp_path / "book.tif", "--format", "jpg")
    assert result.exit_code == 3
    assert "holds 3 pages, and jpg holds one; use --format tiff" in errors(result)[0]


def test_one_damaged_page_fails_the_file(colorize, tmp_path, loaded):
    """Half a book is none; the next photo is done."""
    (tmp_path / "book.tif").write_bytes(book()[:-2000])
    (tmp_path / "next.png").write_bytes(saved(image("L"), "PNG"))
    result = colorize(tmp_path / "book.tif", tmp_path / "next.png")
    assert result.exit_code == 3
    assert set(contents(tmp_path / "out")) == {"next.png"}


@pytest.mark.parametrize("name", ["scan.tif", "scan.png", "scan.jp2", "scan.pgm"])
def test_sixteen_bits_stay_sixteen(colorize, tmp_path, loaded, name):
    """Grey of 16 bits comes back as colours of 16 bits, in the photo's own format."""
    format = codec.output_format(tmp_path / name, None)
    grey = np.repeat(GREY_16[..., None], 3, axis=2)
    (tmp_path / name).write_bytes(codec.encode(Photo(rgb=grey), format))
    assert colorize(tmp_path / name).exit_code == 0
    ((result, data),) = contents(tmp_path / "out").items()
    assert result == name.replace("pgm", "ppm")
    photo = codec.decode(data, result)
    assert photo.rgb.dtype == np.uint16
    assert len(np.unique(photo.rgb)) > 1000


def test_what_a_format_cannot_hold_is_told(colorize, tmp_path, loaded):
    """Depth and transparency, with the number of photos; nothing fails."""
    rgba = np.dstack([GREY_16, GREY_16])
    data = tiff(rgba, photometric="minisblack", extrasamples=["unassalpha"])
    (tmp_path / "deep.tif").write_bytes(data)
    result = colorize(tmp_path / "deep.tif", "--format", "jpg")
    assert result.exit_code == 0
    told = " ".join(result.stdout.split())
    assert "1 photo: jpg keeps 8 of 16 bits" in told
    assert "1 photo: jpg has no transparency, so the photo lies on white" in told
    kept = colorize(tmp_path / "deep.tif", "--format", "png")
    assert "note" not in kept.stdout


@pytest.mark.parametrize("format", ["png", "tiff", "webp", "avif", "jp2", "bmp"])
def test_transparency_is_untouched(colorize, tmp_path, loaded, format):
    """Grey with alpha becomes colours with the same alpha."""
    (tmp_path / "clear.png").write_bytes(saved(image("LA"), "PNG"))
    assert colorize(tmp_path / "clear.png", "--format", format).exit_code == 0
    ((name, data),) = contents(tmp_path / "out").items()
    np.testing.assert_array_equal(codec.decode(data, name).alpha, ramp())


@pytest.mark.parametrize("format", ["jpg", "png", "tiff", "webp", "avif", "jp2"])
def test_captions_keywords_and_resolution_are_kept(colorize, tmp_path, loaded, format):
    """EXIF, IPTC and dpi of a scan, in every format that has room for them."""
    scan = Photo(
        rgb=np.repeat(GREY[..., None], 3, axis=2),
        metadata=Metadata(
            exif=exif_block(1, "Grandmother"), iptc=iptc_records("Łódź"), dpi=(600, 600)
        ),
    )
    (tmp_path / "scan.png").write_bytes(codec.encode(scan, "png"))
    assert colorize(tmp_path / "scan.png", "--format", format).exit_code == 0
    ((name, data),) = contents(tmp_path / "out").items()
    kept = codec.decode(data, name).metadata
    assert b"Grandmother" in kept.exif
    assert kept.iptc == iptc_records("Łódź")
    assert resolution_of(kept) == pytest.approx((600, 600), rel=1e-3)


def test_times_are_kept_on_demand(colorize, photo_folder, tmp_path, loaded):
    """`--preserve-times`: a result is as old as its photo; else it is new."""
    source, then = photo_folder / "tall.jpg", 1_000_000_000_123_456_789
    os.utime(source, ns=(then, then))
    assert colorize(source, "--preserve-times", "--samples", 2).exit_code == 0
    for name in contents(tmp_path / "out"):
        assert (tmp_path / "out" / name).stat().st_mtime_ns == then
    assert colorize(source, out=tmp_path / "new").exit_code == 0
    assert (tmp_path / "new" / "tall.jpg").stat().st_mtime_ns > then


def test_the_limit_of_pixels_is_the_users(colorize, photo_folder, tmp_path, loaded):
    """`--max-pixels` refuses what is larger, pages together, and names the way out."""
    (photo_folder / "book.tif").write_bytes(book())
    pixels = 3 * GREY.size
    result = colorize(photo_folder, "--max-pixels", pixels - 1)
    (line,) = errors(result)
    assert result.exit_code == 3
    assert f"failed {photo_folder / 'book.tif'}: 3 pages with {pixels} pixels" in line
    assert "raise --max-pixels" in line
    again = colorize(photo_folder, "--max-pixels", pixels, out=tmp_path / "more")
    assert again.exit_code == 0
