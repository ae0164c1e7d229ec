"""How far a run may go, and how much of that is used."""

import math
from dataclasses import dataclass

from colorize_cli.errors import ConfigError
from trainer.config import TrainConfig

__all__ = ["Budget"]


@dataclass(frozen=True)
class Budget:
    """Limits of a whole run, over all its slots; infinite where there is none."""

    iterations: float
    minutes: float

    @classmethod
    def of(
        cls, config: TrainConfig, per_epoch: int, slot_minutes: float | None
    ) -> "Budget":
        """The settings' budget; without any, the slot is the whole run.

        Args:
            config: For iterations, epochs and minutes.
            per_epoch: Iterations per epoch.
            slot_minutes: Limit of this slot, if there is one.

        Raises:
            ConfigError: If nothing ends the run.
        """
        iterations = min(
            config.iterations or math.inf, config.epochs * per_epoch or math.inf
        )
        minutes = config.minutes or math.inf
        if not config.is_limited:
            if slot_minutes is None:
                raise ConfigError(
                    "iterations",
                    "nothing ends the run; set iterations, epochs or minutes",
                )
            minutes = slot_minutes
        return cls(iterations, minutes)

    def progress(self, iteration: int, elapsed_s: float) -> float:
        """Share of the budget that is used; the run ends at 1."""
        return max(iteration / self.iterations, elapsed_s / (60 * self.minutes))
