"""Noise levels and noise of an iteration."""

import torch

from trainer.draws import draw, seed_of
from trainer.schedule import ScheduleConfig


def generator(seed: int) -> torch.Generator:
    """A seeded generator."""
    return torch.Generator().manual_seed(seed)


def test_parts_are_the_whole_draw():
    """Processes that share a batch draw what one process would."""
    whole = draw(ScheduleConfig(), 6, 8, generator(1))
    parts = [draw(ScheduleConfig(), 6, 8, generator(1)).part(k, 2) for k in range(2)]
    assert torch.equal(torch.cat([part.eps for part in parts]), whole.eps)
    assert torch.equal(torch.cat([part.gamma for part in parts]), whole.gamma)


def test_neighbours_stay_within_the_schedule():
    """Gammas between the noisiest and the cleanest of the tutorial's 20 steps."""
    schedule = ScheduleConfig(kind="linear", training="neighbours")
    gamma = draw(schedule, 500, 2, generator(0)).gamma
    gammas = schedule.build().gammas
    assert gammas[0] <= gamma.min() < 0.45
    assert 0.99 < gamma.max() <= gammas[-1]


def test_angles_cover_all_noise_levels():
    """From pure noise to clean."""
    schedule = ScheduleConfig(kind="cosine", training="angle")
    gamma = draw(schedule, 100, 2, generator(0)).gamma
    assert gamma.min() < 0.001
    assert gamma.max() > 0.999


def test_seeds_differ_for_every_tuple():
    """No two streams of nearby iterations meet."""
    seeds = {seed_of(a, b, c) for a in range(4) for b in range(50) for c in range(4)}
    assert len(seeds) == 800
    assert all(0 <= seed < 2**63 for seed in seeds)
