"""The header of a model file: what it says about itself. Free of torch.

The same JSON text stands in a safetensors file's metadata and in an ONNX file's
`metadata_props`, under the same key. The format is described in docs/checkpoint.md.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import CheckpointError
from colorize_cli.model.config import ModelConfig

__all__ = ["HEADER_KEY", "Header"]

HEADER_KEY = "colorize"
FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a weights file says about itself."""

    config: ModelConfig
    schedule: NoiseSchedule
    # How the weights came about: data, iteration, commit; shown by `inspect`.
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the network can answer at every gamma.

        Raises:
            ValueError: If it predicts epsilon and there is pure noise, from which no
                epsilon tells the colours.
            TypeError: If the provenance is not a table.
        """
        if self.config.prediction == "epsilon" and self.schedule.gammas[0] == 0:
            raise ValueError("a first gamma of 0 needs prediction v or x0")
        if not isinstance(self.provenance, Mapping):
            raise TypeError(f"provenance is no table: {self.provenance!r}")

    def to_text(self) -> str:
        """The JSON text that is stored."""
        return json.dumps(
            {
                "format": FORMAT_VERSION,
                "config": self.config.to_json(),
                "gammas": self.schedule.gammas,
                "provenance": dict(self.provenance),
            }
        )

    @classmethod
    def from_text(cls, path: Path, text: str | None) -> "Header":
        """Parse what `to_text` wrote.

        Raises:
            CheckpointError: If there is no header, or it is not of this version.
        """
        if text is None:
            raise CheckpointError(
                path,
                "has no colorize header, so it is not a model of this tool; "
                "a tutorial checkpoint (.pth) can be used or imported as it is",
            )
        try:
            data = json.loads(text)
            version = data["format"]
            if version != FORMAT_VERSION:
                raise CheckpointError(
                    path,
                    f"is of format {version}, this colorize reads {FORMAT_VERSION}; "
                    "update colorize-diffusion",
                )
            return cls(
                config=ModelConfig.from_json(data["config"]),
                schedule=NoiseSchedule(tuple(data["gammas"])),
                provenance=data["provenance"],
            )
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise CheckpointError(path, f"has a broken header: {error}") from error
