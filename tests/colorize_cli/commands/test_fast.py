"""`--fast` sets steps and sampler, unless they are given."""

import click
import pytest

from colorize_cli.commands.settings import sampling_of
from colorize_cli.options.sampling import sampling_options
from colorize_cli.pipeline import FAST, Sampling


def sampling(*arguments: str) -> Sampling:
    """What these arguments come to."""

    @click.command()
    @sampling_options
    def command(**options):
        return sampling_of(options)

    return command.main(list(arguments), standalone_mode=False)


def test_the_default_is_the_models_own_loop():
    """Its schedule, with ddpm."""
    assert sampling() == Sampling(steps=None, sampler="ddpm")


def test_fast_takes_fewer_steps():
    """Those that were found to make no difference."""
    found = sampling("--fast", "--seed", "7")
    assert (found.steps, found.sampler, found.seed) == (FAST.steps, FAST.sampler, 7)
    assert FAST.steps < 20


@pytest.mark.parametrize("order", [1, -1])
def test_what_is_given_goes_before(order):
    """In whichever order."""
    parts = [["--fast"], ["--steps", "6", "--sampler", "ddim"]][::order]
    found = sampling(*parts[0], *parts[1])
    assert (found.steps, found.sampler) == (6, "ddim")
