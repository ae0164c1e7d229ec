"""The command `colorize`: finds its subcommands, turns errors into exit codes.

Subcommands are imported when they are needed, so that `--help` stays fast. Those of
other packages (`train`, `export-onnx`) come through the entry-point group
`colorize.commands`.
"""

import os
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points

import click
from click.shell_completion import CompletionItem
from click_default_group import DefaultGroup

from colorize_cli import __version__
from colorize_cli.errors import ColorizeError

__all__ = ["main"]

ENTRY_POINT_GROUP = "colorize.commands"
ENVIRONMENT_PREFIX = "COLORIZE"
# What the default command is registered as. No word on a command line holds a NUL, so
# no folder, whatever its name, is taken for it.
DEFAULT_COMMAND = "\0"
# Command -> module and attribute.
COMMANDS = {
    DEFAULT_COMMAND: ("colorize_cli.commands.photos", "photos"),
    "gallery": ("colorize_cli.commands.gallery", "gallery"),
    "apply-choices": ("colorize_cli.commands.apply_choices", "apply_choices"),
    "turing-test": ("colorize_cli.commands.turing_test", "turing_test"),
    "evaluate": ("colorize_cli.commands.evaluate", "evaluate"),
    "trace": ("colorize_cli.commands.trace", "trace"),
    "inspect": ("colorize_cli.commands.inspect", "inspect"),
    "import-checkpoint": (
        "colorize_cli.commands.import_checkpoint",
        "import_checkpoint",
    ),
}
INTERRUPTED = 130

HELP = """Colorize black-and-white photos, one or fifty thousand.

\b
    colorize ./old_photos -o ./out
    colorize ./old_photos -o ./out --samples 4

SRC are photos and folders of photos. Photos keep their size, sharpness and metadata;
the tree of a folder is mirrored; what is already in the output folder is skipped. A
photo that cannot be read is reported and the others are still done.

Ctrl-C and SIGTERM end the run once the photos that are being written are finished; the
same command goes on where it stopped.

\b
Exit codes: 0 all photos done or skipped, 1 the run could not be done,
2 wrong usage, 3 some photos failed, 130 interrupted.
"""


class DefaultContext(click.Context):
    """The default command at work; usage and errors show it under the group's name."""

    @property
    def command_path(self) -> str:
        """What is typed to get here: `colorize`."""
        return self.parent.command_path if self.parent else ""


class LazyGroup(DefaultGroup):  # type: ignore[misc]
    """A group whose commands are imported on first use, and one needs no word."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Words for our own commands and for those found through entry points."""
        found = {entry.name for entry in entry_points(group=ENTRY_POINT_GROUP)}
        return sorted((COMMANDS.keys() | found) - {DEFAULT_COMMAND})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; a word that names none is the default's first argument."""
        for name in (cmd_name, DEFAULT_COMMAND):
            if name not in self.commands and (command := load_command(name)):
                if name == DEFAULT_COMMAND:
                    command.context_class = DefaultContext
                name_variables(command, "" if name == DEFAULT_COMMAND else name)
                self.add_command(command, name)
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, and say so if a word is neither that nor a path."""
        word, known = args[0], self.list_commands(ctx)
        is_plain_word = word.replace("-", "").isalpha() and not word.startswith("-")
        # `Path.exists` raises where a name is too long to be one.
        is_there = os.path.exists(word)  # noqa: PTH110
        is_slip = is_plain_word and word not in known and not is_there
        # A shell that completes has not heard everything yet.
        if is_slip and not ctx.resilient_parsing:
            close = get_close_matches(word, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else "."
            ctx.fail(f"{word!r} is neither a file or folder nor a command{hint}")
        return super().resolve_command(ctx, args)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Both forms: that of the default command, and that of the others."""
        formatter.write_usage(ctx.command_path, "SRC... -o DIR [OPTIONS]")
        formatter.write_usage(ctx.command_path, "COMMAND [ARGS]...", prefix="       ")

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Show the options of the default command with our own, then the commands."""
        default = self.get_command(ctx, DEFAULT_COMMAND)
        shown = [*(default.params if default else ()), *self.get_params(ctx)]
        options = [each for each in shown if isinstance(each, click.Option)]
        records = [option.get_help_record(ctx) for option in options]
        with formatter.section("Options"):
            formatter.write_dl([record for record in records if record])
        self.format_commands(ctx, formatter)

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[CompletionItem]:
        """What may stand here: a command, or a source or option of the default one."""
        found = super().shell_complete(ctx, incomplete)
        default = self.get_command(ctx, DEFAULT_COMMAND)
        if default is not None:
            inner = click.Context(default, info_name=DEFAULT_COMMAND, parent=ctx)
            known = {item.value for item in found}
            offered = default.shell_complete(inner, incomplete)
            found += [item for item in offered if item.value not in known]
        is_option = bool(incomplete) and not incomplete[0].isalnum()
        files = [] if is_option else [CompletionItem(incomplete, type="file")]
        return found + files

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; our own errors become one line and their exit code."""
        try:
            return super().invoke(ctx)
        except ColorizeError as error:
            from colorize_cli.console import printable

            click.echo(f"Error: {printable(str(error))}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(INTERRUPTED)


def load_command(name: str) -> click.Command | None:
    """Import the command of that name; None if there is none."""
    if name in COMMANDS:
        module, attribute = COMMANDS[name]
        return getattr(import_module(module), attribute)
    for entry in entry_points(group=ENTRY_POINT_GROUP, name=name):
        return entry.load()
    return None


def name_variables(command: click.Command, name: str) -> None:
    """Let every option be set by the environment, under its long name.

    COLORIZE_SEED is --seed, COLORIZE_TRACE_SEED that of `colorize trace`.
    """
    for option in command.params:
        if isinstance(option, click.Option) and option.envvar is None:
            words = [ENVIRONMENT_PREFIX, name, max(option.opts, key=len).lstrip("-")]
            variable = "_".join(filter(None, words))
            option.envvar = variable.replace("-", "_").upper()


@click.group(
    cls=LazyGroup,
    default=DEFAULT_COMMAND,
    help=HELP,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="colorize")
def main() -> None:
    """The group itself does nothing; see HELP."""
