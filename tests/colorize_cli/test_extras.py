"""Cures for missing packages lead somewhere."""

import re
import tomllib
from pathlib import Path

from colorize_cli.extras import cure

ROOT = Path(__file__).parents[2]


def test_the_line_works_in_a_checkout():
    """It names the extra, for whoever knows another way, and what to type."""
    assert cure("ray") == "install the extra ray: pip install '.[ray]' in the checkout"


def test_every_extra_that_an_error_names_is_one():
    """As pyproject.toml has them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    text = "".join(
        path.read_text()
        for package in ("colorize_cli", "trainer", "export")
        for path in (ROOT / package).rglob("*.py")
    )
    named = set(re.findall(r"""\bcure\(["'](\w+)["']\)""", text))
    assert named >= {"torch", "train", "evaluate"}
    assert named <= project["optional-dependencies"].keys()
    assert f"{project['name']}[" not in text
