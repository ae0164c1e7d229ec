"""The reverse loop of one photo as pictures: a grid of all steps, or an animation."""

from collections.abc import Iterator, Sequence
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.figures.page import RGB, fitted_size, thumbnail
from colorize_cli.figures.sheet import Cell, contact_sheet
from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.photo import Photo
from colorize_cli.imaging.recombine import recombine
from colorize_cli.tracing import TracedStep

__all__ = ["trace_frames", "trace_grid"]

# Of a picture in the grid and of one in the animation.
GRID_AREA_PX, FRAME_AREA_PX = 36_000, 100_000
GAP_PX, BAR_PX = 4, 8
# Of each picture in the animation, so that all frames have one size.
FRAME_ROOM_PX = 320
BAR_COLOUR, BAR_GROUND = (196, 88, 16), (226, 226, 226)
# How long a step and the result are shown.
STEP_MS, RESULT_MS = 350, 3000


def trace_grid(title: str, note: str, photo: Photo, steps: Sequence[TracedStep]) -> RGB:
    """All steps on one page, each as what the network sees above its estimate.

    Args:
        title: A line at the top, for instance the photo's name.
        note: What is said of the settings at the bottom.
        photo: The original; its luminance is under all colours.
        steps: Noisiest first; the last one's estimate is the result.

    Returns:
        (H, W, 3).
    """
    small = thumbnail(photo, fitted_size(photo.size, GRID_AREA_PX))

    def pair(upper: RGB, lower: RGB, label: str) -> Cell:
        gap = np.full((GAP_PX, *upper.shape[1:]), 255, np.uint8)
        return Cell(np.vstack([upper, gap, lower]), label)

    cells = [
        pair(speckled(small, step.noisy), coloured(small, step.clean), label)
        for step, label in zip(steps, labels(steps), strict=True)
    ]
    cells.append(pair(small, coloured(small, steps[-1].clean), "original, result"))
    legend = "above y_t, what the network sees; below y_0, its estimate of the colours"
    return contact_sheet(title, f"{legend}. {note}", cells)


def trace_frames(
    title: str, note: str, photo: Photo, steps: Sequence[TracedStep]
) -> Iterator[tuple[RGB, int]]:
    """The steps one after the other, then original and result.

    Args:
        title: What stands before the number of the step, for instance the photo's name.
        note: What is said of the settings at the bottom.
        photo: The original; its luminance is under all colours.
        steps: Noisiest first; the last one's estimate is the result.

    Yields:
        Frames (H, W, 3) of one size, each with the milliseconds it is to be shown.
    """
    small = thumbnail(photo, fitted_size(photo.size, FRAME_AREA_PX))
    page = partial(contact_sheet, narrowest_px=FRAME_ROOM_PX)
    for step, label in zip(steps, labels(steps), strict=True):
        cells = [
            Cell(speckled(small, step.noisy), "y_t, what the network sees"),
            Cell(coloured(small, step.clean), "y_0, its estimate of the colours"),
        ]
        frame = page(f"{title}: {label}", note, cells)
        draw_bar(frame, 1 - step.gamma)
        yield frame, STEP_MS
    result = coloured(small, steps[-1].clean)
    cells = [Cell(small, "original"), Cell(result, "result")]
    frame = page(f"{title}: result", note, cells)
    draw_bar(frame, 0)
    yield frame, RESULT_MS


def labels(steps: Sequence[TracedStep]) -> list[str]:
    """The number of each step, and how much of its variance is noise."""
    shares = (f"{100 * (1 - step.gamma):.3g} % noise" for step in steps)
    return [f"step {number}, {share}" for number, share in enumerate(shares, 1)]


def coloured(rgb: RGB, field: NDArray[np.float32]) -> RGB:
    """The small photo in these colours."""
    return recombine(rgb, field).astype(np.uint8, copy=False)


def speckled(rgb: RGB, field: NDArray[np.float32]) -> RGB:
    """The same with every place of the field to be seen; smoothing would hide noise."""
    height, width = rgb.shape[:2]
    lab = rgb_to_lab(rgb)
    lab[..., 1:] = cv2.resize(
        np.moveaxis(field, 0, -1), (width, height), interpolation=cv2.INTER_NEAREST
    )
    return lab_to_rgb(lab, np.uint8).astype(np.uint8, copy=False)


def draw_bar(frame: RGB, share: float) -> None:
    """A bar along the top edge of the frame, as long as the noise's share."""
    width = frame.shape[1]
    frame[:BAR_PX] = BAR_GROUND
    frame[:BAR_PX, : round(width * share)] = BAR_COLOUR
