"""Which model colorizes, and what runs it."""

from pathlib import Path

import click

from colorize_cli.options.group import Command, decorate

__all__ = ["model_options"]


def model_options(command: Command) -> Command:
    """Which model, on which backend and device."""
    options = [
        click.option(
            "--model",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Model to use: .safetensors, .onnx, or a tutorial's .pth. "
            "[default: the embedded model]",
        ),
        click.option(
            "--backend",
            type=click.Choice(["auto", "onnx", "torch"]),
            default="auto",
            show_default=True,
            help="What runs the network: ONNX Runtime or PyTorch.",
        ),
        click.option(
            "--device",
            metavar="auto|cpu|cuda|cuda:N",
            default="auto",
            show_default=True,
            help="Where it runs. Asking for CUDA where there is none is an error.",
        ),
    ]
    return decorate(options, command)
