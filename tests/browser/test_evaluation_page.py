"""The report of an evaluation in a browser: accessible, in both themes, at any size."""

import numpy as np
import pytest

from colorize_cli.evaluate.fields import score_fields
from colorize_cli.evaluate.page import page as page_of
from colorize_cli.evaluate.report import EvaluationReport, SetReport, Shown
from colorize_cli.evaluate.strips import columns, encoded, strip
from colorize_cli.evaluate.ways import ab_of, colorized
from tests.judging import ChromaJudge, picture


@pytest.fixture(scope="module")
def report_path(tmp_path_factory):
    """A report of two sets, with a best and a worst photo each."""
    photo = picture(60, 90, 0)
    fields = np.stack([ab_of(photo) * np.float32(share) for share in (0.5, 0.9)])
    shown = Shown(
        name="faces/an & a.jpg",
        gain=2.5,
        ciede2000=7.5,
        psnr=24.0,
        strip=encoded(strip(colorized(photo, fields))),
    )
    ways = score_fields([photo, photo], [fields, fields], ChromaJudge())
    sets = [
        SetReport(
            name=name,
            photo_count=2,
            grey_count=0,
            labels="agreement",
            ways=ways,
            diversity=3.2,
            lpips_diversity=None,
            best=[shown],
            worst=[shown],
        )
        for name in ("faces", "all")
    ]
    report = EvaluationReport(
        facts={"model": "colorize.safetensors", "sampling": "2 samples, seed 0"},
        sets=sets,
        left_out=["faces/b.jpg: is empty"],
        missing=["LPIPS: its weights are not in PyTorch's cache"],
        columns=columns(2),
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page_of(report), encoding="utf-8")
    return path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page, report_path, violations, theme):
    """Tables, strips and links keep the rules of axe-core in either theme."""
    page.emulate_media(color_scheme=theme)
    page.goto(report_path.as_uri())
    assert violations(page) == ""


@pytest.mark.parametrize("width", [360, 1600])
def test_the_page_itself_never_scrolls_sideways(page, report_path, width):
    """Wide tables scroll by themselves; pictures have arrived."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(report_path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.locator("img").first.scroll_into_view_if_needed()
    assert page.locator("img").first.evaluate("image => image.naturalWidth") == 5 * 160


def test_links_lead_to_the_sets(page, report_path):
    """The second one is brought into view."""
    page.goto(report_path.as_uri())
    page.get_by_role("navigation").get_by_role("link", name="all").click()
    heading = page.get_by_role("heading", name="all 2 photos")
    assert heading.evaluate("each => each.getBoundingClientRect().top") < 400
