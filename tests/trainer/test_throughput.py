"""Arithmetic per photo, and what a device could do."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from trainer.memory import blank
from trainer.throughput import flops_per_photo, peak_flops


def test_training_costs_three_forward_passes(settings, make_learner):
    """Forward, and backward to the inputs and to the weights of each layer."""
    learner = make_learner(settings("model.attn_res=[]"))
    batch, draws = blank(learner, 16)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        learner.loss(batch, draws, learner.network)
    forward = counter.get_total_flops()
    assert forward > 1e6
    assert flops_per_photo(learner) == pytest.approx(3 * forward, rel=0.02)


def test_sizes_that_take_turns_are_averaged(settings, make_learner):
    """Without attention the cost is that of the pixels."""
    one = settings("model.attn_res=[]")
    several = settings("model.attn_res=[]", "data.crop_sizes=[16, 16, 32]")
    ratio = flops_per_photo(make_learner(several)) / flops_per_photo(make_learner(one))
    assert ratio == pytest.approx((1 + 1 + 4) / 3, rel=0.02)


def test_frozen_encoder_costs_one_forward_pass(settings, make_learner):
    """Nothing goes back through it."""
    plain = settings("model.patch=2", "model.image_size=32")
    encoded = settings(
        *("model.patch=2", "model.image_size=32", "model.encoder.strides=[8]"),
    )
    more = flops_per_photo(make_learner(encoded)) - flops_per_photo(make_learner(plain))
    # EfficientNet-Lite0 is 0.8 GFLOP at 224 x 224; here at 64 x 64, without its head.
    assert more == pytest.approx(0.8e9 * (64 / 224) ** 2, rel=0.3)


def test_counting_leaves_no_gradients(settings, make_learner):
    """The first step is not disturbed."""
    learner = make_learner(settings())
    flops_per_photo(learner)
    assert all(p.grad is None for p in learner.parameters)


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        ("NVIDIA H200", 989e12),
        ("NVIDIA H100 PCIe", 756e12),
        ("NVIDIA A100-SXM4-80GB", 312e12),
        ("NVIDIA L40S", 362e12),
        ("NVIDIA L4", 121e12),
        ("Something else", None),
    ],
)
def test_peak_is_that_of_the_device(name, peak):
    """The longest name that fits comes first; unknown ones have none."""
    assert peak_flops(name) == peak
