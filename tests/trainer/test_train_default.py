"""`scripts/train_default.sh`, from shards to a model in pieces, at toy size."""

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colorize_cli.model import load_model
from colorize_cli.model.checkpoint import load_network

ROOT = Path(__file__).parents[2]
TOY = (
    *("model.image_size=32", "model.channel_mults=[1, 1]", "model.attn_res=[]"),
    *("model.encoder.strides=[8]", "model.res_blocks=1", "optim.batch_size=4"),
    *("optim.bf16=false", "data.packed=always", "data.min_side_px=8"),
    *("data.val_len=4", "val.samples=2", "iterations=6", "log_every=1"),
)


def picture(seed: int) -> bytes:
    """A small colour photo, PNG bytes."""
    coarse = np.random.default_rng(seed).integers(0, 256, (3, 3, 3), np.uint8)
    return cv2.imencode(".png", cv2.resize(coarse, (36, 32)))[1].tobytes()


@pytest.fixture
def data(tmp_path) -> Path:
    """A folder laid out like the real one: two shards, faces and scenes."""
    folder = tmp_path / "data"
    for kind in ("faces", "scenes"):
        (folder / "val" / kind).mkdir(parents=True)
        for k in range(2):
            (folder / "val" / kind / f"{k}.png").write_bytes(picture(90 + k))
    for shard in range(2):
        images = [{"bytes": picture(9 * shard + k), "path": f"{k}"} for k in range(8)]
        table = pa.table({"image": images})
        pq.write_table(table, folder / f"train-{shard:02d}-of-02.parquet")
    return folder


def train_default(data: Path, out: Path, **settings: str) -> str:
    """Run the script on the CPU at toy size; its standard output."""
    environment = os.environ | {
        "DATA": str(data),
        "OUT": str(out),
        "PYTHON": sys.executable,
        "OMP_NUM_THREADS": "1",
        "PIECE_BYTES": "1000000",
        **settings,
    }
    overrides = [word for each in TOY for word in ("--set", each)]
    done = subprocess.run(
        [ROOT / "scripts" / "train_default.sh", "--device", "cpu", *overrides],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_slots_end_in_a_model_in_pieces(data, tmp_path):
    """A slot that is too short, a call that finishes, pieces that fit together."""
    out = tmp_path / "run"
    first = train_default(data, out, SLOTS="1", SLOT_MINUTES="0.0001")
    assert first.startswith("slot over")
    assert not (out / "pieces").exists()
    (out / "pieces").mkdir()
    (out / "pieces" / "model.onnx.part009").touch()
    (out / "pieces" / "of_others.txt").touch()
    second = train_default(data, out)
    assert second.startswith("finished")
    assert '"val_loss"' in second
    joined = tmp_path / "joined"
    joined.mkdir()
    for part in sorted((out / "pieces").glob("*.part*")):
        assert part.stat().st_size <= 1_000_000
        with (joined / part.name.partition(".part")[0]).open("ab") as file:
            file.write(part.read_bytes())
    sums = out / "pieces" / "SHA256SUMS"
    subprocess.run(["sha256sum", "--check", sums], cwd=joined, check=True)
    network, header = load_network(joined / "model.safetensors")
    assert header.provenance["iteration"] == 6
    assert network.encoder is not None
    assert not (out / "pieces" / "model.onnx.part009").exists()
    assert (out / "pieces" / "of_others.txt").exists()
    # The weights are there once.
    assert (joined / "model.onnx").stat().st_size < 500_000
    assert load_model(joined / "model.onnx").backend.name == "onnx"
