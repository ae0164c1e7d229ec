"""Devices as a user names them: `auto`, `cpu`, `cuda`, `cuda:1`. Free of runtimes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from colorize_cli.errors import BackendError

__all__ = [
    "DeviceRequest",
    "DeviceStatus",
    "no_such_gpu",
    "parse_device",
    "settle",
    "statuses",
]


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


def settle(
    path: Path, device: str, runtime: str, cuda_problem: Callable[[int], str | None]
) -> str:
    """Turn `auto`, `cpu`, `cuda` or `cuda:N` into `cpu` or `cuda:N`.

    Args:
        path: The model that is being loaded, for the message.
        device: As the user names it.
        runtime: What is to run there, for the message.
        cuda_problem: Why the runtime cannot use that GPU, or None if it can.

    Raises:
        BackendError: If CUDA is asked for and cannot be used.
    """
    request = parse_device(path, device)
    if request.kind == "cpu":
        return "cpu"
    problem = cuda_problem(request.index)
    if problem is None:
        return f"cuda:{request.index}"
    if request.kind == "auto":
        return "cpu"
    raise BackendError(path, f"cannot run on {device} with {runtime}: {problem}")


def statuses(problem: str | None, gpu_count: int) -> list[DeviceStatus]:
    """The CPU, then the GPUs, or the problem that the first of them has."""
    devices = [DeviceStatus("cpu")]
    if problem is not None:
        return [*devices, DeviceStatus("cuda", problem)]
    return devices + [DeviceStatus(f"cuda:{index}") for index in range(gpu_count)]


def no_such_gpu(count: int) -> str:
    """Why a GPU of too high a number cannot be used where there are `count`."""
    if count == 1:
        return "there is one GPU, cuda:0"
    return f"there are {count} GPUs, the last is cuda:{count - 1}"
