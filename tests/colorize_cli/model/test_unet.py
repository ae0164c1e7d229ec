"""The UNet: sizes, zero start, patches, encoder features, parameter counts."""

from dataclasses import replace

import pytest
import torch

from colorize_cli.model.config import REFERENCE, EncoderConfig, ModelConfig
from colorize_cli.model.network import Network
from colorize_cli.model.unet import UNet
from tests.random_weights import randomized

DEFAULT = ModelConfig(
    inner_channel=32,
    channel_mults=(1, 2, 4, 6),
    attn_res=(4, 8),
    patch=2,
    prediction="v",
    embedding="angle",
    encoder=EncoderConfig(scale=2, strides=(8, 16, 32)),
)


def parameter_count(module) -> int:
    """Number of weights."""
    return sum(parameter.numel() for parameter in module.parameters())


def test_parameter_counts():
    """The reference is the tutorial's 62.6 M; the default UNet is 11.7 M."""
    with torch.device("meta"):
        assert parameter_count(Network(REFERENCE)) == 62_639_042
        default = Network(DEFAULT)
    assert parameter_count(default.unet) == 11_730_120
    assert parameter_count(default.encoder) == 2_988_752


def test_default_fits_its_place_in_the_repository():
    """UNet and encoder together, two bytes a weight, are at most 30 MiB."""
    with torch.device("meta"):
        assert 2 * parameter_count(Network(DEFAULT)) < 30 * 2**20


@pytest.mark.parametrize("config", [REFERENCE, DEFAULT], ids=["reference", "default"])
@pytest.mark.parametrize("size", [(64, 64), (64, 96), (112, 64)])
def test_predictions_have_the_size_of_the_input(config, size):
    """Any multiple of the config's step works, square or not."""
    with torch.device("meta"):
        network = Network(config).eval()
        x = torch.empty(2, 3, *size)
        luminance = torch.empty(2, 1, *(2 * side for side in size))
        out = network(x, torch.empty(2), luminance)
    assert out.shape == (2, 2, *size)


@pytest.mark.parametrize("name", ["tiny_config", "encoder_config"])
def test_a_fresh_network_predicts_exactly_zero(request, name):
    """Output convolutions start at zero, so training starts from silence."""
    network = Network(request.getfixturevalue(name)).eval()
    x, gamma = torch.randn(2, 3, 16, 24), torch.tensor([0.0, 0.9])
    with torch.no_grad():
        out = network(x, gamma, torch.randn(2, 1, 32, 48))
    assert torch.equal(out, torch.zeros(2, 2, 16, 24))


def test_patches_fold_pixels_in_place(tiny_network):
    """Folding puts a 2 x 2 block of a plane into 4 channels; unfolding undoes it."""
    unet = tiny_network.unet
    x = torch.arange(2 * 3 * 4 * 6.0).reshape(2, 3, 4, 6)
    folded = unet.fold(x)
    assert folded.shape == (2, 12, 2, 3)
    assert folded[0, :4, 0, 0].tolist() == x[0, 0, :2, :2].flatten().tolist()
    assert torch.equal(unet.unfold(folded), x)


def test_rows_do_not_see_each_other(tiny_network):
    """A row's prediction is the same alone and in a batch."""
    x, gamma = torch.randn(3, 3, 16, 16), torch.tensor([0.1, 0.5, 0.9])
    with torch.no_grad():
        together = tiny_network(x, gamma)
        alone = tiny_network(x[1:2], gamma[1:2])
    assert torch.allclose(together[1:2], alone, atol=1e-5)


def test_prediction_depends_on_everything_it_is_given(encoder_network):
    """L, noisy ab, gamma and the encoder's view each change the prediction."""
    x, gamma = torch.randn(1, 3, 16, 16), torch.tensor([0.5])
    luminance = torch.rand(1, 1, 32, 32) * 2 - 1
    other = x.clone()
    other[:, 0] += 0.1
    noisier = x.clone()
    noisier[:, 2] += 0.1
    with torch.no_grad():
        base = encoder_network(x, gamma, luminance)
        changed = [
            encoder_network(other, gamma, luminance),
            encoder_network(noisier, gamma, luminance),
            encoder_network(x, torch.tensor([0.6]), luminance),
            encoder_network(x, gamma, -luminance),
        ]
    assert all((each - base).abs().max() > 1e-3 for each in changed)


def test_features_join_the_levels_with_their_grid(encoder_config):
    """A feature is added where its grid is: elsewhere its shape would not fit."""
    config = replace(
        encoder_config,
        channel_mults=(1, 2, 2),
        encoder=EncoderConfig(scale=2, strides=(8, 16)),
    )
    network = randomized(Network(config))
    luminance = torch.rand(1, 1, 64, 96) * 2 - 1
    with torch.no_grad():
        features = network.encode(luminance)
        # Level 1 still has the width of level 0 in its first block, and so on.
        assert [f.shape for f in features] == [(1, 32, 8, 12), (1, 64, 4, 6)]
        x, gamma = torch.randn(1, 3, 32, 48), torch.tensor([0.5])
        base = network.unet(x, gamma, *features)
        for index in range(2):
            moved = [f + (i == index) for i, f in enumerate(features)]
            assert not torch.allclose(network.unet(x, gamma, *moved), base)


def test_a_model_with_an_encoder_insists_on_its_luminance(encoder_network):
    """Without the encoder's input there is an error, not a colder prediction."""
    x, gamma = torch.randn(1, 3, 16, 16), torch.tensor([0.5])
    with pytest.raises(ValueError, match="luminance"):
        encoder_network(x, gamma)


def test_wrong_number_of_features_is_refused(tiny_network):
    """A UNet without encoder levels takes no features."""
    x, gamma = torch.randn(1, 3, 16, 16), torch.tensor([0.5])
    with pytest.raises(ValueError, match="zip"):
        tiny_network.unet(x, gamma, torch.zeros(1, 32, 4, 4))


def test_gradient_checkpointing_changes_no_gradient(tiny_config):
    """Recomputed activations give the same loss and gradients."""
    config = replace(tiny_config, dropout=0.0)
    plain = randomized(UNet(config)).train()
    saving = UNet(config, use_checkpoint=True).train()
    saving.load_state_dict(plain.state_dict())
    x, gamma = torch.randn(2, 3, 16, 16), torch.tensor([0.3, 0.8])
    for unet in (plain, saving):
        unet(x, gamma).square().mean().backward()
    pairs = zip(plain.parameters(), saving.parameters(), strict=True)
    assert all(torch.allclose(a.grad, b.grad, atol=1e-7) for a, b in pairs)
