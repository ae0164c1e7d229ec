"""Networks to export, each with something that the others have not."""

from dataclasses import replace

import pytest

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model.config import EncoderConfig, ModelConfig
from colorize_cli.model.header import Header
from colorize_cli.model.network import Network
from tests.random_weights import randomized


def configs(tiny: ModelConfig) -> dict[str, ModelConfig]:
    """Models that together use every kind of layer and every setting."""
    return {
        # Three levels, attention on two of them with two heads, features on all.
        "encoder": replace(
            tiny,
            channel_mults=(1, 2, 2),
            attn_res=(2, 4),
            encoder=EncoderConfig(scale=2, strides=(8, 16)),
        ),
        # The tutorial's kind: no folding, gamma itself, epsilon, clip at 1.
        "reference": ModelConfig(
            inner_channel=32, channel_mults=(1, 2), attn_res=(2,), image_size=16
        ),
        # Channels enough for Winograd's convolutions.
        "wide": replace(tiny, channel_mults=(1, 8), patch=1, attn_res=()),
    }


@pytest.fixture(params=["encoder", "reference", "wide"])
def network(request, tiny_config) -> Network:
    """A network of each of `configs`, with random weights."""
    return randomized(Network(configs(tiny_config)[request.param]))


@pytest.fixture
def header_of():
    """Makes a header for a network; twenty steps, from noise or from nearly noise."""

    def make(network: Network) -> Header:
        schedule = NoiseSchedule.cosine(20)
        if network.config.prediction == "epsilon":
            schedule = NoiseSchedule.linear(20, 1e-4, 0.09)
        return Header(config=network.config, schedule=schedule)

    return make
