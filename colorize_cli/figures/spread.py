"""A spread map: where the samples of a photo differ, as a heat map with a legend."""

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.figures.lettering import BOLD, GREY, Align, shortened, write
from colorize_cli.figures.page import MARGIN_PX, RGB, blank, fitted_size, placed
from colorize_cli.figures.page import thumbnail as thumbnail_of
from colorize_cli.imaging.photo import Photo

__all__ = ["SCALE_END", "spread_map"]

# Where the scale ends, in Lab units. The same for every photo, so that maps can be
# compared; few pixels of few photos lie beyond it.
SCALE_END, TICK = 20, 5
# Perceptually uniform, from black to a light yellow.
COLOURS = cv2.COLORMAP_INFERNO

PANEL_AREA_PX = 300_000
# Room for the words of the legend.
NARROWEST_PX = 620
GAP_PX, TITLE_PX, BAR_PX, LEGEND_PX = 12, 44, 16, 96
TITLE_SIZE, TEXT_SIZE = 22, 15


def spread_map(
    title: str, photo: Photo, deviation: NDArray[np.float32], samples: int
) -> RGB:
    """The photo and, beside or below it, the map of its samples' deviation.

    Args:
        title: A line at the top, for instance the photo's name.
        photo: The original.
        deviation: (h, w), in Lab units, of the whole photo.
        samples: Of how many.

    Returns:
        (H, W, 3).
    """
    height, width = fitted_size(photo.size, PANEL_AREA_PX)
    is_wide = width > height
    down, across = (height + GAP_PX, 0) if is_wide else (0, width + GAP_PX)
    inner = max(across + width, NARROWEST_PX)
    page = blank(
        2 * MARGIN_PX + TITLE_PX + down + height + LEGEND_PX, 2 * MARGIN_PX + inner
    )
    heading = shortened(title, inner, TITLE_SIZE, BOLD)
    baseline = MARGIN_PX + TITLE_SIZE
    write(page, heading, (MARGIN_PX, baseline), size_px=TITLE_SIZE, weight=BOLD)
    top = MARGIN_PX + TITLE_PX
    placed(page, thumbnail_of(photo, (height, width)), top, MARGIN_PX)
    wide = cv2.resize(deviation, (width, height), interpolation=cv2.INTER_CUBIC)
    placed(page, coloured(wide), top + down, MARGIN_PX + across)
    draw_legend(page, top + down + height + GAP_PX, inner)
    mean, largest = deviation.mean(), deviation.max()
    write(
        page,
        f"mean {mean:.1f}, largest {largest:.1f}, {samples} samples",
        (MARGIN_PX, len(page) - MARGIN_PX),
        size_px=TEXT_SIZE,
        color=GREY,
    )
    return page


def coloured(deviation: NDArray[np.float32]) -> RGB:
    """Lab units to the colours of the scale, which ends at `SCALE_END`."""
    levels = np.rint(np.clip(deviation / SCALE_END, 0, 1) * 255).astype(np.uint8)
    return cv2.cvtColor(cv2.applyColorMap(levels, COLOURS), cv2.COLOR_BGR2RGB)


def draw_legend(page: RGB, top: int, width: int) -> None:
    """A bar with the colours from 0 to the end of the scale, its ticks, its unit."""
    bar = np.tile(np.linspace(0, SCALE_END, width, dtype=np.float32), (BAR_PX, 1))
    placed(page, coloured(bar), top, MARGIN_PX)
    baseline = top + BAR_PX + TEXT_SIZE + 6
    for value in range(0, SCALE_END + 1, TICK):
        text, align = str(value), Align.CENTER
        if value == 0:
            text, align = "0: all samples agree", Align.LEFT
        elif value == SCALE_END:
            text, align = f"{value} or more", Align.RIGHT
        x = MARGIN_PX + round((width - 1) * value / SCALE_END)
        cv2.line(page, (x, top + BAR_PX), (x, top + BAR_PX + 4), (0, 0, 0))
        write(page, text, (x, baseline), size_px=TEXT_SIZE, align=align)
    write(
        page,
        "standard deviation of a and b, in Lab units",
        (MARGIN_PX, baseline + TEXT_SIZE + 8),
        size_px=TEXT_SIZE,
    )
