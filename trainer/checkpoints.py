"""Checkpoints of a run: written whole or not at all, the last few kept.

A checkpoint is a folder named after its iteration, with `tensors.safetensors` (network,
averaged weights, optimiser) and `state.json` (the rest). What is random follows from
the seed and the iteration, so there is no generator state to keep.
"""

import dataclasses
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from colorize_cli.errors import CheckpointError, ConfigError, TrainingError
from trainer.data import Reason
from trainer.learner import Learner

__all__ = ["Checkpoints", "RunState"]

TENSORS, STATE = "tensors.safetensors", "state.json"
# Settings that a resumed run must share with its checkpoint.
FIXED = (
    *("seed", "model", "schedule"),
    *("optim.optimizer", "optim.batch_size", "optim.ema"),
)


@dataclass(kw_only=True)
class RunState:
    """Where a run is, besides its tensors."""

    # Optimiser steps made; the next batch is the one of this number.
    iteration: int = 0
    # Training time of all slots so far.
    elapsed_s: float = 0.0
    # Usable and unusable training photos, for a check on resuming.
    photo_count: int = 0
    # Lowest value of the metric that decides, and the iteration it was reached at.
    best: float | None = None
    best_iteration: int = 0
    # Sum and number of the losses since the last validation.
    loss_sum: float = 0.0
    loss_count: int = 0
    # Index of each photo that could not be used, and why.
    skipped: dict[int, Reason] = field(default_factory=dict)


def pick(settings: dict[str, Any], name: str) -> Any:  # noqa: ANN401
    """The setting of a dotted name, through JSON so that lists equal tuples."""
    value: Any = settings
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return json.loads(json.dumps(value))


def learner_tensors(learner: Learner) -> Iterator[tuple[str, Tensor]]:
    """Name and live tensor of all that a learner carries from step to step."""
    for name, tensor in learner.network.state_dict().items():
        yield f"network.{name}", tensor
    if learner.ema is not None:
        for name, tensor in learner.ema.weights.items():
            yield f"ema.{name}", tensor
    for name, parameter in learner.network.named_parameters():
        for key, tensor in learner.optimizer.state.get(parameter, {}).items():
            yield f"optimizer.{key}.{name}", tensor


@dataclass(frozen=True)
class Checkpoints:
    """The checkpoints in a run's folder."""

    folder: Path
    keep: int

    def complete(self) -> list[Path]:
        """Complete checkpoints, oldest first."""
        found = self.folder.glob("[0-9]*") if self.folder.is_dir() else ()
        return sorted(path for path in found if (path / STATE).is_file())

    def save(self, learner: Learner, state: RunState) -> Path:
        """Write a checkpoint and remove the oldest beyond `keep`.

        Raises:
            TrainingError: If it cannot be written; the earlier ones are untouched.
        """
        target = self.folder / f"{state.iteration:08d}"
        if target.exists():
            return target
        partial = self.folder / f".partial-{target.name}"
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            self._write(partial, learner, state)
            partial.replace(target)
        except (OSError, SafetensorError) as error:
            shutil.rmtree(partial, ignore_errors=True)
            kept = self.complete()
            rest = f"the last good one is {kept[-1]}" if kept else "there is none yet"
            raise TrainingError(
                f"{target}: the checkpoint cannot be written ({error}); {rest}; "
                "make room, then go on with --resume"
            ) from error
        for old in self.complete()[: -self.keep]:
            shutil.rmtree(old, ignore_errors=True)
        return target

    def _write(self, folder: Path, learner: Learner, state: RunState) -> None:
        tensors = {
            name: tensor.detach().to("cpu").contiguous()
            for name, tensor in learner_tensors(learner)
        }
        save_file(tensors, folder / TENSORS)
        text = json.dumps(
            {
                "state": dataclasses.asdict(state),
                "config": learner.config.to_dict(),
                "ema_updates": learner.ema.update_count if learner.ema else 0,
            }
        )
        (folder / STATE).write_text(text, encoding="utf-8")
        # `save_file` lets nobody but the owner read; others may go on with a run.
        shutil.copymode(folder / STATE, folder / TENSORS)
        for path in (folder / TENSORS, folder / STATE, folder):
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def restore(self, learner: Learner) -> RunState | None:
        """Load the newest checkpoint into the learner; None if there is none.

        Raises:
            CheckpointError: If it is damaged or of another network.
            ConfigError: If a setting that may not change has changed.
        """
        found = self.complete()
        if not found:
            return None
        path = found[-1]
        try:
            data = json.loads((path / STATE).read_text(encoding="utf-8"))
            tensors = load_file(path / TENSORS)
            state = RunState(**data["state"])
            state.skipped = {int(k): v for k, v in state.skipped.items()}
            then = data["config"]
        except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
            raise CheckpointError(
                path, f"is damaged ({error}); remove it to resume from an earlier one"
            ) from error
        now = learner.config.to_dict()
        for name in FIXED:
            if pick(then, name) != pick(now, name):
                raise ConfigError(
                    name,
                    f"was {pick(then, name)} in {path}, is {pick(now, name)} now; "
                    "a resumed run cannot change it",
                )
        self._fill(path, learner, tensors)
        if learner.ema is not None:
            learner.ema.update_count = data["ema_updates"]
        return state

    def _fill(self, path: Path, learner: Learner, tensors: dict[str, Tensor]) -> None:
        """Copy values into the live tensors, which keep their memory layout."""
        parameters = dict(learner.network.named_parameters())
        for full, tensor in tensors.items():
            kind, _, rest = full.partition(".")
            key, _, name = rest.partition(".")
            if kind == "optimizer" and name in parameters:
                parameter = parameters[name].detach()
                like = torch.empty_like(parameter if tensor.ndim else tensor)
                slots = learner.optimizer.state[parameters[name]]
                slots[key] = like.to(parameter.device)
        live = dict(learner_tensors(learner))
        if set(live) != set(tensors):
            odd = sorted(set(live) ^ set(tensors))[0]
            raise CheckpointError(path, f"is of another network, for instance {odd}")
        with torch.no_grad():
            for name, tensor in tensors.items():
                if live[name].shape != tensor.shape:
                    raise CheckpointError(path, f"has another shape of {name}")
                live[name].copy_(tensor)
