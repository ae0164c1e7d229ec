"""Judges and pictures for the tests of evaluation, without a network."""

from dataclasses import dataclass

import cv2
import numpy as np

__all__ = ["ChromaJudge", "Seen", "picture"]


@dataclass
class Seen:
    """What a judge read."""

    labels: np.ndarray
    features: np.ndarray


class ChromaJudge:
    """Sees class 7 in a picture with colour and class 3 in one without.

    Its two features are the mean colour's differences R - G and G - B.
    """

    def __init__(self, least: float = 3.0):
        """`least` is the mean |R - B| that counts as colour."""
        self.least = least
        self.read_count = 0

    def read(self, pictures):
        """Judge each picture by its channels."""
        self.read_count += len(pictures)
        means = np.array([each.mean(axis=(0, 1), dtype=float) for each in pictures])
        chroma = [
            np.abs(each[..., 0].astype(float) - each[..., 2]).mean()
            for each in pictures
        ]
        labels = np.where(np.array(chroma) >= self.least, 7, 3)
        features = np.stack([means[:, 0] - means[:, 1], means[:, 1] - means[:, 2]], 1)
        return Seen(labels, features.astype(np.float32))


def picture(height: int, width: int, seed: int) -> np.ndarray:
    """A smooth picture in dull colours, (H, W, 3) uint8."""
    corners = np.random.default_rng(seed).uniform(60, 180, (3, 4, 3)).astype(np.float32)
    return cv2.resize(corners, (width, height)).astype(np.uint8)
