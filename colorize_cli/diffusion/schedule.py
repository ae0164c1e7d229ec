"""Noise schedules: how much of the signal is left at each step.

gamma is the cumulative alpha, the share of signal variance: 1 is clean, 0 is noise.
Its angle, arccos(sqrt(gamma)), runs from 0 (clean) to pi/2 (noise).
"""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

__all__ = ["NoiseSchedule"]

# Noisiest and cleanest log-SNR of `even_in_log_snr`: outside of it colours hardly move.
LOG_SNR_ENDS = (-10.0, 4.0)


@dataclass(frozen=True, slots=True)
class NoiseSchedule:
    """The gammas that the reverse process visits, noisiest first.

    Gammas are Python floats: with NumPy 2 a float64 scalar would turn float32
    arrays into float64.

    Attributes:
        gammas: Strictly rising within [0, 1). A first gamma of 0 means zero terminal
            signal-to-noise ratio, which needs a model that predicts v.
    """

    gammas: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the order and the range.

        Raises:
            ValueError: If the gammas are empty, not rising, or outside [0, 1).
        """
        if not self.gammas:
            raise ValueError("a noise schedule needs at least one step")
        bounded = (*self.gammas, 1.0)
        rising = all(a < b for a, b in itertools.pairwise(bounded))
        if self.gammas[0] < 0 or not rising:
            raise ValueError(f"gammas must rise within [0, 1), got {self.gammas}")

    @classmethod
    def linear(cls, step_count: int, start: float, end: float) -> "NoiseSchedule":
        """Gammas of linearly spaced betas, as in Ho et al. 2020 (DDPM).

        Args:
            step_count: Number of steps, at least 1.
            start: beta of the cleanest step, in (0, 1).
            end: beta of the noisiest step, in (0, 1).
        """
        betas = np.linspace(start, end, step_count, dtype=np.float64)
        return cls(tuple(np.cumprod(1.0 - betas)[::-1].tolist()))

    @classmethod
    def cosine(cls, step_count: int) -> "NoiseSchedule":
        """Evenly spaced angles down from pi/2: cosine schedule, zero terminal SNR.

        Nichol and Dhariwal 2021 without their offset; the last step starts at
        angle pi / (2 * step_count).
        """
        angles = np.linspace(1.0, 0.0, step_count, endpoint=False) * (math.pi / 2)
        gammas = np.cos(angles) ** 2
        gammas[0] = 0.0  # cos(pi / 2) is 6e-17 in floating point
        return cls(tuple(gammas.tolist()))

    @classmethod
    def log_snr(
        cls, step_count: int, noisiest: float, cleanest: float
    ) -> "NoiseSchedule":
        """Evenly spaced log(gamma / (1 - gamma)), the spacing of Kingma et al. 2021.

        Args:
            step_count: Number of steps, at least 1.
            noisiest: log-SNR of the first step, for instance -6.
            cleanest: log-SNR of the last step, for instance 9.
        """
        levels = np.linspace(noisiest, cleanest, step_count)
        return cls(tuple((1.0 / (1.0 + np.exp(-levels))).tolist()))

    def zero_terminal_snr(self) -> "NoiseSchedule":
        """Rescale so that the first gamma is 0 (Lin et al. 2024, algorithm 1)."""
        amplitudes = np.sqrt(self.gammas)
        first, last = amplitudes[0], amplitudes[-1]
        rescaled = (amplitudes - first) * last / (last - first)
        return NoiseSchedule(tuple((rescaled**2).tolist()))

    def respaced(self, step_count: int) -> "NoiseSchedule":
        """The same path walked in another number of steps.

        Interpolates the angle over the position along the path, the clean end
        included, so the noise level of the start stays what it was.
        """
        if step_count == len(self.gammas):
            return self
        angles = np.arccos(np.sqrt((*self.gammas, 1.0)))
        positions = np.linspace(0, len(self.gammas), step_count, endpoint=False)
        spaced = np.interp(positions, np.arange(len(angles)), angles)
        gammas = np.cos(spaced) ** 2
        gammas[0] = self.gammas[0]
        return NoiseSchedule(tuple(gammas.tolist()))

    def even_in_log_snr(self, step_count: int) -> "NoiseSchedule":
        """A walk of few steps, as many where tints are decided as where details are.

        Evenly spaced log-SNR between the ends of this schedule, at most from -10 to 4;
        one that starts at gamma 0 still does (docs/performance.md has the comparison).
        """
        noisiest, cleanest = (
            float(np.clip(log_snr_of(gamma), *LOG_SNR_ENDS))
            for gamma in (self.gammas[0], self.gammas[-1])
        )
        if step_count == 1 or noisiest == cleanest:
            return self.respaced(step_count)
        spaced = NoiseSchedule.log_snr(step_count, noisiest, cleanest)
        return spaced if self.gammas[0] else spaced.zero_terminal_snr()

    def transitions(self) -> Iterator[tuple[float, float]]:
        """Pairs (gamma, gamma_next); the last gamma_next is 1, clean."""
        return itertools.pairwise((*self.gammas, 1.0))


def log_snr_of(gamma: float) -> float:
    """log(gamma / (1 - gamma)); minus infinity for gamma 0."""
    return math.log(gamma / (1 - gamma)) if gamma else -math.inf
