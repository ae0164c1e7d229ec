"""`colorize evaluate` from the command line to the report."""

import importlib.util
import json

import cv2
import numpy as np
import pytest

from colorize_cli.cli import main
from colorize_cli.extras import cure


@pytest.fixture
def evaluate(cli, photo_sets, tiny_model_path, tmp_path):
    """Runs the command on `photo_sets` with the tiny model and two samples."""

    def run(*options, folder=photo_sets, out=tmp_path / "out"):
        common = ["--model", str(tiny_model_path), "--samples", "2", "--device", "cpu"]
        arguments = ["evaluate", str(folder), "-o", str(out), *common]
        return cli.invoke(main, [*arguments, *map(str, options)])

    return run


def test_a_run_writes_report_figures_and_sheet(evaluate, tmp_path):
    """Tables on stdout; what is not at hand and where the report is on stderr."""
    result = evaluate("--sheet", tmp_path / "sheet.png")
    assert result.exit_code == 0, result.output
    assert "## faces: 2 photos" in result.stdout
    assert "| single sample " in result.stdout
    assert "not measured: LPIPS" in result.stderr
    assert "report.html: the report" in result.stderr
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names >= {"report.html", "report.md", "figures.json", "photos.jsonl"}
    found = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert {name: each["photos"] for name, each in found["sets"].items()} == {
        "faces": 2,
        "scenes": 1,
        "all": 3,
    }
    assert found["sets"]["all"]["labels"] == "agreement"
    assert cv2.imread(str(tmp_path / "sheet.png")).shape[1] == 5 * 160


def test_the_same_run_gives_the_same_files(evaluate, tmp_path):
    """In another folder, and again in the same one."""
    evaluate("--quiet")
    evaluate("--quiet", out=tmp_path / "other")
    first = (tmp_path / "out" / "figures.json").read_bytes()
    assert first == (tmp_path / "other" / "figures.json").read_bytes()
    again = evaluate("--quiet")
    assert again.output == ""
    assert first == (tmp_path / "out" / "figures.json").read_bytes()


def test_no_path_of_this_machine_is_in_the_report(evaluate, tmp_path):
    """It may be published."""
    evaluate("--quiet")
    for name in ("report.html", "report.md", "figures.json"):
        assert str(tmp_path) not in (tmp_path / "out" / name).read_text()


def test_a_limit_draws_from_each_set(evaluate, tmp_path):
    """One face, one scene; the report says so."""
    evaluate("--limit", 1)
    found = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert {each["photos"] for each in found["sets"].values()} == {1, 2}
    assert "at most 1 of each set" in found["facts"]["photos"]


def test_bad_photos_are_named_and_the_others_measured(evaluate, photo_sets, tmp_path):
    """Exit code 3, as for colorizing."""
    (photo_sets / "faces" / "bad.jpg").write_bytes(b"nothing")
    result = evaluate()
    assert result.exit_code == 3
    assert "left out: faces/bad.jpg: " in result.stderr
    found = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert len(found["left_out"]) == 1
    assert found["sets"]["faces"]["photos"] == 2


def test_links_to_nothing_are_named_without_the_folder_s_place(
    evaluate, photo_sets, tmp_path
):
    """The report may be published."""
    (photo_sets / "faces" / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    assert evaluate().exit_code == 3
    found = json.loads((tmp_path / "out" / "figures.json").read_text())
    assert found["left_out"] == ["faces/gone.jpg: is a link to nothing"]


def test_a_sheet_is_not_laid_among_the_photos(evaluate, photo_sets, tmp_path):
    """There it would replace one, or be one next time; beside the report it may lie."""
    photo = photo_sets / "faces" / "a.png"
    before = photo.read_bytes()
    result = evaluate("--sheet", photo)
    assert result.exit_code == 2
    assert "a.png: would lie among the photos" in result.stderr
    assert photo.read_bytes() == before
    out = photo_sets / "out"
    assert evaluate("--sheet", out / "sheet.png", out=out).exit_code == 0


def test_nothing_but_bad_photos_is_an_error(evaluate, tmp_path):
    """There are no figures of no photos."""
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "bad.jpg").write_bytes(b"nothing")
    result = evaluate(folder=folder)
    assert result.exit_code == 2
    assert "bad: none of its photos can be measured" in result.stderr
    assert not (tmp_path / "out" / "figures.json").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--protocol", "celeba-128"], "faces/a.png is not named like one of its"),
        (["--protocol", "imagenet"], "is not one of"),
        (["--sheet", "sheet.gif"], "a sheet's name ends in .png or .jpg"),
        (["--samples", 0], "is not in the range"),
        (["--size", 33], "multiples of"),
    ],
)
def test_wrong_usage_is_refused_before_any_work(evaluate, options, message, tmp_path):
    """In one line, with exit code 2; nothing is written."""
    result = evaluate(*options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert not (tmp_path / "out").exists()


def test_folders_that_are_no_photos_are_refused(evaluate, tmp_path):
    """Missing, or empty."""
    assert evaluate(folder=tmp_path / "none").exit_code == 2
    (tmp_path / "empty").mkdir()
    result = evaluate(folder=tmp_path / "empty")
    assert result.exit_code == 2
    assert "empty: has no photos to evaluate" in result.stderr


def test_what_is_not_installed_is_named_with_the_cure(evaluate, monkeypatch):
    """Before anything is read."""
    monkeypatch.setattr(
        "colorize_cli.commands.evaluate.find_spec",
        lambda name: None if name == "skimage" else importlib.util.find_spec(name),
    )
    result = evaluate()
    assert result.exit_code == 1
    assert f"needs scikit-image; {cure('evaluate')}" in result.stderr


def test_a_grey_photo_is_measured_too(evaluate, photo_sets, tmp_path):
    """It has no colour to come near to, and no ratio divides by zero."""
    flat = np.full((32, 32, 3), 90, np.uint8)
    assert cv2.imwrite(str(photo_sets / "faces" / "grey.png"), flat)
    result = evaluate()
    assert result.exit_code == 0
    assert "Without colours of their own: 1 of 3 photos" in result.stdout
    text = (tmp_path / "out" / "figures.json").read_text()
    assert "NaN" not in text
    assert "Infinity" not in text
    counts = {
        name: each["without_colours"] for name, each in json.loads(text)["sets"].items()
    }
    assert counts == {"faces": 1, "scenes": 0, "all": 1}
