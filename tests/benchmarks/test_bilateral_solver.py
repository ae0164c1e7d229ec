"""The bilateral solver: smooth where the guide is, and only there."""

import numpy as np
import pytest

from benchmarks.bilateral_solver import solve

SIZE = 24


@pytest.fixture
def edge() -> np.ndarray:
    """L of two flat halves, (24, 24)."""
    L = np.full((SIZE, SIZE), 20, np.float32)
    L[:, SIZE // 2 :] = 80
    return L


def test_a_constant_stays_what_it_is(edge):
    """Whatever the guide."""
    target = np.full((SIZE, SIZE, 2), 7, np.float32)
    solved = solve(target, edge, reach=4, sigma=5, smooth=16)
    assert np.allclose(solved, 7, atol=1e-3)


def test_noise_goes_and_the_edge_stays(edge):
    """Each half moves towards its own mean."""
    noise = np.random.default_rng(0).normal(0, 5, (SIZE, SIZE, 1)).astype(np.float32)
    clean = np.where(edge < 50, -20, 20)[..., None].astype(np.float32)
    solved = solve(clean + noise, edge, reach=4, sigma=5, smooth=16)
    assert np.abs(solved - clean).mean() < np.abs(noise).mean() / 3
    assert solved[:, : SIZE // 2].max() < -10
    assert solved[:, SIZE // 2 :].min() > 10


def test_more_weight_is_smoother(edge):
    """Across the cells of a flat half."""
    target = np.random.default_rng(0).normal(0, 5, (SIZE, SIZE, 1)).astype(np.float32)
    spreads = [
        solve(target, edge, reach=4, sigma=5, smooth=smooth)[:, :12].std()
        for smooth in (1, 16)
    ]
    assert spreads[1] < spreads[0] / 1.5
