"""What a fixed ImageNet classifier makes of a photo's pictures.

A classifier that was trained on colour photos is surer of a photo in its colours. What
it loses without them, and how much of that comes back, tells whether colours are right
where it matters (Zhang et al. 2016, section 3.2; Palette's classification accuracy).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from colorize_cli.evaluate.scores import best_sample
from colorize_cli.evaluate.ways import RGB, WAYS, Colorized, Way

__all__ = ["Features", "Judge", "Reading", "Verdict", "judge", "pictures_of"]

# A row for each way, in the order of `WAYS`, (7, F); for `single` the first sample's.
Features = NDArray[np.float32]


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
class Verdict:
    """The classes that are seen in one photo's pictures.

    Attributes:
        ways: The class in the picture of each way; for `single` in the first sample.
        samples: The class in each sample.
    """

    ways: dict[Way, int]
    samples: list[int]

    @property
    def own_label(self) -> int:
        """What is seen in the original: for want of a label, this counts as right."""
        return self.ways["original"]

    def correct(self, way: Way, label: int) -> float:
        """Whether the class is seen, 0 or 1; for `single` the share of the samples."""
        if way == "single":
            return self.samples.count(label) / len(self.samples)
        return float(self.ways[way] == label)

    def to_json(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Inverse of `to_json`.

        Raises:
            KeyError: If a way is missing.
        """
        ways: dict[Way, int] = {way: int(values["ways"][way]) for way in WAYS}
        return cls(ways=ways, samples=[int(label) for label in values["samples"]])


def judge(result: Colorized, classifier: Judge) -> tuple[Verdict, Features]:
    """Let the classifier read every picture once."""
    pictures, rows = pictures_of(result)
    reading = classifier.read(pictures)
    labels = [int(label) for label in reading.labels]
    verdict = Verdict(
        ways={way: labels[row] for way, row in rows.items()},
        samples=labels[-len(result.samples) :],
    )
    return verdict, reading.features[[rows[way] for way in WAYS]]


def pictures_of(result: Colorized) -> tuple[list[RGB], dict[Way, int]]:
    """Every picture once, the samples last, and which of them is which way's."""
    pictures = [result.original, result.grey, result.mean_colour, result.mean]
    first = len(pictures)
    rows: dict[Way, int] = {
        "original": 0,
        "grey": 1,
        "mean_colour": 2,
        "single": first,
        "mean": 3,
        "medoid": first + result.medoid,
        "best": first + best_sample(result),
    }
    return [*pictures, *result.samples], rows
