"""Photos with their colours to the files that are made of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from statistics import mean

import numpy as np
from numpy.typing import NDArray

from colorize_cli import codec
from colorize_cli.batch.flight import Flight, Page
from colorize_cli.batch.forecast import outcome_of
from colorize_cli.batch.products import Ensemble, Recipe
from colorize_cli.batch.reading import decoded_bytes
from colorize_cli.batch.shelf import Shelf
from colorize_cli.batch.tagging import Tag
from colorize_cli.codec import Document
from colorize_cli.codec.formats import Format
from colorize_cli.errors import DecodeError
from colorize_cli.files import Destination
from colorize_cli.imaging.photo import Photo
from colorize_cli.ledger import content_hash
from colorize_cli.report import Outcome
from colorize_cli.settings import BatchSettings
from colorize_cli.variants import Product

__all__ = ["write_flight"]


def write_flight(
    flight: Flight,
    shelf: Shelf,
    destination: Destination,
    recipe: Recipe,
    settings: BatchSettings,
    tag: Tag,
) -> Outcome:
    """Make, encode and write every product of a complete flight.

    Args:
        flight: The photo and its colours.
        shelf: Where the photo may have been kept; its room is freed.
        destination: Where results go.
        recipe: How samples become products.
        settings: Quality, times, and whether results are tagged.
        tag: What all results of the run say about themselves.

    Raises:
        PhotoError: If a result cannot be encoded or written; those before it stay.
    """
    job, products = flight.job, flight.decision.products
    stamp = flight.reading.stamp if settings.preserve_times else None
    with ExitStack() as stack:
        stack.callback(flight.release, shelf)
        press = Press(flight, shelf, recipe, settings, tag, stack)
        for product in products:
            data = press.encoded(product, job.format_of(product))
            destination.write(job.place_of(product), data, mtime_ns=stamp and stamp[1])
            flight.hashes[product] = content_hash(data)
    pictures = [each for each in products if each.kind == "picture"]
    return replace(
        outcome_of(job, destination, products, "done", flight.decision.reason),
        samples=tuple(map(press.sample_of, pictures)),
        diversity=press.diversity,
        losses=tuple(sorted(press.losses)),
    )


@dataclass(slots=True)
class Press:
    """Makes the products of one flight.

    Attributes:
        flight: The photo and its colours.
        shelf: Lets large photos be decoded again, one at a time.
        recipe: How samples become products.
        settings: Quality, and whether results are tagged.
        tag: What all results of the run say about themselves.
        stack: Closed when the flight is written.
        losses: What the formats of the pictures could not hold.
    """

    flight: Flight
    shelf: Shelf
    recipe: Recipe
    settings: BatchSettings
    tag: Tag
    stack: ExitStack
    losses: set[str] = field(default_factory=set)
    _document: Document | None = None
    _photo: Photo | None = None
    _fields: dict[Page, NDArray[np.float32]] = field(default_factory=dict)

    def encoded(self, product: Product, format: Format) -> bytes:
        """A product as a file; sheet and spread map are of the first page."""
        flight, quality = self.flight, self.settings.quality
        if flight.is_copy:
            document = self._document = self._read_again()
            if document.format == format:
                return document.data
        if product.kind != "picture":
            made = self._made(self._colorized[0], product, format)
            return codec.encode(made, format, quality=quality)
        return codec.encode_pages(
            self._pages(product, format),
            format,
            quality=quality,
            raw_bytes=sum(page.raw_bytes for page in flight.pages),
        )

    @property
    def diversity(self) -> float | None:
        """How far the samples of the colorized pages differ; see `Ensemble`."""
        found = [self._ensemble(page).diversity for page in self._colorized]
        known = [each for each in found if each is not None]
        return mean(known) if known else None

    def sample_of(self, product: Product) -> int | None:
        """Which sample a picture shows, on its first page with new colours."""
        if self.flight.is_copy:
            return None
        return self._ensemble(self._colorized[0]).sample_of(product)

    @property
    def _colorized(self) -> list[Page]:
        return [page for page in self.flight.pages if page.canvas is not None]

    def _pages(self, product: Product, format: Format) -> Iterator[Photo]:
        for page in self.flight.pages:
            yield self._made(page, product, format)

    def _made(self, page: Page, product: Product, format: Format) -> Photo:
        """A product of one page, tagged; the page itself if it keeps its colours."""
        original = self._original(page)
        if product.kind == "picture":
            self.losses.update(codec.losses(original, format))
        if page.canvas is None:
            return original
        made = self._ensemble(page).make(product, original)
        if not self.settings.tag:
            return made
        return self._tag_of(page, product, format).on(made)

    def _tag_of(self, page: Page, product: Product, format: Format) -> Tag:
        """What a product says about itself."""
        variants = self.recipe.variants
        sample = None
        if product.kind == "picture":
            sample = self._ensemble(page).sample_of(product)
        # Each page has a medoid of its own, and one command makes them all.
        is_of_many = (
            product.kind != "picture"
            or sample is None
            or (variants.pick == "medoid" and len(self.flight.pages) > 1)
        )
        return replace(
            self.tag,
            source_hash=self.flight.reading.hash,
            product=product.kind,
            sample=None if sample is None else sample + 1,
            samples=variants.samples if is_of_many else None,
            pick=variants.pick if is_of_many else None,
            quality=self.settings.quality if codec.is_lossy(format) else None,
            on_color="recolor" if page.is_in_colour else None,
        )

    def _ensemble(self, page: Page) -> Ensemble:
        """The samples of a page."""
        if page not in self._fields:
            self._fields[page] = self.flight.blended_fields(page)
        return Ensemble(
            name=PurePosixPath(self.flight.job.source.name).name,
            samples=self.flight.samples,
            fields=self._fields[page],
            recipe=self.recipe,
        )

    def _original(self, page: Page) -> Photo:
        """The page as it was read, decoded again if there was no room to keep it."""
        found = page.photo or self._photo
        if found is None:
            document = self._document or self._read_again()
            found = document.read(page.index)
            if document.page_count == 1:
                # The only page serves all products, and the file is needed no more.
                self._photo = found
                size_bytes = len(document.data)
                del document
                self.shelf.tidy(size_bytes)
            else:
                self._document = document
        return found

    def _read_again(self) -> Document:
        """The file of the flight.

        Raises:
            PhotoError: If it cannot be read any more, or is another photo by now.
        """
        source, reading = self.flight.job.source, self.flight.reading
        self.stack.enter_context(
            self.shelf.room_for(reading.stamp[0] if reading.stamp else 0)
        )
        data = source.read()
        if content_hash(data) != reading.hash:
            raise DecodeError(source, "was changed during the run; run it again")
        document = codec.read_document(
            data, source, max_pixels=self.settings.max_pixels
        )
        self.stack.enter_context(self.shelf.room_for(decoded_bytes(document)))
        return document
