"""What a model is, as plain data: JSON in the weights file, dataclasses here."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any, Literal, Self, cast, get_args

from colorize_cli.diffusion.process import Prediction

__all__ = ["REFERENCE", "EncoderConfig", "ModelConfig"]

# What no sensible network exceeds. A header comes with a file of unknown origin, and
# must not make the program build modules for hours or ask for all memory there is.
WIDEST = 8192
LARGEST = {
    "in_channel": 64,
    "out_channel": 64,
    "inner_channel": WIDEST,
    "num_head_channels": WIDEST,
    "res_blocks": 64,
    "image_size": 8192,
    "patch": 64,
}
MOST_LEVELS = 12
LARGEST_SCALE = 16
Embedding = Literal["gamma", "angle"]
WORDS: dict[str, tuple[str, ...]] = {
    "prediction": get_args(Prediction),
    "embedding": get_args(Embedding),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderConfig:
    """The frozen image encoder whose features of L are added to the UNet."""

    # The only encoder there is; named so that a file can say which it needs.
    name: Literal["efficientnet_lite0"] = "efficientnet_lite0"
    # The encoder sees L at this many times the working size.
    scale: int = 2
    # Which of the encoder's strides (8, 16, 32) are used.
    strides: tuple[int, ...] = (8, 16, 32)

    def __post_init__(self) -> None:
        """Check name and scale; `ModelConfig` checks the strides.

        Raises:
            ValueError: If another encoder is asked for, or the scale is out of range.
        """
        if self.name != "efficientnet_lite0":
            raise ValueError(f"there is no encoder {self.name!r}")
        if type(self.scale) is not int or not 1 <= self.scale <= LARGEST_SCALE:
            raise ValueError(f"scale must be 1 to {LARGEST_SCALE}, got {self.scale!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Shape of the UNet and how its numbers relate to colours."""

    # Channels of the input (L and noisy ab) and of the prediction.
    in_channel: int = 3
    out_channel: int = 2
    # Width of the first level; the other widths are multiples of it.
    inner_channel: int = 64
    # One multiple per level; each further level halves the grid.
    channel_mults: tuple[int, ...] = (1, 2, 4, 8)
    # Downsampling rates, counted on the patched grid, at which there is attention.
    attn_res: tuple[int, ...] = (16,)
    # Width of one attention head.
    num_head_channels: int = 32
    # Residual blocks per level on the way down; one more on the way up.
    res_blocks: int = 2
    # Dropout probability inside residual blocks, while training.
    dropout: float = 0.2
    # Side of the square the model was trained on; the default working size.
    image_size: int = 128
    # Side of the pixel blocks that are folded into channels; 1 is no folding.
    patch: int = 1
    # What the network is trained to answer.
    prediction: Prediction = "epsilon"
    # How the noise level reaches the network: gamma itself, or its angle in (0, 1).
    embedding: Embedding = "gamma"
    # Lab units; normalised ab is (ab - mean) / std.
    ab_mean: tuple[float, float] = (-0.5, -0.5)
    ab_std: tuple[float, float] = (127.5, 127.5)
    # Estimates of clean normalised ab are clamped to [-clip, clip].
    clip: float = 1.0
    # Photos are squashed to a square of image_size, as the tutorial does.
    square: bool = True
    # None: the UNet sees L and noisy ab only.
    encoder: EncoderConfig | None = None

    def __post_init__(self) -> None:
        """Check what the UNet's constructor would trip over.

        Raises:
            ValueError: If a value is of the wrong kind or out of range, a width is not
                a multiple of 32 (group normalisation), or an encoder stride meets no
                level of the UNet.
        """
        for name, words in WORDS.items():
            if getattr(self, name) not in words:
                raise ValueError(
                    f"{name} must be one of {', '.join(words)}, "
                    f"got {getattr(self, name)!r}"
                )
        self._check_colours()
        for name, largest in LARGEST.items():
            value = getattr(self, name)
            if type(value) is not int or not 1 <= value <= largest:
                raise ValueError(f"{name} must be 1 to {largest}, got {value!r}")
        for name in ("channel_mults", "attn_res"):
            values = getattr(self, name)
            if type(values) is not tuple or {*map(type, values)} - {int}:
                raise ValueError(f"{name} must be whole numbers, got {values!r}")
        if type(self.square) is not bool:
            raise ValueError(f"square must be true or false, got {self.square!r}")
        if len(self.channel_mults) > MOST_LEVELS:
            raise ValueError(f"there are more than {MOST_LEVELS} levels")
        widths = [self.inner_channel * mult for mult in self.channel_mults]
        if not widths or any(width % 32 or width <= 0 for width in widths):
            raise ValueError(f"channel widths must be multiples of 32, got {widths}")
        if max(widths) > WIDEST:
            raise ValueError(f"channel widths must be at most {WIDEST}, got {widths}")
        if self.inner_channel % 32:
            raise ValueError(
                f"inner_channel must be a multiple of 32, got {self.inner_channel}"
            )
        if any(width % self.num_head_channels for width in widths):
            raise ValueError(
                f"num_head_channels {self.num_head_channels} must divide {widths}"
            )
        self.encoder_levels()

    def _check_colours(self) -> None:
        """Raise a ValueError unless colours can be normalised and brought back."""
        numbers = {
            "ab_mean": self.ab_mean,
            "ab_std": self.ab_std,
            "clip and dropout": (self.clip, self.dropout),
        }
        for name, pair in numbers.items():
            is_pair = type(pair) is tuple and len(pair) == 2
            if not is_pair or not all(map(is_number, pair)):
                raise ValueError(f"{name} must be two numbers, got {pair!r}")
        if min(*self.ab_std, self.clip) <= 0:
            raise ValueError("ab_std and clip must be above 0")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be from 0 to below 1, got {self.dropout}")

    @property
    def size_multiple_px(self) -> int:
        """Working sizes must be multiples of this, so that every level divides."""
        return self.patch * 2 ** (len(self.channel_mults) - 1)

    def encoder_levels(self) -> dict[int, int]:
        """UNet level -> encoder stride whose feature grid is the same.

        Raises:
            ValueError: If a stride meets no level or is named twice, or there is none.
        """
        if self.encoder is None:
            return {}
        levels = {}
        for stride in self.encoder.strides:
            rate = stride / (self.patch * self.encoder.scale)
            level = math.log2(rate)
            if stride not in {8, 16, 32} or level not in range(len(self.channel_mults)):
                raise ValueError(f"encoder stride {stride} meets no level of the UNet")
            levels[int(level)] = stride
        if not levels or len(levels) < len(self.encoder.strides):
            raise ValueError("encoder strides must be different, and one at least")
        return levels

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Inverse of `to_json`.

        Raises:
            TypeError: If it is not a table.
            ValueError: If a key is unknown or a value is out of range.
        """
        if not isinstance(data, dict):
            raise TypeError(f"config is no table: {data!r}")
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(data) - known)
        if unknown:
            raise ValueError(f"unknown keys {unknown}")
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in data.items()
        }
        encoder = values.pop("encoder", None)
        if encoder is not None:
            if not isinstance(encoder, dict):
                raise ValueError(f"encoder must be a table or null, got {encoder!r}")
            strides = tuple(encoder.get("strides", (8, 16, 32)))
            values["encoder"] = EncoderConfig(**(encoder | {"strides": strides}))
        return cls(**values)


def is_number(value: object) -> bool:
    """Whether it is a finite int or float; True is none."""
    return type(value) in (int, float) and math.isfinite(cast("float", value))


# The tutorial's network: 62.6 M parameters, ab from OpenCV's 8-bit Lab in [-1, 1].
REFERENCE = ModelConfig()
