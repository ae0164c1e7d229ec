"""What a fixed ImageNet classifier makes of a photo's pictures.

A classifier that was trained on colour photos is surer of a photo in its colours. What
it loses without them, and how much of that comes back, tells whether colours are right
where it matters (Zhang et al. 2016, section 3.2; Palette's classification accuracy).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from colorize_cli.evaluate.scores import best_sample
from colorize_cli.evaluate.ways import RGB, WAYS, Colorized, Way

__all__ = ["Judge", "Judgement", "judge"]


class Reading(Protocol):
    """Labels, (P,), and features, (P, F), of P pictures."""

    @property
    def labels(self) -> NDArray[np.int64]:
        """The likeliest class of each picture."""

    @property
    def features(self) -> NDArray[np.float32]:
        """What is measured by the Frechet distance."""


class Judge(Protocol):
    """A classifier; `colorize_cli.model.classifier.Classifier` is one."""

    def read(self, pictures: Sequence[RGB]) -> Reading:
        """Classify pictures of any size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One photo.

    Attributes:
        label: The right class.
        is_given: Whether it is known; if not, it is what is seen in the original.
        correct: For each way whether that class is seen, 0 or 1; for `single` the share
            of the samples.
        features: A row for each way, in the order of `WAYS`, (7, F); for `single` that
            of the first sample.
    """

    label: int
    is_given: bool
    correct: dict[Way, float]
    features: NDArray[np.float32]


def judge(result: Colorized, classifier: Judge, label: int | None = None) -> Judgement:
    """Let the classifier read every picture once.

    Args:
        result: The pictures.
        classifier: Who reads them.
        label: The right class; None takes the classifier's word on the original.
    """
    single = [result.original, result.grey, result.mean_colour, result.mean]
    reading = classifier.read([*single, *result.samples])
    first = len(single)
    row: dict[Way, int] = {
        "original": 0,
        "grey": 1,
        "mean_colour": 2,
        "single": first,
        "mean": 3,
        "medoid": first + result.medoid,
        "best": first + best_sample(result),
    }
    right = int(reading.labels[0]) if label is None else label
    hits = reading.labels == right
    correct = {way: float(hits[row[way]]) for way in WAYS}
    correct["single"] = float(hits[first:].mean())
    return Judgement(
        label=right,
        is_given=label is not None,
        correct=correct,
        features=reading.features[[row[way] for way in WAYS]],
    )
