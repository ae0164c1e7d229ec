"""Whole loops on a device give what the loop in Python gives."""

from functools import partial

import numpy as np
import pytest
import torch

from colorize_cli.diffusion.noise import noise_generator, stacked_noise
from colorize_cli.diffusion.sampler import reverse, step_of
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import CheckpointError
from colorize_cli.model import onnx_loop
from colorize_cli.model.checkpoint import load_network
from colorize_cli.model.onnx_backend import OnnxBackend, open_loop
from colorize_cli.model.onnx_session import CudaSettings
from colorize_cli.model.torch_backend import TorchBackend
from export.bundle import export_model
from export.options import ExportOptions

SAMPLERS = ["ddpm", "eta", "ddim", "dpm"]
SCHEDULE = NoiseSchedule.cosine(5)


@pytest.fixture
def graph_path(encoder_model_path):
    """An export of `encoder_model_path` with its step graph."""
    network, header = load_network(encoder_model_path)
    target = encoder_model_path.with_suffix(".onnx")
    options = ExportOptions(shared_weights=encoder_model_path, with_step=True)
    export_model(network, header, target, options)
    return target


def batch(rows: int, side: int = 32, seed: int = 0):
    """Input of the loop, encoder input, and a source of noise like the pipeline's."""
    generators = [noise_generator(seed, 1, row, 0) for row in range(rows)]
    draw = partial(stacked_noise, generators, side, side)
    rng = np.random.default_rng(seed)
    x = np.empty((rows, 3, side, side), np.float32)
    x[:, :1] = rng.uniform(-1, 1, (rows, 1, side, side))
    x[:, 1:] = draw()
    grey = rng.uniform(-1, 1, (rows, 1, 2 * side, 2 * side)).astype(np.float32)
    return x, grey, draw


def in_python(backend, features, x, draw, sampler, config):
    """What the pipeline does on the CPU."""
    return reverse(
        backend.denoiser_for(features),
        x.copy(),
        SCHEDULE,
        step=step_of(sampler, draw),
        prediction=config.prediction,
        clip=config.clip,
    )


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_step_graph_walks_as_python_does(graph_path, sampler):
    """Batches of several sizes in turn, each with its own features and noise."""
    backend, header = OnnxBackend.open(graph_path, "cpu")
    loop = open_loop(graph_path.with_suffix(".step.onnx"), "cpu", header)
    for seed, (rows, side) in enumerate([(2, 32), (1, 48), (2, 32)]):
        x, grey, draw = batch(rows, side, seed)
        features = backend.encode(grey)
        found = loop.run(features, x, SCHEDULE, sampler=sampler, draw=draw)
        x, grey, draw = batch(rows, side, seed)
        wanted = in_python(backend, features, x, draw, sampler, header.config)
        np.testing.assert_allclose(found, wanted, atol=1e-4 * header.config.clip)


def test_few_sizes_are_kept(graph_path, monkeypatch):
    """The oldest tensors go, and come back when they are needed again."""
    monkeypatch.setattr(onnx_loop, "MOST_BUCKETS", 1)
    backend, header = OnnxBackend.open(graph_path, "cpu")
    loop = open_loop(graph_path.with_suffix(".step.onnx"), "cpu", header)
    results = []
    for rows in (1, 2, 1):
        x, grey, draw = batch(rows)
        features = backend.encode(grey)
        results.append(loop.run(features, x, SCHEDULE, sampler="ddim", draw=draw))
    np.testing.assert_array_equal(results[0], results[2])


def test_a_step_graph_of_other_weights_is_refused(graph_path, tiny_model_path):
    """It may be left over from an earlier export."""
    _, header = load_network(tiny_model_path)
    with pytest.raises(CheckpointError, match=r"step\.onnx: is from another export"):
        open_loop(graph_path.with_suffix(".step.onnx"), "cpu", header)


def test_on_the_cpu_python_walks(graph_path, encoder_network):
    """There the loop's own share is below one percent."""
    backend, _ = OnnxBackend.open(graph_path, "cpu")
    assert backend.loop_for(()) is None
    assert TorchBackend(graph_path, encoder_network, "cpu").loop_for(()) is None


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_tensors_walk_as_arrays_do(graph_path, encoder_network, sampler):
    """PyTorch's loop is the same formulas on tensors; the input is left alone."""
    backend = TorchBackend(graph_path, encoder_network, "cpu")
    x, grey, draw = batch(2)
    before, features = x.copy(), backend.encode(grey)
    found = backend.tensor_loop(features)(x, SCHEDULE, sampler=sampler, draw=draw)
    assert np.array_equal(x, before)
    assert found.dtype == np.float32
    x, grey, draw = batch(2)
    config = encoder_network.config
    wanted = in_python(backend, features, x, draw, sampler, config)
    np.testing.assert_allclose(found, wanted, atol=1e-4 * config.clip)


def test_lower_precision_stays_near(graph_path, encoder_network):
    """bfloat16 has 8 bits: some percent of the largest value, and not bit for bit."""
    x, grey, _ = batch(2)
    answers = []
    for precision in (torch.float32, torch.bfloat16):
        backend = TorchBackend(graph_path, encoder_network, "cpu", precision=precision)
        answers.append(backend.denoiser_for(backend.encode(grey))(x, 0.5))
    exact, rough = answers
    assert 0 < np.abs(rough - exact).max() < 0.1 * np.abs(exact).max()


@pytest.mark.gpu
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize(
    "kind",
    ["onnx", "onnx, graphs", "onnx, channels last", "torch", "torch, compiled"],
)
def test_a_gpu_walks_as_the_cpu_does(graph_path, encoder_network, sampler, kind):
    """Every way of running the loop on a GPU, twice, so that graphs are replayed."""
    backend, header = OnnxBackend.open(graph_path, "cpu")
    x, grey, draw = batch(2)
    features = backend.encode(grey)
    wanted = in_python(backend, features, x, draw, sampler, header.config)
    if kind.startswith("onnx"):
        step = graph_path.with_suffix(".step.onnx")
        cuda = CudaSettings(
            graphs=kind.endswith("graphs"), channels_last=kind.endswith("last")
        )
        loop = open_loop(step, "cuda:0", header, cuda)
        walk = partial(loop.run, features)
    else:
        compiled = kind.endswith("compiled")
        ours = TorchBackend(graph_path, encoder_network, "cuda", compiled=compiled)
        walk = ours.tensor_loop(features)
    for _ in range(2):
        x, _, draw = batch(2)
        found = walk(x, SCHEDULE, sampler=sampler, draw=draw)
        np.testing.assert_allclose(found, wanted, atol=1e-2 * header.config.clip)
