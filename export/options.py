"""How a model is exported. Imports nothing heavy, so that `--help` stays fast."""

from dataclasses import dataclass
from pathlib import Path

__all__ = ["DEFAULT_OPSET", "HIGHEST_OPSET", "LOWEST_OPSET", "ExportOptions"]

# The graphs use operators that stayed the same over these versions, so the version
# decides who can read the file, not how fast it runs.
LOWEST_OPSET, DEFAULT_OPSET, HIGHEST_OPSET = 17, 18, 23


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """How a model is exported."""

    # Version of the ONNX operator set.
    opset: int = DEFAULT_OPSET
    # Compute in float16, which a GPU is fast at and a CPU is not.
    fp16: bool = False
    # Also write the graph of a whole reverse step.
    with_step: bool = False
    # The safetensors file in the target's folder that the weights stay in; None puts
    # them into the graphs.
    shared_weights: Path | None = None
