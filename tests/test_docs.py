"""The documents say what the program does: commands, options, errors, photos."""

import re
import tomllib
from pathlib import Path

import click
import pytest

from colorize_cli import errors
from colorize_cli.cli import DEFAULT_COMMAND, main
from scripts.cli_docs import PAGE, render

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path
    for pattern in ("*.md", "docs/**/*.md", "examples/*.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)


def heading_names(document: Path) -> list[str]:
    """The texts of the document's headings of the third level."""
    return re.findall(r"^### (.+)$", document.read_text(), re.MULTILINE)


def test_the_command_page_is_current():
    """docs/cli.md is what the commands say today; `make fix` rewrites it."""
    assert PAGE.read_text() == render()


def test_every_command_and_option_is_on_the_command_page():
    """Nothing that a user can type is left out."""
    context = click.Context(main, info_name="colorize")
    page = PAGE.read_text()
    for name in (DEFAULT_COMMAND, *main.list_commands(context)):
        title = "colorize" if name == DEFAULT_COMMAND else f"colorize {name}"
        assert f"\n## {title}\n" in page
        for parameter in main.get_command(context, name).params:
            if isinstance(parameter, click.Option):
                assert max(parameter.opts, key=len) in page


def test_options_in_the_readme_exist():
    """The README promises no option that the program lacks."""
    promised = set(re.findall(r"--[a-z][a-z-]+", (ROOT / "README.md").read_text()))
    page = PAGE.read_text()
    assert promised
    assert [option for option in promised if option not in page] == []


def test_every_error_is_explained():
    """docs/errors.md has a section for each error class, and for nothing else."""
    assert sorted(heading_names(ROOT / "docs" / "errors.md")) == sorted(errors.__all__)


@pytest.mark.parametrize("document", ["README.md", "docs/errors.md"])
def test_exit_codes_are_listed(document):
    """Both tables have the same five codes, those of the error classes among them."""
    text = (ROOT / document).read_text()
    listed = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    raised = {getattr(errors, name).exit_code for name in errors.__all__}
    assert raised < listed == {0, 1, 2, 3, 130}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    """Every relative link and picture is a file of the repository."""
    links = re.findall(r"\]\(([^)#]+)", document.read_text())
    relative = [link for link in links if ":" not in link]
    assert [link for link in relative if not (document.parent / link).exists()] == []


def project() -> dict:
    """What pyproject.toml says about the package."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_the_readme_lists_the_extras():
    """All but the developers' own."""
    named = re.findall(r"pip install '\.\[(\w+)\]'", (ROOT / "README.md").read_text())
    assert sorted([*named, "dev"]) == sorted(project()["optional-dependencies"])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_package_is_installed_from_the_checkout(document):
    """It is on no index, so nobody is told to get it by its name."""
    assert f"{project()['name']}[" not in document.read_text()


def test_every_example_has_a_licence():
    """examples/README.md has a row for each photo, and for nothing else."""
    folder = ROOT / "examples"
    text = (folder / "README.md").read_text()
    listed = re.findall(r"^\| `([^`]+)`", text, re.MULTILINE)
    photos = [p for p in folder.rglob("*") if p.is_file() and p.suffix != ".md"]
    assert sorted(listed) == sorted(p.relative_to(folder).as_posix() for p in photos)


def test_constraints_pin_versions_and_nothing_else():
    """No index, no host, no hash: whoever installs chooses where packages come from."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    odd = [p for p in pins if not re.match(r"[a-z0-9.-]+==[\w.]+( ; .+)?$", p)]
    assert pins
    assert odd == []
