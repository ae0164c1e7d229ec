"""Training settings: one TOML file, every key known."""

import dataclasses
import tomllib
import types
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self, get_args, get_origin, get_type_hints

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import ConfigError
from colorize_cli.model.config import ModelConfig

__all__ = ["DataConfig", "OptimConfig", "ScheduleConfig", "TrainConfig", "ValConfig"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """Where the photos come from and what is done to them."""

    # Folders of photos, Parquet files, or globs of either; relative to the TOML file.
    train: tuple[str, ...] = ()
    val: tuple[str, ...] = ()
    # Use at most this many photos; 0 is all.
    data_len: int = 0
    val_len: int = 64
    # Keep only Parquet rows with this value of their `source` column; "" is all.
    source: str = ""
    # Part of the photo's area that a random crop keeps at least; 1 is the whole photo.
    min_crop: float = 0.4
    flip: bool = True
    # Probability of each degradation of L (tone, blur, grain), as old photos have.
    degrade: float = 0.0
    # Photos whose mean chroma is below this (Lab units) are skipped as near-grey.
    min_chroma: float = 3.0
    # Photos whose short side is below this are skipped as tiny.
    min_side_px: int = 32
    # Decoding processes; 0 decodes in the training process.
    workers: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimConfig:
    """How the weights move."""

    optimizer: Literal["adam", "adamw"] = "adamw"
    lr: float = 3e-4
    weight_decay: float = 0.01
    # Photos per optimiser step, over all processes.
    batch_size: int = 32
    # The batch is cut into this many parts, one after the other, to save memory.
    accumulation: int = 1
    warmup: int = 200
    # The learning rate falls to this share of lr along a cosine; 1 keeps it.
    final_lr: float = 0.05
    # Largest gradient norm; 0 does not clip.
    clip_norm: float = 1.0
    # Decay of the averaged weights; 0 keeps none.
    ema: float = 0.999
    # Compute in bfloat16 where it is safe.
    bf16: bool = True
    channels_last: bool = True
    compile: bool = False
    # Recompute activations in the backward pass to save memory.
    gradient_checkpointing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleConfig:
    """Noise levels: drawn in training, visited in sampling."""

    kind: Literal["linear", "cosine", "log_snr"] = "cosine"
    steps: int = 20
    # linear: first and last beta; log_snr: noisiest and cleanest log-SNR.
    start: float = 1e-4
    end: float = 0.09
    # How gamma is drawn in training: evenly in angle, or between neighbours of the
    # sampling schedule as the tutorial does.
    training: Literal["angle", "neighbours"] = "angle"

    def build(self) -> NoiseSchedule:
        """The sampling schedule."""
        if self.kind == "linear":
            return NoiseSchedule.linear(self.steps, self.start, self.end)
        if self.kind == "log_snr":
            return NoiseSchedule.log_snr(self.steps, self.start, self.end)
        return NoiseSchedule.cosine(self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class ValConfig:
    """What is measured during training."""

    # Iterations between validations; 0 is once per epoch.
    every: int = 0
    # Photos that are sampled with the whole reverse loop; the first ones of val.
    samples: int = 16
    # Metric that decides which checkpoint is the best one.
    best: Literal["val_mae", "val_loss"] = "val_mae"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything a run depends on besides the photos themselves."""

    seed: int = 0
    # Stop after this many optimiser steps; 0 goes by epochs.
    iterations: int = 0
    epochs: int = 0
    # Iterations between checkpoints; 0 is once per epoch. The last `keep` are kept.
    checkpoint_every: int = 0
    keep: int = 2
    # wandb project.
    project: str = "my-diff-color"
    # Weights to start from instead of random ones; "" is random.
    init: str = ""
    model: ModelConfig = field(default_factory=ModelConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    data: DataConfig = field(default_factory=DataConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    val: ValConfig = field(default_factory=ValConfig)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a TOML file.

        Raises:
            ConfigError: If the file is missing or broken, a key is unknown, or a value
                is of the wrong type or out of range.
        """
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ConfigError(str(path), "no such file") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(str(path), f"is not valid TOML: {error}") from error
        return parse(cls, data, "")

    def to_dict(self) -> dict[str, Any]:
        """Nested plain data, for trackers and checkpoints."""
        return dataclasses.asdict(self)


def parse(kind: type, data: dict[str, Any], prefix: str) -> Any:  # noqa: ANN401
    """Build dataclass `kind` from TOML data; `prefix` leads to its table."""
    hints = get_type_hints(kind)
    values = {}
    for key, value in data.items():
        name = f"{prefix}{key}"
        if key not in hints:
            known = ", ".join(sorted(hints))
            raise ConfigError(name, f"unknown key; known here: {known}")
        values[key] = convert(hints[key], value, name)
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise ConfigError(prefix.rstrip(".") or "config", str(error)) from error


def convert(hint: Any, value: Any, name: str) -> Any:  # noqa: ANN401
    """`value` as type `hint`, or a ConfigError that names the key."""
    if get_origin(hint) in {types.UnionType}:
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if dataclasses.is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(name, "must be a table")
        return parse(hint, value, f"{name}.")
    if get_origin(hint) is Literal:
        if value not in get_args(hint):
            raise ConfigError(name, f"must be one of {get_args(hint)}, got {value!r}")
        return value
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise ConfigError(name, f"must be a list, got {value!r}")
        item = get_args(hint)[0]
        return tuple(convert(item, each, name) for each in value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise ConfigError(name, f"must be {hint.__name__}, got {value!r}")
    return value
