"""Does the exported model answer as PyTorch does? Same inputs through both.

B batch, C channels, H and W the working size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from colorize_cli.diffusion.coefficients import step_coefficients
from colorize_cli.diffusion.process import Sampler, dpm_step, predict_clean
from colorize_cli.diffusion.sampler import Step, step_of
from colorize_cli.errors import ParityError
from colorize_cli.model.config import ModelConfig
from colorize_cli.model.header import Header
from colorize_cli.model.network import Network
from colorize_cli.model.onnx_backend import OnnxBackend
from colorize_cli.model.onnx_graphs import (
    COEFFICIENTS,
    GAMMA,
    LUMINANCE,
    OTHER,
    Y,
    feature_names,
)
from colorize_cli.model.onnx_session import open_session
from colorize_cli.model.torch_backend import TorchBackend

__all__ = ["FP16_TOLERANCE", "FP32_TOLERANCE", "Parity", "check_model", "check_step"]

# Largest difference allowed, relative to the largest value of the output. float16 has
# 11 bits, an error of 5e-4 in each of some hundred layers.
FP32_TOLERANCE = 1e-4
FP16_TOLERANCE = 2e-2
SAMPLERS: tuple[Sampler, ...] = ("ddpm", "eta", "ddim", "dpm")
BATCHES = (1, 3)


@dataclass(frozen=True, slots=True)
class Parity:
    """How far two runtimes are apart."""

    # Relative to the largest value of the output.
    largest: float
    tolerance: float


def check_model(network: Network, path: Path, *, tolerance: float) -> Parity:
    """Compare encoder and denoiser, opened as the command line opens them.

    Several batch sizes, two sizes of photo, and noise levels over the whole schedule.

    Args:
        network: What the graphs were made from.
        path: NAME.onnx, its encoder beside it.
        tolerance: Largest relative difference allowed.

    Raises:
        ParityError: If an output differs by more, or is not a number.
    """
    ours = TorchBackend(path, network, "cpu")
    exported, header = OnnxBackend.open(path, "cpu")
    rng = np.random.default_rng(0)
    sizes = _working_sizes(header.config)
    levels = iter(_spread(header.schedule.gammas, len(sizes) * len(BATCHES)))
    largest = 0.0
    for size in sizes:
        for batch in BATCHES:
            luminance = _encoder_luminance(rng, header.config, batch, size)
            features = ours.encode(luminance)
            for found, wanted in zip(exported.encode(luminance), features, strict=True):
                largest = max(largest, _difference(found, wanted))
            x = _normal(rng, batch, 3, *size)
            gamma = next(levels)
            wanted = ours.denoiser_for(features)(x, gamma)
            found = exported.denoiser_for(features)(x, gamma)
            largest = max(largest, _difference(found, wanted))
    return _judged(largest, tolerance)


def check_step(
    network: Network, header: Header, path: Path, *, tolerance: float
) -> Parity:
    """Compare the step graph with PyTorch and the formulas of `diffusion.process`.

    The first, a middle and the last step of every sampler; arguments and errors as
    above.
    """
    config = header.config
    ours = TorchBackend(path, network, "cpu")
    session = open_session(path, "cpu")
    rng = np.random.default_rng(0)
    batch, size = max(BATCHES), _working_sizes(config)[-1]
    features = ours.encode(_encoder_luminance(rng, config, batch, size))
    denoiser = ours.denoiser_for(features)
    added = dict(zip(feature_names(config), features, strict=True))
    steps = list(header.schedule.transitions())
    largest = 0.0
    for index in (0, len(steps) // 2, len(steps) - 1):
        gamma, gamma_next = steps[index]
        before = steps[index - 1][0] if index else None
        x, other = _normal(rng, batch, 3, *size), _normal(rng, batch, 2, *size)
        y0 = predict_clean(x[:, 1:], denoiser(x, gamma), gamma, config.prediction)
        y0 = y0.clip(-config.clip, config.clip)
        for sampler in SAMPLERS:
            numbers = step_coefficients(
                gamma, gamma_next, config.prediction, sampler, before
            )
            inputs = {
                Y: x[:, 1:],
                LUMINANCE: x[:, :1],
                GAMMA: np.full(batch, gamma, np.float32),
                COEFFICIENTS: np.array(numbers, np.float32),
                OTHER: other,
            }
            step = _step(sampler, other, before)
            wanted = (step(x[:, 1:], y0, gamma, gamma_next), y0)
            for each, own in zip(
                session.run(None, inputs | added), wanted, strict=True
            ):
                largest = max(largest, _difference(each, own))
    return _judged(largest, tolerance)


def _step(
    sampler: Sampler, other: NDArray[np.float32], gamma_before: float | None
) -> Step:
    if sampler == "dpm" and gamma_before is not None:
        return partial(dpm_step, before=(other, gamma_before))
    return step_of(sampler, lambda: other)


def _working_sizes(config: ModelConfig) -> list[tuple[int, int]]:
    """The training size, and a smaller landscape."""
    multiple = config.size_multiple_px
    side = max(config.image_size // multiple, 2)
    low, wide = max(side // 2, 2), max(3 * side // 4, 3)
    return [(side * multiple, side * multiple), (low * multiple, wide * multiple)]


def _spread(gammas: Sequence[float], count: int) -> list[float]:
    """So many of the gammas, from the noisiest to the cleanest."""
    places = np.linspace(0, len(gammas) - 1, count).round().astype(int)
    return [gammas[place] for place in places.tolist()]


def _encoder_luminance(
    rng: np.random.Generator, config: ModelConfig, batch: int, size: tuple[int, int]
) -> NDArray[np.float32]:
    scale = config.encoder.scale if config.encoder is not None else 1
    height, width = size
    return _normal(rng, batch, 1, scale * height, scale * width).clip(-1, 1)


def _normal(rng: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    return rng.standard_normal(shape, np.float32)


def _difference(found: NDArray[np.float32], wanted: NDArray[np.float32]) -> float:
    """Largest difference over the largest wanted value; infinite if not a number."""
    difference = float(np.abs(found - wanted).max())
    if not np.isfinite(difference):
        return float("inf")
    if difference == 0:  # a fresh network's outputs are all 0
        return 0.0
    largest = float(np.abs(wanted).max())
    return difference / largest if largest > 0 else float("inf")


def _judged(largest: float, tolerance: float) -> Parity:
    if largest > tolerance:
        raise ParityError(largest, tolerance)
    return Parity(largest, tolerance)
