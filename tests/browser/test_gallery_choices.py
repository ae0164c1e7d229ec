"""Choosing in a gallery: what is kept, for which picture, and under which name."""

import json

import pytest
from playwright.sync_api import expect

from colorize_cli.gallery import build_gallery
from colorize_cli.ledger import Entry, Target
from tests.albums import colour_picture, save, write_ledger

pytestmark = pytest.mark.browser


def made(out, path: str, seed: int) -> Entry:
    """The line of a run that has made a picture of a.tif."""
    save(out / path, colour_picture(seed))
    target = Target(path=path, seed=seed, sample=0, hash=f"{seed}" * 32)
    facts = {"seed": seed, "sampler": f"sampler{seed}"}
    return Entry(source="a.tif", status="done", targets=(target,), **facts)


@pytest.fixture
def gallery(page, tmp_path):
    """Builds and opens a gallery of a.tif, made by these runs."""

    def show(*entries: Entry):
        write_ledger(tmp_path / "out", list(entries))
        page.goto(build_gallery(tmp_path / "out", tmp_path / "g").index.as_uri())
        return page

    return show


def choose_shown(page) -> None:
    """Open the photo, choose what is shown, and close it."""
    page.locator(".card").first.click()
    page.keyboard.press("c")
    page.keyboard.press("Escape")


def downloaded(page) -> list[dict[str, str]]:
    """The choices that the page hands out."""
    with page.expect_download() as download:
        page.locator("#download").click()
    return json.loads(download.value.path().read_bytes())["choices"]


def test_a_picture_that_was_made_anew_is_not_chosen(gallery, tmp_path):
    """A run with another seed takes the name, and not the choice."""
    first = made(tmp_path / "out", "a.jpg", 1)
    page = gallery(first)
    choose_shown(page)
    (choice,) = downloaded(page)
    assert choice["hash"] == "1" * 32
    expect(gallery(first).locator(".card.is-chosen")).to_have_count(1)
    page = gallery(first, made(tmp_path / "out", "a.jpg", 2))
    expect(page.locator("#count")).to_have_text("1 of 1 photos")
    expect(page.locator(".card.is-chosen")).to_have_count(0)


def test_a_picture_of_an_earlier_format_keeps_its_suffix(gallery, tmp_path):
    """PNG stays PNG, and the last run's settings are not told of it."""
    runs = made(tmp_path / "out", "a.png", 1), made(tmp_path / "out", "a.jpg", 2)
    page = gallery(*runs)
    page.locator(".card").first.click()
    expect(page.locator("#facts")).to_contain_text("sampler2")
    page.keyboard.press("2")
    expect(page.locator("#facts")).to_contain_text("a.png")
    expect(page.locator("#facts")).not_to_contain_text("sampler")
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    (choice,) = downloaded(page)
    assert (choice["path"], choice["name"]) == ("a.png", "a.png")


def test_choices_that_the_browser_cannot_keep_can_be_downloaded(gallery, tmp_path):
    """Its store is full after the first: the page keeps the others while it is open."""
    for name in ("b.jpg", "c.jpg"):
        save(tmp_path / "out" / name, colour_picture(7))
    page = gallery(made(tmp_path / "out", "a.jpg", 1))
    choose_shown(page)
    page.evaluate(
        "() => { Storage.prototype.setItem = () => { throw Error('full'); } }"
    )
    for position in (1, 2):
        page.locator(".card").nth(position).click()
        page.keyboard.press("c")
        expect(page.locator("#note")).to_contain_text("This browser keeps nothing")
        page.keyboard.press("Escape")
    assert [each["path"] for each in downloaded(page)] == ["a.jpg", "b.jpg", "c.jpg"]


def test_tabs_of_one_gallery_share_their_choices(gallery, tmp_path):
    """What is chosen in one is not lost when something is chosen in the other."""
    save(tmp_path / "out" / "b.jpg", colour_picture(7))
    page = gallery(made(tmp_path / "out", "a.jpg", 1))
    other = page.context.new_page()
    other.goto(page.url)
    choose_shown(page)
    expect(other.locator(".card.is-chosen")).to_have_count(1)
    other.locator(".card").nth(1).click()
    other.keyboard.press("c")
    other.keyboard.press("Escape")
    assert [each["path"] for each in downloaded(other)] == ["a.jpg", "b.jpg"]
