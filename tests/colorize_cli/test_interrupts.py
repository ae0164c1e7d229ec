"""Signals: the first is a wish, the second an order."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from colorize_cli.interrupts import soft_interrupts

ROOT = Path(__file__).parents[2]
SIGNALS = [signal.SIGINT, signal.SIGTERM]

# Ends softly at the first signal, while a thread goes on for ever.
PROGRAM = """
import sys, threading
from colorize_cli.interrupts import soft_interrupts
threading.Thread(target=threading.Event().wait).start()
with soft_interrupts():
    try:
        print("ready", flush=True)
        threading.Event().wait()
    except KeyboardInterrupt:
        print("ending", flush=True)
        threading.Event().wait()
"""


@pytest.fixture(autouse=True)
def handlers():
    """Put the handlers of the test run back, whatever happens."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    yield before
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_raises(number):
    """KeyboardInterrupt, in the main thread."""
    with pytest.raises(KeyboardInterrupt), soft_interrupts():
        signal.raise_signal(number)


@pytest.mark.parametrize("number", SIGNALS)
def test_handlers_are_put_back(number, handlers):
    """After the context, with or without a signal in it."""
    with soft_interrupts():
        assert signal.getsignal(number) is not handlers[number]
    assert signal.getsignal(number) is handlers[number]
    with pytest.raises(KeyboardInterrupt), soft_interrupts():
        signal.raise_signal(number)
    assert signal.getsignal(number) is handlers[number]


@pytest.mark.parametrize("number", SIGNALS)
def test_an_ignored_signal_stays_ignored(number):
    """As nohup and background jobs of a script want it."""
    signal.signal(number, signal.SIG_IGN)
    with soft_interrupts():
        signal.raise_signal(number)
        assert signal.getsignal(number) is signal.SIG_IGN


@pytest.mark.parametrize("number", SIGNALS)
def test_the_second_signal_ends_the_process(number):
    """At once, though a thread is still running."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "ending\n"
        process.send_signal(number)
        assert process.wait(timeout=60) == -number
