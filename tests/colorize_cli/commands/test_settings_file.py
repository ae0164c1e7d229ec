"""Options from colorize.toml, from the environment, and from the command line."""

import errno
from pathlib import Path

import pytest

from colorize_cli.cli import main
from colorize_cli.ledger import read_ledger
from tests.runs import contents


@pytest.fixture
def config(tmp_path, monkeypatch):
    """A function that writes a file in what is then the current folder."""
    monkeypatch.chdir(tmp_path)

    def config(*lines, name="colorize.toml"):
        (tmp_path / name).write_text("\n".join(lines))
        return name

    return config


@pytest.fixture
def used(colorize, photo_folder, tmp_path, loaded):
    """A function that runs on one photo and gives its line of the ledger."""

    def used(*arguments):
        result = colorize(photo_folder / "a.jpg", *arguments)
        assert result.exit_code == 0, result.stderr
        return read_ledger(tmp_path / "out/colorize.jsonl")["a.jpg"]

    return used


class TestPrecedence:
    """What is typed goes before the environment, that before the file."""

    def test_the_file_of_the_current_folder_is_found(self, config, used):
        """Keys with dashes or without, of all kinds."""
        config("samples = 2", 'sampler = "ddim"', "seed = 5", "batch-size = 1")
        entry = used()
        assert (entry.samples, entry.sampler, entry.seed) == (2, "ddim", 5)

    def test_the_environment_goes_before_the_file(self, config, used, monkeypatch):
        """By the name of the option."""
        config("samples = 2", "seed = 5")
        monkeypatch.setenv("COLORIZE_SEED", "6")
        entry = used()
        assert (entry.samples, entry.seed) == (2, 6)

    def test_what_is_typed_goes_first(self, config, used, monkeypatch):
        """Even if it is the default."""
        config("seed = 5")
        monkeypatch.setenv("COLORIZE_SEED", "6")
        assert used("--seed", 0).seed == 0

    def test_another_file_may_be_named(self, config, used):
        """It replaces the one of the current folder."""
        config("seed = 5", "samples = 2")
        entry = used("--config", config("seed = 7", name="night.toml"))
        assert (entry.samples, entry.seed) == (1, 7)

    @pytest.mark.parametrize("is_typed", [True, False])
    def test_the_file_can_be_ignored(self, config, used, monkeypatch, is_typed):
        """Also by the environment."""
        config("seed = 5")
        if is_typed:
            assert used("--ignore-config").seed == 0
        else:
            monkeypatch.setenv("COLORIZE_IGNORE_CONFIG", "1")
            assert used().seed == 0

    def test_it_is_said(self, config, colorize, photo_folder, loaded):
        """A forgotten file would be a riddle."""
        config("seed = 5")
        result = colorize(photo_folder)
        assert "options from colorize.toml" in result.stderr.splitlines()
        assert colorize(photo_folder, "-q").stderr == ""

    def test_the_output_may_come_from_it(self, config, cli, photo_folder, loaded):
        """A required option is as good in the file."""
        config('output = "results"')
        result = cli.invoke(main, [str(photo_folder)])
        assert result.exit_code == 0, result.stderr
        assert (photo_folder.parent / "results/a.jpg").exists()

    def test_lists_are_lists(self, config, colorize, photo_folder, tmp_path, loaded):
        """For options that may be repeated."""
        config('exclude = ["album/", "tall.*"]')
        colorize(photo_folder)
        assert set(read_ledger(tmp_path / "out/colorize.jsonl")) == {"a.jpg", "b.png"}

    def test_numbers_may_stand_for_paths_and_dates(
        self, config, cli, photo_folder, tmp_path, loaded
    ):
        """As they may where they are typed."""
        config("output = 5", "failed-list = 3", "newer-than = 20200101", "include=[5]")
        (photo_folder / "5").mkdir()
        (photo_folder / "a.jpg").rename(photo_folder / "5/a.jpg")
        result = cli.invoke(main, [str(photo_folder)])
        assert result.exit_code == 0, result.stderr
        assert set(contents(tmp_path / "5")) == {"5/a.jpg"}
        assert (tmp_path / "3").read_bytes() == b""

    def test_a_folder_that_may_not_be_entered_has_none(
        self, colorize, photo_folder, loaded, monkeypatch
    ):
        """Cron may start there. Root may enter all, so it is simulated."""
        stat = Path.stat

        def refuse(path, **options):
            if path == Path("colorize.toml"):
                raise PermissionError(errno.EACCES, "Permission denied")
            return stat(path, **options)

        monkeypatch.setattr(Path, "stat", refuse)
        assert colorize(photo_folder).exit_code == 0


REFUSED = {
    "sample = 4": "sample: is no option; did you mean samples?",
    "zebra = 4": "zebra: is no option; see colorize --help",
    'samples = "four"': "samples: 'four' is not a valid integer range.",
    "samples = 0": "samples: 0 is not in the range 1<=x<=1000.",
    "samples = 2.5": "samples: is a whole number",
    "samples = true": "samples: takes a value, not true or false",
    "samples = [1, 2]": "samples: is one value",
    "overwrite = 1": "overwrite: is true or false",
    'include = "*.jpg"': "include: is a list",
    "newer-than = 2026-11-22": "newer-than: is a text or a number",
    "[photos]": "photos: is no option; see colorize --help",
    'config = "other.toml"': "config: is no option",
    "dry-run = true": "dry-run: is no option",
    'sampler = "euler"': "sampler: 'euler' is not one of",
    "newer-than = 7": "newer-than: '7' is neither a file nor a time like",
    "shard = 3": "shard: '3' is neither I/N",
    "files-from = 3": "files-from: '3': No such file",
    'output = "a\\u0000b"': "output: holds a NUL",
}


@pytest.mark.parametrize("line", REFUSED)
def test_a_mistake_is_told(config, colorize, photo_folder, tmp_path, loaded, line):
    """With the file, the key, and what would do; nothing is done."""
    config(line)
    result = colorize(photo_folder)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"Error: colorize.toml: {REFUSED[line]}")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["samples 4", "a b = 1", '"'])
def test_what_is_not_toml_is_told(config, colorize, photo_folder, text):
    """With the place."""
    config(text)
    result = colorize(photo_folder)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: colorize.toml: is not TOML: ")


def test_a_file_that_is_not_there_is_wrong_usage(colorize, photo_folder, tmp_path):
    """If it is named; without one, none is needed."""
    result = colorize(photo_folder, "--config", tmp_path / "gone.toml")
    assert result.exit_code == 2
    assert "gone.toml' does not exist" in result.stderr
