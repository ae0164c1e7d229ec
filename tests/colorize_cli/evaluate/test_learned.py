"""LPIPS and Inception: used where their weights are, else named with the reason."""

import sys

import numpy as np
import pytest
import torch
import torchvision

from colorize_cli.evaluate import learned
from colorize_cli.evaluate.instruments import find_instruments
from colorize_cli.extras import cure
from tests.judging import picture
from tests.random_weights import randomized


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache of PyTorch's."""
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    return tmp_path / "checkpoints"


def test_nothing_is_downloaded_and_each_absence_is_one_line(cache, monkeypatch):
    """A download would be an error."""

    def refuse(*args, **kwargs):
        raise AssertionError("something was to be downloaded")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    found = find_instruments("cpu")
    assert found.names == ["lite0"]
    assert [line.partition(":")[0] for line in found.missing] == ["FID", "LPIPS"]
    assert all("not in PyTorch's cache" in line for line in found.missing)


def test_weights_without_torchmetrics_are_of_no_use(cache, monkeypatch):
    """The line says what to install."""
    for name in (learned.LPIPS_FILE, learned.INCEPTION_FILE):
        (cache / name).touch()
    for module in ("torchmetrics.image.lpip", "torchmetrics.image.fid"):
        monkeypatch.setitem(sys.modules, module, None)
    found = find_instruments("cpu")
    assert len(found.missing) == 2
    assert all(cure("fid") in line for line in found.missing)


def test_without_pytorch_there_is_arithmetic_alone(monkeypatch):
    """And the three lines say why."""
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "colorize_cli.model.classifier")
    found = find_instruments("cpu")
    assert found.names == []
    assert len(found.missing) == 3
    assert all("PyTorch is not installed" in line for line in found.missing)


def test_lpips_is_computed_where_its_weights_are(cache, monkeypatch):
    """Zero for equal pictures, also for small ones; AlexNet is random here."""
    pytest.importorskip("torchmetrics.image.lpip")
    with torch.device("meta"):
        alexnet = torchvision.models.AlexNet()
    # Its convolutions alone, and filled, so that the test needs no 240 MB.
    features = alexnet.features.to_empty(device="cpu")
    for parameter in features.parameters():
        torch.nn.init.zeros_(parameter)
    alexnet.features = randomized(features)
    monkeypatch.setattr(torchvision.models, "alexnet", lambda **_: alexnet)
    (cache / learned.LPIPS_FILE).touch()
    distance = learned.find_lpips("cpu")
    one, other = picture(20, 30, 0), picture(20, 30, 1)
    assert distance(one, one) == 0
    assert distance(one, other) > 0


def test_pictures_are_enlarged_by_whole_factors():
    """Until the network has something to work on."""
    rgb = picture(20, 70, 0)
    large = learned.enlarged(rgb)
    assert large.shape == (80, 280, 3)
    np.testing.assert_array_equal(large[::4, ::4], rgb)
    np.testing.assert_array_equal(learned.enlarged(large), large)


def test_inception_takes_bytes_and_gives_a_row_per_picture():
    """Whatever the pictures' sizes."""

    def network(tensor):
        assert tensor.dtype == torch.uint8
        return tensor.float().mean(dim=(2, 3)).repeat(1, 10)[:, :2]

    found = learned.Inception(network, "cpu").features(
        [picture(20, 30, 0), picture(40, 20, 1)]
    )
    assert found.shape == (2, 2)
    assert found.dtype == np.float32
