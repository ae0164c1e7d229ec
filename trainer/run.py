"""Puts a run together from its settings and starts it."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

from colorize_cli.errors import DataError, PlanError, TrainingError
from trainer.budget import Budget
from trainer.checkpoints import Checkpoints, RunState
from trainer.config import TrainConfig
from trainer.crew import Crew
from trainer.data import Batches, Examples, LoadedBatches, Order
from trainer.device_crops import PackedBatches
from trainer.learner import Learner, make_network
from trainer.loop import Ending, Loop
from trainer.packed import pack
from trainer.photos import Photos
from trainer.sources import open_split
from trainer.throughput import flops_per_photo, peak_flops
from trainer.tracking import NullTracker, Tracker
from trainer.validation import Validation

__all__ = ["Parts", "Slot", "prepare", "train"]

logger = logging.getLogger("trainer")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One call of the trainer: where, on what, and for how long."""

    # The run's folder: checkpoints, log, pictures, models.
    folder: Path
    device: torch.device
    crew: Crew = field(default_factory=Crew)
    # Go on from the newest checkpoint, if there is one.
    resume: bool = False
    # End this slot after so many minutes, start-up included; None is no limit.
    max_minutes: float | None = None
    # What the recipe is called, for the provenance of model files.
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What a run is made of, before it starts."""

    learner: Learner
    batches: Batches
    order: Order
    validation: Validation
    budget: Budget


def prepare(config: TrainConfig, slot: Slot) -> Parts:
    """Find the photos and build the network.

    Raises:
        ColorizeError: If settings, data or weights are unusable.
    """
    train_photos, val_photos = open_split(config.data)
    learner = Learner(config, make_network(config), slot.device, slot.crew)
    batches, order = make_batches(train_photos, config, slot)
    return Parts(
        learner=learner,
        batches=batches,
        order=order,
        validation=Validation(val_photos, config),
        budget=Budget.of(config, order.per_epoch, slot.max_minutes),
    )


def make_batches(
    photos: Photos, config: TrainConfig, slot: Slot
) -> tuple[Batches, Order]:
    """The batches of this process, and their order.

    On CUDA the photos are decoded once and stay there; on the CPU they are loaded as
    they are needed.
    """
    data, crew = config.data, slot.crew

    def order_of(count: int) -> Order:
        size = config.optim.batch_size
        return Order(count, size, config.seed, crew.rank, crew.world)

    on_cuda = slot.device.type == "cuda"
    if data.packed == "always" or (data.packed == "auto" and on_cuda):
        packed = pack(photos, data, 2 * max(config.sizes), slot.device)
        order = order_of(len(packed))
        return PackedBatches(packed, order, config), order
    order = order_of(len(photos))
    return LoadedBatches(Examples(photos, config), order, slot.device), order


def train(
    config: TrainConfig, slot: Slot, make_tracker: Callable[[int | None], Tracker]
) -> Ending:
    """Train until the budget or the slot is used up, or a signal comes.

    Args:
        config: Settings of the run.
        slot: Settings of this call.
        make_tracker: Given the iteration that is resumed from, or None for a new run,
            makes the tracker; called only in the process that leads.

    Raises:
        PlanError: If the folder holds a run and `resume` is not set.
        ColorizeError: If settings, data or weights are unusable, or training fails.
    """
    start = time.monotonic()
    checkpoints = Checkpoints(slot.folder / "checkpoints", config.keep)
    if checkpoints.complete() and not slot.resume:
        raise PlanError(
            f"{slot.folder}: holds a run; go on with --resume, or name another --out"
        )
    parts = prepare(config, slot)
    restored = checkpoints.restore(parts.learner)
    state = restored or RunState(photo_count=parts.order.count)
    check_photos(state, parts.order)
    logger.info(
        "%d training photos, %d validation photos, %s iteration %d",
        *(parts.order.count, len(parts.validation.photos.L)),
        *("resuming at" if restored else "starting at", state.iteration),
    )
    deadline = start + 60 * (slot.max_minutes or math.inf)
    if not config.is_limited:
        # The slot is the budget, start-up included, so it ends the run by itself.
        deadline = math.inf
        state.elapsed_s += time.monotonic() - start
    if slot.crew.leads:
        make_folder(slot.folder)
    resumed_at = restored.iteration if restored else None
    tracker = make_tracker(resumed_at) if slot.crew.leads else NullTracker()
    try:
        return Loop(
            config=config,
            learner=parts.learner,
            batches=parts.batches,
            validation=parts.validation,
            checkpoints=checkpoints,
            tracker=tracker,
            state=state,
            budget=parts.budget,
            per_epoch=parts.order.per_epoch,
            folder=slot.folder,
            deadline=deadline,
            photos_at_peak=photos_at_peak(parts.learner),
            name=slot.name,
        ).run()
    finally:
        tracker.finish()


def make_folder(folder: Path) -> None:
    """Make the run's folder, or raise a TrainingError that names it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TrainingError(f"{folder}: cannot be made ({error.strerror})") from error


def check_photos(state: RunState, order: Order) -> None:
    """Raise a DataError if the photos are not those of the checkpoint."""
    if state.photo_count != order.count:
        raise DataError(
            "data.train",
            f"{state.photo_count} photos at the checkpoint, {order.count} now; "
            "a resumed run needs the same photos",
        )


def photos_at_peak(learner: Learner) -> float | None:
    """Photos per second if the GPU did nothing but multiply; None if not known."""
    if learner.device.type != "cuda":
        return None
    peak = peak_flops(torch.cuda.get_device_name(learner.device))
    return peak * learner.crew.world / flops_per_photo(learner) if peak else None
