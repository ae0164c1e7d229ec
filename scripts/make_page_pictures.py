"""Make docs/images/gallery.jpg and turing_test.jpg: the pages, as Chromium shows them.

    python -m scripts.make_page_pictures [--work DIR]

The gallery is that of examples/ with four variants of each. The test is made of the
colour photos that scikit-image and matplotlib carry; all are in the public domain. It
needs Chromium and the extra `dev`, and takes a few minutes of CPU time.
"""

import argparse
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
GALLERY_PX = ViewportSize(width=1200, height=760)
TEST_PX = ViewportSize(width=760, height=460)
QUALITY = 85
COLOUR_PHOTOS = (
    ("skimage", "data/astronaut.png"),
    ("skimage", "data/chelsea.png"),
    ("skimage", "data/coffee.png"),
    ("skimage", "data/rocket.jpg"),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
)


def main() -> None:
    """Colorize, make both pages, and take their pictures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "pages")
    work = parser.parse_args().work
    gallery, test = make_gallery(work), make_test(work)
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"]
        )
        page = browser.new_page(viewport=GALLERY_PX, color_scheme="light")
        show_photo(page, gallery)
        take(page, "gallery.jpg")
        page.set_viewport_size(TEST_PX)
        show_pair(page, test)
        take(page, "turing_test.jpg")
        browser.close()


def colorize(*words: object) -> None:
    """Run the command line, as the pages of docs/ do."""
    command = [sys.executable, "-m", "colorize_cli", *map(str, words)]
    subprocess.run(command, cwd=ROOT, check=True)


def make_gallery(work: Path) -> Path:
    """The gallery of docs/gallery.md."""
    out, gallery = work / "out", work / "gallery"
    colorize("examples", "-o", out, "--samples", 4, "--spread", "--device", "cpu")
    colorize("gallery", out, "-o", gallery)
    return gallery / "index.html"


def make_test(work: Path) -> Path:
    """The test of docs/turing-test.md, with the photos that there are."""
    real, colorized, page = work / "real", work / "colorized", work / "test.html"
    real.mkdir(parents=True, exist_ok=True)
    for package, name in COLOUR_PHOTOS:
        (real / Path(name).name).write_bytes(files(package).joinpath(name).read_bytes())
    colorize(real, "-o", colorized, "--on-color", "recolor", "--device", "cpu")
    colorize("turing-test", real, colorized, "-o", page, "--display", 5)
    return page


def show_photo(page: Page, gallery: Path) -> None:
    """Open a photo with a choice made."""
    page.goto(gallery.resolve().as_uri())
    page.get_by_role("button", name="Choose", exact=True).click()
    page.locator(".card", has_text="grace_hopper").click()
    page.get_by_label("2, seed 0").check()
    page.get_by_role("button", name="Choose this variant").click()
    page.locator("image-compare input").fill("45")
    page.locator("image-compare img").last.evaluate("image => image.decode()")


def show_pair(page: Page, test: Path) -> None:
    """Start the practice and wait for the first pair."""
    page.goto(test.resolve().as_uri())
    page.get_by_label("Your initials or a number").fill("7")
    page.get_by_role("button", name="Start practice").click()
    page.wait_for_selector("[data-side=left]:enabled")


def take(page: Page, name: str) -> None:
    """Take the picture of what is in the window."""
    page.wait_for_function("[...document.images].every(image => image.complete)")
    page.wait_for_timeout(300)  # the slider is moved in the next frame
    page.screenshot(path=IMAGES / name, type="jpeg", quality=QUALITY)


if __name__ == "__main__":
    main()
