"""What a worker does: portions of a run, each as the local engine does a whole run."""

import os
import pickle
import platform
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import colorize_cli
from colorize_cli.batch.forecast import failure_of
from colorize_cli.batch.record import Recorder
from colorize_cli.batch.resume import Resume
from colorize_cli.batch.run import carry_out
from colorize_cli.cluster.desk import Effort, Headway, Post
from colorize_cli.cluster.portions import Portion
from colorize_cli.errors import (
    BackendError,
    ColorizeError,
    EncodeError,
    EngineError,
    PhotoError,
)
from colorize_cli.files import Destination, Job, Plan
from colorize_cli.files.outlet import open_destination
from colorize_cli.ledger import Entry
from colorize_cli.model import BackendName, Model, load_model
from colorize_cli.report import Outcome
from colorize_cli.settings import BatchSettings

__all__ = ["COLUMN", "Orders", "Runtime", "Worker"]

# Times that a portion is tried as a whole. After that some photo of it may be what the
# workers die of, by a lack of memory or a fault in a decoder; one by one, it is found.
PATIENCE = 2
DEADLY = "worker after worker has died at it; it may need more memory than they have"

# Of the table that Ray passes on: portions in, their numbers out.
COLUMN = "portion"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What the network is to run on, in the words of the command line."""

    name: BackendName
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What all workers of a run have to know.

    Attributes:
        folder: Where the run was started; relative paths start there.
        out: Where results go, as on the command line.
        path: The model's file.
        weights_hash: Of the model; another one must not be used.
        backend: What is to run it.
        settings: How the run is done.
        version: Of this program.
    """

    folder: Path
    out: Path | str
    path: Path
    weights_hash: str
    backend: Runtime
    settings: BatchSettings
    version: str = colorize_cli.__version__


class Worker:
    """Holds the model, and colorizes portions with it: what Ray calls a callable class.

    Everything is done by the code of the local engine. What differs is the ledger,
    whose lines go to the desk, and that photos may have been begun by another worker.
    """

    def __init__(self, orders: Orders, desk: Post) -> None:
        """Load the model, or tell the desk why that is not possible."""
        self.desk = desk
        self.settings = orders.settings
        self._equipment: tuple[Model, Destination] | None = None
        try:
            self._equipment = equip(orders)
        except ColorizeError as error:
            desk.refuse(f"{platform.node()}: {error}")

    def __call__(self, table: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Colorize portions.

        Args:
            table: Pickled portions in a column.

        Returns:
            Their numbers in a column; what became of them the desk has been told.
        """
        portions: list[Portion] = [pickle.loads(data) for data in table[COLUMN]]
        for portion in portions:
            self.colorize(portion)
        return {COLUMN: np.array([portion.number for portion in portions])}

    def colorize(self, portion: Portion) -> None:
        """Take a portion to its end, from wherever another worker has left it."""
        headway = self.desk.begin(portion.number)
        if headway is None or self._equipment is None:
            return
        model, destination = self._equipment
        for entry in headway.entries:
            portion.history.add(entry)
        resume = Resume.of(
            destination, portion.history, self.settings, model.weights_hash
        )
        journal = DeskJournal(self.desk, portion.number)
        recorder = Recorder(journal=journal, resume=resume, model=model)

        def tell(outcome: Outcome) -> None:
            self.desk.tell(portion.number, credited(outcome, headway))

        jobs = [job for job in portion.jobs if job.source.name not in headway.ended]
        effort = Effort()
        if headway.attempt <= PATIENCE:
            effort = self._carry_out(jobs, recorder, tell)
        else:
            for job in jobs:
                if self.desk.risk(portion.number, job.source.name):
                    effort += self._carry_out([job], recorder, tell)
                else:
                    give_up(job, recorder, tell)
        self.desk.end(portion.number, effort)

    def _carry_out(
        self, jobs: list[Job], recorder: Recorder, tell: Callable[[Outcome], None]
    ) -> Effort:
        """Colorize photos as the local engine does."""
        plan = Plan(jobs=jobs, problems=[], destination=recorder.resume.destination)
        report = carry_out(plan, recorder, tell)
        if report.smaller_batches is not None:
            # What did not fit once is not tried again with every portion.
            self.settings = replace(self.settings, batch_size=report.smaller_batches)
        return Effort(
            denoise_s=report.denoise_s, smaller_batches=report.smaller_batches
        )


class DeskJournal:
    """The ledger as a worker sees it: lines go to the desk."""

    def __init__(self, desk: Post, number: int) -> None:
        """Lines are about a portion of that number."""
        self.desk = desk
        self.number = number

    def append(self, entry: Entry) -> None:
        """Add a line.

        Raises:
            EncodeError: If it cannot be written.
        """
        problem = self.desk.append(self.number, entry)
        if problem is not None:
            raise EncodeError(*problem)


def equip(orders: Orders) -> tuple[Model, Destination]:
    """The model, and the place of the results, ready to be written to.

    Raises:
        ColorizeError: If one of them is not what the run is meant to use.
    """
    if orders.version != colorize_cli.__version__:
        raise EngineError(
            f"has colorize-diffusion {colorize_cli.__version__}, but {orders.version} "
            "started the run; install the same version on all machines"
        )
    try:
        os.chdir(orders.folder)
    except OSError as error:
        raise EngineError(
            f"{orders.folder}: cannot be entered ({error.strerror}); start the run in "
            "a folder that all machines share"
        ) from error
    model = load_model(orders.path, orders.backend.name, orders.backend.device)
    if model.weights_hash != orders.weights_hash:
        raise BackendError(
            orders.path, "is another model here than where the run was started"
        )
    return model, open_destination(orders.out).__enter__()


def give_up(job: Job, recorder: Recorder, tell: Callable[[Outcome], None]) -> None:
    """Fail a photo that a worker has died at, by itself."""
    outcome = failure_of(job, PhotoError(job.source, DEADLY))
    recorder.failed(job, outcome.reason)
    tell(outcome)


def credited(outcome: Outcome, headway: Headway) -> Outcome:
    """The outcome of a photo that a dead worker may have finished, but not told of."""
    done = {entry.source for entry in headway.entries if entry.status == "done"}
    is_ours = outcome.status == "skipped" and outcome.name in done
    return replace(outcome, status="done") if is_ours else outcome
