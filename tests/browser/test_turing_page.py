"""The colorization Turing test in a browser, from the first pair to the score."""

import json
import re

import cv2
import pytest
from playwright.sync_api import expect

from colorize_cli.turing import page as turing_page
from colorize_cli.turing import read_results, write_test
from tests.albums import colour_picture, save

pytestmark = pytest.mark.browser

# Of ten pairs two are practice, eight count, and one check is added.
PAIRS, PRACTICE, COUNTED = 10, 2, 9
OTHER = {"left": "right", "right": "left"}


@pytest.fixture
def test_page(tmp_path):
    """A test of ten photos and the same photos with weaker colours."""
    for number in range(PAIRS):
        picture = colour_picture(number)
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., None]
        save(tmp_path / f"real/{number}.png", picture)
        save(tmp_path / f"colorized/{number}.png", picture // 2 + grey // 2)
    target = tmp_path / "test.html"
    write_test(tmp_path / "real", tmp_path / "colorized", target, size_px=48)
    return target


def begin(page, test_page):
    """Open the page and start the practice."""
    page.goto(test_page.as_uri())
    start(page)


def start(page):
    """Give a name and start the practice."""
    page.get_by_label("Your initials or a number").fill("Ann B.")
    page.get_by_role("button", name="Start practice").click()


def stronger(page) -> str:
    """The side with the stronger colours: the camera's, but for checks."""
    return page.evaluate(
        """() => {
          const strength = ["left", "right"].map(side => {
            const image = document.getElementById(side);
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const {data} = context.getImageData(0, 0, canvas.width, canvas.height);
            let sum = 0;
            for (let i = 0; i < data.length; i += 4) {
              const rgb = [data[i], data[i + 1], data[i + 2]];
              sum += Math.max(...rgb) - Math.min(...rgb);
            }
            return sum;
          });
          return strength[0] > strength[1] ? "left" : "right";
        }"""
    )


def questions(page, participant: str) -> list[dict[str, str]]:
    """What the page asks somebody."""
    return page.evaluate("name => questionsFor(TEST, name)", participant)


def go_through(page, choose) -> None:
    """Answer everything; `choose` turns the right side into the one that is clicked.

    What is right is worked out from the pixels, for checks taken from the page.
    """
    for number, question in enumerate(questions(page, "Ann B.")):
        if number == PRACTICE:
            page.get_by_role("button", name="Start the test").click()
        page.wait_for_selector("[data-side=left]:enabled")
        is_check = question["phase"] == "check"
        right = question["real"] if is_check else stronger(page)
        if number >= PRACTICE:
            label = page.locator("#progress-text").inner_text()
            assert label == f"Pair {number - PRACTICE + 1} of {COUNTED}"
        page.click(f"[data-side={choose(right)}]")
        if number < PRACTICE:
            page.get_by_role("button", name="Next pair").click()


def downloaded(page, folder):
    """The result that the page hands out."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Download your answers").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def test_a_sharp_eye_is_never_fooled(page, test_page, tmp_path):
    """The score reads the page's result: nothing fooled, every check passed."""
    begin(page, test_page)
    go_through(page, lambda side: side)
    expect(page.locator("#summary")).to_contain_text("fooled you in 0 %")
    expect(page.locator("#checks")).to_contain_text("1 of 1")
    path = downloaded(page, tmp_path)
    assert path.name == "turing-Ann-B.json"
    document = json.loads(path.read_bytes())
    assert document["fool_rate"] == 0
    assert document["interval"] == [0, 0]
    (result,) = read_results([path])
    assert result.check_share == 1
    assert len(result.of_phase("practice")) == PRACTICE
    trials = result.of_phase("test")
    assert len({trial.photo for trial in trials}) == PAIRS - PRACTICE
    assert not any(trial.is_fooled for trial in trials)


def test_who_is_always_wrong_is_always_fooled(page, test_page, tmp_path):
    """The check catches them, and the page's interval holds its rate."""
    begin(page, test_page)
    go_through(page, OTHER.get)
    document = json.loads(downloaded(page, tmp_path).read_bytes())
    assert document["fool_rate"] == 1
    assert document["checks"]["total"] == 1
    assert document["interval"] == [1, 1]


def test_pairs_are_covered_when_their_time_is_over(page, test_page):
    """The answer can still be given; the pictures come back with the feedback."""
    page.clock.install(time=0)
    page.goto(test_page.as_uri())
    page.clock.pause_at(60)
    start(page)
    page.wait_for_selector("[data-side=left]:enabled")
    pair = page.locator("#pair")
    page.clock.run_for(2900)
    assert "is-over" not in (pair.get_attribute("class") or "")
    page.clock.run_for(200)
    expect(pair).to_have_attribute("class", "is-over")
    side = stronger(page)
    page.keyboard.press({"left": "ArrowLeft", "right": "ArrowRight"}[side])
    text = page.locator("#feedback").inner_text()
    assert text == f"Right: the {side} one was taken by a camera."
    assert "is-over" not in (pair.get_attribute("class") or "")


def test_keys_answer_only_while_a_pair_waits_for_an_answer(page, test_page):
    """A second press does not answer the next question."""
    begin(page, test_page)
    page.wait_for_selector("[data-side=left]:enabled")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    feedback = page.locator("#feedback").inner_text()
    page.get_by_role("button", name="Next pair").press("Enter")
    assert feedback
    expect(page.locator("#progress-text")).to_have_text("Practice 2 of 2")


def test_a_key_that_is_held_down_is_one_answer(page, test_page):
    """Else it would answer every pair as soon as it is shown."""
    begin(page, test_page)
    page.wait_for_selector("[data-side=left]:enabled")
    page.keyboard.down("ArrowLeft")
    page.get_by_role("button", name="Next pair").click()
    page.wait_for_selector("[data-side=left]:enabled")
    page.keyboard.down("ArrowLeft")  # what the keyboard repeats
    expect(page.locator("#feedback")).to_be_empty()
    page.keyboard.up("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#feedback")).to_contain_text("was taken by a camera")


def test_order_and_sides_depend_on_the_person_and_on_nothing_else(page, test_page):
    """The same name gets the same questions, another one others."""
    page.goto(test_page.as_uri())
    ann = questions(page, "Ann")
    page.reload()
    assert questions(page, "Ann") == ann
    assert questions(page, "Bob") != ann
    sides = [
        question["real"]
        for number in range(40)
        for question in questions(page, f"person {number}")
    ]
    # 440 fair coins; beyond these bounds in one of ten million tries.
    assert 165 < sides.count("left") < 275


def test_the_interval_is_that_of_the_bootstrap(page, test_page):
    """For 20 of 40 the binomial percentiles are 0.35 and 0.65."""
    page.goto(test_page.as_uri())
    low, high = page.evaluate(
        """() => foolInterval(
          [...Array(20).fill({real: "left", answer: "left"}),
           ...Array(20).fill({real: "left", answer: "right"})],
          chanceFrom("any"))"""
    )
    assert low == pytest.approx(0.35, abs=0.026)
    assert high == pytest.approx(0.65, abs=0.026)


def test_large_pictures_lie_beside_the_page(page, test_page, tmp_path, monkeypatch):
    """Their names say nothing, and the test works all the same."""
    monkeypatch.setattr(turing_page, "MOST_EMBEDDED_BYTES", 0)
    made = write_test(tmp_path / "real", tmp_path / "colorized", test_page, size_px=48)
    assert not made.is_embedded
    begin(page, test_page)
    page.wait_for_selector("[data-side=left]:enabled")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#feedback")).to_contain_text("was taken by a camera")
    names = {path.name for path in (tmp_path / "test_files").iterdir()}
    assert len(names) == 2 * PAIRS + 1  # a check shares the camera's picture
    assert all(re.fullmatch(r"[0-9a-f]{16}\.jpg", name) for name in names)


def test_a_page_without_its_pictures_says_what_is_missing(
    chromium, test_page, tmp_path, monkeypatch
):
    """Somebody was sent the page and not the folder beside it."""
    monkeypatch.setattr(turing_page, "MOST_EMBEDDED_BYTES", 0)
    write_test(tmp_path / "real", tmp_path / "colorized", test_page, size_px=48)
    (tmp_path / "sent").mkdir()
    alone = test_page.rename(tmp_path / "sent" / "test.html")
    context = chromium.new_context()  # one in which requests may fail
    page = context.new_page()
    begin(page, alone)
    expect(page.locator("#feedback")).to_contain_text("cannot be loaded")
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(page, test_page, violations, theme):
    """Welcome, question, feedback, pause and end keep the rules in both themes."""
    page.emulate_media(color_scheme=theme)
    page.goto(test_page.as_uri())
    assert violations(page) == ""
    begin(page, test_page)
    page.wait_for_selector("[data-side=left]:enabled")
    assert violations(page) == ""
    page.keyboard.press("ArrowLeft")
    assert violations(page) == ""
    page.reload()
    begin(page, test_page)
    go_through(page, lambda side: "left")
    assert violations(page) == ""
