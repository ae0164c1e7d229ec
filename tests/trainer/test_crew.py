"""Several processes that train together."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from colorize_cli.errors import BackendError
from trainer.config import TrainConfig
from trainer.crew import Crew, assemble, choose_device
from trainer.run import train
from trainer.tracking import LocalTracker

ROOT = Path(__file__).parents[2]


def test_one_process_agrees_with_itself():
    """No process group is needed."""
    crew = assemble(torch.device("cpu"))
    assert crew == Crew(0, 1)
    assert crew.leads
    assert crew.agree(3.5, True) == (3.5, True)
    assert crew.mean(torch.tensor(2.0)) == 2
    crew.dismiss()


def test_auto_device_is_one_that_works(monkeypatch):
    """CUDA only where there is one."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert choose_device("auto") == torch.device("cpu")


def test_cuda_that_is_not_there_is_an_error(monkeypatch):
    """Never silently the CPU."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(BackendError, match=r"cuda: no CUDA GPU.*--device cpu"):
        choose_device("cuda")


@pytest.mark.parametrize("name", ["gpu", "meta"])
def test_device_that_cannot_train_is_an_error(name):
    """A misspelt name, and a device that computes nothing."""
    with pytest.raises(BackendError, match=f"{name}: is not a device"):
        choose_device(name)


def torchrun(out: Path, config_overrides: tuple[str, ...]) -> subprocess.Popen:
    """The trainer in two processes, started as a user would."""
    options = [word for each in config_overrides for word in ("--set", each)]
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node=2"),
        *("--standalone", "--local-addr=127.0.0.1"),
        *("-m", "trainer", "smoke", "--device", "cpu", "--out", str(out), *options),
    ]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)


def log(folder: Path) -> list[dict]:
    """The lines of a run's log."""
    lines = (folder / "log.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.slow
def test_two_processes_train_as_one(tmp_path, colour_folder, slot):
    """The same losses and metrics with the same global batch, logged once."""
    overrides = (
        *(f'data.train=["{colour_folder}"]', "data.min_side_px=8", "log_every=1"),
        *("model.image_size=16", "model.channel_mults=[1, 1]", "iterations=4"),
        *("optim.accumulation=2", "val.every=4"),
    )
    two = torchrun(tmp_path / "two", overrides)
    here = slot(folder=tmp_path / "one")
    config = TrainConfig.load("smoke", overrides)
    train(config, here, lambda at: LocalTracker(here.folder, at))
    stdout, stderr = two.communicate()
    assert two.returncode == 0, stderr
    assert stdout.count("finished") == 1
    one, both = log(here.folder), log(tmp_path / "two")
    assert [line.keys() for line in both] == [line.keys() for line in one]
    for key in ("loss", "grad_norm", "train_loss", "val_loss", "val_mae"):
        expected = [line[key] for line in one if key in line]
        assert [line[key] for line in both if key in line] == pytest.approx(
            expected, rel=1e-4
        )
        assert expected
