"""What is known of a picture file before its pixels are decoded."""

from collections.abc import Callable
from dataclasses import dataclass, field

from colorize_cli.imaging.photo import Metadata, Pixels

__all__ = ["Survey"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """The outcome of walking a complete file's structure.

    Attributes:
        width_px: Stored width, before orientation.
        height_px: Stored height.
        read_pixels: Decodes: (H, W) grey, (H, W, 2) grey and alpha, (H, W, 3) RGB or
            (H, W, 4) RGB and alpha; uint8 or uint16. Raises RuntimeError or ValueError,
            as the libraries do, if the compressed data is damaged.
        frame_count: Frames of an animation; 1 for a still picture.
        metadata: The blocks as they stand in the file.
        turn: The orientation, 1 to 8 as in EXIF, if the container itself says it; None
            to go by EXIF.
    """

    width_px: int
    height_px: int
    read_pixels: Callable[[], Pixels]
    frame_count: int = 1
    metadata: Metadata = field(default_factory=Metadata)
    turn: int | None = None
