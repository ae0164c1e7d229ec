"""Watching a run that others carry out."""

from collections.abc import Callable
from typing import Protocol

from colorize_cli.cluster.desk import News
from colorize_cli.cluster.tally import Tally
from colorize_cli.errors import EngineError

__all__ = ["Follower"]

# How often the desk is asked for news.
POLL_S = 0.2


class Work(Protocol):
    """What hands portions to workers: a `Feed`."""

    @property
    def is_over(self) -> bool:
        """Whether all portions have ended."""

    def wait(self, seconds: float) -> None:
        """Wait until all is over, but no longer than this."""


class Talk(Protocol):
    """What may be asked of the desk; see `Desk`."""

    def stop(self) -> None:
        """Have no more portions begun."""

    def news(self, seen_count: int) -> News:
        """What has happened since the caller has seen so many outcomes."""


class Follower:
    """Counts what ends, until everything has, or the run is to end early."""

    def __init__(self, feed: Work, desk: Talk, tally: Tally) -> None:
        """Nothing has been heard yet."""
        self.feed = feed
        self.desk = desk
        self.tally = tally
        self.seen_count = 0
        self.is_stopping = False

    def follow(self, on_interrupt: Callable[[], None]) -> None:
        """Ask the desk for news, again and again.

        Raises:
            EngineError: If a worker cannot work, or Ray has given up.
        """
        while True:
            try:
                if self.is_done():
                    return
                self.feed.wait(POLL_S)
            except KeyboardInterrupt:
                if self.tally.report.is_interrupted:
                    raise
                self.tally.report.is_interrupted = True
                on_interrupt()
                self.stop()

    def stop(self) -> None:
        """Have workers end what they are at, and begin nothing more."""
        self.desk.stop()
        self.is_stopping = True

    def is_done(self) -> bool:
        """Count the news; whether there will be no more."""
        # Asked before the news, or the last of them would be missed.
        is_over = self.feed.is_over
        news = self.desk.news(self.seen_count)
        for outcome in news.outcomes:
            self.seen_count += 1
            self.tally.end(outcome)
        if news.refusal:
            raise EngineError(news.refusal)
        if self.tally.is_over and not self.is_stopping:
            self.stop()
        self.tally.report.denoise_s = news.effort.denoise_s
        self.tally.report.smaller_batches = news.effort.smaller_batches
        return is_over or (self.is_stopping and not news.open_count)
