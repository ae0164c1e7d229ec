"""Fixtures that several packages' tests share: tiny models, photos, a CLI runner.

Torch is imported inside the fixtures that need it, so that tests of the pure parts
start fast.
"""

import signal
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model.config import EncoderConfig, ModelConfig
from colorize_cli.model.header import Header
from tests.judging import picture

STEP_COUNT = 3

# The same examples in every run, and no verdict on how busy the machine is.
settings.register_profile(
    "steady",
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


def pytest_configure() -> None:
    """Heed Ctrl-C, also where the tests run in the background.

    Shells have their background jobs ignore it, and `colorize` leaves it so; tests that
    interrupt a run would wait for ever.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test marked `gpu` where PyTorch finds no CUDA GPU."""
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip("needs a CUDA GPU")


@pytest.fixture
def tiny_config() -> ModelConfig:
    """A model of 358 k parameters of the default's kind, without an encoder."""
    return ModelConfig(
        inner_channel=32,
        channel_mults=(1, 1),
        attn_res=(2,),
        res_blocks=1,
        image_size=32,
        patch=2,
        prediction="v",
        embedding="angle",
        ab_mean=(1.7, 7.8),
        ab_std=(11.8, 17.2),
        clip=6.0,
        square=False,
    )


@pytest.fixture
def encoder_config(tiny_config) -> ModelConfig:
    """The same with an encoder on its coarser level; the encoder has 2.9 M more."""
    return replace(tiny_config, encoder=EncoderConfig(scale=2, strides=(8,)))


@pytest.fixture
def tiny_network(tiny_config):
    """A network of `tiny_config` with random, non-zero weights."""
    from colorize_cli.model.network import Network
    from tests.random_weights import randomized

    return randomized(Network(tiny_config))


@pytest.fixture
def encoder_network(encoder_config):
    """A network of `encoder_config` with random, non-zero weights."""
    from colorize_cli.model.network import Network
    from tests.random_weights import randomized

    return randomized(Network(encoder_config))


def saved(path: Path, network) -> Path:
    """Write a network with a short cosine schedule."""
    from colorize_cli.model.checkpoint import save_network

    header = Header(
        config=network.config,
        schedule=NoiseSchedule.cosine(STEP_COUNT),
        provenance={"data": "random weights"},
    )
    save_network(path, network, header)
    return path


@pytest.fixture
def tiny_model_path(tmp_path, tiny_network) -> Path:
    """`tiny_network` as a safetensors file, three cosine steps."""
    return saved(tmp_path / "tiny.safetensors", tiny_network)


@pytest.fixture
def encoder_model_path(tmp_path, encoder_network) -> Path:
    """`encoder_network` as a safetensors file, three cosine steps."""
    return saved(tmp_path / "encoder.safetensors", encoder_network)


def grey_picture(height_px: int, width_px: int, seed: int) -> np.ndarray:
    """A grey BGR picture, (H, W, 3) uint8: a gradient, a disc and some grain."""
    rows, columns = np.mgrid[:height_px, :width_px].astype(np.float32)
    grey = 40 + 120 * rows / height_px + 40 * columns / width_px
    centre = (width_px // 2, height_px // 2)
    cv2.circle(grey, centre, min(height_px, width_px) // 4, 220.0, -1)
    grain = np.random.default_rng(seed).normal(0, 2, grey.shape)
    grey = np.clip(grey + grain, 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


@pytest.fixture
def photo_folder(tmp_path) -> Path:
    """Four grey photos: a.jpg, b.png, tall.jpg and album/c.jpg, all of other sizes."""
    folder = tmp_path / "photos"
    (folder / "album").mkdir(parents=True)
    sizes = {
        "a.jpg": (48, 64),
        "b.png": (33, 51),
        "tall.jpg": (80, 40),
        "album/c.jpg": (64, 64),
    }
    for seed, (name, size) in enumerate(sizes.items()):
        assert cv2.imwrite(str(folder / name), grey_picture(*size, seed))
    return folder


@pytest.fixture
def cli() -> CliRunner:
    """Runs Click commands in this process and keeps stdout and stderr apart."""
    return CliRunner()


@pytest.fixture
def photo_sets(tmp_path) -> Path:
    """A folder with the sets `faces` (two photos) and `scenes` (one)."""
    sizes = {"faces/a.png": (40, 40), "faces/b.png": (40, 40), "scenes/c.png": (36, 60)}
    for seed, (name, size) in enumerate(sizes.items()):
        path = tmp_path / "val" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), picture(*size, seed))
    return tmp_path / "val"
