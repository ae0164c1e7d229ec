"""Directories in which one entry makes no sense."""

import struct
from pathlib import Path

import pytest

from colorize_cli.codec import decode, exif
from tests.raw_tiff import raw_tiff, tags_of_pixels

NAME = Path("scan.tif")


@pytest.mark.parametrize(
    ("length", "place"), [(0x7FFFFF00, 8), (0x7FFFFF00, 0xFFFFFFF0), (600, 8)]
)
def test_an_entry_without_sense_takes_no_other_with_it(length, place):
    """A text as long as the disk, or of the whole file: the tags behind it are read."""
    nonsense = (270, 2, length, struct.pack("<I", place))
    turn, artist = (274, 3, 1, [6]), (315, 2, 8, b"A. Noon\0")
    entries = [*tags_of_pixels(8, 4), nonsense, turn, artist]
    photo = decode(raw_tiff(entries, [bytes(32)]), NAME)
    assert photo.size == (8, 4)
    assert exif.fields_of(photo.metadata.exif)[315].raw == b"A. Noon\0"
