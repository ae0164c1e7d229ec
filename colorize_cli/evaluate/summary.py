"""Figures of a set of photos from those of its photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeGuard

import numpy as np

from colorize_cli.evaluate.judgement import Verdict
from colorize_cli.evaluate.scores import PhotoScores, PictureScores
from colorize_cli.evaluate.ways import WAYS, Way
from colorize_cli.imaging.metrics import TUTORIAL_SCALE, recovered

__all__ = ["Distances", "WaySummary", "are_given", "summarize_ways"]


@dataclass(frozen=True, slots=True)
class Distances:
    """Of each way to the originals, on features of EfficientNet-Lite0 and Inception."""

    frechet: Mapping[Way, float | None]
    fid: Mapping[Way, float | None]


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
        lpips: Learned perceptual distance, AlexNet; None without its weights.
        fid: Frechet distance on Inception's features; None without its weights.
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
    lpips: float | None = None
    fid: float | None = None


def summarize_ways(
    photos: Sequence[PhotoScores],
    verdicts: Sequence[Verdict] = (),
    labels: Sequence[int | None] | None = None,
    distances: Distances | None = None,
) -> dict[Way, WaySummary]:
    """One summary per way.

    Args:
        photos: At least one.
        verdicts: The classifier's on each photo, or none.
        labels: The right class of each photo. Where one is not known, what is seen in
            the original counts as right for all: `accuracy` is agreement then.
        distances: Of each way, if they were measured.

    Raises:
        ValueError: If there is no photo.
    """
    if not photos:
        raise ValueError("a set needs at least one photo that can be read")
    means = {way: PictureScores.mean_of([p.ways[way] for p in photos]) for way in WAYS}
    accuracies = accuracies_of(verdicts, labels) if verdicts else {}
    distances = distances or Distances({}, {})
    return {
        way: summary_of(
            means[way],
            means["original"],
            accuracy=accuracies.get(way),
            recovered=recovery(way, accuracies),
            frechet=distances.frechet.get(way),
            fid=distances.fid.get(way),
        )
        for way in WAYS
    }


def are_given(labels: Sequence[int | None] | None) -> TypeGuard[Sequence[int]]:
    """Whether the right class of every photo is known."""
    return labels is not None and None not in labels


def accuracies_of(
    verdicts: Sequence[Verdict], labels: Sequence[int | None] | None
) -> dict[Way, float]:
    """Share of the photos in which the right class is seen, for each way."""
    right = labels if are_given(labels) else [each.own_label for each in verdicts]
    pairs = list(zip(verdicts, right, strict=True))
    return {
        way: float(np.mean([verdict.correct(way, label) for verdict, label in pairs]))
        for way in WAYS
    }


def recovery(way: Way, accuracies: Mapping[Way, float]) -> float | None:
    """Share of what is lost in grey that a way brings back."""
    if not accuracies:
        return None
    return recovered(accuracies["grey"], accuracies[way], accuracies["original"])


def summary_of(
    mean: PictureScores, original: PictureScores, **others: float | None
) -> WaySummary:
    """Means and ratios of one way; `others` are the figures of whole sets."""
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
        lpips=mean.lpips,
        **others,
    )
