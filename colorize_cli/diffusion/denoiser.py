"""The one interface between the reverse loop and a network."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Denoiser"]


class Denoiser(Protocol):
    """Anything that answers for noisy colour, whatever runs it."""

    def __call__(self, x: NDArray[np.float32], gamma: float) -> NDArray[np.float32]:
        """Predict epsilon, v or x0.

        Args:
            x: (B, 3, H, W); channel 0 is L in [-1, 1], channels 1 and 2 are noisy ab.
            gamma: Signal share of the noisy ab, in [0, 1).

        Returns:
            The prediction, (B, 2, H, W).
        """
