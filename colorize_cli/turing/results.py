"""Reading what people answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from colorize_cli.downloads import read_download
from colorize_cli.errors import PlanError

__all__ = ["Result", "Trial", "read_results", "refuse_replacing"]

KIND, VERSION = "colorize-turing-result", 1
SIDES, PHASES = ("left", "right"), ("practice", "test", "check")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One answer.

    Attributes:
        photo: The photo's name.
        phase: `practice`, `test` or `check`.
        is_fooled: Whether the picture that no camera took was chosen.
    """

    photo: str
    phase: str
    is_fooled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One person's answers.

    Attributes:
        path: The file.
        test: Which test it was.
        participant: What the person is called.
        started: When, as the page wrote it; tells two sessions of a person apart.
        trials: In the order they were answered.
    """

    path: Path
    test: str
    participant: str
    started: str
    trials: tuple[Trial, ...]

    def of_phase(self, phase: str) -> list[Trial]:
        """The answers of one phase."""
        return [trial for trial in self.trials if trial.phase == phase]

    @property
    def check_share(self) -> float:
        """Share of the attention checks that were passed; 1 if there were none."""
        checks = self.of_phase("check")
        passed = sum(not trial.is_fooled for trial in checks)
        return passed / len(checks) if checks else 1.0


def read_results(paths: Sequence[Path]) -> list[Result]:
    """Read the result files of one test; a session that is there twice counts once.

    Raises:
        PlanError: If a file is no result, or they are of different tests.
    """
    results: dict[tuple[str, str], Result] = {}
    for path in paths:
        result = read_result(path)
        results.setdefault((result.participant, result.started), result)
    found = list(results.values())
    for result in found:
        if result.test != found[0].test:
            raise PlanError(
                f"{found[0].path} and {result.path}: are of different tests and cannot "
                "be pooled; score them one test at a time"
            )
    return found


def refuse_replacing(path: Path) -> None:
    """Raise if a file that is to be written is somebody's result.

    Raises:
        PlanError: If it is: `-o results/*.json` names the first of them.
    """
    try:
        read_result(path)
    except PlanError:
        return
    raise PlanError(f"{path}: is a result and would be lost; name another file with -o")


def read_result(path: Path) -> Result:
    """One file, checked field by field."""
    document = read_download(
        path,
        KIND,
        VERSION,
        what="the result of a Turing test",
        cure="name the files that the test page downloads",
    )
    texts = [document.get(key) for key in ("test", "participant", "started")]
    trials = document.get("trials")
    if not all(isinstance(text, str) for text in texts) or not isinstance(trials, list):
        raise PlanError(f"{path}: lacks its test, participant, start or trials")
    test, participant, started = map(str, texts)
    return Result(
        path=path,
        test=test,
        participant=participant,
        started=started,
        trials=tuple(
            trial_of(each, f"{path}: trial {number}")
            for number, each in enumerate(trials, 1)
        ),
    )


def trial_of(raw: Any, place: str) -> Trial:  # noqa: ANN401
    """One answer; `place` starts an error."""
    if not isinstance(raw, dict) or not isinstance(raw.get("photo"), str):
        raise PlanError(f"{place} lacks its photo")
    real, answer, phase = raw.get("real"), raw.get("answer"), raw.get("phase")
    if real not in SIDES or answer not in SIDES or phase not in PHASES:
        raise PlanError(f"{place} has no side, answer or phase of a Turing test")
    return Trial(photo=raw["photo"], phase=str(phase), is_fooled=real != answer)
