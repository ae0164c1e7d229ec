"""Memory estimates, and settings that fit."""

import weakref

import numpy as np
import pytest
import torch

from colorize_cli.errors import TrainingError
from trainer.checkpoints import Checkpoints
from trainer.memory import (
    MemoryEstimate,
    estimate_memory,
    fitting_accumulation,
    memory_watched,
)
from trainer.run import train
from trainer.tracking import NullTracker
from trainer.validation import Validation


def test_weights_are_counted_five_times(settings, make_learner):
    """Weights, gradients, two moments, average; without the average, four times."""
    weights = {}
    for decay in ("0.9", "0.0"):
        learner = make_learner(settings(f"optim.ema={decay}"))
        weights[decay] = estimate_memory(learner).fixed_bytes
        count = sum(p.nbytes for p in learner.parameters)
    assert weights == {"0.9": 5 * count, "0.0": 4 * count}


def test_checkpointing_and_mixed_precision_save_memory(settings, make_learner):
    """What backward keeps for a photo."""

    def kept(*overrides: str) -> int:
        plain = ("model.image_size=32", "model.attn_res=[]")
        learner = make_learner(settings(*plain, *overrides))
        return estimate_memory(learner).per_photo_bytes

    plain = kept()
    assert kept("optim.gradient_checkpointing=true") < 0.5 * plain
    assert kept("optim.bf16=true") < 0.9 * plain
    assert kept("model.image_size=64") == pytest.approx(4 * plain, rel=0.2)
    assert kept("data.crop_sizes=[16,64]") == kept("model.image_size=64")


def test_photos_within_a_memory():
    """85 % of it are filled; never a negative number."""
    estimate = MemoryEstimate(fixed_bytes=50, per_photo_bytes=10)
    assert estimate.photos_within(100) == 3
    assert estimate.photos_within(10) == 0
    assert estimate.total_bytes(3) == 80


@pytest.mark.parametrize(
    ("share", "accumulation", "fits", "expected"),
    [(64, 1, 32, 2), (64, 1, 10, 8), (60, 2, 16, 4), (6, 1, 0, 6), (1, 1, 1, None)],
)
def test_accumulation_that_fits(share, accumulation, fits, expected):
    """The least number of equal parts that are small enough."""
    assert fitting_accumulation(share, accumulation, fits) == expected


def test_memory_that_did_not_suffice_is_free_for_the_advice(
    settings, make_learner, monkeypatch
):
    """Nothing of the failed step is held while the cure is worked out."""
    learner = make_learner(settings())
    large: list[weakref.ref[torch.Tensor]] = []
    held: list[torch.Tensor | None] = []

    def failing():
        activations = torch.zeros(9)
        large.append(weakref.ref(activations))
        raise torch.OutOfMemoryError("CUDA out of memory")

    def noting(learner, measured):
        held.append(large[0]())
        return TrainingError("too little memory")

    monkeypatch.setattr("trainer.memory.out_of_memory", noting)
    with (
        pytest.raises(TrainingError, match="too little memory"),
        memory_watched(learner),
    ):
        failing()
    assert held == [None]


def test_memory_that_no_setting_frees_is_not_blamed_on_one(settings, make_learner):
    """One photo at a time is measured, so there are no smaller parts."""
    learner = make_learner(settings("optim.accumulation=4"))
    with (
        pytest.raises(TrainingError, match="end other programs") as caught,
        memory_watched(learner, measured=1),
    ):
        raise torch.OutOfMemoryError("CUDA out of memory")
    assert "accumulation" not in str(caught.value)


def test_lack_of_memory_in_validation_loses_no_step(settings, slot, monkeypatch):
    """What was trained is saved, and the run goes on with what the message says."""

    def fail(*args):
        raise torch.OutOfMemoryError("CUDA out of memory")

    config = settings("iterations=3", "val.every=2", "checkpoint_every=100")
    with monkeypatch.context() as patch:
        patch.setattr(Validation, "_sample", fail)
        with pytest.raises(TrainingError) as caught:
            train(config, slot(), lambda _: NullTracker())
    message = str(caught.value)
    assert "ran out of memory in validation with 2 photos at a time" in message
    assert "optim.accumulation = 4 for the same result in parts of 1" in message
    assert "--resume" in message
    kept = Checkpoints(slot().folder / "checkpoints", 9).complete()
    assert [path.name for path in kept] == ["00000002"]
    more = settings("iterations=3", "val.every=2", "optim.accumulation=4")
    again = slot(resume=True)
    assert train(more, again, lambda _: NullTracker()) == "finished"


def test_samples_that_do_not_fit_are_named(settings, make_learner):
    """They lie in the machine's memory, whatever the parts on the device."""
    learner = make_learner(settings())
    with (
        pytest.raises(TrainingError, match=r"val\.samples or val\.variants"),
        memory_watched(learner, measured=2),
    ):
        np.empty(10**15)


def test_a_lack_of_memory_is_known_by_any_name(settings, make_learner):
    """On the CPU PyTorch has another error; others go on as they are."""
    learner = make_learner(settings())
    with (
        pytest.raises(TrainingError, match="cpu ran out of memory with 4 photos"),
        memory_watched(learner),
    ):
        torch.empty(10**15)
    with pytest.raises(RuntimeError, match="shape"), memory_watched(learner):
        raise RuntimeError("wrong shape")
