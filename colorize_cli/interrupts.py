"""Ctrl-C and SIGTERM as a wish to end soon, the second time as an order."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["soft_interrupts"]

SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def soft_interrupts() -> Iterator[None]:
    """In the context, the first signal raises KeyboardInterrupt in the main thread.

    A second one ends the process at once, in whatever state it is: Python's own
    handling would wait for every thread first. Signals that the caller of the process
    has set to be ignored, as shells do for background jobs, stay ignored.
    """

    def interrupt(number: int, frame: FrameType | None) -> None:
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        raise KeyboardInterrupt

    before = {each: signal.getsignal(each) for each in SIGNALS}
    before = {
        each: handler
        for each, handler in before.items()
        if handler is not signal.SIG_IGN
    }
    for each in before:
        signal.signal(each, interrupt)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
