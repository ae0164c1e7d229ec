"""Devices as a user names them: `auto`, `cpu`, `cuda`, `cuda:1`. Free of runtimes."""

import re
from dataclasses import dataclass
from pathlib import Path

from colorize_cli.errors import BackendError

__all__ = ["DeviceRequest", "DeviceStatus", "no_such_gpu", "parse_device"]


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """What was asked for: `auto` is CUDA where it works and the CPU elsewhere."""

    kind: str
    # Which GPU; 0 unless the user named one.
    index: int = 0


@dataclass(frozen=True, slots=True)
class DeviceStatus:
    """One line of `colorize inspect`: a device, and why it cannot be used."""

    # "cpu", "cuda:0", ...; "cuda" when no GPU can be used.
    device: str
    # None: the device works.
    problem: str | None = None


def parse_device(path: Path, device: str) -> DeviceRequest:
    """Read a device name.

    Args:
        path: The model that is being loaded, for the message.
        device: `auto`, `cpu`, `cuda` or `cuda:N`.

    Raises:
        BackendError: If the name is none of these.
    """
    match = re.fullmatch(r"(auto|cpu|cuda)|cuda:(\d+)", device)
    if match is None:
        raise BackendError(
            path, f"no device is called {device!r}; use auto, cpu, cuda or cuda:1"
        )
    kind, index = match.groups()
    return DeviceRequest(kind) if kind else DeviceRequest("cuda", int(index))


def no_such_gpu(count: int) -> str:
    """Why a GPU of too high a number cannot be used where there are `count`."""
    if count == 1:
        return "there is one GPU, cuda:0"
    return f"there are {count} GPUs, the last is cuda:{count - 1}"
