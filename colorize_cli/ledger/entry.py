"""One line of the ledger."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

from colorize_cli.errors import PlanError

__all__ = ["Entry", "EntryStatus", "Target"]

VERSION = 1

# `started` stands before the first result is written: whatever a run that is killed
# leaves at the line's targets is ours. `skipped` photos were left alone for a reason.
# A photo that `failed` keeps what is known of results that an earlier run has made.
EntryStatus = Literal["started", "done", "skipped", "failed"]
STATUSES = frozenset(get_args(EntryStatus))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A result.

    Attributes:
        path: Relative to the output folder, POSIX style.
        seed: The seed it was drawn with.
        sample: Which sample it is, from 0; None for the mean of all.
        hash: `content_hash` of the file; empty in a `started` line.
    """

    path: str
    seed: int
    sample: int | None
    hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a run did with a photo.

    Attributes:
        source: The photo's path under the folder that was named, POSIX style; bytes
            that are no UTF-8 are surrogates.
        status: See `EntryStatus`.
        origin: Where the photo was read from, absolute where it is a path;
            `stdin` if it came through a pipe.
        hash: `content_hash` of the photo's file; empty if it was not read.
        size: Bytes of the file; None if not known.
        mtime_ns: Time of its last change; None if not known.
        reason: Why it was skipped or failed; one line.
        targets: Results made of this content with these settings; in a `started` line,
            those that are about to be written.
        extras: Further files, such as a contact sheet, by what they are.
        settings: `settings_hash` of all that decides the picture.
        model: Hash of the model's weights.
        model_name: The name of its file.
        seed: The seed of the run.
        samples: Variants that were asked for.
        steps: Steps of the reverse loop.
        sampler: Name of the sampler.
        pick: Which sample the first target is, in words.
        on_color: What became of the photo's pages that are in colour: `recolor`, or
            `keep` as they are; empty if there are none, or that is not known.
        diversity: How far the samples differ; None if there is one.
        seconds: From decoding to the last result, in part shared with other photos.
        time: When the line was written, UTC, as in RFC 3339.
        tool: Version of the program.
    """

    source: str
    status: EntryStatus
    origin: str = ""
    hash: str = ""
    size: int | None = None
    mtime_ns: int | None = None
    reason: str = ""
    targets: tuple[Target, ...] = ()
    extras: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    model: str = ""
    model_name: str = ""
    seed: int = 0
    samples: int = 1
    steps: int | None = None
    sampler: str = ""
    pick: str = "first"
    on_color: str = ""
    diversity: float | None = None
    seconds: float | None = None
    time: str = ""
    tool: str = ""

    def to_line(self) -> bytes:
        """The line, ASCII, with its newline; what is None or empty is left out."""
        values: dict[str, Any] = {"v": VERSION}
        for name in FIELDS:
            value = getattr(self, name)
            if value not in (None, "", (), {}):
                values[name] = value
        values["targets"] = [
            {name: getattr(target, name) for name in Target.__slots__}
            for target in self.targets
        ]
        return json.dumps(values, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Entry | None":
        """Parse a line; None if it is damaged.

        If a line that a crash had torn off was continued by the next one, as happens
        when ledgers are joined, that one is found.

        Raises:
            PlanError: If a later version of the program wrote it.
        """
        entry = parse(line)
        again = line.rfind(b'{"v":')
        return parse(line[again:]) if entry is None and again > 0 else entry


FIELDS = [each.name for each in fields(Entry)]
TEXTS = [each.name for each in fields(Entry) if each.type is str]
NUMBERS = ("size", "mtime_ns", "seed", "samples", "steps", "diversity", "seconds")
# Texts that thousands of lines have in common.
COMMON = ("settings", "model", "model_name", "sampler", "pick", "on_color", "tool")


def parse(line: bytes) -> Entry | None:
    """The entry, or None if the line is not one."""
    try:
        values = json.loads(line)
        version = values["v"]
        if version != VERSION:
            raise PlanError(
                f"the ledger is of version {version}, this colorize knows {VERSION}; "
                "update colorize-diffusion, or choose another folder with -o"
            )
        known = {name: values[name] for name in FIELDS if name in values}
        known["targets"] = tuple(map(target_of, known.get("targets", ())))
        for name in COMMON:
            if name in known:
                known[name] = sys.intern(known[name])
        entry = Entry(**known)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    return entry if is_sound(entry) else None


def is_sound(entry: Entry) -> bool:
    """Whether every value is of the kind that this program writes."""
    extras, targets = entry.extras, entry.targets
    if not isinstance(extras, dict) or entry.status not in STATUSES:
        return False
    texts = [getattr(entry, name) for name in TEXTS]
    texts += [text for each in targets for text in (each.path, each.hash)]
    numbers = [getattr(entry, name) for name in NUMBERS]
    numbers += [number for each in targets for number in (each.seed, each.sample)]
    return all(isinstance(text, str) for text in (*texts, *extras.values())) and all(
        number is None or isinstance(number, int | float) for number in numbers
    )


def target_of(values: Mapping[str, Any]) -> Target:
    """A target from its JSON."""
    return Target(**{name: values[name] for name in Target.__slots__ if name in values})
