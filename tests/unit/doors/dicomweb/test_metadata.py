"""Metadata in JSON and XML (PS3.18 10.4.1.1.2)."""

from __future__ import annotations

import pytest

from readingroom.wire import from_native_xml
from tests.unit.doors.dicomweb.house import House, parts_of


@pytest.mark.ps("3.18 10.4.1.1.2")
@pytest.mark.parametrize("level", ["study", "series", "instance"])
def test_json(house: House, level: str) -> None:
    response = house.client.get(house.url("mr-1", level) + "/metadata")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/dicom+json"
    uids = [model["00080018"]["Value"][0] for model in response.json()]
    names = ["mr-1"] if level == "instance" else ["mr-1", "mr-2", "mr-3"]
    assert uids == [house.stored[name].SOPInstanceUID for name in names]
    assert "InlineBinary" not in response.json()[0]["7FE00010"]


@pytest.mark.parametrize("level", ["study", "series", "instance"])
def test_gzip_when_welcome_and_the_same_either_way(house: House, level: str) -> None:
    url = house.url("mr-1", level) + "/metadata"
    plain = house.client.get(url, headers={"accept-encoding": "identity"})
    zipped = house.client.get(url, headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == zipped.json()
    if level == "series":
        assert zipped.headers["content-encoding"] == "gzip"
    refused = house.client.get(url, headers={"accept-encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers


@pytest.mark.parametrize("level", ["study", "series", "instance"])
def test_xml(house: House, level: str) -> None:
    accept = 'multipart/related; type="application/dicom+xml"'
    response = house.client.get(house.url("mr-1", level) + "/metadata", headers={"accept": accept})
    assert response.headers["content-type"].startswith('multipart/related; type="application/dicom+xml"')
    for (headers, body), model in zip(
        parts_of(response), house.client.get(house.url("mr-1", level) + "/metadata").json(), strict=True
    ):
        assert headers["content-type"] == "application/dicom+xml"
        attributes = from_native_xml(body)
        assert attributes[0x00080018].first == model["00080018"]["Value"][0]
        assert attributes[0x7FE00010].first.uri == model["7FE00010"]["BulkDataURI"]


def test_etag(house: House) -> None:
    url = house.url("mr-1", "series") + "/metadata"
    etag = house.client.get(url).headers["etag"]
    assert house.client.get(url, headers={"if-none-match": etag}).status_code == 304


@pytest.mark.parametrize(
    ("accept", "status"),
    [("application/json", 200), ("*/*", 200), ("application/dicom", 406), ("image/jpeg", 406)],
)
def test_acceptable(house: House, accept: str, status: int) -> None:
    response = house.client.get(house.url("mr-1") + "/metadata", headers={"accept": accept})
    assert response.status_code == status


@pytest.mark.parametrize("path", ["/studies/9", "/studies/9/series/9", "/studies/9/series/9/instances/9"])
def test_unknown(house: House, path: str) -> None:
    assert house.client.get(f"/dicom-web{path}/metadata").status_code == 404
