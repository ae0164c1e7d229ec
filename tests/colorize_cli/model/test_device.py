"""Device names, and what the driver says."""

import ctypes
from pathlib import Path

import pytest

from colorize_cli.errors import BackendError
from colorize_cli.model import cuda_driver
from colorize_cli.model.device import DeviceRequest, parse_device

PATH = Path("model.onnx")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("auto", DeviceRequest("auto")),
        ("cpu", DeviceRequest("cpu")),
        ("cuda", DeviceRequest("cuda", 0)),
        ("cuda:12", DeviceRequest("cuda", 12)),
    ],
)
def test_names_that_are_understood(name, wanted):
    """`cuda` alone is the first GPU."""
    assert parse_device(PATH, name) == wanted


@pytest.mark.parametrize(
    "name", ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU", "cpu:0"]
)
def test_names_that_are_not(name):
    """The message names those that are."""
    with pytest.raises(BackendError, match="use auto, cpu, cuda or cuda:1"):
        parse_device(PATH, name)


class Driver:
    """A driver library that answers with these codes and this count."""

    def __init__(self, init: int, get_count: int, count: int) -> None:
        """Keep what to answer."""
        self.init, self.get_count, self.count = init, get_count, count

    def cuInit(self, flags: int) -> int:
        """As the driver's."""
        assert flags == 0
        return self.init

    def cuDeviceGetCount(self, place) -> int:
        """As the driver's: the count is written where the pointer points."""
        ctypes.cast(place, ctypes.POINTER(ctypes.c_int))[0] = self.count
        return self.get_count


@pytest.mark.parametrize(
    ("driver", "wanted"),
    [(Driver(0, 0, 2), 2), (Driver(100, 0, 2), 0), (Driver(0, 3, 2), 0)],
)
def test_gpus_are_counted_by_the_driver(monkeypatch, driver, wanted):
    """A driver that reports an error has no GPU to offer."""
    monkeypatch.setattr(ctypes, "CDLL", lambda name: driver)
    assert cuda_driver.count_gpus() == wanted


def test_no_driver_is_not_the_same_as_no_gpu(monkeypatch):
    """The cures differ."""

    def missing(name):
        raise OSError(name)

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert cuda_driver.count_gpus() is None
