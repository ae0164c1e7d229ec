"""The PyTorch backend: a network on one device behind NumPy arrays.

P photos, R rows of a batch, C channels, H and W the working size.
"""

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from colorize_cli.diffusion.denoiser import Denoiser
from colorize_cli.diffusion.process import Sampler
from colorize_cli.diffusion.sampler import reverse, step_of
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import BackendError
from colorize_cli.model.backend import Features, Loop
from colorize_cli.model.device import DeviceStatus, no_such_gpu, settle, statuses
from colorize_cli.model.network import Network

__all__ = ["TorchBackend", "available_devices"]


class TorchBackend:
    """Runs a network with PyTorch; inputs and outputs are float32."""

    name = "torch"

    def __init__(
        self,
        path: Path,
        network: Network,
        device: str,
        *,
        precision: torch.dtype = torch.float32,
        compiled: bool = False,
    ) -> None:
        """Move the network to the device.

        Args:
            path: Where the network came from, for messages.
            network: Taken over and put into evaluation mode.
            device: `auto`, `cpu`, `cuda` or `cuda:N`.
            precision: What convolutions and products are computed in; float16 and
                bfloat16 are faster on a GPU.
            compiled: Let PyTorch compile the UNet, which takes a minute for each size.

        Raises:
            BackendError: If CUDA is asked for and cannot be used, or the network does
                not fit.
        """
        self.device = settle(path, device, "PyTorch", _cuda_problem)
        try:
            # Channels last makes the convolutions 1.2 to 1.5 times as fast on a CPU,
            # and is what tensor cores want.
            self._network = network.eval().to(
                self.device,
                memory_format=torch.channels_last,  # type: ignore[call-overload]
            )
        except RuntimeError as error:
            reason = f"cannot be brought onto {self.device}: {_first_line(error)}"
            raise BackendError(path, reason) from error
        self._precision = precision
        self._unet: Callable[..., Tensor] = self._network.unet
        if compiled:
            # On a GPU the kernels are recorded as CUDA graphs as well. A graph for each
            # size instead of a slower one for all.
            self._unet = torch.compile(
                self._network.unet, mode="reduce-overhead", dynamic=False
            )

    def encode(self, luminance: NDArray[np.float32]) -> Features:
        """Features of L in [-1, 1], (P, 1, E_H, E_W) at the encoder's size."""
        with torch.inference_mode(), self._autocast():
            features = self._network.encode(self._tensor(luminance))
            return tuple(_array(feature) for feature in features)

    def denoiser_for(self, features: Features) -> Denoiser:
        """The denoiser whose row r is conditioned on row r of the features."""
        with torch.inference_mode():
            added = tuple(self._tensor(feature) for feature in features)

        def denoise(x: NDArray[np.float32], gamma: float) -> NDArray[np.float32]:
            with torch.inference_mode():
                return _array(self._predict(self._tensor(x), gamma, added))

        return denoise

    def loop_for(self, features: Features) -> Loop | None:
        """The loop with all tensors on the GPU; None on the CPU."""
        return None if self.device == "cpu" else self.tensor_loop(features)

    def tensor_loop(self, features: Features) -> Loop:
        """The whole reverse process on tensors of the device, whichever it is."""
        config = self._network.config
        with torch.inference_mode():
            added = tuple(self._tensor(feature) for feature in features)

        def walk(
            x: NDArray[np.float32],
            schedule: NoiseSchedule,
            *,
            sampler: Sampler,
            draw: Callable[[], NDArray[np.float32]],
        ) -> NDArray[np.float32]:
            # The formulas are arithmetic alone, so tensors go through them as well.
            formulas: Any = reverse
            with torch.inference_mode():
                y0 = formulas(
                    lambda x, gamma: self._predict(x, gamma, added),
                    self._tensor(x),
                    schedule,
                    step=step_of(sampler, lambda: self._tensor(draw())),  # type: ignore[arg-type, return-value]
                    prediction=config.prediction,
                    clip=config.clip,
                )
                return _array(y0)

        return walk

    def _predict(self, x: Tensor, gamma: float, added: tuple[Tensor, ...]) -> Tensor:
        levels = torch.full((len(x),), gamma, device=self.device)
        with self._autocast():
            return self._unet(x, levels, *added).float()

    def _autocast(self) -> torch.autocast:
        kind = torch.device(self.device).type
        lower = self._precision != torch.float32
        return torch.autocast(kind, self._precision, enabled=lower)

    def _tensor(self, array: NDArray[np.float32]) -> Tensor:
        # Copied, so a read-only array of any strides will do; from pinned memory a GPU
        # fetches it by itself while Python goes on.
        on_gpu = self.device != "cpu"
        staged = torch.empty(array.shape, pin_memory=on_gpu)
        np.copyto(staged.numpy(), array)
        return staged.to(self.device, non_blocking=on_gpu).contiguous(
            memory_format=torch.channels_last
        )


def available_devices() -> list[DeviceStatus]:
    """Devices that this backend can use here, the CPU first."""
    return statuses(_cuda_problem(0), torch.cuda.device_count())


def _cuda_problem(index: int) -> str | None:
    """Why PyTorch cannot use that GPU, or None if it can."""
    if torch.version.cuda is None:
        return (
            "this PyTorch is built without CUDA; install a CUDA build from pytorch.org"
        )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        works = torch.cuda.is_available()
    if not works:
        # PyTorch warns about a driver that is too old, and is silent without one.
        said = [str(warning.message).partition("\n")[0] for warning in caught]
        return said[0] if said else "no NVIDIA GPU and driver were found"
    count = torch.cuda.device_count()
    if index >= count:
        return no_such_gpu(count)
    try:
        _use(index)
    except RuntimeError as error:
        return _first_line(error)
    return None


def _use(index: int) -> None:
    """Compute something on that GPU.

    Raises:
        RuntimeError: If PyTorch finds the GPU, but it is full, taken by another
            process, or of a kind that this build has no kernels for.
    """
    with warnings.catch_warnings(action="ignore"):
        torch.ones(1, device=f"cuda:{index}").item()


def _first_line(error: RuntimeError) -> str:
    """What went wrong, without the advice to developers that PyTorch adds."""
    return str(error).partition("\n")[0]


def _array(tensor: Tensor) -> NDArray[np.float32]:
    return tensor.float().contiguous().cpu().numpy()
