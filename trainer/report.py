"""What a run's log says: a summary, and its curves as a picture.

`python -m trainer.report RUN [--plot FILE.png]`
"""

import json
import statistics
from pathlib import Path
from typing import Any

import click

from colorize_cli.errors import DataError

__all__ = ["plot_curves", "read_log", "summarize"]

# Figure -> title of its panel.
PANELS = {
    "loss": "training loss",
    "val_loss": "validation loss",
    "val_mae_lab": "MAE of ab (Lab units)",
    "psnr": "PSNR (dB)",
    "chroma_ratio": "chroma against the truth",
    "lr": "learning rate",
}


def read_log(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's log.

    Raises:
        DataError: If there is none, or a line is broken.
    """
    path = folder / "log.jsonl"
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise DataError(path, f"is no log of a run: {error}") from error


def summarize(folder: Path) -> dict[str, float]:
    """Last iteration and time, median speed, and the last validation's metrics.

    Raises:
        DataError: If there is no log.
    """
    lines = read_log(folder)
    steps = [line for line in lines if "images_per_s" in line]
    validations = [line for line in lines if "val_loss" in line]
    summary: dict[str, float] = {}
    if steps:
        summary = {key: steps[-1][key] for key in ("iteration", "minutes", "epoch")}
    for key in ("images_per_s", "peak_share", "gpu_memory_gb"):
        values = [line[key] for line in steps if key in line]
        if values:
            summary[key] = statistics.median(values)
    return summary | (validations[-1] if validations else {})


def plot_curves(folder: Path, target: Path) -> None:
    """Draw the figures over the iterations, a panel each, into a PNG or SVG.

    Raises:
        DataError: If there is no log, nothing in it, or matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DataError(target, "needs matplotlib; pip install matplotlib") from error
    lines = read_log(folder)
    panels = {k: title for k, title in PANELS.items() if any(k in x for x in lines)}
    if not panels:
        raise DataError(folder / "log.jsonl", "has no figures to draw yet")
    figure = Figure(figsize=(10, 3 * ((len(panels) + 1) // 2)), layout="constrained")
    axes = figure.subplots((len(panels) + 1) // 2, 2, squeeze=False).ravel()
    for axis, (key, title) in zip(axes, panels.items(), strict=False):
        points = [(line["iteration"], line[key]) for line in lines if key in line]
        axis.plot(*zip(*points, strict=True), marker="." if len(points) < 50 else "")
        axis.set(title=title, xlabel="iteration")
        axis.grid(alpha=0.3)
    for axis in axes[len(panels) :]:
        axis.remove()
    figure.savefig(target, dpi=100)


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--plot", type=click.Path(path_type=Path), help="Write the curves here.")
def report(run: Path, plot: Path | None) -> None:
    """Print the summary of RUN as JSON, and draw its curves."""
    try:
        click.echo(json.dumps(summarize(run), indent=2))
        if plot is not None:
            plot_curves(run, plot)
    except DataError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    report()
