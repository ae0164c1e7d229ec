"""Pooling people: rate, interval, ranking, and who does not count."""

from pathlib import Path

import numpy as np
import pytest

from colorize_cli.errors import PlanError
from colorize_cli.turing import Result, Trial, score


def person(name: str, fooled: list[bool], checks: list[bool] = ()) -> Result:
    """Somebody who saw photos 0, 1, 2... and was fooled by some, and by checks."""
    trials = [
        Trial(photo=f"{number:02}.jpg", phase="test", is_fooled=bool(each))
        for number, each in enumerate(fooled)
    ]
    trials += [Trial(photo="c", phase="check", is_fooled=each) for each in checks]
    trials.append(Trial(photo="p", phase="practice", is_fooled=True))
    return Result(
        path=Path(f"{name}.json"),
        test="t",
        participant=name,
        started="now",
        trials=tuple(trials),
    )


def test_the_rate_is_over_all_trials_that_count(tmp_path):
    """Practice and checks have no say."""
    pooled = score(
        [person("a", [True, False, False, False]), person("b", [True, True], [False])]
    )
    assert pooled.fool_rate == pytest.approx(3 / 6)
    assert [each.fool_rate for each in pooled.people] == [0.25, 1.0]


def test_photos_are_ranked_by_how_often_they_fooled():
    """Equal ones by name; each with its counts."""
    pooled = score([person("a", [True, False, True]), person("b", [True, False])])
    ranking = [(p.photo, p.fooled_count, p.shown_count) for p in pooled.photos]
    assert ranking == [("00.jpg", 2, 2), ("02.jpg", 1, 1), ("01.jpg", 0, 2)]


def test_who_misses_more_than_a_quarter_of_the_checks_is_left_out():
    """Three of four are enough."""
    attentive = person("a", [False], [False, False, False, True])
    careless = person("b", [True], [True, False, True, False])
    pooled = score([attentive, careless])
    assert pooled.fool_rate == 0
    assert [each.participant for each in pooled.excluded] == ["b"]
    with pytest.raises(PlanError, match="none of the 1 results counts"):
        score([careless])


def test_somebody_without_trials_does_not_count():
    """A result of practice alone, as of a test that was given up."""
    pooled = score([person("a", [True]), person("b", [])])
    assert [each.participant for each in pooled.people] == ["a"]


def test_unanimous_answers_leave_no_interval():
    """Every draw gives the same rate."""
    assert score([person("a", [True] * 5)] * 3).interval == (1, 1)


def test_one_person_s_interval_is_the_binomial_one():
    """20 of 40: the percentiles of a binomial distribution are 0.35 and 0.65."""
    low, high = score([person("a", [True, False] * 20)]).interval
    assert low == pytest.approx(0.35, abs=0.026)
    assert high == pytest.approx(0.65, abs=0.026)


def test_people_who_differ_widen_the_interval():
    """As many answers of either kind, but each person always gives the same."""
    divided = [person(f"{n}", [n % 2 == 0] * 40) for n in range(10)]
    mixed = [
        person(f"{n}", list(np.random.default_rng(n).permutation([True, False] * 20)))
        for n in range(10)
    ]
    widths = [
        high - low
        for low, high in (score(group).interval for group in (divided, mixed))
    ]
    assert widths[0] > 2 * widths[1]


def test_photos_that_differ_widen_the_interval():
    """Many people who all agree about each photo say little about other photos."""
    agreeing = [person(f"{n}", [True, False] * 5) for n in range(200)]
    low, high = score(agreeing).interval
    # Ten photos, as ten tosses of a coin: 0.2 and 0.8.
    assert low == pytest.approx(0.2, abs=0.05)
    assert high == pytest.approx(0.8, abs=0.05)


def test_the_interval_covers_the_truth_nineteen_times_of_twenty():
    """Simulated people and photos with spreads of their own; 60 experiments."""
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(60):
        people = rng.normal(0, 0.08, (20, 1))
        photos = rng.normal(0, 0.12, (1, 30))
        fooled = rng.random((20, 30)) < 0.4 + people + photos
        results = [person(f"{n}", list(row)) for n, row in enumerate(fooled)]
        low, high = score(results).interval
        hits += low <= 0.4 <= high
    assert hits >= 52


def test_the_same_seed_gives_the_same_interval():
    """A published figure can be checked."""
    results = [person("a", [True, False, False] * 4)]
    assert score(results, seed=3).interval == score(results, seed=3).interval
