"""Options from a file, `colorize.toml`."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from colorize_cli.errors import ConfigError
from colorize_cli.options.group import Command, decorate

__all__ = ["FILE_NAME", "file_in_use", "file_options"]

# Looked for in the current folder.
FILE_NAME = "colorize.toml"
# What a context remembers: whether to look for the file, and which was found.
IGNORE_KEY, FILE_KEY = f"{__name__}.ignore", f"{__name__}.path"
NO_FLAG = "takes a value, not true or false"
# Not for the file: it cannot name itself, and a run must not be a rehearsal for ever.
ONLY_TYPED = {"config", "ignore_config", "dry_run", "help"}


def file_options(command: Command) -> Command:
    """Where options that are not typed come from."""
    options = [
        # First, so that the other sees it: eager options are handled as they were
        # typed, then in this order.
        click.option(
            "--ignore-config",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=ignore_file,
            help=f"Do not look for {FILE_NAME}.",
        ),
        click.option(
            "--config",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            is_eager=True,
            expose_value=False,
            callback=use_file,
            help="TOML file of options, for instance samples = 4; what is typed, or "
            f"set as COLORIZE_SAMPLES, goes first. [default: {FILE_NAME} in the "
            "current folder, if it is there]",
        ),
    ]
    return decorate(options, command)


def ignore_file(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    """Remember that no file is to be looked for."""
    ctx.meta[IGNORE_KEY] = value


def use_file(ctx: click.Context, param: click.Parameter, path: Path | None) -> None:
    """Make a file's settings the defaults of the options that are read after this.

    Raises:
        ConfigError: If the file is no TOML, or a key or value is no option's.
    """
    if path is None:
        path = Path(FILE_NAME)
        if ctx.meta[IGNORE_KEY] or ctx.resilient_parsing or not is_there(path):
            return
    ctx.default_map = {**(ctx.default_map or {}), **settings_of(path, ctx)}
    ctx.meta[FILE_KEY] = path


def is_there(path: Path) -> bool:
    """Whether a file is there, also where the folder may not be looked into."""
    try:
        return path.is_file()
    except OSError:
        return False


def file_in_use(ctx: click.Context) -> Path | None:
    """The file that the options of a command came from, if any did."""
    return ctx.meta.get(FILE_KEY)


def settings_of(path: Path, ctx: click.Context) -> dict[str, Any]:
    """What a file says, by the names that options have in code.

    Args:
        path: A TOML file; its keys are long options without the dashes in front.
        ctx: Of the command whose options they are.

    Raises:
        ConfigError: If the file is no TOML, or a key or value is no option's.
    """
    options = {
        max(option.opts, key=len).lstrip("-"): option
        for option in ctx.command.get_params(ctx)
        if isinstance(option, click.Option) and option.name not in ONLY_TYPED
    }
    settings = {}
    for key, value in contents_of(path).items():
        option = options.get(key.replace("_", "-"))
        if option is None or option.name is None:
            raise unknown(path, key, options)
        settings[option.name] = checked(path, key, value, option, ctx)
    return settings


def contents_of(path: Path) -> Mapping[str, Any]:
    """The file's table."""
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"is not TOML: {error}") from error


def unknown(path: Path, key: str, options: Mapping[str, object]) -> ConfigError:
    """The error for a key that is no option's, with what may have been meant."""
    close = get_close_matches(key.replace("_", "-"), options, n=1)
    hint = f"; did you mean {close[0]}?" if close else "; see colorize --help"
    return ConfigError(f"{path}: {key}", f"is no option{hint}")


def checked(
    path: Path, key: str, value: object, option: click.Option, ctx: click.Context
) -> object:
    """The value, if the option can take it.

    Raises:
        ConfigError: If not; the file is to blame, not the command line.
    """
    where = f"{path}: {key}"
    if isinstance(value, list) != option.multiple:
        raise ConfigError(where, "is a list" if option.multiple else "is one value")
    typed: list[str | bool] = []
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, bool) != option.is_flag:
            raise ConfigError(where, "is true or false" if option.is_flag else NO_FLAG)
        # Click would cut off what stands behind the point.
        if isinstance(each, float) and isinstance(
            option.type, click.types.IntParamType
        ):
            raise ConfigError(where, "is a whole number")
        if not isinstance(each, str | int | float):
            raise ConfigError(where, "is a text or a number")
        if "\0" in str(each):
            raise ConfigError(where, "holds a NUL")
        # As if it were typed: a number may stand for a path or a date.
        typed.append(each if isinstance(each, bool) else str(each))
    settled = typed if option.multiple else typed[0]
    try:
        option.type_cast_value(ctx, settled)
    except click.BadParameter as error:
        raise ConfigError(where, error.message) from error
    return settled
