"""Settings of the noise levels: drawn in training, visited in sampling."""

from dataclasses import dataclass
from typing import Literal

from colorize_cli.diffusion.schedule import NoiseSchedule
from trainer.ranges import require

__all__ = ["ScheduleConfig"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig:
    """Noise levels: drawn in training, visited in sampling."""

    kind: Literal["linear", "cosine", "log_snr"] = "linear"
    steps: int = 20
    # linear: first and last beta; log_snr: noisiest and cleanest log-SNR.
    start: float = 1e-4
    end: float = 0.09
    # Rescale so that sampling starts at gamma 0, pure noise; needs v-prediction.
    zero_terminal: bool = False
    # How gamma is drawn in training: evenly in angle, evenly in log-SNR, or between
    # neighbours of the sampling schedule as the tutorial does.
    training: Literal["angle", "log_snr", "neighbours"] = "neighbours"
    # log_snr: noisiest and cleanest that is drawn.
    training_ends: tuple[float, float] = (-12.0, 4.0)

    def __post_init__(self) -> None:
        """Check by building, and that neighbours exist where they are needed."""
        require("steps", self.steps, 1, 10000)
        noisiest, cleanest = self.training_ends
        if noisiest >= cleanest:
            raise ValueError(
                f"training_ends must rise, got {noisiest:g} and {cleanest:g}"
            )
        if self.training == "neighbours" and self.steps < 2:
            raise ValueError("training between neighbours needs at least 2 steps")
        self.build()

    def build(self) -> NoiseSchedule:
        """The sampling schedule."""
        if self.kind == "cosine":
            return NoiseSchedule.cosine(self.steps)
        if self.kind == "linear":
            schedule = NoiseSchedule.linear(self.steps, self.start, self.end)
        else:
            schedule = NoiseSchedule.log_snr(self.steps, self.start, self.end)
        return schedule.zero_terminal_snr() if self.zero_terminal else schedule
