"""EfficientNet-Lite0 with its ImageNet head: what a picture shows, by a fixed judge.

P pictures, S the classifier's own size.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from colorize_cli.imaging.luminance import resize
from colorize_cli.model.encoder import BLOCKS, EfficientNetLite0, SameConv

__all__ = ["CLASS_COUNT", "FEATURE_COUNT", "Classifier", "Lite0Classifier", "Reading"]

CLASS_COUNT = 1000
FEATURE_COUNT = 1280
SIDE = 224
# The weights' own preprocessing takes this share of the short side (224 of 256).
CROP = 0.875
# Pictures per pass, to bound the memory.
ROWS = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """What the classifier sees in P pictures.

    Attributes:
        labels: The likeliest ImageNet class of each, (P,), 0 to 999.
        features: Pooled features before the last layer, (P, 1280) float32.
    """

    labels: NDArray[np.int64]
    features: NDArray[np.float32]


class Lite0Classifier(nn.Module):
    """EfficientNet-Lite0 whole; 4.7 M parameters."""

    def __init__(self) -> None:
        """Build with random weights; `imagenet_weights` fills in ImageNet's."""
        super().__init__()
        self.backbone = EfficientNetLite0()
        self.head = SameConv(BLOCKS[-1][-1], FEATURE_COUNT, 1, 1, 1)
        self.classes = nn.Linear(FEATURE_COUNT, CLASS_COUNT)

    def forward(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Logits, (P, 1000), and pooled features, (P, 1280).

        Args:
            rgb: (P, 3, S, S) in [0, 1], S a multiple of 32.
        """
        deepest = self.backbone(rgb)[32]
        features = F.relu6(self.head(deepest)).mean(dim=(2, 3))
        return self.classes(features), features


class Classifier:
    """A network that reads pictures of any size."""

    def __init__(self, network: Lite0Classifier, device: str = "cpu") -> None:
        """Move the network to the device, for inference only."""
        self.network = network.to(device).eval()
        self.device = device

    @classmethod
    def imagenet(cls, device: str = "cpu") -> "Classifier":
        """With ImageNet's weights.

        Raises:
            DataError: If the package that carries them is not installed.
        """
        from colorize_cli.model.imagenet_weights import load_classifier_weights

        network = Lite0Classifier()
        load_classifier_weights(network)
        return cls(network, device)

    @torch.inference_mode()
    def read(self, pictures: Sequence[NDArray[np.uint8]]) -> Reading:
        """Classify pictures.

        Args:
            pictures: Each (H, W, 3), 8-bit sRGB, of any size.
        """
        labels, features = [], []
        for start in range(0, len(pictures), ROWS):
            rows = np.stack([framed(each) for each in pictures[start : start + ROWS]])
            rgb = torch.from_numpy(rows).to(self.device).permute(0, 3, 1, 2)
            logits, pooled = self.network(rgb.float() / 255)
            labels.append(logits.argmax(dim=1).cpu().numpy())
            features.append(pooled.float().cpu().numpy())
        return Reading(np.concatenate(labels), np.concatenate(features))


def framed(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of the picture, as a square of the classifier's size."""
    height, width = rgb.shape[:2]
    side = max(1, round(min(height, width) * CROP))
    top, left = (height - side) // 2, (width - side) // 2
    middle = resize(rgb[top : top + side, left : left + side], SIDE, SIDE)
    return middle.astype(np.uint8, copy=False)
