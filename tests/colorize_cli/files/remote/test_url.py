"""URLs: which are known, what they need, and what is shown of them."""

import sys
import tomllib
from pathlib import Path

import fsspec
import pytest
from fsspec.registry import known_implementations

from colorize_cli.errors import PlanError
from colorize_cli.extras import cure
from colorize_cli.files.remote.url import EXTRA_PACKAGES, open_store

ROOT = Path(__file__).parents[4]


@pytest.fixture
def opened() -> dict:
    """The kinds of stores that fsspec has met in this process."""
    return sys.modules["fsspec.registry"]._registry


def refusal(url: str) -> str:
    """Why a URL cannot be opened."""
    with pytest.raises(PlanError) as caught:
        open_store(url)
    return str(caught.value)


def test_an_unknown_kind_of_url():
    """A slip of the pen."""
    assert refusal("s9://box") == "s9://box: s9:// is no kind of place that is known"


def test_what_cannot_be_taken_apart_is_no_url():
    """Another slip."""
    assert refusal("http://[::1") == "http://[::1: cannot be reached (Invalid IPv6 URL)"


@pytest.mark.parametrize(
    ("url", "package"),
    [("memory://box", "fsspec.core"), ("s3://box", "s3fs"), ("gs://box", "gcsfs")],
)
def test_a_package_of_the_extra(monkeypatch, opened, url, package):
    """One line says what to install."""
    scheme = url.partition(":")[0]
    monkeypatch.delitem(opened, scheme, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    assert refusal(url) == f"{url}: {scheme} places need packages; {cure('remote')}"


@pytest.mark.parametrize(("scheme", "package"), [("az", "adlfs"), ("sftp", "paramiko")])
def test_a_package_that_no_extra_has(monkeypatch, opened, scheme, package):
    """It is named, because the extra would be a cure that leads in a circle."""
    monkeypatch.delitem(opened, scheme, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    start = f"{scheme}://box: {scheme} places need a package that no extra has ("
    said = refusal(f"{scheme}://box")
    assert said.startswith(start)
    assert package in said.removeprefix(start)


def test_the_packages_of_the_extra_are_known():
    """They are those of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    listed = project["optional-dependencies"]["remote"]
    assert {each.partition(">")[0] for each in listed} == EXTRA_PACKAGES


def test_a_store_that_lacks_a_setting_is_not_unknown(monkeypatch, opened):
    """As Azure's is without the name of an account."""

    class Demanding(fsspec.AbstractFileSystem):
        def __init__(self, **options):
            raise ValueError("name an account")

    monkeypatch.setitem(known_implementations, "demanding", {})
    monkeypatch.setitem(opened, "demanding", Demanding)
    said = refusal("demanding://box")
    assert said == "demanding://box: cannot be reached (name an account)"


@pytest.mark.parametrize(
    "url", ["s9://box/a.jpg?signature=secret", "s9://anna:secret@box/a.jpg"]
)
def test_secrets_are_not_shown(url):
    """Signed URLs and passwords end up in logs and ledgers otherwise."""
    assert refusal(url).startswith("s9://box/a.jpg: ")
    assert "secret" not in refusal(url)
