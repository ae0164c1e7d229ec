"""Metrics against values known by hand or from other libraries."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from colorize_cli.imaging.metrics import (
    chroma_ratio,
    colorfulness,
    mae_ab,
    mean_chroma,
    psnr,
    spread,
    tint_ratio,
)

DRAWS = np.random.default_rng(0)


def plane(a: float, b: float, side: int = 4) -> np.ndarray:
    """One colour, (2, S, S)."""
    return np.broadcast_to(np.float32([[[a]], [[b]]]), (2, side, side))


def test_mae_is_over_both_channels():
    """(3 + 1) / 2."""
    assert mae_ab(plane(3, -1), plane(0, 0)) == pytest.approx(2)


def test_mae_of_grey_is_the_mean_size_of_ab():
    """What leaving a photo grey scores."""
    truth = DRAWS.normal(0, 10, (5, 2, 8, 8))
    assert mae_ab(np.zeros_like(truth), truth) == pytest.approx(np.abs(truth).mean())


def test_psnr_agrees_with_scikit_image():
    """For one picture."""
    first, second = DRAWS.integers(0, 256, (2, 9, 7, 3), np.uint8)
    expected = peak_signal_noise_ratio(first, second, data_range=255)
    assert psnr(first, second) == pytest.approx(expected)


def test_psnr_of_several_is_their_mean():
    """Not the PSNR of the mean error."""
    truth = DRAWS.integers(0, 256, (3, 6, 6, 3), np.uint8)
    predicted = truth // 2
    each = [psnr(p, t) for p, t in zip(predicted, truth, strict=True)]
    assert psnr(predicted, truth) == pytest.approx(np.mean(each))


def test_psnr_of_equal_pictures_is_infinite():
    """Without a warning."""
    picture = DRAWS.integers(0, 256, (4, 4, 3), np.uint8)
    assert psnr(picture, picture) == float("inf")


def test_psnr_of_one_level():
    """20 log10(255) = 48.13 dB."""
    black = np.zeros((4, 4, 3), np.uint8)
    assert psnr(black + 1, black) == pytest.approx(48.1308, abs=1e-4)


def test_chroma_is_the_distance_from_grey():
    """A 3-4-5 triangle."""
    assert mean_chroma(plane(3, 4)) == pytest.approx(5)
    assert chroma_ratio(plane(3, 4), plane(6, 8)) == pytest.approx(0.5)


def test_chroma_against_a_grey_truth_is_finite():
    """No division by zero."""
    assert np.isfinite(chroma_ratio(plane(3, 4), plane(0, 0)))


def test_tint_sees_what_chroma_does_not():
    """Noise around grey has chroma but no tint."""
    truth = np.array(plane(10, 0, side=64))
    noise = DRAWS.normal(0, 8, truth.shape)
    assert chroma_ratio(noise, truth) > 0.9
    assert tint_ratio(noise, truth) < 0.05
    assert tint_ratio(truth / 2, truth) == pytest.approx(0.5)


def test_colorfulness_of_known_pictures():
    """Grey is 0; pure red is 0.3 times its mean: hypot(255, 127.5) * 0.3 = 85.53."""
    grey = np.full((4, 4, 3), 90, np.uint8)
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255
    assert colorfulness(grey) == 0
    assert colorfulness(red) == pytest.approx(85.53, abs=0.01)
    assert colorfulness(np.stack([grey, red])) == pytest.approx(85.53 / 2, abs=0.01)


def test_colorfulness_of_two_colours():
    """Red and cyan, half each: rg is +-255, yb +-127.5, means 0."""
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[0, :, 0] = 255
    picture[1, :, 1:] = 255
    assert colorfulness(picture) == pytest.approx(np.hypot(255, 127.5))


def test_spread_is_between_the_samples_of_a_photo():
    """Photos may differ as they like."""
    samples = np.stack([[plane(0, 0), plane(2, 2)], [plane(50, 9), plane(52, 11)]])
    assert spread(samples) == pytest.approx(1)
    assert spread(samples[:, :1]) == 0


@pytest.mark.parametrize("metric", [mae_ab, chroma_ratio, tint_ratio, psnr])
def test_shapes_must_agree(metric):
    """Broadcasting would hide a mistake."""
    with pytest.raises(ValueError, match=r"\(2, 4, 4\) and \(2, 4, 5\)"):
        metric(np.zeros((2, 4, 4)), np.zeros((2, 4, 5)))
