"""`colorize train` from the command line."""

import json
import logging

import pytest

from colorize_cli.errors import BackendError, ConfigError, DataError
from colorize_cli.extras import cure
from trainer.__main__ import main
from trainer.command import replaced, train

SMALL = (
    *("--set", "model.image_size=16", "--set", "model.channel_mults=[1, 1]"),
    *("--set", "data.min_side_px=8", "--set", "iterations=2", "--device", "cpu"),
)


@pytest.fixture(autouse=True)
def quiet_logger():
    """Take the command's log handler away again."""
    yield
    logging.getLogger("trainer").handlers.clear()


def test_smoke_run(cli, colour_folder, tmp_path):
    """From a preset and a folder to a model; stdout says how it ended."""
    out = tmp_path / "run"
    args = ["smoke", "--data", str(colour_folder), "--out", str(out), *SMALL]
    result = cli.invoke(train, args, catch_exceptions=False)
    assert result.exit_code == 0
    assert result.stdout == f"finished: {out}\n"
    assert (out / "model.safetensors").exists()
    assert "train_loss" in result.stderr


def test_runs_folder_is_named_after_the_settings(
    cli, colour_folder, tmp_path, monkeypatch
):
    """Without --out."""
    monkeypatch.chdir(tmp_path)
    args = ["smoke", "--data", str(colour_folder), *SMALL]
    assert cli.invoke(train, args, catch_exceptions=False).exit_code == 0
    assert (tmp_path / "runs" / "smoke" / "log.jsonl").exists()


def test_dry_run_leaves_nothing_behind(cli, colour_folder, tmp_path):
    """Photos, parameters, memory, steps and time."""
    out = tmp_path / "run"
    args = ["smoke", "--data", str(colour_folder), "--out", str(out), "--dry-run"]
    result = cli.invoke(train, [*args, *SMALL], catch_exceptions=False)
    assert result.exit_code == 0
    assert not out.exists()
    for words in ("training photos", "8", "parameters", "GiB", "iterations", " s"):
        assert words in result.stdout


def test_offline_wandb_is_handed_the_run(cli, colour_folder, tmp_path, monkeypatch):
    """Mode, project, settings and folder; the figures and pictures follow."""
    seen = {}

    class Recorder:
        def __init__(self, mode, project, config, folder):
            seen["made"] = (mode, project, config["seed"], folder)

        def log(self, iteration, figures):
            seen.setdefault("figures", set()).update(figures)

        def log_pictures(self, iteration, name, pictures):
            seen.setdefault("pictures", {})[name] = [text for _, text in pictures]

        def finish(self):
            seen["finished"] = True

    monkeypatch.setattr("trainer.tracking.WandbTracker", Recorder)
    out = tmp_path / "run"
    args = ["smoke", "--data", str(colour_folder), "--out", str(out), *SMALL]
    result = cli.invoke(train, [*args, "--wandb", "offline"], catch_exceptions=False)
    assert result.exit_code == 0
    assert seen["made"] == ("offline", "my-diff-color", 0, out)
    wanted = {"train_loss", "val_loss", "val_mae", "lr", "images_per_s", "grad_norm"}
    assert wanted <= seen["figures"]
    assert seen["pictures"].keys() == {"pred_images", "gt_images", "variants"}
    assert seen["pictures"]["pred_images"][0].startswith("iteration 2, epoch")
    assert seen["finished"]


def test_options_stand_for_settings():
    """Another training set brings its own validation split, --set comes last."""
    found = replaced(data=("a", "b"), val=(), init="w", overrides=("seed=1",))
    assert found == ['data.train=["a", "b"]', "data.val=[]", 'init="w"', "seed=1"]
    found = replaced(data=("a",), val=("v",), init=None, overrides=())
    assert found == ['data.train=["a"]', 'data.val=["v"]']


@pytest.mark.parametrize(
    ("args", "error"),
    [
        (("gone.toml",), ConfigError),
        (("smoke", "--set", "x=1"), ConfigError),
        (("smoke", "--data", "no/such/folder"), DataError),
    ],
)
def test_own_errors_reach_the_group(cli, args, error):
    """`colorize` turns them into one line and an exit code."""
    result = cli.invoke(train, [*args, "--device", "cpu"])
    assert isinstance(result.exception, error)


def test_module_turns_errors_into_lines(monkeypatch, capsys):
    """`python -m trainer` does so itself."""
    monkeypatch.setattr("sys.argv", ["trainer", "gone.toml"])
    assert main() == 1
    assert capsys.readouterr().err == "error: gone.toml: no such file\n"
    monkeypatch.setattr("sys.argv", ["trainer"])
    assert main() == 2


def test_reference_without_celeba_says_where_to_get_it(monkeypatch, capsys, tmp_path):
    """The tutorial's case on a fresh machine."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["trainer", "reference", "--device", "cpu"])
    assert main() == 1
    assert "projects/CelebA.html" in capsys.readouterr().err


def test_missing_extra_is_one_line_with_the_cure(cli, monkeypatch):
    """On a base install, which has no PyTorch."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    error = cli.invoke(train, ["smoke"]).exception
    assert isinstance(error, BackendError)
    assert str(error).endswith(f"needs torch; {cure('train')}")


def test_interrupted_run_exits_with_130(cli, monkeypatch, tmp_path):
    """Saved, but not finished."""
    monkeypatch.setattr("trainer.run.train", lambda *args: "interrupted")
    args = ["smoke", "--out", str(tmp_path), "--device", "cpu"]
    assert cli.invoke(train, args).exit_code == 130


def test_settings_are_handed_to_the_tracker_as_plain_data(settings):
    """JSON can hold them."""
    assert json.loads(json.dumps(settings().to_dict()))["optim"]["batch_size"] == 4
