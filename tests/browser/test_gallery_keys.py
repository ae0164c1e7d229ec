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


def expect_focus(page, name: str) -> None:
    """The card with this name has the focus, or gets it."""
    expect(page.locator(":focus .text > span").first).to_have_text(name)


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
        expect_focus(gallery, expected)


def test_a_photo_is_opened_seen_and_left(gallery):
    """Enter opens; arrows change photo; Escape gives the focus to the photo's card."""
    gallery.locator(".card").first.focus()
    gallery.keyboard.press("Enter")
    gallery.wait_for_selector("#viewer[open]")
    gallery.keyboard.press("ArrowRight")
    expect(gallery.locator("#name")).to_have_text("box/barn.png")
    expect(gallery.locator("#place")).to_have_text("2 of 5")
    gallery.keyboard.press("Escape")
    gallery.wait_for_selector("#viewer:not([open])", state="attached")
    expect_focus(gallery, "box/barn.png")


def test_keys_change_variant_spread_and_choice(gallery):
    """Numbers and vertical arrows for variants, s for the spread map, c to choose."""
    gallery.locator(".card").first.click()
    gallery.keyboard.press("3")
    expect(gallery.get_by_label("3, seed 7")).to_be_checked()
    gallery.keyboard.press("ArrowUp")
    expect(gallery.get_by_label("2, seed 7")).to_be_checked()
    gallery.keyboard.press("9")
    expect(gallery.get_by_label("2, seed 7")).to_be_checked()
    gallery.keyboard.press("s")
    expect(gallery.get_by_role("img", name="Spread map")).to_be_visible()
    gallery.keyboard.press("s")
    gallery.keyboard.press("c")
    expect(gallery.get_by_label("2, seed 7 ✓ chosen")).to_be_checked()


def test_arrows_belong_to_the_slider_while_it_has_the_focus(gallery):
    """They move it and do not change the photo."""
    gallery.locator(".card").first.click()
    slider = gallery.locator("image-compare input")
    slider.focus()
    gallery.keyboard.press("ArrowRight")
    expect(slider).to_have_value("51")
    expect(gallery.locator("#name")).to_have_text("aunt.jpg")


def test_slash_searches_and_enter_leads_to_the_results(gallery):
    """Keys typed into the search field are letters."""
    gallery.keyboard.press("/")
    gallery.keyboard.type("lac")
    gallery.keyboard.press("Backspace")
    gallery.keyboard.type("ke")
    gallery.keyboard.press("Enter")
    expect_focus(gallery, "lake.jpg")
    pressed = gallery.get_by_role("button", name="Choose", exact=True)
    expect(pressed).to_have_attribute("aria-pressed", "false")


def test_question_mark_opens_the_list_of_keys(gallery):
    """Every key that the page knows is in it."""
    gallery.keyboard.press("?")
    text = gallery.locator("#help").inner_text()
    for key in ("←", "↓", "Home", "Enter", "Esc", "/", "?"):
        assert key in text
    gallery.keyboard.press("Escape")
    expect(gallery.locator("#help")).to_be_hidden()
