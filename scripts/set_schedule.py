"""Write another sampling schedule into the header of a weights file.

    python -m scripts.set_schedule MODEL.safetensors --out OTHER.safetensors \
        --set kind=cosine --set steps=20

The schedule is part of the file because training decides which ones suit the weights;
a network that predicts v can walk any. The weights stay what they are. Graphs that
share the file's weights have to be exported anew.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from colorize_cli.model.checkpoint import load_network, save_network
from trainer.config import TrainConfig


def main() -> None:
    """Read, replace, write in float16."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--out", required=True, type=Path)
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="over the default recipe's [schedule]",
    )
    options = parser.parse_args()
    settings = [f"schedule.{each}" for each in options.set]
    schedule = TrainConfig.load("default", settings).schedule.build()
    network, header = load_network(options.model)
    header = replace(header, schedule=schedule)
    save_network(options.out, network, header, torch.float16)


if __name__ == "__main__":
    main()
