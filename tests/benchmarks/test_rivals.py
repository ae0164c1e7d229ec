"""The networks that the speed is compared with: as large as the published ones."""

import pytest
import torch

from benchmarks.rivals.ddcolor import ddcolor_large, ddcolor_tiny
from benchmarks.rivals.siggraph17 import Siggraph17


def parameter_count(build) -> int:
    """Parameters of a network, without allocating them."""
    with torch.device("meta"):
        return sum(parameter.numel() for parameter in build().parameters())


@pytest.mark.parametrize(
    ("build", "published_millions"),
    [
        (Siggraph17, 34.2),  # its weights file has 131 MiB of float32
        (ddcolor_tiny, 55.0),  # 220 MB
        (ddcolor_large, 227.9),
    ],
)
def test_parameter_counts_are_the_published_ones(build, published_millions):
    """To a tenth of a million, so no layer is forgotten or too wide."""
    assert round(parameter_count(build) / 1e6, 1) == published_millions


@pytest.mark.parametrize(("build", "channels"), [(Siggraph17, 1), (ddcolor_tiny, 3)])
@torch.inference_mode()
def test_a_picture_becomes_ab_of_its_size(build, channels):
    """Two planes per picture; other sizes than the default run too."""
    grey = torch.zeros(2, channels, 64, 96)
    assert build().eval()(grey).shape == (2, 2, 64, 96)
