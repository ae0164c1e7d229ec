"""What there is to show of an output folder, by its ledger and by names."""

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.gallery import build_gallery, find_exhibits
from colorize_cli.gallery.exhibits import inside
from colorize_cli.ledger import Entry, Target
from tests.albums import colour_picture, make_album, save, write_ledger


def found(out, *originals, **options):
    """Exhibits by their source."""
    return {each.source: each for each in find_exhibits(out, originals, **options)}


def paths(exhibit) -> list[str]:
    """The files of its variants."""
    return [variant.path for variant in exhibit.variants]


def test_the_ledger_says_what_belongs_together(tmp_path):
    """Variants with seeds, the spread map, and not the sheet as a photo of its own."""
    exhibits = found(make_album(tmp_path))
    assert list(exhibits) == [
        "aunt.jpg",
        "box/barn.png",
        "broken.jpg",
        "flag.jpg",
        "lake.jpg",
    ]
    aunt = exhibits["aunt.jpg"]
    assert paths(aunt) == ["aunt.jpg", "aunt_s2.jpg", "aunt_s3.jpg"]
    assert {variant.seed for variant in aunt.variants} == {7}
    assert aunt.spread == "aunt_spread.png"
    assert aunt.diversity == 9.5
    assert aunt.facts["sampler"] == "ddpm"
    assert exhibits["broken.jpg"].reason == "is truncated"
    assert exhibits["flag.jpg"].status == "skipped"


def test_without_a_ledger_names_say_it(tmp_path):
    """Variants are in the order of their numbers; sheets belong to their photo."""
    out = make_album(tmp_path)
    (out / "colorize.jsonl").unlink()
    save(out / "aunt_s10.jpg", colour_picture(3))
    exhibits = found(out)
    assert list(exhibits) == ["aunt.jpg", "box/barn.png", "lake.jpg"]
    aunt = exhibits["aunt.jpg"]
    assert paths(aunt) == ["aunt.jpg", "aunt_s2.jpg", "aunt_s3.jpg", "aunt_s10.jpg"]
    assert aunt.spread == "aunt_spread.png"
    assert aunt.diversity is None


def test_a_name_like_a_variant_s_is_a_photo_where_there_is_no_first(tmp_path):
    """sheep_s2.jpg without sheep.jpg is a photo that is called so."""
    save(tmp_path / "sheep_s2.jpg", colour_picture(0))
    save(tmp_path / "old_spread.jpg", colour_picture(1))
    assert list(found(tmp_path)) == ["old_spread.jpg", "sheep_s2.jpg"]


def test_variants_go_with_the_picture_of_their_own_suffix(tmp_path):
    """Two photos of one stem, without a ledger: none takes the other's variants."""
    for number, name in enumerate(("a.png", "a_s2.png", "a.jpg", "a_s2.jpg")):
        save(tmp_path / name, colour_picture(number))
    save(tmp_path / "a_spread.png", colour_picture(9))
    exhibits = found(tmp_path)
    assert {source: paths(each) for source, each in exhibits.items()} == {
        "a.jpg": ["a.jpg", "a_s2.jpg"],
        "a.png": ["a.png", "a_s2.png"],
    }
    assert exhibits["a.jpg"].spread == "a_spread.png"


def test_results_of_an_earlier_format_stay_with_their_photo(tmp_path):
    """The ledger's older lines know whose they are, and what their files held."""
    targets = [Target(path=f"a.{s}", seed=0, sample=0, hash=s) for s in ("png", "jpg")]
    entries = [
        Entry(source="a.tif", status="done", targets=(target,)) for target in targets
    ]
    for target in targets:
        save(tmp_path / target.path, colour_picture(0))
    write_ledger(tmp_path, entries)
    exhibits = found(tmp_path)
    assert list(exhibits) == ["a.tif"]
    made = [(each.path, each.hash, each.seed) for each in exhibits["a.tif"].variants]
    assert made == [("a.jpg", "jpg", 0), ("a.png", "png", None)]


def test_the_spread_map_of_samples_that_are_gone_is_not_shown(tmp_path):
    """A run with another seed and without --spread leaves the old map there."""
    out = make_album(tmp_path)
    assert found(out)["aunt.jpg"].spread == "aunt_spread.png"
    target = Target(path="aunt.jpg", seed=8, sample=0)
    anew = Entry(source="aunt.jpg", status="done", targets=(target,))
    with (out / "colorize.jsonl").open("ab") as ledger:
        ledger.write(anew.to_line())
    assert found(out)["aunt.jpg"].spread is None


def test_pictures_that_the_ledger_does_not_know_are_shown_too(tmp_path):
    """As from runs before there was a ledger."""
    out = make_album(tmp_path)
    save(out / "stranger.png", colour_picture(8))
    assert paths(found(out)["stranger.png"]) == ["stranger.png"]


def test_pictures_of_a_photo_that_failed_later_are_kept_with_it(tmp_path):
    """The failure and the older result are one card, not two."""
    out = make_album(tmp_path)
    save(out / "broken.jpg", colour_picture(8))
    broken = found(out)["broken.jpg"]
    assert broken.status == "failed"
    assert paths(broken) == ["broken.jpg"]


def test_variants_of_an_earlier_run_are_kept_with_the_photo(tmp_path):
    """A run with fewer samples leaves them; their seed is not known any more."""
    out = make_album(tmp_path)
    save(out / "lake_s2.jpg", colour_picture(8))
    lake = found(out)["lake.jpg"]
    assert paths(lake) == ["lake.jpg", "lake_s2.jpg"]
    assert [variant.seed for variant in lake.variants] == [7, None]
    assert "lake_s2.jpg" not in found(out)


def test_results_that_have_gone_are_told(tmp_path):
    """A done photo without any result counts as failed, one with some as done."""
    out = make_album(tmp_path)
    (out / "lake.jpg").unlink()
    (out / "aunt_s2.jpg").unlink()
    exhibits = found(out)
    assert exhibits["lake.jpg"].status == "failed"
    assert "no longer there" in exhibits["lake.jpg"].reason
    assert exhibits["aunt.jpg"].status == "done"
    assert paths(exhibits["aunt.jpg"]) == ["aunt.jpg", "aunt_s3.jpg"]


@pytest.mark.parametrize("gone", ["aunt.jpg", "aunt_s2.jpg"])
def test_a_photo_keeps_its_name_when_a_variant_goes(tmp_path, gone):
    """A copy of a chosen variant is called like the first one, there or not."""
    out = make_album(tmp_path)
    (out / gone).unlink()
    assert found(out)["aunt.jpg"].name == "aunt.jpg"


def test_a_photo_is_named_after_its_result(tmp_path):
    """Of another format, picked or first; after itself if it has none there."""
    named = {
        "bmp.bmp": [("bmp_s2.png", 1), ("bmp.png", 0)],
        "medoid.tif": [("medoid.jpg", 3)],
        "mean.tif": [("mean.jpg", None)],
        "astray.tif": [("../astray.jpg", 0)],
        "failed.tif": [],
    }
    entries = [
        Entry(
            source=source,
            status="done",
            targets=tuple(Target(path=p, seed=0, sample=n) for p, n in targets),
        )
        for source, targets in named.items()
    ]
    write_ledger(tmp_path, entries)
    names = {source: exhibit.name for source, exhibit in found(tmp_path).items()}
    assert names == {
        "bmp.bmp": "bmp.png",
        "medoid.tif": "medoid.jpg",
        "mean.tif": "mean.jpg",
        "astray.tif": "astray.tif",
        "failed.tif": "failed.tif",
    }


def test_a_photo_that_a_run_was_stopped_at_counts_as_failed(tmp_path):
    """The ledger's status `started` is none that a reader knows."""
    write_ledger(tmp_path, [Entry(source="a.jpg", status="started")])
    assert found(tmp_path)["a.jpg"].status == "failed"


def test_a_ledger_cannot_point_out_of_its_folder(tmp_path):
    """Whatever it claims, only pictures of the output folder are shown."""
    save(tmp_path / "secret.jpg", colour_picture(0))
    targets = (
        Target(path="../secret.jpg", seed=0, sample=0),
        Target(path=str(tmp_path / "secret.jpg"), seed=0, sample=1),
    )
    entry = Entry(source="a.jpg", status="done", targets=targets)
    write_ledger(tmp_path / "out", [entry])
    assert found(tmp_path / "out")["a.jpg"].variants == ()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_left_out(tmp_path, value):
    """A ledger that was edited by hand does not break the page."""
    entry = Entry(source="a.jpg", status="failed", diversity=value, seconds=value)
    write_ledger(tmp_path, [entry])
    exhibit = found(tmp_path)["a.jpg"]
    assert exhibit.diversity is None
    assert "seconds" not in exhibit.facts


def test_originals_are_found_where_they_are_said_to_be(tmp_path):
    """Under the same name, or with another suffix, as of a BMP whose result is PNG."""
    out = make_album(tmp_path)
    save(tmp_path / "photos" / "stranger.bmp", colour_picture(8))
    save(out / "stranger.png", colour_picture(8))
    exhibits = found(out, tmp_path / "photos")
    photos = tmp_path / "photos"
    assert exhibits["box/barn.png"].original == photos / "box" / "barn.png"
    assert exhibits["stranger.png"].original == photos / "stranger.bmp"


def test_the_ledger_knows_where_originals_were(tmp_path):
    """They are used while they are still there."""
    out, photo = tmp_path / "out", tmp_path / "a.jpg"
    write_ledger(out, [Entry(source="a.jpg", status="failed", origin=str(photo))])
    assert found(out)["a.jpg"].original is None
    save(photo, colour_picture(0))
    assert found(out)["a.jpg"].original == photo


def test_a_photo_that_took_an_original_s_place_is_not_shown_for_it(tmp_path):
    """A scanner that counts from 1 every day writes over yesterday's scan0001.jpg."""
    out, photo = tmp_path / "out", tmp_path / "scan0001.jpg"
    save(photo, colour_picture(0))
    size = photo.stat().st_size
    entry = Entry(source=photo.name, status="done", origin=str(photo), size=size)
    write_ledger(out, [entry])
    assert found(out)[photo.name].original == photo
    save(photo, colour_picture(1, height=90))
    assert found(out)[photo.name].original is None
    assert found(out, tmp_path)[photo.name].original == photo


def test_other_galleries_are_not_shown(tmp_path):
    """A gallery in the folder of results is no box of photos; other pictures are."""
    out = make_album(tmp_path)
    expected = [*found(out), "web/pictures/ab/mine.jpg"]
    build_gallery(out, out / "gallery")
    save(out / "web/pictures/ab/mine.jpg", colour_picture(0))
    assert list(found(out, besides=tmp_path / "g2")) == expected


def test_the_gallery_itself_is_not_shown(tmp_path):
    """It may lie in the folder of results."""
    out = make_album(tmp_path)
    save(out / "web" / "pictures" / "x.jpg", colour_picture(0))
    assert "web/pictures/x.jpg" in found(out)
    assert "web/pictures/x.jpg" not in found(out, besides=out / "web")


def test_an_empty_folder_is_an_error(tmp_path):
    """The message says which folder is meant."""
    with pytest.raises(PlanError, match="holds no colorized photos; name the folder"):
        find_exhibits(tmp_path)
    with pytest.raises(PlanError, match="nowhere: is not a folder"):
        find_exhibits(tmp_path / "nowhere")


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../a", "a/../../b", "a\0b", "."])
def test_paths_that_lead_astray_are_none(tmp_path, path):
    """Absolute, upwards, empty, or with a NUL."""
    assert inside(tmp_path, path) is None
    assert inside(tmp_path, "a/b.jpg") == tmp_path / "a" / "b.jpg"
