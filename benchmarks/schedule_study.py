"""What noise schedule, sampler and number of steps do to the colours.

    python -m benchmarks.schedule_study DIR --photos 12 --samples 8 --plot study.png

The same trained weights are sampled along different schedules: what the tutorial uses,
the same rescaled to zero terminal SNR, cosine, and even log-SNR between several ends.
A setting that has been measured is not measured again (`--minutes`).
"""

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.colorizing import fields_along
from benchmarks.photo_sets import draw_photos, grey_of
from benchmarks.record import record_path, table, write_record
from colorize_cli.diffusion.process import Sampler
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.evaluate.fields import score_fields
from colorize_cli.evaluate.preparation import eight_bit
from colorize_cli.imaging.metrics import spread
from colorize_cli.imaging.photo import Photo
from colorize_cli.model import Model, load_model
from colorize_cli.pipeline import Canvas, Sampling, prepare

TITLE = "Schedules, samplers and steps"
LEGEND = """\
Chroma and tint: ratios to the truth, of single samples. MAE of ab in Lab units and PSNR
above leaving the photo grey, in dB, of: a single sample, the mean of all, the medoid
(the sample nearest to the mean), the best of all. Diversity: standard deviation between
samples, Lab units."""


@dataclass(frozen=True)
class Setting:
    """One way to walk from noise to colours."""

    schedule: str
    sampler: Sampler
    steps: int

    @property
    def key(self) -> str:
        """Its name in the results."""
        return f"{self.schedule} | {self.sampler} | {self.steps}"

    def build(self) -> NoiseSchedule:
        """The schedule, with that many steps."""
        kind, *ends = self.schedule.split()
        if kind == "tutorial's":
            # As many steps over the same total noise.
            made = NoiseSchedule.linear(self.steps, 1e-4, 0.09 * 20 / self.steps)
            return made.zero_terminal_snr() if ends else made
        if kind == "cosine":
            return NoiseSchedule.cosine(self.steps)
        noisiest, _, cleanest = ends
        made = NoiseSchedule.log_snr(self.steps, float(noisiest), float(cleanest))
        return made.zero_terminal_snr()


LOG_SNR = "log-SNR -10 to 4"
SETTINGS = [
    # The shipped model's own, then what it had before.
    Setting("cosine", "ddpm", 20),
    Setting(LOG_SNR, "ddpm", 20),
    Setting("tutorial's", "ddpm", 20),
    Setting("tutorial's with zero SNR", "ddpm", 20),
    Setting("log-SNR -6 to 9", "ddpm", 20),
    Setting("log-SNR -10 to 6", "ddpm", 20),
    Setting("log-SNR -12 to 3", "ddpm", 20),
    Setting(LOG_SNR, "ddim", 20),
    Setting(LOG_SNR, "dpm", 20),
    *(Setting(LOG_SNR, "ddpm", n) for n in (5, 10, 50)),
    *(Setting(LOG_SNR, "ddim", n) for n in (5, 10, 50)),
    *(Setting(LOG_SNR, "dpm", n) for n in (5, 10)),
    *(Setting("cosine", "ddpm", n) for n in (5, 10, 50)),
    Setting("cosine", "ddim", 20),
]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is not yet measured, print the table, write record and plot."""
    options = parser().parse_args(arguments)
    until = time.monotonic() + 60 * options.minutes
    model = load_model(options.model, "auto", options.device)
    figures_path = options.output.with_suffix(".json")
    found = json.loads(figures_path.read_text()) if figures_path.exists() else {}
    cases = [
        (photo, prepare(grey_of(photo), model.header.config, options.size))
        for photo in draw_photos(options.folder, options.photos)
    ]
    for setting in SETTINGS:
        if options.only and setting.key not in options.only:
            continue
        if setting.key not in found and time.monotonic() < until:
            started = time.perf_counter()
            found[setting.key] = measure(cases, model, setting, options)
            figures_path.write_text(json.dumps(found, indent=1) + "\n")
            print(f"{setting.key}: {time.perf_counter() - started:.0f} s", flush=True)
    about = f"{len(cases)} photos, {options.samples} samples of each."
    body = "\n\n".join([about, summary(found), LEGEND])
    print(body)
    write_record(options.output, TITLE, body)
    if options.plot:
        plot(options.plot, found)


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("folder", type=Path, metavar="DIR")
    made.add_argument("--model", type=Path, help="default: the embedded model")
    made.add_argument("--device", default="auto")
    made.add_argument("--photos", type=int, default=12, help="of each set")
    made.add_argument("--samples", type=int, default=8)
    made.add_argument("--size", type=int, help="working size; default: the model's")
    made.add_argument(
        "--only",
        action="append",
        metavar="SETTING",
        choices=[each.key for each in SETTINGS],
        help=f"as {SETTINGS[0].key!r}; may be repeated; default: all",
    )
    made.add_argument("--minutes", type=float, default=60, help="begin nothing after")
    made.add_argument("--output", type=Path, default=record_path("schedules"))
    made.add_argument("--plot", type=Path, metavar="FILE.png")
    return made


def measure(
    cases: Sequence[tuple[Photo, Canvas]],
    model: Model,
    setting: Setting,
    options: argparse.Namespace,
) -> dict[str, float]:
    """The figures of one setting."""
    fields = fields_along(
        setting.build(),
        [canvas for _, canvas in cases],
        model,
        Sampling(sampler=setting.sampler),
        options.samples,
        batch_size=8,
    )
    ways = score_fields([eight_bit(photo) for photo, _ in cases], fields)
    grey = ways["grey"]
    figures = {
        "chroma": ways["single"].chroma_ratio,
        "tint": ways["single"].tint_ratio,
        "diversity": float(np.mean([spread(field) for field in fields])),
    }
    for way in ("single", "mean", "medoid", "best"):
        figures[f"mae {way}"] = ways[way].mae
        figures[f"psnr {way}"] = ways[way].psnr - grey.psnr
    return {name: round(float(value), 4) for name, value in figures.items()}


def summary(found: dict[str, dict[str, float]]) -> str:
    """One row per setting."""
    ways = ("single", "mean", "medoid", "best")
    rows = []
    for key, figures in found.items():
        errors = " / ".join(f"{figures[f'mae {way}']:.2f}" for way in ways)
        gains = " / ".join(f"{figures[f'psnr {way}']:+.2f}" for way in ways)
        first = [f"{figures[name]:.2f}" for name in ("chroma", "tint")]
        rows.append([*key.split(" | "), *first, errors, gains, figures["diversity"]])
    columns = ["schedule", "sampler", "steps", "chroma", "tint"]
    columns += [
        "MAE single / mean / medoid / best",
        "PSNR single / mean / medoid / best",
    ]
    return table([*columns, "diversity"], rows)


def plot(path: Path, found: dict[str, dict[str, float]]) -> None:
    """Chroma, MAE and diversity against steps, a line per schedule and sampler."""
    from matplotlib.figure import Figure

    lines: dict[str, list[tuple[int, dict[str, float]]]] = {}
    for key, figures in found.items():
        schedule, sampler, steps = key.split(" | ")
        lines.setdefault(f"{schedule}, {sampler}", []).append((int(steps), figures))
    page = Figure(figsize=(10, 3.2), layout="constrained")
    titles = {
        "chroma": "chroma ratio",
        "mae single": "MAE of ab",
        "diversity": "diversity",
    }
    for axes, (name, title) in zip(page.subplots(1, 3), titles.items(), strict=True):
        for label, points in lines.items():
            if len(points) > 1:
                points.sort(key=lambda point: point[0])
                counts = [count for count, _ in points]
                values = [figures[name] for _, figures in points]
                axes.plot(counts, values, "o-", label=label)
        axes.set(xlabel="steps", title=title, xscale="log")
        axes.set_xticks([5, 10, 20, 50], ["5", "10", "20", "50"])
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    page.axes[0].legend(fontsize=7)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.savefig(path, dpi=110)


if __name__ == "__main__":
    main()
