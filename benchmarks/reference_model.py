"""The tutorial's 62.6 M parameters as the tool's own model files."""

import subprocess
import sys
from pathlib import Path

from benchmarks.tutorial_loop import TutorialLoop

__all__ = ["import_reference", "run_tool"]


def import_reference(tutorial: TutorialLoop, folder: Path, *, exported: bool) -> Path:
    """Save the tutorial's model and take it over with the tool's own commands.

    Args:
        tutorial: The model with its random weights.
        folder: Where the files go.
        exported: Whether to make the ONNX graph too.

    Returns:
        reference.safetensors in the folder.
    """
    checkpoint, model = folder / "best_model.pth", folder / "reference.safetensors"
    tutorial.save(checkpoint)
    run_tool("import-checkpoint", checkpoint, model)
    if exported:
        run_tool("export-onnx", "--model", model)
    return model


def run_tool(*arguments: object) -> None:
    """Run a command of the tool, as a user would."""
    command = [sys.executable, "-m", "colorize_cli", *map(str, arguments)]
    subprocess.run(command, check=True)
