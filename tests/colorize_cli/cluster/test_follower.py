"""Following a run: what is counted, and when it ends early."""

import pytest

from colorize_cli.cluster.desk import Desk, Effort
from colorize_cli.cluster.follower import Follower
from colorize_cli.cluster.tally import Tally
from colorize_cli.errors import EngineError
from colorize_cli.files import FolderDestination, Plan
from colorize_cli.report import Outcome


class Script:
    """Work that goes on as the test says: one action for each time it is waited for."""

    def __init__(self, *actions):
        """Nothing has happened yet."""
        self.actions = [*actions]

    @property
    def is_over(self):
        """Whether there is nothing more in the script."""
        return not self.actions

    def wait(self, seconds):
        """The next action."""
        self.actions.pop(0)()


def interrupt():
    """The user presses Ctrl-C."""
    raise KeyboardInterrupt


@pytest.fixture
def desk():
    """A desk without a ledger."""
    return Desk(None)


@pytest.fixture
def tally(tmp_path):
    """Counts a run that ends with the second failure."""
    plan = Plan(jobs=[], problems=[], destination=FolderDestination(tmp_path))
    return Tally(plan, 2, lambda outcome: None)


@pytest.fixture
def tell(desk):
    """Makes an action: a photo ends, the first of a portion or a later one."""

    def tell(number, status="done", *, is_first=True):
        def action():
            if is_first:
                desk.begin(number)
            outcome = Outcome(source=f"{number}.png", name=f"{number}", status=status)
            desk.tell(number, outcome)

        return action

    return tell


def test_everything_is_counted_once(desk, tally, tell):
    """Up to what is told as the work ends."""

    def end():
        desk.end(1, Effort(denoise_s=2.5))

    Follower(Script(tell(1), lambda: None, tell(2), end), desk, tally).follow(interrupt)
    assert tally.report.counts["done"] == 2
    assert tally.report.denoise_s == 2.5
    assert tally.report.exit_code == 0


def test_an_interrupted_run_waits_for_what_is_under_way(desk, tally, tell):
    """Portions that workers are at are finished, no others begun; exit code 130."""
    said = []

    def finish():
        assert desk.begin(2) is None
        desk.end(1, Effort())

    more = tell(1, is_first=False)
    work = Script(tell(1), interrupt, more, finish, lambda: pytest.fail("goes on"))
    Follower(work, desk, tally).follow(lambda: said.append("interrupted"))
    assert said == ["interrupted"]
    assert tally.report.counts["done"] == 2
    assert tally.report.exit_code == 130


def test_a_second_interrupt_ends_it_at_once(desk, tally, tell):
    """Where it is not the system's own handling that does."""
    follower = Follower(Script(tell(1), interrupt, interrupt), desk, tally)
    with pytest.raises(KeyboardInterrupt):
        follower.follow(lambda: None)


def test_too_many_failures_end_the_run(desk, tally, tell):
    """Nothing more is begun; what is under way is counted."""
    failing = [tell(number, "failed") for number in (1, 2)]

    def finish():
        assert desk.begin(3) is None
        desk.end(1, Effort())
        desk.end(2, Effort())

    more = tell(1, is_first=False)
    work = Script(*failing, more, finish, lambda: pytest.fail("goes on"))
    Follower(work, desk, tally).follow(interrupt)
    assert tally.report.counts == {"failed": 2, "done": 1}
    assert tally.report.exit_code == 3


def test_a_worker_that_cannot_work_ends_the_run(desk, tally):
    """With its reason."""
    work = Script(lambda: desk.refuse("node1: no model"))
    with pytest.raises(EngineError, match=r"^node1: no model$"):
        Follower(work, desk, tally).follow(interrupt)
