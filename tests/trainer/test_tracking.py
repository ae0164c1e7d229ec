"""Where figures and pictures go."""

import builtins
import json
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from colorize_cli.errors import ConfigError, TrainingError
from trainer.tracking import LocalTracker, NullTracker, Trackers, WandbTracker

PICTURE = np.zeros((6, 5, 3), np.uint8)
PICTURE[..., 0] = 200


def test_log_is_one_json_object_a_line(tmp_path):
    """With the iteration in it."""
    tracker = LocalTracker(tmp_path, None)
    tracker.log(3, {"loss": 0.5})
    tracker.log(4, {"loss": 0.25})
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"iteration": 3, "loss": 0.5},
        {"iteration": 4, "loss": 0.25},
    ]


def test_resumed_log_drops_what_will_come_again(tmp_path):
    """Lines after the checkpoint, and a torn last line."""
    tracker = LocalTracker(tmp_path, None)
    for iteration in (1, 2, 3):
        tracker.log(iteration, {})
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write('{"iterat')
    LocalTracker(tmp_path, 2)
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line)["iteration"] for line in lines] == [1, 2]


def test_new_log_replaces_an_old_one(tmp_path):
    """A new run in a folder without checkpoints."""
    LocalTracker(tmp_path, None).log(1, {})
    LocalTracker(tmp_path, None)
    assert (tmp_path / "log.jsonl").read_text() == ""


def test_a_full_disk_does_not_cost_the_log(tmp_path, monkeypatch):
    """A resumed run that cannot write leaves the lines that are there."""
    LocalTracker(tmp_path, None).log(1, {"loss": 0.5})
    before = (tmp_path / "log.jsonl").read_text()

    def fill(path, text):
        path.open("w").close()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fill)
    with pytest.raises(TrainingError, match="No space left"):
        LocalTracker(tmp_path, 1)
    assert (tmp_path / "log.jsonl").read_text() == before


def test_pictures_lie_side_by_side(tmp_path):
    """As one PNG, RGB as given, the lower ones padded."""
    tracker = LocalTracker(tmp_path, None)
    tracker.log_pictures(7, "pred", [(PICTURE, "a"), (PICTURE[:4], "b")])
    sheet = cv2.imread(str(tmp_path / "pictures" / "00000007-pred.png"))[..., ::-1]
    assert sheet.shape == (6, 14, 3)
    np.testing.assert_array_equal(sheet[:, :5], PICTURE)
    np.testing.assert_array_equal(sheet[:4, 7:12], PICTURE[:4])
    assert not sheet[4:, 7:12].any()


def test_unwritable_log_is_named(tmp_path):
    """One line, no traceback."""
    (tmp_path / "log.jsonl").mkdir()
    with pytest.raises(TrainingError, match=r"log\.jsonl: cannot be written"):
        LocalTracker(tmp_path, None)


def test_trackers_are_told_in_turn(tmp_path):
    """All of everything."""
    local = LocalTracker(tmp_path, None)
    both = Trackers(NullTracker(), local)
    both.log(1, {"a": 1.0})
    both.log_pictures(1, "x", [(PICTURE, "a")])
    both.finish()
    assert json.loads(local.path.read_text()) == {"iteration": 1, "a": 1.0}
    assert (tmp_path / "pictures" / "00000001-x.png").exists()


def test_missing_wandb_is_one_line_with_the_cure(tmp_path, monkeypatch):
    """The pip command."""
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(ConfigError, match="wandb is not installed; pip install wandb"):
        WandbTracker("offline", "p", {}, tmp_path)


def test_wandb_is_not_imported_before_it_is_asked_for(monkeypatch):
    """Runs without it do not pay for it, nor need it."""
    original = builtins.__import__

    def guarded(name, *args, **kwargs):
        assert name.partition(".")[0] != "wandb"
        return original(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", guarded)
    monkeypatch.delitem(sys.modules, "trainer.tracking")
    __import__("trainer.tracking")


def test_online_without_a_key_is_one_line_with_the_cure(tmp_path, monkeypatch):
    """No prompt where nobody can answer, no traceback."""
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(ConfigError) as caught:
        WandbTracker("online", "p", {}, tmp_path)
    message = str(caught.value)
    assert message.startswith("--wandb: ")
    assert message.endswith("use --wandb offline, or log in")
    assert "\n" not in message


def test_a_run_outlives_wandb(tmp_path, monkeypatch, caplog):
    """Its service may die of the signal that tells the run to save."""

    class Dead:
        id = "1"

        def log(self, figures, step):
            raise ConnectionResetError("Connection lost")

    class Api(types.SimpleNamespace):
        Error, Image = ValueError, staticmethod(lambda picture, caption: picture)
        Settings = staticmethod(dict)

    monkeypatch.setitem(sys.modules, "wandb", Api(init=lambda **settings: Dead()))
    tracker = WandbTracker("offline", "p", {}, tmp_path)
    tracker.log(1, {"loss": 0.5})
    tracker.log_pictures(1, "pred", [(PICTURE, "a")])
    tracker.finish()
    (message,) = caplog.messages
    assert message.startswith("wandb failed, the run goes on without it: Connection")


def test_a_folder_that_wandb_cannot_write_is_one_line(tmp_path, monkeypatch):
    """Told before the training, not as a traceback."""
    (tmp_path / "wandb_run_id").mkdir()
    with pytest.raises(ConfigError, match=r"--wandb: .*Is a directory"):
        WandbTracker("offline", "p", {}, tmp_path)


def wandb_history(folder) -> tuple[dict, list[dict], str]:
    """Configuration, history and project of the finished offline run in a folder.

    wandb's service writes the file after `finish` has returned, on a busy machine
    seconds later; its last record says that the run has ended.
    """
    (path,) = folder.glob("wandb/offline-run-*/run-*.wandb")
    deadline = time.monotonic() + 60
    found: list = []
    while not any(record.HasField("exit") for record in found):
        assert time.monotonic() < deadline, f"{path} was not finished"
        time.sleep(0.05)
        found = list(wandb_records(path.read_bytes()))
    config: dict = {}
    for record in found:
        config |= read_items(record.run.config.update)
    # A slow run is written down more than once, later without its name.
    project = next(record.run.project for record in found if record.run.project)
    history = [
        read_items(record.history.item)
        for record in found
        if record.HasField("history")
    ]
    return config, history, project


def wandb_records(data: bytes) -> Iterator:
    """The records that are whole.

    wandb's file is LevelDB log blocks of 32 KiB after a 7-byte header; each record has
    a 7-byte header (checksum, length, kind) and a protobuf message.
    """
    from wandb.proto.wandb_internal_pb2 import Record

    position, parts = 7, b""
    while position + 7 <= len(data):
        left = 32768 - position % 32768
        if left < 7:
            position += left
            continue
        length = int.from_bytes(data[position + 4 : position + 6], "little")
        kind = data[position + 6]
        if position + 7 + length > len(data):
            return
        parts += data[position + 7 : position + 7 + length]
        position += 7 + length
        if kind in (1, 4):  # whole, or the last part
            yield Record.FromString(parts)
            parts = b""


def read_items(items) -> dict:
    """Items, whose keys may be nested and whose values are JSON, as a dict."""
    found: dict = {}
    for item in items:
        *tables, key = item.nested_key or [item.key]
        target = found
        for table in tables:
            target = target.setdefault(table, {})
        target[key] = json.loads(item.value_json)
    return found


@pytest.mark.slow
def test_offline_wandb_run_holds_what_was_logged(tmp_path, monkeypatch):
    """Project, configuration, figures by step, captioned pictures; no account."""
    monkeypatch.delenv("WANDB_API_KEY", raising=False)
    tracker = WandbTracker(
        "offline", "my-diff-color", {"optim": {"lr": 5e-5}}, tmp_path
    )
    tracker.log(10, {"loss": 0.5, "lr": 5e-5})
    tracker.log(20, {"train_loss": 0.4, "val_loss": 0.3, "val_mae": 0.05})
    tracker.log_pictures(
        20, "pred_images", [(PICTURE, "epoch 1"), (PICTURE, "epoch 1")]
    )
    tracker.finish()
    config, history, project = wandb_history(tmp_path)
    assert project == "my-diff-color"
    assert config["optim"] == {"lr": 5e-5}
    by_step = {row["_step"]: row for row in history}
    assert by_step[10]["loss"] == 0.5
    assert by_step[20]["val_mae"] == 0.05
    images = by_step[20]["pred_images"]
    assert (images["count"], images["captions"]) == (2, ["epoch 1", "epoch 1"])
    assert len([*tmp_path.glob("wandb/offline-run-*/files/media/images/*.png")]) >= 1
