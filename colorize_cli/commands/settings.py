"""From the options of a run to its settings."""

from typing import TYPE_CHECKING, Any

from colorize_cli.errors import PlanError

if TYPE_CHECKING:
    from colorize_cli.model.config import ModelConfig
    from colorize_cli.pipeline import Sampling
    from colorize_cli.settings import BatchSettings

__all__ = ["auto_batch_size", "check_size", "sampling_of", "settings_of"]

# Rows per batch when the user does not say: enough to keep the device busy.
CPU_BATCH, CUDA_BATCH = 4, 64


def settings_of(options: dict[str, Any]) -> "BatchSettings":
    """How the run is to be done; batches of one row if their size is to be chosen.

    Raises:
        PlanError: If options contradict each other.
    """
    from colorize_cli.imaging.grading import Grade
    from colorize_cli.settings import BatchSettings
    from colorize_cli.variants import Variants

    return BatchSettings(
        sampling=sampling_of(options),
        variants=Variants(
            samples=options["samples"],
            pick=options["pick"],
            sheet=options["sheet"],
            spread=options["spread"],
        ),
        grade=Grade(
            saturation=options["saturation"], temperature=options["temperature"]
        ),
        batch_size=options["batch_size"] or 1,
        workers=options["jobs"],
        quality=options["quality"],
        tag=options["tag"],
        on_color=options["on_color"],
        max_pixels=options["max_pixels"],
        preserve_times=options["preserve_times"],
        overwrite=options["overwrite"],
        max_errors=1 if options["fail_fast"] else options["max_errors"],
    )


def sampling_of(options: dict[str, Any]) -> "Sampling":
    """How the reverse loop is run, as the sampling options say."""
    from colorize_cli.pipeline import FAST, Sampling

    base = FAST if options["fast"] else Sampling()
    return Sampling(
        steps=options["steps"] or base.steps,
        sampler=options["sampler"] or base.sampler,
        seed=options["seed"],
        size=options["size"],
    )


def auto_batch_size(device: str) -> int:
    """Rows per batch for a model on this device."""
    return CPU_BATCH if device == "cpu" else CUDA_BATCH


def check_size(size: int | None, config: "ModelConfig") -> None:
    """Refuse a working size that would be rounded in silence.

    Raises:
        PlanError: Names the nearest sizes that the model can work at.
    """
    multiple = config.size_multiple_px
    if size is not None and size % multiple:
        below = size // multiple * multiple
        near = [str(each) for each in (below, below + multiple) if each]
        raise PlanError(
            f"--size {size}: this model works at multiples of {multiple} pixels; "
            f"use {' or '.join(near)}"
        )
