"""Writes the test: one HTML file, with its pictures inside or, if large, beside it."""

import json
import re
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from random import Random

from colorize_cli.errors import PlanError
from colorize_cli.files.disk import write_atomic
from colorize_cli.turing.pairs import (
    Pair,
    PairFiles,
    encoded,
    find_pairs,
    miscoloured,
    prepare,
)

__all__ = ["Item", "TuringPage", "write_test"]

# As in Zhang et al. 2016: ten pairs of practice, every tenth trial a check.
MOST_PRACTICE, PAIRS_PER_PRACTICE, TRIALS_PER_CHECK = 10, 5, 10
LEAST_PAIRS = 5
# Base64 of more than this makes a page that browsers are slow to open.
MOST_EMBEDDED_BYTES = 32 * 2**20
PICTURE_NAME = re.compile(r"[0-9a-f]{16}\.jpg")
SCRIPTS = ("chance", "items", "statistics", "session", "screens", "main")


@dataclass(frozen=True, slots=True, kw_only=True)
class TuringPage:
    """A test that was written.

    Attributes:
        path: The page to open.
        practice_count: Pairs that do not count, with feedback.
        trial_count: Pairs that count.
        check_count: Attention checks among them.
        grey: Photos that were left out because they have no colours.
        is_embedded: Whether the page holds its pictures.
    """

    path: Path
    practice_count: int
    trial_count: int
    check_count: int
    grey: tuple[str, ...]
    is_embedded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question, its two pictures in random order.

    Attributes:
        photo: Its name.
        phase: `practice`, `test` or `check`.
        token: Random letters; `key` is the index of the camera's picture, exclusive-or
            the last bit of the token's FNV-1a hash, so that it cannot be read at sight.
        pictures: Encoded; in the page, their addresses.
    """

    photo: str
    phase: str
    token: str
    key: int
    pictures: tuple[bytes, bytes]


def write_test(
    real: Path,
    colorized: Path,
    target: Path,
    *,
    trials: int = 40,
    display_s: int = 3,
    size_px: int = 256,
    seed: int = 0,
    on_pair: Callable[[], None] = lambda: None,
) -> TuringPage:
    """Make the test of a folder of colour photos and one of their colorized versions.

    Args:
        real: Colour photos, taken by a camera.
        colorized: The same photos, colorized; paired by name.
        target: The page to write.
        trials: Pairs that count; fewer if there are not enough photos.
        display_s: How long a pair is shown, in seconds.
        size_px: Width and height of the pictures.
        seed: Decides the photos, and with a person's name their order and sides.
        on_pair: Called when a pair has been prepared.

    Raises:
        PlanError: If there are fewer than five pairs, or one is none.
        PhotoError: If a photo cannot be read, or the page not written.
    """
    chance = Random(f"colorize turing {seed}")
    found = find_pairs(real, colorized)
    practice_count, trial_count = split_counts(len(found), trials)
    pairs, grey = draw_pairs(
        found, practice_count + trial_count, size_px, chance, on_pair
    )
    if len(pairs) < LEAST_PAIRS:
        raise PlanError(
            f"{real} and {colorized}: {len(pairs)} photos in colour are in both; a "
            f"test needs at least {LEAST_PAIRS}"
        )
    practice_count, trial_count = split_counts(len(pairs), trials)
    items = make_items(pairs, practice_count, chance)
    settings = {"display_s": display_s, "size_px": size_px, "seed": seed}
    is_embedded = lay(items, settings, target)
    return TuringPage(
        path=target,
        practice_count=practice_count,
        trial_count=trial_count,
        check_count=len(items) - len(pairs),
        grey=tuple(grey),
        is_embedded=is_embedded,
    )


def split_counts(pair_count: int, trials: int) -> tuple[int, int]:
    """How many of so many pairs are practice, and how many count."""
    usable = min(pair_count, trials + MOST_PRACTICE)
    practice = min(MOST_PRACTICE, max(1, usable // PAIRS_PER_PRACTICE))
    return practice, min(trials, usable - practice)


def draw_pairs(
    found: Sequence[PairFiles],
    count: int,
    size_px: int,
    chance: Random,
    on_pair: Callable[[], None],
) -> tuple[list[Pair], list[str]]:
    """So many pairs at random, and the photos without colours that were met."""
    pairs: list[Pair] = []
    grey: list[str] = []
    for each in chance.sample(found, len(found)):
        if len(pairs) == count:
            break
        pair = prepare(each, size_px)
        if pair is None:
            grey.append(each.name)
        else:
            pairs.append(pair)
            on_pair()
    return pairs, grey


def make_items(
    pairs: Sequence[Pair], practice_count: int, chance: Random
) -> list[Item]:
    """Practice, trials, and checks on photos that were seen in the practice.

    A check shows the true colours of its photo, so that photo must not be a trial.
    """
    items = [
        item_of(
            pair.name,
            "practice" if number < practice_count else "test",
            (encoded(pair.real), encoded(pair.colorized)),
            chance,
        )
        for number, pair in enumerate(pairs)
    ]
    trial_count = len(pairs) - practice_count
    check_count = max(1, round(trial_count / TRIALS_PER_CHECK))
    for pair in pairs[: min(check_count, practice_count)]:
        others = (each for each in pairs if each is not pair)
        pictures = encoded(pair.real), encoded(miscoloured(pair, others))
        items.append(item_of(pair.name, "check", pictures, chance))
    return items


def item_of(
    photo: str, phase: str, pictures: tuple[bytes, bytes], chance: Random
) -> Item:
    """A question; `pictures` are the camera's and the other."""
    real_index = chance.randrange(2)
    token = f"{chance.getrandbits(64):016x}"
    return Item(
        photo=photo,
        phase=phase,
        token=token,
        key=real_index ^ (fnv1a(token) & 1),
        pictures=(pictures[real_index], pictures[1 - real_index]),
    )


def fnv1a(text: str) -> int:
    """The 32-bit hash of Fowler, Noll and Vo, variant 1a."""
    value = 0x811C9DC5
    for byte in text.encode("ascii"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def lay(items: Sequence[Item], settings: dict[str, int], target: Path) -> bool:
    """Write the page, its pictures beside it unless they fit in; True if they do."""
    size_bytes = sum(len(data) for item in items for data in item.pictures)
    is_embedded = size_bytes <= MOST_EMBEDDED_BYTES
    folder = target.with_name(f"{target.stem}_files")
    names = {data: f"{digest(data)}.jpg" for item in items for data in item.pictures}
    if not is_embedded:
        # In the order of their names, so that times do not betray what is what.
        for data, name in sorted(names.items(), key=lambda pair: pair[1]):
            write_atomic(folder / name, data)
    drop_stale(folder, set() if is_embedded else set(names.values()))

    def address(data: bytes) -> str:
        if is_embedded:
            return "data:image/jpeg;base64," + b64encode(data).decode("ascii")
        return f"{folder.name}/{names[data]}"

    shown = [
        asdict(item) | {"pictures": [address(data) for data in item.pictures]}
        for item in items
    ]
    # Answers are pooled if the pictures and the way they were shown are the same.
    shown_as = json.dumps(settings, sort_keys=True).encode("ascii")
    pictures = b"".join(data for item in items for data in item.pictures)
    identity = digest(shown_as + pictures)
    document = {"version": 1, "test": identity, **settings, "items": shown}
    write_atomic(target, html(document).encode("utf-8"))
    return is_embedded


def drop_stale(folder: Path, used: set[str]) -> None:
    """Remove pictures of an older test of the same name."""
    if folder.is_dir():
        for path in folder.iterdir():
            if PICTURE_NAME.fullmatch(path.name) and path.name not in used:
                path.unlink(missing_ok=True)


def digest(data: bytes) -> str:
    """Sixteen letters that depend on the content alone."""
    return blake2b(data, digest_size=8).hexdigest()


def html(document: dict[str, object]) -> str:
    """The page with style, scripts and data inside it."""
    page = files("colorize_cli.turing") / "page"
    # Names of photos are data: without "<" they cannot end the script they stand in.
    data = json.dumps(document, allow_nan=False).replace("<", "\\u003c")
    scripts = "".join(
        (page / "scripts" / f"{name}.js").read_text("utf-8") for name in SCRIPTS
    )
    text = (page / "test.html").read_text("utf-8")
    for mark, content in (
        ("/*style*/", (page / "test.css").read_text("utf-8")),
        ("/*scripts*/", scripts),
        ("/*data*/", f"const TEST = {data};\n"),
    ):
        text = text.replace(mark, content, 1)
    return text
