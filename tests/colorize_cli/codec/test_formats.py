"""Which format and suffix a result takes."""

from pathlib import Path

import pytest

from colorize_cli.codec import READABLE_SUFFIXES, output_format, suffix_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.jpg", "jpg"),
        ("a.JPEG", "jpg"),
        ("a.png", "png"),
        ("a.webp", "webp"),
        ("a.tif", "tiff"),
        ("a.TIFF", "tiff"),
        ("a.avif", "avif"),
        ("a.bmp", "bmp"),
        ("a.JP2", "jp2"),
        ("a.j2k", "jp2"),
        ("a.pgm", "ppm"),
        ("a.pnm", "ppm"),
        ("a.pam", "png"),
        ("a", "png"),
    ],
)
def test_the_format_follows_the_source_where_it_is_written_here(name, expected):
    """The rest becomes PNG, which loses nothing."""
    assert output_format(Path(name), None) == expected


@pytest.mark.parametrize("requested", ["jpg", "png", "webp", "tiff"])
def test_a_requested_format_wins(requested):
    """Whatever the source is."""
    assert output_format(Path("a.jpg"), requested) == requested


def test_the_spelling_of_a_source_of_the_same_format_is_kept():
    """And only then."""
    assert suffix_of("jpg", Path("IMG_1.JPG")) == ".JPG"
    assert suffix_of("jpg", Path("a.jpeg")) == ".jpeg"
    assert suffix_of("tiff", Path("a.tiff")) == ".tiff"
    assert suffix_of("png", Path("a.JPG")) == ".png"
    assert suffix_of("jpg", Path("a.png")) == ".jpg"


@pytest.mark.parametrize("format", ["jpg", "png", "webp", "tiff"])
def test_every_written_suffix_can_be_read_again(format):
    """A result can be a source."""
    assert suffix_of(format) in READABLE_SUFFIXES
    assert output_format(Path("a" + suffix_of(format)), None) == format


def test_readable_suffixes_are_lower_case_with_a_dot():
    """So that `suffix.lower() in READABLE_SUFFIXES` is the whole question."""
    assert all(suffix == suffix.lower() for suffix in READABLE_SUFFIXES)
    assert all(suffix.startswith(".") for suffix in READABLE_SUFFIXES)
    assert {
        ".jpg",
        ".jpeg",
        ".png",
        ".webp",
        ".tif",
        ".tiff",
        ".bmp",
    } <= READABLE_SUFFIXES
