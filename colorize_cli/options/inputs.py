"""What is read."""

import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from colorize_cli.errors import PlanError
from colorize_cli.options.group import Command, decorate

if TYPE_CHECKING:
    from colorize_cli.files import Selection

__all__ = ["input_options", "listed_paths", "selection_of"]


class SourcePlace(click.ParamType[Path | str]):
    """A file or folder that is there, a URL, or `-`."""

    name = "source"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path | str:
        """Parse what stands on the command line."""
        if value == "-" or "://" in str(value):
            return str(value)
        # What may not be read fails by itself, the others are done.
        path = click.Path(exists=True, readable=False, path_type=Path)
        return path.convert(value, param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """What the shell finds on the disk."""
        return [CompletionItem(incomplete, type="file")]


class ListFile(click.File):
    """A list that is opened for reading, or `-`."""

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Any:  # noqa: ANN401
        """Open what stands on the command line."""
        # None where the shell has closed it, as `<&-` does.
        if value == "-" and sys.stdin is None:
            self.fail("stdin is closed.", param, ctx)
        return super().convert(value, param, ctx)


class Moment(click.ParamType[int]):
    """A date or time, or a file whose time it is, in nanoseconds since 1970."""

    name = "moment"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int:
        """Parse what stands on the command line."""
        with suppress(ValueError):
            # Without a zone it is local time.
            return int(datetime.fromisoformat(value).timestamp() * 1e6) * 1000
        # Without a name it would be the current folder.
        with suppress(OSError):
            if value:
                return Path(value).stat().st_mtime_ns
        self.fail(
            f"'{value}' is neither a file nor a time like 2026-11-22 or "
            "2026-11-22T14:30.",
            param,
            ctx,
        )


def input_options(command: Command) -> Command:
    """Which photos are colorized."""
    options = [
        click.argument("sources", metavar="SRC...", nargs=-1, type=SourcePlace()),
        click.option(
            "--files-from",
            type=ListFile("rb"),
            metavar="FILE|-",
            help="Colorize the photos that FILE lists, one path a line, relative to "
            "SRC or the current folder; - reads the list from stdin.",
        ),
        click.option(
            "--null",
            is_flag=True,
            help="Paths in --files-from and --failed-list end with a NUL.",
        ),
        click.option(
            "--include",
            multiple=True,
            metavar="PATTERN",
            help="Colorize only photos whose path under SRC matches, as in .gitignore; "
            "may be repeated.",
        ),
        click.option(
            "--exclude",
            multiple=True,
            metavar="PATTERN",
            help="Leave out photos whose path under SRC matches; may be repeated.",
        ),
        click.option(
            "--newer-than",
            type=Moment(),
            metavar="TIME|FILE",
            help="Colorize only photos changed after this time, for instance "
            "2026-11-22, or after FILE was.",
        ),
        click.option(
            "--watch",
            is_flag=True,
            help="Go on with photos that arrive in SRC, until Ctrl-C.",
        ),
    ]
    return decorate(options, command)


def listed_paths(
    sources: tuple[Path | str, ...], options: dict[str, Any]
) -> list[str] | None:
    """The paths in `--files-from`; None without one.

    Raises:
        UsageError: If there is neither a list nor a SRC, or `--null` without a list.
        PlanError: If the list cannot be read.
    """
    from colorize_cli.files import paths_in

    if (file := options["files_from"]) is not None:
        try:
            listed = file.read()
        except OSError as error:
            reason = f"--files-from: cannot be read ({error.strerror})"
            raise PlanError(reason) from error
        return paths_in(listed, null=options["null"])
    if options["null"] and options["failed_list"] is None:
        raise click.UsageError(
            "--null says how --files-from or --failed-list is written; give both."
        )
    if not sources:
        raise click.UsageError("Missing argument 'SRC...'.")
    return None


def selection_of(options: dict[str, Any]) -> "Selection":
    """Which of the photos are wanted.

    Raises:
        PlanError: If a pattern is none.
    """
    from colorize_cli.files import Selection

    return Selection(
        include=options["include"],
        exclude=options["exclude"],
        newer_than_ns=options["newer_than"],
    )
