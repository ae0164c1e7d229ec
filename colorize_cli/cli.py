"""The command `colorize`: finds its subcommands, turns errors into exit codes.

Subcommands are imported when they are needed, so that `--help` stays fast. Those of
other packages (`train`, `export-onnx`) come through the entry-point group
`colorize.commands`.
"""

from importlib import import_module
from importlib.metadata import entry_points

import click
from click_default_group import DefaultGroup

from colorize_cli import __version__
from colorize_cli.errors import ColorizeError

__all__ = ["main"]

ENTRY_POINT_GROUP = "colorize.commands"
DEFAULT_COMMAND = "photos"
# Command -> module and attribute.
COMMANDS = {
    "photos": ("colorize_cli.commands.photos", "photos"),
    "inspect": ("colorize_cli.commands.inspect", "inspect"),
    "import-checkpoint": (
        "colorize_cli.commands.import_checkpoint",
        "import_checkpoint",
    ),
}
INTERRUPTED = 130


class LazyGroup(DefaultGroup):  # type: ignore[misc]
    """A group whose commands are imported on first use; `photos` is the default."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of our own commands and of those found through entry points."""
        found = {entry.name for entry in entry_points(group=ENTRY_POINT_GROUP)}
        return sorted(COMMANDS.keys() | found)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; a word that names none is the default's first argument."""
        for name in (cmd_name, DEFAULT_COMMAND):
            if name not in self.commands and (command := load_command(name)):
                self.add_command(command, name)
        return super().get_command(ctx, cmd_name)

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Show the options of the default command above the list of commands."""
        default = self.get_command(ctx, DEFAULT_COMMAND)
        if default is not None:
            default.format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; our own errors become one line and their exit code."""
        try:
            return super().invoke(ctx)
        except ColorizeError as error:
            click.echo(f"Error: {error}", err=True)
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


@click.group(
    cls=LazyGroup,
    default=DEFAULT_COMMAND,
    default_if_no_args=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="colorize")
def main() -> None:
    r"""Colorize black-and-white photos, one or fifty thousand.

    \b
        colorize ./old_photos -o ./out
        colorize ./old_photos -o ./out --samples 4

    Photos keep their size, sharpness and metadata; the folder tree is mirrored; what is
    already in the output folder is skipped. A photo that cannot be read is reported and
    the others are still done.

    \b
    Exit codes: 0 all photos done or skipped, 1 the run could not be done,
    2 wrong usage, 3 some photos failed, 130 interrupted.
    """
