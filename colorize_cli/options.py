"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["model_options", "sampling_options"]

Command = TypeVar("Command", bound=Callable[..., Any])


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
    return apply(options, command)


def sampling_options(command: Command) -> Command:
    """How the reverse loop is run."""
    options = [
        click.option(
            "--samples",
            type=click.IntRange(min=1),
            default=1,
            show_default=True,
            help="Variants per photo: name.jpg, name_s2.jpg, name_s3.jpg, ...",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Same photo, seed and settings: the same colours.",
        ),
        click.option(
            "--steps",
            type=click.IntRange(min=1),
            help="Steps of the reverse loop. [default: the model's own, usually 20]",
        ),
        click.option(
            "--sampler",
            type=click.Choice(["ddpm", "ddim"]),
            default="ddpm",
            show_default=True,
            help="ddpm draws fresh noise at each step, ddim only at the start.",
        ),
        click.option(
            "--size",
            type=click.IntRange(min=16),
            metavar="PIXELS",
            help="Short side at which colours are worked out; the output keeps the "
            "photo's own size. [default: the size the model was trained at]",
        ),
    ]
    return apply(options, command)


def apply(options: list[Callable[[Any], Any]], command: Command) -> Command:
    """Decorate in reverse, so that `--help` keeps the written order."""
    for option in reversed(options):
        command = option(command)
    return command
