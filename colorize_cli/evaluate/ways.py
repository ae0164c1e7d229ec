"""The ways to give a grey photo its colours back, good ones and simple ones.

K samples of a photo, h and w the working size, H and W the photo's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from colorize_cli.imaging.color import lab_to_rgb, rgb_to_lab
from colorize_cli.imaging.ensemble import mean_field, medoid
from colorize_cli.imaging.recombine import recombine

__all__ = [
    "RGB",
    "TRAINING_MEAN_AB",
    "WAYS",
    "Colorized",
    "Way",
    "ab_of",
    "colorized",
    "with_ab",
]

# (H, W, 3), 8-bit sRGB.
RGB = NDArray[np.uint8]

Way = Literal["original", "grey", "mean_colour", "single", "mean", "medoid", "best"]
# In the order of the tables; the text is what reports say.
WAYS: Mapping[Way, str] = {
    "original": "original",
    "grey": "grey",
    "mean_colour": "mean colour",
    "single": "single sample",
    "mean": "mean of samples",
    "medoid": "medoid",
    "best": "best of samples",
}

# Mean a and b of the 84,413 training photos of the embedded model, Lab units. The mean
# of the photos under test would be a baseline that has seen the answers.
TRAINING_MEAN_AB = (1.7, 7.8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Colorized:
    """A photo and what was made of it; all pictures are (H, W, 3), 8-bit sRGB.

    Attributes:
        original: The photo in colour.
        grey: What the model was given.
        mean_colour: The photo with `TRAINING_MEAN_AB` everywhere.
        samples: The model's variants.
        mean: The photo with the mean of the variants' ab fields.
        medoid: Index of the variant that is nearest to that mean.
    """

    original: RGB
    grey: RGB
    mean_colour: RGB
    samples: list[RGB]
    mean: RGB
    medoid: int


def colorized(original: RGB, fields: NDArray[np.float32]) -> Colorized:
    """Pictures at the photo's size from ab fields at working size.

    Args:
        original: The photo in colour.
        fields: One ab field per sample in Lab units, (K, 2, h, w).
    """
    grey = with_ab(original, (0.0, 0.0))
    return Colorized(
        original=original,
        grey=grey,
        mean_colour=with_ab(grey, TRAINING_MEAN_AB),
        samples=[eight_bit(recombine(grey, field)) for field in fields],
        mean=eight_bit(recombine(grey, mean_field(fields))),
        medoid=medoid(fields),
    )


def with_ab(rgb: RGB, ab: tuple[float, float]) -> RGB:
    """The picture's luminance with one colour everywhere; (0, 0) is grey."""
    lab = rgb_to_lab(rgb)
    lab[..., 1:] = ab
    return eight_bit(lab_to_rgb(lab, np.uint8))


def ab_of(rgb: RGB) -> NDArray[np.float32]:
    """The ab planes in Lab units, (2, H, W)."""
    return np.moveaxis(rgb_to_lab(rgb)[..., 1:], -1, 0)


def eight_bit(pixels: NDArray[np.uint8] | NDArray[np.uint16]) -> RGB:
    """The same pixels, for the type checker: an 8-bit picture stays one."""
    return pixels.astype(np.uint8, copy=False)
