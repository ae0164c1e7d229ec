"""A run that kills itself, as if by kill -9, at a chosen call of a chosen function.

Or, at the stage `signal`, that is sent the signal whose number is the call, and once
more while it is ending.

python -m tests.killed STAGE CALL SEED PHOTOS OUT CONFIG
"""

import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from colorize_cli.files import disk
from colorize_cli.interrupts import soft_interrupts
from colorize_cli.model.config import ModelConfig
from colorize_cli.pipeline import Sampling
from tests.fake_backend import fake_model
from tests.runs import run

__all__ = ["STAGES", "main"]

# Stage -> what holds the function, its name, and whether death comes before the call.
STAGES = {
    "reading": (disk, "read", True),
    "draft written": (os, "fsync", True),
    "renaming": (Path, "replace", True),
    "renamed": (Path, "replace", False),
    "ledger": (os, "write", True),
    "ledger written": (os, "write", False),
}
STEPS_BEFORE_SIGNAL = 8


class Death:
    """Kills this process at the n-th call of what it wraps.

    One thread at a time makes such a call: none gets another in before the end.
    """

    def __init__(self, call: int):
        """Wait for that call, counted from 1."""
        self.left = call
        self.lock = threading.Lock()

    def comes(self) -> None:
        """One call less."""
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, function: Callable, *, is_before: bool) -> Callable:
        """The function, with death before or after it."""

        def call(*args, **settings):
            with self.lock:
                if is_before:
                    self.comes()
                result = function(*args, **settings)
                if not is_before:
                    self.comes()
                return result

        return call

    def tearing(self, write: Callable) -> Callable:
        """The function that writes to a file, with death halfway."""

        def torn(file, data):
            with self.lock:
                if self.left == 1:
                    write(file, data[: len(data) // 2])
                self.comes()
                return write(file, data)

        return torn


def main(stage, call, seed, photos, out, config):
    """Run, and die on the way."""
    death = Death(int(call))
    if stage == "half a line":
        os.write = death.tearing(os.write)
    elif stage in STAGES:
        holder, name, is_before = STAGES[stage]
        setattr(holder, name, death.around(getattr(holder, name), is_before=is_before))

    steps = []

    def send():
        os.kill(os.getpid(), int(call))

    def before_step(x):
        steps.append(len(x))
        if stage == "denoising":
            death.comes()
        if stage == "signal" and len(steps) == STEPS_BEFORE_SIGNAL:
            send()

    model = fake_model(ModelConfig.from_json(json.loads(config)), before_step)
    sampling = Sampling(seed=int(seed))
    settings = {"samples": 2, "batch_size": 2, "workers": 2, "sampling": sampling}
    with soft_interrupts():
        run(Path(photos), Path(out), model, on_interrupt=send, **settings)


if __name__ == "__main__":
    main(*sys.argv[1:])
