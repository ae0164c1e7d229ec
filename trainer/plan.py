"""What a run would do, found out by doing a little of it."""

import time
from dataclasses import dataclass

import torch

from trainer.config import TrainConfig
from trainer.memory import estimate_memory, memory_watched
from trainer.run import Parts, Slot, prepare
from trainer.throughput import flops_per_photo

__all__ = ["Plan", "make_plan"]

# Turns of the working sizes.
WARM_UP, MEASURED = 2, 3


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Sizes and times of a run."""

    train_photos: int
    val_photos: int
    parameters: int
    trained_parameters: int
    # Weights, optimiser and the activations of one part, in bytes.
    memory_bytes: int
    flops_per_photo: int
    iterations_per_epoch: int
    # Of the whole run, from the budget and the measured time; infinite without limit.
    iterations: float
    minutes: float
    # Measured, data included.
    seconds_per_iteration: float
    images_per_s: float

    def rows(self) -> list[tuple[str, str]]:
        """Name and value of each line to show."""
        return [
            ("training photos", f"{self.train_photos:,}"),
            ("validation photos", f"{self.val_photos:,}"),
            (
                "parameters",
                f"{self.parameters / 1e6:.2f} M, "
                f"{self.trained_parameters / 1e6:.2f} M trained",
            ),
            ("memory, estimated", f"{self.memory_bytes / 2**30:.2f} GiB"),
            ("arithmetic per photo", f"{self.flops_per_photo / 1e9:.1f} GFLOP"),
            ("iterations", f"{self.iterations:,.0f}"),
            ("iterations per epoch", f"{self.iterations_per_epoch:,}"),
            ("time per iteration", f"{self.seconds_per_iteration:.3f} s"),
            ("photos per second", f"{self.images_per_s:.1f}"),
            ("training time", f"{self.minutes:.1f} min"),
        ]


def make_plan(config: TrainConfig, slot: Slot) -> Plan:
    """Prepare the run, time a few iterations, and leave nothing behind.

    Raises:
        ColorizeError: As training would.
    """
    parts = prepare(config, slot)
    learner, order = parts.learner, parts.order
    memory = estimate_memory(learner).total_bytes(learner.photos_at_once)
    flops = flops_per_photo(learner)
    seconds = measure(parts)
    iterations = min(parts.budget.iterations, 60 * parts.budget.minutes / seconds)
    return Plan(
        train_photos=order.count,
        val_photos=len(parts.validation.photos.L),
        parameters=sum(p.numel() for p in learner.network.parameters()),
        trained_parameters=sum(p.numel() for p in learner.parameters),
        memory_bytes=memory,
        flops_per_photo=flops,
        iterations_per_epoch=order.per_epoch,
        iterations=iterations,
        minutes=iterations * seconds / 60,
        seconds_per_iteration=seconds,
        images_per_s=config.optim.batch_size / seconds,
    )


def measure(parts: Parts) -> float:
    """Seconds per iteration, data included, after a warm-up."""
    learner = parts.learner
    turn = len(learner.config.sizes)
    begin = 0.0
    for iteration in range((WARM_UP + MEASURED) * turn):
        if iteration == WARM_UP * turn:
            begin = settled(learner.device)
        with memory_watched(learner):
            batch = parts.batches.batch(iteration)
            learner.step(batch, iteration, learner.config.optim.lr)
    return (settled(learner.device) - begin) / (MEASURED * turn)


def settled(device: torch.device) -> float:
    """The time once the device has done all that was asked of it."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.monotonic()
