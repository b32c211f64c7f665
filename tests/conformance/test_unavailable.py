"""503 with Retry-After where the disk is full, the objects are out of reach or the index does not answer.

Each is a real situation: a tmpfs filled to the last byte, the folder of objects moved away as an unmounted
share is, tables that another program has taken out of the index. What can be answered meanwhile is answered.
"""

from __future__ import annotations

import io
import sqlite3
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pydicom
import pytest
from pydicom.uid import generate_uid

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data
from tests.kit.small_disk import no_room, small_disk
from tests.kit.web import parts

MEBIBYTE = 1 << 20
CT = "made/ct-phantom/axial/001.dcm"
CINE = "made/enhanced/ct-two-stacks.dcm"
B = "b0undary"
KIND = f'multipart/related; type="application/dicom"; boundary={B}'
ANY = {"accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}
pytestmark = pytest.mark.ps("3.18 8.5.1")


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with small_disk(tmp_path_factory.mktemp("unavailable") / "disk", 32) as mounted:
        yield mounted


@pytest.fixture(scope="module")
def server(disk: Path) -> Iterator[RunningServer]:
    with running_server(disk, "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture
def http(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        yield client


def another(name: str, large: bool = False) -> pydicom.Dataset:
    """The object under UIDs that nobody has; large: with a megabyte of private data."""
    ds = pydicom.dcmread(shared_data() / name)
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = (generate_uid() for _ in range(3))
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    if large:
        ds.private_block(0x0029, "TEST", create=True).add_new(1, "OB", bytes(MEBIBYTE))
    return ds


def written(ds: pydicom.Dataset) -> bytes:
    out = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds.save_as(out)
    return out.getvalue()


def post(http: httpx.Client, *objects: pydicom.Dataset) -> httpx.Response:
    body = b"".join(
        f"--{B}\r\nContent-Type: application/dicom\r\n\r\n".encode() + written(ds) + b"\r\n" for ds in objects
    )
    return http.post("/studies", content=body + f"--{B}--\r\n".encode(), headers={"content-type": KIND})


def path_of(ds: pydicom.Dataset, level: str = "instance") -> str:
    path = f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}"
    return path + (f"/instances/{ds.SOPInstanceUID}" if level == "instance" else "")


def is_here(http: httpx.Client, ds: pydicom.Dataset) -> bool:
    return http.get("/instances", params={"SOPInstanceUID": ds.SOPInstanceUID}).status_code == 200


def unavailable(answer: httpx.Response) -> str:
    """What a 503 says, with all that belongs to it."""
    assert answer.status_code == 503, f"{answer.request.url}: {answer.status_code} {answer.text[:300]}"
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["cache-control"] == "no-store"
    problem = answer.json()
    assert problem["status"] == 503
    return str(problem["detail"])


def prepared(server: RunningServer) -> tuple[int, int]:
    """Of how many series metadata and a thumbnail are kept."""
    with sqlite3.connect(server.data / "index.sqlite", timeout=60) as connection:
        counts = [
            int(connection.execute(f"select count(*) from {table}").fetchone()[0])
            for table in ("series_metadata", "thumbnail")
        ]
    connection.close()
    return counts[0], counts[1]


@pytest.mark.row("WEB-STOW-01")
@pytest.mark.ps("3.18 10.5.3")
def test_a_full_disk(server: RunningServer, disk: Path, http: httpx.Client, tmp_path: Path) -> None:
    """Nothing fits: 503. Some fit: 202 with A700 for the others, or 503. What only reads is answered."""
    first, cine, late = another(CT), another(CINE), another(CT, large=True)
    assert post(http, first, cine).status_code == 200
    wait_until(lambda: prepared(server) == (2, 2), 60.0, "nothing is made or written any more by itself")
    file = tmp_path / "late.dcm"
    file.write_bytes(written(late))
    with no_room(disk, 0):
        told = subprocess.run(
            ["curl", "-sS", "-D", "-", "-H", "Content-Type: application/dicom", "--data-binary", f"@{file}",
             f"{server.dicomweb}/studies"],
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        head = told.stdout.lower()
        assert "http/1.1 503" in head
        assert "retry-after: " in head
        assert not is_here(http, late)
        unavailable(http.delete(path_of(first)))
        for path, accept in (
            (path_of(first), ANY["accept"]),
            (path_of(first), "application/dicom; transfer-syntax=1.2.840.10008.1.2.5"),
            (path_of(first, "series") + "/metadata", "application/dicom+json"),
            (path_of(first) + "/frames/1", "application/octet-stream"),
            (path_of(first) + "/frames/1", "image/jphc"),
            (path_of(first) + "/rendered", "image/png"),
            (path_of(first, "series") + "/thumbnail", "image/jpeg"),
        ):
            answer = http.get(path, headers={"accept": accept})
            assert answer.status_code == 200, f"{path} {accept} {answer.status_code} {answer.text[:300]}"
        unavailable(
            http.get(path_of(cine) + "/rendered", headers={"accept": "video/mp4"})
        )  # is kept as a file
    with no_room(disk, 2 * MEBIBYTE + MEBIBYTE // 2):
        many = [another(CT, large=True) for _ in range(4)]
        answer = post(http, *many)
    if answer.status_code == 503:  # the objects left no room to the index, which takes them in later
        unavailable(answer)
    else:
        assert answer.status_code == 202, answer.text
        failed = answer.json()["00081198"]["Value"]
        kept = {item["00081155"]["Value"][0] for item in answer.json()["00081199"]["Value"]}
        assert {item["00081197"]["Value"][0] for item in failed} == {0xA700}
        assert kept | {item["00081155"]["Value"][0] for item in failed} == {ds.SOPInstanceUID for ds in many}
        assert [is_here(http, ds) for ds in many] == [ds.SOPInstanceUID in kept for ds in many]
    wait_until(lambda: post(http, late).status_code == 200, 60.0, "there is room again")
    assert http.get(path_of(cine) + "/rendered", headers={"accept": "video/mp4"}).status_code == 200
    assert http.delete(path_of(first)).status_code == 204


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """Without the folders in it, as a share that is not mounted."""
    aside = folder.with_name("aside")
    folder.rename(aside)
    folder.mkdir()
    try:
        yield
    finally:
        folder.rmdir()
        aside.rename(folder)


@pytest.mark.row("WEB-WADO-RS-01", "WEB-WADO-RS-04", "WEB-URI-01")
def test_objects_out_of_reach(server: RunningServer, http: httpx.Client) -> None:
    """WADO says so with 503, not with 404; searches go on; no empty thumbnail is kept from that time."""
    ds = another(CT)
    assert post(http, ds).status_code == 200
    uids = {
        "studyUID": ds.StudyInstanceUID,
        "seriesUID": ds.SeriesInstanceUID,
        "objectUID": ds.SOPInstanceUID,
    }
    uri = f"{server.url}/wado"
    with away(server.data / "objects"):
        for path in ("", "/frames/1", "/rendered", "/bulkdata/7FE00010"):
            unavailable(http.get(path_of(ds) + path))
        for accept in (ANY["accept"], "application/zip"):
            unavailable(http.get(path_of(ds, "series"), headers={"accept": accept}))
        unavailable(httpx.get(uri, params={"requestType": "WADO"} | uids, timeout=60))
        made_before = http.get(path_of(ds, "series") + "/thumbnail")
        assert made_before.status_code in (200, 503)
        assert is_here(http, ds)
    for path in (path_of(ds), path_of(ds, "series") + "/thumbnail"):
        answer = http.get(path)
        assert answer.status_code == 200
        assert len(answer.content) > 500
    missing = server.data / "objects"
    (stored,) = [file for file in missing.rglob("*.dcm") if ds.SOPInstanceUID.encode() in file.read_bytes()]
    stored.rename(stored.with_suffix(".lost"))  # only this one: it is gone, there is no later
    assert http.get(path_of(ds)).status_code == 404


@contextmanager
def taken_out(index: Path, *tables: str) -> Iterator[None]:
    """Tables that are not there for a while."""
    with sqlite3.connect(index, isolation_level=None, timeout=60) as connection:
        connection.execute("PRAGMA legacy_alter_table=ON")  # what refers to them keeps their names
        for table in tables:
            connection.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
        try:
            yield
        finally:
            for table in tables:
                connection.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
    connection.close()


@pytest.mark.row("WEB-QIDO-01", "WEB-WADO-RS-06", "WEB-STOW-01")
@pytest.mark.ps("3.18 10.6.3")
def test_an_index_that_does_not_answer(server: RunningServer, http: httpx.Client) -> None:
    ds = another(CT)
    assert post(http, ds).status_code == 200
    with sqlite3.connect(server.data / "index.sqlite") as connection:
        names = {
            str(name) for (name,) in connection.execute("select name from sqlite_master where type='table'")
        }
    connection.close()
    tables = sorted(names & {"studies", "series", "instances", "patients", "study", "instance", "patient"})
    assert len(tables) >= 3, names
    uids = {
        "studyUID": ds.StudyInstanceUID,
        "seriesUID": ds.SeriesInstanceUID,
        "objectUID": ds.SOPInstanceUID,
    }
    with taken_out(server.data / "index.sqlite", *tables):
        for path in ("/studies", "/series", "/instances", f"/studies/{ds.StudyInstanceUID}/series"):
            assert "index" in unavailable(http.get(path))
        for path in ("", "/metadata", "/frames/1", "/rendered", "/thumbnail"):
            unavailable(http.get(path_of(ds) + path))
        unavailable(httpx.get(f"{server.url}/wado", params={"requestType": "WADO"} | uids, timeout=60))
        unavailable(http.delete(path_of(ds)))
        assert httpx.get(f"{server.url}/api/studies", timeout=60).status_code == 503
    assert is_here(http, ds)
    ((_headers, body),) = parts(http.get(path_of(ds), headers=ANY))
    assert pydicom.dcmread(io.BytesIO(body)).SOPInstanceUID == ds.SOPInstanceUID
