"""`colorize` on disks, folders and names that make trouble."""

import errno
import os
import resource
from contextlib import contextmanager

import pytest

from colorize_cli.ledger import journal, read_ledger
from tests.runs import contents, errors

ODD_NAMES = {
    "newline": b"new\nline.jpg",
    "emoji": "🎞️ 祖母.jpg".encode(),
    "no UTF-8": b"caf\xe9.jpg",
    "255 bytes": b"x" * 251 + b".jpg",
    "255 bytes of three each": "祖".encode() * 83 + b"ab.jpg",
    "dash": b"-o.jpg",
    "percent and braces": b"100%{name}[bold].jpg",
}


@contextmanager
def file_size_limit(size_bytes):
    """Let this process write no larger files, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


class TestDisks:
    """Full, read-only, gone."""

    def test_results_that_do_not_fit(self, colorize, photo_folder, tmp_path, loaded):
        """Fail alone, leave nothing behind, and are made once there is room."""
        whole = colorize(photo_folder, "--format", "png", out=tmp_path / "whole")
        assert whole.exit_code == 0
        sizes = {name: len(data) for name, data in contents(tmp_path / "whole").items()}
        largest = max(sizes, key=sizes.get)
        with file_size_limit(sizes[largest] - 1):
            result = colorize(photo_folder, "--format", "png")
        assert result.exit_code == 3
        (line,) = errors(result)
        assert f"{tmp_path / 'out' / largest}: is not written: it is larger" in line
        assert set(contents(tmp_path / "out")) == set(sizes) - {largest}
        again = colorize(photo_folder, "--format", "png")
        assert "1 photo, 1 picture" in again.stdout
        assert contents(tmp_path / "out") == contents(tmp_path / "whole")

    def test_a_ledger_that_does_not_fit(
        self, colorize, photo_folder, tmp_path, loaded, monkeypatch
    ):
        """What cannot be written down is not passed off as done; nothing is lost."""
        write = os.write
        monkeypatch.setattr(
            journal.os, "write", lambda file, data: write(file, data[:20])
        )
        result = colorize(photo_folder)
        assert result.exit_code == 3
        assert len(errors(result)) == 4
        assert "colorize.jsonl: the ledger cannot be written (No space left" in (
            result.stderr
        )
        monkeypatch.setattr(journal.os, "write", write)
        assert colorize(photo_folder).exit_code == 0
        entries = read_ledger(tmp_path / "out/colorize.jsonl")
        assert {entry.status for entry in entries.values()} == {"done"}
        assert len(entries) == 4

    @pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES])
    def test_a_folder_that_is_read_only(
        self, colorize, photo_folder, tmp_path, loaded, monkeypatch, code
    ):
        """One line, before the network is set to work. Root may, so it is simulated."""
        steps = []
        loaded.use(steps.append)

        def refuse(path, flags, mode=0o777):
            raise OSError(code, os.strerror(code), str(path))

        monkeypatch.setattr(journal.os, "open", refuse)
        result = colorize(photo_folder, "-q")
        assert result.exit_code == 2
        assert result.stderr == (
            f"Error: {tmp_path / 'out/colorize.jsonl'}: the ledger cannot be written "
            f"({os.strerror(code)}); choose another folder with -o\n"
        )
        assert steps == []

    def test_a_ledger_of_a_later_version(
        self, colorize, photo_folder, tmp_path, loaded
    ):
        """Is neither misread nor added to."""
        ledger = tmp_path / "out/colorize.jsonl"
        ledger.parent.mkdir()
        ledger.write_text('{"v":2,"source":"a.jpg","status":"done"}\n')
        result = colorize(photo_folder)
        assert result.exit_code == 2
        assert "is of version 2, this colorize knows 1" in result.stderr
        assert ledger.read_text().count("\n") == 1

    def test_a_source_that_vanishes(self, colorize, photo_folder, tmp_path, loaded):
        """Between planning and reading: it fails, the others are done."""

        def before_step(x):
            (photo_folder / "tall.jpg").unlink(missing_ok=True)

        loaded.use(before_step)
        result = colorize(photo_folder, "--batch-size", 1, "--jobs", 1)
        assert result.exit_code == 3
        assert errors(result) == [
            f"failed {photo_folder / 'tall.jpg'}: is no longer there"
        ]
        assert set(contents(tmp_path / "out")) == {"a.jpg", "b.png", "album/c.jpg"}


class TestFolders:
    """Trees that are none."""

    def test_a_loop_of_links_ends(self, colorize, photo_folder, tmp_path, loaded):
        """Every photo is done once."""
        (photo_folder / "album/up").symlink_to(photo_folder)
        (photo_folder / "self").symlink_to("self")
        (photo_folder / "there").symlink_to("back")
        (photo_folder / "back").symlink_to("there")
        result = colorize(photo_folder)
        assert result.exit_code == 0
        assert "4 photos, 4 pictures" in result.stdout
        assert len(contents(tmp_path / "out")) == 4

    def test_drafts_of_killed_runs_are_removed(
        self, colorize, photo_folder, tmp_path, loaded, monkeypatch
    ):
        """In every folder that results go to; a dry run leaves them."""
        from colorize_cli.files import drafts

        clock = drafts.time.time
        monkeypatch.setattr(drafts.time, "time", lambda: clock() + 3600)
        colorize(photo_folder)
        made = contents(tmp_path / "out")
        left = [
            tmp_path / "out" / folder / f".colorize-{number:016x}"
            for number, folder in enumerate(["", "album"])
        ]
        for draft in left:
            draft.write_bytes(b"half a picture")
        colorize(photo_folder, "-n")
        assert all(draft.exists() for draft in left)
        colorize(photo_folder)
        assert contents(tmp_path / "out") == made


class TestNames:
    """Whatever a disk can hold."""

    @pytest.mark.parametrize("raw", ODD_NAMES.values(), ids=ODD_NAMES)
    def test_odd_names(self, colorize, photo_folder, tmp_path, loaded, raw):
        """Done, written down, known again, and told on one line."""
        name = os.fsdecode(raw)
        source = tmp_path / "odd"
        source.mkdir()
        (photo_folder / "a.jpg").rename(source / name)
        result = colorize(source, "--samples", 2, "--sheet", "-v")
        assert result.exit_code == 0, result.stderr
        assert len(result.stderr.splitlines()) == 2
        assert len(contents(tmp_path / "out")) == 3
        assert (tmp_path / "out" / name).exists()
        entry = read_ledger(tmp_path / "out/colorize.jsonl")[name]
        paths = [target.path for target in entry.targets]
        assert paths[0] == name
        assert all((tmp_path / "out" / path).exists() for path in paths)
        again = colorize(source, "--samples", 2, "--sheet")
        assert "1 photo, already there" in again.stdout

    def test_names_that_differ_by_case_only(
        self, colorize, photo_folder, tmp_path, loaded
    ):
        """On a Mac one would take the place of the other: refused everywhere."""
        (photo_folder / "A.jpg").write_bytes((photo_folder / "a.jpg").read_bytes())
        if len(list(photo_folder.glob("[aA].jpg"))) < 2:
            pytest.skip("this disk ignores case itself")
        result = colorize(photo_folder)
        assert result.exit_code == 2
        assert "one file on disks that ignore case; rename one of them" in result.stderr
        assert not (tmp_path / "out").exists()
