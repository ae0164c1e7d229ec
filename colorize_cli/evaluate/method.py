"""By what pictures and figures are made: a hash that changes when they would."""

import numpy as np

from colorize_cli.evaluate.scores import score_photo
from colorize_cli.evaluate.ways import ab_of, colorized
from colorize_cli.ledger.hashing import settings_hash

__all__ = ["method_hash"]

HEIGHT, WIDTH = 24, 36


def method_hash() -> str:
    """Hash of the figures of a made-up photo, in hexadecimal.

    Results of earlier runs are only used again by a program that would find the same:
    another way to enlarge colours, another definition of a figure, or other libraries
    under them give another hash.
    """
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    channels = [rows * 9 + 20, columns * 6 + 20, (rows - columns) * 3 + 120]
    photo = np.stack(channels, axis=-1).astype(np.uint8)
    half = np.ascontiguousarray(ab_of(photo)[:, ::2, ::2])
    result = colorized(photo, np.stack([half * np.float32(0.7), half[::-1]]))
    return settings_hash(score_photo(result).to_json())
