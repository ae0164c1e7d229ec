"""What is known of photos from earlier runs: figures, features, strips of pictures.

A folder with a line per photo and model in `photos.jsonl`, features in `*.f16`, strips
in `strips/`. Lines are only ever added, so a run that was stopped goes on where it was.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from colorize_cli.errors import EncodeError, PlanError
from colorize_cli.evaluate.features import FeatureFile
from colorize_cli.evaluate.judgement import Features, Verdict
from colorize_cli.evaluate.scores import PhotoScores
from colorize_cli.locks import try_lock

__all__ = ["Record", "Store", "is_store"]

VERSION = 1
RECORDS, STRIPS = "photos.jsonl", "strips"
# What measures features, and how many.
WIDTHS = {"lite0": 1280, "inception": 2048}


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What is known of a photo under given settings and weights.

    Attributes:
        key: Hash of the photo's content, the settings and the weights.
        name: The photo's place when it was measured, for people.
        scores: Its figures.
        verdict: The classifier's; None without one.
        rows: Its rows in the feature files.
    """

    key: str
    name: str
    scores: PhotoScores
    verdict: Verdict | None = None
    rows: Mapping[str, int] = field(default_factory=dict)

    def to_line(self) -> bytes:
        """One line of JSON."""
        values = {
            "v": VERSION,
            "key": self.key,
            "name": self.name,
            "scores": self.scores.to_json(),
            "verdict": self.verdict.to_json() if self.verdict else None,
            "rows": dict(self.rows),
        }
        return json.dumps(values, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """Inverse of `to_line`.

        Raises:
            KeyError, TypeError, ValueError: If it is no record of this version.
        """
        if values["v"] != VERSION:
            raise ValueError(f"a record of version {values['v']}")
        verdict = values["verdict"]
        return cls(
            key=values["key"],
            name=values["name"],
            scores=PhotoScores.from_json(values["scores"]),
            verdict=Verdict.from_json(verdict) if verdict else None,
            rows=values["rows"],
        )


def is_store(folder: Path) -> bool:
    """Whether an evaluation has written here."""
    return (folder / RECORDS).is_file() and (folder / STRIPS).is_dir()


class Store:
    """The folder, for one run at a time."""

    def __init__(self, folder: Path) -> None:
        """Make the folder, or read what is in it.

        Raises:
            PlanError: If it cannot be made, or another run is writing there.
        """
        self.folder = folder
        self.records: dict[str, Record] = {}
        # Feature file and row -> key of the record that was last known to have it.
        self._owners: dict[tuple[str, int], str] = {}
        try:
            (folder / STRIPS).mkdir(parents=True, exist_ok=True)
            self._file = (folder / RECORDS).open("a+b")
        except OSError as error:
            raise PlanError(
                f"{folder}: cannot be written ({error.strerror}); "
                "choose another folder with -o"
            ) from error
        if not try_lock(self._file.fileno()):
            self._file.close()
            raise PlanError(f"{folder}: another evaluation is writing there")
        self.features = {
            name: FeatureFile(folder / f"{name}.f16", width)
            for name, width in WIDTHS.items()
        }
        self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let other runs write here."""
        self._file.close()

    def find(self, key: str) -> Record | None:
        """What is known, if all of it is: figures, features and strip."""
        record = self.records.get(key)
        if record is None or not self.strip(key).is_file():
            return None
        are_there = all(
            name in self.features and row < len(self.features[name])
            for name, row in record.rows.items()
        )
        return record if are_there else None

    def add(
        self,
        key: str,
        name: str,
        scores: PhotoScores,
        verdict: Verdict | None,
        features: Mapping[str, Features],
        strip: bytes,
    ) -> Record:
        """Keep a photo's results; the line comes last, so it vouches for the rest.

        Args:
            key: Hash of content, settings and weights.
            name: The photo's place.
            scores: Its figures.
            verdict: The classifier's.
            features: By the name of what measured them, (7, F) each.
            strip: Its pictures side by side, a JPEG file.

        Raises:
            EncodeError: If it cannot be written, for instance because the disk is full.
        """
        try:
            self.strip(key).write_bytes(strip)
            rows = {
                which: self.features[which].append(each)
                for which, each in features.items()
            }
            line = Record(
                key=key, name=name, scores=scores, verdict=verdict, rows=rows
            ).to_line()
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            raise EncodeError(
                self.folder,
                f"cannot be written ({error.strerror}); run again to go on",
            ) from error
        # As a later run will read it, so that both have the same digits.
        return self._keep(Record.from_json(json.loads(line)))

    def strip(self, key: str) -> Path:
        """Where the pictures of a photo are."""
        return self.folder / STRIPS / f"{key}.jpg"

    def _read(self) -> None:
        """Read all lines; one that was cut off is removed, a foreign one left out."""
        self._file.seek(0)
        end = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            end += len(line)
            try:
                record = Record.from_json(json.loads(line))
            except (KeyError, TypeError, ValueError):
                continue
            self._keep(record)
        self._file.truncate(end)

    def _keep(self, record: Record) -> Record:
        """Know a record, and forget those whose rows are now its own.

        That happens where somebody has deleted a feature file, which then began anew.
        """
        for place in record.rows.items():
            before = self.records.get(self._owners.get(place, ""))
            if before is not None and place in before.rows.items():
                del self.records[before.key]
            self._owners[place] = record.key
        self.records[record.key] = record
        return record
