"""Rows that wait for others of their size, and get their colours together."""

import time
from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from colorize_cli.batch.flight import Flight
from colorize_cli.errors import BackendError
from colorize_cli.model.backend import Model
from colorize_cli.model.memory import is_out_of_memory
from colorize_cli.pipeline import Row, Sampling, denoise

__all__ = ["Batches"]

# Rows that may wait for others of their size, in batches.
WAITING_BATCHES = 4

# Rows that run together, each with the photo that it belongs to.
Batch = Sequence[tuple[Flight, Row]]


class Batches:
    """Photos on their way through the network.

    Attributes:
        batch_size: Rows that the network sees at once; is halved when memory is short.
        seconds: Spent in the network.
    """

    def __init__(self, model: Model, sampling: Sampling, batch_size: int) -> None:
        """No photo is waiting yet."""
        self.model = model
        self.sampling = sampling
        self.batch_size = batch_size
        self.seconds = 0.0
        # Odd sizes must not pile up until the end of the run.
        self._most_waiting = WAITING_BATCHES * batch_size
        # By the size of their windows.
        self._waiting: dict[tuple[int, int], deque[tuple[Flight, Row]]] = {}

    def add(self, flight: Flight) -> None:
        """Put the rows of a photo in line."""
        for row in flight.rows:
            queue = self._waiting.setdefault(row.canvas.grid.tile, deque())
            queue.append((flight, row))

    @property
    def is_due(self) -> bool:
        """Whether a batch is full, or too many rows are waiting."""
        lengths = [len(queue) for queue in self._waiting.values()]
        is_full = max(lengths, default=0) >= self.batch_size
        return is_full or sum(lengths) > self._most_waiting

    @property
    def is_empty(self) -> bool:
        """Whether no row is waiting."""
        return not any(self._waiting.values())

    def run_next(self) -> tuple[list[Flight], dict[Flight, Exception]]:
        """Colour the next batch, of the size that most rows have.

        Returns:
            The photos that are complete now, and those that failed, and why; the rest
            of their rows is dropped.
        """
        queue = max(self._waiting.values(), key=len)
        taken = [queue.popleft() for _ in range(min(len(queue), self.batch_size))]
        failed = self._run(taken)
        if failed:
            # Pages of one photo may have windows of several sizes.
            for queue in self._waiting.values():
                left = [(flight, row) for flight, row in queue if flight not in failed]
                queue.clear()
                queue.extend(left)
        touched = dict.fromkeys(flight for flight, _ in taken)
        complete = [each for each in touched if each.is_complete and each not in failed]
        return complete, failed

    def _run(self, taken: Batch) -> dict[Flight, Exception]:
        """Colour rows of one window size.

        A batch that fails is tried again in halves: a GPU with too little memory for
        the whole goes on, in smaller batches from then on, and a photo that cannot be
        done fails alone.

        Returns:
            The photos that failed, and why.
        """
        half = len(taken) // 2
        started = time.perf_counter()
        try:
            fields = self._colours([row for _, row in taken])
        except Exception as error:
            if not half:
                return {taken[0][0]: error}
            if is_out_of_memory(error):
                self.batch_size = min(self.batch_size, half)
        else:
            for (flight, row), ab in zip(taken, fields, strict=True):
                flight.fields[row] = ab
            return {}
        finally:
            self.seconds += time.perf_counter() - started
        failed: dict[Flight, Exception] = {}
        rest = list(taken)
        while rest:
            # The first part may find out that halves are too large as well.
            size = min(half, self.batch_size)
            failed |= self._run(rest[:size])
            rest = [each for each in rest[size:] if each[0] not in failed]
        return failed

    def _colours(self, rows: Sequence[Row]) -> NDArray[np.float32]:
        """Colours of rows, as `denoise` gives them, and fit to be written.

        Raises:
            BackendError: If they are no numbers, or one row is too much for the memory.
        """
        try:
            fields = denoise(self.model, rows, self.sampling)
        except Exception as error:
            if len(rows) > 1 or not is_out_of_memory(error):
                raise
            device = self.model.backend.device
            or_else = "" if device == "cpu" else ", or --device cpu"
            raise BackendError(
                self.model.path,
                f"{device} has too little memory for a single picture; "
                f"use a smaller --size{or_else}",
            ) from error
        if not np.isfinite(fields).all():
            raise BackendError(self.model.path, "gave colours that are no numbers")
        return fields
