"""The gallery without a mouse."""

import pytest
from playwright.sync_api import expect

from colorize_cli.gallery import build_gallery
from tests.albums import make_album

pytestmark = pytest.mark.browser


@pytest.fixture
def gallery(page, tmp_path):
    """The page of an album, open, wide enough for three cards in a row."""
    made = build_gallery(make_album(tmp_path), tmp_path / "gallery")
    page.set_viewport_size({"width": 760, "height": 700})
    page.goto(made.index.as_uri())
    return page


def focused(page) -> str:
    """The name on the card that has the focus."""
    return page.locator(":focus .text > span").first.inner_text()


def test_arrows_walk_over_the_cards(gallery):
    """Left and right to the neighbours, down to the next row, Home and End."""
    gallery.locator(".card").first.focus()
    for key, expected in [
        ("ArrowRight", "box/barn.png"),
        ("ArrowDown", "lake.jpg"),
        ("ArrowLeft", "flag.jpg"),
        ("Home", "aunt.jpg"),
        ("ArrowLeft", "aunt.jpg"),
        ("End", "lake.jpg"),
    ]:
        gallery.keyboard.press(key)
        assert focused(gallery) == expected


def test_a_photo_is_opened_seen_and_left(gallery):
    """Enter opens; arrows change photo; Escape gives the focus to the photo's card."""
    gallery.locator(".card").first.focus()
    gallery.keyboard.press("Enter")
    gallery.wait_for_selector("#viewer[open]")
    gallery.keyboard.press("ArrowRight")
    assert gallery.locator("#name").inner_text() == "box/barn.png"
    assert gallery.locator("#place").inner_text() == "2 of 5"
    gallery.keyboard.press("Escape")
    gallery.wait_for_selector("#viewer:not([open])", state="attached")
    assert focused(gallery) == "box/barn.png"


def test_keys_change_variant_spread_and_choice(gallery):
    """Numbers and vertical arrows for variants, s for the spread map, c to choose."""
    gallery.locator(".card").first.click()
    gallery.keyboard.press("3")
    assert gallery.get_by_label("3, seed 7").is_checked()
    gallery.keyboard.press("ArrowUp")
    assert gallery.get_by_label("2, seed 7").is_checked()
    gallery.keyboard.press("9")
    assert gallery.get_by_label("2, seed 7").is_checked()
    gallery.keyboard.press("s")
    expect(gallery.get_by_role("img", name="Spread map")).to_be_visible()
    gallery.keyboard.press("s")
    gallery.keyboard.press("c")
    assert gallery.get_by_label("2, seed 7 ✓ chosen").is_checked()


def test_arrows_belong_to_the_slider_while_it_has_the_focus(gallery):
    """They move it and do not change the photo."""
    gallery.locator(".card").first.click()
    slider = gallery.locator("image-compare input")
    slider.focus()
    gallery.keyboard.press("ArrowRight")
    assert slider.input_value() == "51"
    assert gallery.locator("#name").inner_text() == "aunt.jpg"


def test_slash_searches_and_enter_leads_to_the_results(gallery):
    """Keys typed into the search field are letters."""
    gallery.keyboard.press("/")
    gallery.keyboard.type("lac")
    gallery.keyboard.press("Backspace")
    gallery.keyboard.type("ke")
    gallery.keyboard.press("Enter")
    assert focused(gallery) == "lake.jpg"
    pressed = gallery.get_by_role("button", name="Choose", exact=True)
    assert pressed.get_attribute("aria-pressed") == "false"


def test_question_mark_opens_the_list_of_keys(gallery):
    """Every key that the page knows is in it."""
    gallery.keyboard.press("?")
    text = gallery.locator("#help").inner_text()
    for key in ("←", "↓", "Home", "Enter", "Esc", "/", "?"):
        assert key in text
    gallery.keyboard.press("Escape")
    assert not gallery.locator("#help").is_visible()
