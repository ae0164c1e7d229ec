"""Batches that meet too little memory, and colours that are none."""

import numpy as np
import pytest

from colorize_cli.errors import BackendError
from tests.fake_backend import brightness, fake_model
from tests.runs import contents, flat_photos, run


@pytest.fixture
def source(tmp_path):
    """Twelve photos of one size, darkest first."""
    return flat_photos(tmp_path / "photos", range(40, 220, 15), 40)


def short_of_memory(most: int, seen: list[int], error=None):
    """A `before_step` for a device that holds so many rows at once."""

    def before_step(x):
        seen.append(len(x))
        if len(x) > most:
            raise error or RuntimeError("CUDA out of memory. Tried to allocate 2 GiB")

    return before_step


class TestMemory:
    """Too little of it."""

    @pytest.mark.parametrize("most", [1, 2, 3, 5])
    def test_batches_stay_small(self, source, tmp_path, tiny_config, most):
        """Once they have been halved until they fit, none is too large again."""
        run(source, tmp_path / "whole", fake_model(tiny_config), batch_size=8)
        seen = []
        model = fake_model(tiny_config, short_of_memory(most, seen))
        report = run(source, tmp_path / "out", model, batch_size=8)
        assert report.counts == {"done": 12}
        assert report.smaller_batches == {1: 1, 2: 2, 3: 2, 5: 4}[most]
        first_fit = next(i for i, count in enumerate(seen) if count <= most)
        assert max(seen[first_fit:]) <= most
        assert contents(tmp_path / "out") == contents(tmp_path / "whole")

    def test_the_report_says_so(self, source, tmp_path, tiny_config, capsys):
        """So that the next run can begin with what fits."""
        from colorize_cli.console import Console

        model = fake_model(tiny_config, short_of_memory(2, []))
        report = run(source, tmp_path / "out", model, batch_size=8)
        Console().show_report(report)
        assert "was short; batches of 2 did fit" in capsys.readouterr().out

    def test_enough_memory_is_not_mentioned(self, source, tmp_path, tiny_config):
        """Also if the last batch is not full."""
        model = fake_model(tiny_config)
        report = run(source, tmp_path / "out", model, batch_size=8)
        assert report.smaller_batches is None

    def test_other_failures_do_not_shrink_batches(self, source, tmp_path, tiny_config):
        """A photo that the network refuses says nothing about memory."""
        seen = []

        def before_step(x):
            seen.append(len(x))
            if min(brightness(x)) < -0.6:
                raise BackendError("m.onnx", "no such kernel")

        model = fake_model(tiny_config, before_step)
        report = run(source, tmp_path / "out", model, batch_size=4)
        assert report.counts["failed"] >= 1
        assert report.smaller_batches is None
        assert seen[-1] == 4

    def test_a_picture_too_large_for_the_device_fails(
        self, source, tmp_path, tiny_config
    ):
        """Nothing uncoloured is passed off as done; the reason says what may help."""
        model = fake_model(tiny_config, short_of_memory(0, []))
        report = run(source, tmp_path / "out", model, batch_size=4)
        assert report.counts == {"failed": 12}
        assert contents(tmp_path / "out") == {}
        assert report.failures[0].reason == (
            "fake.safetensors: cpu has too little memory for a single picture; "
            "use a smaller --size"
        )


def test_colours_that_are_no_numbers_are_refused(source, tmp_path, tiny_config):
    """As a network with overflowing weights gives them; the others are done."""

    def before_step(x):
        for row in x:
            if brightness([row])[0] < -0.6:
                row[1:] = np.nan

    report = run(source, tmp_path / "out", fake_model(tiny_config, before_step))
    assert report.counts["failed"] >= 1
    assert report.counts["done"] == 12 - report.counts["failed"]
    assert report.failures[0].reason == (
        "fake.safetensors: gave colours that are no numbers"
    )
    assert len(contents(tmp_path / "out")) == report.counts["done"]
