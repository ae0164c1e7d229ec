"""Exponential moving average of weights."""

import torch
from torch import Tensor, nn

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

    def swap(self, network: nn.Module) -> None:
        """Exchange the network's weights with the averages; call twice to undo."""
        for name, parameter in network.named_parameters():
            if name in self.weights:
                parameter.data, self.weights[name] = self.weights[name], parameter.data

    def state_dict(self) -> dict[str, Tensor]:
        """The averages and, under the empty name's twin, how often they moved."""
        return self.weights | {"update_count": torch.tensor(self.update_count)}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        """Inverse of `state_dict`; strict about names."""
        count = int(state["update_count"])
        weights = {k: v for k, v in state.items() if k != "update_count"}
        if set(weights) != set(self.weights):
            raise ValueError("the averaged weights belong to another network")
        for name, tensor in weights.items():
            self.weights[name].copy_(tensor)
        self.update_count = count
