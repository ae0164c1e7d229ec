"""What a backend offers, and the model that the rest of the program holds.

P photos, R rows of a batch (photos times samples), H and W the working size.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from colorize_cli.diffusion.denoiser import Denoiser
from colorize_cli.diffusion.process import Sampler
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model.header import Header

__all__ = ["Backend", "Chosen", "Features", "Loop", "Model"]

# Projected encoder features, one array (P or R, C, h, w) per encoder stride in the
# order of the config; empty for a model without an encoder.
Features = tuple[NDArray[np.float32], ...]


class Loop(Protocol):
    """A whole reverse process on a device: what `reverse` does, without the trips."""

    def __call__(
        self,
        x: NDArray[np.float32],
        schedule: NoiseSchedule,
        *,
        sampler: Sampler,
        draw: Callable[[], NDArray[np.float32]],
    ) -> NDArray[np.float32]:
        """Walk from noise to colour.

        Args:
            x: (R, 3, H, W), as for `reverse`.
            schedule: The gammas to visit.
            sampler: The update rule.
            draw: Gives standard normal noise, (R, 2, H, W); may be called ahead.

        Returns:
            Normalised ab, (R, 2, H, W).
        """


class Backend(Protocol):
    """A runtime with the model's weights on one device."""

    # "torch" or "onnx"
    name: str
    # "cpu", "cuda:0", ...
    device: str

    def encode(self, luminance: NDArray[np.float32]) -> Features:
        """Features of L in [-1, 1], (P, 1, E_H, E_W) at the encoder's size."""

    def denoiser_for(self, features: Features) -> Denoiser:
        """The denoiser whose row r is conditioned on row r of the features."""

    def loop_for(self, features: Features) -> Loop | None:
        """The same as a whole loop on the device; None where Python may as well."""


class Runtime(Protocol):
    """What runs a model, and where."""

    @property
    def name(self) -> str:
        """`torch`, `onnx`, or `auto` if that is decided elsewhere."""

    @property
    def device(self) -> str:
        """`cpu`, `cuda:0`, or `cuda` if any GPU will do."""


class Chosen(Protocol):
    """A model as it is announced, loaded here or on other machines; see `Model`."""

    @property
    def path(self) -> Path:
        """The file that was named."""

    @property
    def weights_hash(self) -> str:
        """See `identity.weights_hash`."""

    @property
    def backend(self) -> Runtime:
        """What runs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A loaded model: where it came from, what it is, and what runs it.

    Attributes:
        path: The file that was named.
        weights_hash: See `identity.weights_hash`; the same on every backend.
        header: What the file says about itself.
        backend: The weights on a device.
    """

    path: Path
    weights_hash: str
    header: Header
    backend: Backend
