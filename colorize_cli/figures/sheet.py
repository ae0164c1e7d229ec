"""A contact sheet: a photo and its variants side by side, each with a label."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2

from colorize_cli.figures.lettering import (
    BOLD,
    GREY,
    INK,
    REGULAR,
    Align,
    shortened,
    width_px,
    write,
)
from colorize_cli.figures.page import MARGIN_PX, RGB, blank, placed

__all__ = ["CELL_AREA_PX", "Cell", "contact_sheet"]

# Of a picture on the sheet; 400 x 300 for an ordinary photo.
CELL_AREA_PX = 120_000
# What a label gets beyond the width of its picture.
WIDEST_LABEL_PX = 320
GAP_PX, LABEL_PX, TITLE_PX, FRAME_PX = 16, 30, 44, 4
LABEL_SIZE, TITLE_SIZE = 16, 22
ACCENT = (196, 88, 16)
# Width over height of the sheet that is aimed at, that of a screen or a page.
SHAPE = 1.5


@dataclass(frozen=True, slots=True)
class Cell:
    """A picture on a sheet.

    Attributes:
        rgb: (h, w, 3); all cells of a sheet have one size.
        label: A few words that stand below it.
        is_picked: Whether it is framed, with its label in bold.
    """

    rgb: RGB
    label: str
    is_picked: bool = False


def contact_sheet(
    title: str, note: str, cells: Sequence[Cell], *, narrowest_px: int = 0
) -> RGB:
    """Lay out cells in rows on white paper.

    Args:
        title: A line at the top, for instance the photo's name.
        note: A line at the bottom in small grey letters.
        cells: At least one.
        narrowest_px: Room for each cell even if pictures and labels need less.

    Returns:
        (H, W, 3).
    """
    height, width = cells[0].rgb.shape[:2]
    longest = max(width_px(cell.label, LABEL_SIZE, BOLD) for cell in cells)
    column_px = max(width, min(longest, WIDEST_LABEL_PX), narrowest_px) + GAP_PX
    row_px = height + LABEL_PX + GAP_PX
    columns = best_columns(len(cells), row_px, column_px)
    rows = -(-len(cells) // columns)
    inner = columns * column_px - GAP_PX
    sheet = blank(
        2 * MARGIN_PX + TITLE_PX + rows * row_px + LABEL_PX // 2,
        2 * MARGIN_PX + inner,
    )
    heading = shortened(title, inner, TITLE_SIZE, BOLD)
    baseline = MARGIN_PX + TITLE_SIZE
    write(sheet, heading, (MARGIN_PX, baseline), size_px=TITLE_SIZE, weight=BOLD)
    for index, cell in enumerate(cells):
        row, column = divmod(index, columns)
        top = MARGIN_PX + TITLE_PX + row * row_px
        left = MARGIN_PX + column * column_px
        draw_cell(sheet, cell, top, left, column_px - GAP_PX)
    last = shortened(note, inner, LABEL_SIZE - 2)
    at = MARGIN_PX, len(sheet) - MARGIN_PX
    write(sheet, last, at, size_px=LABEL_SIZE - 2, color=GREY)
    return sheet


def draw_cell(sheet: RGB, cell: Cell, top: int, left: int, room_px: int) -> None:
    """Lay a cell onto the sheet, in the middle of its column."""
    height, width = cell.rgb.shape[:2]
    corner = left + (room_px - width) // 2
    placed(sheet, cell.rgb, top, corner)
    if cell.is_picked:
        start = corner - FRAME_PX, top - FRAME_PX
        end = corner + width + FRAME_PX - 1, top + height + FRAME_PX - 1
        cv2.rectangle(sheet, start, end, ACCENT, FRAME_PX // 2)
    weight = BOLD if cell.is_picked else REGULAR
    write(
        sheet,
        shortened(cell.label, room_px, LABEL_SIZE, weight),
        (left + room_px // 2, top + height + LABEL_SIZE + FRAME_PX),
        size_px=LABEL_SIZE,
        color=ACCENT if cell.is_picked else INK,
        weight=weight,
        align=Align.CENTER,
    )


def best_columns(count: int, row_px: int, column_px: int) -> int:
    """How many columns bring the sheet nearest to its shape with few empty places."""

    def cost(columns: int) -> float:
        rows = -(-count // columns)
        shape = columns * column_px / (rows * row_px)
        empty = rows * columns - count
        return max(shape / SHAPE, SHAPE / shape) + 2 * empty / count

    return min(range(1, count + 1), key=cost)
