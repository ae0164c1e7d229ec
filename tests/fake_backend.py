"""A backend without a network: its answers are closed forms, its calls can be watched.

Its answers depend on each row alone and on every number of it, so two runs agree to the
bit exactly if their rows do.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model.backend import Model
from colorize_cli.model.config import ModelConfig
from colorize_cli.model.header import Header
from tests.closed_form import gaussian

__all__ = ["FakeBackend", "brightness", "fake_model"]


class FakeBackend:
    """Denoises as if every pixel's colour were normal, of mean 0 and this std."""

    name = "fake"
    device = "cpu"

    def __init__(self, prediction, before_step: Callable[[np.ndarray], None], std=0.5):
        """Answer in terms of `prediction`, "epsilon" or "v"."""
        self.before_step = before_step
        self.denoiser = gaussian(std, prediction)

    def encode(self, luminance):
        """No encoder, no features."""
        return ()

    def denoiser_for(self, features):
        """The closed form; `before_step` sees every x first and may raise."""

        def denoiser(x, gamma):
            self.before_step(x)
            return self.denoiser(x, gamma)

        return denoiser

    def loop_for(self, features):
        """None: it runs on the CPU."""
        return None


def brightness(x) -> list[float]:
    """Mean L of each row in [-1, 1], by which a test tells flat photos apart."""
    return [float(row[0].mean()) for row in x]


def fake_model(
    config: ModelConfig,
    before_step: Callable[[np.ndarray], None] = lambda x: None,
    step_count: int = 3,
) -> Model:
    """A model of that config on the fake backend."""
    schedule = NoiseSchedule.cosine(step_count)
    if config.prediction == "epsilon":  # has no clean estimate at gamma 0
        schedule = NoiseSchedule((1e-3, *schedule.gammas[1:]))
    header = Header(config=config, schedule=schedule)
    backend = FakeBackend(config.prediction, before_step)
    return Model(
        path=Path("fake.safetensors"),
        weights_hash="fake",
        header=header,
        backend=backend,
    )
