"""Stores to read from and write to: one in memory, and a real S3 server."""

import fsspec
import pytest


@pytest.fixture
def memory():
    """The store in memory, empty before and after."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    store.invalidate_cache()
    yield store
    store.store.clear()


@pytest.fixture(scope="session")
def s3_endpoint():
    """The address of a local S3 server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(s3_endpoint, monkeypatch):
    """A bucket called box; server and credentials are known from the environment."""
    import s3fs

    for name, value in {
        "AWS_ENDPOINT_URL": s3_endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    store = fsspec.filesystem("s3")
    store.mkdir("box")
    yield store
    store.rm("box", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()
