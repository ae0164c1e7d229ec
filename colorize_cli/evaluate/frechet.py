"""The Frechet distance between two sets of features, FID's formula."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["frechet_distance"]

Features = NDArray[np.floating]


def frechet_distance(first: Features, second: Features) -> float | None:
    """Squared Frechet distance of the normal distributions with the sets' moments.

    |m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^(1/2)), Heusel et al. 2017. With centred
    features X of n rows, C = X^T X / (n - 1), and the trace of the root is the sum of
    the singular values of X1 X2^T, so that no root of a singular matrix is taken. It
    is exact for any n; but few photos bias the distance upwards, so sets are only to be
    compared with sets of equal size.

    Args:
        first: (n, F).
        second: (m, F).

    Returns:
        0 for equal sets; None for fewer than two rows, which have no covariance.
    """
    if min(len(first), len(second)) < 2:
        return None
    means = [each.mean(axis=0, dtype=np.float64) for each in (first, second)]
    roots = [
        square_root(each - mean)
        for each, mean in zip((first, second), means, strict=True)
    ]
    traces = sum(float((root**2).sum()) for root in roots)
    cross = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False).sum()
    distance = ((means[0] - means[1]) ** 2).sum() + traces - 2 * cross
    return max(0.0, float(distance))


def square_root(centred: Features) -> NDArray[np.float64]:
    """A matrix R with R^T R the covariance, (min(n, F), F)."""
    scaled = centred.astype(np.float64) / np.sqrt(len(centred) - 1)
    if scaled.shape[0] <= scaled.shape[1]:
        return scaled
    return np.linalg.qr(scaled).R
