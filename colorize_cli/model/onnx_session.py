"""ONNX Runtime sessions on the device that was asked for, or a reason why not."""

import contextlib
import ctypes
import io
import os
from dataclasses import dataclass
from pathlib import Path

import onnxruntime
from onnxruntime.capi import onnxruntime_pybind11_state as ort

from colorize_cli.cores import usable_cores
from colorize_cli.errors import BackendError, CheckpointError
from colorize_cli.model.cuda_driver import count_gpus
from colorize_cli.model.device import DeviceStatus, no_such_gpu, settle, statuses

__all__ = [
    "PLAIN",
    "RUNTIME_ERRORS",
    "CudaSettings",
    "available_devices",
    "open_session",
    "resolve_device",
    "thread_count",
]

# What ONNX Runtime raises; its exceptions share no base but Exception.
RUNTIME_ERRORS = (
    ort.EPFail,
    ort.Fail,
    ort.InvalidArgument,
    ort.InvalidGraph,
    ort.InvalidProtobuf,
    ort.NoModel,
    ort.NoSuchFile,
    ort.NotImplemented,
    ort.RuntimeException,
)

CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
# Log levels: errors only, and not even those.
ERROR, FATAL = 3, 4

# The smallest graph, y = Relu(x) on one number, to see whether CUDA starts.
PROBE = (
    b'\x08\x07:3\n\x0c\n\x01x\x12\x01y"\x04Relu\x12\x01pZ\x0f\n\x01x\x12\n\n\x08\x08\x01'
    b"\x12\x04\n\x02\x08\x01b\x0f\n\x01y\x12\n\n\x08\x08\x01\x12\x04\n\x02\x08\x01"
    b"B\x04\n\x00\x10\r"
)


@dataclass(frozen=True, slots=True)
class CudaSettings:
    """How ONNX Runtime works on a GPU.

    Attributes:
        graphs: Record the kernels of each batch and size once, then replay them; only
            for runs with bound tensors.
        channels_last: Lay tensors out as tensor cores want them for convolutions.
    """

    graphs: bool = False
    channels_last: bool = False


PLAIN = CudaSettings()


def open_session(
    path: Path,
    device: str,
    threads: int | None = None,
    cuda: CudaSettings = PLAIN,
) -> onnxruntime.InferenceSession:
    """Open a graph whose external data has been checked.

    Args:
        path: The ONNX file.
        device: `cpu` or `cuda:N`, as `resolve_device` says.
        threads: Threads within an operator; None is one per usable core.
        cuda: How it works if the device is a GPU.

    Raises:
        CheckpointError: If ONNX Runtime cannot load the graph.
        BackendError: If CUDA did not start; a CPU session is never handed out instead.
    """
    # The default logger would report what is raised here.
    onnxruntime.set_default_logger_severity(FATAL)
    try:
        session = _create(str(path), device, threads, cuda)
    except RUNTIME_ERRORS as error:
        reason = str(error).partition("\n")[0]
        raise CheckpointError(
            path, f"cannot be loaded by ONNX Runtime: {reason}"
        ) from error
    finally:
        onnxruntime.set_default_logger_severity(ERROR)
    if device != "cpu" and CUDA not in session.get_providers():
        raise BackendError(path, f"cannot run on {device}: {_loading_problem()}")
    return session


def resolve_device(path: Path, device: str) -> str:
    """Turn `auto`, `cpu`, `cuda` or `cuda:N` into `cpu` or `cuda:N`.

    Raises:
        BackendError: If CUDA is asked for and cannot be used.
    """
    return settle(path, device, "ONNX Runtime", _cuda_problem)


def available_devices() -> list[DeviceStatus]:
    """Devices that this backend can use here, the CPU first."""
    return statuses(_cuda_problem(0), count_gpus() or 0)


def _create(
    model: str | bytes, device: str, threads: int | None, cuda: CudaSettings = PLAIN
) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = ERROR if device == "cpu" else FATAL
    # Set rather than left to ONNX Runtime, which would count cores that this process
    # may not use and pin its threads to them, in the way of everything else there.
    options.intra_op_num_threads = threads or thread_count()
    # Threads that spin while they wait save a few microseconds on an idle machine; on
    # a shared one they took 1.6 times the CPU time and were slower.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    kind, _, index = device.partition(":")
    on_gpu = {
        "device_id": int(index or 0),
        "enable_cuda_graph": int(cuda.graphs),
        "prefer_nhwc": int(cuda.channels_last),
    }
    providers = [CPU] if kind == "cpu" else [(CUDA, on_gpu), CPU]
    if kind == "cuda":
        _preload_cuda()
    return onnxruntime.InferenceSession(
        model, options, providers=providers, enable_fallback=0
    )


def thread_count() -> int:
    """One per core, or fewer by OMP_NUM_THREADS.

    PyTorch goes by that as well; Ray sets it for each of the workers of a machine.
    """
    wanted, cores = os.environ.get("OMP_NUM_THREADS", ""), usable_cores()
    return min(cores, int(wanted)) if wanted.isdecimal() and int(wanted) else cores


def _preload_cuda() -> None:
    """Load the CUDA libraries of pip's nvidia packages, which are on no search path."""
    # It prints what it does not find; `_loading_problem` says it better.
    with contextlib.redirect_stdout(io.StringIO()):
        onnxruntime.preload_dlls()


def _cuda_problem(index: int) -> str | None:
    """Why ONNX Runtime cannot use that GPU, or None if it can."""
    if CUDA not in onnxruntime.get_available_providers():
        return "this onnxruntime is built without CUDA; pip install onnxruntime-gpu"
    count = count_gpus()
    if count is None:
        return "no NVIDIA driver is installed (libcuda.so.1 was not found)"
    if count == 0:
        return "the NVIDIA driver finds no GPU (see nvidia-smi, CUDA_VISIBLE_DEVICES)"
    if index >= count:
        return no_such_gpu(count)
    onnxruntime.set_default_logger_severity(FATAL)
    try:
        session = _create(PROBE, f"cuda:{index}", 1)
    except RUNTIME_ERRORS as error:
        return str(error).partition("\n")[0]
    finally:
        onnxruntime.set_default_logger_severity(ERROR)
    return None if CUDA in session.get_providers() else _loading_problem()


def _loading_problem() -> str:
    """Why ONNX Runtime's CUDA library did not load, as the linker tells it.

    Only for use after ONNX Runtime has tried: loaded by anybody else first, the library
    would not find its host.
    """
    library = (
        Path(onnxruntime.__file__).parent / "capi/libonnxruntime_providers_cuda.so"
    )
    try:
        ctypes.CDLL(str(library))
    except OSError as error:
        return (
            f"ONNX Runtime's CUDA library does not load ({error}); install CUDA "
            f"{onnxruntime.cuda_version} and cuDNN 9, for instance with "
            "pip install 'onnxruntime-gpu[cuda,cudnn]'"
        )
    return "ONNX Runtime's CUDA library loads but does not start on this GPU"
