"""Settings: presets, overrides, and what is refused."""

import pytest

from colorize_cli.diffusion.schedule import NoiseSchedule
from colorize_cli.errors import ConfigError
from colorize_cli.model.config import REFERENCE
from trainer.config import TrainConfig


@pytest.mark.parametrize("name", ["reference", "default", "smoke"])
def test_preset_is_found_by_its_name(name):
    """The packaged presets load without a path and have a budget."""
    config = TrainConfig.load(name)
    assert config.iterations or config.epochs or config.minutes


def test_reference_is_the_tutorial():
    """Network, schedule and optimiser of the text."""
    config = TrainConfig.load("reference")
    assert config.model == REFERENCE
    assert config.schedule.build() == NoiseSchedule.linear(20, 1e-4, 0.09)
    assert config.schedule.training == "neighbours"
    optim = config.optim
    assert (optim.optimizer, optim.lr, optim.weight_decay) == ("adam", 5e-5, 0.0)
    assert (optim.batch_size, optim.ema, optim.clip_norm) == (4, 0, 0)
    assert (optim.warmup, optim.final_lr) == (0, 1.0)
    assert (config.data.min_crop, config.data.flip) == (1.0, False)
    assert config.val.best == "val_mae"


def test_a_file_of_a_presets_name_comes_first(tmp_path, monkeypatch):
    """A file in the current folder is meant, not the preset."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smoke").write_text("iterations = 7")
    assert TrainConfig.load("smoke").iterations == 7


def test_overrides_replace_settings():
    """Values are TOML; a bare word is a string; tables are made as needed."""
    config = TrainConfig.load(
        "smoke", ["optim.lr=1e-5", "data.source=celeba", 'data.val=["a", "b"]']
    )
    assert config.optim.lr == 1e-5
    assert config.data.source == "celeba"
    assert config.data.val == ("a", "b")


def test_sizes_take_turns():
    """One named twice comes twice; without any it is the model's."""
    several = TrainConfig.load("smoke", ["data.crop_sizes=[16, 16, 64]"])
    assert [several.size_at(k) for k in range(4)] == [16, 16, 64, 16]
    alone = TrainConfig.load("smoke", ["model.image_size=48"])
    assert {alone.size_at(k) for k in range(4)} == {48}


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("optim.learning_rate=1", r"optim\.learning_rate: unknown key.*\blr\b"),
        ("optim.lr=fast", r"optim\.lr: must be float"),
        ("optim.lr=0.0", r"optim: lr must be above 0"),
        ("optim.lr=nan", r"optim\.lr: must be a finite number, got nan"),
        ("schedule.training_ends=[nan, 4]", r"training_ends: must be a finite number"),
        ("seed=9223372036854775808", r"config: seed must be between 0 and 9"),
        ("model.in_channel=4", r"config: model\.in_channel is 3"),
        ("optim.batch_size=2.5", r"optim\.batch_size: must be int"),
        ("optim.batch_size=0", r"optim: batch_size must be at least 1"),
        ("optim.accumulation=3", r"optim: batch_size 4 is not a multiple"),
        ("optim.betas=[0.9]", r"optim\.betas: must have 2 items"),
        ("optim.optimizer=sgd", r"optim\.optimizer: must be one of adam, adamw"),
        ("optim=1", r"optim: must be a table"),
        ("iterations=true", r"iterations: must be int"),
        ("keep=0", r"config: keep must be at least 1"),
        ("data.train=photos", r"data\.train: must be a list"),
        ("data.min_crop=0.0", r"data: min_crop must be between"),
        ("data.degrade=2.0", r"data: degrade must be between 0 and 1"),
        ("model.image_size=31", r"config: image_size: 31 is not a multiple of 2"),
        ("data.crop_sizes=[32, 31]", r"config: crop_sizes: 31 is not a multiple of 2"),
        ("data.crop_sizes=[0]", r"config: crop_sizes: 0 is not a multiple of 2"),
        ("model.inner_channel=20", r"model: channel widths must be multiples of 32"),
        ("model.prediction=epsilon", r"config: .*zero terminal SNR needs prediction"),
        ("schedule.steps=0", r"schedule: steps must be between"),
        ("val.samples=0", r"val: best by val_mae needs samples"),
        ("optim.lr.x=1", r"optim\.lr\.x: lr is a value, not a table"),
        ("nonsense", r"nonsense: must look like table\.key=value"),
    ],
)
def test_wrong_setting_is_named(override, said):
    """Every refusal names the key and what would be right."""
    with pytest.raises(ConfigError, match=said):
        TrainConfig.load("smoke", [override])


def test_missing_file_is_named():
    """Neither a file nor a preset."""
    with pytest.raises(ConfigError, match=r"mine\.toml: no such file"):
        TrainConfig.load("mine.toml")
    with pytest.raises(ConfigError, match="aaa: cannot be read: File name too long"):
        TrainConfig.load("a" * 300)


@pytest.mark.parametrize("content", [b"a = [", b"\xff\xfe"])
def test_broken_file_is_named(tmp_path, content):
    """Text that is not TOML, and bytes that are not text."""
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"broken\.toml: is not valid TOML"):
        TrainConfig.load(path)


def test_a_folder_is_no_settings_file(tmp_path):
    """A folder cannot be read as a file."""
    with pytest.raises(ConfigError, match="cannot be read"):
        TrainConfig.load(tmp_path)
