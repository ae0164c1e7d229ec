"""What is to be done with each photo, by the ledger and by what is there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import get_args

from colorize_cli.codec.formats import Format
from colorize_cli.errors import EncodeError
from colorize_cli.files import Destination, Job, Source
from colorize_cli.files.remote.url import shown
from colorize_cli.files.streams import STDIN
from colorize_cli.ledger import Entry, History, content_hash
from colorize_cli.settings import COPIED, IN_COLOUR, BatchSettings
from colorize_cli.variants import Product

__all__ = ["Decision", "Resume", "origin_of"]

FOREIGN = (
    "its results have been changed since they were made; --overwrite replaces them"
)
FOUND = "already there, made by no run that is known; --overwrite replaces it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to be done with a photo.

    Attributes:
        products: What is to be made of it; nothing if it is left alone.
        goes_on: What an earlier run with the same settings has made of the same photo,
            and is to be added to.
        reason: Why it is left alone, if not because all is there.
    """

    products: tuple[Product, ...]
    goes_on: Entry | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """Decides what a run does, so that it goes on where earlier ones have ended.

    A photo is done again if it, the model or the settings have changed since. A file
    that no run has made, or that somebody has changed since, is never replaced unless
    that is asked for.

    Attributes:
        destination: Where results go.
        history: What earlier runs have done.
        settings: Those of this run.
        weights_hash: The model of this run.
        formats: Hash of what decides a picture, by its format.
    """

    destination: Destination
    history: History
    settings: BatchSettings
    weights_hash: str
    formats: Mapping[Format, str]

    @classmethod
    def of(
        cls,
        destination: Destination,
        history: History,
        settings: BatchSettings,
        weights_hash: str,
    ) -> "Resume":
        """Prepare the hashes."""
        return cls(
            destination=destination,
            history=history,
            settings=settings,
            weights_hash=weights_hash,
            formats={each: settings.picture_hash(each) for each in get_args(Format)},
        )

    def glance(self, job: Job) -> Decision | None:
        """What is to be done, if that can be told without reading the photo.

        A photo whose place is taken is left to `decide`, which raises where only that
        photo fails.
        """
        entry = self._entry(job)
        try:
            if entry is None:
                return self._beginning(job)
            is_ended = entry.status in ("done", "skipped")
            is_current = is_ended and self._is_current(entry, job)
            if is_current and unchanged(entry, job.source):
                return self._going_on(entry, job)
        except EncodeError:
            return None
        return None

    def decide(self, job: Job, digest: str) -> Decision:
        """What is to be done with a photo that has this content.

        Args:
            job: The photo.
            digest: `content_hash` of its file.

        Raises:
            EncodeError: If its results would take the place of another photo's.
        """
        entry = self._entry(job)
        if entry is None:
            return self._beginning(job)
        if digest == entry.hash and self._is_current(entry, job):
            return self._going_on(entry, job)
        if entry.hash not in ("", digest) and entry.origin != origin_of(job.source):
            self._refuse_replacing(entry, job)
        products = tuple(
            each
            for each in self.settings.variants.products
            if self._may_write(job, job.place_of(each))
        )
        return Decision(products=products, reason="" if products else FOREIGN)

    def known_hash(self, job: Job) -> str | None:
        """The content hash of a photo by its size and time; None if it must be read."""
        entry = self._entry(job)
        if entry is not None and entry.hash and unchanged(entry, job.source):
            return entry.hash
        return None

    def _entry(self, job: Job) -> Entry | None:
        """What the ledger says of the photo, unless that does not matter."""
        if self.settings.overwrite:
            return None
        return self.history.entries.get(job.source.name)

    def _is_current(self, entry: Entry, job: Job) -> bool:
        """Whether results that the entry knows are what this run would make."""
        on_color = self.settings.on_color
        in_colour = {"skip": IN_COLOUR, "copy": COPIED}.get(on_color)
        pages = "recolor" if on_color == "recolor" else "keep"
        return (
            entry.status != "started"
            and (entry.reason == in_colour or entry.reason not in {IN_COLOUR, COPIED})
            and entry.on_color in {"", pages}
            and entry.settings == self.formats[job.format]
            and entry.model == self.weights_hash
        )

    def _beginning(self, job: Job) -> Decision:
        """Make what is not there, of a photo that the ledger does not know.

        Raises:
            EncodeError: If something is there that was made of another photo.
        """
        products = self.settings.variants.products
        if not self.settings.overwrite:
            products = tuple(
                each for each in products if not self._is_there(job.place_of(each), job)
            )
        return Decision(products=products, reason="" if products else FOUND)

    def _is_there(self, place: PurePosixPath, job: Job) -> bool:
        """Whether a file is in the place of a result.

        Raises:
            EncodeError: If it was made of another photo, which may have the same stem,
                or be called like a sample of this one.
        """
        if not self.destination.exists(place):
            return False
        owner = self.history.owner(str(place))
        if owner not in {None, job.source.name}:
            raise self._taken(place, str(owner))
        return True

    def _going_on(self, entry: Entry, job: Job) -> Decision:
        """Add what is missing to what was made of the same photo in the same way."""
        wanted = self.settings.variants.products
        if entry.reason == IN_COLOUR:
            wanted = ()
        elif entry.reason == COPIED:
            wanted = (Product(),)
        products = tuple(each for each in wanted if self._lacks(entry, job, each))
        is_left_alone = entry.status == "skipped" and not products
        reason = entry.reason if is_left_alone else ""
        return Decision(products=products, goes_on=entry, reason=reason)

    def _lacks(self, entry: Entry, job: Job, product: Product) -> bool:
        """Whether a product is to be added to those that an entry knows.

        That a file is there is not enough: one that the entry does not name may be left
        from other settings or another photo, and is then made again if it is ours.
        """
        place = job.place_of(product)
        if not self._is_there(place, job):
            return True
        if product.kind == "picture":
            is_known = any(
                each.path == str(place) and each.hash for each in entry.targets
            )
        else:
            # A sheet and a spread map show all samples there are.
            is_complete = entry.samples == self.settings.variants.samples
            is_known = is_complete and entry.extras.get(product.kind) == str(place)
        return not is_known and self._may_write(job, place)

    def _may_write(self, job: Job, place: PurePosixPath) -> bool:
        """Whether nothing is there but what an earlier run has left."""
        if not self._is_there(place, job):
            return True
        made = self.history.made(job.source.name, str(place))
        if not made:
            return made is not None
        there = self.destination.read(place)
        return there is not None and content_hash(there) == made

    def _refuse_replacing(self, entry: Entry, job: Job) -> None:
        """Raise if a result of another photo is in the way.

        Two boxes may both have a scan0001.jpg, and be colorized into one folder.
        """
        for each in self.settings.variants.products:
            place = job.place_of(each)
            made = self.history.made(job.source.name, str(place))
            if made is not None and self.destination.exists(place):
                raise self._taken(place, entry.origin)

    def _taken(self, place: PurePosixPath, photo: str) -> EncodeError:
        """What is said of a place where the result of another photo is."""
        return EncodeError(
            self.destination.locate(place),
            f"is the result of another photo, {photo}; choose another folder with -o, "
            "or --overwrite it",
        )


def unchanged(entry: Entry, source: Source) -> bool:
    """Whether a photo is the one of an entry, by its place, size and time."""
    stamp = source.stamp()
    return (
        stamp is not None
        and stamp == (entry.size, entry.mtime_ns)
        and entry.origin == origin_of(source)
    )


def origin_of(source: Source | str) -> str:
    """Where a photo comes from: an absolute path, `stdin`, a URL without its secrets.

    A ledger is shown to others, so it holds neither passwords nor signatures.
    """
    place = str(source)
    if place == STDIN:
        return place
    if "://" not in place:
        return str(Path(place).absolute())
    return shown(place).partition("#")[0]
