"""The whole training set on one device, as 8-bit RGB, and the crops cut there.

Decoding costs more than training on a fast GPU. So each photo is decoded once, and the
crops of each batch are sampled on the device (`device_crops`).

B batch, M side of the sampled grid, S working size, E the encoder's size.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from colorize_cli.cores import usable_cores
from colorize_cli.errors import DataError, TrainingError
from colorize_cli.model.memory import is_out_of_memory
from trainer.config import DataConfig
from trainer.data import Reason, judge
from trainer.photos import Photos

__all__ = ["PackedPhotos", "pack"]

# Photos decoded before they are moved to the device together.
CHUNK = 4096


@dataclass(frozen=True)
class PackedPhotos:
    """Photos of any sizes in one tensor."""

    # All pixels of all photos, row after row, (N, 3) uint8.
    pixels: Tensor
    # Index of each photo's first pixel, and its sides in pixels, (P,) int64.
    starts: Tensor
    heights: Tensor
    widths: Tensor
    # What each photo is called, and which ones were left out.
    names: tuple[str, ...]
    skipped: dict[int, Reason]

    def __len__(self) -> int:
        """Number of photos, all usable."""
        return len(self.names)

    def sample(self, index: Tensor, box: Tensor, side: int) -> Tensor:
        """Bilinear samples of a box of each photo, edges repeated.

        Args:
            index: Photos, (B,).
            box: Top, left, height and width in pixels of the photo, (B, 4) float32; a
                negative width mirrors the box.
            side: M.

        Returns:
            sRGB in [0, 1], (B, 3, M, M).
        """
        top, left, height, width = box[:, :, None].unbind(1)  # (B, 1)
        steps = (torch.arange(side, device=box.device) + 0.5) / side
        steps = steps[None]
        across = torch.where(width < 0, 1 - steps, steps)
        rows, columns = self.heights[index, None], self.widths[index, None]
        y = (top + steps * height - 0.5).clamp_min(0).minimum(rows - 1)
        x = (left + across * width.abs() - 0.5).clamp_min(0).minimum(columns - 1)
        y0, x0 = y.long(), x.long()
        y1, x1 = (y0 + 1).minimum(rows - 1), (x0 + 1).minimum(columns - 1)
        first = self.starts[index, None, None]

        def pick(row: Tensor, column: Tensor) -> Tensor:
            pixel = first + row[:, :, None] * columns[..., None] + column[:, None]
            return self.pixels[pixel].float()  # (B, M, M, 3)

        fy, fx = (y - y0)[:, :, None, None], (x - x0)[:, None, :, None]
        upper = torch.lerp(pick(y0, x0), pick(y0, x1), fx)
        lower = torch.lerp(pick(y1, x0), pick(y1, x1), fx)
        return torch.lerp(upper, lower, fy).permute(0, 3, 1, 2) / 255


def shrunk(rgb: NDArray[np.uint8], short_side: int) -> NDArray[np.uint8]:
    """The photo with its short side at most `short_side`, averaged over areas."""
    height, width = rgb.shape[:2]
    factor = short_side / min(height, width)
    if factor >= 1:
        return rgb
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def decode_all(
    photos: Photos, data: DataConfig, short_side: int
) -> Iterator[tuple[int, NDArray[np.uint8] | Reason]]:
    """Index and pixels of each usable photo, or why it is none, in order."""

    def decode(index: int) -> NDArray[np.uint8] | Reason:
        rgb = photos[index]
        reason = judge(rgb, data)
        if rgb is None or reason is not None:
            return reason or "broken"
        return shrunk(rgb, short_side)

    # OpenCV decodes without holding Python's lock, so threads suffice.
    with ThreadPoolExecutor(usable_cores()) as pool:
        for begin in range(0, len(photos), CHUNK):
            indices = range(begin, min(begin + CHUNK, len(photos)))
            yield from zip(indices, pool.map(decode, indices), strict=True)


def pack(
    photos: Photos, data: DataConfig, short_side: int, device: torch.device
) -> PackedPhotos:
    """Decode all photos in parallel and move them to the device.

    Args:
        photos: Where they come from.
        data: What makes a photo unusable.
        short_side: Larger photos are shrunk to this short side.
        device: Where they are kept.

    Raises:
        DataError: If none can be used.
        TrainingError: If the device cannot hold them.
    """
    kept: dict[int, tuple[int, int]] = {}
    skipped: dict[int, Reason] = {}

    def usable() -> Iterator[NDArray[np.uint8]]:
        for index, found in decode_all(photos, data, short_side):
            if isinstance(found, str):
                skipped[index] = found
            else:
                kept[index] = (found.shape[0], found.shape[1])
                yield found.reshape(-1, 3)

    decoded = usable()
    parts = []
    try:
        while waiting := [*islice(decoded, CHUNK)]:
            parts.append(torch.from_numpy(np.concatenate(waiting)).to(device))
        if not parts:
            raise DataError("training photos", f"none of {len(photos)} can be used")
        pixels = torch.cat(parts)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingError(
            f"{device} cannot hold {len(photos)} decoded photos; "
            "set data.packed = 'never', or data.data_len to use fewer"
        ) from error
    heights, widths = torch.tensor([*kept.values()], device=device).unbind(1)
    starts = (heights * widths).cumsum(0) - heights * widths
    names = tuple(map(photos.name, kept))
    return PackedPhotos(pixels, starts, heights, widths, names, skipped)
