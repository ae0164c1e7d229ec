"""The gallery in a browser, opened as a file: what one sees, and what one can do."""

import json

import pytest
from playwright.sync_api import expect

from colorize_cli.gallery import apply_choices, build_gallery, read_choices
from tests.albums import make_album
from tests.browser.waiting import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def album(tmp_path):
    """The folder of results that the gallery shows."""
    return make_album(tmp_path)


@pytest.fixture
def gallery(page, album, tmp_path):
    """The page of that album, open."""
    made = build_gallery(album, tmp_path / "gallery", originals=[tmp_path / "photos"])
    page.goto(made.index.as_uri())
    return page


def names(page) -> list[str]:
    """What the cards in the document are called."""
    return page.locator(".card .text > span:first-child").all_inner_texts()


def shown_variant(page) -> str:
    """The address of the colorized picture in the slider."""
    return page.locator("image-compare img[slot=image-2]").get_attribute("src")


def open_photo(page, name: str) -> None:
    """Click a card, and wait for its picture."""
    page.locator(".card", has_text=name).click()
    page.wait_for_selector("#viewer[open]")


def test_every_photo_has_a_card_with_its_picture(gallery):
    """Also those that failed or were skipped; the pictures have loaded."""
    assert names(gallery) == [
        "aunt.jpg",
        "box/barn.png",
        "broken.jpg",
        "flag.jpg",
        "lake.jpg",
    ]
    wait_until(
        gallery,
        "[...document.images].every(image => image.complete && image.naturalWidth > 0)",
    )
    expect(gallery.locator(".card img")).to_have_count(4)
    expect(gallery.locator("#count")).to_have_text("5 of 5 photos")


def test_the_slider_moves_with_the_mouse_and_the_keyboard(gallery):
    """It shows as much of the original as it is told to."""
    open_photo(gallery, "aunt.jpg")
    compare = gallery.locator("image-compare")
    compare.locator("img[slot=image-2]").evaluate("image => image.decode()")
    box = compare.bounding_box()
    middle = box["y"] + box["height"] / 2
    gallery.mouse.move(box["x"] + box["width"] / 2, middle)
    gallery.mouse.down()
    gallery.mouse.move(box["x"] + box["width"] / 4, middle, steps=4)
    gallery.mouse.up()
    exposure = "host => parseFloat(host.style.getPropertyValue('--exposure'))"
    wait_until(gallery, f"({exposure})(document.querySelector('image-compare'))")
    assert 20 < compare.evaluate(exposure) < 30

    compare.locator("input").focus()
    gallery.keyboard.press("End")
    wait_until(
        gallery, f"({exposure})(document.querySelector('image-compare')) === 100"
    )
    expect(gallery.locator("#name")).to_have_text("aunt.jpg")


def test_variants_are_flipped_through_with_the_slider_in_place(gallery):
    """A variant's picture takes the other's place; the slider stays where it was."""
    open_photo(gallery, "aunt.jpg")
    gallery.locator("image-compare input").fill("80")
    seen = [shown_variant(gallery)]
    for label in ("2, seed 7", "3, seed 7"):
        gallery.get_by_label(label).check()
        seen.append(shown_variant(gallery))
    assert len(set(seen)) == 3
    expect(gallery.locator("image-compare input")).to_have_value("80")
    expect(gallery.locator("#facts")).to_contain_text("aunt_s3.jpg")


def test_the_spread_map_takes_the_slider_s_place_and_gives_it_back(gallery):
    """A photo without one has its button disabled."""
    open_photo(gallery, "aunt.jpg")
    gallery.get_by_role("button", name="Spread map").click()
    assert gallery.get_by_role("img", name="Spread map").is_visible()
    expect(gallery.locator("image-compare")).to_have_count(0)
    gallery.get_by_role("button", name="Spread map").click()
    expect(gallery.locator("image-compare input")).to_have_count(1)
    gallery.get_by_role("button", name="Next").click()
    assert gallery.get_by_role("button", name="Spread map").is_disabled()


def test_settings_and_reasons_are_told(gallery):
    """Seed, steps and sampler of a photo that is done; why another failed."""
    open_photo(gallery, "aunt.jpg")
    facts = gallery.locator("#facts").inner_text()
    for text in ("ddpm", "20", "7", "9.50 Lab units", "colorize.safetensors"):
        assert text in facts
    gallery.get_by_role("button", name="Close").click()
    open_photo(gallery, "broken.jpg")
    expect(gallery.locator("#stage")).to_contain_text("is truncated")


@pytest.mark.parametrize(
    ("words", "filter", "expected"),
    [
        ("", "failed", ["broken.jpg"]),
        ("", "skipped", ["flag.jpg"]),
        ("", "uncertain", ["aunt.jpg"]),
        ("", "open", ["aunt.jpg", "box/barn.png", "lake.jpg"]),
        ("BARN box", "all", ["box/barn.png"]),
        ("truncated", "all", ["broken.jpg"]),
        ("barn", "failed", []),
    ],
)
def test_search_and_filter_leave_what_fits(gallery, words, filter, expected):
    """All words count, in any case and order; the reason of a failure is searched."""
    gallery.fill("#words", words)
    gallery.select_option("#filter", filter)
    assert names(gallery) == expected
    expect(gallery.locator("#count")).to_have_text(f"{len(expected)} of 5 photos")
    assert gallery.locator("#nothing").is_visible() == (not expected)


def test_the_least_certain_come_first_on_request(gallery):
    """Photos without a spread come last, by name."""
    gallery.select_option("#order", "spread")
    assert names(gallery)[:3] == ["aunt.jpg", "box/barn.png", "broken.jpg"]


def test_choices_survive_a_reload_and_are_applied(gallery, album, tmp_path):
    """What was chosen in the page is what apply-choices copies."""
    gallery.get_by_role("button", name="Choose", exact=True).click()
    open_photo(gallery, "aunt.jpg")
    gallery.get_by_label("3, seed 7").check()
    gallery.get_by_role("button", name="Choose this variant").click()
    gallery.reload()
    expect(gallery.locator(".card").first).to_contain_text("✓ variant 3 chosen")
    gallery.select_option("#filter", "chosen")
    assert names(gallery) == ["aunt.jpg"]

    with gallery.expect_download() as download:
        gallery.get_by_role("button", name="Download choices (1)").click()
    assert download.value.suggested_filename == "choices.json"
    path = tmp_path / "choices.json"
    download.value.save_as(path)
    assert json.loads(path.read_bytes())["kind"] == "colorize-choices"
    apply_choices(read_choices(path), album, tmp_path / "final")
    chosen = (tmp_path / "final" / "aunt.jpg").read_bytes()
    assert chosen == (album / "aunt_s3.jpg").read_bytes()


def test_a_choice_can_be_taken_back(gallery):
    """The same button undoes it, and nothing is left to download."""
    gallery.get_by_role("button", name="Choose", exact=True).click()
    open_photo(gallery, "lake.jpg")
    gallery.get_by_role("button", name="Choose this variant").click()
    gallery.locator("#choose").click()
    gallery.get_by_role("button", name="Close").click()
    expect(gallery.locator(".card.is-chosen")).to_have_count(0)
    assert gallery.get_by_role("button", name="Download choices (0)").is_disabled()


def test_two_galleries_do_not_share_choices(gallery, tmp_path):
    """Pages from file:// share one store; each gallery keeps to its own part."""
    gallery.keyboard.press("c")
    open_photo(gallery, "lake.jpg")
    gallery.keyboard.press("c")
    other = build_gallery(make_album(tmp_path / "other"), tmp_path / "gallery2")
    gallery.goto(other.index.as_uri())
    expect(gallery.locator(".card.is-chosen")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_either_theme(gallery, violations, theme):
    """The overview, a photo, its spread map and the help keep the rules of axe-core."""
    gallery.select_option("#theme", theme)
    gallery.get_by_role("button", name="Choose", exact=True).click()
    assert violations(gallery) == ""
    open_photo(gallery, "aunt.jpg")
    gallery.get_by_role("button", name="Choose this variant").click()
    assert violations(gallery) == ""
    gallery.get_by_role("button", name="Spread map").click()
    assert violations(gallery) == ""
    gallery.keyboard.press("Escape")
    gallery.keyboard.press("?")
    assert violations(gallery) == ""


def test_the_theme_is_the_system_s_until_one_is_chosen(gallery):
    """And the choice is remembered."""
    background = "getComputedStyle(document.documentElement).backgroundColor"
    gallery.emulate_media(color_scheme="dark")
    dark = gallery.evaluate(background)
    gallery.emulate_media(color_scheme="light")
    assert gallery.evaluate(background) != dark
    gallery.select_option("#theme", "dark")
    gallery.reload()
    assert gallery.evaluate(background) == dark
