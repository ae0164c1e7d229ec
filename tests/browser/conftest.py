"""A headless Chromium for the pages, watched for errors and for traffic."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
LOCAL = ("file:", "data:", "blob:")
# A busy machine may take long, a page that is wrong stays wrong.
TIMEOUT_MS = 60_000


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The system's Chromium."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(f"needs a browser: none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        # Its sandbox needs privileges that containers lack; the pages are our own.
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    """A page that must not complain, and must not fetch anything from a network."""
    context = chromium.new_context(
        viewport={"width": 1100, "height": 750}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("requestfailed", lambda request: complaints.append(request.url[:200]))

    def listen(message):
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def watch(request):
        if not request.url.startswith(LOCAL):
            complaints.append(f"fetched {request.url}")

    page.on("console", listen)
    page.on("request", watch)
    yield page
    context.close()
    assert complaints == []


@pytest.fixture
def violations():
    """Which accessibility rules of axe-core a page breaks, as text; empty if none."""

    def check(page: Page) -> str:
        # Preloading would fetch style sheets, which pages from file:// may not.
        found = Axe().run(
            page, options={"resultTypes": ["violations"], "preload": False}
        )
        return found.generate_report() if found.violations_count else ""

    return check
