"""Several samples of one photo: their mean, the most typical one, where they differ.

All fields are ab in Lab units, (K, 2, h, w): K samples of a photo at working size.
"""

import numpy as np
from numpy.typing import NDArray

__all__ = ["deviation", "mean_field", "medoid"]

Fields = NDArray[np.float32]


def mean_field(fields: Fields) -> NDArray[np.float32]:
    """The average colours, (2, h, w).

    Nearer to the truth than any sample, as an average is, and duller where the samples
    disagree: red and blue make grey.
    """
    return fields.mean(axis=0, dtype=np.float64).astype(np.float32)


def medoid(fields: Fields) -> int:
    """Index of the sample closest to the mean colours; the first one of equals.

    Closest in summed squared distance. This is the sample with the least sum of squared
    distances to all samples, that is, their medoid: the two sums differ by a constant
    and the factor K.
    """
    apart = (fields - mean_field(fields)).astype(np.float64)
    return int((apart**2).sum(axis=(1, 2, 3)).argmin())


def deviation(fields: Fields) -> NDArray[np.float32]:
    """Standard deviation of the samples at each pixel, mean of a's and b's, (h, w).

    In Lab units; 0 where all samples agree, and everywhere for one sample. Its mean is
    `imaging.metrics.spread`.
    """
    return fields.std(axis=0, dtype=np.float64).mean(axis=0).astype(np.float32)
