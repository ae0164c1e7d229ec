"""The header text of a model file."""

import json
from pathlib import Path

import pytest

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import CheckpointError
from colorize_cli.model.config import REFERENCE
from colorize_cli.model.header import Header

PATH = Path("model.safetensors")
HEADER = Header(
    config=REFERENCE,
    schedule=NoiseSchedule.linear(20, 1e-4, 0.09),
    provenance={"iteration": 7, "data": "CelebA"},
)


def test_text_round_trip_keeps_every_digit():
    """Config, gammas and provenance come back equal, the floats exactly."""
    assert Header.from_text(PATH, HEADER.to_text()) == HEADER


def test_a_file_without_header_is_no_model():
    """The message names the file and says what would be accepted."""
    with pytest.raises(CheckpointError, match=r"model\.safetensors.*\.pth"):
        Header.from_text(PATH, None)


def changed(**changes) -> str:
    """The header's text with some top-level entries replaced."""
    return json.dumps(json.loads(HEADER.to_text()) | changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "broken header"),
        ("[]", "broken header"),
        ("{}", "broken header"),
        (changed(format=2), "is of format 2.*update"),
        (changed(gammas=[0.9, 0.1]), "gammas must rise"),
        (changed(gammas="many"), "broken header"),
        (changed(config={"wings": 2}), "wings"),
        (changed(config={"inner_channel": "wide"}), "broken header"),
        (changed(config=3), "broken header"),
        (changed(config=["inner_channel"]), "config is no table"),
        (changed(config={"prediction": "velocity"}), "one of epsilon, v, x0"),
        (changed(gammas=[0.0, 0.5]), "a first gamma of 0 needs prediction v or x0"),
        (changed(provenance="Paris"), "provenance is no table: 'Paris'"),
        ("[" * 100_000, "broken header"),
    ],
)
def test_broken_headers_are_refused(text, message):
    """Anything but a valid header of this version is an error with a reason."""
    with pytest.raises(CheckpointError, match=message):
        Header.from_text(PATH, text)
