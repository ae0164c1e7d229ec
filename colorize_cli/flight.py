"""Photos between reading and writing, and the memory they may take."""

import time
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from colorize_cli import codec
from colorize_cli.errors import DecodeError
from colorize_cli.files import Destination, Job, Stamp
from colorize_cli.forecast import outcome_of
from colorize_cli.imaging.photo import Photo
from colorize_cli.ledger import content_hash
from colorize_cli.model.config import ModelConfig
from colorize_cli.pipeline import Canvas, Row, prepare, rows_of
from colorize_cli.products import Ensemble, Recipe
from colorize_cli.report import Outcome
from colorize_cli.resume import Decision, Resume
from colorize_cli.variants import Product

__all__ = ["Flight", "Landing", "Reading", "Shelf", "read_flight", "write_flight"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of a photo's file once it has been read.

    Attributes:
        hash: `content_hash` of it.
        stamp: Size and time before it was read; None if not known.
        began_s: When reading began, on the clock of `time.perf_counter`.
    """

    hash: str
    stamp: Stamp | None
    began_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """A photo of which nothing is to be made, as was found out by reading it."""

    job: Job
    reading: Reading
    decision: Decision


@dataclass(slots=True, eq=False)
class Flight:
    """A photo that has been read and is not yet written."""

    job: Job
    reading: Reading
    # What is to be made, and which samples are to be drawn for it, from 0.
    decision: Decision
    samples: tuple[int, ...]
    canvas: Canvas
    # None: there was no room on the shelf, so it is decoded again to be written.
    photo: Photo | None
    # ab of each finished row, (2, H, W) in Lab units, by (sample, window).
    fields: dict[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)
    # `content_hash` of each result that has been written.
    hashes: dict[Product, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[Row]:
        """The rows of the samples that are to be drawn."""
        rows = rows_of(self.canvas, max(self.samples) + 1)
        return [row for row in rows if row.sample in self.samples]

    @property
    def is_complete(self) -> bool:
        """Whether every row has its colours."""
        return len(self.fields) == len(self.samples) * len(self.canvas.luminance)

    def blended_fields(self) -> NDArray[np.float32]:
        """The colours of all samples, their windows joined, (K, 2, h, w)."""
        windows = range(len(self.canvas.luminance))
        return np.stack(
            [
                self.canvas.grid.blend(
                    np.stack([self.fields[sample, window] for window in windows])
                )
                for sample in self.samples
            ]
        )


class Shelf:
    """Where decoded photos are kept until they are written, as far as there is room."""

    def __init__(self, size_bytes: int) -> None:
        """Make an empty one."""
        self._free_bytes = size_bytes
        self._lock = Lock()

    def keep(self, photo: Photo) -> Photo | None:
        """The photo if there is room for it, which is then taken; else None."""
        with self._lock:
            if photo.rgb.nbytes > self._free_bytes:
                return None
            self._free_bytes -= photo.rgb.nbytes
            return photo

    def release(self, photo: Photo | None) -> None:
        """Free the room of what `keep` returned."""
        if photo is not None:
            with self._lock:
                self._free_bytes += photo.rgb.nbytes


def read_flight(
    job: Job,
    decision: Decision | None,
    resume: Resume,
    shelf: Shelf,
    config: ModelConfig,
) -> Flight | Landing:
    """Decode a photo and lay it out, if it turns out to need colours.

    Args:
        job: The photo.
        decision: What is to be done with it; None if its content decides.
        resume: Decides then.
        shelf: Keeps the photo if there is room.
        config: The model's.

    Raises:
        PhotoError: If it cannot be read.
    """
    began_s = time.perf_counter()
    # Before reading: a change after this is seen by the next run.
    stamp = job.source.stamp()
    data = job.source.read()
    reading = Reading(hash=content_hash(data), stamp=stamp, began_s=began_s)
    if decision is None:
        decision = resume.decide(job, reading.hash)
    if not decision.products:
        return Landing(job=job, reading=reading, decision=decision)
    photo = codec.decode(data, job.source)
    canvas = prepare(photo, config, resume.settings.sampling.size)
    samples = resume.settings.variants.samples_for(decision.products)
    return Flight(job, reading, decision, samples, canvas, shelf.keep(photo))


def write_flight(
    flight: Flight,
    shelf: Shelf,
    destination: Destination,
    recipe: Recipe,
    *,
    quality: int,
) -> Outcome:
    """Make, encode and write every product of a complete flight.

    Args:
        flight: The photo and its colours.
        shelf: Where the photo may have been kept; its room is freed.
        destination: Where results go.
        recipe: How samples become products.
        quality: JPEG and WebP quality, 1 to 100.

    Raises:
        PhotoError: If a result cannot be encoded or written; those before it stay.
    """
    job = flight.job
    try:
        ensemble = Ensemble(
            name=PurePosixPath(job.source.name).name,
            photo=flight.photo or read_again(flight),
            samples=flight.samples,
            fields=flight.blended_fields(),
            recipe=recipe,
        )
        for product in flight.decision.products:
            data = codec.encode(
                ensemble.make(product), job.format_of(product), quality=quality
            )
            destination.write(job.place_of(product), data)
            flight.hashes[product] = content_hash(data)
    finally:
        shelf.release(flight.photo)
    pictures = [each for each in flight.decision.products if each.kind == "picture"]
    return replace(
        outcome_of(job, destination, flight.decision.products, "done"),
        samples=tuple(map(ensemble.sample_of, pictures)),
        diversity=ensemble.diversity,
    )


def read_again(flight: Flight) -> Photo:
    """The photo of a flight for which there was no room on the shelf.

    Raises:
        PhotoError: If it cannot be read any more, or is another photo by now.
    """
    data = flight.job.source.read()
    if content_hash(data) != flight.reading.hash:
        raise DecodeError(flight.job.source, "was changed during the run; run it again")
    return codec.decode(data, flight.job.source)
