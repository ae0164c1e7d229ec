"""The gallery as a folder: complete, renewable, and careful with what is there."""

import json
import re

import numpy as np
import pytest

from colorize_cli.codec import decode, encode_pages
from colorize_cli.errors import PlanError
from colorize_cli.gallery import build_gallery
from colorize_cli.imaging.photo import Photo
from tests.albums import colour_picture, make_album, save
from tests.runs import contents


@pytest.fixture
def album(tmp_path):
    """A folder of results."""
    return make_album(tmp_path)


def data(gallery) -> dict:
    """What data.js holds."""
    text = (gallery / "data.js").read_text("ascii")
    return json.loads(text.removeprefix("window.GALLERY = ").removesuffix(";\n"))


def test_everything_that_the_page_names_is_in_the_folder(album, tmp_path):
    """Scripts, styles and pictures; the folder can be handed on as it is."""
    made = build_gallery(album, tmp_path / "g", originals=[tmp_path / "photos"])
    files = contents(tmp_path / "g")
    index = made.index.read_text()
    named = re.findall(r'(?:src|href)="([^"]+)"', index)
    named += re.findall(r'"(pictures/[^"]+)"', (tmp_path / "g/data.js").read_text())
    missing = [name for name in named if name not in files and "data:" not in name]
    assert missing == []
    assert made.photo_count == 5
    assert made.failures == ()
    assert made.greyed_count == 0


def test_the_page_names_no_host(album, tmp_path):
    """Neither scripts, styles nor markup lead to a network."""
    build_gallery(album, tmp_path / "g")
    texts = [
        text.decode()
        for name, text in contents(tmp_path / "g").items()
        if name.endswith((".html", ".css", ".js"))
    ]
    hosts = {url for text in texts for url in re.findall(r"https?://[\w./]+", text)}
    assert hosts <= {"http://www.w3.org/2000/svg"}


def test_originals_that_are_not_found_are_made_up_from_the_result(album, tmp_path):
    """And the page says so, photo by photo."""
    made = build_gallery(album, tmp_path / "g")
    assert made.greyed_count == 3
    photos = {photo["source"]: photo for photo in data(tmp_path / "g")["photos"]}
    assert "was not found" in photos["aunt.jpg"]["note"]
    assert photos["aunt.jpg"]["before"] is not None
    assert photos["broken.jpg"]["before"] is None


def test_a_damaged_result_is_reported_and_the_others_are_shown(album, tmp_path):
    """Its variant stays in the list, without a picture."""
    (album / "aunt_s2.jpg").write_bytes(b"\xff\xd8 torn")
    made = build_gallery(album, tmp_path / "g", originals=[tmp_path / "photos"])
    assert len(made.failures) == 1
    assert "aunt_s2.jpg" in made.failures[0]
    variants = data(tmp_path / "g")["photos"][0]["variants"]
    assert ["preview" in variant for variant in variants] == [True, False, True]


def test_a_choice_is_named_after_the_photo_whose_first_variant_is_gone(album, tmp_path):
    """Else aunt_s3.jpg would be copied to final/aunt_s2.jpg."""
    (album / "aunt.jpg").unlink()
    build_gallery(album, tmp_path / "g")
    aunt = data(tmp_path / "g")["photos"][0]
    assert aunt["name"] == "aunt.jpg"
    assert [each["path"] for each in aunt["variants"]] == ["aunt_s2.jpg", "aunt_s3.jpg"]


def test_a_gallery_is_renewed_in_place(album, tmp_path):
    """Pictures that are still shown stay untouched, the others go."""
    build_gallery(album, tmp_path / "g")
    before = contents(tmp_path / "g")
    times = {name: (tmp_path / "g" / name).stat().st_mtime_ns for name in before}
    (album / "lake.jpg").unlink()
    save(album / "new.jpg", colour_picture(20))
    (tmp_path / "g" / "notes.txt").write_text("mine")
    build_gallery(album, tmp_path / "g")
    after = contents(tmp_path / "g")
    gone = before.keys() - after.keys()
    assert len(gone) == 4  # large and small, in colour and grey
    assert all(name.startswith("pictures/") for name in gone)
    kept = [name for name in after if name.startswith("pictures/") and name in before]
    assert kept
    assert all(
        (tmp_path / "g" / name).stat().st_mtime_ns == times[name] for name in kept
    )
    assert after["notes.txt"] == b"mine"
    assert "new.jpg" in after["data.js"].decode()


def test_the_same_gallery_keeps_its_identity(album, tmp_path):
    """So that a browser finds the choices again; another one has another."""
    build_gallery(album, tmp_path / "g")
    first = data(tmp_path / "g")["id"]
    build_gallery(album, tmp_path / "g")
    build_gallery(album, tmp_path / "h")
    assert data(tmp_path / "g")["id"] == first
    assert data(tmp_path / "h")["id"] != first


def test_a_gallery_that_has_moved_with_its_photos_keeps_its_identity(album, tmp_path):
    """A disk that is mounted at another place must not cost what was chosen."""
    disk = tmp_path / "disk"
    disk.mkdir()
    album.rename(disk / "out")
    build_gallery(disk / "out", disk / "g")
    first = data(disk / "g")["id"]
    disk.rename(tmp_path / "mnt")
    build_gallery(tmp_path / "mnt" / "out", tmp_path / "mnt" / "g")
    assert data(tmp_path / "mnt" / "g")["id"] == first


def test_low_confidence_starts_at_the_upper_quarter(tmp_path):
    """Of the photos that have a spread; without any there is no limit."""
    build_gallery(make_album(tmp_path), tmp_path / "g")
    assert data(tmp_path / "g")["uncertainFrom"] == pytest.approx(7.9375)
    save(tmp_path / "plain" / "a.jpg", colour_picture(0))
    build_gallery(tmp_path / "plain", tmp_path / "p")
    assert data(tmp_path / "p")["uncertainFrom"] is None


def test_a_gallery_that_was_stopped_is_gone_on_with(album, tmp_path):
    """Ctrl-C during the first one: the pictures that were made are used."""

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_gallery(album, tmp_path / "g", on_photo=stop)
    made = (tmp_path / "g" / "pictures").rglob("*.jpg")
    times = {path: path.stat().st_mtime_ns for path in made}
    assert times
    assert data(tmp_path / "g")["photos"] == []
    assert build_gallery(album, tmp_path / "g").photo_count == 5
    assert {path: path.stat().st_mtime_ns for path in times} == times


def test_documents_of_several_pages_are_shown_by_their_first(tmp_path):
    """The result of a TIFF is a TIFF with as many pages."""
    pages = [Photo(rgb=colour_picture(number)) for number in range(2)]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "deed.tif").write_bytes(encode_pages(pages, "tiff"))
    made = build_gallery(tmp_path / "out", tmp_path / "g")
    assert made.failures == ()
    (variant,) = data(tmp_path / "g")["photos"][0]["variants"]
    shown = decode((tmp_path / "g" / variant["preview"]).read_bytes(), "preview")
    assert np.abs(shown.rgb.astype(int) - pages[0].rgb).mean() < 8


def test_progress_is_told(album, tmp_path):
    """How many photos there are, then one call for each."""
    calls = []
    build_gallery(
        album,
        tmp_path / "g",
        jobs=3,
        on_start=lambda count: calls.append(count),
        on_photo=lambda: calls.append("photo"),
    )
    assert calls == [5, *["photo"] * 5]


def test_foreign_folders_are_refused(album, tmp_path):
    """The results themselves, a file, and a folder that holds something else."""
    with pytest.raises(PlanError, match="is the folder of results"):
        build_gallery(album, album)
    (tmp_path / "file").write_text("")
    with pytest.raises(PlanError, match="is a file"):
        build_gallery(album, tmp_path / "file")
    before = contents(tmp_path / "photos")
    with pytest.raises(PlanError, match="neither empty nor a gallery"):
        build_gallery(album, tmp_path / "photos")
    assert contents(tmp_path / "photos") == before
    site = {"index.html": b"<p>mine", "data.js": b"let mine", "pictures/ab/me.jpg": b""}
    for name, content in site.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_bytes(content)
    with pytest.raises(PlanError, match="neither empty nor a gallery"):
        build_gallery(album, tmp_path / "site")
    assert contents(tmp_path / "site") == site
