"""The files of an exported model, written together or not at all."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import onnx

from colorize_cli.errors import CheckpointError
from colorize_cli.model.header import HEADER_KEY, Header
from colorize_cli.model.network import Network
from colorize_cli.model.onnx_graphs import ENCODER_KEY, ENCODER_SUFFIX, STEP_SUFFIX
from export.graph import denoiser_graph, encoder_graph, step_graph
from export.options import ExportOptions
from export.parity import (
    FP16_TOLERANCE,
    FP32_TOLERANCE,
    Parity,
    check_model,
    check_step,
)
from export.weights import EmbeddedWeights, SharedWeights, WeightSource

__all__ = ["Exported", "export_model"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written, and how well it agrees with PyTorch."""

    files: tuple[Path, ...]
    parity: Parity


def export_model(
    network: Network, header: Header, target: Path, options: ExportOptions
) -> Exported:
    """Write NAME.onnx and what belongs to it, once all of it has passed its checks.

    The graphs are made and checked in a hidden folder beside the target and renamed at
    the end, the denoiser last, since it is what refers to the others. Graphs that an
    earlier export had and this one has not are removed: they would be used with it.

    Args:
        network: In evaluation mode, float32.
        header: Becomes the metadata of every graph.
        target: NAME.onnx; replaced if it exists.
        options: See there.

    Raises:
        ParityError: If a graph does not agree with PyTorch; nothing is left behind.
        CheckpointError: If the files cannot be written, or the weights not shared.
    """
    try:
        with tempfile.TemporaryDirectory(
            prefix=f".{target.name}.", dir=target.parent
        ) as folder:
            draft = Path(folder) / target.name
            parity = _write_checked(network, header, draft, options)
            drafts = sorted(Path(folder).glob("*.onnx"), key=lambda path: path == draft)
            finished = [target.with_name(path.name) for path in drafts]
            for suffix in (ENCODER_SUFFIX, STEP_SUFFIX):
                if target.with_suffix(suffix) not in finished:
                    target.with_suffix(suffix).unlink(missing_ok=True)
            for path, final in zip(drafts, finished, strict=True):
                path.replace(final)
    except OSError as error:
        raise CheckpointError(target, f"cannot be written: {error}") from error
    return Exported(files=tuple(reversed(finished)), parity=parity)


def _write_checked(
    network: Network, header: Header, draft: Path, options: ExportOptions
) -> Parity:
    """Write all graphs of a model into the draft's folder and compare them."""
    weights: WeightSource = EmbeddedWeights(network.state_dict())
    if options.shared_weights is not None:
        weights = SharedWeights(options.shared_weights)
        # A copy: onnx.checker takes a hard link for an attack.
        shutil.copyfile(
            options.shared_weights, draft.with_name(options.shared_weights.name)
        )

    def write(
        make: Callable[..., onnx.ModelProto], path: Path, **metadata: str
    ) -> Path:
        model = make(network, weights, opset=options.opset, fp16=options.fp16)
        onnx.helper.set_model_props(model, {HEADER_KEY: header.to_text(), **metadata})
        path.write_bytes(model.SerializeToString())
        onnx.checker.check_model(path, full_check=True)
        return path

    tolerance = FP16_TOLERANCE if options.fp16 else FP32_TOLERANCE
    names = {}
    if network.encoder is not None:
        encoder = write(encoder_graph, draft.with_suffix(ENCODER_SUFFIX))
        names[ENCODER_KEY] = encoder.name
    write(denoiser_graph, draft, **names)
    parity = check_model(network, draft, tolerance=tolerance)
    if not options.with_step:
        return parity
    step = write(step_graph, draft.with_suffix(STEP_SUFFIX), **names)
    of_step = check_step(network, header, step, tolerance=tolerance)
    return max(parity, of_step, key=lambda found: found.largest)
