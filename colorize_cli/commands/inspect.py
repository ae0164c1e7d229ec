"""`colorize inspect`: what a model is, and what can run it here."""

from pathlib import Path

import click

__all__ = ["inspect"]


@click.command(short_help="Show what a model is and what can run it here.")
@click.argument(
    "model", metavar="[MODEL]", required=False, type=click.Path(path_type=Path)
)
def inspect(model: Path | None) -> None:
    """Show a model's provenance, config and schedule, and the devices found here.

    Without MODEL, the embedded one is shown.
    """
    from colorize_cli.console import Console
    from colorize_cli.model import available_devices, find_model, read_header

    path = find_model(model)
    Console().show_inspection(path, read_header(path), available_devices())
