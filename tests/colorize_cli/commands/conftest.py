"""Running `colorize` in this process, on a model without a network."""

import pytest

from colorize_cli import model
from colorize_cli.cli import main
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
