"""Folders of colour photos, a model without a network, and instruments."""

import numpy as np
import pytest

from colorize_cli.evaluate.instruments import Instruments
from colorize_cli.evaluate.run import Evaluation, Settings
from colorize_cli.evaluate.store import Store
from colorize_cli.model.backend import Model
from colorize_cli.pipeline import Sampling
from tests.fake_backend import fake_model


class WideJudge:
    """Sees class 7 in whatever is red, class 3 elsewhere; features as wide as Lite0's.

    Where colours come from noise, its answers depend on every bit of them.
    """

    def __init__(self):
        """Count what is read."""
        self.read_count = 0

    def read(self, pictures):
        """Look at the means of the channels."""
        from tests.judging import Seen

        self.read_count += len(pictures)
        means = np.array([each.mean(axis=(0, 1), dtype=float) for each in pictures])
        labels = np.where(means[:, 0] > means[:, 2], 7, 3)
        return Seen(labels, np.tile(means, (1, 427))[:, :1280].astype(np.float32))


@pytest.fixture
def model(tiny_config) -> Model:
    """A closed form in the place of a network."""
    return fake_model(tiny_config)


@pytest.fixture
def evaluated(model):
    """Runs an evaluation of items into a folder: done, errors, pictures judged."""

    def run(items, out, protocol=None, samples=2, seed=0, model=model):
        judge = WideJudge()
        settings = Settings(
            sampling=Sampling(seed=seed),
            samples=samples,
            batch_size=2,
            protocol=protocol,
        )
        errors = []
        with Store(out) as store:
            evaluation = Evaluation(
                model, settings, Instruments(classifier=judge), store
            )
            done = evaluation.run(items, lambda item, error: errors.append(error))
        return done, errors, judge.read_count

    return run
