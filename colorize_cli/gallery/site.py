"""Puts a gallery together: pictures, data and the page itself."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from colorize_cli import __version__
from colorize_cli.errors import PhotoError, PlanError
from colorize_cli.files.disk import write_atomic
from colorize_cli.gallery.exhibits import Exhibit, find_exhibits
from colorize_cli.gallery.folder import (
    DATA_NAME,
    DATA_START,
    INDEX_NAME,
    PAGE_NAME,
    PICTURES_NAME,
    identity_of,
    is_gallery,
)
from colorize_cli.gallery.previews import PreviewMaker

__all__ = ["Gallery", "build_gallery"]

# Low confidence: the photos with the highest spread, this share of them.
UNCERTAIN_SHARE = 0.25
GREYED = (
    "The original was not found, or has changed since; what is shown is the result "
    "without its colours."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """A gallery that was made.

    Attributes:
        index: The page to open.
        photo_count: Photos in it.
        failures: Pictures that could not be shown, each a sentence with its path.
        greyed_count: Photos whose original was not found.
    """

    index: Path
    photo_count: int
    failures: tuple[str, ...]
    greyed_count: int


@dataclass(slots=True)
class Shown:
    """One photo of the page: its data, and what went wrong with its pictures."""

    data: dict[str, Any]
    failures: list[str]
    is_greyed: bool


def build_gallery(
    out: Path,
    target: Path,
    *,
    originals: Sequence[Path] = (),
    size_px: int = 1024,
    jobs: int = 1,
    on_photo: Callable[[], None] = lambda: None,
    on_start: Callable[[int], None] = lambda count: None,
) -> Gallery:
    """Make or renew the gallery of an output folder.

    Pictures that have not changed since the last time are kept, and those that nothing
    shows any more are removed. One that is stopped can be gone on with.

    Args:
        out: The folder of results.
        target: The folder of the gallery; new, empty, or an older gallery.
        originals: Folders that the photos were taken from.
        size_px: Longest side of the pictures in the gallery.
        jobs: Threads that make pictures.
        on_photo: Called when the pictures of a photo are made.
        on_start: Called before, with the number of photos.

    Raises:
        PlanError: If a folder cannot be used, or there is nothing to show.
        EncodeError: If the gallery cannot be written.
    """
    refuse_foreign(target, out)
    exhibits = find_exhibits(out, originals, besides=target)
    on_start(len(exhibits))
    if not is_gallery(target):
        # If this run is stopped, the next one must know the folder for ours.
        write_atomic(target / DATA_NAME, data_script(out, target, []))
    lay_page(target)
    maker = PreviewMaker(target, size_px)
    shown = list(made(exhibits, out, maker, jobs, on_photo))
    photos = [each.data for each in shown]
    # Last, so that the page never names pictures that are not there.
    write_atomic(target / DATA_NAME, data_script(out, target, photos))
    remove_stale(target, photos)
    return Gallery(
        index=target / INDEX_NAME,
        photo_count=len(photos),
        failures=tuple(reason for each in shown for reason in each.failures),
        greyed_count=sum(each.is_greyed for each in shown),
    )


def refuse_foreign(target: Path, out: Path) -> None:
    """Raise if the folder holds something else than a gallery."""
    if target.resolve() == out.resolve():
        raise PlanError(
            f"{target}: is the folder of results; choose another folder with -o"
        )
    if target.exists() and not target.is_dir():
        raise PlanError(f"{target}: is a file; choose a folder with -o")
    if target.is_dir() and not is_gallery(target) and any(target.iterdir()):
        raise PlanError(
            f"{target}: is neither empty nor a gallery; choose another folder with -o"
        )


def made(
    exhibits: Sequence[Exhibit],
    out: Path,
    maker: PreviewMaker,
    jobs: int,
    on_photo: Callable[[], None],
) -> Iterator[Shown]:
    """The exhibits with their pictures, in their order."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(show, exhibit, out, maker) for exhibit in exhibits]
        try:
            for _ in as_completed(futures):
                on_photo()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
        yield from (future.result() for future in futures)


def show(exhibit: Exhibit, out: Path, maker: PreviewMaker) -> Shown:
    """Make the pictures of one photo; those that cannot be made are left out."""
    failures: list[str] = []

    def picture(path: Path | None, *, is_grey: bool = False) -> dict[str, str] | None:
        if path is None:
            return None
        try:
            return asdict(maker.make(path, is_grey=is_grey))
        except PhotoError as error:
            failures.append(str(error))
            return None

    variants = [
        {**asdict(variant), **(picture(out / variant.path) or {})}
        for variant in exhibit.variants
    ]
    before = picture(exhibit.original)
    if exhibit.status == "failed":
        failures.clear()  # the page says why; nobody expects to see the photo
    is_greyed = before is None and bool(variants)
    if is_greyed:
        before = picture(out / exhibit.variants[0].path, is_grey=True)
    spread = picture(out / exhibit.spread) if exhibit.spread else None
    data = {
        "source": exhibit.source,
        "name": exhibit.name,
        "status": exhibit.status,
        "reason": exhibit.reason,
        "note": GREYED if is_greyed else "",
        "before": before,
        "variants": variants,
        "spread": spread,
        "diversity": exhibit.diversity,
        "facts": dict(exhibit.facts),
    }
    return Shown(data=data, failures=list(dict.fromkeys(failures)), is_greyed=is_greyed)


def data_script(out: Path, target: Path, photos: list[dict[str, Any]]) -> bytes:
    """data.js: a script, because a page from file:// may not fetch.

    It is ASCII, so no name can break out of its string, whatever its bytes.
    """
    spreads = [p["diversity"] for p in photos if p["diversity"] is not None]
    limit = float(np.quantile(spreads, 1 - UNCERTAIN_SHARE)) if spreads else None
    data = {
        "version": 1,
        "id": identity_of(target, out),
        "title": out.resolve().name,
        "tool": __version__,
        "uncertainFrom": limit,
        "photos": photos,
    }
    return f"{DATA_START}{json.dumps(data, allow_nan=False)};\n".encode("ascii")


def lay_page(target: Path) -> None:
    """Copy the page's own files."""
    with as_file(files("colorize_cli.gallery") / "page") as page:
        for source in sorted(path for path in page.rglob("*") if path.is_file()):
            relative = source.relative_to(page)
            folder = target if relative.name == INDEX_NAME else target / PAGE_NAME
            write_atomic(folder / relative, source.read_bytes())


def remove_stale(target: Path, photos: list[dict[str, Any]]) -> None:
    """Remove previews that no photo shows."""
    used = {
        Path(picture["preview"]).stem
        for photo in photos
        for picture in (photo["before"], photo["spread"], *photo["variants"])
        if picture and "preview" in picture
    }
    for path in (target / PICTURES_NAME).glob("??/*.jpg"):
        if path.stem.removesuffix("_small") not in used:
            path.unlink(missing_ok=True)
