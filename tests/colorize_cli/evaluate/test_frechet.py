"""The Frechet distance against closed forms and another formula."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from colorize_cli.evaluate.frechet import Distribution, frechet_distance

DRAWS = np.random.default_rng(0)


def distance(first, second, block=1000):
    """Between two sets that are read in blocks."""

    def blocks_of(features):
        starts = range(0, len(features), block)
        return lambda: (features[start : start + block] for start in starts)

    return frechet_distance(*(Distribution.of(blocks_of(f)) for f in (first, second)))


def test_equal_sets_are_no_distance_apart():
    """Also with fewer rows than features, where covariances are singular."""
    features = DRAWS.normal(size=(5, 40))
    assert distance(features, features) == pytest.approx(0, abs=1e-9)


def test_a_shift_counts_squared():
    """Same spread, other mean."""
    features = DRAWS.normal(size=(50, 4))
    assert distance(features, features + 3) == pytest.approx(4 * 9)


def test_a_wider_spread_counts_too():
    """Of a line: (2 s - s)^2."""
    line = DRAWS.normal(size=(30, 1))
    line = (line - line.mean()) / line.std(ddof=1)
    assert distance(line, 2 * line) == pytest.approx(1)


@pytest.mark.parametrize("rows", [(60, 90), (60, 7), (5, 3)])
def test_it_is_the_textbooks_formula(rows):
    """With the root of the covariances' product taken by SciPy."""
    first, second = (
        DRAWS.normal(size=(n, 6)) @ DRAWS.normal(size=(6, 6)) for n in rows
    )
    covariances = [np.cov(each, rowvar=False) for each in (first, second)]
    shift = first.mean(axis=0) - second.mean(axis=0)
    root = sqrtm(covariances[0] @ covariances[1]).real
    expected = shift @ shift + np.trace(sum(covariances) - 2 * root)
    assert distance(first, second) == pytest.approx(expected, rel=1e-3)


def test_one_photo_has_no_spread():
    """So there is no distance, rather than a wrong one."""
    assert distance(DRAWS.normal(size=(1, 4)), DRAWS.normal(size=(9, 4))) is None
