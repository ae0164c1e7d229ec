"""The figures of one photo, for each way of colorizing it."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from colorize_cli.evaluate.ways import RGB, WAYS, Colorized, Way, ab_of
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.metrics import (
    ciede2000,
    colorfulness,
    mae_ab,
    mean_chroma,
    mean_tint,
    psnr,
    spread,
    ssim,
)

__all__ = [
    "Perceptual",
    "PhotoScores",
    "PictureScores",
    "best_sample",
    "mean_known",
    "rounded",
    "score_photo",
]

# A learned distance of two pictures, such as LPIPS.
Perceptual = Callable[[RGB, RGB], float]

# Two equal pictures would have an infinite PSNR, and a mean over photos too.
PSNR_CEILING_DB = 100.0
# What is kept of a figure; the same digits then come out of a file as went in.
DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureScores:
    """One picture against the truth; of several, their means.

    Attributes:
        mae: Mean absolute error of a and b, Lab units.
        psnr: dB over sRGB, at most 100.
        ssim: Structural similarity, at most 1.
        ciede2000: Mean colour difference.
        colorfulness: Hasler and Suesstrunk 2003.
        colorfulness_gap: How far it is from the truth's, either way.
        colorfulness_abs: The same of unsigned opponent colours, as DDColor has it.
        colorfulness_abs_gap: How far that is from the truth's.
        chroma: Mean distance from grey, Lab units.
        tint: Distance of the picture's mean colour from grey, Lab units.
        lpips: Learned perceptual distance; None where its weights are not at hand.
    """

    mae: float
    psnr: float
    ssim: float
    ciede2000: float
    colorfulness: float
    colorfulness_gap: float
    colorfulness_abs: float
    colorfulness_abs_gap: float
    chroma: float
    tint: float
    lpips: float | None = None

    @classmethod
    def mean_of(cls, scores: Sequence[Self]) -> Self:
        """The mean of each figure; None where one has none."""
        numbers = {
            field.name: float(np.mean([getattr(each, field.name) for each in scores]))
            for field in fields(cls)
            if field.name != "lpips"
        }
        return cls(**numbers, lpips=mean_known([each.lpips for each in scores]))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoScores:
    """One photo.

    Attributes:
        ways: The figures of each way; those of `single` are means over the samples.
        diversity: Standard deviation between the samples, Lab units; 0 for one.
        lpips_diversity: Mean LPIPS of samples that follow one another, as in Palette.
    """

    ways: dict[Way, PictureScores]
    diversity: float
    lpips_diversity: float | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, `DIGITS` digits behind the point."""
        ways = {
            way: {name: rounded(value) for name, value in asdict(scores).items()}
            for way, scores in self.ways.items()
        }
        return {
            "ways": ways,
            "diversity": rounded(self.diversity),
            "lpips_diversity": rounded(self.lpips_diversity),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Inverse of `to_json`.

        Raises:
            KeyError, TypeError: If the values are not of this version.
        """
        ways = {way: PictureScores(**values["ways"][way]) for way in WAYS}
        return cls(
            ways=ways,
            diversity=values["diversity"],
            lpips_diversity=values["lpips_diversity"],
        )


def score_photo(result: Colorized, perceptual: Perceptual | None = None) -> PhotoScores:
    """Compare each way with the truth.

    Args:
        result: The pictures.
        perceptual: LPIPS, if it is at hand.
    """
    truth = Truth(result.original, perceptual)
    samples = [truth.compare(sample) for sample in result.samples]
    steps = (
        [perceptual(*pair) for pair in pairwise(result.samples)] if perceptual else []
    )
    return PhotoScores(
        ways={
            "original": truth.compare(result.original),
            "grey": truth.compare(result.grey),
            "mean_colour": truth.compare(result.mean_colour),
            "single": PictureScores.mean_of(samples),
            "mean": truth.compare(result.mean),
            "medoid": samples[result.medoid],
            "best": samples[best_sample(result)],
        },
        diversity=spread(np.stack([ab_of(sample) for sample in result.samples])),
        lpips_diversity=float(np.mean(steps)) if steps else None,
    )


def best_sample(result: Colorized) -> int:
    """Index of the sample nearest to the truth by PSNR; only who knows it can tell."""
    return int(np.argmax([psnr(each, result.original) for each in result.samples]))


class Truth:
    """The photo in colour, with what every comparison needs of it."""

    def __init__(self, rgb: RGB, perceptual: Perceptual | None = None) -> None:
        """Convert it once."""
        self.rgb = rgb
        self.perceptual = perceptual
        self.lab = rgb_to_lab(rgb)
        self.ab = planes(self.lab)
        self.colorfulness = colorfulness(rgb)
        self.colorfulness_abs = colorfulness(rgb, absolute=True)

    def compare(self, rgb: RGB) -> PictureScores:
        """The figures of a picture of this photo."""
        lab = rgb_to_lab(rgb)
        ab = planes(lab)
        cf, cf_abs = colorfulness(rgb), colorfulness(rgb, absolute=True)
        return PictureScores(
            mae=mae_ab(ab, self.ab),
            psnr=min(psnr(rgb, self.rgb), PSNR_CEILING_DB),
            ssim=ssim(rgb, self.rgb),
            ciede2000=ciede2000(lab, self.lab),
            colorfulness=cf,
            colorfulness_gap=abs(cf - self.colorfulness),
            colorfulness_abs=cf_abs,
            colorfulness_abs_gap=abs(cf_abs - self.colorfulness_abs),
            chroma=mean_chroma(ab),
            tint=mean_tint(ab),
            lpips=self.perceptual(rgb, self.rgb) if self.perceptual else None,
        )


def planes(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """The a and b planes, (2, H, W), of (H, W, 3)."""
    return np.moveaxis(lab[..., 1:], -1, 0)


def mean_known(values: Sequence[float | None]) -> float | None:
    """The mean; None if a value is not known."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None


def rounded(value: float | None) -> float | None:
    """`DIGITS` digits behind the point."""
    return None if value is None else round(value, DIGITS)
