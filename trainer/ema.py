"""Exponential moving average of weights."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

__all__ = ["Ema"]


class Ema:
    """A smoothed copy of a network's trainable weights.

    The decay warms up as min(decay, (1 + n) / (10 + n)), so that early averages do not
    hang on to the random start.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        """Start as a copy of `network`."""
        self.decay = decay
        self.update_count = 0
        self.weights = {
            name: parameter.detach().clone()
            for name, parameter in network.named_parameters()
            if parameter.requires_grad
        }

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move the average towards the network's weights now."""
        n = self.update_count
        decay = min(self.decay, (1 + n) / (10 + n))
        current = dict(network.named_parameters())
        averages = list(self.weights.values())
        torch._foreach_lerp_(
            averages, [current[name].detach() for name in self.weights], 1 - decay
        )
        self.update_count += 1

    @contextmanager
    def applied(self, network: nn.Module) -> Iterator[None]:
        """The network has the averaged weights inside the context, its own after."""
        self._exchange(network)
        try:
            yield
        finally:
            self._exchange(network)

    @torch.no_grad()
    def _exchange(self, network: nn.Module) -> None:
        """Swap values in place: compiled and distributed copies share the storage."""
        for name, parameter in network.named_parameters():
            if name in self.weights:
                own = parameter.detach().clone()
                parameter.copy_(self.weights[name])
                self.weights[name].copy_(own)
