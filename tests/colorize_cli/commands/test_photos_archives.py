"""Results in an archive, run after run."""

import zipfile

from tests.archives import held


def test_a_run_that_finds_everything_done_packs_it(
    colorize, photo_folder, tmp_path, steps
):
    """What the one before it could not pack, for which no model is loaded."""
    out = tmp_path / "out.zip"
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("note.txt", "Dear diary")
    whole = out.read_bytes()
    out.write_bytes(whole.replace(b"Dear", b"Dead"))
    failed = colorize(photo_folder, out=out)
    assert failed.exit_code == 1
    assert "what it held cannot be taken over" in failed.stderr
    assert colorize(photo_folder, out=out).exit_code == 1
    out.write_bytes(whole)
    steps.clear()
    assert colorize(photo_folder, out=out).exit_code == 0
    assert steps == []
    names = {"a.jpg", "b.png", "tall.jpg", "album/c.jpg", "colorize.jsonl"}
    assert set(held(out)) == {"note.txt", *names}
    assert colorize(photo_folder, out=out).exit_code == 0
