"""Shards: disjoint, complete, balanced, and the same on every machine."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorize_cli.shard import Shard

NAMES = [f"box{i % 37}/scan{i:04}.jpg" for i in range(4_000)]


@given(
    name=st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    count=st.integers(1, 50),
)
def test_every_photo_is_in_exactly_one(name, count):
    """Whatever it is called, however many shards there are."""
    shards = [Shard(number, count) for number in range(1, count + 1)]
    assert sum(shard.holds(name) for shard in shards) == 1


@pytest.mark.parametrize("count", [2, 7, 16])
def test_shards_are_balanced(count):
    """As even as coin flips are: within five standard deviations."""
    sizes = [
        sum(map(Shard(number, count).holds, NAMES)) for number in range(1, count + 1)
    ]
    mean = len(NAMES) / count
    assert max(abs(size - mean) for size in sizes) < 5 * math.sqrt(mean)


def test_a_photo_stays_in_its_shard():
    """On every machine and in every later version."""
    numbers = [
        next(n for n in range(1, 5) if Shard(n, 4).holds(name))
        for name in ("a.jpg", "album/b.png", "caf\udce9.jpg", "🎞️.tif")
    ]
    assert numbers == [3, 2, 3, 4]


@pytest.mark.parametrize("text", ["1/1", "3/8", "08/8"])
def test_numbers_are_understood(text):
    """Counted from 1, as people count."""
    shard = Shard.parse(text, {})
    assert str(shard) == text.lstrip("0")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0/8", "the shards are 1/8 to 8/8"),
        ("9/8", "the shards are 1/8 to 8/8"),
        ("1/0", "the shards are"),
        ("3", "is neither I/N"),
        ("a/b", "is neither I/N"),
        ("-1/8", "is neither I/N"),
        ("1/8/2", "is neither I/N"),
        ("", "is neither I/N"),
    ],
)
def test_other_texts_are_refused(text, message):
    """With what to write instead."""
    with pytest.raises(ValueError, match=message):
        Shard.parse(text, {})


def slurm(**values) -> dict[str, str]:
    """Environment variables of a job in an array."""
    return {f"SLURM_ARRAY_TASK_{name}": str(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("environ", "shard"),
    [
        (slurm(ID=1, COUNT=8), Shard(1, 8)),
        (slurm(ID=0, MIN=0, MAX=7, STEP=1, COUNT=8), Shard(1, 8)),
        (slurm(ID=7, MIN=0, MAX=7, STEP=1, COUNT=8), Shard(8, 8)),
        (slurm(ID=30, MIN=10, MAX=40, STEP=10, COUNT=4), Shard(3, 4)),
    ],
)
def test_slurm_arrays_may_start_anywhere(environ, shard):
    """--array=1-8, 0-7, 10-40:10."""
    assert Shard.parse("slurm", environ) == shard


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT are not set"),
        (slurm(ID="x", COUNT=8), "are not set"),
        (slurm(ID=9, MIN=1, COUNT=8), "is not among 8 tasks"),
    ],
)
def test_outside_of_an_array_slurm_is_refused(environ, message):
    """Rather than do everything, or nothing."""
    with pytest.raises(ValueError, match=message):
        Shard.parse("slurm", environ)
