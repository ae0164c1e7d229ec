"""Shell completion: what the shells are told."""

import pytest
from click.shell_completion import get_completion_class

from colorize_cli.cli import main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_script_for_each_shell(cli, shell):
    """As docs/batch.md says how to get it."""
    result = cli.invoke(
        main, [], prog_name="colorize", env={"_COLORIZE_COMPLETE": f"{shell}_source"}
    )
    assert result.exit_code == 0
    assert "_COLORIZE_COMPLETE" in result.stdout


def completed(*words) -> list[tuple[str, str]]:
    """Kind and text of what is offered for the last word."""
    *before, last = words
    complete = get_completion_class("bash")(main, {}, "colorize", "_COLORIZE_COMPLETE")
    return [(each.type, each.value) for each in complete.get_completions(before, last)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--sam",), ("plain", "--samples")),
        (("insp",), ("plain", "inspect")),
        (("old",), ("file", "old")),
        (("photos", "old"), ("file", "old")),
        (("old_photos", "--sam"), ("plain", "--samples")),
        (("old", "-o", "ou"), ("dir", "ou")),
        (("--sampler", ""), ("plain", "ddim")),
        (("old", "--pick", "me"), ("plain", "medoid")),
        (("-o", "out", "--over"), ("plain", "--overwrite")),
        (("inspect", "mod"), ("file", "mod")),
        (("old", "--model", "mod"), ("file", "mod")),
    ],
)
def test_what_may_follow_is_offered(words, expected):
    """Commands, sources, options of the default command and their values."""
    assert expected in completed(*words)


def test_the_default_command_is_not_offered():
    """Nobody could type it; what its folder may be called is the shell's to know."""
    assert all("\0" not in text for _, text in completed(""))
    assert completed("photo") == [("file", "photo")]


def test_nothing_is_offered_twice():
    """Though the group and its default command both have --help."""
    offered = completed("--")
    assert len(offered) == len(set(offered))
