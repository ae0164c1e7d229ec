"""Training settings: one TOML file, every key known."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from colorize_cli.errors import ConfigError
from colorize_cli.model.config import ModelConfig
from trainer.parse import apply_overrides, parse, read_toml
from trainer.ranges import require, require_counts
from trainer.schedule import ScheduleConfig

__all__ = [
    "DataConfig",
    "LossConfig",
    "OptimConfig",
    "TrainConfig",
    "ValConfig",
]

PRESETS = Path(__file__).parent / "configs"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataConfig:
    """Where the photos come from and what is done to them."""

    # Folders of photos, Parquet shards, or globs of either, from the current folder.
    train: tuple[str, ...] = ()
    # The same for validation; empty takes it from the training photos: CelebA's
    # official split where its list is found, else the photos after the first data_len.
    val: tuple[str, ...] = ()
    # Train on at most this many photos; 0 is all.
    data_len: int = 0
    # Validate on this many photos.
    val_len: int = 64
    # Keep only Parquet rows with this value of their `source` column; "" is all.
    source: str = ""
    # Part of the photo's area that a random crop keeps at least; 1 is the whole photo.
    min_crop: float = 0.4
    # Working sizes in pixels that take turns from batch to batch, for a model that will
    # serve several; empty is model.image_size alone. A size may be named twice.
    crop_sizes: tuple[int, ...] = ()
    # Mirror every other photo.
    flip: bool = True
    # Probability of each degradation of L (tone, blur, grain), as old photos have.
    degrade: float = 0.0
    # Photos whose mean chroma is below this (Lab units) are skipped as near-grey.
    min_chroma: float = 3.0
    # Photos whose short side is below this are skipped as tiny.
    min_side_px: int = 32
    # Decoding processes; 0 decodes in the training process.
    workers: int = 1
    # Decode all photos once, keep them on the training device as 8-bit RGB and cut the
    # crops there; auto does so on CUDA.
    packed: Literal["auto", "always", "never"] = "auto"

    def __post_init__(self) -> None:
        """Check the ranges."""
        require_counts(self, "data_len", "min_chroma", "workers")
        require("val_len", self.val_len, 1, float("inf"))
        require("min_crop", self.min_crop, 0.01, 1)
        require("degrade", self.degrade, 0, 1)
        require("min_side_px", self.min_side_px, 1, float("inf"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LossConfig:
    """How errors are weighed."""

    # By noise level: flat, the squared error of what is predicted; x0, that of the
    # clean estimate, whatever is predicted; min_snr (Hang et al. 2023); sigmoid
    # (Hoogeboom et al. 2024).
    weighting: Literal["flat", "x0", "min_snr", "sigmoid"] = "flat"
    # min_snr: largest signal-to-noise ratio that counts; sigmoid: the log-SNR at which
    # the weight has fallen to a half.
    level: float = 5.0
    # By colour: a pixel of 20 Lab units of chroma weighs 1 + vivid times a grey one, up
    # to 60 units; 0 weighs all pixels alike.
    vivid: float = 0.0
    # Probability that a photo is seen without its encoder features; makes guidance
    # possible.
    drop_encoder: float = 0.0

    def __post_init__(self) -> None:
        """Check the ranges."""
        require_counts(self, "vivid")
        require("drop_encoder", self.drop_encoder, 0, 1)
        if self.weighting == "min_snr":
            require("level", self.level, 0.01, float("inf"))

    @property
    def is_plain(self) -> bool:
        """Whether every error weighs the same."""
        return self.weighting == "flat" and not self.vivid


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimConfig:
    """How the weights move."""

    optimizer: Literal["adam", "adamw"] = "adamw"
    lr: float = 3e-4
    # Learning rate of the encoder's backbone as a share of lr; 0 keeps ImageNet's
    # weights, or those of `init`.
    encoder_lr: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    weight_decay: float = 0.01
    # Photos per optimiser step, over all processes.
    batch_size: int = 32
    # The batch is cut into this many parts, one after the other, to save memory.
    accumulation: int = 1
    # Iterations over which the learning rate rises to lr; 0 starts with lr.
    warmup: int = 200
    # The learning rate falls to this share of lr along a cosine; 1 keeps it.
    final_lr: float = 0.05
    # Largest gradient norm; 0 does not clip.
    clip_norm: float = 1.0
    # Decay of the averaged weights; 0 keeps none.
    ema: float = 0.999
    # Compute in bfloat16 where it is safe.
    bf16: bool = True
    # Memory layout of convolutions; pays on CUDA and in bfloat16 on the CPU.
    channels_last: bool = True
    # torch.compile: a minute of start, then faster steps; auto does so on CUDA.
    compile: Literal["auto", "always", "never"] = "auto"
    # Recompute activations in the backward pass to save memory.
    gradient_checkpointing: bool = False

    def __post_init__(self) -> None:
        """Check the ranges."""
        require_counts(self, "weight_decay", "warmup", "clip_norm", "encoder_lr")
        if self.lr <= 0:
            raise ValueError(f"lr must be above 0, got {self.lr:g}")
        for beta in (*self.betas, self.ema):
            require("betas and ema", beta, 0, 0.999999)
        require("final_lr", self.final_lr, 0, 1)
        require("accumulation", self.accumulation, 1, float("inf"))
        require("batch_size", self.batch_size, 1, float("inf"))
        if self.batch_size % self.accumulation:
            raise ValueError(
                f"batch_size {self.batch_size} is not a multiple of "
                f"accumulation {self.accumulation}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ValConfig:
    """What is measured during training."""

    # Iterations between validations; 0 is once per epoch.
    every: int = 0
    # Photos that are sampled with the whole reverse loop, the first of the validation
    # photos; 0 samples none, then there are no val_mae and no pictures.
    samples: int = 16
    # Samples of each of these photos: for the mean, the spread and the grids.
    variants: int = 1
    # The weights that are kept: of the lowest metric, or the last ones.
    best: Literal["val_mae", "val_loss", "last"] = "val_mae"

    def __post_init__(self) -> None:
        """Check the ranges."""
        require_counts(self, "every", "samples")
        require("variants", self.variants, 1, 64)
        if self.best == "val_mae" and not self.samples:
            raise ValueError("best by val_mae needs samples above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Everything a run depends on besides the photos themselves."""

    seed: int = 0
    # The run's budget: optimiser steps, epochs, minutes of training over all slots; 0
    # is no limit of that kind. The first to be used up ends the run, and the cosine of
    # the learning rate follows it.
    iterations: int = 0
    epochs: int = 0
    minutes: float = 0.0
    # Iterations and minutes between checkpoints, 0 is never; without either, once per
    # epoch. The last `keep` are kept.
    checkpoint_every: int = 0
    checkpoint_minutes: float = 0.0
    keep: int = 2
    # Iterations between lines in the log.
    log_every: int = 10
    # wandb project.
    project: str = "my-diff-color"
    # Weights file to start from instead of random weights; "" is random.
    init: str = ""
    model: ModelConfig = field(default_factory=ModelConfig)
    schedule: ScheduleConfig = field(default_factory=ScheduleConfig)
    data: DataConfig = field(default_factory=DataConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    optim: OptimConfig = field(default_factory=OptimConfig)
    val: ValConfig = field(default_factory=ValConfig)

    def __post_init__(self) -> None:
        """Check the ranges and what the tables need of each other."""
        require_counts(
            self,
            *("iterations", "epochs", "minutes"),
            *("checkpoint_every", "checkpoint_minutes"),
        )
        require("seed", self.seed, 0, 2**63 - 1)
        require("keep", self.keep, 1, float("inf"))
        require("log_every", self.log_every, 1, float("inf"))
        multiple = self.model.size_multiple_px
        for name, sizes in {
            "image_size": [self.model.image_size],
            "crop_sizes": self.data.crop_sizes,
        }.items():
            for size in sizes:
                if size < multiple or size % multiple:
                    raise ValueError(f"{name}: {size} is not a multiple of {multiple}")
        if (self.model.in_channel, self.model.out_channel) != (3, 2):
            raise ValueError("model.in_channel is 3 (L, ab) and out_channel 2 (ab)")
        if self.model.prediction == "epsilon" and self.schedule.build().gammas[0] == 0:
            raise ValueError(
                "a schedule of zero terminal SNR needs prediction = 'v'; with epsilon "
                "the first step would divide by zero"
            )

    @classmethod
    def load(cls, path: Path | str, overrides: Iterable[str] = ()) -> Self:
        """Read a TOML file, or a preset by its name.

        Args:
            path: A file, or `reference`, `default` or `smoke`.
            overrides: `table.key=value` settings that replace those of the file.

        Raises:
            ConfigError: If the file is missing or broken, a key is unknown, or a value
                is of the wrong type or out of range.
        """
        presets = {preset.stem: preset for preset in PRESETS.glob("*.toml")}
        file = Path(path)
        if str(path) in presets and not file.exists():
            file = presets[str(path)]
        data = read_toml(file)
        apply_overrides(data, overrides)
        try:
            return parse(cls, data)
        except ConfigError as error:
            raise ConfigError(f"{file}: {error.key}", error.reason) from error

    @property
    def is_limited(self) -> bool:
        """Whether the run has a budget of its own; else its slot is the budget."""
        return bool(self.iterations or self.epochs or self.minutes)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Working sizes of the batches, in turn."""
        return self.data.crop_sizes or (self.model.image_size,)

    def size_at(self, iteration: int) -> int:
        """Working size of an iteration's batch."""
        return self.sizes[iteration % len(self.sizes)]

    def to_dict(self) -> dict[str, Any]:
        """Nested plain data, for trackers and checkpoints."""
        return dataclasses.asdict(self)
