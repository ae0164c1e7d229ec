"""The training loop: step, measure, save, until the budget or the slot is used up."""

import logging
import math
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch

from colorize_cli.errors import TrainingError
from trainer.budget import Budget
from trainer.checkpoints import Checkpoints, RunState
from trainer.config import TrainConfig
from trainer.data import Batches, workers_watched
from trainer.learner import Learner, StepResult, learning_rate
from trainer.memory import memory_watched
from trainer.models import copy_model, write_model
from trainer.stopping import StopSignals
from trainer.tracking import Tracker
from trainer.validation import Pictures, Validation, ValidationResult

__all__ = ["Ending", "Loop"]

logger = logging.getLogger("trainer")

Ending = Literal["finished", "slot over", "interrupted"]
BEST, MODEL = "best.safetensors", "model.safetensors"


@dataclass
class Loop:
    """A run in one process of the crew."""

    config: TrainConfig
    learner: Learner
    batches: Batches
    validation: Validation
    checkpoints: Checkpoints
    tracker: Tracker
    state: RunState
    budget: Budget
    # Iterations per epoch.
    per_epoch: int
    # The run's folder.
    folder: Path
    # When this slot must end, on time.monotonic()'s clock.
    deadline: float = math.inf
    # Photos per second that the device could do at best; None if not known.
    photos_at_peak: float | None = None
    # For the provenance of model files.
    name: str = ""
    # Iteration, learning rate and result of the steps since the last log line.
    _pending: list[tuple[int, float, StepResult]] = field(
        default_factory=list, init=False
    )
    # When the last log line, validation or checkpoint was done.
    _timer: float = field(default=0.0, init=False)
    # Where the last validation and checkpoint were; a resumed run repeats neither.
    _validated: int = field(default=-1, init=False)
    _saved: int = field(default=-1, init=False)
    _saved_at_s: float = field(default=0.0, init=False)

    def __post_init__(self) -> None:
        """Take up the state that was restored."""
        state = self.state
        self._validated = -1 if state.loss_count else state.iteration
        self._saved, self._saved_at_s = state.iteration, state.elapsed_s

    def run(self) -> Ending:
        """Train until something ends it; the state is saved whatever that is.

        Raises:
            TrainingError: If the loss is not finite, memory runs out, a process that
                decodes photos dies, or a file cannot be written; the last good
                checkpoint is kept.
        """
        self._timer = time.monotonic()
        begin = self._timer - self.state.elapsed_s
        with StopSignals() as signals, workers_watched():
            while True:
                now = time.monotonic()
                elapsed, stop = self.learner.crew.agree(
                    now - begin, signals.requested or now >= self.deadline
                )
                self.state.elapsed_s = elapsed
                progress = self.budget.progress(self.state.iteration, elapsed)
                if stop or progress >= 1:
                    break
                self._iterate(progress)
            self._close(finished=progress >= 1)
        if progress >= 1:
            return "finished"
        return "interrupted" if signals.requested else "slot over"

    def _iterate(self, progress: float) -> None:
        """One step and what is due after it."""
        state, config = self.state, self.config
        rate = learning_rate(config.optim, state.iteration, progress)
        with memory_watched(self.learner):
            batch = self.batches.batch(state.iteration)
            result = self.learner.step(batch, state.iteration, rate)
        state.skipped |= batch.skipped
        state.iteration += 1
        self._pending.append((state.iteration, rate, result))
        if state.iteration % config.log_every == 0:
            self._log()
        if state.iteration % (config.val.every or self.per_epoch) == 0:
            self._validate()
        if self._checkpoint_due():
            self._save()

    def _checkpoint_due(self) -> bool:
        config, state = self.config, self.state
        every = config.checkpoint_every
        if not every and not config.checkpoint_minutes:
            every = self.per_epoch
        if every and state.iteration % every == 0:
            return True
        since = state.elapsed_s - self._saved_at_s
        return 0 < config.checkpoint_minutes * 60 <= since

    def _log(self) -> None:
        """Read what the last steps measured, check it, and log it."""
        if not self._pending:
            return
        losses = [float(result.loss) for _, _, result in self._pending]
        for (iteration, _, _), loss in zip(self._pending, losses, strict=True):
            if not math.isfinite(loss):
                raise self._not_finite(iteration, loss)
            self.state.loss_sum += loss
            self.state.loss_count += 1
        seconds = time.monotonic() - self._timer
        iteration, rate, last = self._pending[-1]
        figures = {
            "loss": sum(losses) / len(losses),
            "lr": rate,
            "grad_norm": float(last.grad_norm),
            "images_per_s": len(losses) * self.config.optim.batch_size / seconds,
            "epoch": iteration / self.per_epoch,
            "minutes": self.state.elapsed_s / 60,
            "progress": self.budget.progress(iteration, self.state.elapsed_s),
            "skipped": len(self.state.skipped),
        }
        if self.learner.device.type == "cuda":
            figures["gpu_memory_gb"] = torch.cuda.max_memory_allocated() / 2**30
        if self.photos_at_peak is not None:
            figures["peak_share"] = figures["images_per_s"] / self.photos_at_peak
        self.tracker.log(iteration, figures)
        self._pending.clear()
        self._timer = time.monotonic()

    def _not_finite(self, iteration: int, loss: float) -> TrainingError:
        names = self.batches.names(iteration - 1)
        shown = ", ".join(names[:4]) + (", ..." if len(names) > 4 else "")
        kept = self.checkpoints.complete()
        rest = (
            f"the last good checkpoint is {kept[-1]}" if kept else "none was saved yet"
        )
        return TrainingError(
            f"the loss became {loss} at iteration {iteration} (photos {shown}); "
            f"{rest}; lower optim.lr or set optim.clip_norm"
        )

    def _validate(self) -> None:
        """Measure on the validation photos; keep the weights if they are the best."""
        self._log()
        state = self.state
        if self._validated == state.iteration:
            return
        self._validated = state.iteration
        if self.learner.crew.leads:
            result = self._measure()
            figures = {
                "train_loss": state.loss_sum / max(state.loss_count, 1),
                **result.metrics,
            }
            self.tracker.log(state.iteration, figures)
            if result.pictures is not None:
                self._show(result.pictures)
            self._keep_best(result.metrics)
        state.loss_sum, state.loss_count = 0.0, 0
        self._timer = time.monotonic()

    def _measure(self) -> ValidationResult:
        """Measure; should that fail, what was trained is saved first."""
        try:
            return self.validation.measure(self.learner)
        except TrainingError:
            self._save()
            raise

    def _keep_best(self, metrics: dict[str, float]) -> None:
        metric = self.config.val.best
        state = self.state
        if metric == "last":
            return
        if state.best is None or metrics[metric] < state.best:
            state.best, state.best_iteration = metrics[metric], state.iteration
            self._write(BEST, metrics)

    def _write(self, name: str, metrics: dict[str, float] | None = None) -> None:
        about = {"recipe": self.name, **(metrics or {})}
        write_model(self.folder / name, self.learner, self.state, about)

    def _show(self, pictures: Pictures) -> None:
        """Predictions, the truth, and the variants of each of the first photos."""
        iteration = self.state.iteration
        caption = f"iteration {iteration}, epoch {iteration / self.per_epoch:.1f}"
        shown = range(min(8, len(pictures.truth)))
        predicted = [(pictures.predicted[i, 0], caption) for i in shown]
        truth = [(pictures.truth[i], caption) for i in shown]
        self.tracker.log_pictures(iteration, "pred_images", predicted)
        self.tracker.log_pictures(iteration, "gt_images", truth)
        if self.config.val.variants > 1:
            self.tracker.log_pictures(
                iteration, "variants", [(pictures.grid(8), caption)]
            )

    def _save(self) -> None:
        self._log()
        if self.learner.crew.leads and self._saved != self.state.iteration:
            path = self.checkpoints.save(self.learner, self.state)
            self._saved = self.state.iteration
            logger.info("checkpoint %s", path)
        self._saved_at_s = self.state.elapsed_s
        self._timer = time.monotonic()

    def _close(self, *, finished: bool) -> None:
        """Save, validate at the very end, and write the model."""
        self._log()
        if finished and self.state.iteration:
            self._validate()
        self._save()
        best = self.folder / BEST
        if not self.learner.crew.leads:
            return
        if self.config.val.best != "last" and best.exists():
            copy_model(best, self.folder / MODEL)
        else:
            self._write(MODEL)
