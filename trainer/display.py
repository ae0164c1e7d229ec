"""What a run shows on the terminal; the only file of the trainer that imports rich."""

import logging
from collections.abc import Mapping

from rich.console import Console
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table

from trainer.plan import Plan
from trainer.tracking import Captioned

__all__ = ["Display", "show_logging", "show_plan"]

SHOWN = {
    "loss": "loss {:.4f}",
    "lr": "lr {:.1e}",
    "grad_norm": "grad {:.2f}",
    "images_per_s": "{:.1f} photos/s",
    "peak_share": "{:.1%} of peak",
    "minutes": "{:.1f} min",
    "train_loss": "train_loss {:.4f}",
    "val_loss": "val_loss {:.4f}",
    "val_mae": "val_mae {:.4f}",
    "psnr": "PSNR {:.2f} dB",
    "chroma_ratio": "chroma {:.2f}",
    "spread": "spread {:.2f}",
}


def show_logging(console: Console, *, verbose: bool) -> None:
    """Send the trainer's log messages to the console."""
    handler = RichHandler(console=console, show_path=False, show_level=False)
    trainer_logger = logging.getLogger("trainer")
    trainer_logger.handlers = [handler]
    trainer_logger.setLevel(logging.DEBUG if verbose else logging.INFO)


def show_plan(plan: Plan, console: Console) -> None:
    """Print what a run would do."""
    table = Table(show_header=False, box=None)
    for name, value in plan.rows():
        table.add_row(name, value)
    console.print(table, highlight=False)


def describe(figures: Mapping[str, float]) -> str:
    """The figures that a reader wants to see go by."""
    shown = [text.format(figures[k]) for k, text in SHOWN.items() if k in figures]
    return "  ".join(shown)


class Display:
    """A tracker that shows a bar on a terminal, and lines elsewhere."""

    def __init__(self, console: Console) -> None:
        """Start the bar, if the console is a terminal."""
        self.console = console
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self.task = self.progress.add_task("starting", total=1.0)
        self.progress.start()

    def log(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Move the bar; validations, and all figures off a terminal, are lines."""
        text = f"{iteration:>7}  {describe(figures)}"
        if "progress" in figures:
            self.progress.update(
                self.task, description=text, completed=figures["progress"]
            )
        if "progress" not in figures or not self.console.is_terminal:
            self.console.print(text, highlight=False, soft_wrap=True)

    def log_pictures(self, iteration: int, name: str, pictures: Captioned) -> None:
        """A terminal shows no pictures."""

    def finish(self) -> None:
        """Take the bar away."""
        self.progress.stop()
