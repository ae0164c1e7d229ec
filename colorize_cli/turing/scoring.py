"""The fool rate of several people, its interval, and which photos fooled them most."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from colorize_cli.errors import PlanError
from colorize_cli.turing.results import Result

__all__ = ["PersonScore", "PhotoScore", "Score", "score"]

# Whoever misses more than a quarter of the checks was not looking.
LEAST_CHECK_SHARE = 0.75
RESAMPLES = 10_000
COVERAGE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonScore:
    """One person's fool rate, in [0, 1], over so many trials."""

    participant: str
    path: Path
    fool_rate: float
    trial_count: int
    check_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoScore:
    """How often a photo's colorized version was taken for the camera's."""

    photo: str
    fooled_count: int
    shown_count: int

    @property
    def fool_rate(self) -> float:
        """In [0, 1]."""
        return self.fooled_count / self.shown_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What the results of one test come to.

    Attributes:
        fool_rate: Share of trials in which the colorized picture was chosen, in [0, 1].
        interval: The middle 95 % of its bootstrap distribution.
        people: Who counts.
        excluded: Who failed the attention checks and does not count.
        photos: The most convincing first.
    """

    fool_rate: float
    interval: tuple[float, float]
    people: tuple[PersonScore, ...]
    excluded: tuple[PersonScore, ...]
    photos: tuple[PhotoScore, ...]


def score(results: Sequence[Result], *, seed: int = 0) -> Score:
    """Pool people's answers; practice and checks do not count.

    Args:
        results: Of one test.
        seed: Of the bootstrap.

    Raises:
        PlanError: If nobody is left who counts.
    """
    trusted = [each for each in results if each.check_share >= LEAST_CHECK_SHARE]
    counted = [each for each in trusted if each.of_phase("test")]
    if not counted:
        raise PlanError(
            f"none of the {len(results)} results counts: whoever misses more than a "
            "quarter of the attention checks is left out, and trials are needed; "
            "collect more results"
        )
    fooled, shown, photos = tabulate(counted)
    photo_scores = [
        PhotoScore(photo=photo, fooled_count=int(hits), shown_count=int(views))
        for photo, hits, views in zip(
            photos, fooled.sum(axis=0), shown.sum(axis=0), strict=True
        )
    ]
    return Score(
        fool_rate=float(fooled.sum() / shown.sum()),
        interval=bootstrap_interval(fooled, shown, seed),
        people=tuple(person_score(each) for each in counted),
        excluded=tuple(person_score(each) for each in results if each not in trusted),
        photos=tuple(
            sorted(photo_scores, key=lambda each: (-each.fool_rate, each.photo))
        ),
    )


def person_score(result: Result) -> PersonScore:
    """One person by themselves."""
    trials = result.of_phase("test")
    fooled = sum(trial.is_fooled for trial in trials)
    return PersonScore(
        participant=result.participant,
        path=result.path,
        fool_rate=fooled / len(trials) if trials else 0.0,
        trial_count=len(trials),
        check_share=result.check_share,
    )


def tabulate(
    results: Sequence[Result],
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """Counts (people, photos): how often fooled, how often shown; and the photos."""
    photos = sorted({t.photo for each in results for t in each.of_phase("test")})
    column = {photo: number for number, photo in enumerate(photos)}
    fooled = np.zeros((len(results), len(photos)))
    shown = np.zeros_like(fooled)
    for row, result in enumerate(results):
        for trial in result.of_phase("test"):
            shown[row, column[trial.photo]] += 1
            fooled[row, column[trial.photo]] += trial.is_fooled
    return fooled, shown, photos


def bootstrap_interval(
    fooled: NDArray[np.float64], shown: NDArray[np.float64], seed: int
) -> tuple[float, float]:
    """Percentile interval of the pooled rate; people and photos are drawn anew.

    Answers of one person resemble one another, and so do answers to one photo. Drawing
    whole people and whole photos keeps that, where drawing single answers would give an
    interval that is too narrow (Owen 2007, the pigeonhole bootstrap).

    Args:
        fooled: (people, photos), how often the person was fooled by the photo.
        shown: (people, photos), how often the person saw it.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    people, photos = fooled.shape
    drawn_people = rng.multinomial(people, np.full(people, 1 / people), RESAMPLES)
    drawn_photos = rng.multinomial(photos, np.full(photos, 1 / photos), RESAMPLES)
    hits = ((drawn_people @ fooled) * drawn_photos).sum(axis=1)
    views = ((drawn_people @ shown) * drawn_photos).sum(axis=1)
    # People who saw few photos may meet none of them in a draw.
    rates = hits[views > 0] / views[views > 0]
    tail = (1 - COVERAGE) / 2
    low, high = np.quantile(rates, [tail, 1 - tail])
    return float(low), float(high)
