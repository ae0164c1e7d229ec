"""Figures of a set of photos from those of its photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from colorize_cli.evaluate.frechet import frechet_distance
from colorize_cli.evaluate.judgement import Judgement
from colorize_cli.evaluate.scores import PhotoScores, PictureScores
from colorize_cli.evaluate.ways import WAYS, Way
from colorize_cli.imaging.metrics import TUTORIAL_SCALE, recovered

__all__ = ["WaySummary", "summarize_ways"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaySummary:
    """One way over a set of photos: means over the photos, ratios of means.

    Attributes:
        mae: Mean absolute error of a and b, Lab units.
        mae_tutorial: The same of ab scaled to [-1, 1].
        psnr: dB over sRGB, the mean of each photo's.
        ssim: Structural similarity.
        ciede2000: Mean colour difference.
        colorfulness: Hasler and Suesstrunk 2003.
        dcf_set: |mean colourfulness - the originals' mean|, as DDColor defines dCF.
        dcf_photos: Mean over photos of |colourfulness - the original's|.
        colorfulness_abs: Colourfulness as DDColor computes it.
        dcf_abs_set: `dcf_set` of that.
        dcf_abs_photos: `dcf_photos` of that.
        chroma_ratio: Mean chroma against the originals'.
        tint_ratio: Chroma of the pictures' mean colours against the originals'.
        accuracy: Share of photos in which the right class is seen, in [0, 1]; None
            without a classifier.
        recovered: Share of what is lost in grey; None where nothing is.
        frechet: Frechet distance to the originals on the classifier's features.
    """

    mae: float
    mae_tutorial: float
    psnr: float
    ssim: float
    ciede2000: float
    colorfulness: float
    dcf_set: float
    dcf_photos: float
    colorfulness_abs: float
    dcf_abs_set: float
    dcf_abs_photos: float
    chroma_ratio: float
    tint_ratio: float
    accuracy: float | None = None
    recovered: float | None = None
    frechet: float | None = None


def summarize_ways(
    photos: Sequence[PhotoScores], judgements: Sequence[Judgement] = ()
) -> dict[Way, WaySummary]:
    """One summary per way.

    Args:
        photos: At least one.
        judgements: One per photo, or none.

    Raises:
        ValueError: If there is no photo.
    """
    if not photos:
        raise ValueError("a set needs at least one photo that can be read")
    means = {way: PictureScores.mean_of([p.ways[way] for p in photos]) for way in WAYS}
    accuracy = {
        way: float(np.mean([each.correct[way] for each in judgements]))
        for way in (WAYS if judgements else ())
    }
    distances = distances_of(judgements) if judgements else {}
    return {
        way: summary_of(
            means[way], means["original"], recovery(way, accuracy), distances.get(way)
        )
        for way in WAYS
    }


def summary_of(
    mean: PictureScores,
    original: PictureScores,
    recovery: tuple[float | None, float | None],
    frechet: float | None,
) -> WaySummary:
    """Means and ratios of one way."""
    return WaySummary(
        mae=mean.mae,
        mae_tutorial=mean.mae / TUTORIAL_SCALE,
        psnr=mean.psnr,
        ssim=mean.ssim,
        ciede2000=mean.ciede2000,
        colorfulness=mean.colorfulness,
        dcf_set=abs(mean.colorfulness - original.colorfulness),
        dcf_photos=mean.colorfulness_gap,
        colorfulness_abs=mean.colorfulness_abs,
        dcf_abs_set=abs(mean.colorfulness_abs - original.colorfulness_abs),
        dcf_abs_photos=mean.colorfulness_abs_gap,
        chroma_ratio=mean.chroma / max(original.chroma, 1e-9),
        tint_ratio=mean.tint / max(original.tint, 1e-9),
        accuracy=recovery[0],
        recovered=recovery[1],
        frechet=frechet,
    )


def recovery(
    way: Way, accuracy: Mapping[Way, float]
) -> tuple[float | None, float | None]:
    """A way's accuracy, and the share of the loss that it brings back."""
    if not accuracy:
        return None, None
    back = recovered(accuracy["grey"], accuracy[way], accuracy["original"])
    return accuracy[way], back


def distances_of(judgements: Sequence[Judgement]) -> dict[Way, float | None]:
    """Frechet distance of each way to the originals."""
    features: NDArray[np.float32] = np.stack([each.features for each in judgements])
    return {
        way: frechet_distance(features[:, number], features[:, 0])
        for number, way in enumerate(WAYS)
    }
