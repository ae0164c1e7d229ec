"""The PyTorch backend: the network behind NumPy arrays."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch

from colorize_cli.errors import BackendError
from colorize_cli.model import torch_backend
from colorize_cli.model.device import DeviceStatus
from colorize_cli.model.torch_backend import TorchBackend, available_devices

PATH = Path("model.safetensors")


@pytest.fixture
def cuda(monkeypatch):
    """Pretend that PyTorch has CUDA and finds so many GPUs, which work."""

    def pretend(gpus: int) -> None:
        monkeypatch.setattr(torch_backend, "_use", lambda index: None)
        monkeypatch.setattr(torch.version, "cuda", "13.0")
        monkeypatch.setattr(torch.cuda, "is_available", lambda: gpus > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: gpus)

    return pretend


def test_answers_are_the_network_s(encoder_network):
    """Encoder and UNet, with one noise level for all rows."""
    backend = TorchBackend(PATH, encoder_network, "cpu")
    rng = np.random.default_rng(0)
    luminance = rng.uniform(-1, 1, (2, 1, 64, 64)).astype(np.float32)
    x = rng.standard_normal((2, 3, 32, 32), np.float32)
    found = backend.denoiser_for(backend.encode(luminance))(x, 0.25)
    with torch.inference_mode():
        wanted = encoder_network(
            torch.from_numpy(x), torch.full((2,), 0.25), torch.from_numpy(luminance)
        )
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, wanted.numpy(), atol=1e-5)


def test_a_model_without_an_encoder_has_no_features(tiny_network):
    """And its denoiser needs none."""
    backend = TorchBackend(PATH, tiny_network, "auto")
    features = backend.encode(np.zeros((1, 1, 64, 64), np.float32))
    assert features == ()
    x = np.zeros((1, 3, 32, 32), np.float32)
    assert backend.denoiser_for(features)(x, 0.5).shape == (1, 2, 32, 32)


def test_inputs_are_neither_changed_nor_kept(tiny_network):
    """Read-only views will do, and the answer is the caller's own."""
    denoise = TorchBackend(PATH, tiny_network, "cpu").denoiser_for(())
    x = np.random.default_rng(0).standard_normal((2, 3, 32, 32), np.float32)[::-1]
    x.flags.writeable = False
    first = denoise(x, 0.5)
    first += 1
    np.testing.assert_array_equal(denoise(x, 0.5) + 1, first)


def test_dropout_is_off(tiny_network):
    """A network that comes from training is put into evaluation mode."""
    denoise = TorchBackend(PATH, tiny_network.train(), "cpu").denoiser_for(())
    x = np.ones((1, 3, 32, 32), np.float32)
    np.testing.assert_array_equal(denoise(x, 0.5), denoise(x, 0.5))


@pytest.mark.parametrize(
    ("gpus", "message"),
    [
        (0, "no NVIDIA GPU and driver were found"),
        (1, "there is one GPU, cuda:0"),
        (2, "there are 2 GPUs, the last is cuda:1"),
    ],
)
def test_a_gpu_that_is_not_there_is_an_error(cuda, tiny_network, gpus, message):
    """It says what is missing, and does not run on something else."""
    cuda(gpus)
    with pytest.raises(BackendError, match=f"cannot run on cuda:2 .*{message}"):
        TorchBackend(PATH, tiny_network, "cuda:2")


def test_a_build_without_cuda_is_an_error(monkeypatch, tiny_network):
    """With where to get another."""
    monkeypatch.setattr(torch.version, "cuda", None)
    with pytest.raises(BackendError, match=r"built without CUDA.*pytorch\.org"):
        TorchBackend(PATH, tiny_network, "cuda")
    assert TorchBackend(PATH, tiny_network, "auto").device == "cpu"


def test_what_pytorch_warns_about_becomes_the_reason(cuda, monkeypatch, tiny_network):
    """A driver that is too old, for instance, is only warned about."""

    def warn() -> bool:
        warnings.warn("The NVIDIA driver is too old\nmore", stacklevel=1)
        return False

    cuda(1)
    monkeypatch.setattr(torch.cuda, "is_available", warn)
    with pytest.raises(BackendError, match=r"driver is too old$"):
        TorchBackend(PATH, tiny_network, "cuda")


def test_a_gpu_that_does_not_work_is_not_taken(cuda, monkeypatch, tiny_network):
    """It is there, but full, taken by another process, or too old for this build."""

    def fail(index: int) -> None:
        raise RuntimeError("CUDA error: no kernel image is available\nFor debugging")

    cuda(1)
    monkeypatch.setattr(torch_backend, "_use", fail)
    assert TorchBackend(PATH, tiny_network, "auto").device == "cpu"
    with pytest.raises(BackendError, match=r"on cuda .*no kernel image is available$"):
        TorchBackend(PATH, tiny_network, "cuda")
    assert [status.device for status in available_devices()] == ["cpu", "cuda"]


def test_a_network_that_does_not_fit_is_an_error(monkeypatch, tiny_network):
    """One line, as of everything that is wrong with a device."""

    def full(*place, **settings):
        raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate")

    monkeypatch.setattr(tiny_network, "to", full)
    with pytest.raises(BackendError, match=r"brought onto cpu: CUDA out of memory\.$"):
        TorchBackend(PATH, tiny_network, "cpu")


def test_devices_are_listed(cuda):
    """Every GPU by its number, or the reason why there is none."""
    cuda(2)
    names = [status.device for status in available_devices()]
    assert names == ["cpu", "cuda:0", "cuda:1"]
    cuda(0)
    problem = torch_backend.available_devices()[1].problem
    assert available_devices() == [DeviceStatus("cpu"), DeviceStatus("cuda", problem)]
    assert "no NVIDIA GPU" in problem


@pytest.mark.gpu
def test_cuda_agrees_with_the_cpu(encoder_network):
    """The same answer on both, within what TF32 convolutions lose."""
    rng = np.random.default_rng(0)
    luminance = rng.uniform(-1, 1, (2, 1, 64, 64)).astype(np.float32)
    x = rng.standard_normal((2, 3, 32, 32), np.float32)
    answers = []
    for device in ("cpu", "cuda"):
        backend = TorchBackend(PATH, encoder_network, device)
        answers.append(backend.denoiser_for(backend.encode(luminance))(x, 0.5))
    np.testing.assert_allclose(answers[1], answers[0], atol=1e-2)
