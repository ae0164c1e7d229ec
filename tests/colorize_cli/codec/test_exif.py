"""EXIF blocks of photos that are turned upright."""

from pathlib import Path

import pytest

from colorize_cli.codec import decode, encode, exif
from tests import pictures
from tests.pictures import image, opened, saved

NAME = Path("old.jpg")
EXIF_IFD, MAKER_NOTE = 0x8769, 0x927C
SIZE_ACROSS, SIZE_DOWN = 40962, 40963
QUARTER_TURNS = {5, 6, 7, 8}


def block_of(orientation: int, order: str = "<") -> bytes:
    """A block that says width before height wherever it can."""
    block = pictures.Image.Exif()
    block.endian = order
    block[274], block[282], block[283], block[296] = orientation, 300.0, 600.0, 2
    inner = block.get_ifd(EXIF_IFD)
    inner[SIZE_ACROSS], inner[SIZE_DOWN] = 70, 70_000
    inner[41486], inner[41487] = 1000.5, 2000.5
    inner[MAKER_NOTE] = b"maker's note" * 9
    return block.tobytes().removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_and_resolutions_turn_with_the_photo(orientation, order):
    """Width and height change places in a quarter turn, and in no other."""
    block = block_of(orientation, order)
    data = saved(image(), "PNG", exif=b"Exif\0\0" + block)
    photo = decode(data, NAME)
    kept = photo.metadata.exif
    assert kept is not None
    found = opened(encode(photo, "png")).getexif()
    inner = found.get_ifd(EXIF_IFD)
    step = -1 if orientation in QUARTER_TURNS else 1
    assert found[274] == 1
    assert [found[282], found[283]] == [300, 600][::step]
    assert [inner[SIZE_ACROSS], inner[SIZE_DOWN]] == [70, 70_000][::step]
    assert [inner[41486], inner[41487]] == [1000.5, 2000.5][::step]
    # Maker notes do not survive being moved.
    assert kept.index(b"maker's note") == block.index(b"maker's note")


@pytest.mark.parametrize("format", ["TIFF", "JPEG", "AVIF"])
def test_a_turned_photo_has_one_resolution(format):
    """Whether the container says it, EXIF, or both, and whoever says the turn."""
    settings: dict[str, object] = {"dpi": (300, 600), "exif": b"Exif\0\0" + block_of(6)}
    if format == "TIFF":
        settings = {"dpi": (300, 600), "tiffinfo": {274: 6}}
    photo = decode(saved(image(), format, **settings), NAME)
    assert photo.size == (70, 50)
    assert exif.dpi(photo.metadata.exif) == (600, 300)
    assert opened(encode(photo, "tiff")).info["dpi"] == (600, 300)
    assert opened(encode(photo, "jpg")).info["dpi"] == (600, 300)


def test_half_of_a_pair_stays_as_it_is():
    """There is nothing to exchange it with."""
    block = pictures.exif_of({274: 6, 282: (300, 1)})
    kept = decode(saved(image(), "PNG", exif=b"Exif\0\0" + block), NAME).metadata.exif
    fields = exif.fields_of(kept)
    assert set(fields) == {274, 282}
