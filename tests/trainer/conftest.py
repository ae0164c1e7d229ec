"""Fixtures of the trainer's tests: small colour photos, and settings that run fast."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from trainer.config import TrainConfig
from trainer.crew import Crew
from trainer.learner import Learner, make_network
from trainer.run import Slot

# Shrinks the smoke preset to milliseconds a step.
TINY = (
    "model.image_size=16",
    "model.channel_mults=[1, 1]",
    "data.min_side_px=8",
    "log_every=1",
)


@pytest.fixture(autouse=True, scope="session")
def one_thread():
    """One thread: networks this small only lose by sharing."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def colour_picture(height_px: int, width_px: int, seed: int) -> np.ndarray:
    """A smooth random RGB picture, (H, W, 3) uint8, far from grey."""
    coarse = np.random.default_rng(seed).integers(0, 256, (3, 3, 3), np.uint8)
    size = (width_px, height_px)
    return cv2.resize(coarse, size, interpolation=cv2.INTER_LINEAR)


def write_picture(path: Path, rgb: np.ndarray) -> Path:
    """Write an RGB picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), rgb[..., ::-1])
    return path


@pytest.fixture
def colour_folder(tmp_path) -> Path:
    """Ten colour photos of two shapes, 00.png to 09.png."""
    folder = tmp_path / "colour"
    for k in range(10):
        size = (24, 20) if k % 2 else (20, 28)
        write_picture(folder / f"{k:02d}.png", colour_picture(*size, seed=k))
    return folder


@pytest.fixture
def settings(colour_folder):
    """Makes tiny settings on the colour photos: `settings("iterations=3", ...)`."""

    def make(*overrides: str) -> TrainConfig:
        data = f'data.train=["{colour_folder}"]'
        return TrainConfig.load("smoke", [*TINY, data, *overrides])

    return make


@pytest.fixture
def make_learner():
    """Makes a learner on the CPU from settings."""

    def make(config: TrainConfig) -> Learner:
        return Learner(config, make_network(config), torch.device("cpu"), Crew())

    return make


@pytest.fixture
def slot(tmp_path):
    """Makes a slot on the CPU in `tmp_path / "run"`."""

    def make(**values) -> Slot:
        folder = values.pop("folder", tmp_path / "run")
        return Slot(folder=folder, device=torch.device("cpu"), **values)

    return make
