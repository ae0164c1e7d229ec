"""EfficientNet-Lite0: its grids, and its features against an independent package."""

import pytest
import torch

from colorize_cli.model.encoder import FEATURE_WIDTHS, EfficientNetLite0, Encoder
from colorize_cli.model.imagenet_weights import load_imagenet_weights
from tests.random_weights import randomized


def test_features_have_the_grids_and_widths_of_their_strides():
    """Strides 8, 16 and 32 with 40, 112 and 320 channels, square or not."""
    with torch.no_grad():
        features = EfficientNetLite0().eval()(torch.rand(2, 3, 64, 96))
    assert {s: tuple(f.shape) for s, f in features.items()} == {
        8: (2, 40, 8, 12),
        16: (2, 112, 4, 6),
        32: (2, 320, 2, 3),
    }


def test_projections_start_at_zero(encoder_config):
    """A fresh encoder adds nothing to the UNet."""
    (feature,) = Encoder(encoder_config)(torch.rand(1, 1, 64, 64))
    assert torch.equal(feature, torch.zeros(1, 32, 8, 8))


def test_black_and_white_are_the_ends_of_the_range(encoder_network):
    """L -1 and 1 reach the backbone as 0 and 1 in all three channels."""
    seen = []
    backbone = encoder_network.encoder.backbone
    backbone.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    plane = torch.ones(1, 1, 32, 32)
    encoder_network.encode(torch.cat([-plane, plane]))
    assert torch.equal(seen[0][0], torch.zeros(3, 32, 32))
    assert torch.equal(seen[0][1], torch.ones(3, 32, 32))


@pytest.fixture(scope="module")
def package():
    """The same network as another package builds it, with ImageNet's weights."""
    efficientnet = pytest.importorskip("efficientnet_lite_pytorch").EfficientNet
    from colorize_cli.model.imagenet_weights import weights_path

    network = efficientnet.from_name("efficientnet-lite0")
    network.load_state_dict(torch.load(weights_path(), weights_only=True))
    return network.eval()


def package_features(network, rgb) -> dict[int, torch.Tensor]:
    """The package's features: the last output on each grid."""
    h = network._swish(network._bn0(network._conv_stem(rgb)))
    features = {}
    for block in network._blocks:
        h = block(h)
        features[rgb.shape[-1] // h.shape[-1]] = h
    return features


@pytest.mark.parametrize("size", [(64, 64), (128, 96)])
def test_imagenet_features_equal_the_packages(package, size):
    """With folded batch norm, all three feature maps agree to 1e-4 of their size.

    Verifies `imagenet_weights`, the padding and the pixel scaling.
    """
    ours = EfficientNetLite0().eval()
    load_imagenet_weights(ours)
    pixels = torch.randint(0, 256, (2, 3, *size)).float()
    with torch.no_grad():
        features = ours(pixels / 255)
        expected = package_features(package, (pixels - 127) / 128)
    for stride in FEATURE_WIDTHS:
        scale = expected[stride].abs().max()
        assert (features[stride] - expected[stride]).abs().max() < 1e-4 * scale


def test_random_weights_reach_the_deepest_grid():
    """The stand-in weights of the tests do not fade to nothing on the way."""
    network = randomized(EfficientNetLite0())
    with torch.no_grad():
        one, two = (network(torch.rand(1, 3, 64, 64))[32] for _ in range(2))
    assert (one - two).abs().max() > 1e-4
