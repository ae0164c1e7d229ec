"""Whole runs at toy size: learning, stopping, resuming, failing."""

import json
import os
import signal
from itertools import count
from types import SimpleNamespace

import pytest
import torch

from colorize_cli.errors import DataError, PlanError, TrainingError
from colorize_cli.model.checkpoint import load_network, read_header
from trainer.checkpoints import Checkpoints
from trainer.learner import Learner, StepResult
from trainer.run import train
from trainer.tracking import LocalTracker, NullTracker


def run(config, slot, tracker=None) -> str:
    """Train with a local log, or with the given tracker."""
    return train(config, slot, lambda at: tracker or LocalTracker(slot.folder, at))


def log(slot) -> list[dict]:
    """The lines of the local log."""
    lines = (slot.folder / "log.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


class SignalAt(NullTracker):
    """Sends this process a signal when an iteration is logged."""

    def __init__(self, iteration: int, number: int) -> None:
        """When, and which signal."""
        self.iteration = iteration
        self.number = number

    def log(self, iteration, figures):
        """Send it."""
        if iteration == self.iteration:
            os.kill(os.getpid(), self.number)


def final_tensors(slot) -> dict[str, torch.Tensor]:
    """All that the last checkpoint holds."""
    from safetensors.torch import load_file

    path = Checkpoints(slot.folder / "checkpoints", 9).complete()[-1]
    return load_file(path / "tensors.safetensors")


def test_loss_falls_in_twenty_iterations(settings, slot):
    """The smoke preset learns, validates, and leaves a model that loads."""
    here = slot(name="smoke")
    assert run(settings(), here) == "finished"
    losses = [line["loss"] for line in log(here) if "loss" in line]
    assert len(losses) == 20
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])
    validations = [line for line in log(here) if "val_loss" in line]
    assert [line["iteration"] for line in validations] == [10, 20]
    network, header = load_network(here.folder / "model.safetensors")
    assert header.config == settings().model
    assert header.provenance["recipe"] == "smoke"
    assert header.provenance["photos_seen"] == 4 * header.provenance["iteration"]
    assert all(torch.isfinite(p).all() for p in network.parameters())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_interrupted_and_resumed_is_uninterrupted(settings, slot, tmp_path, number):
    """Bit for bit: weights, averages, moments, best metric, over an epoch's end."""
    config = settings(
        *("iterations=7", "model.dropout=0.3", "val.every=3"),
        "data.crop_sizes=[16, 24, 32]",
    )
    whole, parts = slot(folder=tmp_path / "a"), slot(folder=tmp_path / "b")
    assert run(config, whole) == "finished"
    assert run(config, parts, SignalAt(4, number)) == "interrupted"
    assert signal.getsignal(number) is not None
    resumed = slot(folder=tmp_path / "b", resume=True)
    assert run(config, resumed) == "finished"
    expected, found = final_tensors(whole), final_tensors(parts)
    assert expected.keys() == found.keys()
    assert all(torch.equal(expected[k], found[k]) for k in expected)
    best, same = (
        read_header(each.folder / "best.safetensors").provenance
        for each in (whole, parts)
    )
    assert (best["iteration"], best["val_mae"]) == (same["iteration"], same["val_mae"])


def test_log_of_a_resumed_run_has_each_iteration_once(settings, slot):
    """Lines after the checkpoint are written again, not twice."""
    config = settings("iterations=6", "checkpoint_every=2", "val.every=6", "keep=9")
    run(config, slot())
    folder = slot().folder
    # As if the machine had stopped after iteration 6, before its checkpoint.
    newest = Checkpoints(folder / "checkpoints", 9).complete()[-1]
    newest.rename(folder / "lost")
    assert run(config, slot(resume=True)) == "finished"
    steps = [line["iteration"] for line in log(slot()) if "loss" in line]
    assert steps == [1, 2, 3, 4, 5, 6]


def test_finished_run_resumed_stays_finished(settings, slot):
    """No further step, no second validation."""
    run(settings("iterations=4", "val.every=4"), slot())
    before = log(slot())
    again = run(settings("iterations=4", "val.every=4"), slot(resume=True))
    assert again == "finished"
    assert log(slot()) == before


def test_slot_ends_and_the_run_goes_on(settings, slot):
    """A slot that is over saves; the budget is that of all slots."""
    config = settings("iterations=6")
    assert run(config, slot(max_minutes=1e-9)) == "slot over"
    assert (slot().folder / "model.safetensors").exists()
    assert run(config, slot(resume=True)) == "finished"
    assert log(slot())[-1]["iteration"] == 6


def test_without_a_budget_the_slot_is_the_run(settings, slot, monkeypatch):
    """Start-up is part of it; the learning rate comes to its end, and so does the run.

    A clock of one second a look, and a minute for looking for photos.
    """
    clock = count(step=1.0)
    monkeypatch.setattr("trainer.loop.time", SimpleNamespace(monotonic=clock.__next__))
    looks = iter([0.0, 60.0])
    monkeypatch.setattr("trainer.run.time", SimpleNamespace(monotonic=looks.__next__))
    config = settings("iterations=0", "optim.final_lr=0.1", "val.every=99")
    assert run(config, slot(max_minutes=2.0)) == "finished"
    lines = [line for line in log(slot()) if "lr" in line]
    assert lines[0]["minutes"] > 1
    assert lines[-1]["lr"] == pytest.approx(0.1 * config.optim.lr, rel=0.1)
    assert "val_loss" in log(slot())[-1]


def test_minutes_end_a_run(settings, slot, monkeypatch):
    """A budget of time, and a rate that follows the clock down to its end."""
    clock = SimpleNamespace(monotonic=count(step=1.0).__next__)
    monkeypatch.setattr("trainer.loop.time", clock)
    config = settings(
        "iterations=0", "minutes=1.0", "optim.final_lr=0.1", "val.every=99"
    )
    assert run(config, slot()) == "finished"
    rates = [line["lr"] for line in log(slot()) if "lr" in line]
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[-1] == pytest.approx(0.1 * config.optim.lr, rel=0.1)
    assert Checkpoints(slot().folder / "checkpoints", 9).complete()


def test_minutes_between_checkpoints(settings, slot, monkeypatch):
    """Saved by the clock, whatever the epochs."""
    clock = SimpleNamespace(monotonic=count(step=10.0).__next__)
    monkeypatch.setattr("trainer.loop.time", clock)
    config = settings(
        *("iterations=12", "checkpoint_every=0", "checkpoint_minutes=1.0"),
        *("keep=99", "val.every=99"),
    )
    run(config, slot())
    saved = Checkpoints(slot().folder / "checkpoints", 99).complete()
    assert 3 <= len(saved) < 12


def test_folder_that_cannot_be_made_is_named(settings, slot, tmp_path):
    """Said before the first step."""
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match=r"file/run: cannot be made"):
        run(settings(), slot(folder=tmp_path / "file" / "run"))


def test_existing_run_is_not_overwritten(settings, slot):
    """Without --resume the folder must be new."""
    run(settings("iterations=1"), slot())
    with pytest.raises(PlanError, match="holds a run; go on with --resume"):
        run(settings("iterations=1"), slot())


def test_resuming_with_other_photos_is_refused(settings, slot, colour_folder):
    """The order of the photos would be another one."""
    run(settings("iterations=1"), slot())
    (colour_folder / "00.png").unlink()
    with pytest.raises(DataError, match="8 photos at the checkpoint, 7 now"):
        run(settings("iterations=2"), slot(resume=True))


def test_unusable_photos_are_counted_in_the_log(settings, slot, colour_folder):
    """Training goes on without them."""
    (colour_folder / "03.png").write_bytes(b"no photo")
    assert run(settings("iterations=4"), slot()) == "finished"
    assert [line["skipped"] for line in log(slot()) if "loss" in line][-1] == 1


@pytest.fixture
def spoilt_step(monkeypatch):
    """Makes an iteration's loss something else: `spoilt_step(3, error_or_loss)`."""
    original = Learner.step

    def arrange(at: int, what: float | Exception) -> None:
        def step(self, batch, iteration, rate):
            if iteration + 1 == at and isinstance(what, Exception):
                raise what
            result = original(self, batch, iteration, rate)
            if iteration + 1 == at:
                return StepResult(torch.tensor(what), result.grad_norm)
            return result

        monkeypatch.setattr(Learner, "step", step)

    return arrange


def test_loss_that_is_not_a_number_stops_the_run(settings, slot, spoilt_step):
    """The batch and the last good checkpoint are named; nothing bad is saved."""
    spoilt_step(5, float("nan"))
    config = settings("checkpoint_every=2", "log_every=3")
    with pytest.raises(TrainingError) as caught:
        run(config, slot())
    message = str(caught.value)
    assert "the loss became nan at iteration 5" in message
    assert ".png" in message
    assert "00000004" in message
    assert "optim.lr" in message
    kept = Checkpoints(slot().folder / "checkpoints", 9).complete()
    assert [path.name for path in kept] == ["00000002", "00000004"]
    assert all(torch.isfinite(t).all() for t in final_tensors(slot()).values())


def test_running_out_of_memory_suggests_a_size(settings, slot, spoilt_step):
    """Half as many photos at a time, with the same result."""
    spoilt_step(2, torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(TrainingError) as caught:
        run(settings(), slot())
    message = str(caught.value)
    assert "ran out of memory with 4 photos at a time" in message
    assert "optim.accumulation = 2" in message
    # A resumed run cannot change it.
    assert "optim.batch_size" not in message
    assert "\n" not in message


def test_best_weights_are_those_of_the_lowest_metric(settings, slot, monkeypatch):
    """The tutorial forgets to lower its record: a later, worse one must not win."""
    from trainer.validation import Validation, ValidationResult

    scores = iter([0.3, 0.1, 0.2])
    monkeypatch.setattr(
        Validation,
        "measure",
        lambda self, learner: ValidationResult({"val_mae": next(scores)}),
    )
    run(settings("iterations=6", "val.every=2"), slot())
    header = read_header(slot().folder / "model.safetensors")
    assert header.provenance["val_mae"] == 0.1
    assert header.provenance["iteration"] == 4


def test_last_weights_are_shipped_where_asked_for(settings, slot):
    """`best = last` keeps the averaged weights of the end."""
    run(settings("iterations=3", "val.best=last", "val.every=1"), slot())
    header = read_header(slot().folder / "model.safetensors")
    assert header.provenance["iteration"] == 3
    assert not (slot().folder / "best.safetensors").exists()


def test_packed_photos_train_as_well(settings, slot):
    """The path of the GPU, on the CPU."""
    config = settings("data.packed=always", "data.degrade=0.5")
    assert run(config, slot()) == "finished"
    losses = [line["loss"] for line in log(slot()) if "loss" in line]
    assert sum(losses[-5:]) < 0.9 * sum(losses[:5])


def test_reference_recipe_trains(colour_folder, slot):
    """The tutorial's settings at toy size: epochs, neighbours, Adam, val MAE."""
    from trainer.config import TrainConfig

    config = TrainConfig.load(
        "reference",
        [
            f'data.train=["{colour_folder}"]',
            *("data.data_len=8", "data.val_len=2", "data.min_side_px=8", "epochs=2"),
            *("model.channel_mults=[1, 1]", "model.inner_channel=32"),
            *("model.image_size=16", "data.workers=0", "model.res_blocks=1"),
        ],
    )
    assert run(config, slot()) == "finished"
    validations = [line for line in log(slot()) if "val_mae" in line]
    assert [line["iteration"] for line in validations] == [2, 4]
    assert {"train_loss", "val_loss", "val_mae"} <= validations[0].keys()
