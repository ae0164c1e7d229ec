"""Photos from their files to what the network sees."""

import time
from contextlib import ExitStack
from dataclasses import replace

from colorize_cli import codec
from colorize_cli.batch.flight import Flight, Landing, Page, Reading
from colorize_cli.batch.resume import Decision, Resume
from colorize_cli.batch.shelf import Shelf
from colorize_cli.codec import Document
from colorize_cli.errors import UnsupportedPhotoError
from colorize_cli.files import Job
from colorize_cli.imaging.tint import is_in_colour
from colorize_cli.ledger import content_hash
from colorize_cli.model.config import ModelConfig
from colorize_cli.pipeline import prepare
from colorize_cli.settings import COPIED, IN_COLOUR, BatchSettings
from colorize_cli.variants import Product

__all__ = ["decoded_bytes", "read_flight"]


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
    settings = resume.settings
    # Before reading: a change after this is seen by the next run.
    stamp = job.source.stamp()
    with ExitStack() as stack:
        stack.enter_context(shelf.room_for(stamp[0] if stamp else 0))
        data = job.source.read()
        reading = Reading(hash=content_hash(data), stamp=stamp, began_s=began_s)
        if decision is None:
            decision = resume.decide(job, reading.hash)
        if not decision.products:
            return Landing(job=job, reading=reading, decision=decision)
        document = codec.read_document(data, job.source, max_pixels=settings.max_pixels)
        refuse_pages(document, job)
        stack.enter_context(shelf.room_for(decoded_bytes(document)))
        pages = read_pages(document, settings, shelf, config)
    samples = settings.variants.samples_for(decision.products)
    flight = Flight(job, reading, decision, samples, pages)
    return as_it_is(flight, settings, shelf) if flight.is_copy else flight


def decoded_bytes(document: Document) -> int:
    """Memory that a page of a file takes at most, as RGB of 16 bits."""
    return 6 * max(each.width_px * each.height_px for each in document.surveys)


def refuse_pages(document: Document, job: Job) -> None:
    """Raise if a file has more pages than its result can have."""
    if document.page_count > 1 and not codec.holds_pages(job.format):
        raise UnsupportedPhotoError(
            job.source,
            f"it holds {document.page_count} pages, and {job.format} holds one; "
            "use --format tiff",
        )


def read_pages(
    document: Document, settings: BatchSettings, shelf: Shelf, config: ModelConfig
) -> tuple[Page, ...]:
    """Decode all pages, one after the other, and lay out those that need colours."""
    pages: list[Page] = []
    try:
        for index in range(document.page_count):
            photo = document.read(index)
            has_colours = is_in_colour(photo.rgb)
            keeps_them = has_colours and settings.on_color != "recolor"
            pages.append(
                Page(
                    index=index,
                    canvas=None
                    if keeps_them
                    else prepare(photo, config, settings.sampling.size),
                    photo=shelf.keep(photo),
                    is_in_colour=has_colours,
                    raw_bytes=photo.rgb.nbytes,
                )
            )
    except BaseException:
        for page in pages:
            shelf.release(page.photo)
        raise
    return tuple(pages)


def as_it_is(flight: Flight, settings: BatchSettings, shelf: Shelf) -> Flight | Landing:
    """What becomes of a photo that is in colour: a copy under its name, or nothing."""
    picture = Product()
    if settings.on_color == "copy" and picture in flight.decision.products:
        decision = replace(flight.decision, products=(picture,), reason=COPIED)
        return replace(flight, decision=decision, samples=())
    flight.release(shelf)
    reason = COPIED if settings.on_color == "copy" else IN_COLOUR
    decision = replace(flight.decision, products=(), reason=reason)
    return Landing(job=flight.job, reading=flight.reading, decision=decision)
