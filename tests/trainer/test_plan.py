"""The plan of a run."""

import math

import pytest
import torch

from colorize_cli.errors import TrainingError
from trainer.plan import make_plan


def test_plan_of_a_small_run(settings, slot):
    """Sizes are exact, times are measured, nothing is written."""
    here = slot()
    plan = make_plan(settings("iterations=30"), here)
    assert (plan.train_photos, plan.val_photos) == (8, 2)
    assert plan.iterations == 30
    assert plan.iterations_per_epoch == 2
    assert plan.parameters == plan.trained_parameters > 1000
    assert plan.memory_bytes > 5 * 4 * plan.parameters
    assert plan.seconds_per_iteration > 0
    assert math.isclose(plan.images_per_s, 4 / plan.seconds_per_iteration)
    assert math.isclose(plan.minutes, 30 * plan.seconds_per_iteration / 60)
    assert not here.folder.exists()


def test_plan_by_time(settings, slot):
    """Iterations follow from the minutes."""
    plan = make_plan(settings("iterations=0", "minutes=2.0"), slot())
    assert math.isclose(plan.iterations * plan.seconds_per_iteration, 120)


def test_memory_that_does_not_suffice_is_told(settings, slot, monkeypatch):
    """A dry run gives the same advice as a run."""

    def step(self, batch, iteration, rate):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr("trainer.learner.Learner.step", step)
    with pytest.raises(TrainingError, match=r"set optim\.accumulation = 2"):
        make_plan(settings(), slot())


def test_frozen_encoder_is_not_counted_as_trained(settings, slot):
    """3.4 M parameters less."""
    plan = make_plan(
        settings("model.patch=2", "model.encoder.strides=[8]", "model.image_size=32"),
        slot(),
    )
    assert 2.5e6 < plan.parameters - plan.trained_parameters < 3.5e6
    assert any("trained" in value for _, value in plan.rows())
