"""What is random in an iteration besides the crops: noise levels and noise.

Everything is drawn from the seed and the iteration's number alone, so that a resumed
run needs no generator state, and for the whole batch, so that processes sharing a batch
draw what one process would.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from trainer.loss import angle_gammas, log_snr_gammas, neighbour_gammas
from trainer.schedule import ScheduleConfig

__all__ = ["Draws", "draw", "seed_of"]


@dataclass(frozen=True)
class Draws:
    """Noise level and noise for each row of a batch of B."""

    gamma: Tensor  # (B,) in [0, 1]
    eps: Tensor  # (B, 2, S, S) standard normal
    # (B,) of 0 and 1: which rows keep their encoder features; None is all.
    keep: Tensor | None = None

    def part(self, index: int, count: int) -> "Draws":
        """Part `index` of `count` equal parts."""
        total = len(self.gamma)
        rows = slice(index * total // count, (index + 1) * total // count)
        keep = None if self.keep is None else self.keep[rows]
        return Draws(self.gamma[rows], self.eps[rows], keep)


def seed_of(*words: int) -> int:
    """A 63-bit seed that differs for every tuple of non-negative integers."""
    state = np.random.SeedSequence(words).generate_state(2, np.uint32)
    return int(state[0]) << 31 ^ int(state[1])


def draw(
    schedule: ScheduleConfig,
    batch_size: int,
    side: int,
    generator: torch.Generator,
    drop_encoder: float = 0.0,
) -> Draws:
    """Draw for a whole batch, on the generator's device.

    Args:
        schedule: How gamma is drawn.
        batch_size: B, over all processes.
        side: S.
        generator: Seeded for this iteration.
        drop_encoder: Probability that a row loses its encoder features.
    """
    if schedule.training == "angle":
        gamma = angle_gammas(batch_size, generator)
    elif schedule.training == "log_snr":
        gamma = log_snr_gammas(batch_size, schedule.training_ends, generator)
    else:
        gamma = neighbour_gammas(batch_size, schedule.build(), generator)
    device = generator.device
    shape = (batch_size, 2, side, side)
    eps = torch.randn(shape, generator=generator, device=device)
    if not drop_encoder:
        return Draws(gamma, eps)
    chances = torch.rand(batch_size, generator=generator, device=device)
    return Draws(gamma, eps, (chances >= drop_encoder).to(eps.dtype))
