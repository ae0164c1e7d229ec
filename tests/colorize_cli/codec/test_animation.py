"""Animations, read back by an independent decoder."""

import io

import numpy as np
import pytest
from PIL import Image

from colorize_cli.codec.animation import encode_animation
from colorize_cli.errors import EncodeError
from tests.pictures import colours

FRAMES = [colours(seed=seed) for seed in range(3)]
DURATIONS_MS = [200, 350, 1500]


def opened(format) -> Image.Image:
    """The three frames in that format."""
    return Image.open(io.BytesIO(encode_animation(FRAMES, DURATIONS_MS, format)))


@pytest.mark.parametrize(("format", "tolerance"), [("gif", 9), ("webp", 6)])
def test_frames_come_back(format, tolerance):
    """In their order, with their colours, within what the format can hold."""
    picture = opened(format)
    assert picture.n_frames == 3
    for number, frame in enumerate(FRAMES):
        picture.seek(number)
        shown = np.asarray(picture.convert("RGB")).astype(int)
        assert shown.shape == frame.shape
        assert np.abs(shown - frame).mean() < tolerance


@pytest.mark.parametrize("format", ["gif", "webp"])
def test_frames_are_shown_as_long_as_asked(format):
    """And the whole over and over."""
    picture = opened(format)
    shown = []
    for number in range(3):
        picture.seek(number)
        picture.load()
        shown.append(picture.info["duration"])
    assert shown == DURATIONS_MS
    assert picture.info["loop"] == 0


def test_what_a_format_cannot_hold_is_refused():
    """WebP has at most 16383 pixels a side."""
    wide = np.zeros((2, 17000, 3), np.uint8)
    with pytest.raises(EncodeError, match="webp animation: cannot be encoded"):
        encode_animation([wide, wide], [100, 100], "webp")
