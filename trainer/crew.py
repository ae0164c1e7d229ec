"""The processes that train together: one, or several started by torchrun."""

import os
from dataclasses import dataclass
from datetime import timedelta

import torch
import torch.distributed as dist

from colorize_cli.errors import BackendError

__all__ = ["Crew", "assemble", "choose_device"]


def choose_device(name: str) -> torch.device:
    """The device of that name; `auto` is CUDA where there is one.

    Several processes on one machine take the GPU of their local rank.

    Raises:
        BackendError: If CUDA is asked for and there is none.
    """
    has_cuda = torch.cuda.is_available()
    if name == "auto":
        name = "cuda" if has_cuda else "cpu"
    if name.startswith("cuda") and not has_cuda:
        raise BackendError(
            name, "no CUDA GPU that PyTorch can use here; try --device cpu"
        )
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    try:
        device = torch.device(name)
    except RuntimeError:
        device = torch.device("meta")
    if device.type not in {"cpu", "cuda"}:
        raise BackendError(name, "is not a device; use auto, cpu or cuda")
    if device.type == "cuda":
        if (device.index or 0) >= torch.cuda.device_count():
            raise BackendError(name, f"there are {torch.cuda.device_count()} GPUs")
        torch.cuda.set_device(device)
    return device


@dataclass(frozen=True)
class Crew:
    """This process's place among `world` processes."""

    rank: int = 0
    world: int = 1

    @property
    def leads(self) -> bool:
        """Whether this process logs, validates and writes."""
        return self.rank == 0

    def agree(self, elapsed_s: float, stop: bool) -> tuple[float, bool]:
        """The longest time of all processes, and whether any wants to stop.

        So that all use the same learning rate and end at the same iteration. The
        tensor is on the CPU: a GPU is not made to wait.
        """
        if self.world == 1:
            return elapsed_s, stop
        values = torch.tensor([elapsed_s, float(stop)], dtype=torch.float64)
        dist.all_reduce(values, op=dist.ReduceOp.MAX)
        return float(values[0]), bool(values[1])

    def mean(self, value: torch.Tensor) -> torch.Tensor:
        """The mean of a tensor over the processes."""
        if self.world == 1:
            return value
        total = value.clone()
        dist.all_reduce(total)
        return total / self.world

    def dismiss(self) -> None:
        """Leave the process group."""
        if self.world > 1:
            dist.destroy_process_group()


def assemble(device: torch.device) -> Crew:
    """Join the processes that torchrun started, if it did.

    CPU tensors go through gloo, CUDA tensors through NCCL.
    """
    world = int(os.environ.get("WORLD_SIZE", 1))
    if world == 1:
        return Crew()
    backend = "cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo"
    # Long, because the others wait while rank 0 validates.
    dist.init_process_group(backend, timeout=timedelta(hours=1))
    return Crew(dist.get_rank(), world)
