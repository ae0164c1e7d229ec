"""Devices of the ONNX Runtime backend: what works, and the reason for what does not."""

from pathlib import Path

import onnx
import onnxruntime
import pytest

from colorize_cli.errors import BackendError, CheckpointError
from colorize_cli.model import onnx_session
from colorize_cli.model.device import DeviceStatus
from colorize_cli.model.onnx_session import (
    PROBE,
    CudaSettings,
    available_devices,
    open_session,
    resolve_device,
)

PATH = Path("model.onnx")


@pytest.fixture
def probe_path(tmp_path) -> Path:
    """The smallest graph as a file."""
    path = tmp_path / "probe.onnx"
    path.write_bytes(PROBE)
    return path


@pytest.fixture
def driver(monkeypatch):
    """Pretend that the driver finds so many GPUs, and that CUDA is built in."""

    def pretend(gpus: int | None) -> None:
        monkeypatch.setattr(onnx_session, "count_gpus", lambda: gpus)
        monkeypatch.setattr(
            onnxruntime, "get_available_providers", lambda: [onnx_session.CUDA]
        )

    return pretend


@pytest.fixture
def started(monkeypatch):
    """Pretend that a session starts with CUDA, or falls back to the CPU in silence."""

    class Session:
        def __init__(self, *, with_cuda: bool) -> None:
            self.with_cuda = with_cuda

        def get_providers(self):
            return [onnx_session.CUDA] * self.with_cuda + [onnx_session.CPU]

    def pretend(*, with_cuda: bool) -> None:
        session = Session(with_cuda=with_cuda)
        monkeypatch.setattr(onnx_session, "_create", lambda *_, **__: session)

    return pretend


def test_the_probe_is_a_valid_graph(probe_path):
    """It runs everywhere."""
    onnx.checker.check_model(onnx.load_from_string(PROBE), full_check=True)
    session = open_session(probe_path, "cpu")
    assert session.get_providers() == ["CPUExecutionProvider"]


def test_what_a_gpu_is_asked_for(probe_path, monkeypatch):
    """CUDA's own names for it; nothing of it on the CPU."""
    asked = []

    class Session:
        def __init__(self, *_, providers, **__):
            asked.append(providers)

        def get_providers(self):
            return [onnx_session.CUDA]

    monkeypatch.setattr(onnx_session.onnxruntime, "InferenceSession", Session)
    cuda = CudaSettings(graphs=True, channels_last=True)
    open_session(probe_path, "cuda:1", cuda=cuda)
    open_session(probe_path, "cpu", cuda=cuda)
    on_gpu = {"device_id": 1, "enable_cuda_graph": 1, "prefer_nhwc": 1}
    assert asked == [
        [(onnx_session.CUDA, on_gpu), onnx_session.CPU],
        [onnx_session.CPU],
    ]


def test_the_cpu_always_works():
    """And is listed first."""
    assert resolve_device(PATH, "cpu") == "cpu"
    assert available_devices()[0] == DeviceStatus("cpu")


@pytest.mark.parametrize(
    ("gpus", "message"),
    [
        (None, "no NVIDIA driver is installed"),
        (0, "the NVIDIA driver finds no GPU"),
        (1, "there is one GPU, cuda:0"),
        (2, "there are 2 GPUs, the last is cuda:1"),
    ],
)
def test_a_gpu_that_is_not_there_is_an_error(driver, gpus, message):
    """It says what is missing, and does not run on something else."""
    driver(gpus)
    with pytest.raises(BackendError, match=f"cannot run on cuda:2 .*{message}"):
        resolve_device(PATH, "cuda:2")


def test_a_runtime_without_cuda_is_an_error(monkeypatch):
    """With the package that has it."""
    monkeypatch.setattr(
        onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"]
    )
    with pytest.raises(BackendError, match="pip install onnxruntime-gpu"):
        resolve_device(PATH, "cuda")
    assert resolve_device(PATH, "auto") == "cpu"


def test_cuda_that_does_not_start_is_an_error(driver, started):
    """ONNX Runtime would go on with the CPU and tell only its log."""
    driver(1)
    started(with_cuda=False)
    with pytest.raises(BackendError, match="ONNX Runtime's CUDA library"):
        resolve_device(PATH, "cuda")
    assert resolve_device(PATH, "auto") == "cpu"
    with pytest.raises(BackendError, match="cannot run on cuda:0"):
        open_session(PATH, "cuda:0")


def test_cuda_that_starts_is_used(driver, started):
    """Also when the device is left to us."""
    driver(2)
    started(with_cuda=True)
    assert resolve_device(PATH, "auto") == "cuda:0"
    assert resolve_device(PATH, "cuda:1") == "cuda:1"
    assert available_devices() == [
        DeviceStatus("cpu"),
        DeviceStatus("cuda:0"),
        DeviceStatus("cuda:1"),
    ]


def test_devices_that_do_not_work_have_a_reason(driver):
    """As `colorize inspect` shows it."""
    driver(None)
    *_, status = available_devices()
    assert status.device == "cuda"
    assert "no NVIDIA driver" in status.problem


def test_a_broken_graph_is_a_checkpoint_error(probe_path, capfd):
    """One line of ONNX Runtime's reason; its own log stays silent."""
    probe_path.write_bytes(PROBE.replace(b"Relu", b"Wulf"))
    with pytest.raises(CheckpointError, match=r"probe\.onnx: cannot be loaded by ONNX"):
        open_session(probe_path, "cpu")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("value", "expected"), [("2", 2), ("999", 6), ("", 6), ("0", 6), ("4,2", 6)]
)
def test_threads_are_as_many_as_cores_or_as_omp_says(monkeypatch, value, expected):
    """Several workers of one machine must not each take all of its cores."""
    monkeypatch.setattr(onnx_session, "usable_cores", lambda: 6)
    monkeypatch.setenv("OMP_NUM_THREADS", value)
    assert onnx_session.thread_count() == expected


@pytest.mark.gpu
def test_cuda_runs_the_probe(probe_path):
    """On a machine with a GPU, CUDA and cuDNN."""
    device = resolve_device(probe_path, "cuda")
    assert onnx_session.CUDA in open_session(probe_path, device).get_providers()
