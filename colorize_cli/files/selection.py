"""Which of the photos that were found are wanted."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from pathspec import PathSpec

from colorize_cli.errors import PlanError
from colorize_cli.files.source import Source

__all__ = ["Selection", "literally"]


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Chooses photos by place and age; the default wants all of them.

    Patterns are those of .gitignore, matched by the library pathspec against the
    photo's place under SRC. `*.tif` is any TIFF, `/box1/` what is in that folder,
    `box?/**/front_*` what it says. Case counts; of the patterns of one option the last
    that matches decides, and `!pattern` takes a photo back.

    Attributes:
        include: If there are any, a photo has to match one of them.
        exclude: A photo must not match one of them, whatever `include` says.
        newer_than_ns: A photo has to be changed after this time, in nanoseconds since
            1970. Photos whose time is not known are wanted.
    """

    include: Sequence[str] = ()
    exclude: Sequence[str] = ()
    newer_than_ns: int | None = None

    def __post_init__(self) -> None:
        """Raise a PlanError if a pattern is none, before anything is looked for."""
        for option, patterns in (("include", self.include), ("exclude", self.exclude)):
            for pattern in patterns:
                compiled(option, [pattern])

    @cached_property
    def included(self) -> PathSpec[Any]:
        """`include`, ready to match."""
        return compiled("include", self.include)

    @cached_property
    def excluded(self) -> PathSpec[Any]:
        """`exclude`, ready to match."""
        return compiled("exclude", self.exclude)

    def admits(self, source: Source) -> bool:
        """Whether a photo is wanted."""
        if self.include and not self.included.match_file(source.name):
            return False
        if self.exclude and self.excluded.match_file(source.name):
            return False
        if self.newer_than_ns is None:
            return True
        stamp = source.stamp()
        return stamp is None or stamp[1] > self.newer_than_ns


def compiled(option: str, patterns: Sequence[str]) -> PathSpec[Any]:
    """Patterns in the order in which they were given.

    Raises:
        PlanError: If one of them is no pattern.
    """
    with suppress(ValueError, re.error):
        spec = PathSpec.from_lines("gitignore", patterns)
        # Nothing and comments are lines of a .gitignore, but match no photo.
        if all(patterns) and all(each.include is not None for each in spec.patterns):
            return spec
    named = ", ".join(map(repr, patterns))
    raise PlanError(f"--{option} {named}: is not a pattern as .gitignore has them")


def literally(name: str) -> str:
    """A pattern for the photo of that name under SRC."""
    return "/" + re.sub(r"([\\*?\[\] ])", r"\\\1", name)
