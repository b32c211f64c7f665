"""The viewer's study list as its server answers it: filters, words, orders, pages, saved searches.

Asked over HTTP as a browser asks it; objects come by C-STORE (pynetdicom) from an AE title of their own.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import httpx
import pydicom
import pytest
from pydicom.dataset import Dataset
from pynetdicom import AE

from tests.kit.ports import HOST, wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import SECONDARY_CAPTURE, tiny_series

pytestmark = pytest.mark.row("VIEW-SEARCH-01")

# Name, ID, birth date, modality, body part, date, accession number, description, referrer, sender.
STUDIES: dict[str, tuple[str, ...]] = {
    "a": (
        *("Okonkwo^Daniel", "4471902", "19610203", "CT", "CHEST", "20261121"),
        *("ACC-1", "Chest with contrast", "Ruiz^Ana", "CT1"),
    ),
    "b": (
        *("Okonkwo^Ngozi", "8820147", "19920430", "MR", "HEAD", "20261120"),
        *("ACC-2", "Brain, seizure protocol", "Ito^Ken", "MR1"),
    ),
    "c": (
        *("Müller^Jörg", "qa-0042", "19550101", "CT", "HEAD", "20261119"),
        *("acc-3", "Kopf ohne KM", "Ruiz^Ana", "CT1"),
    ),
    "d": (
        *("Yamada^Tarou=山田^太郎=やまだ^たろう", "JP-77120", "19790909", "DX", "HAND", "20261118"),
        *("", "手部単純撮影", "", "DX1"),
    ),
    "e": ("O'Neil[x]^*", "", "", "US", "", "", '100%_"q"', "<script>alert(1)</script>", "", "US1"),
}
EVERY = sorted(STUDIES)


def uid(name: str) -> str:
    return f"2.25.77{ord(name)}.1"


def dataset(name: str) -> Dataset:
    said = STUDIES[name]
    part = next(iter(tiny_series(f"2.25.77{ord(name)}", 1)))
    ds = pydicom.dcmread(io.BytesIO(part.dataset), force=True)
    ds.file_meta = pydicom.dataset.FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = part.transfer_syntax_uid
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.StudyInstanceUID = uid(name)
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.Modality, ds.BodyPartExamined = said[:5]
    ds.StudyDate, ds.AccessionNumber, ds.StudyDescription, ds.ReferringPhysicianName = said[5:9]
    return ds


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("list"), "--accept-any-ae") as running:
        running.run("user", "add", "ana", "--role", "reader", stdin="a password\n")
        for name, said in STUDIES.items():
            sender = AE(said[9])
            ds = dataset(name)
            sender.add_requested_context(SECONDARY_CAPTURE, ds.file_meta.TransferSyntaxUID)
            association = sender.associate(HOST, running.dicom_port, ae_title=running.ae_title)
            assert association.send_c_store(ds).Status == 0
            association.release()
        yield running


@pytest.fixture(scope="module")
def admin(room: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=room.url, auth=("admin", room.password()), timeout=60.0) as client:
        wait_until(lambda: asked(client) == EVERY, 60.0, "all is in the index")
        yield client


@pytest.fixture(scope="module")
def ana(room: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=room.url, auth=("ana", "a password"), timeout=60.0) as client:
        yield client


def page(client: httpx.Client, **question: str) -> dict[str, Any]:
    answer = client.post("/api/studies/search", json=question)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def names(found: dict[str, Any]) -> list[str]:
    known = {uid(name): name for name in STUDIES}
    return [known[study["study_instance_uid"]] for study in found["studies"]]


def asked(client: httpx.Client, **question: str) -> list[str]:
    return sorted(names(page(client, **question)))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"name": "okon"}, "ab"),
        ({"name": "MULLER jorg"}, "c"),
        ({"name": "山田"}, "d"),
        ({"name": "o'neil[x]"}, "e"),
        ({"name": "o?onkwo*daniel"}, "a"),
        ({"patient_id": "QA-00"}, "c"),
        ({"birth_date": "19610203"}, "a"),
        ({"birth_date": "19500101-19651231"}, "ac"),
        ({"modality": "CT"}, "ac"),
        ({"modality": "MR,US"}, "be"),
        ({"date": "20261119-20261120"}, "bc"),
        ({"date": "20261120-"}, "ab"),
        ({"date": "-20261118"}, "d"),
        ({"accession": "ACC"}, "abc"),
        ({"accession": '%_"Q"'}, "e"),
        ({"description": "kopf OHNE"}, "c"),
        ({"description": "単純"}, "d"),
        ({"description": "<script>"}, "e"),
        ({"referring": "ruiz"}, "ac"),
        ({"body_part": "head"}, "bc"),
        ({"source": "ct1"}, "ac"),
        ({"source": "?R1"}, "b"),
        ({"source": "nobody"}, ""),
        ({"modality": "CT", "referring": "ruiz", "body_part": "chest"}, "a"),
        ({"text": "okonkwo"}, "ab"),
        ({"text": "j"}, "cd"),
        ({"text": "j b"}, ""),
        ({"text": "r k"}, "c"),
        ({"text": "ß"}, ""),
        ({"text": "okonkwo MR"}, "b"),
        ({"text": "mr 1992 okon"}, "b"),
        ({"text": "1961-02-03"}, "a"),
        ({"text": "1961-02"}, "a"),
        ({"text": "okonkwo MR 1961"}, ""),
        ({"text": "head"}, "bc"),
        ({"text": "ct"}, "ac"),
        ({"text": "t"}, "d"),
        ({"text": "山"}, "d"),
        ({"text": "太郎"}, "d"),
        ({"text": "純撮"}, "d"),
        ({"text": "たろう hand"}, "d"),
        ({"text": "acc-3 jorg"}, "c"),
        ({"text": '"q"'}, "e"),
        ({"text": "AND OR NOT * ("}, ""),
        ({"text": "   "}, "abcde"),
    ],
)
def test_filters(admin: httpx.Client, question: dict[str, str], expected: str) -> None:
    """Each filter alone, several together, and words of which each must be found somewhere."""
    assert "".join(asked(admin, **question)) == expected
    counted = admin.post("/api/studies/count", json=question).json()
    assert counted == {"total": len(expected), "total_is_all": True}
    assert sorted(names(admin.get("/api/studies", params=question).json())) == list(expected)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("-study_date", "abcde"),
        ("patient_name", "ceabd"),
        ("-patient_id", "cdbae"),
        ("patient_birth_date", "ecadb"),
        ("modalities", "acdbe"),
        ("body_parts", "eadbc"),
        ("source_ae_title", "acdbe"),
        ("accession_number", "deabc"),
        ("study_description", "ebacd"),
        ("referring_physician_name", "debac"),
        ("number_of_instances", "abcde"),
    ],
)
def test_orders_and_pages(admin: httpx.Client, sort: str, expected: str) -> None:
    """By code points; what is equal stands in the order in which it came. Pages of one study join up."""
    assert "".join(names(page(admin, sort=sort))) == expected
    one = page(admin, sort=sort, limit="2")
    assert one["total"] is None
    counted = admin.get("/api/studies", params={"sort": sort, "limit": "2"}).json()
    assert (counted["total"], counted["total_is_all"]) == (len(STUDIES), True)
    walked = names(one)
    while one["next"]:
        one = page(admin, sort=sort, limit="2", cursor=one["next"])
        assert one["total"] is None
        walked += names(one)
    assert "".join(walked) == expected


@pytest.mark.parametrize(
    "question",
    [
        *({"date": "2026"}, {"date": "20261"}, {"sort": "size"}, {"limit": "0"}, {"cursor": "x"}),
        *({"colour": "red"}, {"text": "x" * 501}, {"name": 7}),
    ],
)
def test_questions_that_are_none(admin: httpx.Client, question: dict[str, Any]) -> None:
    assert admin.post("/api/studies/search", json=question).status_code == 400


def test_what_there_is_to_choose_from(admin: httpx.Client) -> None:
    told = admin.get("/api/studies/choices").json()
    assert told == {"modalities": ["CT", "DX", "MR", "US"], "sources": ["CT1", "DX1", "MR1", "US1"]}


def test_a_study_tells_its_body_parts_also_after_more_came_and_after_restoring(
    room: RunningServer, admin: httpx.Client
) -> None:
    more = dataset("b")
    more.SeriesInstanceUID, more.SOPInstanceUID = "2.25.7801.8", "2.25.7801.9"
    more.Modality, more.BodyPartExamined = "PT", "NECK"
    sender = AE("MR1")
    sender.add_requested_context(SECONDARY_CAPTURE, more.file_meta.TransferSyntaxUID)
    association = sender.associate(HOST, room.dicom_port, ae_title=room.ae_title)
    assert association.send_c_store(more).Status == 0
    association.release()
    wait_until(lambda: asked(admin, text="okonkwo neck pt") == ["b"], 60.0, "the new series is in the words")
    assert page(admin, text="ngozi")["studies"][0]["body_parts"] == ["HEAD", "NECK"]
    made = admin.post("/api/deleted", json={"study": uid("b"), "series": "2.25.7801.8"})
    assert made.status_code == 201
    assert asked(admin, text="neck") == []
    assert asked(admin, body_part="neck") == []
    admin.post(f"/api/deleted/{made.json()['id']}/restore").raise_for_status()
    assert asked(admin, body_part="neck", modality="PT") == ["b"]
    whole = admin.post("/api/deleted", json={"study": uid("b")}).json()
    assert asked(admin, text="okonkwo") == ["a"]
    admin.post(f"/api/deleted/{whole['id']}/restore").raise_for_status()
    assert asked(admin, text="okonkwo neck") == ["b"]
    series = admin.post("/api/deleted", json={"study": uid("b"), "series": "2.25.7801.8"}).json()
    admin.delete(f"/api/deleted/{series['id']}").raise_for_status()


def test_saved_searches_belong_to_one_person(admin: httpx.Client, ana: httpx.Client) -> None:
    filters = {"text": "okonkwo", "modality": "CT", "sort": "-study_date"}
    made = ana.post("/api/searches", json={"name": "  My   cases ", "filters": filters})
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["filters"]) == ("My cases", filters)
    assert ana.get("/api/searches").json() == {"searches": [told]}
    assert admin.get("/api/searches").json() == {"searches": []}
    assert ana.post("/api/searches", json={"name": "My cases", "filters": {}}).status_code == 409
    where = f"/api/searches/{told['id']}"
    renamed = {"name": "Okonkwo CT", "filters": filters}
    assert admin.put(where, json=renamed).status_code == 404
    assert admin.delete(where).status_code == 404
    assert ana.put(where, json=renamed).json() == {"id": told["id"], **renamed}
    wrongs: list[dict[str, Any]] = [
        *({"name": name, "filters": {}} for name in ("", "x" * 65, "a\x00b")),
        *({"name": "a", "filters": filters} for filters in ({"colour": "red"}, {"date": "soon"})),
        {"name": "a"},
    ]
    for wrong in wrongs:
        assert ana.post("/api/searches", json=wrong).status_code == 400, wrong
    assert ana.delete(where).status_code == 204
    assert ana.get("/api/searches").json() == {"searches": []}


def test_studies_as_one_zip_file(admin: httpx.Client) -> None:
    answer = admin.get("/api/download", params={"study": [uid("a"), uid("d")]})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"] == 'attachment; filename="2-studies.zip"'
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    found = {str(pydicom.dcmread(archive.open(name)).PatientName) for name in archive.namelist()}
    assert found == {STUDIES["a"][0], STUDIES["d"][0]}
    alone = admin.get("/api/download", params={"study": uid("a")})
    assert alone.headers["content-disposition"] == f'attachment; filename="study-{uid("a")}.zip"'
    assert admin.get("/api/download", params={"study": "2.25.1"}).status_code == 404
    assert admin.get("/api/download").status_code == 400
    assert httpx.get(str(admin.base_url) + "/api/download?study=1").status_code == 401


def test_what_is_being_received(admin: httpx.Client, room: RunningServer) -> None:
    """Ten seconds long after each object; the last test, since it adds a study."""
    ds = dataset("b")
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.7801.1", "2.25.7801.2"
    sender = AE("MR1")
    sender.add_requested_context(SECONDARY_CAPTURE, ds.file_meta.TransferSyntaxUID)

    def arrives() -> bool:
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
        association = sender.associate(HOST, room.dicom_port, ae_title=room.ae_title)
        assert association.send_c_store(ds).Status == 0
        association.release()
        found = page(admin, receiving="true")["studies"]
        return [study["study_instance_uid"] for study in found] == ["2.25.7801.1"]

    wait_until(arrives, 60.0, "the study is listed as being received")
    assert len(page(admin, receiving="false")["studies"]) == len(EVERY) + 1
    wait_until(lambda: not page(admin, receiving="true")["studies"], 60.0, "ten seconds are over")
    assert admin.post("/api/studies/search", json={"receiving": "perhaps"}).status_code == 400
