"""The exported files: complete, checked, or not there at all."""

import numpy as np
import pytest
import torch

from colorize_cli.diffusion.coefficients import step_coefficients
from colorize_cli.diffusion.sampler import reverse, step_of
from colorize_cli.errors import CheckpointError, ParityError
from colorize_cli.model import load_model
from colorize_cli.model.checkpoint import load_network, save_network
from colorize_cli.model.onnx_session import open_session
from colorize_cli.model.torch_backend import TorchBackend
from export import bundle
from export.bundle import export_model
from export.options import ExportOptions


def test_an_export_is_a_model(tmp_path, encoder_network, header_of):
    """Graph and encoder, and a header that says everything."""
    header = header_of(encoder_network)
    target = tmp_path / "photo.onnx"
    exported = export_model(encoder_network, header, target, ExportOptions())
    assert exported.files == (target, tmp_path / "photo.encoder.onnx")
    assert exported.parity.largest < exported.parity.tolerance
    assert set(tmp_path.iterdir()) == set(exported.files)
    assert load_model(target).header == header


def test_a_model_without_an_encoder_is_one_file(tmp_path, tiny_network, header_of):
    """No empty second graph."""
    target = tmp_path / "tiny.onnx"
    header = header_of(tiny_network)
    exported = export_model(tiny_network, header, target, ExportOptions())
    assert exported.files == (target,)
    assert load_model(target).backend.encode(np.zeros((1, 1, 64, 64))) == ()


def test_shared_weights_stay_one_file(tmp_path, encoder_network, header_of):
    """float16 weights in one place serve both backends, which agree."""
    weights = tmp_path / "one.safetensors"
    save_network(weights, encoder_network, header_of(encoder_network), torch.float16)
    network, header = load_network(weights)
    target = weights.with_suffix(".onnx")
    options = ExportOptions(shared_weights=weights)
    exported = export_model(network, header, target, options)
    assert sum(file.stat().st_size for file in exported.files) < 150_000
    backend = load_model(weights, "onnx", "cpu").backend
    in_torch = load_model(weights, "torch", "cpu").backend
    rng = np.random.default_rng(0)
    features = backend.encode(rng.standard_normal((2, 1, 64, 64), np.float32))
    x = rng.standard_normal((2, 3, 32, 32), np.float32)
    np.testing.assert_allclose(
        backend.denoiser_for(features)(x, 0.5),
        in_torch.denoiser_for(features)(x, 0.5),
        atol=1e-4,
    )


@pytest.mark.parametrize("fp16", [False, True])
def test_fp16_is_judged_by_its_own_tolerance(tmp_path, tiny_network, header_of, fp16):
    """Its difference is one that float32 would not be forgiven, or nearly so."""
    options = ExportOptions(fp16=fp16)
    target = tmp_path / "tiny.onnx"
    parity = export_model(tiny_network, header_of(tiny_network), target, options).parity
    assert parity.tolerance == (2e-2 if fp16 else 1e-4)
    assert (parity.largest > 1e-4) is fp16


def test_graphs_of_an_earlier_export_go(
    tmp_path, encoder_network, tiny_network, header_of
):
    """A step graph of other weights would be taken for this model's on a GPU."""
    target = tmp_path / "model.onnx"
    header = header_of(encoder_network)
    export_model(encoder_network, header, target, ExportOptions(with_step=True))
    assert len([*tmp_path.iterdir()]) == 3
    export_model(tiny_network, header_of(tiny_network), target, ExportOptions())
    assert [*tmp_path.iterdir()] == [target]


def test_a_graph_that_disagrees_leaves_nothing(
    tmp_path, monkeypatch, tiny_network, header_of
):
    """The draft is removed, and what was there before is kept."""
    target = tmp_path / "tiny.onnx"
    target.write_bytes(b"the last good export")

    def off_by_a_little(network, path, *, tolerance):
        with torch.no_grad():
            network.unet.out[2].bias += 0.01
        return check(network, path, tolerance=tolerance)

    check = bundle.check_model
    monkeypatch.setattr(bundle, "check_model", off_by_a_little)
    with pytest.raises(ParityError) as caught:
        export_model(tiny_network, header_of(tiny_network), target, ExportOptions())
    assert caught.value.largest > caught.value.tolerance
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_bytes() == b"the last good export"


def test_a_folder_that_cannot_be_written_is_named(tmp_path, tiny_network, header_of):
    """The message has the file and the system's reason."""
    target = tmp_path / "gone" / "tiny.onnx"
    with pytest.raises(CheckpointError, match=r"tiny\.onnx: cannot be written"):
        export_model(tiny_network, header_of(tiny_network), target, ExportOptions())


@pytest.mark.parametrize("sampler", ["ddpm", "eta", "ddim", "dpm"])
def test_twenty_exported_steps_are_the_reverse_process(
    tmp_path, network, header_of, sampler
):
    """The step graph alone walks from noise to the pixels of the loop in NumPy."""
    header, config = header_of(network), network.config
    target = tmp_path / "model.onnx"
    export_model(network, header, target, ExportOptions(with_step=True))
    session = open_session(tmp_path / "model.step.onnx", "cpu")
    side = 2 * config.size_multiple_px
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2, 3, side, side), np.float32)
    noises = rng.standard_normal((len(header.schedule.gammas), 2, 2, side, side))
    noises = noises.astype(np.float32)
    scale = config.encoder.scale if config.encoder else 1
    backend = TorchBackend(target, network, "cpu")
    features = backend.encode(np.zeros((2, 1, scale * side, scale * side), np.float32))
    names = [node.name for node in session.get_inputs()][5:]

    y, luminance = x[:, 1:].copy(), x[:, :1].copy()
    transitions = list(header.schedule.transitions())
    before, clean = None, noises[0]
    for (gamma, gamma_next), noise in zip(transitions, noises, strict=True):
        numbers = step_coefficients(
            gamma, gamma_next, config.prediction, sampler, before
        )
        before = gamma
        y, clean = session.run(
            None,
            {
                "y": y,
                "luminance": luminance,
                "gamma": np.full(2, gamma, np.float32),
                "coefficients": np.array(numbers, np.float32),
                "other": clean if sampler == "dpm" else noise,
                **dict(zip(names, features, strict=True)),
            },
        )

    draws = iter(noises)
    wanted = reverse(
        backend.denoiser_for(features),
        x,
        header.schedule,
        step=step_of(sampler, lambda: next(draws)),
        prediction=config.prediction,
        clip=config.clip,
    )
    np.testing.assert_allclose(y, wanted, atol=2e-4 * config.clip)
