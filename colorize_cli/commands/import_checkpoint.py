"""`colorize import-checkpoint`: a tutorial's .pth becomes a safetensors model."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from colorize_cli.errors import BackendError, CheckpointError, PlanError
from colorize_cli.extras import cure

if TYPE_CHECKING:
    from colorize_cli.model.header import Header
    from colorize_cli.model.network import Network

__all__ = ["import_checkpoint"]


@click.command(
    name="import-checkpoint",
    short_help="Convert a tutorial's .pth to a model of this tool.",
)
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument("target", metavar="MODEL.safetensors", type=click.Path(path_type=Path))
@click.option("--overwrite", is_flag=True, help="Replace MODEL.safetensors.")
def import_checkpoint(checkpoint: Path, target: Path, overwrite: bool) -> None:
    """Convert CHECKPOINT, a best_model.pth of the tutorial, to a model of this tool.

    Its weights and noise schedule are kept; the result also says what they are and
    loads without running any code. A .pth works as --model without this, too.
    """
    if target.suffix != ".safetensors":
        raise PlanError(f"{target}: the name of a model ends in .safetensors")
    if target.exists() and not overwrite:
        raise PlanError(f"{target}: is already there; --overwrite replaces it")
    try:
        from colorize_cli.model.reference import load_tutorial_checkpoint
    except ImportError as error:
        reason = f"reading it needs PyTorch; {cure('torch')}"
        raise BackendError(checkpoint, reason) from error
    network, header = load_tutorial_checkpoint(checkpoint)
    save_atomically(target, network, header)
    parameter_count = sum(p.numel() for p in network.parameters())
    click.echo(
        f"{target}: {parameter_count:,} parameters, "
        f"{len(header.schedule.gammas)} steps, from {checkpoint}"
    )


def save_atomically(target: Path, network: "Network", header: "Header") -> None:
    """Write the model beside `target` and rename it, so that no half file is left.

    Raises:
        CheckpointError: If the folder is missing or cannot be written to.
    """
    from colorize_cli.model.checkpoint import save_network

    partial = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        save_network(partial, network, header)
        partial.replace(target)
    except OSError as error:
        raise CheckpointError(
            target, f"cannot be written ({error.strerror})"
        ) from error
    finally:
        partial.unlink(missing_ok=True)
