"""Checkpoints: whole or not at all."""

import json
import resource

import pytest
import torch

from colorize_cli.errors import CheckpointError, ConfigError, TrainingError
from trainer.checkpoints import STATE, TENSORS, Checkpoints, RunState
from trainer.data import Batch


def stepped(learner, steps: int = 2):
    """The learner after a few steps, so that the optimiser has a state."""
    batch = Batch(*(torch.randn(4, n, 16, 16) for n in (1, 2, 1)))
    for iteration in range(steps):
        learner.step(batch, iteration, 1e-3)
    return learner


def all_tensors(learner) -> list[torch.Tensor]:
    """Weights, averages and the optimiser's moments."""
    moments = [
        value
        for parameter in learner.parameters
        for _, value in sorted(learner.optimizer.state[parameter].items())
    ]
    return [*learner.parameters, *learner.ema.weights.values(), *moments]


@pytest.fixture
def checkpoints(tmp_path) -> Checkpoints:
    """Two are kept."""
    return Checkpoints(tmp_path / "checkpoints", 2)


@pytest.mark.parametrize("layout", ["true", "false"])
def test_restored_learner_is_the_saved_one(settings, make_learner, checkpoints, layout):
    """Every tensor, its memory layout, the averages' count and the state."""
    config = settings(f"optim.channels_last={layout}")
    saved = stepped(make_learner(config))
    state = RunState(
        iteration=2, elapsed_s=1.5, photo_count=8, best=0.25, skipped={3: "tiny"}
    )
    checkpoints.save(saved, state)
    fresh = make_learner(config)
    assert checkpoints.restore(fresh) == state
    assert fresh.ema.update_count == saved.ema.update_count == 2
    for ours, theirs in zip(all_tensors(fresh), all_tensors(saved), strict=True):
        assert torch.equal(ours, theirs)
        assert ours.stride() == theirs.stride()


def test_nothing_to_restore(settings, make_learner, checkpoints):
    """A new run."""
    assert checkpoints.restore(make_learner(settings())) is None


def test_the_last_few_are_kept(settings, make_learner, checkpoints):
    """Older ones make room."""
    learner = stepped(make_learner(settings()))
    for iteration in (5, 10, 100):
        checkpoints.save(learner, RunState(iteration=iteration))
    assert [path.name for path in checkpoints.complete()] == ["00000010", "00000100"]


def test_torn_checkpoint_is_not_there(settings, make_learner, checkpoints):
    """A write that was cut off leaves the one before it."""
    learner = stepped(make_learner(settings()))
    checkpoints.save(learner, RunState(iteration=5))
    torn = checkpoints.folder / ".partial-00000010"
    torn.mkdir()
    (torn / TENSORS).write_bytes(b"half")
    assert checkpoints.restore(learner).iteration == 5
    checkpoints.save(learner, RunState(iteration=10))
    assert checkpoints.restore(learner).iteration == 10
    assert not torn.exists()


def test_full_disk_loses_nothing(settings, make_learner, checkpoints):
    """One clear line that names the last good checkpoint, and no debris."""
    learner = stepped(make_learner(settings()))
    good = checkpoints.save(learner, RunState(iteration=5))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(TrainingError) as caught:
            checkpoints.save(learner, RunState(iteration=6))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    message = str(caught.value)
    assert "00000006: the checkpoint cannot be written" in message
    assert f"the last good one is {good}" in message
    assert "\n" not in message
    assert [path.name for path in checkpoints.folder.iterdir()] == ["00000005"]
    assert checkpoints.restore(make_learner(settings())).iteration == 5


@pytest.mark.parametrize("name", [TENSORS, STATE])
def test_damaged_checkpoint_is_named(settings, make_learner, checkpoints, name):
    """Said which one, and what to do."""
    learner = stepped(make_learner(settings()))
    path = checkpoints.save(learner, RunState(iteration=5))
    (path / name).write_bytes(b"{")
    with pytest.raises(CheckpointError, match=r"00000005: is damaged.*remove it"):
        checkpoints.restore(learner)


@pytest.mark.parametrize(
    "override",
    ["optim.batch_size=2", "seed=3", "schedule.steps=5", "model.channel_mults=[1]"],
)
def test_settings_that_a_run_hangs_on_cannot_change(
    settings, make_learner, checkpoints, override
):
    """The key is named with both values."""
    checkpoints.save(stepped(make_learner(settings())), RunState(iteration=5))
    key = override.partition("=")[0].partition(".")[0]
    with pytest.raises(ConfigError, match=rf"{key}.*: was .* is .* now"):
        checkpoints.restore(make_learner(settings(override)))


def test_other_settings_may_change(settings, make_learner, checkpoints):
    """For instance the budget and the learning rate."""
    checkpoints.save(stepped(make_learner(settings())), RunState(iteration=5))
    learner = make_learner(settings("iterations=99", "optim.lr=1e-5"))
    assert checkpoints.restore(learner).iteration == 5


def test_others_may_read_all_of_it(settings, make_learner, checkpoints):
    """As far as they may read any new file."""
    path = checkpoints.save(stepped(make_learner(settings())), RunState(iteration=1))
    assert (path / TENSORS).stat().st_mode == (path / STATE).stat().st_mode


def test_state_is_readable_json(settings, make_learner, checkpoints):
    """With the settings that the run had."""
    path = checkpoints.save(stepped(make_learner(settings())), RunState(iteration=5))
    data = json.loads((path / STATE).read_text())
    assert data["state"]["iteration"] == 5
    assert data["config"]["optim"]["batch_size"] == 4
