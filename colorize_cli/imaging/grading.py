"""Colours to taste: how strong, how warm; applied before they join the luminance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Grade"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grade:
    """A change of the whole photo's colours.

    Attributes:
        saturation: Factor on a and b: 0 is grey, 1 leaves them, 2 doubles them.
        temperature: Added to b, in Lab units: above 0 is warmer (towards yellow), below
            0 is cooler (towards blue). Not scaled by the saturation.
    """

    saturation: float = 1.0
    temperature: float = 0.0

    @property
    def is_neutral(self) -> bool:
        """Whether it leaves all colours as they are."""
        return self == Grade()

    def applied(self, ab: NDArray[np.float32]) -> NDArray[np.float32]:
        """Graded ab.

        Args:
            ab: (..., 2, h, w) in Lab units; is not changed.

        Returns:
            The same shape; `ab` itself if there is nothing to do.
        """
        if self.is_neutral:
            return ab
        shift = np.array([0.0, self.temperature], np.float32)[:, None, None]
        return ab * np.float32(self.saturation) + shift
