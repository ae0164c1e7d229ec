"""Write docs/cli.md from the commands themselves: `python -m scripts.cli_docs`."""

import textwrap
from pathlib import Path

import click

from colorize_cli.cli import DEFAULT_COMMAND, main

PAGE = Path(__file__).parent.parent / "docs" / "cli.md"
INTRODUCTION = """\
# The command line

Every command and every option, as `--help` prints them. This page is written by
`scripts/cli_docs.py` (`make fix` runs it); a test keeps it current.
"""
FOOTER = """\
## All commands

- `-h, --help`: Show a command's options and stop.
- `colorize --version`: Show the version and stop.

Exit codes are in [errors.md](errors.md).
"""
WIDTH = 88


def render() -> str:
    """The whole page: the default command first, the others by name."""
    context = click.Context(main, info_name="colorize")
    names = [DEFAULT_COMMAND, *main.list_commands(context)]
    sections = [INTRODUCTION, *(section(context, name) for name in names), FOOTER]
    return "\n".join(sections)


def section(parent: click.Context, name: str) -> str:
    """Heading, usage, description and options of one command."""
    command = main.get_command(parent, name)
    if command is None:
        raise LookupError(f"the group lists {name} but does not have it")
    shown = "" if name == DEFAULT_COMMAND else name
    context = click.Context(command, info_name=shown, parent=parent)
    title = "colorize" if name == DEFAULT_COMMAND else f"colorize {name}"
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [f"## {title}", "", f"    {title} {usage}", ""]
    lines += [paragraphs(command.help or ""), ""]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if isinstance(parameter, click.Option) and record and not is_help(parameter):
            lines.append(item(*record))
    return "\n".join(lines) + "\n"


def is_help(option: click.Option) -> bool:
    """Whether it is the `--help` that every command has."""
    return "--help" in option.opts


def item(names: str, meaning: str) -> str:
    """One option as a list item."""
    return textwrap.fill(
        f"- `{names}`: {meaning}",
        WIDTH,
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def paragraphs(text: str) -> str:
    """Markdown of Click's help text; blocks marked with a backspace are kept."""
    blocks = []
    for block in text.strip().split("\n\n"):
        if block.startswith("\b"):
            kept = block.removeprefix("\b").strip("\n").splitlines()
            blocks.append("\n".join(f"    {line.strip()}" for line in kept))
        else:
            blocks.append(textwrap.fill(" ".join(block.split()), WIDTH))
    return "\n\n".join(blocks)


if __name__ == "__main__":
    PAGE.write_text(render())
