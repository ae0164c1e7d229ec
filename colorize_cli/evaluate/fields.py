"""Scoring ab fields that are already there: for experiments, without files."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from colorize_cli.evaluate.features import distances_of
from colorize_cli.evaluate.judgement import Judge, judge
from colorize_cli.evaluate.scores import score_photo
from colorize_cli.evaluate.summary import Distances, WaySummary, summarize_ways
from colorize_cli.evaluate.ways import RGB, Way, colorized

__all__ = ["score_fields"]


def score_fields(
    photos: Sequence[RGB],
    fields: Sequence[NDArray[np.float32]],
    classifier: Judge | None = None,
    labels: Sequence[int | None] | None = None,
) -> dict[Way, WaySummary]:
    """All figures of `colorize evaluate` for given predictions.

        classifier = Classifier.imagenet()  # colorize_cli.model.classifier
        summaries = score_fields(photos, fields, classifier)
        summaries["mean"].psnr - summaries["grey"].psnr

    Args:
        photos: P photos in colour, (H, W, 3) 8-bit sRGB, at working size or larger.
        fields: ab of each photo's K samples in Lab units, (K, 2, h, w); they are
            enlarged to the photo's size as the tool does it.
        classifier: For accuracy and Frechet distance; None leaves these out.
        labels: The ImageNet class of each photo. Without one, what the classifier sees
            in the original counts as right: `accuracy` is then agreement with that.

    Returns:
        The summary of each way: grey, mean colour, single sample, mean, medoid, best.
    """
    scores, verdicts, features = [], [], []
    for photo, field in zip(photos, fields, strict=True):
        result = colorized(photo, field)
        scores.append(score_photo(result))
        if classifier is not None:
            verdict, seen = judge(result, classifier)
            verdicts.append(verdict)
            features.append(seen)
    distances = None
    if features:
        stacked = np.stack(features)
        distances = Distances(distances_of(lambda way: [stacked[:, way]]), {})
    return summarize_ways(scores, verdicts, labels, distances)
