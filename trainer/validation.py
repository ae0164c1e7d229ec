"""What a run is measured by: fixed photos, fixed noise, the averaged weights.

V validation photos, P sampled ones, K variants of each, S working size.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from colorize_cli.errors import DataError
from colorize_cli.imaging.color import denormalize_ab, lab_to_rgb
from colorize_cli.imaging.metrics import (
    chroma_ratio,
    colorfulness,
    mae_ab,
    psnr,
    spread,
    tint_ratio,
)
from trainer.config import TrainConfig
from trainer.crops import Cropper
from trainer.data import Batch, judge
from trainer.draws import Draws, draw, seed_of
from trainer.learner import Learner
from trainer.memory import memory_watched
from trainer.photos import Photos
from trainer.sampling import draw_sample

__all__ = ["Pictures", "Validation", "ValidationResult"]

# Validation noise does not depend on the run's seed, so that runs can be compared.
NOISE_SEED = 20240407
# Photos that share a noise generator, and most photos per forward pass.
ROWS = 16

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Pictures:
    """Sampled photos as sRGB: truth (P, S, S, 3), predicted (P, K, S, S, 3), uint8."""

    truth: NDArray[np.uint8]
    predicted: NDArray[np.uint8]

    def grid(self, rows: int) -> NDArray[np.uint8]:
        """One picture: a row per photo, truth first and then the variants."""
        lines = [
            np.concatenate([self.truth[i], *self.predicted[i]], axis=1)
            for i in range(min(rows, len(self.truth)))
        ]
        return np.concatenate(lines, axis=0)


@dataclass(frozen=True)
class ValidationResult:
    """Metrics by name, and the pictures, if any were sampled."""

    metrics: dict[str, float] = field(default_factory=dict)
    pictures: Pictures | None = None


def stack_photos(photos: Photos, config: TrainConfig) -> Batch:
    """The usable photos, without anything random.

    Raises:
        DataError: If none can be used.
    """
    cropper = Cropper(config.model, config.data, training=False)
    examples = []
    for index in range(len(photos)):
        rgb = photos[index]
        if rgb is not None and judge(rgb, config.data) is None:
            examples.append(cropper(rgb, config.model.image_size))
    if not examples:
        raise DataError("validation photos", f"none of {len(photos)} can be used")
    L, y0, luminance = (torch.stack(part) for part in zip(*examples, strict=True))
    return Batch(L, y0, luminance)


def to_rgb(L: Floats, ab: Floats) -> NDArray[np.uint8]:
    """SRGB of L, (..., 1, S, S) in [-1, 1], and ab, (..., 2, S, S) in Lab units."""
    L = np.broadcast_to(L, (*ab.shape[:-3], *L.shape[-3:]))
    lab = np.moveaxis(np.concatenate([(L + 1) * 50, ab], axis=-3), -3, -1)
    flat = np.ascontiguousarray(lab.reshape(-1, *lab.shape[-3:]), np.float32)
    rgb = [lab_to_rgb(each, np.uint8).astype(np.uint8, copy=False) for each in flat]
    return np.stack(rgb).reshape(lab.shape)


def compare(
    L: Floats, truth: Floats, predicted: Floats
) -> tuple[dict[str, float], Pictures]:
    """Metrics of samples against the truth, and both as pictures.

    Args:
        L: (P, 1, S, S) in [-1, 1].
        truth: True ab in Lab units, (P, 2, S, S).
        predicted: (P, K, 2, S, S) in Lab units.
    """
    true_rgb, rgb = to_rgb(L, truth), to_rgb(L[:, None], predicted)
    repeated = np.broadcast_to(truth[:, None], predicted.shape)
    mae = mae_ab(predicted, repeated)
    metrics = {
        # As in the tutorial: of ab scaled to [-1, 1].
        "val_mae": mae / 127.5,
        "val_mae_lab": mae,
        "psnr": psnr(rgb, np.broadcast_to(true_rgb[:, None], rgb.shape)),
        "chroma_ratio": chroma_ratio(predicted, repeated),
        "tint_ratio": tint_ratio(predicted, repeated),
        "colorfulness": colorfulness(rgb),
        "colorfulness_truth": colorfulness(true_rgb),
    }
    if predicted.shape[1] > 1:
        middle = predicted.mean(axis=1)
        metrics |= {
            "val_mae_lab_mean": mae_ab(middle, truth),
            "psnr_mean": psnr(to_rgb(L, middle), true_rgb),
            "spread": spread(predicted),
        }
    return metrics, Pictures(true_rgb, rgb)


class Validation:
    """Measures a learner on the same photos with the same noise every time."""

    def __init__(self, photos: Photos, config: TrainConfig) -> None:
        """Decode the photos and draw the noise.

        Raises:
            DataError: If no photo can be used.
        """
        self.config = config
        self.photos = stack_photos(photos, config)
        generator = torch.Generator().manual_seed(NOISE_SEED)
        count, side = len(self.photos.L), config.model.image_size
        # Levels in another order than the photos, which may be sorted.
        draws = draw(config.schedule, count, side, generator)
        shuffle = torch.randperm(count, generator=generator)
        self.draws = Draws(draws.gamma[shuffle], draws.eps)

    def measure(self, learner: Learner) -> ValidationResult:
        """Loss on all photos, and metrics of samples of the first ones.

        Raises:
            TrainingError: If memory runs out; the learner is as it was before.
        """
        learner.network.eval()
        at_once = self._at_once(learner)
        try:
            # Memory is free again when the network gets its own weights back.
            with (
                torch.no_grad(),
                learner.averaged(),
                memory_watched(learner, measured=at_once),
            ):
                metrics = {"val_loss": self._loss(learner)}
                if not self.config.val.samples:
                    return ValidationResult(metrics)
                of_samples, pictures = self._sample(learner)
                return ValidationResult(metrics | of_samples, pictures)
        finally:
            learner.network.train()

    def _at_once(self, learner: Learner) -> int:
        """Photos per forward pass: no more than training has room for."""
        return min(ROWS, learner.photos_at_once, len(self.photos.L))

    def _loss(self, learner: Learner) -> float:
        count = len(self.photos.L)
        total = 0.0
        for rows in slices(count, self._at_once(learner)):
            batch = on_device(self.photos, rows, learner.device)
            draws = Draws(
                self.draws.gamma[rows].to(learner.device),
                self.draws.eps[rows].to(learner.device),
            )
            total += float(learner.loss(batch, draws, learner.network)) * len(batch.L)
        return total / count

    def _sample(self, learner: Learner) -> tuple[dict[str, float], Pictures]:
        """Walk the reverse process K times for each of the first P photos."""
        model, variants = self.config.model, self.config.val.variants
        count = min(self.config.val.samples, len(self.photos.L))
        parts = [
            np.stack([self._reverse(learner, rows, k) for k in range(variants)], axis=1)
            for rows in slices(count, ROWS)
        ]
        mean, std = model.ab_mean, model.ab_std
        predicted = denormalize_ab(np.concatenate(parts), mean, std)
        truth = denormalize_ab(self.photos.y0[:count].numpy(), mean, std)
        return compare(self.photos.L[:count].numpy(), truth, predicted)

    def _reverse(self, learner: Learner, rows: slice, variant: int) -> Floats:
        """Normalised ab of some photos, (P, 2, S, S), from the variant's noise."""
        batch = on_device(self.photos, rows, learner.device)
        # The noise is that of all these photos, however few fit in memory together.
        parts = list(slices(len(batch.L), self._at_once(learner)))
        with learner.autocast():
            features = [learner.network.encode(batch.luminance[p]) for p in parts]

        def predict(x: Tensor, gamma: Tensor) -> Tensor:
            unet = learner.network.unet
            with learner.autocast():
                found = [
                    unet(x[part], gamma[part], *each)
                    for part, each in zip(parts, features, strict=True)
                ]
            return torch.cat(found)

        noise = np.random.default_rng(seed_of(NOISE_SEED, rows.start, variant))
        schedule = self.config.schedule.build()
        return draw_sample(predict, batch.L, self.config.model, schedule, noise)


def slices(count: int, at_once: int) -> Iterator[slice]:
    """So many rows in order, at most `at_once` of them together."""
    for start in range(0, count, at_once):
        yield slice(start, min(start + at_once, count))


def on_device(batch: Batch, rows: slice, device: torch.device) -> Batch:
    """Some rows of a batch, moved to the device."""
    return Batch(
        batch.L[rows].to(device),
        batch.y0[rows].to(device),
        batch.luminance[rows].to(device),
    )
