"""Rank ideas for the default recipe by small, equal training runs.

    python -m benchmarks.trials --data 'data/train-0[01]-of-08.parquet' \
        --val data/val/faces --val data/val/scenes

Each row of rows.toml trains the same small UNet (2.2 M parameters, 32 px) for the same
number of iterations on the same photos in the same order, and samples the same
validation photos from the same noise. A row may be measured in several ways. Finished
rows are kept in --log and not repeated.
"""

import argparse
import json
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import record_path, table, write_record
from benchmarks.trials.cache import Examples
from benchmarks.trials.library import Library
from benchmarks.trials.trial import Trained, sample, train
from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.imaging.metrics import psnr
from trainer.config import TrainConfig
from trainer.validation import compare, to_rgb

COMMON = (
    "model.image_size=32",
    "model.channel_mults=[1,2,3]",
    "model.attn_res=[2,4]",
    "model.res_blocks=1",
    "model.encoder.scale=4",
    "optim.batch_size=32",
    "optim.lr=5e-4",
    "optim.warmup=50",
    "optim.ema=0.99",
    "minutes=0.0",
    "data.degrade=0.0",
    # What the default was when the first rows were measured.
    "schedule.kind=log_snr",
    "schedule.start=-10.0",
    "schedule.end=4.0",
    "schedule.zero_terminal=true",
    "schedule.training=angle",
)

TITLE = "Trials of the training recipe"
LEGEND = """\
PSNR: of the mean of the samples above leaving the photo grey, dB. Best: of the best
sample above the average one, dB. Chroma, tint: ratios to the truth. MAE and spread in
Lab units. Colourfulness: Hasler and Suesstrunk 2003, difference to the truth."""


# Probability of each degradation of the photos that are called aged.
AGED = 0.5


@dataclass(frozen=True)
class Look:
    """One way to measure what a row has trained."""

    # Scale of what the encoder's features change in the prediction.
    guidance: float = 1.0
    # Decay of the averaged weights; 0 takes the last ones.
    ema: float = 0.99
    # Validation photos with artificial ageing.
    aged: bool = False
    # Short side in pixels; 0 is the size of training.
    side: int = 0
    # Sampled along the cosine schedule instead of the row's own.
    cosine: bool = False

    @property
    def suffix(self) -> str:
        """What it adds to the row's name; nothing for the usual look."""
        usual = Look()
        parts = {
            f", guidance {self.guidance:g}": self.guidance != usual.guidance,
            f", EMA {self.ema:g}": self.ema != usual.ema,
            ", aged photos": self.aged,
            f", at {self.side} px": self.side != usual.side,
            ", cosine": self.cosine,
        }
        return "".join(part for part, is_told in parts.items() if is_told)


@dataclass(frozen=True)
class Row:
    """A line of rows.toml."""

    name: str
    set: tuple[str, ...] = ()
    encoder: bool = True
    cross_attention: bool = False
    looks: tuple[Look, ...] = (Look(),)

    def config(self, options: argparse.Namespace) -> TrainConfig:
        """The settings of this row."""
        overrides = [*COMMON, f"iterations={options.iterations}", *self.set]
        config = TrainConfig.load("default", overrides)
        if self.encoder:
            return config
        return replace(config, model=replace(config.model, encoder=None))

    def label(self, look: Look) -> str:
        """The name of a result."""
        return self.name + look.suffix


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the rows that are missing, print the table, write it down."""
    options = parser().parse_args(arguments)
    done = read_log(options.log)
    rows = list(read_rows(Path(__file__).with_name("rows.toml")))
    wanted = [row for row in rows if not options.only or row.name in options.only]
    library = Library(options)
    for row in wanted:
        if all(row.label(look) in done for look in row.looks):
            continue
        for name, figures in run(row, options, library):
            done[name] = figures
            write_log(options.log, name, figures)
            print(name, figures, flush=True)
    body = f"{summary(done)}\n\n{LEGEND}"
    print(body)
    write_record(options.output, TITLE, body)


def run(
    row: Row, options: argparse.Namespace, library: Library
) -> Iterator[tuple[str, dict[str, float]]]:
    """Train a row and measure it: names and figures of its results."""
    config = row.config(options)
    examples = [library.training(at_side(config, side)) for side in config.sizes]
    started = time.perf_counter()
    trained = train(
        config,
        examples,
        {look.ema for look in row.looks},
        cross_attention=row.cross_attention,
    )
    minutes = (time.perf_counter() - started) / 60
    for look in row.looks:
        held_out = library.held_out(seen_by(look, config))
        figures = measure(trained, config, look, held_out, options.samples)
        yield row.label(look), figures | {"loss": trained.loss, "minutes": minutes}


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    made.add_argument("--data", required=True, action="append")
    made.add_argument("--val", required=True, action="append")
    made.add_argument("--photos", type=int, default=8192, help="to train on")
    made.add_argument("--val-photos", type=int, default=64, help="per --val")
    made.add_argument("--iterations", type=int, default=500)
    made.add_argument("--samples", type=int, default=4)
    made.add_argument("--only", action="append", metavar="ROW")
    made.add_argument("--log", type=Path, default=Path("runs/trials.jsonl"))
    made.add_argument("--output", type=Path, default=record_path("trials"))
    return made


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file, in its order."""
    for name, settings in tomllib.loads(path.read_text()).items():
        looks = tuple(Look(**look) for look in settings.pop("looks", [{}]))
        overrides = tuple(settings.pop("set", ()))
        yield Row(name, looks=looks, set=overrides, **settings)


def at_side(config: TrainConfig, side: int) -> TrainConfig:
    """The settings with this working size and no other."""
    model = replace(config.model, image_size=side)
    return replace(config, model=model, data=replace(config.data, crop_sizes=()))


def seen_by(look: Look, config: TrainConfig) -> TrainConfig:
    """The settings of the photos that a look measures on."""
    seen = at_side(config, look.side or config.model.image_size)
    aged = replace(seen.data, degrade=AGED if look.aged else 0.0)
    return replace(seen, data=aged)


def measure(
    trained: Trained, config: TrainConfig, look: Look, held_out: Examples, samples: int
) -> dict[str, float]:
    """Metrics of samples drawn with averaged weights."""
    schedule = config.schedule.build()
    if look.cosine:
        schedule = NoiseSchedule.cosine(len(schedule.gammas))
    with trained.emas[look.ema].applied(trained.network):
        predicted = sample(
            trained.network,
            config.model,
            schedule,
            held_out,
            samples,
            look.guidance,
        )
    L, truth = held_out.L.numpy(), held_out.ab.numpy()
    figures, pictures = compare(L, truth, predicted)
    true_rgb = np.broadcast_to(pictures.truth[:, None], pictures.predicted.shape)
    each = [
        [psnr(one, real) for one, real in zip(ones, reals, strict=True)]
        for ones, reals in zip(pictures.predicted, true_rgb, strict=True)
    ]
    grey = psnr(to_rgb(L, np.zeros_like(truth)), pictures.truth)
    return figures | {
        "psnr_grey": grey,
        "psnr_best": float(np.mean(np.max(each, axis=1))),
    }


def read_log(path: Path) -> dict[str, dict[str, float]]:
    """Finished results by label."""
    if not path.exists():
        return {}
    lines = map(json.loads, path.read_text().splitlines())
    return {line.pop("name"): line for line in lines}


def write_log(path: Path, name: str, figures: dict[str, Any]) -> None:
    """Append one result."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps({"name": name, **figures}) + "\n")


def summary(done: dict[str, dict[str, float]]) -> str:
    """One line per result."""
    columns = ["trial", "chroma", "tint", "PSNR", "best", "MAE one / mean"]
    columns += ["colourfulness", "spread"]
    lines = [
        [
            name.replace("_", " "),
            f"{f['chroma_ratio']:.2f}",
            f"{f['tint_ratio']:.2f}",
            f"{f['psnr_mean'] - f['psnr_grey']:+.2f}",
            f"{f['psnr_best'] - f['psnr']:+.2f}",
            f"{f['val_mae_lab']:.2f} / {f['val_mae_lab_mean']:.2f}",
            f"{f['colorfulness'] - f['colorfulness_truth']:+.1f}",
            f"{f['spread']:.2f}",
        ]
        for name, f in done.items()
    ]
    return table(columns, lines)


if __name__ == "__main__":
    main()
