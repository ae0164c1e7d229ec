"""The 8-bit experiment runs from end to end and gives its verdicts."""

import cv2
import numpy as np

from benchmarks.int8_static import main
from colorize_cli.model.checkpoint import load_network
from export.bundle import export_model
from export.options import ExportOptions


def test_a_quantised_model_answers(tmp_path, tiny_model_path):
    """Export, calibration, timing and colours, with a model that costs nothing."""
    network, header = load_network(tiny_model_path)
    export_model(network, header, tiny_model_path.with_suffix(".onnx"), ExportOptions())
    grey = np.random.default_rng(0).integers(0, 256, (40, 48), dtype=np.uint8)
    (tmp_path / "photos").mkdir()
    assert cv2.imwrite(str(tmp_path / "photos" / "a.png"), grey)
    output = tmp_path / "int8.md"
    small = ["--batches", "1", "--rounds", "1", "--output", str(output)]
    photos = ["--photos", str(tmp_path / "photos")]
    main([*photos, "--model", str(tiny_model_path), *small])
    lines = output.read_text().splitlines()
    (times,) = (line for line in lines if line.startswith("| 1 | "))
    assert times.count("(") == 3
    (by_int8, by_seed) = (
        float(cell) for cell in lines[lines.index(times) + 4].split(" | ")[2:4]
    )
    assert 0 < by_int8 < by_seed
