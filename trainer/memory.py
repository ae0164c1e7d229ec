"""How much memory training takes, measured without a GPU, and what to do about it."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor

from colorize_cli.errors import TrainingError
from colorize_cli.model.memory import is_out_of_memory
from trainer.crops import encoder_scale
from trainer.data import Batch
from trainer.draws import Draws, draw
from trainer.learner import Learner

__all__ = ["MemoryEstimate", "blank", "estimate_memory", "memory_watched"]

# Share of a GPU's memory that the estimate may fill.
USABLE = 0.85


@dataclass(frozen=True)
class MemoryEstimate:
    """Bytes that do not depend on the batch, and bytes for each photo of a part."""

    fixed_bytes: int
    per_photo_bytes: int

    def total_bytes(self, photos: int) -> int:
        """For a part of this many photos."""
        return self.fixed_bytes + photos * self.per_photo_bytes

    def photos_within(self, memory_bytes: int) -> int:
        """Most photos of a part that fit; 0 if none does."""
        room = memory_bytes * USABLE - self.fixed_bytes
        return max(0, int(room // self.per_photo_bytes))


def estimate_memory(learner: Learner) -> MemoryEstimate:
    """Count weights, gradients, optimiser and average, and what backward keeps.

    The tensors saved for the backward pass of one photo are counted on a forward pass,
    so the figure holds for the settings in force (bf16, checkpointing).
    """
    network, optim = learner.network, learner.config.optim
    weights = sum(p.nbytes for p in network.parameters())
    trained = sum(p.nbytes for p in learner.parameters)
    copies = 3 + bool(optim.ema)  # gradient, two moments, average
    seen: dict[int, int] = {}

    def note(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        seen[storage.data_ptr()] = storage.nbytes()
        return tensor

    batch, draws = blank(learner, max(learner.config.sizes))
    owned = {p.untyped_storage().data_ptr() for p in network.parameters()}
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        loss = learner.loss(batch, draws, network)
    del loss
    saved = sum(size for pointer, size in seen.items() if pointer not in owned)
    return MemoryEstimate(weights + copies * trained, saved)


def blank(learner: Learner, side: int) -> tuple[Batch, Draws]:
    """One black photo at a working size and its draws, on the learner's device."""
    device = learner.device
    inner = side * encoder_scale(learner.config.model)
    batch = Batch(
        torch.zeros(1, 1, side, side, device=device),
        torch.zeros(1, 2, side, side, device=device),
        torch.zeros(1, 1, inner, inner, device=device),
    )
    generator = torch.Generator(device).manual_seed(0)
    return batch, draw(learner.config.schedule, 1, side, generator)


def fitting_accumulation(share: int, accumulation: int, fits: int) -> int | None:
    """The least accumulation whose parts hold at most `fits` photos.

    Args:
        share: Photos per step of one process.
        accumulation: The one that did not fit.
        fits: Most photos of a part that are thought to fit.

    Returns:
        A divisor of `share` above `accumulation`, or None if there is none.
    """
    for parts in range(accumulation + 1, share + 1):
        if share % parts == 0 and share // parts <= max(fits, 1):
            return parts
    return None


@contextmanager
def memory_watched(learner: Learner, measured: int = 0) -> Iterator[None]:
    """Turn a lack of memory within into a TrainingError that says what would fit.

    Args:
        learner: What the memory is needed for.
        measured: Photos at a time if they are only measured; 0 for a training step.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        # Its frames hold the activations that did not fit.
        traceback.clear_frames(error.__traceback__)
        if measured and isinstance(error, MemoryError):
            raise too_many_samples() from error
        raise out_of_memory(learner, measured) from error


def too_many_samples() -> TrainingError:
    """The error to raise if NumPy has no room for the samples of a validation."""
    return TrainingError(
        "the samples of the validation need more memory than there is; lower "
        "val.samples or val.variants, then go on with --resume"
    )


def out_of_memory(learner: Learner, measured: int = 0) -> TrainingError:
    """The error to raise after the device ran out of memory, with settings that fit."""
    optim = learner.config.optim
    share = optim.batch_size // learner.crew.world
    photos = measured or learner.photos_at_once
    fits = fitting_photos(learner, photos, is_step=not measured)
    parts = fitting_accumulation(share, optim.accumulation, fits)
    if parts is not None and photos > 1:
        cure = (
            f"set optim.accumulation = {parts} for the same result in parts of "
            f"{share // parts}"
        )
    elif measured or optim.gradient_checkpointing:
        cure = "end other programs that use it, or train a smaller model"
    else:
        cure = "set optim.gradient_checkpointing = true, or train a smaller model"
    doing = " in validation" if measured else ""
    return TrainingError(
        f"{learner.device} ran out of memory{doing} with {photos} photos at a time; "
        f"{cure}; then go on with --resume"
    )


def fitting_photos(learner: Learner, photos: int, *, is_step: bool) -> int:
    """Photos at a time that are thought to fit, at most half of those that did not.

    What a failed step left behind is given back to the device.
    """
    fits = photos // 2
    try:
        learner.optimizer.zero_grad(set_to_none=True)
        if learner.device.type == "cuda":
            torch.cuda.empty_cache()
            memory = torch.cuda.get_device_properties(learner.device).total_memory
            if is_step:
                fits = min(fits, estimate_memory(learner).photos_within(memory))
    except torch.OutOfMemoryError:
        return 1
    return fits
