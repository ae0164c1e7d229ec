"""Timing contenders against each other on a machine that is never quite idle."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

__all__ = ["Spread", "interleaved", "ratios"]


@dataclass(frozen=True, slots=True)
class Spread:
    """A figure measured several times."""

    median: float
    lowest: float
    highest: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """Median and range."""
        return cls(statistics.median(values), min(values), max(values))

    def format(self, digits: int) -> str:
        """For instance `1.52 (1.48 to 1.60)`."""
        low, middle, high = (
            f"{value:.{digits}f}" for value in (self.lowest, self.median, self.highest)
        )
        return f"{middle} ({low} to {high})"


def interleaved(
    contenders: Mapping[str, Callable[[], object]],
    rounds: int,
    shortest_s: float = 0.0,
) -> dict[str, list[float]]:
    """Seconds of one call of each contender in each round.

    All take part in every round, one after the other, so that a change in the
    machine's load touches them alike. The order is reversed in every second round.

    Args:
        contenders: What is called, by name.
        rounds: How often each has its turn.
        shortest_s: A turn goes on until it has taken this long; the mean counts.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds):
        names = list(contenders)
        for name in reversed(names) if number % 2 else names:
            calls, started = 0, time.perf_counter()
            while not calls or time.perf_counter() - started < shortest_s:
                contenders[name]()
                calls += 1
            seconds[name].append((time.perf_counter() - started) / calls)
            print(f"round {number + 1}: {name}: {seconds[name][-1]:.3f} s", flush=True)
    return seconds


def ratios(slower: list[float], faster: list[float]) -> Spread:
    """How many times faster, round by round."""
    return Spread.of([a / b for a, b in zip(slower, faster, strict=True)])
