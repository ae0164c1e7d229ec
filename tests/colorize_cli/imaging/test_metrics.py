"""Metrics against values known by hand or from other libraries."""

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio

from colorize_cli.imaging.metrics import (
    chroma_ratio,
    ciede2000,
    colorfulness,
    mae_ab,
    mean_chroma,
    mean_tint,
    psnr,
    recovered,
    spread,
    ssim,
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


def test_unsigned_opponent_colours_make_colourful_pictures_duller():
    """Red and cyan are one distance from grey without their signs: no deviation."""
    picture = np.zeros((2, 2, 3), np.uint8)
    picture[0, :, 0] = 255
    picture[1, :, 1:] = 255
    expected = 0.3 * np.hypot(255, 127.5)
    assert colorfulness(picture, absolute=True) == pytest.approx(expected)


def test_ssim_is_one_for_equal_pictures_and_less_for_others():
    """The ends of its range."""
    picture = DRAWS.integers(0, 256, (16, 20, 3), np.uint8)
    assert ssim(picture, picture) == 1
    assert ssim(255 - picture, picture) < 0


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (61, -5, 29), 22.8977),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_colour_differences_are_those_of_the_standards_table(first, second, expected):
    """Three rows of the test data of Sharma, Wu and Dalal 2005."""
    lab = np.float32([[first]]), np.float32([[second]])
    assert ciede2000(*lab) == pytest.approx(expected, abs=2e-4)


def test_tint_is_the_chroma_of_the_mean_colour():
    """Opposite colours cancel."""
    assert mean_tint(plane(3, 4)) == pytest.approx(5)
    assert mean_tint(np.concatenate([plane(3, 4), plane(-3, -4)], axis=1)) == 0


def test_recovered_is_a_share_of_what_was_lost():
    """Zero for grey, one for the original, negative for worse than grey."""
    assert recovered(0.5, 0.5, 0.75) == 0
    assert recovered(0.5, 0.75, 0.75) == 1
    assert recovered(0.5, 0.25, 0.75) == -1
    assert recovered(0.5, 0.6, 0.5) is None


def test_spread_is_between_the_samples_of_a_photo():
    """Photos may differ as they like."""
    samples = np.stack([[plane(0, 0), plane(2, 2)], [plane(50, 9), plane(52, 11)]])
    assert spread(samples) == pytest.approx(1)
    assert spread(samples[:, :1]) == 0


@pytest.mark.parametrize(
    "metric", [mae_ab, chroma_ratio, tint_ratio, psnr, ssim, ciede2000]
)
def test_shapes_must_agree(metric):
    """Broadcasting would hide a mistake."""
    with pytest.raises(ValueError, match=r"\(2, 4, 4\) and \(2, 4, 5\)"):
        metric(np.zeros((2, 4, 4)), np.zeros((2, 4, 5)))
