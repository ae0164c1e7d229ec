"""How a run goes: how much at once, what is done again, what is said."""

import os
from pathlib import Path
from typing import Any

import click

from colorize_cli.cores import usable_cores
from colorize_cli.options.group import Command, decorate
from colorize_cli.shard import Shard

__all__ = ["BatchSize", "default_jobs", "run_options"]


class BatchSize(click.ParamType[int | None]):
    """A number of at least 1, or `auto`, which is None."""

    name = "batch size"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> int | None:
        """Parse what stands on the command line."""
        if value == "auto":
            return None
        return click.IntRange(min=1).convert(value, param, ctx)


class ShardOfRun(click.ParamType[Shard]):
    """`I/N`, or `slurm`."""

    name = "shard"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Shard:
        """Parse what stands on the command line."""
        try:
            return Shard.parse(value, os.environ)
        except ValueError as error:
            self.fail(f"{error}.", param, ctx)


def default_jobs() -> int:
    """One per core, at most 8."""
    return min(8, usable_cores())


def run_options(command: Command) -> Command:
    """How much at once, which photos, what is done again, what is said."""
    options = [
        click.option(
            "--batch-size",
            type=BatchSize(),
            default="auto",
            show_default=True,
            metavar="N|auto",
            help="Pictures that the network works on at once.",
        ),
        click.option(
            "--jobs",
            type=click.IntRange(min=1),
            default=default_jobs,
            show_default="one per core, at most 8",
            help="Threads that read and threads that write.",
        ),
        click.option(
            "--overwrite",
            is_flag=True,
            help="Make again what is already there, whoever has made it.",
        ),
        click.option(
            "--retry-failed",
            is_flag=True,
            help="See only to photos that failed when they were last tried.",
        ),
        click.option(
            "--shard",
            type=ShardOfRun(),
            metavar="I/N|slurm",
            help="See only to the I-th of N parts of the photos, which N machines "
            "share; slurm takes both numbers from the job array.",
        ),
        click.option(
            "--engine",
            type=click.Choice(["local", "ray"]),
            default="local",
            show_default=True,
            help="Who colorizes: this process, or workers on the machines of a Ray "
            "cluster, each with --jobs cores or one GPU.",
        ),
        click.option(
            "--ray-address",
            metavar="HOST:PORT|auto",
            help="The cluster for --engine ray; auto is the one that this machine is "
            "in. [default: RAY_ADDRESS, else all of this machine]",
        ),
        click.option(
            "--fail-fast", is_flag=True, help="End at the first failed photo."
        ),
        click.option(
            "--max-errors",
            type=click.IntRange(min=1),
            metavar="N",
            help="End once N photos have failed. [default: never]",
        ),
        click.option(
            "--failed-list",
            type=click.Path(dir_okay=False, writable=True, path_type=Path),
            metavar="FILE",
            help="Write the photos that failed to FILE, one path under SRC a line.",
        ),
        click.option(
            "--log-json",
            is_flag=True,
            help="Print what happens as JSON Lines on stdout; the report on stderr.",
        ),
        click.option(
            "-n",
            "--dry-run",
            is_flag=True,
            help="Say what would be done, and stop.",
        ),
        click.option(
            "-v", "--verbose", is_flag=True, help="List every photo; tracebacks."
        ),
        click.option("-q", "--quiet", is_flag=True, help="Print only what failed."),
    ]
    return decorate(options, command)
