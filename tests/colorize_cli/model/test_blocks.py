"""Building blocks: the two embeddings, normalisation, attention."""

import math

import pytest
import torch

from colorize_cli.model.blocks import (
    AttentionBlock,
    GroupNorm32,
    ResBlock,
    noise_level_embedding,
)
from tests.random_weights import randomized
from tests.tutorial_unet import gamma_embedding


def test_gamma_embedding_is_the_tutorials():
    """Kind `gamma` gives the tutorial's sinusoids of gamma, to the last bit."""
    gamma = torch.linspace(0, 1, 50)
    ours = noise_level_embedding(gamma, 64, "gamma")
    assert torch.equal(ours, gamma_embedding(gamma, 64))


def test_angle_embedding_spans_a_thousand():
    """Kind `angle` is DDPM's embedding of a step index from 0 (clean) to 1000."""
    gamma = torch.cos(torch.tensor([0.0, 0.25, 1.0]) * math.pi / 2) ** 2
    ours = noise_level_embedding(gamma, 32, "angle")
    as_steps = gamma_embedding(torch.tensor([0.0, 250.0, 1000.0]), 32)
    assert torch.allclose(ours, as_steps, atol=1e-3)


def test_angle_tells_clean_levels_apart():
    """Between gamma 0.99 and 0.999 `gamma` hardly moves, `angle` does."""
    pair = torch.tensor([0.99, 0.999])
    moved = {
        kind: float(noise_level_embedding(pair, 64, kind).diff(dim=0).abs().max())
        for kind in ("gamma", "angle")
    }
    assert moved["gamma"] < 0.01
    assert moved["angle"] > 0.5


def test_angle_embedding_has_gradients_and_no_nan_at_both_ends():
    """Gamma 0 and 1 are finite."""
    ends = torch.tensor([0.0, 1.0])
    assert noise_level_embedding(ends, 32, "angle").isfinite().all()


def test_group_norm_keeps_half_precision():
    """Computed in float32, given back in the input's type."""
    x = torch.randn(2, 64, 4, 4, dtype=torch.bfloat16)
    assert GroupNorm32(64)(x).dtype == torch.bfloat16


@pytest.mark.parametrize(("resample", "size"), [(None, 8), ("up", 16), ("down", 4)])
def test_res_block_resamples_the_grid(resample, size):
    """`up` doubles both sides, `down` halves them."""
    block = ResBlock(32, 16, 0.0, out_channel=64, resample=resample)
    assert block(torch.randn(1, 32, 8, 8), torch.randn(1, 16)).shape == (
        1,
        64,
        size,
        size,
    )


def test_fresh_blocks_are_identities():
    """Zero-initialised last layers leave the input as it is."""
    x = torch.randn(2, 64, 4, 6)
    assert torch.equal(AttentionBlock(64, 32)(x), x)
    assert torch.equal(ResBlock(64, 16, 0.0)(x, torch.randn(2, 16)), x)


def test_attention_sees_positions_anywhere():
    """A change at one corner reaches the opposite one."""
    block = randomized(AttentionBlock(64, 32))
    x = torch.randn(1, 64, 4, 6)
    moved = x.clone()
    moved[..., 0, 0] += torch.randn(64)
    with torch.no_grad():
        change = (block(moved) - block(x))[..., -1, -1]
    assert change.abs().max() > 1e-4
