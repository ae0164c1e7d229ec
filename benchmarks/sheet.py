"""A contact sheet: grey, truth, and variants, one photo per row."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.colorizing import RGB, Colorized

__all__ = ["write_sheet"]

CELL_PX = 160
GAP_PX = 4
SAMPLES_SHOWN = 4


def write_sheet(path: Path, results: Sequence[Colorized]) -> None:
    """Write a PNG with the columns grey, truth, sample 1 to 4, mean of all."""
    rows = [
        np.hstack(
            [
                cell(rgb)
                for rgb in (
                    result.grey,
                    result.truth,
                    *result.samples[:SAMPLES_SHOWN],
                    result.mean,
                )
            ]
        )
        for result in results
    ]
    sheet = cv2.cvtColor(np.vstack(rows), cv2.COLOR_RGB2BGR)
    if not cv2.imwrite(str(path), sheet):
        raise OSError(f"{path}: the contact sheet cannot be written")


def cell(rgb: RGB) -> RGB:
    """The picture fitted into a white square with a gap around it."""
    side = CELL_PX - GAP_PX
    scale = side / max(rgb.shape[:2])
    height, width = (max(1, round(length * scale)) for length in rgb.shape[:2])
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    square = np.full((CELL_PX, CELL_PX, 3), 255, np.uint8)
    top, left = (CELL_PX - height) // 2, (CELL_PX - width) // 2
    square[top : top + height, left : left + width] = small
    return square
