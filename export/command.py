"""`colorize export-onnx`, found by `colorize_cli.cli` through its entry point."""

from pathlib import Path

import click

from colorize_cli.errors import BackendError, PlanError
from colorize_cli.extras import cure
from export.options import DEFAULT_OPSET, HIGHEST_OPSET, LOWEST_OPSET, ExportOptions

__all__ = ["export_onnx"]


@click.command()
@click.option(
    "-m",
    "--model",
    type=click.Path(path_type=Path),
    help="A .safetensors model or a tutorial .pth.  [default: the embedded model]",
)
@click.option(
    "-o",
    "--output",
    "--out",
    type=click.Path(path_type=Path),
    help="NAME.onnx to write.  [default: the model's name, beside the model]",
)
@click.option(
    "--opset",
    type=click.IntRange(LOWEST_OPSET, HIGHEST_OPSET),
    default=DEFAULT_OPSET,
    show_default=True,
    help="ONNX operator set; older runtimes need a lower one.",
)
@click.option("--fp16", is_flag=True, help="Compute in float16, for GPUs.")
@click.option(
    "--with-step",
    is_flag=True,
    help="Also write NAME.step.onnx, a whole reverse step as one graph.",
)
@click.option(
    "--share-weights",
    is_flag=True,
    help="Leave the weights in the .safetensors file, which the graphs then refer to.",
)
def export_onnx(
    model: Path | None,
    output: Path | None,
    opset: int,
    *,
    fp16: bool,
    with_step: bool,
    share_weights: bool,
) -> None:
    """Export a model to ONNX and check it against PyTorch.

    Writes NAME.onnx, the denoiser, and NAME.encoder.onnx if the model has an encoder.
    Nothing is written when a graph disagrees with PyTorch.
    """
    from colorize_cli.model import find_model, read_network

    source = find_model(model)
    target = _target(source, output, is_embedded=model is None)
    if share_weights:
        _refuse_to_share(source, target)
    network, header = read_network(source)
    try:
        from export.bundle import export_model
    except ImportError as error:
        reason = f"exporting needs onnx; {cure('export')} ({error})"
        raise BackendError(source, reason) from error
    options = ExportOptions(
        opset=opset,
        fp16=fp16,
        with_step=with_step,
        shared_weights=source if share_weights else None,
    )
    exported = export_model(network, header, target, options)
    for file in exported.files:
        click.echo(f"{file}: {file.stat().st_size / 2**20:.2f} MiB")
    parity = exported.parity
    click.echo(
        f"largest difference from PyTorch: {parity.largest:.2g} of the largest value "
        f"(allowed: {parity.tolerance:.2g})"
    )


def _target(source: Path, output: Path | None, *, is_embedded: bool) -> Path:
    """Where to write: what was asked for, or beside the model.

    Raises:
        PlanError: If that is no ONNX file, or its folder does not exist, or ONNX cannot
            write its name.
    """
    beside = Path.cwd() / source.name if is_embedded else source
    target = output or beside.with_suffix(".onnx")
    if target.suffix != ".onnx" or target.is_dir():
        raise PlanError(f"{target}: the file to write must be called NAME.onnx")
    try:
        str(target).encode()
    except UnicodeEncodeError as error:
        reason = "ONNX takes no name that is not UTF-8"
        raise PlanError(f"{str(target)!r}: {reason}") from error
    if not target.parent.is_dir():
        raise PlanError(f"{target}: the folder {target.parent} does not exist")
    return target


def _refuse_to_share(source: Path, target: Path) -> None:
    """Stop unless the graph can refer to the weights by name alone.

    Raises:
        PlanError: If the weights are of another kind or in another folder.
    """
    if source.suffix != ".safetensors":
        raise PlanError(f"{source}: only a .safetensors file can share its weights")
    if source.parent.resolve() != target.parent.resolve():
        raise PlanError(
            f"{target}: to share weights the graphs must be in the folder of {source}"
        )
