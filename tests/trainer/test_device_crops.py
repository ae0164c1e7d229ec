"""Crops of packed photos, checked on the CPU against the crops of single photos."""

import dataclasses

import cv2
import numpy as np
import pytest
import torch

from trainer.config import TrainConfig
from trainer.crops import ASPECT_RATIOS, Cropper
from trainer.data import Order
from trainer.device_crops import PackedBatches, blur, degrade, random_boxes
from trainer.packed import pack

CPU = torch.device("cpu")
SIDE = 32


class ListPhotos(list):
    """Photos in memory."""

    def name(self, index: int) -> str:
        """Its number."""
        return f"photo {index}"


def photos(count: int) -> ListPhotos:
    """Smooth random pictures of the sampled grid's size, 64 x 64."""
    coarse = np.random.default_rng(0).integers(0, 256, (count, 4, 4, 3), np.uint8)
    size = (2 * SIDE, 2 * SIDE)
    return ListPhotos(cv2.resize(each, size) for each in coarse)


def config(*overrides: str) -> TrainConfig:
    """Settings of 32 px with an encoder at 64 px."""
    return TrainConfig.load(
        "smoke",
        [
            *("model.image_size=32", "model.patch=2", "model.encoder.scale=2"),
            *("model.encoder.strides=[8]", "data.min_side_px=8", "data.degrade=0.0"),
            *overrides,
        ],
    )


def batches(settings: TrainConfig, seed: int = 0, count: int = 4) -> PackedBatches:
    """Batches of four from packed photos."""
    packed = pack(photos(count), settings.data, 2 * SIDE, CPU)
    return PackedBatches(packed, Order(len(packed), 4, seed), settings)


def generator(seed: int = 0) -> torch.Generator:
    """A seeded generator."""
    return torch.Generator().manual_seed(seed)


def test_whole_photos_are_what_the_cpu_path_makes_of_them():
    """Same L, ab and encoder's L as torchvision's path, to a small tolerance."""
    settings = config("data.min_crop=1.0", "data.flip=false")
    stream = batches(settings)
    batch = stream.batch(0)
    cropper = Cropper(settings.model, settings.data, training=True)
    for row, index in enumerate(stream.order.photos(0)):
        L, y0, luminance = cropper(photos(4)[index], SIDE)
        torch.testing.assert_close(batch.luminance[row], luminance, atol=1e-3, rtol=0)
        # Reduced by averaging blocks here, by a wider filter there.
        torch.testing.assert_close(batch.L[row], L, atol=0.03, rtol=0)
        torch.testing.assert_close(batch.y0[row], y0, atol=0.2, rtol=0)


def test_working_size_is_the_mean_of_blocks():
    """So that aliases are averaged away."""
    batch = batches(config()).batch(0)
    blocks = torch.nn.functional.avg_pool2d(batch.luminance, 2)
    torch.testing.assert_close(batch.L, blocks)


def test_batch_follows_from_seed_and_iteration():
    """Whatever was asked before."""
    settings = config("data.degrade=0.5")
    stream = batches(settings, count=12)
    in_turn = [stream.batch(k) for k in range(4)][-1]
    at_once = batches(settings, count=12).batch(3)
    assert torch.equal(in_turn.L, at_once.L)
    assert not torch.equal(in_turn.L, batches(settings, count=12).batch(2).L)


def test_sizes_take_turns():
    """The encoder's with them."""
    stream = batches(config("data.crop_sizes=[16, 32]"))
    sides = [(b.L.shape[-1], b.luminance.shape[-1]) for b in map(stream.batch, (0, 1))]
    assert sides == [(16, 32), (32, 64)]


def test_skipped_photos_are_told_once():
    """With the first batch; indices are those of the source."""
    settings = config()
    source = ListPhotos([None, *photos(4)])
    packed = pack(source, settings.data, 2 * SIDE, CPU)
    stream = PackedBatches(packed, Order(4, 4, 0), settings)
    assert stream.batch(0).skipped == {0: "broken"}
    assert stream.batch(1).skipped == {}
    assert set(stream.names(0)) == {f"photo {k}" for k in range(1, 5)}


def test_model_without_encoder_gets_no_second_size():
    """The encoder's L is the working L."""
    settings = TrainConfig.load("smoke", ["data.min_side_px=8"])
    batch = batches(settings).batch(0)
    assert batch.L.shape == batch.luminance.shape == (4, 1, SIDE, SIDE)


def test_boxes_lie_inside_their_photos():
    """Area and aspect ratio are those asked for, for wide and tall photos."""
    heights = torch.tensor([100, 300, 50]).repeat(200)
    widths = torch.tensor([100, 100, 200]).repeat(200)
    top, left, h, w = random_boxes(heights, widths, 0.25, generator()).unbind(1)
    assert (top >= 0).all()
    assert (left >= 0).all()
    assert (top + h <= heights + 1e-3).all()
    assert (left + w <= widths + 1e-3).all()
    square = heights == widths
    ratio, area = (w / h)[square], (h * w)[square] / 100**2
    assert ASPECT_RATIOS[0] - 1e-3 <= ratio.min() < 0.85
    assert 1.2 < ratio.max() <= ASPECT_RATIOS[1] + 1e-3
    assert 0.249 <= area.min() < 0.35
    assert area.max() > 0.8


def test_min_crop_of_one_is_the_whole_photo():
    """As the reference recipe wants it."""
    box = random_boxes(torch.tensor([10]), torch.tensor([20]), 1.0, generator())
    assert box.tolist() == [[0, 0, 10, 20]]


def test_degradation_without_chance_changes_nothing():
    """Parameters that spare a photo are neutral."""
    L = torch.rand(3, 1, 32, 32, generator=generator()) * 2 - 1
    torch.testing.assert_close(degrade(L, 0.0, 2, generator()), L)


def test_degradation_stays_in_range():
    """And does something."""
    L = torch.rand(6, 1, 32, 32, generator=generator()) * 2 - 1
    spoilt = degrade(L, 1.0, 2, generator())
    assert spoilt.abs().max() <= 1
    assert ((spoilt - L).abs().amax(dim=(1, 2, 3)) > 0.05).all()


@pytest.mark.parametrize("sigma", [0.6, 2.0])
def test_blur_has_the_width_of_its_sigma(sigma):
    """A point becomes a Gaussian of that standard deviation, of the same sum."""
    point = torch.zeros(1, 1, 31, 31)
    point[..., 15, 15] = 1
    spot = blur(point, torch.tensor([sigma]), 3.0)
    offsets = torch.arange(31.0) - 15
    variance = (spot.sum(dim=-1)[0, 0] * offsets**2).sum()
    assert spot.sum() == pytest.approx(1, abs=1e-5)
    assert variance.sqrt() == pytest.approx(sigma, rel=0.1)


def test_another_seed_cuts_otherwise():
    """The run's seed reaches the crops."""
    other = dataclasses.replace(config(), seed=9)
    assert not torch.equal(batches(other).batch(0).L, batches(config()).batch(0).L)
