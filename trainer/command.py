"""`colorize train`, also `python -m trainer`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from trainer.config import TrainConfig
    from trainer.run import Slot
    from trainer.tracking import Trackers, WandbMode

__all__ = ["train"]

# Of the extra `train`; without them nothing can be trained.
PACKAGES = ("torch", "torchvision", "safetensors")


@click.command()
@click.argument("config", metavar="CONFIG.toml")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the run: checkpoints, log, models.  [default: runs/CONFIG]",
)
@click.option(
    "--resume", is_flag=True, help="Go on from the newest checkpoint in --out."
)
@click.option("--data", multiple=True, help="Training folder or shards, not CONFIG's.")
@click.option("--val", multiple=True, help="Validation folder or shards, not CONFIG's.")
@click.option("--init", help="Start from these weights (.safetensors).")
@click.option(
    "--max-minutes",
    type=click.FloatRange(min=0, min_open=True),
    help="End after so many minutes, saved; go on with --resume.",
)
@click.option(
    "--set", "overrides", multiple=True, help="table.key=value, over CONFIG's."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda.")
@click.option(
    "--wandb",
    type=click.Choice(["online", "offline", "disabled"]),
    default="disabled",
    show_default=True,
    help="Track with Weights & Biases; the key is read from its own login.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be done, and how fast.")
@click.option("-v", "--verbose", is_flag=True, help="Say more.")
@click.pass_context
def train(
    context: click.Context,
    config: str,
    out: Path | None,
    resume: bool,
    data: tuple[str, ...],
    val: tuple[str, ...],
    init: str | None,
    max_minutes: float | None,
    overrides: tuple[str, ...],
    device: str,
    wandb: "WandbMode",
    dry_run: bool,
    verbose: bool,
) -> None:
    """Train a model as CONFIG.toml says.

    CONFIG.toml is a file, or one of the presets `reference` (the tutorial), `default`
    (the model that is shipped) and `smoke` (seconds on a CPU).
    """
    require_packages()
    from rich.console import Console

    from trainer.config import TrainConfig
    from trainer.crew import assemble, choose_device
    from trainer.display import show_logging, show_plan
    from trainer.plan import make_plan
    from trainer.run import Slot
    from trainer.run import train as run

    settings = TrainConfig.load(
        config, replaced(data=data, val=val, init=init, overrides=overrides)
    )
    console = Console(stderr=True)
    show_logging(console, verbose=verbose)
    chosen = choose_device(device)
    crew = assemble(chosen)
    slot = Slot(
        folder=out or Path("runs", Path(config).stem),
        device=chosen,
        crew=crew,
        resume=resume,
        max_minutes=max_minutes,
        name=Path(config).stem,
    )
    try:
        if dry_run:
            show_plan(make_plan(settings, slot), Console())
            return
        ending = run(
            settings, slot, lambda at: make_tracker(settings, slot, wandb, console, at)
        )
    finally:
        crew.dismiss()
    if crew.leads:
        click.echo(f"{ending}: {slot.folder}")
    if ending == "interrupted":
        context.exit(130)


def require_packages() -> None:
    """Raise a BackendError with the pip command if the extra `train` is missing."""
    from importlib.util import find_spec

    from colorize_cli.errors import BackendError
    from colorize_cli.extras import cure

    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        raise BackendError("train", f"needs {missing[0]}; {cure('train')}")


def replaced(
    *,
    data: tuple[str, ...],
    val: tuple[str, ...],
    init: str | None,
    overrides: tuple[str, ...],
) -> list[str]:
    """The options that stand for settings, as overrides; --set comes last."""
    import json

    found = []
    if data:
        found.append(f"data.train={json.dumps(data)}")
        if not val:
            found.append("data.val=[]")
    if val:
        found.append(f"data.val={json.dumps(val)}")
    if init:
        found.append(f"init={json.dumps(init)}")
    return [*found, *overrides]


def make_tracker(
    settings: "TrainConfig",
    slot: "Slot",
    wandb: "WandbMode",
    console: "Console",
    resumed_at: int | None,
) -> "Trackers":
    """The local log, the display, and wandb if asked for."""
    from trainer.display import Display
    from trainer.tracking import LocalTracker, Tracker, Trackers, WandbTracker

    local = LocalTracker(slot.folder, resumed_at)
    trackers: list[Tracker] = [local]
    if wandb != "disabled":
        trackers.append(
            WandbTracker(wandb, settings.project, settings.to_dict(), slot.folder)
        )
    return Trackers(*trackers, Display(console))
