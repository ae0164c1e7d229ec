"""Puts a run together from its settings and starts it."""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

from colorize_cli.errors import DataError, PlanError
from trainer.budget import Budget
from trainer.checkpoints import Checkpoints, RunState
from trainer.config import TrainConfig
from trainer.crew import Crew
from trainer.crops import Cropper
from trainer.data import Batches, Examples, LoadedBatches, Order
from trainer.learner import Learner, make_network
from trainer.loop import Ending, Loop
from trainer.photos import Photos
from trainer.sources import open_split
from trainer.tracking import NullTracker, Tracker
from trainer.validation import Validation

__all__ = ["Slot", "make_batches", "train"]

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


def make_batches(
    photos: Photos, config: TrainConfig, slot: Slot
) -> tuple[Batches, Order]:
    """The batches of this process, and their order.

    Raises:
        DataError: If there are not enough photos for a batch.
    """
    data, crew = config.data, slot.crew
    cropper = Cropper(config.model, data, training=True)
    order = Order(
        len(photos), config.optim.batch_size, config.seed, crew.rank, crew.world
    )
    examples = Examples(photos, cropper, data, config.seed)
    return LoadedBatches(examples, order, slot.device), order


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
    train_photos, val_photos = open_split(config.data)
    learner = Learner(config, make_network(config), slot.device, slot.crew)
    restored = checkpoints.restore(learner)
    batches, order = make_batches(train_photos, config, slot)
    state = restored or RunState(photo_count=order.count)
    if state.photo_count != order.count:
        raise DataError(
            "data.train",
            f"{state.photo_count} photos at the checkpoint, {order.count} now; "
            "a resumed run needs the same photos",
        )
    validation = Validation(val_photos, config)
    logger.info(
        "%d training photos, %d validation photos, %s %d",
        *(order.count, len(validation.photos.L)),
        *("resuming at iteration" if restored else "from iteration", state.iteration),
    )
    resumed_at = restored.iteration if restored else None
    tracker = make_tracker(resumed_at) if slot.crew.leads else NullTracker()
    try:
        return Loop(
            config=config,
            learner=learner,
            batches=batches,
            validation=validation,
            checkpoints=checkpoints,
            tracker=tracker,
            state=state,
            budget=Budget.of(config, order.per_epoch, slot.max_minutes),
            per_epoch=order.per_epoch,
            folder=slot.folder,
            deadline=start + 60 * (slot.max_minutes or math.inf),
            name=slot.name,
        ).run()
    finally:
        tracker.finish()
