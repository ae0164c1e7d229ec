"""`colorize import-checkpoint`: conversion, and what it refuses."""

import pytest
import torch

from colorize_cli.cli import main
from colorize_cli.model.checkpoint import load_network
from colorize_cli.model.reference import load_tutorial_checkpoint
from tests.tutorial import BETA_SCHEDULE, UNET_CONFIG, ColorDiffusion

TINY = UNET_CONFIG | {"inner_channel": 32, "channel_mults": [1, 2], "res_blocks": 1}


@pytest.fixture
def checkpoint(tmp_path):
    """A small best_model.pth."""
    model = ColorDiffusion(TINY, BETA_SCHEDULE)
    model.set_new_noise_schedule("cpu")
    path = tmp_path / "best_model.pth"
    torch.save(model.state_dict(), path)
    return path


def test_the_result_is_the_checkpoint(cli, checkpoint, tmp_path):
    """Weights, config and schedule of the safetensors file are the checkpoint's."""
    target = tmp_path / "model.safetensors"
    result = cli.invoke(main, ["import-checkpoint", str(checkpoint), str(target)])
    assert result.exit_code == 0, result.output
    network, header = load_network(target)
    expected_network, expected_header = load_tutorial_checkpoint(checkpoint)
    assert header.config == expected_header.config
    assert header.schedule == expected_header.schedule
    assert header.provenance["imported_from"] == "best_model.pth"
    expected = expected_network.state_dict()
    state = network.state_dict()
    assert all(torch.equal(state[name], expected[name]) for name in expected)


def test_it_says_what_it_made(cli, checkpoint, tmp_path):
    """One line on stdout: target, parameters, steps, source."""
    target = tmp_path / "model.safetensors"
    result = cli.invoke(main, ["import-checkpoint", str(checkpoint), str(target)])
    count = sum(
        tensor.numel()
        for name, tensor in torch.load(checkpoint, weights_only=True).items()
        if name.startswith("denoise_fn.")
    )
    assert result.stdout == (
        f"{target}: {count:,} parameters, 20 steps, from {checkpoint}\n"
    )


def test_an_existing_target_is_kept(cli, checkpoint, tmp_path):
    """Without --overwrite nothing is written; with it the target is replaced."""
    target = tmp_path / "model.safetensors"
    target.write_text("precious")
    arguments = ["import-checkpoint", str(checkpoint), str(target)]
    refused = cli.invoke(main, arguments)
    assert refused.exit_code == 2
    assert "--overwrite" in refused.stderr
    assert target.read_text() == "precious"
    assert cli.invoke(main, [*arguments, "--overwrite"]).exit_code == 0
    load_network(target)


@pytest.mark.parametrize(
    ("source", "target", "code", "message"),
    [
        ("absent.pth", "model.safetensors", 1, "absent.pth: no such file"),
        ("best_model.pth", "model.pth", 2, "ends in .safetensors"),
        ("best_model.pth", "no/folder/model.safetensors", 1, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    cli, checkpoint, tmp_path, source, target, code, message
):
    """An error is a sentence on stderr with an exit code, never a traceback."""
    arguments = [str(tmp_path / source), str(tmp_path / target)]
    result = cli.invoke(main, ["import-checkpoint", *arguments])
    assert result.exit_code == code
    assert result.stderr.startswith("Error: ")
    assert message in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_refused_checkpoint_leaves_nothing_behind(cli, tmp_path):
    """No target and no partial file after a failure."""
    broken = tmp_path / "best_model.pth"
    broken.write_text("not a checkpoint")
    target = tmp_path / "model.safetensors"
    result = cli.invoke(main, ["import-checkpoint", str(broken), str(target)])
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == [broken]


def test_a_failed_write_leaves_the_old_model(cli, checkpoint, tmp_path, monkeypatch):
    """If the disk fills up half way, the old target is still whole."""
    target = tmp_path / "model.safetensors"
    target.write_text("precious")

    def fill_the_disk(path, *args):
        path.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("colorize_cli.model.checkpoint.save_network", fill_the_disk)
    arguments = ["import-checkpoint", str(checkpoint), str(target), "--overwrite"]
    result = cli.invoke(main, arguments)
    assert result.exit_code == 1
    assert "No space left" in result.stderr
    assert target.read_text() == "precious"
    assert {path.name for path in tmp_path.iterdir()} == {checkpoint.name, target.name}
