"""The examples that trials train on and are measured on."""

import argparse
from collections.abc import Sequence

import torch

from benchmarks.trials.cache import Examples, load_examples
from trainer.config import TrainConfig
from trainer.crops import encoder_scale
from trainer.sources import open_photos, spread

__all__ = ["Library"]


class Library:
    """The examples of all rows; those that several rows share are made once."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Nothing is read yet."""
        self.options = options
        self.found: dict[tuple[object, ...], Examples] = {}

    def training(self, config: TrainConfig) -> Examples:
        """Examples to train on."""
        key = ("training", *made_by(config))
        if key not in self.found:
            photos = open_photos(self.options.data, config.data)
            self.found[key] = load_examples(photos, self.options.photos, config)
        return self.found[key]

    def held_out(self, config: TrainConfig) -> Examples:
        """Examples to measure on, from every validation set."""
        key = ("held out", *made_by(config))
        if key not in self.found:
            count = self.options.val_photos
            sets = [open_photos([each], config.data) for each in self.options.val]
            parts = [load_examples(spread(s, count), count, config) for s in sets]
            self.found[key] = joined(parts)
        return self.found[key]


def made_by(config: TrainConfig) -> tuple[object, ...]:
    """The settings that decide an example."""
    model = config.model
    return model.image_size, encoder_scale(model), repr(config.data), config.seed


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
