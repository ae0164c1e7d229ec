"""What a model is: JSON and back, and what is refused."""

import json
from dataclasses import replace

import pytest

from colorize_cli.model.config import REFERENCE, EncoderConfig, ModelConfig

DEFAULT = ModelConfig(
    inner_channel=32,
    channel_mults=(1, 2, 4, 6),
    attn_res=(4, 8),
    patch=2,
    prediction="v",
    embedding="angle",
    ab_mean=(1.7, 7.8),
    ab_std=(11.8, 17.2),
    square=False,
    encoder=EncoderConfig(scale=2, strides=(8, 16, 32)),
)


@pytest.mark.parametrize("config", [REFERENCE, DEFAULT], ids=["reference", "default"])
def test_json_round_trip(config):
    """A config survives being written as text, tuples and encoder included."""
    assert ModelConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def test_reference_is_the_tutorials_unet_config():
    """The values of the tutorial's `unet_config`, and its colour convention."""
    tutorial = ModelConfig(
        in_channel=3,
        out_channel=2,
        inner_channel=64,
        channel_mults=(1, 2, 4, 8),
        attn_res=(16,),
        num_head_channels=32,
        res_blocks=2,
        dropout=0.2,
        image_size=128,
        patch=1,
        prediction="epsilon",
        embedding="gamma",
        ab_mean=(-0.5, -0.5),
        ab_std=(127.5, 127.5),
        clip=1.0,
        square=True,
        encoder=None,
    )
    assert tutorial == REFERENCE


def test_encoder_strides_meet_the_levels_with_the_same_grid():
    """At scale 2 and patch 2, strides 8, 16 and 32 are levels 1, 2 and 3."""
    assert DEFAULT.encoder_levels() == {1: 8, 2: 16, 3: 32}
    assert REFERENCE.encoder_levels() == {}


@pytest.mark.parametrize("strides", [(), (8, 8)])
def test_encoder_strides_are_different_and_some(strides):
    """A model of others could be trained and not exported."""
    with pytest.raises(ValueError, match="strides must be different"):
        replace(DEFAULT, encoder=EncoderConfig(strides=strides))


def test_working_sizes_divide_down_to_the_last_level():
    """Reference: 8 = 2^3; default: 16, because its grid is patched by 2."""
    assert REFERENCE.size_multiple_px == 8
    assert DEFAULT.size_multiple_px == 16


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"inner_channel": 48}, "multiples of 32"),
        ({"inner_channel": 16, "channel_mults": (2, 4)}, "inner_channel"),
        ({"channel_mults": ()}, "multiples of 32"),
        ({"channel_mults": (0, 1)}, "multiples of 32"),
        ({"num_head_channels": 48}, "num_head_channels 48"),
        ({"encoder": EncoderConfig(strides=(4,))}, "stride 4"),
        ({"encoder": EncoderConfig(scale=2, strides=(32,)), "patch": 1}, "stride 32"),
        ({"encoder": EncoderConfig(scale=3)}, "stride 8"),
        ({"prediction": "velocity"}, "one of epsilon, v, x0, got 'velocity'"),
        ({"embedding": "sine"}, "embedding must be one of gamma, angle"),
        ({"ab_std": 5}, "ab_std must be two numbers, got 5"),
        ({"ab_mean": (1.0, float("nan"))}, "ab_mean must be two numbers"),
        ({"ab_std": (1.0, 0.0)}, "ab_std and clip must be above 0"),
        ({"clip": "six"}, "clip and dropout must be two numbers"),
        ({"dropout": 1.0}, "dropout must be from 0 to below 1"),
        ({"square": "no"}, "square must be true or false"),
        ({"channel_mults": 4}, "channel_mults must be whole numbers, got 4"),
        ({"attn_res": (4, "8")}, "attn_res must be whole numbers"),
        # Of hostile files, which would cost hours or all memory.
        ({"res_blocks": 10**9}, "res_blocks must be 1 to 64"),
        ({"image_size": 10**9}, "image_size must be 1 to 8192"),
        ({"image_size": 64.0}, "image_size must be 1 to 8192"),
        ({"patch": -1}, "patch must be 1 to 64"),
        ({"inner_channel": 32 * 10**9}, "inner_channel must be"),
        ({"channel_mults": (1, 10**9)}, "channel widths must be at most 8192"),
        ({"channel_mults": (1,) * 10**6}, "more than 12 levels"),
    ],
)
def test_impossible_shapes_are_refused(changes, message):
    """What the UNet's constructor would trip over is a ValueError that names it."""
    with pytest.raises(ValueError, match=message):
        replace(DEFAULT, **changes)


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        ("lite0", "encoder must be a table or null, got 'lite0'"),
        ({"scale": 0}, "scale must be 1 to 16, got 0"),
        ({"name": "vgg16"}, "there is no encoder 'vgg16'"),
    ],
)
def test_impossible_encoders_are_refused(encoder, message):
    """Read from a file, where it may be anything."""
    with pytest.raises(ValueError, match=message):
        ModelConfig.from_json(DEFAULT.to_json() | {"encoder": encoder})


def test_unknown_keys_are_refused():
    """A file of a later version is not read as if its settings did not matter."""
    with pytest.raises(ValueError, match="wings"):
        ModelConfig.from_json(REFERENCE.to_json() | {"wings": 2})
