"""Signals as a wish to stop."""

import os
import signal
import threading

import pytest

from trainer.stopping import StopSignals


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_first_signal_is_a_wish(number):
    """Nothing is interrupted, and the old handler comes back."""
    before = signal.getsignal(number)
    with StopSignals() as signals:
        assert not signals.requested
        os.kill(os.getpid(), number)
        assert signals.requested
    assert signal.getsignal(number) == before


def test_second_ctrl_c_stops_at_once():
    """For a user who cannot wait."""
    with StopSignals():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_other_threads_install_nothing():
    """Python allows handlers in the main thread only."""
    failures = []

    def work() -> None:
        try:
            with StopSignals():
                pass
        except ValueError as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert failures == []
