"""The figures of one photo, and of a set of photos."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import numpy as np
from numpy.typing import NDArray

from benchmarks.colorizing import RGB, Colorized
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.metrics import (
    colorfulness,
    mae_ab,
    mean_chroma,
    psnr,
    spread,
    tint_ratio,
)

__all__ = ["PhotoScores", "SetScores", "score_photo", "score_set"]

# Two equal pictures would have an infinite PSNR, and a mean over photos too.
PSNR_CEILING_DB = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoScores:
    """One photo; MAE, chroma and spread in Lab units, PSNR in dB."""

    mae_one: float
    mae_mean: float
    mae_grey: float
    psnr_one: float
    psnr_mean: float
    psnr_best: float
    psnr_grey: float
    chroma: float
    chroma_truth: float
    colorfulness: float
    colorfulness_truth: float
    spread: float
    # Mean ab of each sample, and of the truth, (K, 2, 1, 1).
    tint: NDArray[np.float64]
    tint_truth: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetScores:
    """Means over the photos of a set."""

    photo_count: int
    mae_one: float
    mae_mean: float
    mae_grey: float
    psnr_one: float
    psnr_mean: float
    psnr_best: float
    psnr_grey: float
    chroma_ratio: float
    tint_ratio: float
    colorfulness: float
    colorfulness_truth: float
    spread: float

    def to_json(self) -> dict[str, float]:
        """Plain numbers, four digits behind the point."""
        return {name: round(value, 4) for name, value in asdict(self).items()}

    def to_row(self) -> list[str]:
        """Cells of the summary's columns after the name."""
        return [
            str(self.photo_count),
            f"{self.mae_one:.2f} / {self.mae_mean:.2f} / {self.mae_grey:.2f}",
            f"{self.psnr_one:.2f} / {self.psnr_mean:.2f} / {self.psnr_best:.2f} "
            f"/ {self.psnr_grey:.2f}",
            f"{self.psnr_mean - self.psnr_grey:+.2f}",
            f"{self.chroma_ratio:.2f}",
            f"{self.tint_ratio:.2f}",
            f"{self.colorfulness:.1f} / {self.colorfulness_truth:.1f}",
            f"{self.spread:.2f}",
        ]


def score_photo(result: Colorized) -> PhotoScores:
    """Compare one photo's variants with the truth."""
    truth_ab = ab_of(result.truth)
    samples_ab = np.stack([ab_of(sample) for sample in result.samples])
    repeated = np.broadcast_to(truth_ab, samples_ab.shape)
    psnrs = [capped_psnr(sample, result.truth) for sample in result.samples]
    return PhotoScores(
        mae_one=mae_ab(samples_ab, repeated),
        mae_mean=mae_ab(ab_of(result.mean), truth_ab),
        mae_grey=mae_ab(ab_of(result.grey), truth_ab),
        psnr_one=float(np.mean(psnrs)),
        psnr_mean=capped_psnr(result.mean, result.truth),
        psnr_best=max(psnrs),
        psnr_grey=capped_psnr(result.grey, result.truth),
        chroma=mean_chroma(samples_ab),
        chroma_truth=mean_chroma(truth_ab),
        colorfulness=float(np.mean([colorfulness(rgb) for rgb in result.samples])),
        colorfulness_truth=colorfulness(result.truth),
        spread=spread(samples_ab),
        tint=mean_colour(samples_ab),
        tint_truth=mean_colour(repeated),
    )


def score_set(photos: Sequence[PhotoScores]) -> SetScores:
    """Means over photos; ratios are of the means.

    Raises:
        ValueError: If there is no photo.
    """
    if not photos:
        raise ValueError("a set needs at least one photo that can be read")
    shared = {field.name for field in fields(SetScores)}
    means = {
        field.name: float(np.mean([getattr(photo, field.name) for photo in photos]))
        for field in fields(PhotoScores)
        if field.name in shared
    }
    chroma = sum(photo.chroma for photo in photos)
    chroma_truth = sum(photo.chroma_truth for photo in photos)
    return SetScores(
        photo_count=len(photos),
        chroma_ratio=chroma / max(chroma_truth, 1e-9),
        tint_ratio=tint_ratio(
            np.concatenate([photo.tint for photo in photos]),
            np.concatenate([photo.tint_truth for photo in photos]),
        ),
        **means,
    )


def ab_of(rgb: RGB) -> NDArray[np.float32]:
    """The ab planes in Lab units, (2, H, W)."""
    return np.moveaxis(rgb_to_lab(rgb)[..., 1:], -1, 0)


def mean_colour(ab: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean over the pixels, kept as a 1 x 1 picture, (K, 2, 1, 1)."""
    return ab.mean(axis=(-2, -1), keepdims=True, dtype=np.float64)


def capped_psnr(rgb: RGB, truth: RGB) -> float:
    """PSNR in dB, at most `PSNR_CEILING_DB`."""
    return min(psnr(rgb, truth), PSNR_CEILING_DB)
