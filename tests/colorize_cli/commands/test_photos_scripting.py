"""`colorize` for scripts: shards, limits on failures, lists of them, an event log."""

import io
import json

import pytest

from colorize_cli.eventlog import EventLog
from colorize_cli.ledger import read_ledger
from tests.runs import contents, errors

BROKEN = ["1.jpg", "2.jpg", "3.jpg"]


@pytest.fixture
def broken(photo_folder):
    """Three photos that cannot be read, before all others in order."""
    for name in BROKEN:
        (photo_folder / name).write_bytes(b"Dear diary,\n")
    return photo_folder


class TestShards:
    """`--shard`."""

    def test_together_they_are_one_run(self, colorize, photo_folder, tmp_path, loaded):
        """Into one folder or into several; their ledgers merge by concatenation."""
        colorize(photo_folder, "--samples", 2, out=tmp_path / "whole")
        ledgers = []
        made = {}
        for number in (1, 2, 3):
            own = tmp_path / f"part{number}"
            shard = ["--samples", 2, "--shard", f"{number}/3"]
            assert colorize(photo_folder, *shard, out=own).exit_code == 0
            assert colorize(photo_folder, *shard).exit_code == 0
            assert not made.keys() & contents(own).keys()
            made |= contents(own)
            # A part without photos leaves nothing behind.
            ledgers += [path.read_bytes() for path in own.glob("colorize.jsonl")]
        assert made == contents(tmp_path / "out") == contents(tmp_path / "whole")
        merged = tmp_path / "merged.jsonl"
        merged.write_bytes(b"".join(ledgers))
        assert len(read_ledger(merged)) == 4
        assert set(read_ledger(merged)) == set(
            read_ledger(tmp_path / "out/colorize.jsonl")
        )
        merged.rename(tmp_path / "whole/colorize.jsonl")
        again = colorize(photo_folder, "--samples", 2, out=tmp_path / "whole")
        assert "4 photos, already there" in again.stdout

    def test_an_empty_shard_is_no_failure(self, colorize, photo_folder, loaded):
        """With more machines than photos some have nothing to do."""
        codes = [
            colorize(photo_folder / "a.jpg", "--shard", f"{i}/3").exit_code
            for i in (1, 2, 3)
        ]
        assert codes == [0, 0, 0]

    def test_slurm_says_which(self, colorize, photo_folder, tmp_path, loaded):
        """In a job of an array; else it is wrong usage."""
        result = colorize(photo_folder, "--shard", "slurm")
        assert result.exit_code == 2
        assert "SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT" in result.stderr

    def test_slurm_is_the_same_as_numbers(
        self, colorize, photo_folder, tmp_path, loaded, monkeypatch
    ):
        """Arrays may start at 0."""
        colorize(photo_folder, "--shard", "2/2")
        monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "1")
        monkeypatch.setenv("SLURM_ARRAY_TASK_MIN", "0")
        monkeypatch.setenv("SLURM_ARRAY_TASK_COUNT", "2")
        colorize(photo_folder, "--shard", "slurm", out=tmp_path / "slurm")
        assert contents(tmp_path / "slurm") == contents(tmp_path / "out")

    def test_collisions_are_refused_on_every_machine(
        self, colorize, photo_folder, loaded
    ):
        """Also where one of the two photos is in another shard."""
        (photo_folder / "b.jpg").write_bytes((photo_folder / "a.jpg").read_bytes())
        for number in (1, 2, 3):
            options = ["--format", "png", "--shard", f"{number}/3"]
            assert colorize(photo_folder, *options).exit_code == 2


class TestLimits:
    """`--fail-fast` and `--max-errors`."""

    @pytest.mark.parametrize(
        ("options", "failed"),
        [
            ([], 3),
            (["--fail-fast"], 1),
            (["--max-errors", 2], 2),
            (["--max-errors", 3], 3),
            (["--max-errors", 4], 3),
        ],
        ids=str,
    )
    def test_the_run_ends(self, colorize, broken, tmp_path, loaded, options, failed):
        """After so many failures; the report counts what is left."""
        result = colorize(broken, *options)
        assert result.exit_code == 3
        assert len(errors(result)) == failed
        is_ended = (options and failed == options[-1]) or "--fail-fast" in options
        assert ("run again for them" in result.stdout) == bool(is_ended)
        assert bool(contents(tmp_path / "out")) != bool(is_ended)

    def test_photos_that_are_being_written_are_finished(
        self, colorize, photo_folder, tmp_path, loaded
    ):
        """What comes before the failure is there, and in the ledger."""
        (photo_folder / "z.jpg").write_bytes(b"Dear diary,\n")
        options = ["--fail-fast", "--batch-size", 1, "--jobs", 1]
        result = colorize(photo_folder, *options)
        assert result.exit_code == 3
        entries = read_ledger(tmp_path / "out/colorize.jsonl").values()
        done = {each.source for each in entries if each.status == "done"}
        assert done == set(contents(tmp_path / "out"))
        assert len(done) == 4


class TestFailedList:
    """`--failed-list`."""

    def test_it_can_be_used_as_a_list(self, colorize, broken, tmp_path, loaded):
        """Paths under SRC, so that the same SRC goes with it."""
        (broken / "album/x.jpg").write_bytes(b"Dear diary,\n")
        failed = tmp_path / "failed.txt"
        colorize(broken, "--failed-list", failed)
        names = failed.read_text().splitlines()
        assert sorted(names) == ["1.jpg", "2.jpg", "3.jpg", "album/x.jpg"]
        good = (broken / "a.jpg").read_bytes()
        for name in names:
            (broken / name).write_bytes(good)
        result = colorize(broken, "--files-from", failed)
        assert result.exit_code == 0
        assert "4 photos, 4 pictures" in result.stdout

    def test_any_name_fits_with_null(self, colorize, photo_folder, tmp_path, loaded):
        """Newlines, and bytes that are no UTF-8."""
        names = [b"new\nline.jpg", b"caf\xe9.jpg"]
        for name in names:
            place = bytes(photo_folder) + b"/" + name
            with open(place, "wb") as file:  # noqa: PTH123  # a path of bytes
                file.write(b"Dear diary,\n")
        failed = tmp_path / "failed"
        colorize(photo_folder, "--failed-list", failed, "--null")
        assert sorted(failed.read_bytes().split(b"\0")) == sorted([b"", *names])

    def test_it_is_empty_if_nothing_failed(
        self, colorize, photo_folder, tmp_path, loaded
    ):
        """An old one must not stay."""
        failed = tmp_path / "failed.txt"
        failed.write_text("yesterday.jpg\n")
        colorize(photo_folder, "--failed-list", failed)
        assert failed.read_bytes() == b""


def events(result) -> list[dict]:
    """The lines on stdout."""
    return [json.loads(line) for line in result.stdout.splitlines()]


class TestEventLog:
    """`--log-json`."""

    def test_a_run_is_told_event_by_event(self, colorize, broken, tmp_path, loaded):
        """On stdout nothing else; the report is on stderr."""
        result = colorize(broken, "--log-json", "--samples", 2)
        assert result.exit_code == 3
        first, *middle, last = events(result)
        assert first["event"] == "start"
        assert first["photos"] == 7
        assert first["output"] == str(tmp_path / "out")
        assert (first["model_hash"], first["device"]) == ("fake", "cpu")
        assert not first["dry_run"]
        by_name = {each["source"]: each for each in middle}
        assert len(by_name) == len(middle) == 7
        failed = by_name["1.jpg"]
        assert (failed["event"], failed["status"]) == ("error", "failed")
        assert "is not an image" in failed["reason"]
        done = by_name["album/c.jpg"]
        assert (done["event"], done["status"]) == ("photo", "done")
        assert done["origin"] == str(broken / "album/c.jpg")
        assert done["targets"] == [
            str(tmp_path / "out/album" / name) for name in ("c.jpg", "c_s2.jpg")
        ]
        assert done["diversity"] > 0
        counts = {key: last[key] for key in ("done", "skipped", "failed", "left")}
        assert counts == {"done": 4, "skipped": 0, "failed": 3, "left": 0}
        assert (last["event"], last["exit_code"], last["pictures"]) == ("summary", 3, 8)
        assert "4 photos, 8 pictures" in result.stderr

    def test_origins_are_those_of_the_ledger(
        self, colorize, photo_folder, loaded, monkeypatch
    ):
        """Absolute, wherever the program was started."""
        monkeypatch.chdir(photo_folder)
        _, photo, _ = events(colorize("a.jpg", "--log-json"))
        assert photo["origin"] == str(photo_folder / "a.jpg")

    def test_every_event_has_its_time(self, colorize, photo_folder, loaded):
        """UTC, so that logs of several machines can be sorted."""
        times = [each["time"] for each in events(colorize(photo_folder, "--log-json"))]
        assert times == sorted(times)
        assert all(time.endswith("Z") for time in times)

    def test_a_refusal_is_an_event(self, colorize, photo_folder, loaded):
        """With the exit code; the line on stderr stays."""
        result = colorize(photo_folder, "--log-json", out=photo_folder)
        (event,) = events(result)
        assert (event["event"], event["status"]) == ("error", "refused")
        assert "results are never written over sources" in event["reason"]
        assert event["exit_code"] == result.exit_code == 2
        assert result.stderr.startswith("Error: ")

    def test_a_dry_run_has_events(self, colorize, photo_folder, loaded):
        """Marked, as nothing is done."""
        result = colorize(photo_folder, "--log-json", "-n")
        first, *middle, last = events(result)
        assert first["dry_run"]
        assert [each["status"] for each in middle] == ["done"] * 4
        assert last["event"] == "summary"

    def test_nothing_is_lost_if_nobody_reads(self):
        """Photos are worth more than their log."""

        class Pipe(io.StringIO):
            """A pipe whose reader has gone."""

            def flush(self):
                raise BrokenPipeError

        lost = []
        log = EventLog(Pipe(), lost.append)
        log.refusal("no reader", 2)
        log.refusal("still none", 2)
        assert [type(error) for error in lost] == [BrokenPipeError]

    def test_names_of_any_bytes(self, colorize, photo_folder, loaded):
        """ASCII, whatever the encoding of the terminal; JSON's escapes."""
        (photo_folder / "a.jpg").rename(photo_folder / "🎞️ 祖母\n.jpg")
        result = colorize(photo_folder, "--log-json")
        assert result.stdout.isascii()
        assert "🎞️ 祖母\n.jpg" in {each.get("source") for each in events(result)}

    def test_stdout_takes_a_picture_or_a_log(self, colorize, photo_folder, loaded):
        """Not both."""
        result = colorize(photo_folder / "a.jpg", "--log-json", out="-")
        assert result.exit_code == 2
        assert "--log-json needs stdout, which takes the picture" in result.stderr
