"""Rank ideas for the default recipe by small, equal training runs.

    python -m benchmarks.trials --data 'data/train-0[01]-of-08.parquet' \
        --val data/val/faces --val data/val/scenes

Each row of rows.toml trains the same small UNet (2.2 M parameters, 32 px) for the same
number of iterations on the same photos in the same order, and samples the same
validation photos from the same noise. Finished rows are kept in --log and not repeated.
"""

import argparse
import json
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.record import record_path, table, write_record
from benchmarks.trials.cache import Examples, load_examples
from benchmarks.trials.trial import Trained, sample, train
from colorize_cli.imaging.metrics import psnr
from trainer.config import TrainConfig
from trainer.sources import open_photos, spread
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
    # What the default was when the published rows were measured.
    "schedule.training=angle",
)

TITLE = "Trials of the training recipe"
LEGEND = """\
PSNR: of the mean of the samples above leaving the photo grey, dB. Best: of the best
sample above the average one, dB. Chroma, tint: ratios to the truth. MAE and spread in
Lab units. Colourfulness: Hasler and Suesstrunk 2003, difference to the truth."""


@dataclass(frozen=True)
class Row:
    """A line of rows.toml."""

    name: str
    set: tuple[str, ...] = ()
    encoder: bool = True
    guidance: tuple[float, ...] = field(default=(1.0,))

    def config(self, options: argparse.Namespace) -> TrainConfig:
        """The settings of this row."""
        overrides = [*COMMON, f"iterations={options.iterations}", *self.set]
        config = TrainConfig.load("default", overrides)
        if self.encoder:
            return config
        return replace(config, model=replace(config.model, encoder=None))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the rows that are missing, print the table, write it down."""
    options = parser().parse_args(arguments)
    done = read_log(options.log)
    rows = list(read_rows(Path(__file__).with_name("rows.toml")))
    wanted = [row for row in rows if not options.only or row.name in options.only]
    caches: dict[int, tuple[Examples, Examples]] = {}
    for row in wanted:
        if all(label(row, scale) in done for scale in row.guidance):
            continue
        config = row.config(options)
        scale = config.model.encoder.scale if config.model.encoder else 4
        if scale not in caches:
            caches[scale] = load(config, options)
        examples, held_out = caches[scale]
        started = time.perf_counter()
        trained = train(config, examples)
        minutes = (time.perf_counter() - started) / 60
        for guidance in row.guidance:
            figures = measure(trained, config, held_out, options.samples, guidance)
            figures |= {"loss": trained.loss, "minutes": minutes}
            done[label(row, guidance)] = figures
            write_log(options.log, label(row, guidance), figures)
            print(label(row, guidance), figures, flush=True)
    body = f"{summary(done)}\n\n{LEGEND}"
    print(body)
    write_record(options.output, TITLE, body)


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
        yield Row(
            name,
            set=tuple(settings.get("set", ())),
            encoder=settings.get("encoder", True),
            guidance=tuple(settings.get("guidance", (1.0,))),
        )


def label(row: Row, guidance: float) -> str:
    """The name of a result."""
    return row.name if guidance == 1 else f"{row.name}, guidance {guidance:g}"


def load(config: TrainConfig, options: argparse.Namespace) -> tuple[Examples, Examples]:
    """Examples to train on, and to measure on."""
    photos = open_photos(options.data, config.data)
    examples = load_examples(photos, options.photos, config)
    parts = [
        load_examples(
            spread(open_photos([each], config.data), options.val_photos),
            options.val_photos,
            config,
        )
        for each in options.val
    ]
    return examples, joined(parts)


def joined(parts: Sequence[Examples]) -> Examples:
    """Several sets as one."""
    features = {
        stride: torch.cat([part.features[stride] for part in parts])
        for stride in parts[0].features
    }
    return Examples(
        torch.cat([part.L for part in parts]),
        torch.cat([part.ab for part in parts]),
        features,
    )


def measure(
    trained: Trained,
    config: TrainConfig,
    held_out: Examples,
    samples: int,
    guidance: float,
) -> dict[str, float]:
    """Metrics of samples drawn with the averaged weights."""
    schedule = config.schedule.build()
    with trained.ema.applied(trained.network):
        predicted = sample(
            trained.network, config.model, schedule, held_out, samples, guidance
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
