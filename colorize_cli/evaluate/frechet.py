"""The Frechet distance between two sets of features, FID's formula."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Distribution", "frechet_distance"]

Block = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The moments of n features of F numbers each.

    Attributes:
        count: n.
        mean: (F,).
        root: A matrix R with R^T R the covariance, (min(n, F), F).
    """

    count: int
    mean: NDArray[np.float64]
    root: NDArray[np.float64]

    @classmethod
    def of(cls, blocks: Callable[[], Iterable[Block]]) -> Self:
        """Read the features twice, block by block, so that any number fits in memory.

        Args:
            blocks: Gives the features in blocks, (n_i, F), the same ones at each call.

        Raises:
            ValueError: If there are none.
        """
        count, total = 0, np.float64(0)
        for block in blocks():
            count += len(block)
            total = total + block.sum(axis=0, dtype=np.float64)
        if not count:
            raise ValueError("a distribution needs at least one row of features")
        mean = np.asarray(total / count)
        root = np.empty((0, len(mean)))
        for block in blocks():
            # The covariance of what was read is R^T R before and after.
            root = np.concatenate([root, block.astype(np.float64) - mean])
            if len(root) > len(mean):
                root = np.linalg.qr(root).R
        return cls(count, mean, root / np.sqrt(max(count - 1, 1)))


def frechet_distance(first: Distribution, second: Distribution) -> float | None:
    """Squared Frechet distance of the normal distributions with these moments.

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), Heusel et al. 2017. With C = R^T R the
    trace of the root is the sum of the singular values of R1 R2^T, so that no root of
    a singular matrix is taken, and it is exact for any n. But few photos bias the
    distance upwards: compare only sets of one size.

    Returns:
        0 for equal sets; None for fewer than two features, which have no covariance.
    """
    if min(first.count, second.count) < 2:
        return None
    traces = float((first.root**2).sum() + (second.root**2).sum())
    cross = float(np.linalg.svd(first.root @ second.root.T, compute_uv=False).sum())
    shift = float(((first.mean - second.mean) ** 2).sum())
    return max(0.0, shift + traces - 2 * cross)
