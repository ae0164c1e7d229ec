"""Test sets and preparations as papers describe them, and whether a folder is one.

A figure can only be held against a published one if both are of the same photos, cut
and resized alike. What a paper leaves open is settled here and said in `about`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from colorize_cli.errors import PlanError
from colorize_cli.evaluate.sets import VALIDATION_NAME, Item
from colorize_cli.evaluate.ways import RGB
from colorize_cli.imaging.luminance import resize

__all__ = ["PROTOCOLS", "Protocol", "check_photos", "check_size", "shaped"]

SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """One test set.

    Attributes:
        name: What `--protocol` calls it.
        about: What it is, where it comes from, and what is not checked.
        count: How many photos it has.
        names: What the photos are called, without suffix; a group is the number.
        numbers: First and last number of the names; None where it is not known which
            photos belong to the set.
        sizes: Heights and widths that a photo may have; None for any.
        crop: `square` takes the largest square in the middle, `squash` the whole photo.
        side: Height and width after that, in pixels.
    """

    name: str
    about: str
    count: int
    names: re.Pattern[str]
    numbers: tuple[int, int] | None
    sizes: tuple[tuple[int, int], ...] | None = None
    crop: Literal["square", "squash"]
    side: int


PROTOCOLS: Mapping[str, Protocol] = {
    protocol.name: protocol
    for protocol in (
        Protocol(
            name="palette-5k",
            about="Palette (Saharia et al. 2022), table 1, after ColTran: the first "
            "5,000 validation photos of ImageNet, their largest square at 256 x 256",
            count=5_000,
            names=VALIDATION_NAME,
            numbers=(1, 5_000),
            crop="square",
            side=256,
        ),
        Protocol(
            name="ctest10k",
            about="Larsson et al. 2016, as in Palette's appendix: 10,000 validation "
            "photos of ImageNet, their largest square at 256 x 256. Which ones, is in "
            "the authors' ctest10k.txt and is not checked",
            count=10_000,
            names=VALIDATION_NAME,
            numbers=None,
            crop="square",
            side=256,
        ),
        Protocol(
            name="val50k-256",
            about="DDColor (Kang et al. 2023), table 1: all validation photos of "
            "ImageNet, squashed to 256 x 256",
            count=50_000,
            names=VALIDATION_NAME,
            numbers=(1, 50_000),
            crop="squash",
            side=256,
        ),
        Protocol(
            name="celeba-128",
            about="this project's own, for no paper has published one: the official "
            "test photos of CelebA, aligned, their largest square at 128 x 128",
            count=19_962,
            names=re.compile(r"(\d{6})"),
            numbers=(182_638, 202_599),
            sizes=((218, 178),),
            crop="square",
            side=128,
        ),
    )
}


def check_photos(protocol: Protocol, items: Sequence[Item]) -> None:
    """Compare the folder's photos with those of the protocol.

    Raises:
        PlanError: Names what differs first: names, photos that are missing or too
            many, or their number.
    """
    found: dict[int, str] = {}
    for item in items:
        name = item.source.name
        match = protocol.names.fullmatch(PurePosixPath(name).stem)
        if match is None:
            raise refusal(protocol, f"{name} is not named like one of its photos")
        other = found.setdefault(int(match[1]), name)
        if other != name:
            raise refusal(protocol, f"{other} and {name} are the same photo")
    if protocol.numbers is not None:
        first, last = protocol.numbers
        wanted = range(first, last + 1)
        if odd := [found[number] for number in sorted(found) if number not in wanted]:
            raise refusal(protocol, f"does not have {some(odd)}")
        missing = [str(number) for number in wanted if number not in found]
        if missing:
            raise refusal(
                protocol, f"photos of these numbers are missing: {some(missing)}"
            )
    if len(items) != protocol.count:
        raise refusal(
            protocol, f"has {protocol.count:,} photos, this folder {len(items):,}"
        )


def check_size(protocol: Protocol, item: Item, rgb: RGB) -> None:
    """Compare a photo's size with the protocol's.

    Raises:
        PlanError: If no photo of the protocol has that size.
    """
    if protocol.sizes is None or rgb.shape[:2] in protocol.sizes:
        return
    height, width = protocol.sizes[0]
    raise refusal(
        protocol,
        f"its photos are {width} x {height} pixels, {item.source.name} is "
        f"{rgb.shape[1]} x {rgb.shape[0]}",
    )


def shaped(protocol: Protocol, rgb: RGB) -> RGB:
    """The photo as the protocol shows it to a model, (side, side, 3)."""
    if protocol.crop == "square":
        height, width = rgb.shape[:2]
        side = min(height, width)
        top, left = (height - side) // 2, (width - side) // 2
        rgb = rgb[top : top + side, left : left + side]
    small = resize(rgb, protocol.side, protocol.side)
    return small.astype(rgb.dtype, copy=False)


def refusal(protocol: Protocol, reason: str) -> PlanError:
    """The error, with what the protocol is."""
    return PlanError(f"--protocol {protocol.name}: {reason} ({protocol.about})")


def some(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
