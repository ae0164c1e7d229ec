"""Models out of training: the files that `colorize` uses."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import torch

import colorize_cli
from colorize_cli.model.checkpoint import save_network
from colorize_cli.model.header import Header
from trainer.checkpoints import RunState
from trainer.learner import Learner
from trainer.replacing import replacing

__all__ = ["commit", "copy_model", "write_model"]


def commit() -> str:
    """The commit of the source tree that runs, or "" for an installed package."""
    folder = Path(colorize_cli.__file__).parent
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "--short=12", "HEAD"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def write_model(
    path: Path,
    learner: Learner,
    state: RunState,
    about: dict[str, Any],
    dtype: torch.dtype = torch.float16,
) -> None:
    """Write the averaged weights with their provenance, whole or not at all.

    Args:
        path: Target, replaced if it is there.
        learner: For the weights and the settings.
        state: How far the run is.
        about: Further provenance, for instance metrics.
        dtype: Of the floats in the file.

    Raises:
        TrainingError: If the file cannot be written.
    """
    config = learner.config
    provenance = {
        "iteration": state.iteration,
        "photos_seen": state.iteration * config.optim.batch_size,
        "training_photos": state.photo_count,
        "minutes": round(state.elapsed_s / 60, 1),
        "device": str(learner.device),
        "init": Path(config.init).name,
        "commit": commit(),
        **about,
    }
    header = Header(
        config=config.model, schedule=config.schedule.build(), provenance=provenance
    )
    with replacing(path) as partial, learner.averaged():
        save_network(partial, learner.network, header, dtype)


def copy_model(source: Path, target: Path) -> None:
    """Copy a model file, whole or not at all.

    Raises:
        TrainingError: If the target cannot be written.
    """
    with replacing(target) as partial:
        shutil.copyfile(source, partial)
