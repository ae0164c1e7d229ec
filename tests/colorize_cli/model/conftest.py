"""Every test of the networks draws the same numbers in every run."""

import pytest
import torch


@pytest.fixture(autouse=True)
def seeded():
    """Seed torch's generator; one thread, because tiny networks only wait for more."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)
