"""Pairs of one photo in two colourings, alike in everything else."""

import cv2
import numpy as np
import pytest
from PIL import Image

from colorize_cli.codec import encode_pages
from colorize_cli.errors import DecodeError, PlanError
from colorize_cli.imaging.photo import Photo
from colorize_cli.turing.pairs import (
    Pair,
    PairFiles,
    encoded,
    find_pairs,
    miscoloured,
    prepare,
)
from tests.albums import colour_picture, grey_version, save
from tests.pictures import exif_block, opened


def pair_files(tmp_path, real, colorized) -> PairFiles:
    """Two pictures on the disk."""
    save(tmp_path / "real.png", real)
    save(tmp_path / "colorized.png", colorized)
    return PairFiles(
        name="a.png",
        real=tmp_path / "real.png",
        colorized=tmp_path / "colorized.png",
    )


def weaker(picture: np.ndarray) -> np.ndarray:
    """The same in half its colours."""
    return picture // 2 + grey_version(picture) // 2


def test_photos_are_paired_by_name_whatever_the_suffix(tmp_path):
    """Variants, sheets and photos that are in one folder only are left out."""
    for name in ("a.jpg", "b/c.tif", "only.jpg"):
        save(tmp_path / "real" / name, colour_picture(0))
    for name in ("a.png", "a_s2.png", "b/c.tif", "other.jpg"):
        save(tmp_path / "out" / name, colour_picture(0))
    pairs = find_pairs(tmp_path / "real", tmp_path / "out")
    assert [pair.name for pair in pairs] == ["a.jpg", "b/c.tif"]
    assert pairs[0].colorized == tmp_path / "out" / "a.png"


def test_documents_are_paired_by_their_first_pages(tmp_path):
    """A TIFF of two pages is no reason to make no test."""
    pages = [colour_picture(number)[..., ::-1] for number in range(2)]
    document = encode_pages([Photo(rgb=page) for page in pages], "tiff")
    for name in ("real.tif", "colorized.tif"):
        (tmp_path / name).write_bytes(document)
    files = [tmp_path / "real.tif", tmp_path / "colorized.tif"]
    pair = prepare(PairFiles(name="a.tif", real=files[0], colorized=files[1]), 48)
    assert pair is not None
    middle = pages[0][:, 8:-8]
    assert np.abs(pair.real.astype(int) - middle).max() <= 1


def test_folders_without_a_common_photo_are_an_error(tmp_path):
    """The message says which folders are expected."""
    save(tmp_path / "real" / "a.jpg", colour_picture(0))
    save(tmp_path / "out" / "b.jpg", colour_picture(0))
    with pytest.raises(PlanError, match="no photo is in both under the same name"):
        find_pairs(tmp_path / "real", tmp_path / "out")
    with pytest.raises(PlanError, match="are one folder"):
        find_pairs(tmp_path / "real", tmp_path / "out" / ".." / "real")
    with pytest.raises(PlanError, match="none: is not a folder"):
        find_pairs(tmp_path / "real", tmp_path / "none")


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_both_become_the_same_centred_square(tmp_path, dtype):
    """Of the same size, also where one of them is smaller or of another depth."""
    real = colour_picture(1, 90, 160)
    small = cv2.resize(weaker(real), (80, 45), interpolation=cv2.INTER_AREA)
    scale = 257 if dtype == np.uint16 else 1
    pair = prepare(pair_files(tmp_path, real.astype(dtype) * scale, small), 30)
    assert pair.real.shape == pair.colorized.shape == (30, 30, 3)
    assert pair.real.dtype == pair.colorized.dtype == np.uint8
    centre = cv2.resize(real[:, 35:125, ::-1], (30, 30), interpolation=cv2.INTER_AREA)
    assert np.abs(pair.real.astype(int) - centre).max() <= 1


def test_encoding_tells_nothing_apart(tmp_path):
    """Same size, sampling, quantisation and marker segments; no metadata."""
    real = colour_picture(2)
    files = pair_files(tmp_path, real, weaker(real))
    image = Image.open(files.real)
    image.save(files.real, exif=b"Exif\0\0" + exif_block(1, "camera"))
    pair = prepare(files, 32)
    both = [encoded(pair.real), encoded(pair.colorized)]
    assert b"camera" not in both[0]
    one, other = (opened(data) for data in both)
    assert one.size == other.size
    assert one.quantization == other.quantization
    assert one.layer == other.layer
    assert one.info.keys() == other.info.keys()
    assert one.applist == other.applist


def test_a_photo_without_colours_is_no_camera_s_colour_photo(tmp_path):
    """Nobody could be fooled by what it is compared with."""
    real = colour_picture(3)
    assert prepare(pair_files(tmp_path, grey_version(real), real), 32) is None


def test_different_photos_are_refused(tmp_path):
    """By their proportions, or by their luminance."""
    real = colour_picture(4)
    with pytest.raises(PlanError, match="has other proportions than"):
        prepare(pair_files(tmp_path, real, real[:, :40]), 32)
    with pytest.raises(PlanError, match="does not show the same picture as"):
        prepare(pair_files(tmp_path, real, colour_picture(5)), 32)


def test_flat_photos_are_the_same_picture(tmp_path):
    """Their luminance has nothing to compare."""
    red = np.full((20, 20, 3), (0, 0, 200), np.uint8)
    assert prepare(pair_files(tmp_path, red, red), 16) is not None


def test_a_damaged_photo_is_named(tmp_path):
    """The test is not made without it in silence."""
    files = pair_files(tmp_path, colour_picture(6), colour_picture(6))
    files.real.write_bytes(b"torn")
    with pytest.raises(DecodeError, match=r"real\.png"):
        prepare(files, 32)


def test_a_check_has_the_colours_least_like_its_own(tmp_path):
    """And the luminance of the photo."""
    hues = {"red": (200, 60, 60), "orange": (200, 90, 50), "blue": (60, 60, 200)}
    pairs = {
        name: Pair(name=name, real=flat, colorized=flat)
        for name, colour in hues.items()
        for flat in [np.full((8, 8, 3), colour, np.uint8)]
    }
    others = (pairs[name] for name in ("orange", "blue"))
    wrong = miscoloured(pairs["red"], others)[0, 0].astype(int)
    assert wrong[2] > wrong[0]
    right = cv2.cvtColor(pairs["red"].real / np.float32(255), cv2.COLOR_RGB2LAB)
    lab = cv2.cvtColor(np.float32(wrong[None, None]) / 255, cv2.COLOR_RGB2LAB)
    assert lab[0, 0, 0] == pytest.approx(right[0, 0, 0], abs=2)
