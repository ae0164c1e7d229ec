"""Archives with bytes changed anywhere: told, never a crash, never a wrong place."""

import io
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from colorize_cli.errors import DecodeError
from colorize_cli.files import plan_jobs
from colorize_cli.variants import Variants

PHOTOS = {"a.jpg": b"\xff\xd8" * 400, "box/b.png": bytes(range(256)) * 3}


def zipped() -> bytes:
    """A zip file of PHOTOS."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in PHOTOS.items():
            archive.writestr(name, data)
    return target.getvalue()


def tarred(compression: str) -> bytes:
    """A tar file of PHOTOS."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=f"w:{compression}") as archive:
        for name, data in PHOTOS.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return target.getvalue()


WHOLE = {
    "a.zip": zipped(),
    "a.tar": tarred(""),
    "a.tar.gz": tarred("gz"),
    "a.tar.bz2": tarred("bz2"),
    "a.tar.xz": tarred("xz"),
}
# Places as parts of the whole, and what is put there.
CHANGES = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=9)),
    min_size=1,
    max_size=4,
)
CUTS = st.one_of(st.none(), st.floats(0, 1))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One folder for all examples."""
    return tmp_path_factory.mktemp("damage")


@pytest.mark.parametrize("name", WHOLE)
@given(changes=CHANGES, cut=CUTS)
def test_damage_is_told(folder, name, changes, cut):
    """A run has photos, problems, or both; each photo is read or told."""
    data = bytearray(WHOLE[name])
    for place, new in changes:
        start = int(place * len(data))
        data[start : start + len(new)] = new
    if cut is not None:
        del data[int(cut * len(data)) :]
    path = folder / name
    path.write_bytes(data)
    # A photo that is gone besides, so that there always is something to tell.
    places = [path, folder / "gone.jpg"]
    listed = plan_jobs(places, folder / "out", format=None, variants=Variants())
    assert f"{folder}/gone.jpg" in {str(each.path) for each in listed.problems}
    for job in listed.jobs:
        assert ".." not in job.target.parts
        assert not job.target.is_absolute()
        try:
            job.source.read()
        except DecodeError as error:
            assert str(error).startswith(f"{path}/")
