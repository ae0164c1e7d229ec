"""How much of a run's budget is used."""

import pytest

from colorize_cli.errors import ConfigError
from trainer.budget import Budget
from trainer.config import TrainConfig


def budget(*overrides: str, slot: float | None = None) -> Budget:
    """The budget of settings without one of their own, at 10 iterations an epoch."""
    config = TrainConfig.load("smoke", ["iterations=0", *overrides])
    return Budget.of(config, 10, slot)


def test_the_first_limit_to_be_reached_counts():
    """Half the time but all iterations used is the end."""
    both = budget("iterations=100", "minutes=2.0")
    assert both.progress(25, 30) == 0.25
    assert both.progress(25, 60) == 0.5
    assert both.progress(100, 60) == 1.0


def test_epochs_are_iterations():
    """The smaller of the two counts."""
    assert budget("epochs=3").iterations == 30
    assert budget("epochs=3", "iterations=20").iterations == 20


def test_slot_is_the_run_where_nothing_else_ends_it():
    """Otherwise the slot does not change the budget."""
    assert budget(slot=5).minutes == 5
    assert budget("minutes=30.0", slot=5).minutes == 30


def test_endless_run_is_refused():
    """No limit at all."""
    with pytest.raises(ConfigError, match="nothing ends the run"):
        budget()
