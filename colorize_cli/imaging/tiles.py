"""How a photo is laid out at working size: one window, or overlapping ones.

One window covers the whole photo with its aspect ratio kept. Only a photo longer than
MAX_ASPECT is cut into windows along its long axis, blended where they overlap.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TileGrid"]

# Longest window, as a multiple of the short side.
MAX_ASPECT = 4
# Long side over short side beyond which the photo is squashed, to bound the work.
MAX_GRID_ASPECT = 32


@dataclass(frozen=True, slots=True)
class TileGrid:
    """Geometry only: sizes at working resolution and where each window starts.

    Attributes:
        height: Working height of the whole photo in pixels.
        width: Working width.
        tile: Height and width of one window; equal to the whole for a single window.
        starts: Offset of each window along the long axis.
    """

    height: int
    width: int
    tile: tuple[int, int]
    starts: tuple[int, ...]

    @classmethod
    def square(cls, side: int) -> "TileGrid":
        """The tutorial's layout: the photo squashed to a square."""
        return cls(side, side, (side, side), (0,))

    @classmethod
    def covering(
        cls, size: tuple[int, int], short_side: int, multiple: int
    ) -> "TileGrid":
        """Windows for a photo of `size` (height, width).

        Args:
            size: The photo's height and width in pixels.
            short_side: Working size of the short side; rounded to `multiple`.
            multiple: Working sides are multiples of this.
        """
        height, width = size
        short = max(multiple, round(short_side / multiple) * multiple)
        aspect = min(max(size) / min(size), MAX_GRID_ASPECT)
        long = max(short, round(short * aspect / multiple) * multiple)
        window = min(long, MAX_ASPECT * short)
        overlap = short
        starts = [0]
        while starts[-1] + window < long:
            starts.append(min(starts[-1] + window - overlap, long - window))
        if width >= height:
            return cls(short, long, (short, window), tuple(starts))
        return cls(long, short, (window, short), tuple(starts))

    def cut(self, plane: NDArray[np.float32], scale: int = 1) -> NDArray[np.float32]:
        """The windows of a plane, (n, 1, tile height, tile width) times `scale`.

        Args:
            plane: (height * scale, width * scale).
            scale: How much finer the plane is than the working size.

        Raises:
            ValueError: If the plane has another size.
        """
        expected = (self.height * scale, self.width * scale)
        if plane.shape != expected:
            raise ValueError(f"plane is {plane.shape}, the grid covers {expected}")
        rows, columns = (side * scale for side in self.tile)
        windows = [
            plane[
                top * scale : top * scale + rows, left * scale : left * scale + columns
            ]
            for top, left in self._corners()
        ]
        return np.stack(windows)[:, None]

    def blend(self, fields: NDArray[np.float32]) -> NDArray[np.float32]:
        """Join the windows' fields, weighted by the distance to the window's ends.

        Args:
            fields: (n, 2, tile height, tile width), in the order of `starts`.

        Returns:
            (2, height, width).
        """
        if len(self.starts) == 1:
            return fields[0]
        rows, columns = self.tile
        along = 1 if self.width >= self.height else 0
        ramp = np.minimum(
            np.arange(1, self.tile[along] + 1), np.arange(self.tile[along], 0, -1)
        ).astype(np.float32)
        ramp = np.minimum(ramp, min(self.tile))
        weight = ramp[None, :] if along else ramp[:, None]
        total = np.zeros((2, self.height, self.width), np.float32)
        weights = np.zeros((self.height, self.width), np.float32)
        for (top, left), field in zip(self._corners(), fields, strict=True):
            part = np.s_[top : top + rows, left : left + columns]
            total[:, *part] += field * weight
            weights[part] += weight
        return total / weights

    def _corners(self) -> list[tuple[int, int]]:
        if self.width >= self.height:
            return [(0, start) for start in self.starts]
        return [(start, 0) for start in self.starts]
