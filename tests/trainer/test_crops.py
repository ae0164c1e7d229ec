"""From photo to training example on the CPU."""

import dataclasses

import cv2
import numpy as np
import pytest
import torch

from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.model.config import REFERENCE, EncoderConfig, ModelConfig
from trainer.config import DataConfig
from trainer.crops import Cropper, Degradation

COARSE = np.random.default_rng(0).integers(0, 256, (4, 4, 3), np.uint8)
SQUARE = cv2.resize(COARSE, (32, 32))
WHOLE = DataConfig(min_crop=1.0, flip=False)


def reference(side: int) -> ModelConfig:
    """The tutorial's colour convention at another size."""
    return dataclasses.replace(REFERENCE, image_size=side)


def crop(seed: int, data: DataConfig, rgb=SQUARE, model=None, side=32):
    """A training example drawn from a seed."""
    torch.manual_seed(seed)
    return Cropper(model or reference(32), data, training=True)(rgb, side)


def test_example_has_the_tutorials_scaling():
    """L/50 - 1 and (ab + 128) * 2/255 - 1 of the Lab values."""
    L, y0, luminance = crop(0, WHOLE)
    lab = rgb_to_lab(SQUARE)
    np.testing.assert_allclose(L[0], lab[..., 0] / 50 - 1, atol=1e-5)
    expected = (lab[..., 1:] + 128) * 2 / 255 - 1
    np.testing.assert_allclose(y0.permute(1, 2, 0), expected, atol=1e-5)
    assert torch.equal(luminance, L)


def test_encoder_sees_its_own_size():
    """Twice the working size at scale 2, the same picture."""
    model = dataclasses.replace(
        reference(32), patch=2, encoder=EncoderConfig(strides=(8,))
    )
    L, y0, luminance = crop(0, WHOLE, model=model)
    assert (L.shape, y0.shape, luminance.shape) == (
        (1, 32, 32),
        (2, 32, 32),
        (1, 64, 64),
    )
    small = torch.nn.functional.avg_pool2d(luminance, 2)
    torch.testing.assert_close(small, L, atol=0.05, rtol=0)


def test_another_size_is_the_same_crop():
    """Blocks of the larger are pixels of the smaller, nearly: the filter is wider."""
    data = DataConfig(min_crop=0.5)
    small, large = crop(1, data, side=16), crop(1, data, side=32)
    assert small[0].shape == (1, 16, 16)
    for less, more in zip(small, large, strict=True):
        blocks = torch.nn.functional.avg_pool2d(more, 2)
        torch.testing.assert_close(less, blocks, atol=0.1, rtol=0)


def test_same_seed_same_example():
    """And another seed another one."""
    data = DataConfig(min_crop=0.3, degrade=1.0)
    for first, second in zip(crop(1, data), crop(1, data), strict=True):
        assert torch.equal(first, second)
    assert not torch.equal(crop(1, data)[0], crop(2, data)[0])


def test_degradation_leaves_colour_alone():
    """Only L is spoilt, and stays within its range."""
    clean, spoilt = crop(3, WHOLE), crop(3, dataclasses.replace(WHOLE, degrade=1.0))
    assert torch.equal(clean[1], spoilt[1])
    assert not torch.equal(clean[0], spoilt[0])
    assert spoilt[0].abs().max() <= 1 + 1e-6


@pytest.mark.parametrize("side_px", [32, 256])
def test_grain_is_that_of_the_working_size(side_px):
    """As strong for a large photo, and the encoder sees the same grain."""
    model = dataclasses.replace(
        reference(32), patch=2, encoder=EncoderConfig(strides=(8,))
    )
    rgb = np.full((side_px, side_px, 3), 128, np.uint8)
    ranges = Degradation(tone=(0, 0), black=(0, 0), white=(1, 1), grain=(0.04, 0.04))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("trainer.crops.Degradation", lambda: ranges)
        L, _, luminance = crop(
            0, dataclasses.replace(WHOLE, degrade=1.0), rgb, model=model
        )
    assert L.std() == pytest.approx(2 * 0.04, rel=0.1)
    blocks = torch.nn.functional.avg_pool2d(luminance, 2)
    torch.testing.assert_close(blocks, L)


def test_flip_mirrors_colour_with_luminance():
    """Both planes or none."""
    mirrored = np.ascontiguousarray(SQUARE[:, ::-1])
    as_is, turned = crop(0, WHOLE), crop(0, WHOLE, mirrored)
    data = DataConfig(min_crop=1.0, flip=True)
    seen = set()
    for seed in range(8):
        L, y0, _ = crop(seed, data)
        if torch.equal(L, as_is[0]):
            assert torch.equal(y0, as_is[1])
            seen.add("as is")
        else:
            torch.testing.assert_close(L, turned[0])
            torch.testing.assert_close(y0, turned[1])
            seen.add("mirrored")
    assert seen == {"as is", "mirrored"}


@pytest.mark.parametrize(("square", "expected"), [(True, "squash"), (False, "centre")])
def test_validation_takes_the_photo_as_the_model_does(square, expected):
    """A reference model squashes; the others see the central square."""
    wide = np.zeros((32, 64, 3), np.uint8)
    wide[:, 16:48] = 255
    model = dataclasses.replace(reference(32), square=square)
    L, _, _ = Cropper(model, DataConfig(degrade=1.0), training=False)(wide, 32)
    is_white = bool((L > 0.9).all())
    assert is_white == (expected == "centre")
