"""Training and validation examples at trial size, encoder features computed once.

The encoder is frozen, so its features of a photo never change; without them a trial
trains only the UNet, which is most of what makes ten trials affordable on two cores.

N photos, S working size, E the encoder's size.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as TF

from colorize_cli.model.encoder import EfficientNetLite0
from colorize_cli.model.imagenet_weights import load_imagenet_weights
from trainer.config import TrainConfig
from trainer.crops import Cropper
from trainer.data import judge
from trainer.photos import Photos

__all__ = ["Examples", "load_examples"]

# Photos per pass of the encoder.
ROWS = 32


@dataclass(frozen=True)
class Examples:
    """N examples in memory."""

    L: Tensor  # (N, 1, S, S) in [-1, 1]
    ab: Tensor  # (N, 2, S, S) in Lab units
    # Stride -> (N, C, E / stride, E / stride), bfloat16.
    features: dict[int, Tensor]

    def rows(self, index: Tensor, mirrored: Tensor) -> "Examples":
        """Some examples, those of them that are marked mirrored.

        Features are mirrored too, not computed anew: the encoder is nearly, not
        exactly, symmetric.
        """

        def take(tensor: Tensor) -> Tensor:
            rows = tensor[index]
            return torch.where(mirrored[:, None, None, None], rows.flip(-1), rows)

        features = {stride: take(each) for stride, each in self.features.items()}
        return Examples(take(self.L), take(self.ab), features)


def load_examples(photos: Photos, count: int, config: TrainConfig) -> Examples:
    """The first usable photos' central squares.

    Args:
        photos: Where they come from.
        count: How many at most.
        config: For working size, encoder and degradation, which is drawn once for each
            photo; its normalisation of ab does not count.
    """
    torch.manual_seed(config.seed)
    data = replace(config.data, min_crop=1.0, flip=False)
    cropper = Cropper(config.model, data, training=True)
    found: list[tuple[Tensor, ...]] = []
    for index in range(len(photos)):
        rgb = photos[index]
        if rgb is not None and judge(rgb, config.data) is None:
            square = TF.center_crop(
                torch.from_numpy(rgb).permute(2, 0, 1), [min(rgb.shape[:2])]
            )
            photo = square.permute(1, 2, 0).numpy()
            found.append(cropper(photo, config.model.image_size))
        if len(found) == count:
            break
    L, y0, luminance = (torch.stack(part) for part in zip(*found, strict=True))
    mean, std = (
        torch.tensor(each)[:, None, None]
        for each in (config.model.ab_mean, config.model.ab_std)
    )
    return Examples(L, y0 * std + mean, encoder_features(luminance))


def encoder_features(luminance: Tensor) -> dict[int, Tensor]:
    """Every stride's features, (N, C, E / stride, E / stride)."""
    backbone = EfficientNetLite0().eval()
    load_imagenet_weights(backbone)
    parts: list[dict[int, Tensor]] = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(luminance), ROWS):
            rows = luminance[start : start + ROWS]
            grey = ((rows + 1) / 2).expand(-1, 3, -1, -1)
            found = backbone(grey.contiguous(memory_format=torch.channels_last))
            parts.append({k: each.bfloat16() for k, each in found.items()})
    return {k: torch.cat([part[k] for part in parts]) for k in parts[0]}
