"""Names of photos are data: whatever they hold, the page runs none of it."""

import pytest

from colorize_cli.gallery import build_gallery
from colorize_cli.ledger import Entry
from colorize_cli.turing import write_test
from tests.albums import colour_picture, save, write_ledger

pytestmark = pytest.mark.browser

NASTY = "<img src=x onerror=alert(1)>\"'&amp;</script><script>alert(2)<!--.jpg"
# The same where no folder is meant.
FLAT = NASTY.replace("/", "\N{DIVISION SLASH}")
NOT_UTF8 = "caf\udce9.jpg"


@pytest.fixture
def quiet_page(page):
    """A page in which a dialog is a failure."""
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    yield page
    assert said == []


def test_the_gallery_shows_nasty_names_as_text(quiet_page, tmp_path):
    """In the overview, beside the photo, and in the reason of a failure."""
    save(tmp_path / "out" / FLAT, colour_picture(0))
    save(tmp_path / "out" / NOT_UTF8, colour_picture(1))
    entry = Entry(source=f"x{NASTY}", status="failed", reason=NASTY)
    write_ledger(tmp_path / "out", [entry])
    made = build_gallery(tmp_path / "out", tmp_path / "gallery")
    quiet_page.goto(made.index.as_uri())
    names = quiet_page.locator(".card .text > span:first-child").all_inner_texts()
    assert names == [FLAT, "caf\ufffd.jpg", f"x{NASTY}"]
    quiet_page.locator(".card").first.click()
    assert quiet_page.locator("#name").inner_text() == FLAT
    quiet_page.keyboard.press("ArrowRight")
    quiet_page.keyboard.press("ArrowRight")
    assert quiet_page.locator("#stage").inner_text() == NASTY


def test_a_choice_with_a_name_that_is_no_text_can_be_downloaded(quiet_page, tmp_path):
    """Bytes that are no UTF-8 go to the page and back unharmed."""
    from colorize_cli.gallery import read_choices

    save(tmp_path / "out" / NOT_UTF8, colour_picture(1))
    made = build_gallery(tmp_path / "out", tmp_path / "gallery")
    quiet_page.goto(made.index.as_uri())
    quiet_page.keyboard.press("c")
    quiet_page.locator(".card").click()
    quiet_page.keyboard.press("c")
    quiet_page.keyboard.press("Escape")
    with quiet_page.expect_download() as download:
        quiet_page.locator("#download").click()
    (choice,) = read_choices(download.value.path())
    assert choice.path == NOT_UTF8


def test_the_turing_test_takes_nasty_names_for_data(quiet_page, tmp_path):
    """A name with </script> in it does not end the page's script."""
    for number in range(5):
        name = f"{number}{FLAT}"
        save(tmp_path / "real" / name, colour_picture(number))
        save(tmp_path / "colorized" / name, colour_picture(number))
    nasty = tmp_path / "real" / "<"
    save(nasty / "script><script>alert(3)<" / "script>.jpg", colour_picture(9))
    save(
        tmp_path / "colorized/</script><script>alert(3)</script>.jpg", colour_picture(9)
    )
    page = write_test(tmp_path / "real", tmp_path / "colorized", tmp_path / "t.html")
    quiet_page.goto(page.path.as_uri())
    assert quiet_page.locator("#practice-count").inner_text() == "1"
