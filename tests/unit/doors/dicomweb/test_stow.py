"""STOW-RS (PS3.18 10.5)."""

from __future__ import annotations

import io
import json
import resource
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pydicom
import pytest

from readingroom.access import Caller, Role
from readingroom.index import events
from readingroom.model import Selection
from readingroom.wire import Part, from_native_xml, related, write_parts
from tests.kit.ports import wait_until
from tests.kit.shared_data import shared_data
from tests.unit.doors.dicomweb.house import House, application, serving

B = "b0undary"
TYPE = related("application/dicom", B)
MR = "mr-series/adc/000000.dcm"
MR_2 = "mr-series/adc/000001.dcm"
SR = "made/sr/basic-text.dcm"
STUDIES = "/dicom-web/studies"
ANY = {"accept": 'multipart/related; type="application/dicom"; transfer-syntax=*'}


def sample(name: str) -> bytes:
    return (shared_data() / name).read_bytes()


def multipart(*bodies: bytes, content_type: str = "application/dicom") -> bytes:
    return b"".join(write_parts((Part(content_type, [body]) for body in bodies), B))


def post(house: House, content: Any, url: str = STUDIES, content_type: str = TYPE, **headers: str) -> Any:
    return house.client.post(url, content=content, headers={"content-type": content_type} | headers)


def uid_of(model: dict[str, Any], tag: str) -> str:
    return str(model[tag]["Value"][0])


@pytest.mark.ps("3.18 10.5.3")
def test_all_stored(empty: House) -> None:
    response = post(empty, multipart(sample(MR), sample(SR)))
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/dicom+json"
    report = response.json()
    assert "00081198" not in report
    kept = report["00081199"]["Value"]
    assert len(kept) == 2
    assert uid_of(kept[0], "00081150") == "1.2.840.10008.5.1.4.1.1.4"
    for item, name in zip(kept, (MR, SR), strict=True):
        url = uid_of(item, "00081190").removeprefix(empty.base)
        assert url.endswith(uid_of(item, "00081155"))
        assert sample(name) in empty.client.get(url, headers=ANY).content
    found = empty.client.get("/dicom-web/instances").json()
    assert {uid_of(model, "00080018") for model in found} == {uid_of(item, "00081155") for item in kept}


def test_retrieve_url_of_one_study(empty: House) -> None:
    report = post(empty, multipart(sample(MR), sample(MR_2))).json()
    study = uid_of(report, "00081190").rpartition("/")[2]
    assert empty.client.get(f"{STUDIES}/{study}/metadata").status_code == 200
    again = post(empty, multipart(sample(MR)), f"{STUDIES}/{study}")
    assert again.status_code == 200  # identical content is a success without effect


@pytest.mark.parametrize("content_type", ["application/dicom", "application/octet-stream"])
def test_single_part(empty: House, content_type: str) -> None:
    response = post(empty, sample(MR), content_type=content_type)
    assert response.status_code == 200
    assert len(response.json()["00081199"]["Value"]) == 1


def test_xml_report(empty: House) -> None:
    response = post(empty, multipart(sample(MR)), accept="application/dicom+xml")
    assert response.headers["content-type"] == "application/dicom+xml"
    report = from_native_xml(response.content)
    assert report[0x00081199].first[0x00081150].first == "1.2.840.10008.5.1.4.1.1.4"
    # what was stored is told even when the client wants to hear it in no form we know
    assert post(empty, multipart(sample(MR)), accept="text/html").json()


def test_wrong_study(empty: House) -> None:
    response = post(empty, multipart(sample(MR)), f"{STUDIES}/1.2.3")
    assert response.status_code == 409
    (failed,) = response.json()["00081198"]["Value"]
    assert uid_of(failed, "00081150") == "1.2.840.10008.5.1.4.1.1.4"
    assert uid_of(failed, "00081155")
    assert failed["00081197"]["Value"] == [0xA900]
    assert empty.client.get("/dicom-web/instances").status_code == 204
    assert list(empty.archive.blobs.walk()) == []


def test_some_stored(empty: House) -> None:
    response = post(empty, multipart(sample(MR), b"no DICOM at all", sample(MR_2)[:3000], sample(SR)))
    assert response.status_code == 202
    report = response.json()
    assert len(report["00081199"]["Value"]) == 2
    (failed,) = report["00081198"]["Value"]
    assert failed["00081197"]["Value"] == [0xC000]
    (other,) = report["0008119A"]["Value"]
    assert other["00081197"]["Value"] == [0xC000]


def test_none_stored(empty: House) -> None:
    assert post(empty, multipart(b"no DICOM")).status_code == 409


def test_what_was_refused_is_in_the_event_log(empty: House) -> None:
    post(empty, multipart(sample(MR)), f"{STUDIES}/1.2.3")
    with empty.archive.database.reading() as connection:
        whole, event = events.newest(connection, 10)
    assert (event.kind, event.outcome, event.peer) == ("refused", "failed", "anybody")
    assert "1.2.3" in event.sentence
    assert (whole.kind, whole.outcome, whole.facts["refused"]) == ("STOW-RS", "failed", 1)


@pytest.fixture
def small_files() -> Iterator[None]:
    """No file of this process may become larger than 4 MB, as on a full disk; the index stays smaller."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.usefixtures("small_files")
def test_a_full_disk_is_503_when_nothing_could_be_kept_else_a_failure_of_some(empty: House) -> None:
    large = padded(5_000_000)
    response = post(empty, multipart(large))
    assert response.status_code == 503
    assert "retry-after" in response.headers
    response = post(empty, multipart(large, sample(SR)))
    assert response.status_code == 202
    (failed,) = response.json()["00081198"]["Value"]
    assert failed["00081197"]["Value"] == [0xA700]


def padded(size: int) -> bytes:
    """The image with `size` bytes of pixel data."""
    whole = sample(MR)
    head = whole[: whole.index(b"\xe0\x7f\x10\x00OW")]
    return head + b"\xe0\x7f\x10\x00OW\0\0" + size.to_bytes(4, "little") + bytes(size)


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (multipart(b"x"), "multipart/related; type=application/dicom", 400),
        (multipart(b"x"), "multipart/related; type=application/dicom; boundary=other", 400),
        (b"--b0undary--\r\n", TYPE, 400),
        (b"", TYPE, 400),
        (b"[]", "application/dicom+json", 400),
        (b"x", "image/jpeg", 415),
        (b"--b0undary--", f'multipart/related; type="application/dicom+json"; boundary={B}', 400),
        (multipart(b"x"), "", 400),
    ],
)
def test_bad_requests(empty: House, content: bytes, content_type: str, status: int) -> None:
    response = post(empty, content, content_type=content_type)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_parts_of_other_types_fail_alone(empty: House) -> None:
    content = b"".join(write_parts([Part("application/dicom", [sample(MR)]), Part("image/jpeg", [b"x"])], B))
    response = post(empty, content)
    assert response.status_code == 202
    assert response.json()["0008119A"]["Value"][0]["00081197"]["Value"] == [0x0122]


def test_a_request_that_breaks_off_keeps_what_came_whole(empty: House) -> None:
    content = multipart(sample(MR), sample(MR_2))
    response = post(empty, content[:-5000])
    assert response.status_code == 202
    assert len(response.json()["00081199"]["Value"]) == 1
    assert len(empty.client.get("/dicom-web/instances").json()) == 1
    assert len(list(empty.archive.blobs.walk())) == 1


def test_of_an_object_that_comes_twice_the_last_counts(empty: House) -> None:
    ds = pydicom.dcmread(shared_data() / MR)
    versions = []
    for number in range(6):
        ds.SeriesDescription = f"version {number}"
        file = io.BytesIO()
        ds.save_as(file)
        versions.append(file.getvalue())
    assert post(empty, multipart(*versions)).status_code == 200
    (found,) = empty.client.get("/dicom-web/instances", headers={"accept": "application/dicom+json"}).json()
    path = uid_of(found, "00081190").removeprefix(empty.base)
    assert versions[-1] in empty.client.get(path, headers=ANY).content


def test_what_came_whole_before_the_client_went_is_kept(empty: House) -> None:
    content = multipart(sample(MR), sample(MR_2))
    host, port = empty.client.base_url.host, empty.client.base_url.port
    assert port is not None
    head = (
        f"POST {STUDIES} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {TYPE}\r\nContent-Length: {len(content)}"
    )
    with socket.create_connection((host, port)) as client:
        client.sendall(f"{head}\r\n\r\n".encode() + content[:-5000])
    study = str(pydicom.dcmread(shared_data() / MR, stop_before_pixels=True).StudyInstanceUID)
    named = Selection(study_instance_uids=(study,))
    wait_until(lambda: bool(empty.archive.instances(named)), 60.0, "the first object is there")
    wait_until(lambda: len(list(empty.archive.blobs.walk())) == 1, 60.0, "nothing is left of the second")


def test_encoded_bodies_are_refused(empty: House) -> None:
    headers = {"content-encoding": "gzip"}
    assert post(empty, multipart(sample(MR)), **headers).status_code == 415


def test_too_large(empty: House) -> None:
    services = replace(empty.services, most_request_bytes=1000)
    with serving(application(services)) as client:
        response = client.post(STUDIES, content=multipart(sample(MR)), headers={"content-type": TYPE})
    assert response.status_code == 413
    assert list(empty.archive.blobs.walk()) == []


@pytest.mark.parametrize(
    ("roles", "get", "store"),
    [
        (None, 401, 401),
        ({Role.READER}, 204, 403),
        ({Role.SENDER}, 403, 200),
        ({Role.ADMINISTRATOR}, 204, 200),
    ],
)
def test_who_may(empty: House, roles: set[Role] | None, get: int, store: int) -> None:
    caller = None if roles is None else Caller("eve", "Eve", frozenset(roles))
    with serving(application(empty.services, caller)) as client:
        assert client.get(STUDIES).status_code == get
        response = client.post(STUDIES, content=multipart(sample(MR)), headers={"content-type": TYPE})
    assert response.status_code == store
    if store == 401:
        assert "www-authenticate" in response.headers


def large_object(size: int) -> Iterator[bytes]:
    """An object with `size` bytes of pixel data, as a file."""
    whole = sample(MR)
    yield (
        b"--b0undary\r\nContent-Type: application/dicom\r\n\r\n" + whole[: whole.index(b"\xe0\x7f\x10\x00OW")]
    )
    yield b"\xe0\x7f\x10\x00OW\0\0" + size.to_bytes(4, "little")
    yield from large_bytes(size)


def large_bulk_data(size: int) -> Iterator[bytes]:
    """The same as metadata and bulk data."""
    with pydicom.dcmread(shared_data() / MR) as ds:
        model = ds.to_json_dict(1024, lambda _: "pixels")
    yield b"--b0undary\r\nContent-Type: application/dicom+json\r\n\r\n" + json.dumps(model).encode()
    yield b"\r\n--b0undary\r\nContent-Type: application/octet-stream\r\nContent-Location: pixels\r\n\r\n"
    yield from large_bytes(size)


def large_bytes(size: int) -> Iterator[bytes]:
    for _ in range(size >> 20):
        yield bytes(1 << 20)
    yield b"\r\n--b0undary--\r\n"


@pytest.mark.parametrize("large", [large_object, large_bulk_data])
def test_memory_stays_constant(empty: House, large: Callable[[int], Iterator[bytes]]) -> None:
    """A 300 MB object goes through in pieces."""
    kind = TYPE if large is large_object else TYPE.replace("application/dicom", "application/dicom+json")
    highest = before = anonymous_memory()
    sampling = threading.Event()

    def sample_memory() -> None:
        nonlocal highest
        while not sampling.wait(0.005):
            highest = max(highest, anonymous_memory())

    thread = threading.Thread(target=sample_memory)
    thread.start()
    assert post(empty, large(300 << 20), content_type=kind).status_code == 200
    sampling.set()
    thread.join()
    assert highest - before < 64 << 20


def anonymous_memory() -> int:
    """Resident bytes of this process (server and client), without pages of mapped files."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("RssAnon:")[2].split()[0]) << 10
