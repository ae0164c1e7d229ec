"""The second pass: which steps it walks, and a whole run."""

import cv2
import numpy as np

from benchmarks.refinement import clean_end, main
from colorize_cli.diffusion.schedule import NoiseSchedule


def test_the_second_pass_walks_the_clean_end():
    """The steps from the level on, and no others."""
    schedule = NoiseSchedule.log_snr(6, -6, 4)
    assert clean_end(schedule, 0).gammas == schedule.gammas[3:]
    assert clean_end(schedule, -9) == schedule


def test_every_way_has_a_row(tmp_path, tiny_model_path):
    """Either size alone, and the second pass from each level."""
    rgb = np.random.default_rng(0).integers(0, 256, (72, 96, 3), dtype=np.uint8)
    (tmp_path / "val").mkdir()
    assert cv2.imwrite(str(tmp_path / "val" / "a.png"), rgb)
    output = tmp_path / "refinement.md"
    options = ["--model", str(tiny_model_path), "--side", "64", "--levels", "-1"]
    main([str(tmp_path / "val"), *options, "--output", str(output)])
    record = output.read_text()
    assert "| 32 px | 3 |" in record
    assert "| 64 px | 3 |" in record
    assert "| 32 px, then 64 px from log-SNR -1 | 3 + " in record
