"""Reading what test pages download."""

import json

import pytest

from colorize_cli.errors import PlanError
from colorize_cli.turing import read_results

TRIAL = {"photo": "a.jpg", "phase": "test", "real": "left", "answer": "right"}


def write(path, **changes):
    """A result file, changed."""
    whole = {
        "kind": "colorize-turing-result",
        "version": 1,
        "test": "t1",
        "participant": "Ann",
        "started": "2026-11-22T10:00:00.000Z",
        "trials": [TRIAL],
    }
    path.write_text(json.dumps(whole | changes))
    return path


def test_an_answer_for_the_wrong_side_is_fooled(tmp_path):
    """And one for the camera's is not."""
    right = TRIAL | {"answer": "left"}
    (result,) = read_results([write(tmp_path / "r.json", trials=[TRIAL, right])])
    assert [trial.is_fooled for trial in result.trials] == [True, False]
    assert result.participant == "Ann"


def test_the_share_of_checks_is_that_of_those_passed(tmp_path):
    """One without checks has missed none."""
    check = TRIAL | {"phase": "check"}
    trials = [check, check | {"answer": "left"}]
    (result,) = read_results([write(tmp_path / "r.json", trials=trials)])
    assert result.check_share == 0.5
    (result,) = read_results([write(tmp_path / "r.json")])
    assert result.check_share == 1


def test_a_session_that_is_there_twice_counts_once(tmp_path):
    """The same person at another time counts again."""
    paths = [write(tmp_path / f"{number}.json") for number in range(2)]
    paths.append(write(tmp_path / "later.json", started="2026-11-23T10:00:00.000Z"))
    assert len(read_results(paths)) == 2


def test_results_of_different_tests_are_not_pooled(tmp_path):
    """The message names two of them."""
    paths = [write(tmp_path / "a.json"), write(tmp_path / "b.json", test="t2")]
    write(tmp_path / "b.json", test="t2", participant="Bob")
    with pytest.raises(PlanError, match=r"a\.json and .*b\.json: are of different"):
        read_results(paths)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "colorize-choices"}, "is not the result of a Turing test"),
        ({"version": 9}, "is of version 9, this colorize reads 1"),
        ({"participant": None}, "lacks its test, participant, start or trials"),
        ({"trials": {}}, "lacks its test, participant, start or trials"),
        ({"trials": [1]}, "trial 1 lacks its photo"),
        ({"trials": [TRIAL, TRIAL | {"answer": "up"}]}, "trial 2 has no side"),
        ({"trials": [TRIAL | {"phase": ["test"]}]}, "trial 1 has no side"),
    ],
)
def test_a_file_that_is_no_result_says_why(tmp_path, changes, message):
    """Every message starts with the file."""
    path = write(tmp_path / "r.json", **changes)
    with pytest.raises(PlanError, match=message) as caught:
        read_results([path])
    assert str(caught.value).startswith(str(path))


def test_files_that_are_no_json_say_so(tmp_path):
    """Or cannot be read at all."""
    (tmp_path / "r.json").write_text("{")
    with pytest.raises(PlanError, match="is not JSON"):
        read_results([tmp_path / "r.json"])
    with pytest.raises(PlanError, match="cannot be read"):
        read_results([tmp_path / "none.json"])
