"""Rules of the house that no linter checks."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("colorize_cli", "trainer", "export")
LONGEST_FILE = 300
# Modules that make `--help` slow.
HEAVY = ("torch", "onnxruntime", "cv2", "numpy")
BANNED_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


def python_files(*folders: str) -> list[Path]:
    """All Python files of these top-level folders, relative to the root."""
    return sorted(
        path.relative_to(ROOT)
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    )


SOURCES = python_files(*PACKAGES)
ALL_FILES = python_files(*PACKAGES, "benchmarks", "scripts", "tests")


def module_name(path: Path) -> str:
    """Dotted name of a source file."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_there_is_something_to_check():
    """The three packages and the tests were found."""
    assert {path.parts[0] for path in ALL_FILES} >= {*PACKAGES, "tests"}


@pytest.mark.parametrize("path", ALL_FILES, ids=str)
def test_files_are_short(path):
    """No Python file is longer than 300 lines."""
    line_count = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    assert line_count <= LONGEST_FILE, f"{path} has {line_count} lines"


@pytest.mark.parametrize("path", ALL_FILES, ids=str)
def test_files_are_named_for_what_they_hold(path):
    """No file is called utils, helpers or common."""
    assert path.stem not in BANNED_NAMES


def public_names(tree: ast.Module) -> tuple[list[str] | None, set[str]]:
    """What `__all__` lists (None without one), and what the file defines publicly."""
    listed: list[str] | None = None
    defined = set()
    for node in tree.body:
        targets: list[str] = []
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            targets = [node.name]
        elif isinstance(node, ast.Assign):
            targets = [t.id for t in node.targets if isinstance(t, ast.Name)]
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            targets = [node.target.id]
        if "__all__" in targets:
            listed = ast.literal_eval(node.value)
        defined.update(name for name in targets if not name.startswith("_"))
    return listed, defined


def tree_of(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_all_is_true(path):
    """Modules that define something list in `__all__` names that exist, once each.

    Ruff's RUF022 keeps the lists sorted. Programs (`__main__`) offer nothing.
    """
    listed, defined = public_names(tree_of(path))
    if listed is None:
        assert path.stem == "__main__" or not defined, sorted(defined)
        return
    assert len(listed) == len(set(listed))
    module = importlib.import_module(module_name(path))
    assert [name for name in listed if not hasattr(module, name)] == []


def imports_of(path: Path) -> set[tuple[str, str]]:
    """(module, name) of every `from our.module import name` in the file."""
    return {
        (node.module, alias.name)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
        if node.module.split(".")[0] in PACKAGES
    }


# Module -> what it lists in `__all__`.
LISTED = {module_name(path): public_names(tree_of(path))[0] or [] for path in SOURCES}


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_all_is_complete(path):
    """What this file imports from another of ours stands in that one's `__all__`."""
    unlisted = [
        f"{module}.{name}"
        for module, name in sorted(imports_of(path))
        if f"{module}.{name}" not in LISTED and name not in LISTED[module]
    ]
    assert unlisted == []


@pytest.mark.parametrize("path", python_files("colorize_cli"), ids=str)
def test_the_library_does_not_print(path):
    """Only Click and the console speak: no print, no sys.exit."""
    names = {
        node.func.id
        if isinstance(node.func, ast.Name)
        else getattr(node.func, "attr", "")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
    }
    assert "print" not in names or path.name == "console.py"
    assert not names & {"_exit", "breakpoint"}


def test_help_imports_nothing_heavy():
    """`colorize --help` runs without torch, ONNX Runtime, OpenCV or NumPy."""
    code = (
        "import runpy, sys\n"
        "sys.argv = ['colorize', '--help']\n"
        "try:\n"
        "    runpy.run_module('colorize_cli', run_name='__main__')\n"
        "except SystemExit as stop:\n"
        "    code = stop.code\n"
        f"heavy = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'imported {heavy}, exit code {code}' if heavy or code else 0)\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "import-checkpoint" in result.stdout
