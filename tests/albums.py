"""Folders as `colorize` leaves them, without running a model."""

from pathlib import Path

import cv2
import numpy as np

from colorize_cli.ledger import Entry, Target

__all__ = ["colour_picture", "grey_version", "make_album", "write_ledger"]


def colour_picture(seed: int, height: int = 48, width: int = 64) -> np.ndarray:
    """A smooth picture in colours of its own, (H, W, 3) uint8, as OpenCV wants it."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (4, 5, 3), dtype=np.uint8)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)


def grey_version(picture: np.ndarray) -> np.ndarray:
    """The same without its colours."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def save(path: Path, picture: np.ndarray) -> None:
    """Write a picture, its folders too; any name will do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, picture)[1].tobytes())


def write_ledger(out: Path, entries: list[Entry]) -> None:
    """The ledger of an output folder."""
    out.mkdir(parents=True, exist_ok=True)
    lines = b"".join(entry.to_line() for entry in entries)
    (out / "colorize.jsonl").write_bytes(lines)


def make_album(root: Path) -> Path:
    """`root`/photos and `root`/out, as three runs of `colorize --spread` leave them.

    aunt.jpg has three variants and a spread map, box/barn.png two, lake.jpg one;
    broken.jpg failed and flag.jpg was skipped because it is in colour.
    """
    photos, out = root / "photos", root / "out"
    entries = []
    samples = {"aunt.jpg": 3, "box/barn.png": 2, "lake.jpg": 1}
    for number, (name, count) in enumerate(samples.items()):
        picture = colour_picture(number)
        save(photos / name, grey_version(picture))
        stem, suffix = name.rsplit(".", 1)
        names = [name, *(f"{stem}_s{n}.{suffix}" for n in range(2, count + 1))]
        for sample, target in enumerate(names):
            shifted = np.roll(picture, sample, axis=2)
            save(out / target, shifted)
        extras = {}
        if name == "aunt.jpg":
            extras = {"spread": "aunt_spread.png", "sheet": "aunt_sheet.jpg"}
            for extra in extras.values():
                save(out / extra, colour_picture(90))
        entries.append(
            Entry(
                source=name,
                status="done",
                targets=tuple(
                    Target(path=target, seed=7, sample=sample)
                    for sample, target in enumerate(names)
                ),
                extras=extras,
                seed=7,
                samples=count,
                steps=20,
                sampler="ddpm",
                model_name="colorize.safetensors",
                diversity=[9.5, 3.25, None][number],
                time="2026-11-22T10:00:00Z",
            )
        )
    (photos / "broken.jpg").write_bytes(b"\xff\xd8 no more")
    save(photos / "flag.jpg", colour_picture(50))
    entries += [
        Entry(source="broken.jpg", status="failed", reason="is truncated"),
        Entry(source="flag.jpg", status="skipped", reason="is already in colour"),
    ]
    write_ledger(out, entries)
    return out
