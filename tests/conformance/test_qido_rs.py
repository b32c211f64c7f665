"""QIDO-RS (PS3.18 10.6) asked by dicomweb-client, curl and Orthanc; what is right is read by pydicom.

The server holds ../shared/data/made, and a few of its objects to which pydicom gave other dates, requests
and time zones.
"""

from __future__ import annotations

import copy
import csv
import fnmatch
import io
import json
import subprocess
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.schemas import json_errors, xml_errors
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import REPOSITORY, shared_data
from tests.kit.web import parts

XML = 'multipart/related; type="application/dicom+xml"'
BASE = "geometry/cr-pixelspacing.dcm"
LATE, EARLY, PLAIN = "2.25.4001", "2.25.4002", "2.25.4003"
WHERE = {"STUDY": "/studies", "SERIES": "/series", "INSTANCE": "/instances"}
UNIQUE = {"STUDY": "StudyInstanceUID", "SERIES": "SeriesInstanceUID", "INSTANCE": "SOPInstanceUID"}
UNTOLD = {"RetrieveURL", "InstanceAvailability", "SpecificCharacterSet"}


def keys_of_the_contract() -> list[tuple[str, str, dict[str, str]]]:
    """(level, keyword, row) of every key of the model qido, the kinds of matching of all rows joined."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    with (REPOSITORY / "contract/spec/query_keys.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["model"] == "qido" and len(row["tag"]) == 8:
                joined = found.setdefault((row["level"], row["keyword"]), dict(row))
                joined.update({name: "y" for name, value in row.items() if value == "y"})
    return [(level, keyword, row) for (level, keyword), row in found.items()]


KEYS = keys_of_the_contract()


@dataclass(frozen=True)
class Known:
    """What the server holds, as pydicom reads it."""

    objects: list[Dataset]

    def values(self, ds: Dataset, level: str, keyword: str) -> list[str]:
        """What an entity has of an attribute, computed ones too."""
        if keyword == "ModalitiesInStudy":
            return sorted({str(o.Modality) for o in self._with("StudyInstanceUID", ds)})
        if keyword == "NumberOfStudyRelatedSeries":
            return [str(len({o.SeriesInstanceUID for o in self._with("StudyInstanceUID", ds)}))]
        if keyword == "NumberOfStudyRelatedInstances":
            return [str(len(self._with("StudyInstanceUID", ds)))]
        if keyword == "NumberOfSeriesRelatedInstances":
            return [str(len(self._with("SeriesInstanceUID", ds)))]
        if keyword in ("ScheduledProcedureStepID", "RequestedProcedureID"):
            return [str(item.get(keyword, "")) for item in ds.get("RequestAttributesSequence", [])]
        value = ds.get(keyword)
        if value is None or value == "":
            return []
        return [str(one) for one in value] if hasattr(value, "append") else [str(value)]

    def matching(self, level: str, keyword: str, fits: Callable[[str], bool]) -> set[str]:
        """Unique keys of the entities that have a value that fits."""
        return {
            str(ds[UNIQUE[level]].value)
            for ds in self.objects
            if any(fits(value) for value in self.values(ds, level, keyword))
        }

    def _with(self, keyword: str, like: Dataset) -> list[Dataset]:
        return self.groups(keyword)[str(like[keyword].value)]

    @cache  # noqa: B019 lives as long as the module
    def groups(self, keyword: str) -> dict[str, list[Dataset]]:
        found: dict[str, list[Dataset]] = {}
        for ds in self.objects:
            found.setdefault(str(ds[keyword].value), []).append(ds)
        return found

    def __hash__(self) -> int:
        return id(self)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("qido"), "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(scope="module")
def known(server: RunningServer) -> Known:
    made = shared_data() / "made"
    files = [path for path in sorted(made.rglob("*.dcm")) if path.parts[-2] not in ("hostile", "hanging")]
    raw = [path.read_bytes() for path in files] + derived(made / BASE)
    body = b"".join(b"--cut\r\nContent-Type: application/dicom\r\n\r\n" + one + b"\r\n" for one in raw)
    kind = {"content-type": 'multipart/related; type="application/dicom"; boundary=cut'}
    answer = httpx.post(
        f"{server.dicomweb}/studies", content=body + b"--cut--\r\n", headers=kind, timeout=300
    )
    assert answer.status_code in (200, 202), answer.text[:2000]
    objects = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # charsets/ has some that pydicom does not know
        for one in raw:
            ds = pydicom.dcmread(io.BytesIO(one), stop_before_pixels=True)
            ds.decode()
            objects.append(ds)
    return Known(objects)


def derived(path: Path) -> list[bytes]:
    """Three studies of one object each: late in New York, early in Tokyo, and one without a time zone."""
    first = pydicom.dcmread(path)
    found = []
    for uid, date, clock, zone in (
        (LATE, "20261231", "233000", "-0500"),
        (EARLY, "20270101", "083000.500", "+0900"),
        (PLAIN, "20270102", "120000", ""),
    ):
        ds = copy.deepcopy(first)
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = uid, uid + ".1", uid + ".1.1"
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        ds.StudyDate, ds.StudyTime, ds.StudyID = date, clock, f"ID {uid[-1]}"
        ds.SeriesDate, ds.SeriesTime, ds.SeriesNumber = date, clock, uid[-4:]
        ds.PerformedProcedureStepStartDate, ds.PerformedProcedureStepStartTime = date, clock
        ds.ReferringPhysicianName = f"Overseer^{uid[-1]}"
        ds.PatientID, ds.PatientName = f"QIDO-{uid[-1]}", f"Asker^Number{uid[-1]}"
        ds.PatientComments = "for QIDO-RS"
        if zone:
            ds.TimezoneOffsetFromUTC = zone
        item, step = Dataset(), Dataset()
        item.ScheduledProcedureStepID, item.RequestedProcedureID = f"STEP{uid[-1]}", f"REQ{uid[-1]}"
        step.Modality, step.ScheduledProcedureStepID = f"X{uid[-1]}", "S"
        ds.RequestAttributesSequence, ds.ScheduledProcedureStepSequence = Sequence([item]), Sequence([step])
        out = io.BytesIO()
        ds.save_as(out)
        found.append(out.getvalue())
    return found


@pytest.fixture
def web(server: RunningServer, known: Known) -> DICOMwebClient:
    return DICOMwebClient(server.dicomweb)


@pytest.fixture
def http(server: RunningServer, known: Known) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        yield client


@pytest.fixture(scope="module")
def orthanc(
    server: RunningServer, known: Known, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningOrthanc]:
    """An Orthanc that knows the server as a DICOMweb server named room."""
    web = {"Enable": True, "Root": "/dicom-web/", "Servers": {"room": [server.dicomweb + "/", "", ""]}}
    with running_orthanc(tmp_path_factory.mktemp("orthanc-qido"), more={"DicomWeb": web}) as running:
        yield running


def curl(server: RunningServer, path: str, *options: str) -> tuple[int, dict[str, str], bytes]:
    """Status, header fields by lower-case name, and body."""
    told = subprocess.run(
        ["curl", "-sS", "-g", "-i", *options, server.dicomweb + path],
        capture_output=True,
        check=True,
        timeout=120,
    ).stdout
    head, _, body = told.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return int(status.split()[1]), fields, body


def search(http: httpx.Client, path: str, **parameters: object) -> list[dict[str, Any]]:
    answer = http.get(path, params=parameters or None)
    assert answer.status_code in (200, 204), answer.text
    return [] if answer.status_code == 204 else list(answer.json())


def uids(found: list[dict[str, Any]], level: str) -> set[str]:
    told = [model[f"{tag_for_keyword(UNIQUE[level]):08X}"]["Value"][0] for model in found]
    assert len(told) == len(set(told))
    return set(told)


def tag_of(keyword: str) -> str:
    return f"{tag_for_keyword(keyword):08X}"


# ---------------------------------------------------------------------------------- the three resources


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.ps("3.18 10.6.1")
def test_dicomweb_client_finds_all_studies(web: DICOMwebClient, known: Known) -> None:
    found = web.search_for_studies()
    assert uids(found, "STUDY") == set(known.groups("StudyInstanceUID"))
    one = web.search_for_studies(search_filters={"PatientID": "QIDO-1"})
    told = Dataset.from_json(json.dumps(one[0]))
    assert (told.PatientName, told.StudyDate, told.StudyInstanceUID) == ("Asker^Number1", "20261231", LATE)
    assert (told.NumberOfStudyRelatedSeries, told.NumberOfStudyRelatedInstances) == (1, 1)
    assert told.TimezoneOffsetFromUTC == "-0500"
    assert "SeriesInstanceUID" not in told


@pytest.mark.row("WEB-QIDO-02")
@pytest.mark.ps("3.18 10.6.1")
def test_dicomweb_client_finds_series(web: DICOMwebClient, known: Known) -> None:
    assert uids(web.search_for_series(), "SERIES") == set(known.groups("SeriesInstanceUID"))
    for study, objects in list(known.groups("StudyInstanceUID").items())[:10]:
        found = uids(web.search_for_series(study), "SERIES")
        assert found == {str(ds.SeriesInstanceUID) for ds in objects}
    told = web.search_for_series(search_filters={"Modality": "KO"})
    assert uids(told, "SERIES") == known.matching("SERIES", "Modality", lambda value: value == "KO")


@pytest.mark.row("WEB-QIDO-03")
@pytest.mark.ps("3.18 10.6.1")
def test_dicomweb_client_finds_instances(web: DICOMwebClient, known: Known, http: httpx.Client) -> None:
    assert uids(web.search_for_instances(), "INSTANCE") == set(known.groups("SOPInstanceUID"))
    for series, objects in list(known.groups("SeriesInstanceUID").items())[:10]:
        study, wanted = str(objects[0].StudyInstanceUID), {str(ds.SOPInstanceUID) for ds in objects}
        assert uids(web.search_for_instances(study, series), "INSTANCE") == wanted
        assert uids(search(http, f"/series/{series}/instances"), "INSTANCE") == wanted
        below = uids(web.search_for_instances(study), "INSTANCE")
        assert below == {str(ds.SOPInstanceUID) for ds in known.groups("StudyInstanceUID")[study]}


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.row("WEB-QIDO-02")
@pytest.mark.row("WEB-QIDO-03")
@pytest.mark.ps("3.18 10.6.1")
@pytest.mark.parametrize(
    ("path", "level", "wanted"),
    [
        ("/studies", "Study", {"PatientName": "ASKER^*"}),
        ("/series", "Series", {"SeriesNumber": "4002"}),
        ("/instances", "Instance", {"SOPInstanceUID": f"{LATE}.1.1,{PLAIN}.1.1"}),
    ],
)
def test_orthanc_searches(
    path: str, level: str, wanted: dict[str, str], orthanc: RunningOrthanc, http: httpx.Client
) -> None:
    """Orthanc's DICOMweb client sends the request, and hands its answer on."""
    found: Any = orthanc.post("/dicom-web/servers/room/get", {"Uri": path, "Arguments": wanted})
    models = json.loads(found) if isinstance(found, bytes) else found
    ours = search(http, path, **wanted)
    assert [model[tag_of(UNIQUE[level.upper()])] for model in models] == [
        model[tag_of(UNIQUE[level.upper()])] for model in ours
    ]
    assert {1: 1, 2: 2, 3: 3}[len(models)] == {"Study": 3, "Series": 1, "Instance": 2}[level]


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.ps("3.18 8.3.4.1")
def test_orthanc_retrieves_what_it_found(orthanc: RunningOrthanc, known: Known) -> None:
    """The DICOMweb client of Orthanc gets the studies that its search named."""
    found: Any = orthanc.post(
        "/dicom-web/servers/room/get",
        {"Uri": "/studies", "Arguments": {"00100020": "QIDO-?", "includefield": "all"}},
    )
    studies = [
        model["0020000D"]["Value"][0] for model in (json.loads(found) if isinstance(found, bytes) else found)
    ]
    orthanc.post("/dicom-web/servers/room/retrieve", {"Resources": [{"Study": uid} for uid in studies]})
    there: Any = orthanc.post("/tools/find", {"Level": "Study", "Query": {}, "Expand": True})
    assert {one["MainDicomTags"]["StudyInstanceUID"] for one in there} == {LATE, EARLY, PLAIN}


# ------------------------------------------------------------------------------------- keys, one by one


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.row("WEB-QIDO-02")
@pytest.mark.row("WEB-QIDO-03")
@pytest.mark.ps("3.18 10.6.1.2")
@pytest.mark.parametrize(("level", "keyword", "row"), KEYS, ids=[f"{key[0]}-{key[1]}" for key in KEYS])
def test_every_key_of_the_contract(
    level: str, keyword: str, row: dict[str, str], http: httpx.Client, known: Known
) -> None:
    """It is matched in each way that query_keys.csv marks, named by keyword and by tag, and comes back."""
    value = sample(known, level, keyword)
    asked = searches(row, keyword, value)
    for name in (keyword, tag_of(keyword)):
        for text, fits in asked:
            found = search(http, WHERE[level], **{name: text})
            assert uids(found, level) == known.matching(level, keyword, fits), (name, text)
    for name in (keyword, tag_of(keyword)):
        back = search(http, WHERE[level], SOPInstanceUID=f"{LATE}.1.1", includefield=name, **unique(level))
        assert len(back) == 1
        assert returned(back[0], keyword), back[0].keys()
        if keyword not in UNTOLD and row["vr"] != "SQ":
            want = known.values(known.groups("StudyInstanceUID")[LATE][0], level, keyword)
            assert (
                list(map(str, returned(back[0], keyword)["Value"] if want else [])) == want
                or row["vr"] == "PN"
            )


def unique(level: str) -> dict[str, str]:
    below = {"STUDY": LATE, "SERIES": LATE + ".1", "INSTANCE": LATE + ".1.1"}
    return {UNIQUE[level]: below[level]} if level != "INSTANCE" else {}


def returned(model: dict[str, Any], keyword: str) -> dict[str, Any]:
    if keyword in ("ScheduledProcedureStepID", "RequestedProcedureID"):
        (item,) = model["00400275"]["Value"]
        return dict(item[tag_of(keyword)])
    if keyword in ("NumberOfFrames",):  # none in this object: an attribute that is not there is not told
        return {"vr": "IS", "Value": []}
    return dict(model[tag_of(keyword)])


def sample(known: Known, level: str, keyword: str) -> str:
    values = known.values(known.groups("StudyInstanceUID")[EARLY][0], level, keyword)
    return values[0] if values else ""


def searches(row: dict[str, str], keyword: str, value: str) -> list[tuple[str, Callable[[str], bool]]]:
    """What to ask for, and which values it means by PS3.4 C.2.2.2."""
    name = row["vr"] == "PN"
    asked: list[tuple[str, Callable[[str], bool]]] = []

    def plain(text: str) -> str:
        return text.casefold() if name else text

    def same(have: str) -> bool:
        return plain(have) == plain(value)

    if row["single"] == "y" or row["unique"] == "y":
        asked.append((value, same))
    if row["uid_list"] == "y":
        other = {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}.get(
            keyword, LATE + ("" if keyword[1] == "t" else ".1")
        )
        for separator in (",", "\\"):
            asked.append((f"{value}{separator}{other}", lambda have: have in (value, other)))
    if row["wildcard"] == "y":
        pattern = value[:2] + "*" + value[-1]
        asked.append((pattern, lambda have: fnmatch.fnmatchcase(plain(have), plain(pattern))))
        asked.append(
            ("?" + value[1:], lambda have: len(have) == len(value) and plain(have[1:]) == plain(value[1:]))
        )
    if row["range"] == "y" and row["vr"] == "DA":
        asked.append((f"{value}-{value}", same))
        asked.append((f"{value}-", lambda have: have >= value))
        asked.append((f"-{value}", lambda have: have <= value))
        asked.append(("20261231-20270101", lambda have: "20261231" <= have <= "20270101"))
    if row["range"] == "y" and row["vr"] == "TM":
        asked.append(("08-0930", lambda have: "08" <= have < "0931"))
        asked.append(("1201-", lambda have: have >= "1201"))
        asked.append(("-0830", lambda have: have < "0831"))
    if row["sequence"] == "y":
        return []  # test_sequence_keys
    return asked


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.row("WEB-QIDO-02")
@pytest.mark.ps("3.18 8.3.4.1")
@pytest.mark.ps("3.4 C.2.2.2.6")
@pytest.mark.parametrize(
    ("path", "query", "studies"),
    [
        ("/series", "RequestAttributesSequence.ScheduledProcedureStepID=STEP1", {LATE}),
        ("/series", "00400275.00400009=STEP2", {EARLY}),
        ("/series", "RequestAttributesSequence.00401001=REQ?", {LATE, EARLY, PLAIN}),
        ("/series", "RequestedProcedureID=REQ3", {PLAIN}),
        ("/instances", "00400275.RequestedProcedureID=REQ1&00400275.00400009=STEP2", set()),
        ("/studies", "ScheduledProcedureStepSequence.Modality=X2", {EARLY}),
        ("/studies", "00400100.00080060=X*", {LATE, EARLY, PLAIN}),
        ("/studies", "00400100.00080060=X1,X3", {LATE, PLAIN}),
    ],
)
def test_sequence_keys(path: str, query: str, studies: set[str], http: httpx.Client) -> None:
    # ScheduledProcedureStepSequence is not indexed: the objects themselves are looked at
    found = search(http, f"{path}?{query}&PatientID=QIDO-*")
    assert {model["0020000D"]["Value"][0] for model in found} == studies


# --------------------------------------------------------------------------------- what is asked back


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.ps("3.18 8.3.4.3")
@pytest.mark.parametrize(
    "asked",
    [
        "includefield=StudyDescription,PatientComments",
        "includefield=StudyDescription&includefield=00104000",
        "includefield=00081030%2C00104000",
        "includefield=00081030%2CPatientComments&includefield=NoSuchKeyword",
        "includefield=all",
    ],
)
def test_curl_asks_for_more_fields(asked: str, server: RunningServer, known: Known) -> None:
    (study,) = known.groups("StudyInstanceUID")[LATE]
    status, fields, body = curl(server, f"/studies?0020000D={study.StudyInstanceUID}&{asked}")
    assert (status, fields["content-type"]) == (200, "application/dicom+json")
    (told,) = json.loads(body)
    assert told["00081030"] == {"vr": "LO", "Value": [study.StudyDescription]}
    assert told["00104000"]["Value"] == [study.PatientComments]
    assert told["00080005"]["Value"] == ["ISO_IR 192"]
    assert told["00081190"]["Value"] == [f"{server.dicomweb}/studies/{study.StudyInstanceUID}"]


@pytest.mark.row("WEB-QIDO-03")
@pytest.mark.ps("3.18 8.3.4.3")
def test_private_and_unindexed_fields_come_from_the_object(web: DICOMwebClient) -> None:
    (told,) = web.search_for_instances(
        search_filters={"SOPInstanceUID": f"{LATE}.1.1"},
        fields=["ScheduledProcedureStepSequence", "00080201"],
    )
    assert told["00400100"]["Value"][0]["00080060"]["Value"] == ["X1"]
    assert told["00080201"]["Value"] == ["-0500"]


# -------------------------------------------------------------------------------- pages and their ends


@pytest.mark.row("WEB-QIDO-04")
@pytest.mark.ps("3.18 8.3.4.4")
def test_pages_are_stable_and_say_that_there_is_more(server: RunningServer, known: Known) -> None:
    whole = json.loads(curl(server, "/series")[2])
    paged: list[dict[str, Any]] = []
    for offset in range(0, len(whole) + 50, 50):
        status, fields, body = curl(server, f"/series?limit=50&offset={offset}")
        assert status == (200 if offset < len(whole) else 204)
        paged += json.loads(body) if body else []
        assert ("warning" in fields) == (offset + 50 < len(whole))
        if "warning" in fields:
            assert fields["warning"].startswith("299 ")
            assert "additional results that can be requested" in fields["warning"]
    assert paged == whole
    assert len(whole) == len(known.groups("SeriesInstanceUID"))


@pytest.mark.row("WEB-QIDO-04")
@pytest.mark.ps("3.18 8.3.4.4")
def test_dicomweb_client_pages(web: DICOMwebClient, known: Known) -> None:
    everything = set(known.groups("SOPInstanceUID"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the client repeats our Warning
        pages = [
            uids(web.search_for_instances(limit=100, offset=offset), "INSTANCE")
            for offset in range(0, len(everything), 100)
        ]
    assert set.union(*pages) == everything
    assert sum(map(len, pages)) == len(everything)


@pytest.mark.row("WEB-QIDO-04")
@pytest.mark.ps("3.18 8.3.4.4")
@pytest.mark.parametrize(
    ("path", "keyword"), [("/studies", "StudyInstanceUID"), ("/series", "SeriesInstanceUID")]
)
def test_count_tells_how_many_match(path: str, keyword: str, server: RunningServer, known: Known) -> None:
    """Our own extension; by HEAD nothing but the number comes."""
    number = len(known.groups(keyword))
    status, fields, body = curl(server, f"{path}?count=true&limit=2&offset=1")
    assert (status, fields["x-total-count"], len(json.loads(body))) == (200, str(number), 2)
    assert f"There are {number - 3} additional results" in fields["warning"]
    assert curl(server, f"{path}?count=true&limit=0")[:1] == (204,)
    assert curl(server, f"{path}?count=true&PatientID=QIDO-?", "-I")[1]["x-total-count"] == "3"
    assert curl(server, f"{path}?count=true&00400100.00080060=X1", "-I")[1]["x-total-count"] == "1"
    assert "x-total-count" not in curl(server, f"{path}?limit=1")[1]


# ------------------------------------------------------------------------------------ names and values


@pytest.mark.row("WEB-QIDO-05")
@pytest.mark.ps("3.4 C.2.2.2.4")
@pytest.mark.parametrize("path", ["/studies", "/series", "/instances"])
@pytest.mark.parametrize("name", ["asker^number2", "ASKER^NUMBER2", "aSkEr*2", "?SKER^number2"])
def test_names_are_found_in_any_case(path: str, name: str, web: DICOMwebClient) -> None:
    ask = {
        "/studies": web.search_for_studies,
        "/series": web.search_for_series,
        "/instances": web.search_for_instances,
    }[path]
    assert {model["0020000D"]["Value"][0] for model in ask(search_filters={"PatientName": name})} == {EARLY}


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.ps("3.18 8.3.4.2")
def test_what_is_not_done_is_said(server: RunningServer) -> None:
    status, fields, body = curl(server, "/studies?PatientName=Askar^Number2&fuzzymatching=true")
    assert (status, body) == (204, b"")
    assert fields["warning"].startswith("299 ")
    assert "Only literal matching has been performed." in fields["warning"]
    assert "warning" not in curl(server, "/studies?fuzzymatching=false&limit=1000")[1]


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.ps("3.18 8.3.4.5")
@pytest.mark.ps("3.18 8.3.4.6")
def test_empty_and_multiple_values(http: httpx.Client, known: Known) -> None:
    empty = search(http, "/studies", StudyID='""', emptyvaluematching="true")
    assert uids(empty, "STUDY") == {
        uid for uid, (ds, *_) in known.groups("StudyInstanceUID").items() if not ds.get("StudyID")
    }
    assert search(http, "/studies", StudyID='""') == []
    for flag, every in (("true", True), ("false", False)):
        found = search(http, "/studies", ModalitiesInStudy="CT,PR", multiplevaluematching=flag)
        wanted = {
            uid
            for uid, objects in known.groups("StudyInstanceUID").items()
            if (all if every else any)(m in {ds.Modality for ds in objects} for m in ("CT", "PR"))
        }
        assert uids(found, "STUDY") == wanted
    assert wanted


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.ps("3.4 C.2.2.2.5")
@pytest.mark.parametrize(
    ("query", "studies"),
    [
        ("StudyDate=20270101", {EARLY}),
        ("StudyDate=20270101&TimezoneOffsetFromUTC=%2B0000", {LATE}),
        ("StudyDate=20261231&TimezoneOffsetFromUTC=%2B0000", {EARLY}),
        ("StudyDate=20270101&TimezoneOffsetFromUTC=+0900", {LATE, EARLY}),
        ("StudyTime=0430-0431&00080201=%2B0000", {LATE}),
        ("StudyDate=20261231-&StudyTime=2330-2331&TimezoneOffsetFromUTC=-0000", {EARLY}),
        ("StudyDate=20270102-&TimezoneOffsetFromUTC=-0500", {PLAIN}),
        ("TimezoneOffsetFromUTC=%2B0900", {LATE, EARLY, PLAIN}),
    ],
)
def test_dates_and_times_in_the_zone_of_the_asker(query: str, studies: set[str], http: httpx.Client) -> None:
    assert uids(search(http, f"/studies?{query}&PatientID=QIDO-*"), "STUDY") == studies


# --------------------------------------------------------------------------------- wrong and unknown


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.ps("3.18 10.6.3.1")
@pytest.mark.parametrize(
    ("query", "status", "parameter"),
    [
        ("StudyDate=2020-13-45", 400, "StudyDate"),
        ("00080020=2020", 400, "00080020"),
        ("StudyTime=1200-1130", 400, "StudyTime"),
        ("StudyInstanceUID=1.2/3", 400, "StudyInstanceUID"),
        ("limit=-1", 400, "limit"),
        ("offset=ten", 400, "offset"),
        ("count=all", 400, "count"),
        ("fuzzymatching=perhaps", 400, "fuzzymatching"),
        ("TimezoneOffsetFromUTC=CET", 400, "TimezoneOffsetFromUTC"),
        ("RequestAttributesSequence=1", 400, "RequestAttributesSequence"),
        ("StudyInstanceUID=" + ",".join(f"1.{n}" for n in range(4097)), 413, "StudyInstanceUID"),
    ],
)
def test_curl_is_told_what_is_wrong(query: str, status: int, parameter: str, server: RunningServer) -> None:
    got, fields, body = curl(server, f"/studies?{query}")
    told = json.loads(body)
    assert (got, told["status"], told["parameter"]) == (status, status, parameter)
    assert fields["content-type"] == "application/problem+json"
    assert parameter in told["detail"]


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.ps("3.18 8.3.1")
def test_unknown_parameters_are_ignored_and_no_match_is_204(server: RunningServer, known: Known) -> None:
    status, _, body = curl(server, "/studies?_=17&callback=x&NoSuchAttribute=1&0020000&limit=1000")
    assert (status, len(json.loads(body))) == (200, len(known.groups("StudyInstanceUID")))
    for path in ("/studies?PatientID=nobody", "/series?Modality=ZZ", "/studies/2.25.1/instances"):
        status, _, body = curl(server, path)
        assert (status, body) == (204, b"")
    assert curl(server, "/studies", "-H", "Accept: image/png")[0] == 406


# ------------------------------------------------------------------------------------ forms of answers


@pytest.mark.row("WEB-QIDO-01")
@pytest.mark.row("WEB-QIDO-02")
@pytest.mark.row("WEB-QIDO-03")
@pytest.mark.ps("3.19 A.1.6")
@pytest.mark.ps("3.18 F.2")
@pytest.mark.parametrize("path", ["/studies", "/series", "/instances"])
def test_answers_meet_the_schemas(path: str, http: httpx.Client) -> None:
    query = {"includefield": "all", "limit": "1000"}
    models = http.get(path, params=query).json()
    answer = http.get(path, params=query, headers={"accept": XML})
    documents = [body for fields, body in parts(answer) if fields["content-type"] == "application/dicom+xml"]
    assert len(documents) == len(models)
    wrong = [error for model in models for error in json_errors(model)]
    wrong += [error for document in documents for error in xml_errors(document)]
    assert wrong == []
    by_parameter = http.get(path, params={"accept": "application/json", "limit": "1"})
    assert by_parameter.headers["content-type"] == "application/json"
    assert by_parameter.json() == http.get(path, params={"limit": "1"}).json()


@pytest.mark.row("WEB-WADO-RS-06")
@pytest.mark.row("WEB-WADO-RS-07")
@pytest.mark.ps("3.19 A.1.6")
@pytest.mark.ps("3.18 F.2")
def test_metadata_of_every_file_meet_the_schemas(http: httpx.Client, known: Known) -> None:
    wrong, seen = [], 0
    for study in {*known.groups("StudyInstanceUID"), *store_hostile_ones(http)}:
        models = http.get(f"/studies/{study}/metadata").json()
        documents = parts(http.get(f"/studies/{study}/metadata", headers={"accept": XML}))
        seen += len(models)
        for model, (_, document) in zip(models, documents, strict=True):
            name = model["00080018"]["Value"][0]
            wrong += json_errors(model, name) + xml_errors(document, name)
    assert wrong == []
    assert seen > len(known.objects)


def store_hostile_ones(http: httpx.Client) -> set[str]:
    """Study Instance UIDs of those that the server takes; the last test of this file, for they match keys."""
    kept = set()
    for path in sorted((shared_data() / "made" / "hostile").glob("*.dcm")):
        kind = {"content-type": "application/dicom"}
        answer = http.post("/studies", content=path.read_bytes(), headers=kind)
        if answer.status_code in (200, 202):
            told = answer.json()
            kept.add(told["00081190"]["Value"][0].rpartition("/")[2])
    return kept
