"""Running `colorize` in this process, on a model without a network."""

import pytest

from colorize_cli import model
from colorize_cli.cli import main
from colorize_cli.files import disk
from colorize_cli.ledger import read_ledger
from tests.fake_backend import fake_model


@pytest.fixture
def loaded(monkeypatch, tiny_config):
    """What `load_model` was asked for; it hands out a fake that `use` can replace."""

    class Loaded:
        """The calls, and the model that is handed out."""

        def __init__(self):
            """A model that is not watched."""
            self.calls = []
            self.use(lambda x: None)

        def use(self, before_step):
            """Hand out a model whose every step is watched."""
            self.model = fake_model(tiny_config, before_step)

    found = Loaded()

    def load_model(*arguments):
        found.calls.append(arguments)
        return found.model

    monkeypatch.setattr(model, "load_model", load_model)
    monkeypatch.setattr(model, "find_model", lambda path: path)
    monkeypatch.setattr(model, "weights_hash", lambda path: found.model.weights_hash)
    return found


@pytest.fixture
def colorize(cli, tmp_path):
    """Runs `colorize ARGUMENTS -o out` in this process."""

    def run(*arguments, out=tmp_path / "out"):
        return cli.invoke(main, [*map(str, arguments), "-o", str(out)])

    return run


@pytest.fixture
def out(tmp_path):
    """Where `colorize` puts results."""
    return tmp_path / "out"


@pytest.fixture
def ledger(out):
    """A function that reads the ledger."""
    return lambda: read_ledger(out / "colorize.jsonl")


@pytest.fixture
def steps(loaded):
    """Sizes of the batches that the network has seen; empty it to start again."""
    seen = []
    loaded.use(lambda x: seen.append(len(x)))
    return seen


@pytest.fixture
def reads(monkeypatch):
    """Files that have been read, photos and results."""
    seen, read = [], disk.read

    def watched(path):
        seen.append(path.name)
        return read(path)

    monkeypatch.setattr(disk, "read", watched)
    return seen
