"""What only a CUDA GPU can show; skipped where there is none."""

import json

import pytest
import torch

from trainer.config import TrainConfig
from trainer.crew import Crew, choose_device
from trainer.data import Order
from trainer.device_crops import PackedBatches
from trainer.lab import rgb_to_lab
from trainer.packed import pack
from trainer.photos import FolderPhotos
from trainer.run import Slot, train
from trainer.tracking import LocalTracker

pytestmark = pytest.mark.gpu

TOY = (
    *("model.image_size=32", "model.patch=2", "model.encoder.strides=[8]"),
    *("data.min_side_px=8", "optim.bf16=true", "optim.channels_last=true"),
    *("log_every=1", "data.degrade=0.5"),
)


@pytest.fixture
def photos(colour_folder) -> FolderPhotos:
    """The ten colour photos."""
    return FolderPhotos(sorted(colour_folder.iterdir()))


def test_lab_and_samples_are_those_of_the_cpu(photos, settings):
    """The same arithmetic on both devices."""
    found = []
    for device in (torch.device("cpu"), choose_device("cuda")):
        packed = pack(photos, settings().data, 64, device)
        index = torch.tensor([0, 3, 5], device=device)
        box = torch.tensor([[1.0, 2, 15, -16], [0, 0, 20, 24], [3, 1, 9, 9]])
        rgb = packed.sample(index, box.to(device), 32)
        found.append(rgb_to_lab(rgb).cpu())
    torch.testing.assert_close(found[0], found[1], atol=0.02, rtol=1e-4)


def test_batches_are_made_on_the_gpu(photos, settings):
    """And repeat from the seed and the iteration."""
    config = settings("data.degrade=0.5")
    packed = pack(photos, config.data, 32, choose_device("cuda"))
    order = Order(len(packed), 4, 0)
    first, second = (PackedBatches(packed, order, config).batch(3) for _ in range(2))
    assert first.L.is_cuda
    assert torch.equal(first.L, second.L)
    assert torch.equal(first.y0, second.y0)


@pytest.mark.parametrize("compiled", ["never", "always"])
def test_default_kind_of_run(colour_folder, tmp_path, compiled):
    """Encoder, bf16, channels_last, fused AdamW, packed photos, resumed once."""
    data = f'data.train=["{colour_folder}"]'
    overrides = [*TOY, data, f"optim.compile={compiled}"]

    def run(*more: str, resume: bool) -> str:
        slot = Slot(
            folder=tmp_path,
            device=choose_device("cuda"),
            crew=Crew(),
            resume=resume,
        )
        config = TrainConfig.load("smoke", [*overrides, *more])
        return train(config, slot, lambda at: LocalTracker(tmp_path, at))

    assert run("iterations=20", resume=False) == "finished"
    assert run("iterations=40", resume=True) == "finished"
    lines = [json.loads(x) for x in (tmp_path / "log.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines if "loss" in line]
    assert len(losses) == 40
    assert sum(losses[-5:]) < 0.8 * sum(losses[:5])
    assert all(line["gpu_memory_gb"] > 0 for line in lines if "loss" in line)
