"""Folders that a plan leads from and to."""

from pathlib import Path

import pytest


@pytest.fixture
def src(tmp_path) -> Path:
    """An empty source folder."""
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def out(tmp_path) -> Path:
    """A folder of results that does not exist yet."""
    return tmp_path / "out"
