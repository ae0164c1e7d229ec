"""Features of photos on the disk, and the distances between the ways by them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from colorize_cli.evaluate.frechet import Distribution, frechet_distance
from colorize_cli.evaluate.judgement import Features
from colorize_cli.evaluate.ways import WAYS, Way

__all__ = ["FeatureFile", "distances_of"]

# Photos that are in memory at once.
BLOCK = 512


class FeatureFile:
    """Rows of float16, one per photo, (7, F) each; only ever added to.

    Half precision costs a few millionths of a distance and halves the file; figures
    come from the file alone, so they do not depend on whether a run was resumed.
    """

    def __init__(self, path: Path, width: int) -> None:
        """Name the file; it is made with its first row."""
        self.path = path
        self.shape = (len(WAYS), width)
        self.row_bytes = 2 * len(WAYS) * width

    def __len__(self) -> int:
        """Complete rows."""
        return self.path.stat().st_size // self.row_bytes if self.path.exists() else 0

    def append(self, features: Features) -> int:
        """Add a row and return its number; a row that was cut off is written over."""
        number = len(self)
        with self.path.open("ab") as file:
            file.truncate(number * self.row_bytes)
            file.write(features.astype("<f2").tobytes())
        return number

    def blocks(self, rows: Sequence[int], way: int) -> Iterator[NDArray[np.float32]]:
        """The features of one way in the chosen rows, (n, F) at a time."""
        shape = (len(self), *self.shape)
        stored = np.memmap(self.path, "<f2", mode="r", shape=shape)
        for start in range(0, len(rows), BLOCK):
            yield stored[list(rows[start : start + BLOCK]), way].astype(np.float32)


def distances_of(
    blocks: Callable[[int], Iterable[NDArray[np.float32]]],
) -> dict[Way, float | None]:
    """Frechet distance of each way to the originals.

    Args:
        blocks: Gives the features of one way, by its number in `WAYS`, (n, F) at a
            time, the same ones at each call.
    """
    truth = Distribution.of(partial(blocks, 0))
    return {
        way: frechet_distance(Distribution.of(partial(blocks, number)), truth)
        for number, way in enumerate(WAYS)
    }
