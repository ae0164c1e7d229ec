"""Photos and results behind URLs."""

import threading
from functools import partial
from http.server import HTTPServer, SimpleHTTPRequestHandler
from pathlib import PurePosixPath

import pytest

from colorize_cli.errors import DecodeError, PlanError
from colorize_cli.files import Plan, plan_jobs
from colorize_cli.files.outlet import open_destination
from colorize_cli.files.remote import destination as remote_destination
from colorize_cli.files.remote.destination import RemoteDestination
from colorize_cli.variants import Variants

A, B = PurePosixPath("album/a.jpg"), PurePosixPath("b.jpg")


def plan(*places, out="out") -> Plan:
    """`plan_jobs` with defaults."""
    return plan_jobs(places, out, format=None, variants=Variants())


def targets(planned: Plan) -> list[str]:
    """Where results go, relative to the destination."""
    return [str(job.target) for job in planned.jobs]


def reasons(planned: Plan) -> list[str]:
    """What is wrong with whom."""
    return [str(problem) for problem in planned.problems]


@pytest.fixture(params=["memory", "s3"])
def store(request):
    """Each store in turn; both have a place box/photos."""
    found = request.getfixturevalue(request.param)
    found.scheme = request.param
    return found


@pytest.fixture
def url(store):
    """The URL of a few files."""
    for name in ("b.jpg", "album/a.PNG", "note.txt", ".hidden/c.jpg", "album/._a.jpg"):
        store.pipe_file(f"box/photos/{name}", name.encode())
    return f"{store.scheme}://box/photos"


class TestReading:
    """Photos in a store."""

    def test_a_prefix_is_read_as_a_folder(self, url):
        """Its whole tree, without what is no photo or hidden."""
        for place in (url, f"{url}/"):
            planned = plan(place)
            assert targets(planned) == ["album/a.PNG", "b.jpg"]
            assert [str(job.source) for job in planned.jobs] == [
                f"{url}/album/a.PNG",
                f"{url}/b.jpg",
            ]
            sources = [job.source for job in planned.jobs]
            assert [source.read() for source in sources] == [b"album/a.PNG", b"b.jpg"]

    def test_one_photo(self, url):
        """It goes right into the folder of results."""
        (job,) = plan(f"{url}/album/a.PNG").jobs
        assert (str(job.target), job.source.read()) == ("a.PNG", b"album/a.PNG")
        assert str(job.source) == f"{url}/album/a.PNG"

    def test_size_and_time_are_listed(self, url):
        """Without reading; the time is a plausible one."""
        size, mtime_ns = plan(url).jobs[1].source.stamp()
        assert size == len("b.jpg")
        assert 1_700_000_000 * 10**9 < mtime_ns < 10_000_000_000 * 10**9

    def test_what_is_not_there_is_told(self, store, url):
        """A photo, a prefix, and a photo that goes while the run is on."""
        planned = plan(f"{url}/gone.jpg", f"{store.scheme}://box/nothing")
        assert [reason.split(": ", 1) for reason in reasons(planned)] == [
            [f"{url}/gone.jpg", "is not there"],
            [f"{store.scheme}://box/nothing", "is not there, or is empty"],
        ]
        (job,) = plan(f"{url}/b.jpg").jobs
        store.rm_file("box/photos/b.jpg")
        with pytest.raises(DecodeError, match=r"photos/b\.jpg: is not there"):
            job.source.read()

    def test_photos_of_disks_and_stores_in_one_run(self, url, tmp_path):
        """Places must differ, as always."""
        (tmp_path / "c.jpg").touch()
        assert targets(plan(tmp_path, url)) == ["c.jpg", "album/a.PNG", "b.jpg"]
        (tmp_path / "b.jpg").touch()
        with pytest.raises(PlanError, match="would both be written"):
            plan(tmp_path, url)


class TestWriting:
    """Results in a store."""

    def test_results_are_objects(self, store):
        """At once, and known from then on."""
        url = f"{store.scheme}://box/out"
        with open_destination(f"{url}/") as destination:
            assert not destination.exists(A)
            destination.write(A, b"1", mtime_ns=10**18)
            assert store.cat_file("box/out/album/a.jpg") == b"1"
            assert destination.exists(A)
            assert destination.read(A) == b"1"
            assert destination.read(B) is None
            destination.write(A, b"2")
        assert store.cat_file("box/out/album/a.jpg") == b"2"
        assert destination.locate(A) == f"{url}/album/a.jpg"
        assert open_destination(url).exists(A)

    def test_results_are_never_written_over_sources(self, url):
        """Into the very prefix, or onto another source."""
        with pytest.raises(PlanError, match="never written over sources"):
            plan(url, out=url)
        with pytest.raises(PlanError, match=r"over the source .*/photos/b\.jpg"):
            plan(f"{url}/b.jpg", out=url)

    def test_results_in_the_prefix_of_the_photos_are_not_read(self, store, url):
        """The same command can be run twice."""
        store.pipe_file("box/photos/out/b.jpg", b"result")
        store.pipe_file("box/photos/outer/c.jpg", b"photo")
        assert targets(plan(url, out=f"{url}/out")) == [
            "album/a.PNG",
            "b.jpg",
            "outer/c.jpg",
        ]


class TestLedger:
    """A ledger that cannot be appended to."""

    @staticmethod
    def run(url: str, *lines: bytes) -> bytes:
        """What a run finds; it then adds its own lines."""
        with RemoteDestination(url) as destination:
            path = destination.ledger_path
            found = path.read_bytes() if path.exists() else b""
            with path.open("ab") as file:
                file.writelines(lines)
        return found

    def test_runs_find_the_lines_of_earlier_ones(self, store):
        """Each adds an object of its own, and only if it has something to say."""
        url = f"{store.scheme}://box/out"
        assert self.run(url, b"1\n", b"2\n") == b""
        assert self.run(url, b"3\n") == b"1\n2\n"
        assert self.run(url) == b"1\n2\n3\n"
        ledgers = store.find("box/out")
        assert len(ledgers) == 2
        assert all("/colorize." in name for name in ledgers)
        outside = open_destination(url)
        assert outside.ledger_path.read_bytes() == b"1\n2\n3\n"

    def test_lines_of_a_torn_object_stay_apart(self, store):
        """Whoever wrote it."""
        url = f"{store.scheme}://box/out"
        store.pipe_file("box/out/colorize.jsonl", b"from a folder")
        assert self.run(url, b"1\n") == b"from a folder\n"
        assert self.run(url) == b"from a folder\n1\n"

    def test_runs_at_the_same_time_lose_nothing(self, store):
        """As the shards of an array job."""
        url = f"{store.scheme}://box/out"
        with RemoteDestination(url) as first, RemoteDestination(url) as second:
            first.ledger_path.write_bytes(b"1\n")
            second.ledger_path.write_bytes(b"2\n")
        assert sorted(self.run(url)) == sorted(b"1\n2\n")

    def test_it_is_put_there_while_the_run_is_on(self, memory, monkeypatch):
        """So that a run that is killed has not lost all of it."""
        monkeypatch.setattr(remote_destination, "PUBLISH_EVERY_S", -1.0)
        with RemoteDestination("memory://box/out") as destination:
            destination.ledger_path.write_bytes(b"1\n")
            destination.write(A, b"picture")
            (ledger,) = (p for p in memory.find("/box/out") if p.endswith("jsonl"))
            assert memory.cat_file(ledger) == b"1\n"
            destination.ledger_path.write_bytes(b"1\n2\n")
        assert memory.cat_file(ledger) == b"1\n2\n"
        assert len(memory.find("/box/out")) == 2

    def test_a_ledger_that_is_not_taken_fails_no_photo(self, memory, monkeypatch):
        """It is there; the lines are put there later."""
        pipe, told = memory.pipe_file, []

        def refused(place, data):
            if place.endswith("jsonl") and not told:
                told.append(place)
                raise OSError("slow down")
            pipe(place, data)

        monkeypatch.setattr(remote_destination, "PUBLISH_EVERY_S", -1.0)
        monkeypatch.setattr(memory, "pipe_file", refused)
        with RemoteDestination("memory://box/out") as destination:
            destination.ledger_path.write_bytes(b"1\n")
            destination.write(A, b"picture")
            assert told
            assert len(memory.find("/box/out")) == 1
        assert memory.cat_file(told[0]) == b"1\n"


class TestTrouble:
    """What can be wrong with a URL, in one line."""

    @pytest.mark.parametrize("out", ["https://example.org/out", "ftp://host/out"])
    def test_results_go_to_object_stores_only(self, out):
        """Elsewhere they could be seen half-written."""
        scheme = out.partition(":")[0]
        with pytest.raises(PlanError, match=f"cannot be written to {scheme}://, only"):
            open_destination(out)

    def test_no_such_bucket(self, s3):
        """Of photos and of results; no photo is worked on for the latter."""
        planned = plan("s3://nowhere/photos")
        assert reasons(planned) == ["s3://nowhere/photos: is not there"]
        with (
            pytest.raises(PlanError, match="s3://nowhere/out: there is no such bucket"),
            RemoteDestination("s3://nowhere/out"),
        ):
            pass

    def test_archives_are_fetched_first(self, memory):
        """Their index would be asked for piece by piece."""
        planned = plan("memory://box/a.cbz")
        assert reasons(planned) == [
            "memory://box/a.cbz: is an archive, which is read from a disk only; "
            "fetch it first"
        ]

    def test_names_that_lead_out_are_refused(self, s3):
        """An object may be called anything."""
        s3.pipe_file("box/photos/../../etc/a.jpg", b"evil")
        s3.pipe_file("box/photos/b.jpg", b"good")
        planned = plan("s3://box/photos")
        assert targets(planned) == ["b.jpg"]
        assert reasons(planned) == [
            "s3://box/photos/../../etc/a.jpg: is refused: its name leads elsewhere"
        ]


class Quiet(SimpleHTTPRequestHandler):
    """A web server that logs nothing."""

    def log_message(self, *arguments):
        """Not on the screen."""


@pytest.fixture
def web(tmp_path):
    """The URL of a folder on a web server: b.jpg and `box 1/a.png`."""
    folder = tmp_path / "web"
    (folder / "box 1").mkdir(parents=True)
    (folder / "b.jpg").write_bytes(b"b")
    (folder / "box 1/a.png").write_bytes(b"a")
    server = HTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestWeb:
    """Photos on a web server."""

    def test_one_photo(self, web):
        """By its address, whose query is not part of its name."""
        (job,) = plan(f"{web}/box%201/a.png?version=2").jobs
        assert (str(job.target), job.source.read()) == ("a.png", b"a")
        assert str(job.source) == f"{web}/box%201/a.png"

    def test_photos_that_differ_by_query(self, web):
        """Are two, of which none is left out unsaid; the same one is one."""
        urls = [f"{web}/b.jpg?id={number}" for number in (1, 2)]
        with pytest.raises(PlanError, match=r"would both be written to .*b\.jpg"):
            plan(*urls)
        assert targets(plan(urls[0], urls[0])) == ["b.jpg"]

    def test_an_index_page(self, web):
        """A folder that the server lists is read with all that is below it."""
        planned = plan(f"{web}/")
        assert targets(planned) == ["b.jpg", "box 1/a.png"]
        assert [job.source.read() for job in planned.jobs] == [b"b", b"a"]

    def test_a_server_that_does_not_answer(self):
        """Named, with what the network says."""
        (reason,) = reasons(plan("http://127.0.0.1:9/a.jpg"))
        assert reason.startswith("http://127.0.0.1:9/a.jpg: ")
