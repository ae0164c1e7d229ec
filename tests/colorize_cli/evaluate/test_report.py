"""Reports: sets and ranks, tables, Markdown, a page without network, sheets."""

import json
from dataclasses import replace
from html.parser import HTMLParser

import cv2
import pytest

from colorize_cli.errors import EncodeError
from colorize_cli.evaluate.files import write_report, write_sheet
from colorize_cli.evaluate.markdown import figures, markdown
from colorize_cli.evaluate.page import page
from colorize_cli.evaluate.report import EvaluationReport, compiled
from colorize_cli.evaluate.sets import find_items
from colorize_cli.evaluate.store import Store
from colorize_cli.evaluate.strips import columns
from colorize_cli.evaluate.tables import tables_of
from colorize_cli.evaluate.ways import WAYS


@pytest.fixture
def done(photo_sets, evaluated, tmp_path):
    """Three photos in two sets, measured."""
    items, _ = find_items(photo_sets, tmp_path / "out")
    return evaluated(items, tmp_path / "out")[0]


@pytest.fixture
def report(done, tmp_path):
    """Their report, with a name that HTML must not take for its own."""
    with Store(tmp_path / "out") as store:
        sets = compiled(done, store)
    return EvaluationReport(
        facts={"model": "<b>& co</b>"},
        sets=sets,
        left_out=["x.jpg: is empty"],
        missing=["LPIPS: no weights"],
        columns=columns(2),
    )


def test_every_set_has_figures_and_all_photos_have_them_together(report):
    """The mean over all is that over photos, not over sets."""
    counts = {each.name: each.photo_count for each in report.sets}
    assert counts == {"faces": 2, "scenes": 1, "all": 3}
    faces, scenes, everything = (each.ways["grey"].mae for each in report.sets)
    assert everything == pytest.approx((2 * faces + scenes) / 3)


def test_one_set_is_not_told_twice(done, tmp_path):
    """No `all` for a single set."""
    with Store(tmp_path / "out") as store:
        assert [each.name for each in compiled(done[:2], store)] == ["faces"]


def test_a_folder_called_all_keeps_its_figures(done, tmp_path):
    """With a slash, which no folder's name has; `all` is every photo, as ever."""
    renamed = {"faces": "all", "scenes": "scenes"}
    called = [
        (replace(item, set_name=renamed[item.set_name]), record)
        for item, record in done
    ]
    with Store(tmp_path / "out") as store:
        plain, sets = compiled(done, store), compiled(called, store)
        (single,) = compiled(called[:2], store)
    assert [each.name for each in sets] == ["all/", "scenes", "all"]
    assert [each.photo_count for each in sets] == [2, 1, 3]
    assert [each.to_json() for each in sets] == [each.to_json() for each in plain]
    assert single.name == "all"


def test_photos_are_ranked_by_what_their_colours_gain(report):
    """Best first, worst first, none twice."""
    everything = report.sets[-1]
    best = [photo.gain for photo in everything.best]
    worst = [photo.gain for photo in everything.worst]
    assert best == sorted(best, reverse=True)
    assert worst == sorted(worst)
    names = [photo.name for photo in (*everything.best, *everything.worst)]
    assert sorted(names) == ["faces/a.png", "faces/b.png", "scenes/c.png"]


def test_labels_make_accuracy_and_without_them_it_is_agreement(done, tmp_path):
    """One photo without a label makes it agreement for its whole set."""
    labelled = [(replace(item, label=7), record) for item, record in done]
    with Store(tmp_path / "out") as store:
        (faces, *_) = compiled(labelled, store)
        (mixed, *_) = compiled([done[0], *labelled[1:]], store)
    assert faces.labels == "given"
    assert mixed.labels == "agreement"
    assert mixed.ways["original"].accuracy == 1
    assert "accuracy" in tables_of(faces)[2].columns
    assert "agreement" in tables_of(mixed)[2].columns


def test_frechet_distances_are_of_the_sets_own_photos(report):
    """A single photo has none; two have one, and it is 0 for the originals."""
    faces, scenes, _ = report.sets
    assert scenes.ways["grey"].frechet is None
    assert faces.ways["original"].frechet == pytest.approx(0, abs=1e-6)
    assert faces.ways["grey"].frechet > 1


def test_columns_of_which_nothing_is_known_are_left_out(report):
    """No LPIPS, no FID; and no table of the classifier without one."""
    tables = tables_of(report.sets[0])
    headings = [heading for table in tables for heading in table.columns]
    assert "LPIPS" not in headings
    assert "FID" not in headings
    ways = {
        way: replace(each, accuracy=None, recovered=None, frechet=None)
        for way, each in report.sets[0].ways.items()
    }
    assert len(tables_of(replace(report.sets[0], ways=ways))) == 2


def test_markdown_has_a_row_for_each_way(report):
    """In each table; and says what is missing."""
    text = markdown(report)
    for name in WAYS.values():
        assert text.count(f"| {name} ") == len(report.sets) * 3
    assert "- LPIPS: no weights" in text
    assert "- x.jpg: is empty" in text
    assert text.count("\n## faces: 2 photos\n") == 1
    assert figures(report) in text


class Outline(HTMLParser):
    """Tags that are open at the end, links and sources, texts of figures."""

    def __init__(self):
        """Nothing read."""
        super().__init__()
        self.open, self.places, self.alts = [], [], []

    def handle_starttag(self, tag, attributes):
        """Remember what it points to."""
        values = dict(attributes)
        self.places += [values[k] for k in ("src", "href") if k in values]
        if tag == "img":
            self.alts.append(values["alt"])
        elif tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Tags close in the order that they were opened."""
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_no_other_file(report):
    """Every picture is in it; every tag is closed; names are escaped."""
    text = page(report)
    outline = Outline()
    outline.feed(text)
    assert outline.open == []
    assert all(place.startswith(("data:image/jpeg", "#")) for place in outline.places)
    assert len(outline.alts) == 2 * len(report.sets[-1].best + report.sets[-1].worst)
    assert "faces/a.png: grey, original, sample 1, sample 2, mean" in outline.alts
    assert "&lt;b&gt;&amp; co" in text
    assert "<b>" not in text


def test_files_are_the_same_for_the_same_results(report, tmp_path):
    """To the byte; JSON has all figures and no pictures."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        assert write_report(folder, report) == folder / "report.html"
    for name in ("report.html", "report.md", "figures.json"):
        assert (first / name).read_bytes() == (second / name).read_bytes()
    found = json.loads((first / "figures.json").read_text())
    assert found["sets"]["faces"]["photos"] == 2
    assert set(found["sets"]["all"]["ways"]) == set(WAYS)


def test_names_that_are_no_letters_do_not_stop_a_report(report, tmp_path):
    """Bytes that are no UTF-8 become question marks."""
    odd = replace(report, left_out=["caf\udce9.jpg: is empty"])
    write_report(tmp_path, odd)
    assert "caf?.jpg" in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_a_sheet_has_a_row_per_photo_under_its_headings(done, tmp_path, suffix):
    """Grey, original, two samples, mean; 160 pixels each."""
    path = tmp_path / f"sheet{suffix}"
    with Store(tmp_path / "out") as store:
        write_sheet(path, done, store, samples=2)
    height, width, _ = cv2.imread(str(path)).shape
    assert width == 5 * 160
    # Two square photos and one of 36 x 60, fitted into 156 pixels with a gap of 4.
    assert 0 < height - (160 + 160 + 98) < 40


def test_a_report_that_cannot_be_written_says_why(report, tmp_path):
    """The folder is a file."""
    (tmp_path / "file").touch()
    with pytest.raises(EncodeError, match="a file is where its folder should be"):
        write_report(tmp_path / "file", report)
