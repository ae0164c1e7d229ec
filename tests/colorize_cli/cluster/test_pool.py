"""What is refused before a run begins on a cluster."""

import socket

import pytest

from colorize_cli.errors import EngineError

pool = pytest.importorskip(
    "colorize_cli.cluster.pool", reason="needs Ray", exc_type=ImportError
)


def test_an_address_that_nobody_answers_is_refused_at_once():
    """Ray itself would go on asking for minutes."""
    with socket.socket() as taken:  # but does not listen
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        wanted = rf"^--ray-address 127\.0\.0\.1:{port}: no cluster answers"
        with pytest.raises(EngineError, match=wanted):
            pool.joined_cluster(f"127.0.0.1:{port}").__enter__()


@pytest.mark.parametrize("address", ["ray://head:10001", "head", "head:port"])
def test_other_addresses_are_refused(address):
    """Photos and ledger are on a machine of the cluster, so it starts there."""
    with pytest.raises(EngineError, match="start the run on a machine of the cluster"):
        pool.joined_cluster(address).__enter__()


def machine(cores, gpus=0):
    """A machine as Ray describes it."""
    return {"Alive": True, "Resources": {"CPU": cores, "GPU": gpus}}


def test_workers_are_as_many_as_each_machine_has_room_for(monkeypatch):
    """Cores of two machines do not make one worker; dead machines do not count."""
    machines = [machine(9.0, 2.0), machine(4.0), machine(3.0), machine(64.0)]
    machines[-1]["Alive"] = False
    monkeypatch.setattr(pool.ray, "nodes", lambda: machines)
    assert pool.worker_count(4, on_gpus=False) == 3
    assert pool.worker_count(4, on_gpus=True) == 2
    with pytest.raises(EngineError, match="no machine of the cluster has 10 cores"):
        pool.worker_count(10, on_gpus=False)
    machines[0] = machine(9.0)
    with pytest.raises(EngineError, match="has a GPU; use --device cpu"):
        pool.worker_count(4, on_gpus=True)


def test_each_worker_gets_a_gpu_where_there_are_any(monkeypatch):
    """`auto` asks the cluster, not this machine; numbers are Ray's to give."""
    resources = {"CPU": 8.0}
    monkeypatch.setattr(pool.ray, "cluster_resources", lambda: resources)
    assert pool.device_for("auto") == "cpu"
    resources["GPU"] = 1.0
    assert pool.device_for("auto") == "cuda"
    assert pool.device_for("cpu") == "cpu"
    with pytest.raises(EngineError, match="use --device cuda"):
        pool.device_for("cuda:1")
