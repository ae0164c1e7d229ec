"""How few steps give the colours of the whole loop: samplers, step counts, spacings.

    python -m benchmarks.few_steps DIR --photos 24 --samples 4

Every sub-folder of DIR is a set. Photos are made grey and colorized at working size,
each setting with the same noise at the start; chroma, error and diversity are divided
by those of the model's own schedule with ddpm. A setting that has been measured is not
measured again, so the program can be stopped and started (`--minutes`); figures of
another model or other photos are begun anew.
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.colorizing import fields_along
from benchmarks.photo_sets import draw_photos, grey_of
from benchmarks.record import record_path, table, write_record
from colorize_cli.diffusion.process import Sampler
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.imaging.color import rgb_to_lab
from colorize_cli.imaging.luminance import resize
from colorize_cli.imaging.metrics import mae_ab, mean_chroma, spread
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import Model, load_model
from colorize_cli.pipeline import Canvas, Sampling, prepare

TITLE = "Colours with fewer steps"
SAMPLERS: tuple[Sampler, ...] = ("eta", "ddpm", "dpm", "ddim")
STEPS = (5, 7, 10)
SPACINGS = ("respaced", "log_snr", "ends", "angle")
# How far from the whole loop is still called the same.
ALLOWED = 0.02
# By setting, for each photo what `measure` returns.
Figures = dict[str, list[list[float]]]
BOOTSTRAPS = 400
LEGEND = """\
respaced: `NoiseSchedule.respaced`, what `--steps` does: every so many gammas of the
model's schedule, from its first. log_snr: `NoiseSchedule.even_in_log_snr`, what the
sampler eta does. ends: as respaced, but the last gamma is kept as well.
angle: evenly spaced angles from pure noise (the cosine schedule). Ratios to the first
row, with the 95 % interval over photos; MAE one is of single samples, MAE mean of the
samples' mean; diversity is the standard deviation between samples. Same: chroma and
diversity 98 to 102 %, both errors at most 102 %. The row with another seed shows what
chance does to one seed."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One way to walk."""

    sampler: Sampler
    steps: int
    spacing: str
    seed: int = 0

    def __str__(self) -> str:
        """Its name in the results."""
        return f"{self.sampler} {self.steps} {self.spacing} {self.seed}"


@dataclass(frozen=True, slots=True)
class Case:
    """A photo at working size, and its true ab in Lab units, (2, h, w)."""

    canvas: Canvas
    truth: NDArray[np.float32]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is not yet measured, print the table, write record and figures."""
    options = parser().parse_args(arguments)
    until = time.monotonic() + 60 * options.minutes
    model = load_model(options.model, options.backend, options.device)
    whole = Setting("ddpm", len(model.header.schedule.gammas), "respaced")
    chosen = product(options.spacings, options.samplers, options.steps)
    ways = [whole, *(Setting(sampler, n, spacing) for spacing, sampler, n in chosen)]
    # The whole loop with two seeds at least, for what chance does.
    wholes = [replace(whole, seed=seed) for seed in range(max(2, options.seeds))]
    others = [replace(w, seed=s) for w in ways[1:] for s in range(options.seeds)]
    figures_path = options.output.with_suffix(".json")
    study = f"{model.weights_hash} {options.photos} photos {options.samples} samples"
    saved = json.loads(figures_path.read_text()) if figures_path.exists() else {}
    found: Figures = saved.get(study, {})
    cases = None
    for setting in [*wholes, *others]:
        is_due = setting in wholes or time.monotonic() < until
        if str(setting) not in found and is_due:
            cases = cases or read_cases(options, model)
            started = time.perf_counter()
            found[str(setting)] = measure(cases, model, setting, options)
            figures_path.write_text(json.dumps({study: found}) + "\n")
            print(f"{setting}: {time.perf_counter() - started:.0f} s", flush=True)
    body = "\n\n".join(
        [describe(found, options), summary(ways, options.seeds, found), LEGEND]
    )
    print(body)
    write_record(options.output, TITLE, body)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--model", type=Path, help="default: the embedded model")
    made.add_argument("--backend", default="auto")
    made.add_argument("--device", default="auto")
    made.add_argument("--photos", type=int, default=24, help="of each set")
    made.add_argument("--samples", type=int, default=4)
    made.add_argument("--seeds", type=int, default=1, help="runs that are averaged")
    made.add_argument("--batch-size", type=int, default=8)
    made.add_argument("--samplers", nargs="+", default=SAMPLERS, choices=SAMPLERS)
    made.add_argument("--steps", nargs="+", type=int, default=STEPS)
    made.add_argument("--spacings", nargs="+", default=SPACINGS, choices=SPACINGS)
    made.add_argument("--minutes", type=float, default=60, help="for the other ways")
    made.add_argument("--output", type=Path, default=record_path("few_steps"))
    return made


def read_cases(options: argparse.Namespace, model: Model) -> list[Case]:
    """The photos of all sets, laid out."""
    photos = draw_photos(options.folder, options.photos)
    return [case_of(photo, model) for photo in photos]


def case_of(photo: Photo, model: Model) -> Case:
    """A grey photo for the model, and the colours that it had."""
    canvas = prepare(grey_of(photo), model.header.config)
    small = resize(photo.rgb, canvas.grid.height, canvas.grid.width)
    return Case(canvas, np.moveaxis(rgb_to_lab(small)[..., 1:], -1, 0))


def spaced(schedule: NoiseSchedule, steps: int, spacing: str) -> NoiseSchedule:
    """A model's schedule in fewer steps."""
    if spacing == "respaced":
        return schedule.respaced(steps)
    if spacing == "log_snr":
        return schedule.even_in_log_snr(steps)
    if spacing == "angle":
        return NoiseSchedule.cosine(steps)
    places = np.linspace(0, len(schedule.gammas) - 1, steps)
    angles = np.arccos(np.sqrt(schedule.gammas))
    between = np.interp(places, np.arange(len(angles)), angles)
    gammas = np.cos(between) ** 2
    gammas[0] = schedule.gammas[0]
    return NoiseSchedule(tuple(gammas.tolist()))


def measure(
    cases: Sequence[Case], model: Model, setting: Setting, options: argparse.Namespace
) -> list[list[float]]:
    """Chroma, MAE one, MAE mean and diversity of each photo, in Lab units."""
    fields = fields_along(
        spaced(model.header.schedule, setting.steps, setting.spacing),
        [case.canvas for case in cases],
        model,
        Sampling(sampler=setting.sampler, seed=setting.seed),
        options.samples,
        options.batch_size,
    )
    return [figures_of(*pair) for pair in zip(fields, cases, strict=True)]


def figures_of(samples: NDArray[np.float32], case: Case) -> list[float]:
    """Chroma, MAE one, MAE mean and diversity of the samples, (K, 2, h, w)."""
    figures = (
        mean_chroma(samples),
        mae_ab(samples, np.broadcast_to(case.truth, samples.shape)),
        mae_ab(samples.mean(axis=0), case.truth),
        spread(samples),
    )
    return [round(figure, 5) for figure in figures]


def describe(found: Figures, options: argparse.Namespace) -> str:
    """What was measured, in one line."""
    count = len(next(iter(found.values())))
    seeds = f", {options.seeds} seeds" if options.seeds > 1 else ""
    return f"{count} photos, {options.samples} samples of each{seeds}, at working size."


def summary(ways: Sequence[Setting], seeds: int, found: Figures) -> str:
    """One row per way, as far as it is measured: ratios to the first."""
    whole, *others = ways
    figures = {way: averaged(way, seeds, found) for way in ways}
    one, other = (np.array(found[str(replace(whole, seed=s))]) for s in (0, 1))
    rows = [
        row(
            [whole.sampler, whole.steps, whole.spacing], figures[whole], figures[whole]
        ),
        row(["the same, another seed", whole.steps, whole.spacing], other, one),
    ]
    rows += [
        row([way.sampler, way.steps, way.spacing], figures[way], figures[whole])
        for way in others
        if len(figures[way])
    ]
    columns = ["sampler", "steps", "spacing", "chroma", "MAE one", "MAE mean"]
    return table([*columns, "diversity", "same"], rows)


def averaged(way: Setting, seeds: int, found: Figures) -> NDArray[np.float64]:
    """The figures of each photo, (P, 4), mean over seeds; (0,) if one is missing."""
    names = [str(replace(way, seed=seed)) for seed in range(seeds)]
    if not all(name in found for name in names):
        return np.empty(0)
    return np.mean([found[name] for name in names], axis=0)


def row(
    name: list[object], figures: NDArray[np.float64], whole: NDArray[np.float64]
) -> list[object]:
    """Ratios to the whole loop with their intervals, and whether it is the same."""
    ratios, intervals = compared(figures, whole)
    cells = [
        f"{ratio:.3f} ({low:.3f} to {high:.3f})"
        for ratio, (low, high) in zip(ratios, intervals, strict=True)
    ]
    return [*name, *cells, "yes" if is_same(ratios) else "no"]


def is_same(ratios: NDArray[np.float64]) -> bool:
    """Whether chroma and diversity are as they were, and neither error is larger."""
    chroma, mae_one, mae_mean, diversity = ratios - 1
    apart = max(abs(chroma), abs(diversity), mae_one, mae_mean)
    return bool(apart <= ALLOWED)


def compared(
    figures: NDArray[np.float64], whole: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ratios of the means, (4,), and their 95 % intervals, (4, 2), photos redrawn."""
    rng = np.random.default_rng(0)
    redrawn = rng.integers(0, len(figures), (BOOTSTRAPS, len(figures)))
    drawn = figures[redrawn].mean(axis=1) / whole[redrawn].mean(axis=1)
    ratios = figures.mean(axis=0) / whole.mean(axis=0)
    return ratios, np.percentile(drawn, [2.5, 97.5], axis=0).T


if __name__ == "__main__":
    main()
