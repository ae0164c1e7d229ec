"""Random numbers that belong to a picture, not to a batch.

A row of a batch draws from its own counter-based generator, so its noise does not
depend on its neighbours, the batch size, the order, the folder or the machine (the idea
of EDM's StackedRandomGenerator).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["noise_generator", "stacked_noise"]


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
    """Standard normal noise, (R, 2, height, width), row r from generator r."""
    noise = np.empty((len(generators), 2, height, width), np.float32)
    for row, generator in zip(noise, generators, strict=True):
        generator.standard_normal(dtype=np.float32, out=row)
    return noise
