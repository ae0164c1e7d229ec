"""Running `colorize` again: what is left alone, what is added, what is tried again."""

import json

from colorize_cli.errors import DecodeError
from colorize_cli.files import disk
from colorize_cli.ledger import content_hash
from tests.runs import contents, errors, later

NAMES = {"a.jpg", "b.png", "tall.jpg", "album/c.jpg"}


class TestLedger:
    """What is written down."""

    def test_every_photo_has_its_line(self, colorize, photo_folder, out, ledger, steps):
        """With what is needed to know it again, and how it was made."""
        colorize(photo_folder, "--samples", 2, "--seed", 7, "--sampler", "ddim")
        assert set(ledger()) == NAMES
        entry = ledger()["album/c.jpg"]
        photo = photo_folder / "album/c.jpg"
        assert entry.status == "done"
        assert entry.origin == str(photo)
        assert entry.hash == content_hash(photo.read_bytes())
        assert entry.size == photo.stat().st_size
        assert entry.mtime_ns == photo.stat().st_mtime_ns
        targets = [(t.path, t.seed, t.sample, t.hash) for t in entry.targets]
        assert targets == [
            (path, 7, sample, content_hash((out / path).read_bytes()))
            for sample, path in enumerate(["album/c.jpg", "album/c_s2.jpg"])
        ]
        assert (entry.model, entry.model_name) == ("fake", "fake")
        assert (entry.seed, entry.samples, entry.steps) == (7, 2, 3)
        assert (entry.sampler, entry.pick) == ("ddim", "all")
        assert entry.diversity > 0
        assert entry.seconds > 0

    def test_failures_are_written_down(self, colorize, photo_folder, ledger, steps):
        """With their reason; a failure that repeats itself is not repeated."""
        (photo_folder / "text.jpg").write_bytes(b"Dear diary,\n")
        for _ in range(3):
            assert colorize(photo_folder).exit_code == 3
        entry = ledger()["text.jpg"]
        assert entry.status == "failed"
        assert "is not an image" in entry.reason
        lines = (photo_folder.parent / "out/colorize.jsonl").read_text().splitlines()
        assert sum('"text.jpg"' in line for line in lines) == 1

    def test_lines_are_for_jq(self, colorize, photo_folder, out, steps):
        """One JSON object each; the last of a photo says how it ended."""
        colorize(photo_folder)
        lines = (out / "colorize.jsonl").read_text().splitlines()
        values = [json.loads(line) for line in lines]
        done = [each for each in values if each["status"] == "done"]
        assert {each["source"] for each in done} == NAMES
        assert {each["v"] for each in values} == {1}

    def test_extras_are_named(self, colorize, photo_folder, ledger, steps):
        """Sheet and spread map, and which sample was picked."""
        colorize(photo_folder / "a.jpg", "--samples", 3, "--pick", "medoid")
        (target,) = ledger()["a.jpg"].targets
        assert target.path == "a.jpg"
        assert target.sample in {0, 1, 2}
        colorize(photo_folder / "b.png", "--samples", 2, "--sheet", "--spread")
        assert ledger()["b.png"].extras == {
            "sheet": "b_sheet.png",
            "spread": "b_spread.png",
        }

    def test_a_pipe_has_no_ledger(self, cli, colorize, photo_folder, loaded, out):
        """Nothing is remembered, so nothing is left in the current folder."""
        assert colorize(photo_folder / "a.jpg", out="-").exit_code == 0
        assert not out.exists()


class TestDoneBefore:
    """What has not changed is left alone."""

    def test_nothing_is_read(self, colorize, photo_folder, steps, reads, out):
        """Size and time are enough; the ledger does not grow."""
        colorize(photo_folder)
        steps.clear()
        reads.clear()
        size = (out / "colorize.jsonl").stat().st_size
        result = colorize(photo_folder)
        assert result.exit_code == 0
        assert "4 photos, already there" in result.stdout
        assert (steps, reads) == ([], [])
        assert (out / "colorize.jsonl").stat().st_size == size

    def test_no_model_is_loaded(self, colorize, photo_folder, steps, loaded):
        """Most nights nothing has changed; failures are told all the same."""
        (photo_folder / "gone.jpg").symlink_to("nowhere")
        colorize(photo_folder)
        loaded.calls.clear()
        result = colorize(photo_folder, "-v")
        assert loaded.calls == []
        assert result.exit_code == 3
        assert f"failed {photo_folder / 'gone.jpg'}: is a link to nothing" in (
            errors(result)
        )
        assert "4 photos, already there" in result.stdout
        colorize(photo_folder, "--seed", 1)
        assert len(loaded.calls) == 1

    def test_what_no_run_has_made_is_told(self, colorize, photo_folder, loaded, out):
        """A file under a result's name stays; `--verbose` says that it is no result."""
        out.mkdir()
        (out / "a.jpg").write_bytes(b"by hand")
        result = colorize(photo_folder / "a.jpg", "-v")
        assert result.exit_code == 0
        assert "made by no run that is known; --overwrite replaces it" in (
            " ".join(result.stderr.split())
        )
        assert (out / "a.jpg").read_bytes() == b"by hand"

    def test_a_copied_photo_is_read_once(self, colorize, photo_folder, steps, reads):
        """Another time, the same content: the next run knows the new time."""
        colorize(photo_folder)
        later(photo_folder / "a.jpg")
        steps.clear()
        for expected in (["a.jpg"], []):
            reads.clear()
            assert "4 photos, already there" in colorize(photo_folder).stdout
            assert (steps, reads) == ([], expected)

    def test_a_moved_folder_is_the_same(self, colorize, photo_folder, steps, tmp_path):
        """Contents decide, not where a disk is mounted."""
        colorize(photo_folder)
        steps.clear()
        moved = photo_folder.rename(tmp_path / "elsewhere")
        assert "4 photos, already there" in colorize(moved).stdout
        assert steps == []

    def test_settings_of_the_run_change_nothing(self, colorize, photo_folder, steps):
        """Neither do those that the result does not have: PNG has no quality."""
        colorize(photo_folder / "b.png")
        steps.clear()
        for options in (["--batch-size", 2], ["--jobs", 1], ["--quality", 50]):
            assert "already there" in colorize(photo_folder / "b.png", *options).stdout
        assert steps == []

    def test_more_samples_are_added(self, colorize, photo_folder, ledger, steps, out):
        """Only those; the line names them all."""
        colorize(photo_folder / "a.jpg")
        first = contents(out)
        steps.clear()
        colorize(photo_folder / "a.jpg", "--samples", 3)
        assert max(steps) == 2
        assert contents(out).items() > first.items()
        assert [target.sample for target in ledger()["a.jpg"].targets] == [0, 1, 2]

    def test_a_sheet_of_fewer_samples_is_made_again(
        self, colorize, photo_folder, out, steps
    ):
        """It shows all there are; the pictures stay."""
        photo = photo_folder / "a.jpg"
        colorize(photo, "--samples", 2, "--sheet")
        before = contents(out)
        colorize(photo, "--samples", 3, "--sheet")
        after = contents(out)
        assert after["a_sheet.jpg"] != before.pop("a_sheet.jpg")
        assert after.items() > before.items()

    def test_a_deleted_result_is_made_again(self, colorize, photo_folder, steps, out):
        """As it was, and nothing else."""
        colorize(photo_folder, "--samples", 2)
        made = contents(out)
        (out / "a_s2.jpg").unlink()
        result = colorize(photo_folder, "--samples", 2)
        assert "1 photo, 1 picture" in result.stdout
        assert contents(out) == made


class TestFailedBefore:
    """What failed is tried again."""

    def test_a_photo_that_was_mended(self, colorize, photo_folder, steps, ledger):
        """Without being asked for."""
        good = (photo_folder / "a.jpg").read_bytes()
        (photo_folder / "a.jpg").write_bytes(good[:-100])
        assert colorize(photo_folder).exit_code == 3
        (photo_folder / "a.jpg").write_bytes(good)
        result = colorize(photo_folder)
        assert result.exit_code == 0
        assert "1 photo, 1 picture" in result.stdout
        assert ledger()["a.jpg"].status == "done"

    def test_only_failed_ones(self, colorize, photo_folder, steps, out):
        """With --retry-failed; photos that are new or changed have to wait."""
        good = (photo_folder / "a.jpg").read_bytes()
        (photo_folder / "a.jpg").write_bytes(good[:-100])
        colorize(photo_folder)
        (photo_folder / "new.jpg").write_bytes(good)
        (out / "b.png").unlink()
        result = colorize(photo_folder, "--retry-failed")
        assert result.exit_code == 3
        assert "failed   1 photo" in result.stdout
        assert set(contents(out)) == NAMES - {"a.jpg", "b.png"}
        (photo_folder / "a.jpg").write_bytes(good)
        assert "1 photo, 1 picture" in colorize(photo_folder, "--retry-failed").stdout
        again = colorize(photo_folder, "--retry-failed")
        assert again.exit_code == 0
        assert "0 photos" in again.stdout

    def test_a_photo_that_fails_twice_as_it_did(
        self, colorize, photo_folder, steps, ledger, out
    ):
        """Its results cannot be written: the ledger's last word is that it failed."""
        photo = photo_folder / "a.jpg"
        (out / "a.jpg").mkdir(parents=True)
        for _ in range(2):
            assert colorize(photo).exit_code == 3
            assert ledger()["a.jpg"].status == "failed"
        (out / "a.jpg").rmdir()
        assert "1 photo, 1 picture" in colorize(photo, "--retry-failed").stdout
        assert ledger()["a.jpg"].status == "done"

    def test_without_a_ledger_nobody_knows_what_failed(self, colorize, photo_folder):
        """Rather than do nothing and say all is well."""
        result = colorize(photo_folder, "--retry-failed")
        assert result.exit_code == 2
        assert "has no ledger, so it is not known what has failed" in result.stderr

    def test_a_disk_that_was_away(
        self, colorize, photo_folder, steps, ledger, monkeypatch
    ):
        """One bad night is no reason to do everything again."""
        colorize(photo_folder)
        steps.clear()
        later(photo_folder / "a.jpg")

        def refuse(path):
            raise DecodeError(path, "cannot be read (Input/output error)")

        with monkeypatch.context() as patch:
            patch.setattr(disk, "read", refuse)
            assert colorize(photo_folder).exit_code == 3
        assert ledger()["a.jpg"].status == "failed"
        assert "4 photos, already there" in colorize(photo_folder).stdout
        assert steps == []
        assert ledger()["a.jpg"].status == "done"
