"""QIDO-RS at its seven paths (PS3.18 10.6)."""

from __future__ import annotations

from typing import Any

import pytest

from readingroom.wire import from_native_xml
from tests.unit.doors.dicomweb.house import FILES, House, parts_of


def search(house: House, path: str, **headers: str) -> list[dict[str, Any]]:
    response = house.client.get("/dicom-web" + path, headers=headers)
    if response.status_code == 204:
        return []
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/dicom+json"
    found = response.json()
    assert isinstance(found, list)
    return found


def values(found: list[dict[str, Any]], tag: str) -> set[Any]:
    return {value for model in found for value in model[tag]["Value"]}


@pytest.mark.ps("3.18 10.6.1")
def test_all_seven_paths(house: House) -> None:
    ds = house.stored["mr-1"]
    study, series = ds.StudyInstanceUID, ds.SeriesInstanceUID
    everything = {str(one.SOPInstanceUID) for one in house.stored.values()}
    ours = {str(house.stored[f"mr-{n}"].SOPInstanceUID) for n in (1, 2, 3)}
    assert values(search(house, "/studies"), "0020000D") == {
        one.StudyInstanceUID for one in house.stored.values()
    }
    assert values(search(house, "/series"), "0020000E") == {
        one.SeriesInstanceUID for one in house.stored.values()
    }
    assert values(search(house, "/instances"), "00080018") == everything
    assert values(search(house, f"/studies/{study}/series"), "0020000E") == {series}
    assert values(search(house, f"/studies/{study}/instances"), "00080018") == ours
    assert values(search(house, f"/series/{series}/instances"), "00080018") == ours
    assert values(search(house, f"/studies/{study}/series/{series}/instances"), "00080018") == ours


@pytest.mark.ps("3.18 10.6.3.3.1")
def test_a_study_tells_what_the_standard_wants(house: House) -> None:
    ds = house.stored["rle"]
    (study,) = search(house, f"/studies?StudyInstanceUID={ds.StudyInstanceUID}")
    assert study["00081190"] == {"vr": "UR", "Value": [house.base + house.url("rle", "study")]}
    assert sorted(study["00080061"]["Value"]) == ["CT", "SR"]
    assert study["00201206"]["Value"] == [2]
    assert study["00201208"]["Value"] == [3]
    assert study["00080056"]["Value"] == ["ONLINE"]
    assert study["00080020"]["Value"] == [ds.StudyDate]
    assert study["00100010"]["Value"][0]["Alphabetic"] == str(ds.PatientName)
    assert list(study) == sorted(study)
    assert not study.keys() & {"0020000E", "00080018", "00081030"}


def test_series_of_all_studies_tell_of_their_study(house: House) -> None:
    ds = house.stored["mr-1"]
    (wide,) = search(house, f"/series?SeriesInstanceUID={ds.SeriesInstanceUID}")
    assert {"00100010", "00080020", "0020000D", "00080060", "00201209"} <= wide.keys()
    (narrow,) = search(house, f"/studies/{ds.StudyInstanceUID}/series")
    assert {"00080060", "0020000D", "0020000E", "00201209"} <= narrow.keys()
    assert not {"00100010", "00080020"} & narrow.keys()
    assert narrow["00081190"]["Value"] == [house.base + house.url("mr-1", "series")]


def test_instances(house: House) -> None:
    ds = house.stored["jls"]
    (found,) = search(house, f"/studies/{ds.StudyInstanceUID}/instances?SOPInstanceUID={ds.SOPInstanceUID}")
    assert found["00080016"]["Value"] == [ds.SOPClassUID]
    assert found["00280008"]["Value"] == [12]
    assert found["00280010"]["Value"] == [ds.Rows]
    assert found["00083002"]["Value"] == ["1.2.840.10008.1.2.4.80"]
    assert found["00081190"]["Value"] == [house.base + house.url("jls")]


def test_includefield(house: House) -> None:
    uid = house.stored["mr-1"].StudyInstanceUID
    bare = search(house, f"/studies?0020000D={uid}")[0]
    assert "00081030" not in bare
    ohif = "includefield=00081030%2C00080060%2C00080090%2C00100030"
    asked = search(house, f"/studies?0020000D={uid}&limit=101&offset=0&fuzzymatching=false&{ohif}")[0]
    assert asked["00081030"]["Value"] == [house.stored["mr-1"].StudyDescription]
    repeated = search(
        house, f"/studies?0020000D={uid}&includefield=StudyDescription&includefield=PatientAge"
    )[0]
    assert "00081030" in repeated
    assert search(house, f"/studies?0020000D={uid}&includefield=all")[0].keys() > bare.keys()
    # an attribute that is not in the index is read from the object itself
    magnet = search(house, f"/studies/{uid}/instances?includefield=MagneticFieldStrength")[0]
    assert magnet["00180087"]["Value"] == [float(house.stored["mr-1"].MagneticFieldStrength)]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("StudyInstanceUID={mr-1},{rle}", {"mr-1", "rle"}),
        ("StudyInstanceUID={mr-1}%2C{rle}", {"mr-1", "rle"}),
        ("StudyInstanceUID={mr-1}%5C{rle}", {"mr-1", "rle"}),
        ("StudyInstanceUID={mr-1}&0020000D={jls}", {"mr-1", "jls"}),
        ("StudyInstanceUID=9.9", set()),
    ],
)
def test_uid_lists(house: House, query: str, names: set[str]) -> None:
    uids = {name: str(house.stored[name].StudyInstanceUID) for name in FILES}
    for name, uid in uids.items():
        query = query.replace("{" + name + "}", uid)
    found = search(house, f"/studies?{query}")
    assert ({model["0020000D"]["Value"][0] for model in found}) == {uids[name] for name in names}


def test_no_match_is_204(house: House) -> None:
    response = house.client.get("/dicom-web/studies?PatientID=nobody-has-this")
    assert (response.status_code, response.content) == (204, b"")


def test_paging_and_its_warning(house: House) -> None:
    everything = search(house, "/instances")
    paged: list[dict[str, Any]] = []
    for offset in range(0, len(everything), 3):
        response = house.client.get(f"/dicom-web/instances?limit=3&offset={offset}")
        paged += response.json()
        assert ("warning" in response.headers) == (offset + 3 < len(everything))
        if "warning" in response.headers:
            assert response.headers["warning"].startswith(f"299 {house.base[7:]} ")
    assert paged == everything
    assert house.client.get("/dicom-web/instances?limit=0").status_code == 204


def test_fuzzy_matching_is_said_not_to_be_done(house: House) -> None:
    response = house.client.get("/dicom-web/studies?fuzzymatching=true")
    assert response.status_code == 200
    assert "Only literal matching" in response.headers["warning"]


def test_xml(house: House) -> None:
    accept = 'multipart/related; type="application/dicom+xml"'
    response = house.client.get("/dicom-web/studies", headers={"accept": accept})
    found = [from_native_xml(body) for _, body in parts_of(response)]
    assert {attributes[0x0020000D].first for attributes in found} == values(
        search(house, "/studies"), "0020000D"
    )


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/studies?StudyDate=2020", 400),
        ("/studies?limit=many", 400),
        ("/studies?fuzzymatching=perhaps", 400),
        ("/studies?StudyInstanceUID=a/b", 400),
        ("/studies?unknown=parameter&_=17", 200),
    ],
)
def test_bad_requests(house: House, path: str, status: int) -> None:
    response = house.client.get("/dicom-web" + path)
    assert response.status_code == status
    if status == 400:
        assert response.headers["content-type"] == "application/problem+json"


def test_not_acceptable(house: House) -> None:
    assert house.client.get("/dicom-web/studies", headers={"accept": "image/png"}).status_code == 406


def test_gzip(house: House) -> None:
    zipped = house.client.get("/dicom-web/instances?includefield=all", headers={"accept-encoding": "gzip"})
    plain = house.client.get("/dicom-web/instances?includefield=all", headers={"accept-encoding": "identity"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.json() == plain.json()
