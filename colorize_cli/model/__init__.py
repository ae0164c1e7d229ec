"""Models: their configuration, networks, files, and the backends that run them."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from colorize_cli.errors import BackendError, CheckpointError
from colorize_cli.extras import cure
from colorize_cli.model.backend import Model
from colorize_cli.model.device import DeviceStatus
from colorize_cli.model.header import HEADER_KEY, Header
from colorize_cli.model.identity import weights_hash
from colorize_cli.model.onnx_file import metadata
from colorize_cli.model.safetensors_file import read_index

if TYPE_CHECKING:
    from colorize_cli.model.network import Network

__all__ = [
    "EMBEDDED_MODEL",
    "BackendName",
    "Model",
    "available_devices",
    "find_model",
    "load_model",
    "read_header",
    "read_network",
    "weights_hash",
]

BackendName = Literal["auto", "onnx", "torch"]

# The model that is installed with the tool.
EMBEDDED_MODEL = Path(__file__).parents[1] / "weights" / "colorize.safetensors"

SUFFIXES = (".safetensors", ".onnx", ".pth")
NO_TORCH = f"PyTorch is not installed; {cure('torch')}"
NO_ONNX_RUNTIME = "ONNX Runtime is not installed; pip install onnxruntime-gpu"


def load_model(
    path: Path | None, backend: BackendName = "auto", device: str = "auto"
) -> Model:
    """Load a model onto a device.

    Args:
        path: NAME.safetensors, NAME.onnx, a tutorial checkpoint NAME.pth, or None for
            the embedded model.
        backend: `auto` takes ONNX Runtime where NAME.onnx is there, else PyTorch.
        device: `auto` (CUDA where it works, else the CPU), `cpu`, `cuda` or `cuda:N`.

    Raises:
        CheckpointError: If the file is missing, damaged, or not a model.
        BackendError: If the backend cannot run this file, is not installed, or has no
            such device.
    """
    path = find_model(path)
    if path.suffix == ".onnx":
        if backend == "torch":
            return _load_torch(path, device)
        return _load_onnx(path, path, device)
    if path.suffix == ".safetensors" and _runs_exported(path, backend):
        return _load_onnx(path, path.with_suffix(".onnx"), device)
    if backend == "onnx":
        raise BackendError(
            path,
            "ONNX Runtime cannot run a tutorial checkpoint; convert it with "
            "colorize import-checkpoint, then export it with colorize export-onnx",
        )
    return _load_torch(path, device)


def read_header(path: Path) -> Header:
    """What a model file says about itself, found without running or loading it.

    Args:
        path: As `find_model` returns it.

    Raises:
        CheckpointError: If the file is damaged, or not a model.
        BackendError: If it is a tutorial checkpoint and PyTorch is not installed.
    """
    if path.suffix == ".onnx":
        return Header.from_text(path, metadata(path).get(HEADER_KEY))
    if path.suffix == ".safetensors":
        return read_index(path).header()
    return read_network(path)[1]


def read_network(path: Path) -> "tuple[Network, Header]":
    """The PyTorch network in NAME.safetensors or NAME.pth, float32, and its header.

    Args:
        path: As `find_model` returns it.

    Raises:
        CheckpointError: If the file is damaged, or not a model.
        BackendError: If it is an ONNX file, or PyTorch is not installed.
    """
    if path.suffix == ".onnx":
        raise BackendError(
            path, "PyTorch cannot read an ONNX file; give the .safetensors file"
        )
    try:
        from colorize_cli.model.checkpoint import load_network
        from colorize_cli.model.reference import load_tutorial_checkpoint
    except ImportError as error:
        raise BackendError(path, f"{NO_TORCH} ({error})") from error
    load = load_tutorial_checkpoint if path.suffix == ".pth" else load_network
    return load(path)


def find_model(path: Path | None) -> Path:
    """The model file to use, the embedded one for None.

    Raises:
        CheckpointError: If it is not there, or by its name no model.
    """
    if path is None:
        path = EMBEDDED_MODEL
        if not path.is_file():
            raise CheckpointError(
                path,
                "the embedded model is missing from this installation; "
                "reinstall colorize-diffusion or give --model",
            )
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except OSError as error:
        reason = f"cannot be looked at ({error.strerror})"
        raise CheckpointError(path, reason) from error
    if is_folder:
        raise CheckpointError(path, "is a folder; give the model file in it")
    if not is_file:
        raise CheckpointError(path, "no such file")
    if path.suffix not in SUFFIXES:
        raise CheckpointError(
            path, f"is not a model file; those end in {', '.join(SUFFIXES)}"
        )
    return path


def available_devices() -> dict[str, list[DeviceStatus]]:
    """For each backend the devices that work here, and why others do not."""
    devices = {}
    # A package whose libraries are missing is as good as none.
    try:
        from colorize_cli.model import onnx_session

        devices["onnx"] = onnx_session.available_devices()
    except (ImportError, OSError) as error:
        devices["onnx"] = [DeviceStatus("any", f"{NO_ONNX_RUNTIME} ({error})")]
    try:
        import safetensors  # noqa: F401  # the backend reads its files

        from colorize_cli.model import torch_backend

        devices["torch"] = torch_backend.available_devices()
    except (ImportError, OSError) as error:
        devices["torch"] = [DeviceStatus("any", f"{NO_TORCH} ({error})")]
    return devices


def _runs_exported(path: Path, backend: BackendName) -> bool:
    """Whether NAME.onnx is to run in place of NAME.safetensors.

    Raises:
        BackendError: If it must, and is missing or made from other weights.
    """
    if backend == "torch":
        return False
    exported = path.with_suffix(".onnx")
    cure = f"colorize export-onnx --model {path}"
    if not exported.is_file():
        if backend == "auto":
            return False
        raise BackendError(
            path, f"needs {exported.name} beside it to run on ONNX Runtime; run {cure}"
        )
    # An export may be left over from before the weights were trained further.
    text = metadata(exported).get(HEADER_KEY)
    wanted = read_index(path).header()
    if text is not None and Header.from_text(exported, text) == wanted:
        return True
    if backend == "auto" and find_spec("torch") is not None:
        return False
    raise BackendError(
        path, f"{exported.name} beside it was made from other weights; run {cure}"
    )


def _load_onnx(path: Path, graph: Path, device: str) -> Model:
    try:
        from colorize_cli.model.onnx_backend import OnnxBackend
    except ImportError as error:
        raise BackendError(path, f"{NO_ONNX_RUNTIME} ({error})") from error
    backend, header = OnnxBackend.open(graph, device)
    return Model(
        path=path, weights_hash=weights_hash(path), header=header, backend=backend
    )


def _load_torch(path: Path, device: str) -> Model:
    network, header = read_network(path)
    from colorize_cli.model.torch_backend import TorchBackend

    backend = TorchBackend(path, network, device)
    return Model(
        path=path, weights_hash=weights_hash(path), header=header, backend=backend
    )
