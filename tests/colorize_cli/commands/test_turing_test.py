"""`colorize turing-test` from the command line: a page, and scores of its results."""

import json

import pytest

from colorize_cli.cli import main
from tests.albums import colour_picture, grey_version, save


@pytest.fixture
def run(cli):
    """Runs `colorize turing-test` with these words in this process."""
    return lambda *words: cli.invoke(main, ["turing-test", *map(str, words)])


@pytest.fixture
def folders(tmp_path):
    """Six photos, one of them grey, and their colorized versions."""
    for number in range(6):
        picture = colour_picture(number)
        real = grey_version(picture) if number == 0 else picture
        save(tmp_path / f"real/{number}.png", real)
        save(tmp_path / f"colorized/{number}.png", picture)
    return tmp_path / "real", tmp_path / "colorized"


def write_result(path, participant, answers, check="left"):
    """What the page downloads, with these answers; the camera's is always left."""
    trials = [
        {"photo": f"{n}.png", "phase": "test", "real": "left", "answer": answer}
        for n, answer in enumerate(answers)
    ]
    trials.append({"photo": "9.png", "phase": "check", "real": "left", "answer": check})
    document = {
        "kind": "colorize-turing-result",
        "version": 1,
        "test": "t",
        "participant": participant,
        "started": "now",
        "trials": trials,
    }
    path.write_text(json.dumps(document))
    return path


def test_a_page_is_written_and_counted(run, folders, tmp_path):
    """Stdout says what is in it, stderr what was left out."""
    page = tmp_path / "test.html"
    result = run(*folders, "-o", page, "--size", 32, "--display", 5)
    assert result.exit_code == 0
    assert result.stdout == (f"{page}: 4 pairs, 1 for practice, 1 attention checks\n")
    assert "left out, without colours of their own: 0.png" in result.stderr
    assert '"display_s": 5, "size_px": 32, "seed": 0' in page.read_text()


def test_results_are_pooled(run, tmp_path):
    """Rate and interval, who does not count, and the ranking; all of it as JSON."""
    paths = [
        write_result(tmp_path / "a.json", "Ann", ["right", "left"]),
        write_result(tmp_path / "b.json", "Bob", ["right", "left"]),
        write_result(tmp_path / "c.json", "Cy", ["right", "right"], check="right"),
    ]
    result = run("--score", *paths, "-o", tmp_path / "scores.json")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("fool rate 50.0%, 95 % interval 0.0% to 100.0%")
    assert lines[0].endswith("(2 people, 4 trials)")
    assert lines[1] == "not counted: Cy passed only 0% of the attention checks"
    assert [line.split() for line in lines[-2:]] == [
        ["100.0%", "2/2", "0.png"],
        ["0.0%", "0/2", "1.png"],
    ]
    scores = json.loads((tmp_path / "scores.json").read_bytes())
    assert scores["fool_rate"] == 0.5
    assert scores["interval"] == [0.0, 1.0]
    assert [each["photo"] for each in scores["photos"]] == ["0.png", "1.png"]
    assert scores["photos"][0]["fool_rate"] == 1.0
    assert scores["excluded"][0]["participant"] == "Cy"


def test_a_result_is_not_replaced_by_scores(run, tmp_path):
    """`-o results/*.json` would take the first person's answers; scores may go."""
    ann = write_result(tmp_path / "a.json", "Ann", ["right", "left"])
    bob = write_result(tmp_path / "b.json", "Bob", ["right", "left"])
    before = ann.read_bytes()
    result = run("--score", "-o", ann, bob)
    assert result.exit_code == 2
    assert f"{ann}: is a result and would be lost" in result.stderr
    assert ann.read_bytes() == before
    for _ in range(2):
        assert run("--score", ann, bob, "-o", tmp_path / "s.json").exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["real"], "name two folders and a page"),
        (["real", "colorized"], "name two folders and a page"),
        (["real", "colorized", "-o", "page.txt"], "the name of a page ends in .html"),
        (["real", "nowhere", "-o", "t.html"], "nowhere: is not a folder"),
        (["--score", "none.json"], "none.json: cannot be read"),
        (["real", "colorized", "-o", "t.html", "--display", "4"], "'4' is not one of"),
    ],
)
def test_wrong_input_is_told(run, folders, monkeypatch, words, message):
    """With exit code 2 and a sentence that names what to change."""
    monkeypatch.chdir(folders[0].parent)
    result = run(*words)
    assert result.exit_code == 2
    assert message in result.stderr
