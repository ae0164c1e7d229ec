"""How much arithmetic a photo costs, and what the device could do at best."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from trainer.learner import Learner
from trainer.memory import blank

__all__ = ["flops_per_photo", "peak_flops"]

# Dense bfloat16 operations per second, from the vendors' data sheets; the first name
# that the device's name contains counts.
PEAKS = {
    "H200": 989e12,
    "H100 PCIe": 756e12,
    "H100": 989e12,
    "A100": 312e12,
    "L40S": 362e12,
    "A10": 125e12,
    "L4": 121e12,
    "RTX 4090": 165e12,
    "RTX 3090": 71e12,
}


def flops_per_photo(learner: Learner) -> int:
    """Operations (a multiply-add is two) of a training step for one photo.

    The mean over the working sizes. Counted on a forward and a backward pass; gradients
    are dropped afterwards.
    """
    sizes = learner.config.sizes
    with FlopCounterMode(display=False) as counter:
        for side in sizes:
            batch, draws = blank(learner, side)
            loss = learner.loss(batch, draws, learner.network)
            torch.autograd.backward(loss)
    learner.optimizer.zero_grad(set_to_none=True)
    return int(counter.get_total_flops()) // len(sizes)


def peak_flops(device_name: str) -> float | None:
    """The device's best in bfloat16, or None for one that is not known."""
    for name, peak in PEAKS.items():
        if name in device_name:
            return peak
    return None
