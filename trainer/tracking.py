"""Where a run's figures and pictures go: always a local log, and wandb if asked for."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from colorize_cli.errors import ConfigError, TrainingError
from trainer.replacing import replacing

__all__ = [
    "Captioned",
    "LocalTracker",
    "NullTracker",
    "Tracker",
    "Trackers",
    "WandbMode",
    "WandbTracker",
]

logger = logging.getLogger("trainer")

WandbMode = Literal["online", "offline", "disabled"]
Captioned = Sequence[tuple[NDArray[np.uint8], str]]


class Tracker(Protocol):
    """Takes what a run measures."""

    def log(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Figures of an iteration; iterations never go back."""

    def log_pictures(self, iteration: int, name: str, pictures: Captioned) -> None:
        """Captioned sRGB pictures, (H, W, 3) uint8, under a common name."""

    def finish(self) -> None:
        """Write out what is buffered; called once, whatever ends the run."""


class NullTracker:
    """Takes everything and does nothing: for the processes that do not lead."""

    def log(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Ignore the figures."""

    def log_pictures(self, iteration: int, name: str, pictures: Captioned) -> None:
        """Ignore the pictures."""

    def finish(self) -> None:
        """There is nothing to finish."""


class LocalTracker:
    """`log.jsonl`, one JSON object a line, and a PNG sheet per set of pictures."""

    def __init__(self, folder: Path, resumed_at: int | None) -> None:
        """Open the log.

        Args:
            folder: The run's folder.
            resumed_at: Iteration of the checkpoint that the run goes on from; later
                lines, which will be logged again, are dropped. None starts a new log.

        Raises:
            TrainingError: If the log cannot be written.
        """
        self.folder = folder
        self.path = folder / "log.jsonl"
        # A full disk must not cost the lines that are there.
        with replacing(self.path) as partial:
            kept = []
            if resumed_at is not None and self.path.exists():
                lines = self.path.read_text(encoding="utf-8").splitlines()
                kept = [line for line in lines if line_iteration(line) <= resumed_at]
            partial.write_text("".join(f"{line}\n" for line in kept))

    def log(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Append a line."""
        line = json.dumps({"iteration": iteration, **figures})
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except OSError as error:
            raise TrainingError(f"{self.path}: cannot be written ({error})") from error

    def log_pictures(self, iteration: int, name: str, pictures: Captioned) -> None:
        """Write the pictures side by side as `pictures/ITERATION-NAME.png`."""
        if not pictures:
            return
        folder = self.folder / "pictures"
        height = max(picture.shape[0] for picture, _ in pictures)
        padded = [
            np.pad(picture, ((0, height - len(picture)), (0, 2), (0, 0)))
            for picture, _ in pictures
        ]
        sheet = np.concatenate(padded, axis=1)
        _, data = cv2.imencode(".png", sheet[..., ::-1])
        path = folder / f"{iteration:08d}-{name}.png"
        try:
            folder.mkdir(exist_ok=True)
            path.write_bytes(data.tobytes())
        except OSError as error:
            raise TrainingError(f"{path}: cannot be written ({error})") from error

    def finish(self) -> None:
        """Every line is on disk already."""


def line_iteration(line: str) -> int:
    """The iteration of a log line; a torn line counts as later than all."""
    try:
        return int(json.loads(line)["iteration"])
    except (ValueError, KeyError, TypeError):
        return 2**63


class WandbTracker:
    """Weights & Biases; the key comes from WANDB_API_KEY or `wandb login`.

    Once a run is under way it does not end with wandb: its service may be killed by the
    signal that tells the run to save. The local log has all figures.
    """

    def __init__(
        self,
        mode: WandbMode,
        project: str,
        config: Mapping[str, Any],
        folder: Path,
    ) -> None:
        """Start or continue the run that belongs to the folder.

        Raises:
            ConfigError: If wandb is not installed, or does not let us in, or cannot
                write to the folder.
        """
        try:
            import wandb
        except ImportError as error:
            raise ConfigError(
                "--wandb", "wandb is not installed; pip install wandb"
            ) from error
        self._image = wandb.Image
        id_file = folder / "wandb_run_id"
        try:
            run_id = id_file.read_text() if id_file.exists() else None
            self.run: Any = wandb.init(
                project=project,
                config=dict(config),
                dir=folder,
                mode=mode,
                id=run_id,
                resume="allow",
                settings=wandb.Settings(silent=True, console="off"),
            )
            id_file.write_text(self.run.id)
        except (wandb.Error, OSError) as error:
            reason = str(error).partition("\n")[0].rstrip(".")
            raise ConfigError(
                "--wandb", f"{reason}; use --wandb offline, or log in"
            ) from error

    def log(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Log under the iteration as wandb's step."""
        self._tell(lambda run: run.log(dict(figures), step=iteration))

    def log_pictures(self, iteration: int, name: str, pictures: Captioned) -> None:
        """Log as a list of captioned images."""

        def log(run: Any) -> None:  # noqa: ANN401
            images = [self._image(picture, caption=text) for picture, text in pictures]
            run.log({name: images}, step=iteration)

        self._tell(log)

    def finish(self) -> None:
        """Close the run."""
        self._tell(lambda run: run.finish())

    def _tell(self, say: Callable[[Any], None]) -> None:
        """Say it, unless wandb has failed before."""
        if self.run is None:
            return
        try:
            say(self.run)
        except Exception as error:  # of any kind
            self.run = None
            logger.warning("wandb failed, the run goes on without it: %r", error)


class Trackers:
    """Several trackers as one."""

    def __init__(self, *trackers: Tracker) -> None:
        """In the order in which they are told."""
        self.trackers = trackers

    def log(self, iteration: int, figures: Mapping[str, float]) -> None:
        """Tell every tracker."""
        for tracker in self.trackers:
            tracker.log(iteration, figures)

    def log_pictures(self, iteration: int, name: str, pictures: Captioned) -> None:
        """Show every tracker."""
        for tracker in self.trackers:
            tracker.log_pictures(iteration, name, pictures)

    def finish(self) -> None:
        """Finish every tracker."""
        for tracker in self.trackers:
            tracker.finish()
