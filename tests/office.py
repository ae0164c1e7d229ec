"""Cluster runs without a cluster: a desk and workers in this process."""

import pickle
from dataclasses import replace

import numpy as np

from colorize_cli.cluster.portions import portions_of
from colorize_cli.cluster.worker import COLUMN, Orders, Runtime
from colorize_cli.files import LEDGER_NAME, plan_jobs
from colorize_cli.ledger import read_history, read_ledger
from colorize_cli.settings import BatchSettings

__all__ = ["handed_out", "lines", "orders_for", "portions_under"]


def orders_for(folder, out, model, **settings) -> Orders:
    """What workers are told about a run into `out` with a model like this one."""
    return Orders(
        folder=folder,
        out=out,
        path=model.path,
        weights_hash=model.weights_hash,
        backend=Runtime("auto", "cpu"),
        settings=BatchSettings(**{"batch_size": 1, "workers": 1} | settings),
    )


def portions_under(photos, out, settings, size=100):
    """The portions of a run over a folder, by the ledger that is in `out` now."""
    plan = plan_jobs([photos], out, format="png", variants=settings.variants)
    history = read_history(out / LEDGER_NAME)
    return [*portions_of(plan.jobs, history, settings.variants.products, size)]


def lines(folder):
    """The last entry of each photo without what differs from run to run."""
    entries = read_ledger(folder / LEDGER_NAME)
    return {
        name: replace(entry, time="", seconds=None) for name, entry in entries.items()
    }


def handed_out(*portions):
    """Portions as Ray hands them to a worker."""
    column = np.empty(len(portions), object)
    column[:] = [pickle.dumps(portion) for portion in portions]
    return {COLUMN: column}
