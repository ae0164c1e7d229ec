"""Ctrl-C and SIGTERM as a wish: the run saves and ends after the iteration."""

import signal
import threading
from types import FrameType, TracebackType
from typing import Any, Self

__all__ = ["StopSignals"]


class StopSignals:
    """In the context, the first signal sets `requested`; a second Ctrl-C stops now."""

    def __init__(self) -> None:
        """Nothing is requested yet."""
        self.requested = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Install the handlers; signals reach only the main thread."""
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Put the old handlers back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested and number == signal.SIGINT:
            raise KeyboardInterrupt
        self.requested = True
