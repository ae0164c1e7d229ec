"""Ray: a cluster, the desk in it, and the workers that Ray Data gives portions to.

The only file that imports Ray.
"""

import contextlib
import dataclasses
import logging
import os
import pickle
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# Nothing is told to anybody about the run.
os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
# What goes wrong comes as an exception; on stderr it would be in the way of the bar.
os.environ.setdefault("RAY_BACKEND_LOG_LEVEL", "fatal")
# What Ray still does in threads as a run ends must not start another cluster.
os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"

import ray
import ray.data
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from colorize_cli.cluster.desk import Desk, Effort, Headway, News
from colorize_cli.cluster.portions import Portion
from colorize_cli.cluster.worker import COLUMN, Orders, Worker
from colorize_cli.errors import EngineError
from colorize_cli.ledger import Entry
from colorize_cli.report import Outcome

__all__ = [
    "Feed",
    "RemoteDesk",
    "device_for",
    "joined_cluster",
    "open_desk",
    "worker_count",
]


# Ray's word for a new cluster of this machine alone.
THIS_MACHINE = "local"
CONNECT_S = 10.0


class RemoteDesk:
    """The desk as it is seen from other processes; see `Post` and `Desk`."""

    def __init__(self, handle: Any) -> None:  # noqa: ANN401
        """Speak to an actor of Ray."""
        self.handle = handle

    def begin(self, number: int) -> Headway | None:
        """See `Post`."""
        return ray.get(self.handle.begin.remote(number))

    def risk(self, number: int, name: str) -> bool:
        """See `Post`."""
        return ray.get(self.handle.risk.remote(number, name))

    def append(self, number: int, entry: Entry) -> tuple[str, str] | None:
        """See `Post`; the line is in the ledger when this returns."""
        return ray.get(self.handle.append.remote(number, entry))

    def tell(self, number: int, outcome: Outcome) -> None:
        """See `Post`. Its error, a live object, stays behind."""
        outcome = dataclasses.replace(outcome, error=None)
        ray.get(self.handle.tell.remote(number, outcome))

    def end(self, number: int, effort: Effort) -> None:
        """See `Post`."""
        ray.get(self.handle.end.remote(number, effort))

    def refuse(self, reason: str) -> None:
        """See `Post`."""
        ray.get(self.handle.refuse.remote(reason))

    def stop(self) -> None:
        """See `Desk`."""
        ray.get(self.handle.stop.remote())

    def news(self, seen_count: int) -> News:
        """See `Desk`."""
        return ray.get(self.handle.news.remote(seen_count))


@contextlib.contextmanager
def joined_cluster(address: str | None) -> Iterator[None]:
    """In the context, this process is part of a cluster.

    If it is already, by `ray.init`, that one is used, and left as it is.

    Args:
        address: `HOST:PORT` of a cluster that runs, or `auto` for the one on this
            machine; None for RAY_ADDRESS, or a cluster of this machine alone.

    Raises:
        EngineError: If there is none.
    """
    if ray.is_initialized():
        yield
        return
    where = address or os.environ.get("RAY_ADDRESS") or THIS_MACHINE
    refuse_silent(where)
    on_terminate = signal.getsignal(signal.SIGTERM)
    try:
        ray.init(where, logging_level=logging.ERROR, log_to_driver=False)
    except Exception as error:
        raise EngineError(
            f"--ray-address {where}: Ray does not answer ({first_line(error)})"
        ) from error
    if threading.current_thread() is threading.main_thread():
        # Ray ends the process at once; a run is ended softly.
        signal.signal(signal.SIGTERM, on_terminate)
    try:
        yield
    finally:
        ray.shutdown()


def refuse_silent(address: str) -> None:
    """Raise if there is no cluster at an address; Ray itself would ask for minutes.

    Raises:
        EngineError: Says what to give instead.
    """
    if address in (THIS_MACHINE, "auto"):
        return
    host, _, port = address.rpartition(":")
    if "/" in host or not port.isdecimal():
        raise EngineError(
            f"--ray-address {address}: start the run on a machine of the cluster, and "
            "give HOST:PORT of its head, or auto"
        )
    try:
        socket.create_connection((host, int(port)), CONNECT_S).close()
    except OSError as error:
        raise EngineError(
            f"--ray-address {address}: no cluster answers ({error}); ray status on its "
            "head says where it is"
        ) from error


def worker_count(cores: int, *, on_gpus: bool) -> int:
    """How many workers the machines of the cluster have room for.

    Args:
        cores: Of each worker that has no GPU.
        on_gpus: Whether each has a GPU instead.

    Raises:
        EngineError: If there is room for none.
    """
    machines = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    if on_gpus:
        count = sum(int(machine.get("GPU", 0)) for machine in machines)
        missing = "has a GPU; use --device cpu"
    else:
        count = sum(int(machine.get("CPU", 0)) // cores for machine in machines)
        missing = f"has {cores} cores; use a smaller --jobs"
    if not count:
        raise EngineError(f"--engine ray: no machine of the cluster {missing}")
    return count


def device_for(request: str) -> str:
    """What a worker is to name as its device: `cpu`, or `cuda` for its own GPU.

    Args:
        request: `auto` is CUDA if any machine of the cluster has a GPU.

    Raises:
        EngineError: If it is a GPU by its number.
    """
    if request == "auto":
        return "cuda" if ray.cluster_resources().get("GPU", 0) >= 1 else "cpu"
    if ":" in request:
        raise EngineError(
            f"--device {request}: Ray gives each worker a GPU; use --device cuda"
        )
    return request


@contextlib.contextmanager
def open_desk(ledger: Path | None) -> Iterator[RemoteDesk]:
    """A desk on this machine, where the ledger is."""
    here = ray.get_runtime_context().get_node_id()
    strategy = NodeAffinitySchedulingStrategy(node_id=here, soft=False)
    remote = ray.remote(num_cpus=0, scheduling_strategy=strategy)(Desk)
    handle = remote.remote(ledger)
    try:
        yield RemoteDesk(handle)
        ray.get(handle.close.remote())
    finally:
        ray.kill(handle)


class Feed:
    """Hands portions to workers, in a thread of its own.

    Ray Data keeps the workers busy, starts one that dies anew, and gives its portion to
    it or to another one.
    """

    def __init__(
        self, portions: Sequence[Portion], orders: Orders, desk: RemoteDesk, count: int
    ) -> None:
        """Start the workers.

        Args:
            portions: All that is to be done.
            orders: For all workers.
            desk: Where they report.
            count: How many workers there are to be.
        """
        context = ray.data.DataContext.get_current()
        context.enable_progress_bars = False
        context.print_on_execution_start = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        on_gpu = orders.backend.device == "cuda"
        needs = {"num_gpus": 1} if on_gpu else {"num_cpus": orders.settings.workers}
        rows = [{COLUMN: pickle.dumps(portion)} for portion in portions]
        table = ray.data.from_items(rows, override_num_blocks=len(rows))
        self._done = table.map_batches(
            Worker,
            fn_constructor_args=(orders, desk),
            batch_size=1,
            # One at a time: what waits at a busy worker could be done by an idle one.
            compute=ray.data.ActorPoolStrategy(
                size=min(count, len(rows)), max_tasks_in_flight_per_actor=1
            ),
            **needs,
        )
        self._is_closing = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            blocks = iter(self._done.iter_batches(batch_size=None))
            for _ in blocks:
                if self._is_closing:
                    break
            # Has Ray Data end its workers now, not when somebody counts references.
            del blocks
        except Exception as error:
            self._error = error

    @property
    def is_over(self) -> bool:
        """Whether all portions have ended.

        Raises:
            EngineError: If Ray has given up.
        """
        if self._thread.is_alive():
            return False
        if self._error is not None:
            reason = first_line(self._error)
            raise EngineError(f"--engine ray: {reason}") from self._error
        return True

    def wait(self, seconds: float) -> None:
        """Wait until all is over, but no longer than this."""
        self._thread.join(seconds)

    def close(self, seconds: float) -> None:
        """End the workers; give up waiting for that after some seconds."""
        self._is_closing = True
        self._thread.join(seconds)


def first_line(error: BaseException) -> str:
    """What an error of Ray says, without the traceback that it carries."""
    cause = (
        error.cause
        if isinstance(error, RayError) and hasattr(error, "cause")
        else error
    )
    lines = str(cause).strip().splitlines() or [type(cause).__name__]
    return lines[0]
