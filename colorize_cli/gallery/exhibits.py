"""What there is to show of a colorized folder.

The ledger of the runs says which pictures belong to which photo. Pictures that it does
not know, or all of them where there is no ledger, are grouped by their names:
`aunt.jpg`, `aunt_s2.jpg`, `aunt_spread.png`.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath

from colorize_cli.errors import PlanError
from colorize_cli.files import LEDGER_NAME
from colorize_cli.files.walk import photos_under
from colorize_cli.gallery.folder import PICTURES_NAME, is_gallery
from colorize_cli.gallery.originals import Originals, recorded_original
from colorize_cli.ledger import Entry, History, read_history

__all__ = ["Exhibit", "Variant", "find_exhibits", "hash_of", "inside"]

VARIANT = re.compile(r"(?P<stem>.+)_s(?P<number>[2-9]|[1-9][0-9]+)")
EXTRA = re.compile(r"(?P<stem>.+)_(?P<kind>sheet|spread)")
# Of an entry, what is shown beside its photo as it is.
FACTS = (
    "model_name",
    "model",
    "seed",
    "samples",
    "steps",
    "sampler",
    "pick",
    "settings",
    "seconds",
    "time",
    "tool",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One colorized picture.

    Attributes:
        path: Relative to the output folder, POSIX style.
        sample: Its number, from 0; None if not known.
        seed: The seed of the run that made it; None if not known, as of a picture that
            the photo's last run has not made.
        hash: `content_hash` of the file as a run has left it; empty if not known.
    """

    path: str
    sample: int | None = None
    seed: int | None = None
    hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One photo and everything that was made of it.

    Attributes:
        source: The photo's place under the folder that was colorized, POSIX style.
        name: Where its first sample is, or was, under the output folder; `source` where
            nothing was made.
        status: `done`, `skipped` or `failed`.
        reason: Why it failed or was skipped; else empty.
        original: The photo itself, if it was found.
        variants: In the order of their samples; empty if failed.
        spread: The spread map, relative to the output folder.
        diversity: Mean spread of the variants in Lab units; None if not known.
        facts: What the ledger says about the run, by its own keys.
    """

    source: str
    name: str
    status: str
    reason: str = ""
    original: Path | None = None
    variants: tuple[Variant, ...] = ()
    spread: str | None = None
    diversity: float | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def find_exhibits(
    out: Path, originals: Sequence[Path] = (), *, besides: Path | None = None
) -> list[Exhibit]:
    """Everything in an output folder, sorted by source.

    Args:
        out: The folder of results.
        originals: Folders that the photos were taken from; where they are missing or
            silent, the ledger says where each photo was.
        besides: A folder that is not looked into: the gallery, if it lies in `out`.

    Raises:
        PlanError: If a folder is missing, or there is nothing to show.
    """
    for folder in (out, *originals):
        if not folder.is_dir():
            raise PlanError(f"{folder}: is not a folder")
    history = read_history(out / LEDGER_NAME)
    entries = history.entries.values()
    found = {entry.source: of_entry(entry, out) for entry in entries}
    extras = {path for entry in entries for path in entry.extras.values()}
    names = {path.relative_to(out).as_posix() for path in pictures_in(out, besides)}
    join(found, by_name(names - extras), history)
    if not found:
        raise PlanError(
            f"{out}: holds no colorized photos; name the folder that was given to -o"
        )
    places = Originals(originals)
    return [
        replace(
            exhibit,
            original=places.find(source) or exhibit.original,
            variants=tuple(
                replace(each, hash=hash_of(each.path, history))
                for each in exhibit.variants
            ),
        )
        for source, exhibit in sorted(found.items())
    ]


def pictures_in(out: Path, besides: Path | None) -> list[Path]:
    """Every picture in a folder that is not a gallery's own."""
    photos, _ = photos_under(out, besides or out / ".gallery")
    is_known = cache(is_gallery)
    return [
        photo
        for photo in photos
        if photo.parent.parent.name != PICTURES_NAME
        or not is_known(photo.parent.parent.parent)
    ]


def hash_of(path: str, history: History) -> str:
    """The content hash of a result as the ledger has it; empty if it has none."""
    source = history.owner(path)
    return "" if source is None else history.made(source, path) or ""


def of_entry(entry: Entry, out: Path) -> Exhibit:
    """What the ledger says about a photo, less what is no longer there."""
    variants = tuple(
        Variant(path=target.path, sample=target.sample, seed=target.seed)
        for target in entry.targets
        if is_there(out, target.path)
    )
    status, reason = entry.status, entry.reason
    if status == "started":
        status, reason = "failed", "the run was stopped at it; run it again"
    elif status == "done" and not variants:
        status, reason = "failed", "its result is no longer there; run it again"
    spread = entry.extras.get("spread")
    return Exhibit(
        source=entry.source,
        name=name_of(entry, out),
        status=status,
        reason=reason,
        original=recorded_original(entry),
        variants=variants,
        spread=spread if spread and is_there(out, spread) else None,
        diversity=finite(entry.diversity),
        facts={
            name: value
            for name in FACTS
            if isinstance(value := getattr(entry, name), str)
            or finite(value) is not None
        },
    )


def name_of(entry: Entry, out: Path) -> str:
    """Where a photo's first sample was put, even if that file is gone."""
    targets = [each for each in entry.targets if inside(out, each.path) is not None]
    # A picture that was picked is alone, whichever sample it is.
    targets.sort(key=lambda target: target.sample != 0)
    return targets[0].path if targets else entry.source


def is_there(out: Path, path: str) -> bool:
    """Whether a picture that the ledger names is a file in the output folder."""
    place = inside(out, path)
    return place is not None and place.is_file()


def finite(value: float | None) -> float | None:
    """The value if it is a number that JSON knows, else None."""
    return value if value is not None and math.isfinite(value) else None


def join(
    found: dict[str, Exhibit], groups: Iterable[Exhibit], history: History
) -> None:
    """Add to what the ledger's last lines know the pictures that they do not know.

    Variants of an earlier run go to those of the last one, also where they are of
    another format; pictures of a photo that failed later, to the failure.
    """
    owners = {
        variant.path: source
        for source, exhibit in found.items()
        for variant in exhibit.variants
    }
    for group in groups:
        rest = tuple(each for each in group.variants if each.path not in owners)
        first = group.variants[0].path
        source = owners.get(first) or history.owner(first) or group.source
        if source in found:
            exhibit = found[source]
            variants = exhibit.variants + rest
            # A map that the last line leaves out is of samples that are gone.
            is_unknown = group.spread and history.owner(group.spread) is None
            spread = exhibit.spread or (group.spread if is_unknown else None)
            found[source] = replace(exhibit, variants=variants, spread=spread)
        elif rest:
            found[source] = replace(group, variants=rest)


def by_name(paths: Iterable[str]) -> list[Exhibit]:
    """Group pictures by what `colorize` calls them.

    A variant has the suffix of its first; sheets and maps may have another.
    """
    names = [PurePosixPath(path) for path in sorted(paths)]
    known = set(names)
    firsts = {name.with_suffix(""): name for name in reversed(names)}
    groups: dict[PurePosixPath, dict[int, str]] = {}
    spreads: dict[PurePosixPath, str] = {}
    for name in names:
        variant, extra = VARIANT.fullmatch(name.stem), EXTRA.fullmatch(name.stem)
        if variant and name.with_name(variant["stem"] + name.suffix) in known:
            first = name.with_name(variant["stem"] + name.suffix)
            groups.setdefault(first, {})[int(variant["number"])] = str(name)
        elif extra and name.with_name(extra["stem"]) in firsts:
            if extra["kind"] == "spread":
                spreads[firsts[name.with_name(extra["stem"])]] = str(name)
        else:
            groups.setdefault(name, {})[1] = str(name)
    return [
        Exhibit(
            source=str(first),
            name=str(first),
            status="done",
            variants=tuple(
                Variant(path=group[number], sample=number - 1)
                for number in sorted(group)
            ),
            spread=spreads.get(first),
        )
        for first, group in groups.items()
    ]


def inside(folder: Path, relative: str) -> Path | None:
    """A place under a folder; None if the path leads out of it, or to nowhere."""
    parts = PurePosixPath(relative)
    is_plain = parts.name and not parts.is_absolute() and "\0" not in relative
    if not is_plain or ".." in parts.parts:
        return None
    return folder / parts
