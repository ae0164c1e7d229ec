"""The moving average of weights."""

import torch
from torch import nn

from trainer.ema import Ema


def line(weight: float) -> nn.Linear:
    """A layer with one weight."""
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, weight)
    return layer


def test_average_moves_by_the_warmed_up_decay():
    """The decay is min(decay, (1 + n) / (10 + n)): 0.1 at the first update."""
    layer = line(0.0)
    ema = Ema(layer, 0.999)
    nn.init.constant_(layer.weight, 1.0)
    ema.update(layer)
    torch.testing.assert_close(ema.weights["weight"], torch.tensor([[0.9]]))


def test_low_decay_is_kept():
    """The warm-up never raises the decay."""
    layer = line(0.0)
    ema = Ema(layer, 0.05)
    nn.init.constant_(layer.weight, 1.0)
    ema.update(layer)
    torch.testing.assert_close(ema.weights["weight"], torch.tensor([[0.95]]))


def test_average_is_applied_and_taken_back():
    """In place, so that copies that share the storage see it, too."""
    layer = line(0.0)
    ema = Ema(layer, 0.5)
    nn.init.constant_(layer.weight, 8.0)
    shared = layer.weight.detach()
    with ema.applied(layer):
        assert shared.item() == 0.0
    assert shared.item() == 8.0
    assert ema.weights["weight"].item() == 0.0


def test_frozen_weights_are_not_averaged():
    """They never move."""
    layer = line(1.0)
    layer.weight.requires_grad_(False)
    assert Ema(layer, 0.9).weights == {}
