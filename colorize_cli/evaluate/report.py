"""What an evaluation found, set by set."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np

from colorize_cli.evaluate.features import distances_of
from colorize_cli.evaluate.scores import mean_known, rounded
from colorize_cli.evaluate.sets import ALL, Item, sets_of
from colorize_cli.evaluate.store import Record, Store
from colorize_cli.evaluate.summary import (
    Distances,
    WaySummary,
    are_given,
    summarize_ways,
)
from colorize_cli.evaluate.ways import Way
from colorize_cli.imaging.metrics import LEAST_CHROMA

__all__ = ["EvaluationReport", "SetReport", "Shown", "compiled"]

# How many of the best and of the worst photos of a set are shown.
SHOWN = 6

Done = Sequence[tuple[Item, Record]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A photo that a report shows.

    Attributes:
        name: Its place under the evaluated folder.
        gain: By how much CIEDE2000 is smaller for a single sample than for grey.
        ciede2000: Of a single sample, the mean over the samples.
        psnr: Likewise.
        strip: Its pictures, a JPEG file.
    """

    name: str
    gain: float
    ciede2000: float
    psnr: float
    strip: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SetReport:
    """One set of photos.

    Attributes:
        name: Of its folder, or `all`; a folder that is called so is `all/`.
        photo_count: Photos that were measured.
        grey_count: Those of them that have no colours of their own.
        labels: Whether the right classes are known, or what is seen in the original
            counts as right; None without a classifier.
        ways: The figures of each way.
        diversity: Standard deviation between the samples of a photo, Lab units.
        lpips_diversity: Mean LPIPS between samples that follow one another.
        best: The photos that gained most from their colours, best first.
        worst: Those that gained least or lost, worst first.
    """

    name: str
    photo_count: int
    grey_count: int
    labels: Literal["given", "agreement"] | None
    ways: Mapping[Way, WaySummary]
    diversity: float
    lpips_diversity: float | None
    best: Sequence[Shown]
    worst: Sequence[Shown]

    def to_json(self) -> dict[str, Any]:
        """The figures alone."""
        return {
            "photos": self.photo_count,
            "without_colours": self.grey_count,
            "labels": self.labels,
            "diversity": rounded(self.diversity),
            "lpips_diversity": rounded(self.lpips_diversity),
            "ways": {
                way: {name: rounded(value) for name, value in asdict(summary).items()}
                for way, summary in self.ways.items()
            },
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationReport:
    """All of it.

    Attributes:
        facts: Model, settings and photos, by what they are.
        sets: The sets in the order of their names, then `all` if there are several.
        left_out: Photos that could not be measured, each with the reason.
        missing: Measures that were not at hand, each with the reason.
        columns: What the cells of a strip show.
    """

    facts: Mapping[str, str]
    sets: Sequence[SetReport]
    left_out: Sequence[str]
    missing: Sequence[str]
    columns: Sequence[str]

    def to_json(self) -> dict[str, Any]:
        """All but the pictures; the same run gives the same text."""
        return {
            "facts": dict(self.facts),
            "sets": {each.name: each.to_json() for each in self.sets},
            "left_out": list(self.left_out),
            "missing": list(self.missing),
        }


def compiled(done: Done, store: Store) -> list[SetReport]:
    """The report of each set, and of all photos if there are several sets.

    Args:
        done: The photos that were measured.
        store: Where their features and strips are.
    """
    records = {item.source.name: record for item, record in done}
    sets = sets_of([item for item, _ in done])
    if len(sets) > 1:
        # The slash keeps it from being a third set's name: folders have none.
        sets = {f"{name}/" if name == ALL else name: sets[name] for name in sets}
        sets[ALL] = [item for item, _ in done]
    return [
        set_report(name, [(item, records[item.source.name]) for item in items], store)
        for name, items in sets.items()
    ]


def set_report(name: str, done: Done, store: Store) -> SetReport:
    """The report of one set of at least one photo."""
    records = [record for _, record in done]
    scores = [record.scores for record in records]
    labels = [item.label for item, _ in done]
    verdicts = [record.verdict for record in records if record.verdict is not None]
    kind: Literal["given", "agreement"] = "given" if are_given(labels) else "agreement"
    ranked = sorted(done, key=lambda pair: (-gain(pair[1]), pair[0].source.name))
    half = min(SHOWN, (len(ranked) + 1) // 2)
    worst = ranked[::-1][: min(SHOWN, len(ranked) - half)]
    distances = Distances(
        measured(records, store, "lite0"), measured(records, store, "inception")
    )
    return SetReport(
        name=name,
        photo_count=len(done),
        grey_count=sum(each.ways["original"].chroma < LEAST_CHROMA for each in scores),
        labels=kind if verdicts else None,
        ways=summarize_ways(scores, verdicts, labels, distances),
        diversity=float(np.mean([each.diversity for each in scores])),
        lpips_diversity=mean_known([each.lpips_diversity for each in scores]),
        best=[shown(*pair, store) for pair in ranked[:half]],
        worst=[shown(*pair, store) for pair in worst],
    )


def measured(
    records: Sequence[Record], store: Store, which: str
) -> Mapping[Way, float | None]:
    """Frechet distances on one network's features; none if it was not at hand."""
    rows = [record.rows[which] for record in records if which in record.rows]
    if len(rows) < len(records):
        return {}
    return distances_of(lambda way: store.features[which].blocks(rows, way))


def gain(record: Record) -> float:
    """By how much colours bring the photo nearer to the truth, CIEDE2000."""
    ways = record.scores.ways
    return ways["grey"].ciede2000 - ways["single"].ciede2000


def shown(item: Item, record: Record, store: Store) -> Shown:
    """What a report shows of a photo."""
    single = record.scores.ways["single"]
    return Shown(
        name=item.source.name,
        gain=gain(record),
        ciede2000=single.ciede2000,
        psnr=single.psnr,
        strip=store.strip(record.key).read_bytes(),
    )
