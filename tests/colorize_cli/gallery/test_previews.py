"""Small pictures of any photo, made once."""

import cv2
import numpy as np
import pytest
from PIL import Image

from colorize_cli.errors import DecodeError
from colorize_cli.gallery.previews import PreviewMaker
from tests.albums import colour_picture, grey_version, save
from tests.pictures import exif_block


@pytest.fixture
def maker(tmp_path):
    """Makes previews of at most 200 pixels."""
    return PreviewMaker(tmp_path / "gallery", 200)


def opened(maker, name: str) -> np.ndarray:
    """A preview's pixels."""
    return cv2.imread(str(maker.gallery / name))


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp", ".bmp"])
def test_any_format_becomes_a_jpeg_of_the_size(maker, tmp_path, suffix):
    """Large pictures shrink to the size, thumbnails to 320 pixels at most."""
    save(tmp_path / f"a{suffix}", colour_picture(0, 300, 500))
    made = maker.make(tmp_path / f"a{suffix}")
    assert opened(maker, made.preview).shape == (120, 200, 3)
    assert (maker.gallery / made.preview).read_bytes()[:2] == b"\xff\xd8"
    large = PreviewMaker(maker.gallery, 400).make(tmp_path / f"a{suffix}")
    assert opened(maker, large.thumbnail).shape == (192, 320, 3)


def test_small_photos_are_not_enlarged(maker, tmp_path):
    """A browser does that as well."""
    save(tmp_path / "a.png", colour_picture(0, 30, 50))
    assert opened(maker, maker.make(tmp_path / "a.png").preview).shape == (30, 50, 3)


def test_16_bits_and_alpha_become_8_bits_on_white(maker, tmp_path):
    """As viewers show them."""
    picture = np.full((20, 20, 4), 30000, np.uint16)
    picture[:10, :, 3] = 0
    save(tmp_path / "a.png", picture)
    shown = opened(maker, maker.make(tmp_path / "a.png").preview)
    assert shown[2, 2].tolist() == [255, 255, 255]


def test_grey_is_the_luminance_of_the_result(maker, tmp_path):
    """It stands for an original that is not there."""
    picture = colour_picture(4)
    save(tmp_path / "a.png", picture)
    grey = opened(maker, maker.make(tmp_path / "a.png", is_grey=True).preview)
    assert np.ptp(grey.astype(int), axis=2).max() <= 2
    brightness = grey_version(picture)[..., 0].ravel()
    assert np.corrcoef(grey[..., 0].ravel(), brightness)[0, 1] > 0.9


def test_metadata_stays_out(maker, tmp_path):
    """A page that is handed around does not tell where a photo was taken."""
    image = Image.new("RGB", (40, 30), "red")
    image.save(tmp_path / "a.jpg", exif=b"Exif\0\0" + exif_block(6, "at home"))
    made = maker.make(tmp_path / "a.jpg")
    assert b"at home" not in (maker.gallery / made.preview).read_bytes()
    assert opened(maker, made.preview).shape == (40, 30, 3)


def test_previews_are_made_once_and_again_when_the_photo_changes(maker, tmp_path):
    """An old preview is kept as it is; a changed photo gets another name."""
    path = tmp_path / "a.png"
    save(path, colour_picture(0))
    first = maker.make(path)
    (maker.gallery / first.preview).write_bytes(b"kept")
    assert maker.make(path) == first
    assert (maker.gallery / first.preview).read_bytes() == b"kept"
    save(path, colour_picture(1, 50, 60))
    assert maker.make(path) != first


def test_what_cannot_be_read_is_named(maker, tmp_path):
    """A missing file and a damaged one."""
    with pytest.raises(DecodeError, match=r"a\.jpg: cannot be read"):
        maker.make(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"no picture")
    with pytest.raises(DecodeError, match=r"b\.jpg: is not an image"):
        maker.make(tmp_path / "b.jpg")
