"""Trials of the recipe: rows, their names, and a run that is taken up again."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import benchmarks.trials.__main__ as trials
from benchmarks.trials.cross_attention import ask_the_encoder
from colorize_cli.model.network import Network
from trainer.config import TrainConfig

ROWS = list(trials.read_rows(Path(trials.__file__).with_name("rows.toml")))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_is_a_valid_recipe(row):
    """Its settings are known to the trainer, its averages lie in their range."""
    options = trials.parser().parse_args(["--data", "-", "--val", "-"])
    config = row.config(options)
    assert config.model.image_size == 32
    assert all(0 <= look.ema < 1 for look in row.looks)


def test_results_have_names_of_their_own():
    """No two looks at any row share a name."""
    labels = [row.label(look) for row in ROWS for look in row.looks]
    assert len(set(labels)) == len(labels)
    assert trials.Row("a").label(trials.Look(aged=True, side=48)) == (
        "a, aged photos, at 48 px"
    )


def test_cross_attention_hands_the_coarsest_features_to_every_position():
    """Changing one token of the coarsest grid changes the far corner's prediction."""
    torch.manual_seed(0)
    config = TrainConfig.load("default", trials.COMMON).model
    network = Network(config).eval()
    ask_the_encoder(network)
    for name, parameter in network.named_parameters():
        if "attention.out" in name or name.startswith("unet.out"):
            torch.nn.init.normal_(parameter)
    x, gamma = torch.randn(1, 3, 32, 32), torch.tensor([0.5])
    features = [torch.zeros(1, 32, 16, 16), torch.zeros(1, 32, 8, 8)]
    tokens = torch.randn(1, 64, 4, 4)
    changed = tokens.clone()
    changed[..., 0, 0] += 1
    with torch.no_grad():
        before = network.unet(x, gamma, *features, tokens)
        after = network.unet(x, gamma, *features, changed)
    assert (before - after)[..., -2:, -2:].abs().max() > 1e-4


def test_a_second_run_trains_only_what_is_missing(tmp_path, capsys):
    """Finished rows are read from the log; the table has all of them."""
    rng = np.random.default_rng(0)
    for place in ("train", "val"):
        (tmp_path / place).mkdir()
        for name in "abcd":
            rgb = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
            assert cv2.imwrite(str(tmp_path / place / f"{name}.png"), rgb)
    common = ["--data", str(tmp_path / "train"), "--val", str(tmp_path / "val")]
    common += ["--photos", "4", "--val-photos", "2", "--iterations", "2"]
    common += ["--samples", "2", "--log", str(tmp_path / "log.jsonl")]
    common += ["--output", str(tmp_path / "trials.md")]
    trials.main([*common, "--only", "three_sizes"])
    assert "three_sizes, at 48 px {" in capsys.readouterr().out
    trials.main([*common, "--only", "three_sizes", "--only", "no_encoder"])
    assert "three_sizes" not in capsys.readouterr().out
    record = (tmp_path / "trials.md").read_text()
    for line in ("| three sizes |", "| three sizes, at 48 px |", "| no encoder |"):
        assert line in record
