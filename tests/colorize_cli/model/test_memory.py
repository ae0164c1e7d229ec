"""Which errors mean that there was too little memory."""

import pytest
import torch

from colorize_cli.errors import BackendError
from colorize_cli.model.memory import is_out_of_memory

ARENA = (
    "Non-zero status code returned while running Conv node. "
    "bfc_arena.cc:376 Failed to allocate memory for requested buffer of size 512"
)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB"),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUBLAS_STATUS_ALLOC_FAILED when calling cublasCreate(handle)"),
        BackendError("m.onnx", f"failed on cuda:0 while running: {ARENA}"),
        MemoryError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_it_is_known_by_any_name(error):
    """Of PyTorch, CUDA's libraries, ONNX Runtime and Python."""
    assert is_out_of_memory(error)


def test_causes_count():
    """A backend may put it into words of its own."""
    error = BackendError("m.onnx", "failed on cuda:0")
    error.__cause__ = MemoryError()
    assert is_out_of_memory(error)


@pytest.mark.parametrize(
    "error",
    [RuntimeError("device-side assert"), BackendError("m", "no GPU"), ValueError("x")],
    ids=str,
)
def test_other_failures_are_not(error):
    """They would fail in smaller batches, too."""
    assert not is_out_of_memory(error)
