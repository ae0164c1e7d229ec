"""`colorize inspect`: what a model is, and what can run it here."""

from pathlib import Path

import click

__all__ = ["inspect"]


@click.command()
@click.argument(
    "model", metavar="[MODEL]", required=False, type=click.Path(path_type=Path)
)
def inspect(model: Path | None) -> None:
    """Show a model's config, schedule and provenance, and the devices found here.

    Without MODEL, the embedded one is shown.
    """
    from colorize_cli.console import Console
    from colorize_cli.model import available_devices, load_model

    loaded = load_model(model, "auto", "cpu")
    Console().show_inspection(loaded, available_devices())
