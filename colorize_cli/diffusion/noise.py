"""Random numbers that belong to a picture, not to a batch.

A row of a batch draws from its own counter-based generator, so its noise does not
depend on its neighbours, the batch size, the order, the folder or the machine (the idea
of EDM's StackedRandomGenerator).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from colorize_cli.cores import usable_cores

__all__ = ["noise_generator", "stacked_noise"]

# Some milliseconds of drawing; a thread for less would cost more than it saves.
NUMBERS_PER_THREAD = 1 << 18


def noise_generator(
    seed: int, fingerprint: int, sample: int, window: int
) -> np.random.Generator:
    """The generator of one window of one sample of one photo.

    Args:
        seed: What the user asked for, at least 0.
        fingerprint: Hash of the photo's pixels, at least 0.
        sample: Which variant, from 0.
        window: Which window of the photo, from 0.
    """
    entropy = np.random.SeedSequence([seed, fingerprint, sample, window])
    return np.random.Generator(np.random.Philox(entropy))


def stacked_noise(
    generators: Sequence[np.random.Generator], height: int, width: int
) -> NDArray[np.float32]:
    """Standard normal noise, (R, 2, height, width), row r from generator r.

    One core would draw for some hundred samples a second, and a GPU wants more. NumPy
    leaves Python's lock while it draws, so the rows are shared out to threads.
    """
    noise = np.empty((len(generators), 2, height, width), np.float32)
    worth = max(1, noise.size // NUMBERS_PER_THREAD)
    threads = min(usable_cores(), len(generators), worth)

    def draw(first: int) -> None:
        for r in range(first, len(generators), threads):
            generators[r].standard_normal(dtype=np.float32, out=noise[r])

    if threads == 1:
        draw(0)
        return noise
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(draw, range(threads)))
    return noise
