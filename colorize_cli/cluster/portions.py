"""What a cluster is given to do, in portions: as much as one worker does at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colorize_cli.errors import PlanError
from colorize_cli.files import Destination, FileSource, FolderDestination, Job, Source
from colorize_cli.files.remote.destination import RemoteDestination
from colorize_cli.files.remote.source import RemoteSource
from colorize_cli.ledger import History
from colorize_cli.variants import Product

__all__ = ["Portion", "photos_per_portion", "portions_of", "refuse_unshared"]

# Batches of a portion: at its end a worker runs dry, so there should be some; what a
# worker that dies was at is done again, so there should not be too many.
BATCHES = 4
FEWEST_PHOTOS = 16
# Portions for each worker: with more of them, all workers end at about the same time.
ROUNDS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some photos of a run.

    Attributes:
        number: Which portion, from 0.
        jobs: The photos, in the order of the plan.
        history: What earlier runs have done with them.
    """

    number: int
    jobs: tuple[Job, ...]
    history: History


def photos_per_portion(
    photo_count: int, batch_size: int, samples: int, worker_count: int
) -> int:
    """How many photos make a portion; at least one.

    Args:
        photo_count: Photos of the run.
        batch_size: Rows that a network sees at once.
        samples: Rows of a photo, at least.
        worker_count: Workers that share the run.
    """
    enough = max(FEWEST_PHOTOS, -(-BATCHES * batch_size // samples))
    return max(1, min(enough, photo_count // (ROUNDS * worker_count)))


def portions_of(
    jobs: Sequence[Job], history: History, products: Sequence[Product], size: int
) -> Iterator[Portion]:
    """Share jobs out.

    Args:
        jobs: All that is to be done.
        history: What earlier runs have done.
        products: What is made of each photo.
        size: Photos of a portion.
    """
    for number, start in enumerate(range(0, len(jobs), size)):
        part = tuple(jobs[start : start + size])
        known = history_of(part, history, products)
        yield Portion(number=number, jobs=part, history=known)


def history_of(
    jobs: Sequence[Job], history: History, products: Sequence[Product]
) -> History:
    """What a history says of these photos and their results."""
    names = [job.source.name for job in jobs]
    places = [str(job.place_of(each)) for job in jobs for each in products]
    return History(
        entries={n: history.entries[n] for n in names if n in history.entries},
        results={p: history.results[p] for p in places if p in history.results},
    )


def refuse_unshared(sources: Sequence[Source], destination: Destination) -> None:
    """Raise if something can only be read or written by this process.

    Raises:
        PlanError: Names it.
    """
    for source in sources:
        if not isinstance(source, FileSource | RemoteSource) or in_memory(source):
            raise PlanError(
                f"{source}: --engine ray reads photos from shared folders and object "
                "stores; unpack it there, or leave out --engine"
            )
    is_place = isinstance(destination, FolderDestination | RemoteDestination)
    if not is_place or in_memory(destination):
        raise PlanError(
            f"{destination}: --engine ray writes to a shared folder or an object "
            "store; choose one with -o, or leave out --engine"
        )


def in_memory(place: object) -> bool:
    """Whether a URL leads to the memory of a process."""
    return str(place).startswith("memory:")
