"""The batch engine: what is made, what is skipped, what fails alone."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from colorize_cli.errors import BackendError
from tests.fake_backend import brightness, fake_model
from tests.runs import contents, run


def flat(folder: Path, **levels: int) -> Path:
    """A folder of 40 x 40 photos of one grey level each, sorted by name."""
    folder.mkdir(exist_ok=True)
    for name, level in levels.items():
        pixels = np.full((40, 40, 3), level, np.uint8)
        assert cv2.imwrite(str(folder / f"{name}.png"), pixels)
    return folder


def refusing(level: int, error: Exception):
    """A `before_step` that raises if the flat photo of that level is in the batch."""
    L = cv2.cvtColor(np.full((1, 1, 3), level / 255, np.float32), cv2.COLOR_RGB2LAB)

    def before_step(x):
        if any(abs(mean - (L[0, 0, 0] / 50 - 1)) < 0.01 for mean in brightness(x)):
            raise error

    return before_step


class TestOutcomes:
    """What happens to each photo."""

    def test_one_broken_photo_among_three(self, tmp_path, tiny_config):
        """Two results, one failure, exit code 3."""
        source = flat(tmp_path / "photos", a=50, b=100, c=150)
        (source / "b.png").write_bytes((source / "b.png").read_bytes()[:60])
        report = run(source, tmp_path / "out", fake_model(tiny_config))
        assert set(contents(tmp_path / "out")) == {"a.png", "c.png"}
        assert report.counts == {"done": 2, "failed": 1}
        assert report.picture_count == 2
        assert [failure.source for failure in report.failures] == [
            str(source / "b.png")
        ]
        assert report.exit_code == 3

    def test_problems_of_the_plan_count_as_failures(self, tmp_path, tiny_config):
        """A source that is gone does not stop the others."""
        source = flat(tmp_path / "photos", a=50)
        sources = [source, tmp_path / "gone.jpg"]
        report = run(sources, tmp_path / "out", fake_model(tiny_config))
        assert report.counts == {"done": 1, "failed": 1}
        assert report.planned_count == 2
        assert report.left_count == 0

    def test_what_is_there_is_skipped(self, tmp_path, tiny_config):
        """Existing results stay as they are, and no photo is opened for them."""
        source, out = flat(tmp_path / "photos", a=50, b=100), tmp_path / "out"
        flat(out, a=1)
        before = contents(out)["a.png"]
        (source / "a.png").write_bytes(b"not even a picture")
        report = run(source, out, fake_model(tiny_config))
        assert report.counts == {"done": 1, "skipped": 1}
        assert report.exit_code == 0
        assert contents(out)["a.png"] == before

    def test_overwriting_makes_them_again(self, tmp_path, tiny_config):
        """With the same bytes, as nothing has changed."""
        source, out = flat(tmp_path / "photos", a=50), tmp_path / "out"
        model = fake_model(tiny_config)
        run(source, out, model)
        made = contents(out)
        flat(out, a=1)
        report = run(source, out, model, overwrite=True)
        assert report.counts == {"done": 1}
        assert contents(out) == made

    def test_only_missing_samples_are_made(self, tmp_path, tiny_config):
        """They are those that a whole run would have made."""
        source, out = flat(tmp_path / "photos", a=50, b=100), tmp_path / "out"
        rows = []
        model = fake_model(tiny_config, lambda x: rows.append(len(x)))
        run(source, out, model, samples=3)
        made = contents(out)
        (out / "a_s2.png").unlink()
        rows.clear()
        report = run(source, out, model, samples=3)
        assert report.counts == {"done": 1, "skipped": 1}
        assert report.picture_count == 1
        assert rows == [1, 1, 1]
        assert contents(out) == made


class TestFailures:
    """A failure stays with the photo that it belongs to."""

    def test_a_photo_that_the_backend_refuses_fails_alone(self, tmp_path, tiny_config):
        """Its neighbours in the batch are done; the reason names the model."""
        source = flat(tmp_path / "photos", a=50, b=100, c=150, d=200)
        error = BackendError("m.onnx", "failed on cuda:0 while running: no kernel")
        model = fake_model(tiny_config, refusing(100, error))
        report = run(source, tmp_path / "out", model, samples=2, batch_size=8)
        assert report.counts == {"done": 3, "failed": 1}
        assert report.failures[0].source == str(source / "b.png")
        assert report.failures[0].reason == str(error)
        made = set(contents(tmp_path / "out"))
        assert made == {f"{n}{s}.png" for n in "acd" for s in ("", "_s2")}

    def test_a_failed_photo_is_not_tried_on_and_on(self, tmp_path, tiny_config):
        """After its first row has failed, its other rows leave the queue."""
        source = flat(tmp_path / "photos", a=50)
        calls = []
        refuse = refusing(50, RuntimeError("no"))

        def before_step(x):
            calls.append(len(x))
            refuse(x)

        model = fake_model(tiny_config, before_step)
        report = run(source, tmp_path / "out", model, samples=20, batch_size=4)
        assert report.counts == {"failed": 1}
        assert calls == [4, 2, 1]
        assert report.failures[0].reason == "RuntimeError: no"

    def test_a_batch_too_large_is_done_in_parts(self, tmp_path, tiny_config):
        """A GPU that holds two rows at once still makes all of five."""

        def before_step(x):
            if len(x) > 2:
                raise BackendError("m.onnx", "out of memory")

        source, model = flat(tmp_path / "photos", a=50), fake_model(tiny_config)
        run(source, tmp_path / "whole", model, samples=5, batch_size=5)
        small = fake_model(tiny_config, before_step)
        report = run(source, tmp_path / "parts", small, samples=5, batch_size=5)
        assert report.counts == {"done": 1}
        assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


@pytest.mark.parametrize(("name", "threads"), [("", 1), ("a.jpg", 2)])
def test_opencv_gets_its_threads_back(
    photo_folder, tmp_path, tiny_config, name, threads
):
    """During a run one for each of two workers, both for a photo alone."""
    before, during = cv2.getNumThreads(), []
    model = fake_model(tiny_config, lambda x: during.append(cv2.getNumThreads()))
    cv2.setNumThreads(2)
    try:
        run(photo_folder / name, tmp_path / "out", model)
        assert set(during) == {threads}
        assert cv2.getNumThreads() == 2
    finally:
        cv2.setNumThreads(before)
