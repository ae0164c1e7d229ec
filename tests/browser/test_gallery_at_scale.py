"""Two thousand photos: what is in the document and what is loaded stays bounded."""

import json

import pytest
from playwright.sync_api import expect

from colorize_cli.gallery.site import lay_page
from tests.albums import colour_picture, save
from tests.browser.waiting import wait_until

pytestmark = pytest.mark.browser

PHOTO_COUNT = 2000
# A window of 1100 x 750 pixels has four columns and about three rows.
MOST_CARDS = 60


@pytest.fixture
def gallery(page, tmp_path):
    """The page with photos that all look alike, every one with a picture of its own."""
    lay_page(tmp_path)
    save(tmp_path / "one.jpg", colour_picture(0))
    photos = [
        {
            "source": f"{number:04}.jpg",
            "name": f"{number:04}.jpg",
            "status": "done",
            "reason": "",
            "note": "",
            "before": None,
            "variants": [
                {
                    "path": f"{number:04}.jpg",
                    "sample": 0,
                    "seed": 0,
                    # A file has no query, but the browser takes it for another one.
                    "preview": f"one.jpg?{number}",
                    "thumbnail": f"one.jpg?{number}",
                }
            ],
            "spread": None,
            "diversity": None,
            "facts": {},
        }
        for number in range(PHOTO_COUNT)
    ]
    data = {"id": "many", "title": "many", "uncertainFrom": None, "photos": photos}
    (tmp_path / "data.js").write_text(f"window.GALLERY = {json.dumps(data)};")
    page.goto((tmp_path / "index.html").as_uri())
    return page


def scroll_to(page, share: float) -> int:
    """Scroll to a share of the page; how many cards are there two frames later."""
    return page.evaluate(
        """share => new Promise(done => {
          scrollTo(0, share * document.documentElement.scrollHeight);
          requestAnimationFrame(() => requestAnimationFrame(
            () => done(document.querySelectorAll(".card").length)));
        })""",
        share,
    )


def in_window(page) -> list[str]:
    """The names of the cards that are seen."""
    return page.evaluate(
        """[...document.querySelectorAll(".card")].filter(card => {
          const box = card.getBoundingClientRect();
          return box.bottom > 150 && box.top < innerHeight;
        }).map(card => card.innerText)"""
    )


def test_scrolling_keeps_the_document_small(gallery):
    """However far one scrolls, only cards near the window exist; none is missing."""
    for step in range(11):
        assert 0 < scroll_to(gallery, step / 10) <= MOST_CARDS
        assert len(in_window(gallery)) >= 8
    assert in_window(gallery)[-1].startswith("1999.jpg")


def test_only_pictures_near_the_window_are_loaded(page, gallery):
    """A jump to the end loads the end, not what lies between."""
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    scroll_to(gallery, 1)
    wait_until(
        gallery,
        "[...document.images].every(image => image.complete && image.naturalWidth > 0)",
    )
    assert 0 < len(loaded) <= MOST_CARDS
    assert any(url.endswith("one.jpg?1999") for url in loaded)


def test_the_scroll_bar_knows_the_whole_length(gallery):
    """The page is as high as all rows, before any but the first have been made."""
    columns = gallery.evaluate(
        "new Set([...document.querySelectorAll('#grid > li')]"
        ".map(item => item.getBoundingClientRect().left)).size"
    )
    rows = -(-PHOTO_COUNT // columns)
    height = gallery.evaluate("document.querySelector('#grid').offsetHeight")
    assert height == pytest.approx(rows * 16 * 16, rel=0.01)


def test_the_last_photo_is_a_key_away(gallery):
    """End focuses it, and assistive technology hears its place among all."""
    gallery.locator(".card").first.focus()
    gallery.keyboard.press("End")
    item = gallery.locator("li", has=gallery.locator(":focus"))
    expect(item).to_have_attribute("aria-posinset", str(PHOTO_COUNT))
    expect(item).to_have_attribute("aria-setsize", str(PHOTO_COUNT))
    gallery.keyboard.press("Enter")
    expect(gallery.locator("#name")).to_have_text("1999.jpg")


def test_cards_find_new_places_when_the_window_changes(gallery):
    """A narrow window has fewer columns; no two cards overlap."""
    gallery.set_viewport_size({"width": 500, "height": 750})
    wait_until(
        gallery,
        """() => {
          const boxes = [...document.querySelectorAll("#grid > li")]
            .map(item => item.getBoundingClientRect());
          const places = new Set(boxes.map(box => `${box.left} ${box.top}`));
          return places.size === boxes.length
            && boxes.every(box => box.right <= innerWidth);
        }""",
    )
