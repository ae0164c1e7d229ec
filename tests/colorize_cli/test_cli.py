"""The group: help, lazy commands, errors as one line and an exit code."""

from typing import get_args

import click
import pytest

from colorize_cli import __version__, cli
from colorize_cli.cli import COMMANDS, DEFAULT_COMMAND, main
from colorize_cli.codec.formats import Format
from colorize_cli.commands.photos import photos
from colorize_cli.diffusion.process import Sampler
from colorize_cli.errors import BackendError, ColorizeError, PlanError
from colorize_cli.model import BackendName
from colorize_cli.settings import OnColor
from colorize_cli.variants import Pick


def lines(result) -> list[str]:
    """What the command printed on stderr."""
    return result.stderr.splitlines()


class Entry:
    """An entry point of another package."""

    def __init__(self, command):
        """Its name is the command's."""
        self.name, self.command = command.name, command

    def load(self):
        """Hand the command out."""
        return self.command


@pytest.fixture
def installed(monkeypatch):
    """A function that installs a command as another package would, by entry point."""

    def install(command):
        def entry_points(group, name=command.name):
            is_ours = group == "colorize.commands" and name == command.name
            return [Entry(command)] if is_ours else []

        monkeypatch.setattr(cli, "entry_points", entry_points)
        # The group remembers commands once it has met them.
        monkeypatch.setattr(main, "commands", dict(main.commands))

    return install


class TestHelp:
    """What there is, before anything heavy is imported."""

    @pytest.mark.parametrize("option", ["-h", "--help"])
    def test_it_shows_the_options_of_the_default_command(self, cli, option):
        """With usage, examples as written, exit codes and the other commands."""
        result = cli.invoke(main, [option], prog_name="colorize")
        assert result.exit_code == 0
        shown = result.stdout
        assert shown.startswith("Usage: colorize SRC... -o DIR [OPTIONS]\n")
        assert "      colorize ./old_photos -o ./out --samples 4\n" in shown
        assert "130 interrupted" in shown
        words = COMMANDS.keys() - {DEFAULT_COMMAND}
        for word in ("--samples", "--device", "--version", *words):
            assert word in shown
        assert DEFAULT_COMMAND not in shown

    def test_no_arguments_is_the_same(self, cli):
        """Help, as nothing can be done; wrong usage to scripts."""
        result = cli.invoke(main, [])
        assert result.exit_code == 2
        assert cli.invoke(main, ["-h"]).stdout == result.stderr

    @pytest.mark.parametrize("name", sorted(COMMANDS))
    def test_every_option_of_every_command_is_explained(self, cli, name):
        """Nothing but --help itself goes without a help text."""
        command = main.get_command(click.Context(main), name)
        assert cli.invoke(main, [name, "--help"]).exit_code == 0
        options = [each for each in command.params if isinstance(each, click.Option)]
        assert [option.name for option in options if not option.help] == []
        assert command.help
        assert len(command.get_short_help_str(limit=60)) < 60

    def test_the_version(self, cli):
        """Name and number."""
        result = cli.invoke(main, ["--version"])
        assert result.stdout == f"colorize, version {__version__}\n"


class TestEnvironment:
    """Options from environment variables."""

    def test_every_option_has_a_variable(self):
        """COLORIZE_ and its long name; for other commands, with theirs in between."""
        group = click.Context(main)
        for name in (DEFAULT_COMMAND, *main.list_commands(group)):
            is_default = name == DEFAULT_COMMAND
            inner = "" if is_default else f"{name.upper().replace('-', '_')}_"
            for option in main.get_command(group, name).params:
                if isinstance(option, click.Option):
                    long = max(option.opts, key=len).lstrip("-").replace("-", "_")
                    assert option.envvar == f"COLORIZE_{inner}{long.upper()}"

    def test_a_variable_is_checked_like_an_option(self, cli, tmp_path, monkeypatch):
        """As if it had been typed."""
        monkeypatch.setenv("COLORIZE_SAMPLES", "many")
        result = cli.invoke(main, [str(tmp_path), "-o", "out"])
        assert result.exit_code == 2
        assert "Invalid value for '--samples': 'many' is not" in result.stderr


class TestCommands:
    """How the first word is understood."""

    @pytest.mark.parametrize(
        ("word", "hint"),
        [
            ("inspct", "; did you mean 'inspect'?"),
            ("import", None),
            ("holiday", "."),
            pytest.param("a" * 300, ".", id="longer than any name"),
        ],
    )
    def test_a_word_that_is_nothing_is_wrong_usage(self, cli, word, hint):
        """With the nearest command, if there is one."""
        result = cli.invoke(main, [word, "-o", "out"])
        assert result.exit_code == 2
        message = f"Error: {word!r} is neither a file or folder nor a command"
        assert lines(result)[-1].startswith(message)
        assert hint is None or lines(result)[-1] == message + hint

    @pytest.mark.parametrize("name", ["holiday", "photos", "./trace"])
    def test_a_folder_of_that_name_is_a_source(self, cli, tmp_path, monkeypatch, name):
        """A word that names no command is the default's first argument."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / name).mkdir()
        result = cli.invoke(main, [name, "-o", "out"])
        assert len(lines(result)) == 1
        folder = name.removeprefix("./")
        assert lines(result)[0].startswith(f"Error: {folder}: no photos found")

    def test_a_folder_called_like_a_command_needs_its_path(
        self, cli, tmp_path, monkeypatch
    ):
        """The word alone is the command, as docs/batch.md says."""
        monkeypatch.chdir(tmp_path)
        (tmp_path / "trace").mkdir()
        result = cli.invoke(main, ["trace", "-o", "out"], prog_name="colorize")
        assert lines(result)[0] == "Usage: colorize trace [OPTIONS] PHOTO"

    def test_the_default_command_has_no_word(self, cli, tmp_path):
        """No argument of a process can hold a NUL; usage shows what is typed."""
        assert "\0" in DEFAULT_COMMAND
        result = cli.invoke(main, [str(tmp_path)], prog_name="colorize")
        assert result.exit_code == 2
        assert lines(result)[:2] == [
            "Usage: colorize [OPTIONS] SRC...",
            "Try 'colorize --help' for help.",
        ]

    def test_options_may_come_first(self, cli, tmp_path):
        """The default command is found without its name."""
        result = cli.invoke(main, ["-o", "out", str(tmp_path)])
        assert "no photos found" in result.stderr

    def test_commands_of_other_packages_are_found(self, cli, installed):
        """By entry point: listed, explained, run."""

        @click.command("sharpen", help="Sharpen photos.")
        def sharpen():
            click.echo("sharp")

        installed(sharpen)
        assert "Sharpen photos." in cli.invoke(main, ["--help"]).stdout
        assert cli.invoke(main, ["sharpen"]).stdout == "sharp\n"


class TestErrors:
    """What a command raises."""

    @pytest.mark.parametrize(
        ("error", "code", "line"),
        [
            (PlanError("out: is a file"), 2, "Error: out: is a file"),
            (BackendError("m.onnx", "no GPU"), 1, "Error: m.onnx: no GPU"),
            (ColorizeError("two\nlines"), 1, r"Error: two\nlines"),
            (KeyboardInterrupt(), 130, "Interrupted."),
        ],
    )
    def test_our_own_are_one_line(self, cli, installed, error, code, line):
        """On stderr, with their exit code and without a traceback."""

        @click.command("fail")
        def fail():
            raise error

        installed(fail)
        result = cli.invoke(main, ["fail"])
        assert result.exit_code == code
        assert lines(result) == [line]
        assert result.stdout == ""

    def test_others_are_bugs(self, cli, installed):
        """They get out with their traceback."""

        @click.command("fail")
        def fail():
            raise ZeroDivisionError

        installed(fail)
        assert isinstance(cli.invoke(main, ["fail"]).exception, ZeroDivisionError)


@pytest.mark.parametrize(
    ("option", "known"),
    [
        ("format", Format),
        ("sampler", Sampler),
        ("pick", Pick),
        ("on_color", OnColor),
        ("backend", BackendName),
    ],
)
def test_every_choice_of_an_option_is_one_the_code_knows(option, known):
    """They are written out again there, as the code takes long to import."""
    offered = next(each.type for each in photos.params if each.name == option)
    assert sorted(offered.choices) == sorted(get_args(known))
