"""Waiting for a page that allows no `eval`."""

from playwright.sync_api import Page

__all__ = ["wait_until"]

LOOKS, PAUSE_MS = 300, 100


def wait_until(page: Page, script: str) -> None:
    """Wait until a script is true in the page.

    Playwright's own `wait_for_function` evaluates its text inside the page when it has
    to look more than once, which the pages' security policy forbids.
    """
    for _ in range(LOOKS):
        if page.evaluate(script):
            return
        page.wait_for_timeout(PAUSE_MS)
    raise AssertionError(f"never true: {script}")
