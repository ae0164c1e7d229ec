"""Strips: a photo and its pictures side by side, small; and sheets of strips."""

from collections.abc import Sequence

import cv2
import numpy as np

from colorize_cli.evaluate.ways import RGB, Colorized
from colorize_cli.figures.lettering import Align, shortened, write
from colorize_cli.figures.page import blank, placed
from colorize_cli.imaging.luminance import resize

__all__ = ["CELL_PX", "columns", "encoded", "sheet", "strip"]

CELL_PX = 160
GAP_PX = 4
SAMPLES_SHOWN = 4
JPEG_QUALITY = 85
HEADER_PX, LETTERS_PX = 28, 16


def columns(samples: int) -> list[str]:
    """What the cells of a strip show."""
    shown = [f"sample {number + 1}" for number in range(min(samples, SAMPLES_SHOWN))]
    return ["grey", "original", *shown, "mean"]


def strip(result: Colorized) -> RGB:
    """Cells as `columns` names them, (H, 160 n, 3), H at most 160."""
    shown = [*result.samples[:SAMPLES_SHOWN], result.mean]
    return np.hstack([cell(rgb) for rgb in (result.grey, result.original, *shown)])


def cell(rgb: RGB) -> RGB:
    """The picture fitted into 156 x 156 pixels, with white beside it and below."""
    side = CELL_PX - GAP_PX
    scale = side / max(rgb.shape[:2])
    height, width = (max(1, round(length * scale)) for length in rgb.shape[:2])
    paper = blank(height + GAP_PX, CELL_PX)
    small = resize(rgb, height, width).astype(np.uint8, copy=False)
    placed(paper, small, 0, (CELL_PX - width) // 2)
    return paper


def encoded(rgb: RGB, suffix: str = ".jpg") -> bytes:
    """The bytes of a picture file, JPEG or PNG by its suffix.

    Raises:
        ValueError: If there is no such format.
    """
    settings = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY] if suffix == ".jpg" else []
    try:
        done, data = cv2.imencode(suffix, rgb[..., ::-1], settings)
    except cv2.error as error:
        raise ValueError(f"no pictures end in {suffix}") from error
    if not done:
        raise ValueError(f"the picture could not be encoded as {suffix}")
    return data.tobytes()


def sheet(strips: Sequence[bytes], samples: int) -> RGB:
    """Strips below one another, under a line that names the columns.

    Args:
        strips: JPEG files as `encoded` makes them, at least one.
        samples: How many samples each photo has.
    """
    names = columns(samples)
    header = blank(HEADER_PX, CELL_PX * len(names))
    for number, name in enumerate(names):
        write(
            header,
            shortened(name, CELL_PX - GAP_PX, LETTERS_PX),
            (number * CELL_PX + CELL_PX // 2, HEADER_PX - 9),
            size_px=LETTERS_PX,
            align=Align.CENTER,
        )
    return np.vstack([header, *map(decoded, strips)])


def decoded(data: bytes) -> RGB:
    """The picture in a file that `encoded` made.

    Raises:
        ValueError: If it is damaged.
    """
    bgr = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if bgr is None:
        raise ValueError("a strip is damaged")
    return bgr[..., ::-1].astype(np.uint8, copy=False)
