"""Noise that belongs to a picture: same key, same numbers, whatever the neighbours."""

import threading

import numpy as np
import pytest

from colorize_cli.diffusion import noise
from colorize_cli.diffusion.noise import noise_generator, stacked_noise

KEY = {"seed": 7, "fingerprint": 2**63 + 5, "sample": 1, "window": 2}


def test_the_same_key_gives_the_same_noise():
    """Noise is a function of seed, photo, sample and window."""
    first, second = (stacked_noise([noise_generator(**KEY)], 4, 6) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("changed", KEY)
def test_any_other_key_gives_other_noise(changed):
    """Seed, photo, sample and window each matter."""
    other = KEY | {changed: KEY[changed] + 1}
    one, two = (stacked_noise([noise_generator(**key)], 4, 6) for key in (KEY, other))
    assert not np.array_equal(one, two)


def test_a_row_does_not_depend_on_its_neighbours():
    """A row gets the same numbers alone, first or last, draw after draw."""
    alone = [noise_generator(**KEY)]
    among = [noise_generator(9, 9, 9, 9), noise_generator(**KEY)]
    for _ in range(3):
        assert np.array_equal(
            stacked_noise(alone, 4, 6)[0], stacked_noise(among, 4, 6)[1]
        )


def test_rows_are_drawn_at_the_same_time(monkeypatch):
    """Where there are many: one core cannot keep up with a GPU."""
    both = threading.Barrier(2)

    class Patient:
        def standard_normal(self, *, dtype, out):
            both.wait(timeout=60)
            out[...] = 1

    monkeypatch.setattr(noise, "usable_cores", lambda: 2)
    assert (stacked_noise([Patient(), Patient()], 512, 512) == 1).all()


def test_noise_is_standard_normal_float32():
    """Mean 0, variance 1, shape (rows, 2, height, width)."""
    drawn = stacked_noise([noise_generator(0, 1, 0, w) for w in range(4)], 64, 48)
    assert drawn.shape == (4, 2, 64, 48)
    assert drawn.dtype == np.float32
    assert abs(drawn.mean()) < 0.03
    assert drawn.std() == pytest.approx(1, abs=0.03)
