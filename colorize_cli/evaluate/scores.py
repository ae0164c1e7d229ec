"""The figures of one photo, for each way of colorizing it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from colorize_cli.evaluate.ways import RGB, Colorized, Way, ab_of
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

__all__ = ["PhotoScores", "PictureScores", "best_sample", "score_photo"]

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

    @classmethod
    def mean_of(cls, scores: Sequence[Self]) -> Self:
        """The mean of each figure."""
        return cls(
            **{
                field.name: float(
                    np.mean([getattr(each, field.name) for each in scores])
                )
                for field in fields(cls)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoScores:
    """One photo.

    Attributes:
        ways: The figures of each way; those of `single` are means over the samples.
        diversity: Standard deviation between the samples, Lab units; 0 for one.
    """

    ways: dict[Way, PictureScores]
    diversity: float

    def to_json(self) -> dict[str, Any]:
        """Plain numbers, `DIGITS` digits behind the point."""
        ways = {
            way: {name: round(value, DIGITS) for name, value in asdict(scores).items()}
            for way, scores in self.ways.items()
        }
        return {"ways": ways, "diversity": round(self.diversity, DIGITS)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Inverse of `to_json`.

        Raises:
            KeyError, TypeError: If the values are not of this version.
        """
        ways = {way: PictureScores(**each) for way, each in values["ways"].items()}
        return cls(ways=ways, diversity=float(values["diversity"]))


def score_photo(result: Colorized) -> PhotoScores:
    """Compare each way with the truth."""
    truth = Truth(result.original)
    samples = [truth.compare(sample) for sample in result.samples]
    return PhotoScores(
        ways={
            "original": truth.compare(result.original),
            "grey": truth.compare(result.grey),
            "mean_colour": truth.compare(result.mean_colour),
            "single": PictureScores.mean_of(samples),
            "mean": truth.compare(result.mean),
            "medoid": samples[result.medoid],
            "best": max(samples, key=lambda scores: scores.psnr),
        },
        diversity=spread(np.stack([ab_of(sample) for sample in result.samples])),
    )


def best_sample(result: Colorized) -> int:
    """Index of the sample nearest to the truth by PSNR; only who knows it can tell."""
    return int(np.argmax([psnr(each, result.original) for each in result.samples]))


class Truth:
    """The photo in colour, with what every comparison needs of it."""

    def __init__(self, rgb: RGB) -> None:
        """Convert it once."""
        self.rgb = rgb
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
        )


def planes(lab: NDArray[np.float32]) -> NDArray[np.float32]:
    """The a and b planes, (2, H, W), of (H, W, 3)."""
    return np.moveaxis(lab[..., 1:], -1, 0)
