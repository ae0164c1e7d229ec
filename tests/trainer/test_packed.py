"""Photos kept on the device, and sampling from them."""

import numpy as np
import pytest
import torch

from colorize_cli.errors import DataError, TrainingError
from trainer.config import DataConfig
from trainer.packed import pack

CPU = torch.device("cpu")
DATA = DataConfig(min_side_px=4)
DRAWS = np.random.default_rng(0)
WIDE = DRAWS.integers(0, 256, (8, 12, 3), np.uint8)
TALL = DRAWS.integers(0, 256, (10, 6, 3), np.uint8)


class ListPhotos(list):
    """Photos in memory."""

    def name(self, index: int) -> str:
        """Its number."""
        return f"photo {index}"


def packed(*photos, short_side: int = 64):
    """Photos packed on the CPU."""
    return pack(ListPhotos(photos), DATA, short_side, CPU)


def sample(photos, index: int, box: tuple[float, ...], side: int) -> np.ndarray:
    """Samples of one photo, (M, M, 3) in 8-bit levels."""
    rgb = photos.sample(torch.tensor([index]), torch.tensor([box]), side)
    return rgb[0].permute(1, 2, 0).numpy() * 255


def test_photos_of_all_shapes_lie_in_one_tensor():
    """A box of as many pixels as samples gives the pixels back."""
    photos = packed(WIDE, TALL)
    assert photos.pixels.shape == (8 * 12 + 10 * 6, 3)
    np.testing.assert_allclose(
        sample(photos, 0, (0, 2, 8, 8), 8), WIDE[:, 2:10], atol=1e-3
    )
    np.testing.assert_allclose(sample(photos, 1, (3, 0, 6, 6), 6), TALL[3:9], atol=1e-3)


def test_negative_width_mirrors():
    """The same box read from the right."""
    found = sample(packed(WIDE), 0, (0, 1, 8, -8), 8)
    np.testing.assert_allclose(found, WIDE[:, 8:0:-1], atol=1e-3)


def test_samples_between_pixels_are_weighted():
    """Half a pixel to the right is the mean of two neighbours."""
    found = sample(packed(WIDE), 0, (0, 0.5, 8, 8), 8)
    mean = (WIDE[:, :8].astype(float) + WIDE[:, 1:9]) / 2
    np.testing.assert_allclose(found, mean, atol=1e-3)


def test_edges_are_repeated():
    """Enlarging does not read the next photo's pixels."""
    red = np.full((4, 4, 3), (200, 0, 0), np.uint8)
    found = sample(packed(red, WIDE), 0, (0, 0, 4, 4), 16)
    expected = np.broadcast_to((200, 0, 0), (16, 16, 3))
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_large_photos_are_shrunk():
    """To the short side that is worth keeping; small ones are left as they are."""
    photos = packed(np.tile(WIDE, (4, 4, 1)), TALL, short_side=16)
    assert photos.heights.tolist() == [16, 10]
    assert photos.widths.tolist() == [24, 6]


def test_unusable_photos_are_left_out_and_told():
    """Their neighbours move up and keep their names."""
    photos = packed(WIDE, None, np.full((8, 8, 3), 9, np.uint8), TALL[:3], TALL)
    assert photos.names == ("photo 0", "photo 4")
    assert photos.skipped == {1: "broken", 2: "near-grey", 3: "tiny"}


def test_photos_that_do_not_fit_are_one_line_with_the_cure(monkeypatch):
    """On a CPU PyTorch has a plain RuntimeError for it."""

    def full(parts):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: 99 bytes")

    monkeypatch.setattr(torch, "cat", full)
    with pytest.raises(TrainingError, match=r"cannot hold .*data\.packed = 'never'"):
        packed(WIDE)


def test_nothing_usable_is_an_error():
    """Said before training starts."""
    with pytest.raises(DataError, match="none of 2 can be used"):
        packed(None, None)
