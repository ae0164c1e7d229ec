"""Random weights for networks that start with zeros."""

import torch

__all__ = ["randomized"]


def randomized(network, seed: int = 0):
    """The network in evaluation mode, every parameter random, none of them zero.

    Fresh networks predict exactly 0 whatever they see, which would hide most mistakes.
    """
    generator = torch.Generator().manual_seed(seed)
    for parameter in network.parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if parameter.ndim > 1:
            fan_in = parameter[0].numel()
            parameter.data = noise * fan_in**-0.5
        else:
            parameter.data += 0.1 * noise
    return network.eval()
