"""What a run shows."""

import io
import logging

import numpy as np
from rich.console import Console

from trainer.display import Display, show_logging

FIGURES = {"loss": 0.25, "lr": 1e-4, "images_per_s": 31.26, "progress": 0.5}


def console(*, terminal: bool) -> Console:
    """A console into a string."""
    return Console(file=io.StringIO(), force_terminal=terminal, width=120)


def test_figures_are_lines_off_a_terminal():
    """One line each, no control characters."""
    target = console(terminal=False)
    display = Display(target)
    display.log(50, FIGURES)
    display.log(50, {"val_loss": 0.3, "val_mae": 0.05})
    display.log_pictures(50, "x", [(np.zeros((2, 2, 3), np.uint8), "a")])
    display.finish()
    assert target.file.getvalue().splitlines() == [
        "     50  loss 0.2500  lr 1.0e-04  31.3 photos/s",
        "     50  val_loss 0.3000  val_mae 0.0500",
    ]


def test_terminal_has_a_bar_and_lines_for_validations():
    """Steps move the bar only."""
    target = console(terminal=True)
    display = Display(target)
    display.log(50, FIGURES)
    display.log(50, {"val_loss": 0.3})
    display.finish()
    shown = target.file.getvalue()
    assert "50%" in shown
    assert shown.count("val_loss 0.3000") == 1


def test_log_messages_reach_the_console():
    """Those of the trainer; the handler replaces an earlier one."""
    target = console(terminal=False)
    for _ in range(2):
        show_logging(target, verbose=False)
    logger = logging.getLogger("trainer")
    try:
        logger.info("checkpoint %s", "here")
        logger.debug("hidden")
    finally:
        logger.handlers.clear()
    shown = target.file.getvalue()
    assert shown.count("checkpoint here") == 1
    assert "hidden" not in shown
