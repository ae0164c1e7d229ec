"""Rows at a time, so that arithmetic in wide numbers takes little memory."""

from collections.abc import Iterator

__all__ = ["strips"]

STRIP_PIXELS = 1 << 18


def strips(shape: tuple[int, ...]) -> Iterator[slice]:
    """Slices of rows that together are the whole picture, a few megabytes each.

    Args:
        shape: (H, W) or (H, W, C).
    """
    height, width = shape[:2]
    rows = max(1, STRIP_PIXELS // max(1, width))
    for top in range(0, height, rows):
        yield slice(top, top + rows)
