"""The comparison finds what is wrong and lets pass what is right."""

import numpy as np
import pytest
import torch

from colorize_cli.errors import ParityError
from colorize_cli.model.network import Network
from colorize_cli.model.unet import UNet
from export.bundle import export_model
from export.options import ExportOptions
from export.parity import FP32_TOLERANCE, check_model, check_step


@pytest.fixture
def exported(tmp_path, encoder_network, header_of):
    """Path of an export of `encoder_network`, with the step graph."""
    target = tmp_path / "model.onnx"
    options = ExportOptions(with_step=True)
    export_model(encoder_network, header_of(encoder_network), target, options)
    return target


@pytest.mark.parametrize(
    "name",
    [
        "unet.out.2.bias",
        "unet.middle_block.1.qkv.weight",
        "encoder.backbone.stem.bias",
        "encoder.projections.8.weight",
    ],
)
def test_one_changed_weight_is_found(exported, encoder_network, name):
    """In the denoiser or in the encoder, first layer or last."""
    with torch.no_grad():
        encoder_network.state_dict()[name].add_(0.05)
    with pytest.raises(ParityError) as caught:
        check_model(encoder_network, exported, tolerance=FP32_TOLERANCE)
    assert caught.value.largest > FP32_TOLERANCE


def test_noise_levels_are_spread_over_the_schedule(
    exported, encoder_network, header_of, monkeypatch
):
    """From the noisiest to the cleanest: a fault at one of them must not be missed."""
    gammas = header_of(encoder_network).schedule.gammas
    seen = []
    forward = UNet.forward

    def listening(unet, x, gamma, *features):
        seen.append(float(gamma[0]))
        return forward(unet, x, gamma, *features)

    monkeypatch.setattr(UNet, "forward", listening)
    check_model(encoder_network, exported, tolerance=FP32_TOLERANCE)
    assert seen[0] == pytest.approx(gammas[0])
    assert seen[-1] == pytest.approx(gammas[-1])
    assert len({*seen}) == len(seen) == 4


def test_a_wrong_step_is_found(exported, encoder_network, header_of):
    """The step graph has its own weights, so it is compared by itself."""
    with torch.no_grad():
        encoder_network.unet.out[2].bias += 0.05
    step = exported.with_suffix(".step.onnx")
    with pytest.raises(ParityError):
        check_step(
            encoder_network, header_of(encoder_network), step, tolerance=FP32_TOLERANCE
        )


def test_answers_that_are_no_numbers_fail(exported, encoder_network):
    """NaN is larger than nothing, so it needs its own rule."""
    with torch.no_grad():
        encoder_network.unet.out[2].bias.fill_(float("nan"))
    with pytest.raises(ParityError) as caught:
        check_model(encoder_network, exported, tolerance=FP32_TOLERANCE)
    assert caught.value.largest == np.inf


def test_a_fresh_network_is_exported(tmp_path, tiny_config, header_of):
    """It answers 0 everywhere, to which nothing is relative."""
    network = Network(tiny_config).eval()
    target = tmp_path / "fresh.onnx"
    parity = export_model(network, header_of(network), target, ExportOptions()).parity
    assert parity.largest == 0
