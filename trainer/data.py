"""Batches of training examples, reproducible from the seed and the position.

Example k of epoch e is the same tensor whatever the number of workers or processes,
and a resumed run goes on with the very next example.
"""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from colorize_cli.errors import DataError, TrainingError
from trainer.config import DataConfig, TrainConfig
from trainer.crops import Cropper
from trainer.photos import Photos

__all__ = [
    "Batch",
    "Batches",
    "Examples",
    "LoadedBatches",
    "Order",
    "Reason",
    "judge",
    "workers_watched",
]

Reason = Literal["broken", "tiny", "near-grey"]
# Replacements tried for an unusable photo before the data is called unusable.
ATTEMPTS = 64


@dataclass(frozen=True)
class Batch:
    """One iteration's examples; B photos, S working size, E the encoder's."""

    L: Tensor  # (B, 1, S, S) in [-1, 1]
    y0: Tensor  # (B, 2, S, S) normalised ab
    luminance: Tensor  # (B, 1, E, E) in [-1, 1], for the encoder
    # Index of each photo that could not be used -> why; others took their places.
    skipped: Mapping[int, Reason] = field(default_factory=dict)

    def part(self, index: int, count: int) -> "Batch":
        """Part `index` of `count` equal parts, without the skipped."""
        rows = slice(index * len(self.L) // count, (index + 1) * len(self.L) // count)
        return Batch(self.L[rows], self.y0[rows], self.luminance[rows])


class Batches(Protocol):
    """Batches by iteration; asked for in rising order, from any first one."""

    def batch(self, iteration: int) -> Batch:
        """This process's share of the batch of an iteration."""

    def names(self, iteration: int) -> list[str]:
        """What the photos of that batch are called, before replacements."""


def judge(rgb: NDArray[np.uint8] | None, data: DataConfig) -> Reason | None:
    """Why a photo cannot be trained on, or None if it can."""
    if rgb is None:
        return "broken"
    if min(rgb.shape[:2]) < data.min_side_px:
        return "tiny"
    return "near-grey" if is_near_grey(rgb, data.min_chroma) else None


def is_near_grey(rgb: NDArray[np.uint8], min_chroma: float) -> bool:
    """Whether the channels differ too little for the photo to teach colour.

    The mean range of the channels in 8-bit levels is about 2.5 times the mean chroma
    in Lab units for pale colours; it is far cheaper than Lab.
    """
    small = rgb[::4, ::4].astype(np.int16)
    return bool((small.max(-1) - small.min(-1)).mean() < 2.5 * min_chroma)


@dataclass(frozen=True)
class Order:
    """Which photos make up a batch: shuffled anew each epoch, whole batches only.

    Each of `world` processes takes its share of every batch.
    """

    count: int
    batch_size: int
    seed: int
    rank: int = 0
    world: int = 1

    def __post_init__(self) -> None:
        """Check that a batch exists and can be shared out.

        Raises:
            DataError: If there are fewer photos than one batch needs, or the batch is
                not a multiple of the number of processes.
        """
        if self.count < self.batch_size:
            raise DataError(
                "training photos",
                f"{self.count} usable, optim.batch_size needs {self.batch_size}",
            )
        if self.batch_size % self.world:
            raise DataError(
                "optim.batch_size",
                f"{self.batch_size} is not a multiple of {self.world} processes",
            )

    @property
    def per_epoch(self) -> int:
        """Iterations per epoch; what is left over is dropped."""
        return self.count // self.batch_size

    def epoch(self, iteration: int) -> int:
        """The epoch that an iteration belongs to."""
        return iteration // self.per_epoch

    def photos(self, iteration: int) -> list[int]:
        """This process's photos of an iteration's batch."""
        return next(self.walk(iteration))[1]

    def walk(self, start: int) -> Iterator[tuple[int, list[int]]]:
        """Endless (epoch, photos), from iteration `start`."""
        share = self.batch_size // self.world
        epoch, first = divmod(start, self.per_epoch)
        while True:
            order = np.random.default_rng([self.seed, epoch]).permutation(self.count)
            for k in range(first, self.per_epoch):
                begin = k * self.batch_size + self.rank * share
                yield epoch, order[begin : begin + share].tolist()
            epoch, first = epoch + 1, 0


# The tensors, or None if no usable photo was found; and the photos that could not be
# used.
Example = tuple[tuple[Tensor, ...] | None, dict[int, Reason]]


class Examples(Dataset[Example]):
    """Photos through a cropper, addressed by (epoch, index, working size)."""

    def __init__(self, photos: Photos, config: TrainConfig) -> None:
        """Bind the parts; nothing is read yet."""
        self.photos = photos
        self.config = config
        self.cropper = Cropper(config.model, config.data, training=True)

    def __getitem__(self, key: tuple[int, int, int]) -> Example:
        """The example, and the photos that were tried before one could be used."""
        epoch, index, side = key
        draws = np.random.default_rng([self.config.seed, epoch, index])
        skipped: dict[int, Reason] = {}
        for _ in range(ATTEMPTS):
            rgb = self.photos[index]
            reason = judge(rgb, self.config.data)
            if reason is None and rgb is not None:
                with torch.random.fork_rng(devices=[]):
                    torch.manual_seed(int(draws.integers(2**63)))
                    return self.cropper(rgb, side), skipped
            if reason is not None:
                skipped[index] = reason
            index = int(draws.integers(len(self.photos)))
        return None, skipped


class Shuffled(Sampler[list[tuple[int, int, int]]]):
    """The order as a batch sampler, from an iteration on."""

    def __init__(self, order: Order, start: int, config: TrainConfig) -> None:
        """`start` is the first iteration."""
        self.order = order
        self.start = start
        self.config = config

    def __iter__(self) -> Iterator[list[tuple[int, int, int]]]:
        """Endless batches of (epoch, index, working size)."""
        for iteration, (epoch, photos) in enumerate(
            self.order.walk(self.start), self.start
        ):
            side = self.config.size_at(iteration)
            yield [(epoch, index, side) for index in photos]


def stack(examples: list[Example]) -> tuple[list[Tensor], dict[int, Reason]]:
    """Stacked tensors, none if a place stayed empty, and all that was skipped."""
    skipped = {i: reason for _, each in examples for i, reason in each.items()}
    found = [tensors for tensors, _ in examples if tensors is not None]
    if len(found) < len(examples):
        return [], skipped
    return [torch.stack(part) for part in zip(*found, strict=True)], skipped


def start_worker(worker: int) -> None:
    """Leave signals to the training process, which ends saved, and the cores to it.

    Ctrl-C, systemd and Slurm send theirs to all processes of a job.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    cv2.setNumThreads(0)


@contextmanager
def workers_watched() -> Iterator[None]:
    """Turn the death of a decoding process into a TrainingError.

    PyTorch raises it by a signal handler, so in any line of the training process.
    """
    try:
        yield
    except RuntimeError as error:
        reason = str(error).partition("\n")[0].strip(" .")
        if not reason.startswith("DataLoader worker"):
            raise
        raise TrainingError(
            f"{reason}; a process that decodes photos died, often for lack of memory: "
            "lower data.workers, then go on with --resume"
        ) from error


class LoadedBatches:
    """Batches decoded and cropped on the CPU, ahead of the training."""

    def __init__(self, examples: Examples, order: Order, device: torch.device) -> None:
        """Bind the parts; the workers start with the first batch."""
        self.examples = examples
        self.order = order
        self.device = device
        self.next_iteration = -1
        self.loaded: Iterator[tuple[list[Tensor], dict[int, Reason]]] = iter(())

    def batch(self, iteration: int) -> Batch:
        """This process's share of the batch of an iteration.

        Raises:
            DataError: If too many photos cannot be used.
        """
        if iteration != self.next_iteration:
            self.loaded = self._load(iteration)
        self.next_iteration = iteration + 1
        tensors, skipped = next(self.loaded)
        if not tensors:
            reasons = ", ".join(sorted(set(skipped.values())))
            raise DataError(
                "training photos",
                f"hardly any can be used: {ATTEMPTS} draws in a row were {reasons}",
            )
        L, y0, luminance = (t.to(self.device, non_blocking=True) for t in tensors)
        return Batch(L, y0, luminance, skipped)

    def names(self, iteration: int) -> list[str]:
        """What the photos of that batch are called, before replacements."""
        return [*map(self.examples.photos.name, self.order.photos(iteration))]

    def _load(self, start: int) -> Iterator[tuple[list[Tensor], dict[int, Reason]]]:
        workers = self.examples.config.data.workers
        return iter(
            DataLoader(
                self.examples,
                batch_sampler=Shuffled(self.order, start, self.examples.config),
                num_workers=workers,
                collate_fn=stack,
                prefetch_factor=4 if workers else None,
                worker_init_fn=start_worker,
                pin_memory=self.device.type == "cuda",
            )
        )
