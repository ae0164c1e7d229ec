"""Another schedule in a weights file."""

import sys

import pytest

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.model import read_header
from colorize_cli.model.checkpoint import load_network
from scripts.set_schedule import main


@pytest.mark.parametrize(
    ("settings", "wanted"),
    [
        (["kind=cosine", "steps=7"], NoiseSchedule.cosine(7)),
        (
            ["kind=log_snr", "steps=5", "start=-8.0", "end=3.0", "zero_terminal=true"],
            NoiseSchedule.log_snr(5, -8, 3).zero_terminal_snr(),
        ),
    ],
)
def test_only_the_schedule_changes(
    tmp_path, monkeypatch, tiny_model_path, settings, wanted
):
    """Config and weights are those of the first file, up to float16."""
    out = tmp_path / "other.safetensors"
    words = [word for each in settings for word in ("--set", each)]
    monkeypatch.setattr(
        sys, "argv", ["set_schedule", str(tiny_model_path), "--out", str(out), *words]
    )
    main()
    assert read_header(out).schedule == wanted
    assert read_header(out).config == read_header(tiny_model_path).config
    before, _ = load_network(tiny_model_path)
    after, _ = load_network(out)
    for name, weight in before.state_dict().items():
        assert after.state_dict()[name].equal(weight.half().float()), name
