"""dicomweb-client against our DICOMweb, and what plain HTTP clients are told."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import numpy as np
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient

from tests.kit.compare import dataset_differences, read_part10
from tests.kit.network import Peer
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer

MR = "mr-series/adc/"
JSON = {"accept": "application/dicom+json"}


@pytest.fixture(scope="module")
def mr(server: RunningServer) -> list[pydicom.Dataset]:
    parts = [part for name, part in storable().items() if name.startswith(MR)]
    assert set(Peer(server.dicom_port).send(parts)) == {0}
    return [pydicom.dcmread(path_of(name)) for name in storable() if name.startswith(MR)]


@pytest.fixture
def web(server: RunningServer) -> DICOMwebClient:
    return DICOMwebClient(server.dicomweb)


@pytest.fixture(scope="module")
def http(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=60.0) as client:
        yield client


@pytest.mark.ps("3.18 10.6")
def test_search(web: DICOMwebClient, mr: list[pydicom.Dataset]) -> None:
    study, series = mr[0].StudyInstanceUID, mr[0].SeriesInstanceUID
    (found,) = web.search_for_studies(search_filters={"StudyInstanceUID": study})
    assert found["0020000D"]["Value"] == [study]
    assert series in {s["0020000E"]["Value"][0] for s in web.search_for_series(study)}
    instances = web.search_for_instances(study, series, limit=100)
    assert {one["00080018"]["Value"][0] for one in instances} == {ds.SOPInstanceUID for ds in mr}
    first, second = (
        web.search_for_instances(study, limit=7),
        web.search_for_instances(study, limit=7, offset=7),
    )
    uids = [one["00080018"]["Value"][0] for one in (*first, *second)]
    assert len(uids) == len(set(uids)) == 14


@pytest.mark.ps("3.18 10.4")
def test_retrieve(web: DICOMwebClient, mr: list[pydicom.Dataset]) -> None:
    study, series = mr[0].StudyInstanceUID, mr[0].SeriesInstanceUID
    came = {ds.SOPInstanceUID: ds for ds in web.retrieve_series(study, series)}
    assert came.keys() == {ds.SOPInstanceUID for ds in mr}
    for ds in mr:
        assert np.array_equal(came[ds.SOPInstanceUID].pixel_array, ds.pixel_array)
    one = web.retrieve_instance(study, series, mr[4].SOPInstanceUID)
    assert one == mr[4]
    frames = web.retrieve_instance_frames(study, series, mr[4].SOPInstanceUID, [1])
    assert frames[0] == mr[4].pixel_array.astype("<u2").tobytes()


@pytest.mark.ps("3.18 10.4.1.1.2")
def test_metadata(web: DICOMwebClient, mr: list[pydicom.Dataset]) -> None:
    study, series = mr[0].StudyInstanceUID, mr[0].SeriesInstanceUID
    told = web.retrieve_series_metadata(study, series)
    assert len(told) == len(mr)
    by_uid = {one["00080018"]["Value"][0]: pydicom.Dataset.from_json(one, lambda *_: b"") for one in told}
    for ds in mr:
        for keyword in ("PatientName", "Rows", "PixelSpacing", "ImagePositionPatient", "WindowCenter"):
            if keyword in ds:
                assert by_uid[ds.SOPInstanceUID][keyword].value == ds[keyword].value, keyword


def test_rendered(web: DICOMwebClient, mr: list[pydicom.Dataset]) -> None:
    study, series, uid = mr[0].StudyInstanceUID, mr[0].SeriesInstanceUID, mr[0].SOPInstanceUID
    jpeg = web.retrieve_instance_rendered(study, series, uid, media_types=("image/jpeg",))
    png = web.retrieve_instance_rendered(study, series, uid, media_types=("image/png",))
    assert jpeg.startswith(b"\xff\xd8")
    assert png.startswith(b"\x89PNG")


@pytest.mark.ps("3.18 10.5")
def test_store(web: DICOMwebClient, http: httpx.Client, server: RunningServer) -> None:
    names = [name for name in storable() if name.startswith("made/key-objects/")][:5]
    sent = {storable()[name].sop_instance_uid: path_of(name) for name in names}
    answer = web.store_instances([pydicom.dcmread(path) for path in sent.values()])
    assert {one.ReferencedSOPInstanceUID for one in answer.ReferencedSOPSequence} == set(sent)
    assert "FailedSOPSequence" not in answer
    for one in answer.ReferencedSOPSequence:
        path = one.RetrieveURL.partition("/dicom-web")[2]  # dicomweb-client names no port in Host
        back = http.get(path, headers={"accept": "application/dicom; transfer-syntax=*"})
        assert dataset_differences(sent[one.ReferencedSOPInstanceUID].read_bytes(), back.content) == []


def test_store_of_real_bytes_is_returned_byte_by_byte(http: httpx.Client) -> None:
    path = path_of("transfer-syntaxes/pydicom-small/MR_small_RLE.dcm")
    body = b"--x\r\nContent-Type: application/dicom\r\n\r\n" + path.read_bytes() + b"\r\n--x--\r\n"
    kind = 'multipart/related; type="application/dicom"; boundary=x'
    answer = http.post("/studies", content=body, headers={"content-type": kind} | JSON)
    assert answer.status_code == 200
    url = answer.json()["00081199"]["Value"][0]["00081190"]["Value"][0]
    back = http.get(url, headers={"accept": "application/dicom; transfer-syntax=*"})
    assert read_part10(back.content).dataset == read_part10(path).dataset
    plain = http.get(url, headers={"accept": "application/dicom"})
    decompressed = pydicom.dcmread(io.BytesIO(plain.content))
    assert decompressed.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.1"
    assert np.array_equal(decompressed.pixel_array, pydicom.dcmread(path).pixel_array)


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/studies/1.2.3", {}, 404),
        ("/studies/1.2.3/metadata", {}, 404),
        ("/studies/1.2.3/series/4/instances/5", {}, 404),
        ("/studies/1.2.3/series/4/instances/5/rendered", {}, 404),
        ("/studies?limit=x", {}, 400),
        ("/studies?offset=-1", {}, 400),
        ("/studies?StudyDate=tomorrow", {}, 400),
        ("/studies", {"accept": "text/html"}, 406),
        ("{}/metadata", {"accept": "image/jpeg"}, 406),
        ("{}", {"accept": "image/gif"}, 406),
        ("{}/rendered", {"accept": "application/dicom"}, 406),
        ("{}/frames/2", {}, 404),
        ("{}/frames/0", {}, 400),
        ("{}/frames/x", {}, 400),
    ],
)
@pytest.mark.ps("3.18 8.5")
def test_what_cannot_be_done_is_explained(
    http: httpx.Client, mr: list[pydicom.Dataset], path: str, headers: dict[str, str], status: int
) -> None:
    ds = mr[0]
    instance = f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances/{ds.SOPInstanceUID}"
    answer = http.get(path.format(instance), headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


def test_no_match_is_204(http: httpx.Client) -> None:
    assert http.get("/studies", params={"PatientID": "NOBODY-HAS-THIS"}).status_code == 204


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", b"x", 415),
        ('multipart/related; type="image/jpeg"; boundary=x', b"--x--", 415),
        ('multipart/related; type="application/dicom"; boundary=x', b"--x--\r\n", 400),
        ('multipart/related; type="application/dicom"', b"", 400),
        ("application/dicom", b"this is no DICOM", 409),
    ],
)
@pytest.mark.ps("3.18 10.5.3")
def test_store_refusals(http: httpx.Client, kind: str, body: bytes, status: int) -> None:
    answer = http.post("/studies", content=body, headers={"content-type": kind})
    assert answer.status_code == status, answer.text


class TestLogin:
    """Default settings: nobody gets in unknown."""

    @pytest.mark.parametrize("path", ["/dicom-web/studies", "/api/studies", "/conformance"])
    def test_401_without_credentials(self, guarded: RunningServer, path: str) -> None:
        answer = httpx.get(guarded.url + path, timeout=60.0)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert "www-authenticate" in answer.headers

    def test_basic(self, guarded: RunningServer) -> None:
        url = f"{guarded.dicomweb}/studies"
        assert httpx.get(url, auth=("admin", guarded.password()), timeout=60.0).status_code == 204
        assert httpx.get(url, auth=("admin", "wrong"), timeout=60.0).status_code == 401
        assert httpx.get(url, auth=("nobody", "wrong"), timeout=60.0).status_code == 401

    def test_bearer(self, guarded: RunningServer) -> None:
        token = guarded.run("token", "create", "admin", "--purpose", "test").strip()
        url = f"{guarded.dicomweb}/studies"
        assert httpx.get(url, headers={"authorization": f"Bearer {token}"}, timeout=60.0).status_code == 204
        assert httpx.get(url, headers={"authorization": f"Bearer {token}x"}, timeout=60.0).status_code == 401

    def test_session_cookie(self, guarded: RunningServer) -> None:
        with httpx.Client(base_url=guarded.url, timeout=60.0) as client:
            said = {"user": "admin", "password": guarded.password()}
            answer = client.post("/api/login", json=said)
            assert answer.status_code == 200, answer.text
            cookie = answer.headers["set-cookie"]
            assert "HttpOnly" in cookie
            assert "samesite=strict" in cookie.lower()
            assert client.get("/dicom-web/studies").status_code == 204
            assert client.get("/api/session").json()["user"]["name"] == "admin"
            assert client.post("/api/logout").status_code == 204
            assert client.get("/dicom-web/studies").status_code == 401

    def test_a_reader_may_not_store(self, guarded: RunningServer) -> None:
        guarded.run("user", "add", "rita", "--role", "reader", stdin="look-but-do-not-touch\n")
        body = path_of("transfer-syntaxes/pydicom-small/CT_small.dcm").read_bytes()
        auth = ("rita", "look-but-do-not-touch")
        answer = httpx.post(
            f"{guarded.dicomweb}/studies", content=body, auth=auth,
            headers={"content-type": "application/dicom"}, timeout=60.0
        )  # fmt: skip
        assert answer.status_code == 403
        assert httpx.get(f"{guarded.dicomweb}/studies", auth=auth, timeout=60.0).status_code == 204

    def test_health_needs_no_login(self, guarded: RunningServer) -> None:
        assert httpx.get(f"{guarded.url}/health", timeout=60.0).text == "ok"
