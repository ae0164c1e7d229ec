"""Model files out of training."""

import shutil
import subprocess

import pytest
import torch
from safetensors.torch import load_file

from colorize_cli.errors import TrainingError
from colorize_cli.model.checkpoint import load_network
from trainer.checkpoints import RunState
from trainer.models import commit, copy_model, write_model


def test_averaged_weights_are_written_in_half_precision(
    settings, make_learner, tmp_path
):
    """With schedule and provenance."""
    learner = make_learner(settings())
    with torch.no_grad():
        for parameter in learner.parameters:
            parameter.add_(1.0)  # the averages stay behind
    path = tmp_path / "m.safetensors"
    state = RunState(iteration=7, elapsed_s=90, photo_count=8)
    write_model(path, learner, state, {"recipe": "smoke"})
    assert {t.dtype for t in load_file(path).values()} == {torch.float16}
    network, header = load_network(path)
    for name, parameter in network.named_parameters():
        expected = learner.ema.weights[name].half().float()
        assert torch.equal(parameter, expected)
    assert header.schedule == settings().schedule.build()
    about = header.provenance
    assert (about["iteration"], about["photos_seen"], about["minutes"]) == (7, 28, 1.5)
    assert about["recipe"] == "smoke"


def test_unwritable_model_is_named(settings, make_learner, tmp_path):
    """And the one before it is kept."""
    learner = make_learner(settings())
    with pytest.raises(TrainingError, match=r"m\.safetensors: cannot be written"):
        write_model(tmp_path / "gone" / "m.safetensors", learner, RunState(), {})


def test_a_disk_that_fills_up_keeps_the_model_before(tmp_path, monkeypatch):
    """A copy that breaks off is an error of one line, and no model."""
    best, model = tmp_path / "best.safetensors", tmp_path / "model.safetensors"
    best.write_bytes(b"new")
    model.write_bytes(b"old")

    def fill(source, target):
        target.write_bytes(b"n")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", fill)
    with pytest.raises(TrainingError, match=r"model\.safetensors: cannot be written"):
        copy_model(best, model)
    assert model.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == [best, model]


def test_commit_is_that_of_the_source_tree(monkeypatch):
    """Empty where there is no git."""
    assert commit() == "" or len(commit()) == 12

    def no_git(*args, **kwargs):
        raise FileNotFoundError("git")

    monkeypatch.setattr(subprocess, "run", no_git)
    assert commit() == ""
