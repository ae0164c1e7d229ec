"""The tutorial's inference from file to file, as its text has it.

Its network and its loop are the transcription that the tests use; reading and writing
are those of its `ColorDataset` and `show_tensor_image`. One photo at a time, PyTorch
eager, float32.
"""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torchvision import transforms

from tests.random_weights import randomized
from tests.tutorial import BETA_SCHEDULE, UNET_CONFIG, ColorDiffusion

__all__ = ["TutorialLoop"]

SIDE = UNET_CONFIG["image_size"]


class TutorialLoop:
    """The tutorial's model with random weights, and what it does with a photo."""

    def __init__(self, steps: int, seed: int = 0) -> None:
        """Build the 62.6 M parameters and a noise schedule of so many steps."""
        schedule = BETA_SCHEDULE | {"n_timestep": steps}
        self.model = ColorDiffusion(UNET_CONFIG, schedule)
        randomized(self.model, seed)
        self.model.set_new_noise_schedule("cpu")
        self.model.eval()
        self.resize = transforms.Resize((SIDE, SIDE))

    def save(self, path: Path) -> None:
        """Write the state dict, as its trainer does."""
        torch.save(self.model.state_dict(), path)

    def colorize(self, source: Path, target: Path) -> None:
        """Read a photo, run the loop, write the result."""
        original, luminance = self.read(source)
        with torch.no_grad():
            output, _ = self.model.restoration(luminance.unsqueeze(0))
        cv2.imwrite(str(target), self.joined(original, output[0]))

    def read(self, source: Path) -> tuple[Tensor, Tensor]:
        """L in [-1, 1] at full size, and at the network's size."""
        lab = cv2.cvtColor(cv2.imread(str(source)), cv2.COLOR_BGR2LAB)
        scaled = ((lab * 2.0) / 255.0) - 1.0
        planes = torch.tensor(scaled.transpose(2, 0, 1), dtype=torch.float32)
        return planes[:1], self.resize(planes)[:1]

    @staticmethod
    def joined(luminance: Tensor, ab: Tensor) -> np.ndarray:
        """BGR pixels at full size."""
        L = luminance.permute(1, 2, 0).numpy()
        small = ab.permute(1, 2, 0).numpy()
        wide = cv2.resize(small, L.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        lab = (np.concatenate([L, wide], axis=2) + 1.0) * 255 / 2
        return cv2.cvtColor(np.clip(lab, 0, 255).astype(np.uint8), cv2.COLOR_LAB2BGR)
