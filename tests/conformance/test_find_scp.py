"""C-FIND as SCP (PS3.4 C.4.1) in both models: levels, matching types, keys, and what is not negotiated.

The peers are pynetdicom, DCMTK's findscu and Orthanc; the keys are those of contract/spec/query_keys.csv.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID
from pynetdicom import build_role, evt
from pynetdicom.pdu_primitives import SOPClassExtendedNegotiation

from tests.kit.compare import nothing_wrong
from tests.kit.dcmtk import called, dcmtk
from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.pynetdicom_peer import associated, context_of, find, store
from tests.kit.server import RunningServer
from tests.kit.shared_data import REPOSITORY

STUDY_ROOT, PATIENT_ROOT = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.2.1.1"
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
MR, SC = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.7"
MODELS = {"study_root": STUDY_ROOT, "patient_root": PATIENT_ROOT}
WILDCARD_VRS = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"}  # PS3.4 C.2.2.2.4
RANGE_VRS = {"DA", "TM", "DT"}
LEVELS = ("PATIENT", "STUDY", "SERIES", "IMAGE")
UNIQUE = dict(
    zip(LEVELS, ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"), strict=True)
)


@dataclass(frozen=True)
class Key:
    """One row of the table. ways: the matching types it claims."""

    model: str
    level: str
    keyword: str
    vr: str
    ways: frozenset[str]


def keys() -> list[Key]:
    """Every key of the two models that the table names."""
    with (REPOSITORY / "contract" / "spec" / "query_keys.csv").open(newline="", encoding="utf-8") as table:
        rows = [row for row in csv.DictReader(table) if row["model"] in MODELS]
    ways: dict[tuple[str, str, str, str], set[str]] = {}
    for row in rows:
        if row["keyword"] != "QueryRetrieveLevel":
            key = (row["model"], row["level"], row["keyword"], row["vr"])
            ways.setdefault(key, set()).update(
                way for way in ("single", "wildcard", "universal", "range", "uid_list") if row[way]
            )
    return [Key(*key, frozenset(found)) for key, found in ways.items()]


def code(value: str, meaning: str) -> Dataset:
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = value, "99TEST", meaning
    return ds


def reference(sop_class: str, uid: str) -> Dataset:
    ds = Dataset()
    ds.ReferencedSOPClassUID, ds.ReferencedSOPInstanceUID = sop_class, uid
    return ds


def made(who: str, number: int, sop_class: str, modality: str, **values: Any) -> Dataset:
    """An image whose every text says whose it is."""
    root, four = f"2.25.81{ord(who)}", who * 4
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(EXPLICIT)
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, f"{root}.{number}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{root}.1000", f"{root}.1001"
    ds.PatientName, ds.PatientID = f"Findscp{who}^Given", f"{four}-FIND-{four}"
    ds.IssuerOfPatientID, ds.PatientSex = f"{four} issuer {four}", "F" if who == "A" else "M"
    ds.ReferringPhysicianName = f"Referrer{who}^Doc"
    ds.StudyID, ds.AccessionNumber, ds.StudyDescription = four, four, f"{four} Study of {who}{four}"
    ds.SeriesDescription, ds.SeriesNumber, ds.Modality = (
        f"{four} Series of {four}",
        41 + (who == "A"),
        modality,
    )
    day, hour = ("20210315", "101112") if who == "A" else ("19990909", "230000")
    for keyword in ("PatientBirth", "Study", "Series", "Content", "PerformedProcedureStepStart"):
        setattr(ds, keyword + "Date", day)
        setattr(ds, keyword + "Time", hour)
    ds.InstanceNumber, ds.NumberOfFrames = number + 70 * (who == "A"), 1
    ds.ProcedureCodeSequence = [code(f"P{who}", f"procedure of {who}")]
    ds.ReferencedStudySequence = [reference(sop_class, f"{root}.77")]
    ds.ReferencedPatientSequence = [reference(sop_class, f"{root}.78")]
    request = Dataset()
    request.ScheduledProcedureStepID, request.RequestedProcedureID = f"S{who}", f"R{who}"
    ds.RequestAttributesSequence = [request]
    ds.ReferencedRequestSequence = [request]
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = f"99{who}", "1000"
    ds.ContentTemplateSequence, ds.ConceptNameCodeSequence = [template], [code(f"C{who}", "concept")]
    size = 8 if who == "A" else 4
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored, ds.HighBit = size, size, 8, 8, 7
    ds.SamplesPerPixel, ds.PixelRepresentation, ds.PhotometricInterpretation = 1, 0, "MONOCHROME2"
    ds.PixelData = bytes(size * size)
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


A = [made("A", 1, MR, "MR"), made("A", 2, MR, "MR")]
B = [made("B", 1, SC, "OT")]
COMPUTED = {
    "ModalitiesInStudy": "MR", "SOPClassesInStudy": MR, "NumberOfStudyRelatedInstances": "2",
    "NumberOfSeriesRelatedInstances": "2", "InstanceAvailability": "ONLINE",
}  # fmt: skip


@pytest.fixture(scope="module")
def filled(server: RunningServer) -> RunningServer:
    """The server with the patients A and B; A has two images, B one of another class."""
    with associated(server.dicom_port, [context_of(A[0]), context_of(B[0])]) as assoc:
        assert [store(assoc, ds).Status for ds in (*A, *B)] == [0, 0, 0]
    return server


@pytest.fixture
def assoc(filled: RunningServer) -> Iterator[Any]:
    models = [(STUDY_ROOT, [EXPLICIT]), (PATIENT_ROOT, [IMPLICIT])]
    with associated(filled.dicom_port, models) as associated_now:
        yield associated_now


def above(level: str, model: str, ds: Dataset) -> dict[str, str]:
    """The unique keys above a level."""
    first = 0 if model == "patient_root" else 1
    return {UNIQUE[at]: str(ds[UNIQUE[at]].value) for at in LEVELS[first : LEVELS.index(level)]}


def uids(assoc: Any, model: str, level: str, **asked: Any) -> tuple[set[str], set[int]]:
    """The unique keys of the answers, and the statuses."""
    matches, statuses = find(
        assoc, MODELS[model], **{UNIQUE[level]: ""} | {"QueryRetrieveLevel": level} | asked
    )
    return {str(ds[UNIQUE[level]].value) for ds in matches}, set(statuses)


@pytest.mark.row("DIMSE-FIND-SCP-01")
@pytest.mark.row("DIMSE-FIND-SCP-03")
@pytest.mark.ps("3.4 C.6.2.1")
def test_study_root(assoc: Any) -> None:
    for level in LEVELS[1:]:
        own = {str(ds[UNIQUE[level]].value) for ds in A}
        limits = above(level, "study_root", A[0]) if level != "STUDY" else {"PatientID": "AAAA-FIND-AAAA"}
        assert uids(assoc, "study_root", level, **limits) == (own, {0xFF00, 0})
    assert uids(assoc, "study_root", "PATIENT", PatientID="AAAA-FIND-AAAA")[1] == {0xA900}


@pytest.mark.row("DIMSE-FIND-SCP-02")
@pytest.mark.row("DIMSE-FIND-SCP-04")
@pytest.mark.ps("3.4 C.6.1.1")
def test_patient_root(assoc: Any) -> None:
    for level in LEVELS:
        own = {str(ds[UNIQUE[level]].value) for ds in A}
        limits = above(level, "patient_root", A[0]) or {"PatientID": "AAAA-FIND-AAAA"}
        assert uids(assoc, "patient_root", level, **limits) == (own, {0xFF00, 0})
    asked = {
        "QueryRetrieveLevel": "PATIENT",
        "PatientID": "AAAA-FIND-AAAA",
        "PatientName": "",
        "PatientBirthDate": "",
    }
    asked |= {"NumberOfPatientRelatedStudies": "", "NumberOfPatientRelatedInstances": ""}
    (told,), _ = find(assoc, PATIENT_ROOT, **asked)
    assert (told.PatientName, told.PatientBirthDate) == ("FindscpA^Given", "20210315")
    assert (told.NumberOfPatientRelatedStudies, told.NumberOfPatientRelatedInstances) == (1, 2)


@pytest.mark.row("DIMSE-FIND-SCP-03")
@pytest.mark.row("DIMSE-FIND-SCP-04")
def test_every_level_by_findscu(filled: RunningServer) -> None:
    for option, model in (("-S", "study_root"), ("-P", "patient_root")):
        for level in LEVELS[1 if model == "study_root" else 0 :]:
            limits = above(level, model, A[0]) | {"PatientID": "AAAA-FIND-AAAA"} | {UNIQUE[level]: ""}
            if level == "PATIENT":
                limits = {"PatientID": "AAAA-FIND-AAAA"}
            words = [word for key, value in limits.items() for word in ("-k", f"{key}={value}")]
            printed = dcmtk(
                "findscu", "-v", option, *called(filled.dicom_port, filled.ae_title), "-k",
                f"QueryRetrieveLevel={level}", *words,
            )  # fmt: skip
            expected = 2 if level == "IMAGE" else 1
            assert printed.count("(Pending)") == expected, f"{model} {level}\n{printed}"


# Every key in every way.


def values_of(key: Key) -> list[tuple[str, Any]]:
    """(way, value) pairs that A's entity meets and that of B does not, save where both are alike."""
    value = COMPUTED.get(key.keyword) or A[0][key.keyword].value
    found: list[tuple[str, Any]] = []
    if key.vr == "SQ":
        return [("universal", []), ("sequence", [_one_key(value[0])])]
    text = str(value)
    if "single" in key.ways or "unique" in key.ways or key.ways == {"universal"}:
        found.append(("single", value))
    if "universal" in key.ways:
        found.append(("universal", None))
    if key.vr in WILDCARD_VRS and len(text) > 2:
        found += [("wildcard", text[:-2] + "*"), ("wildcard", "?" + text[1:]), ("wildcard", "*" + text[2:])]
    if key.vr == "DA":
        found += [("range", "20210301-20210331"), ("range", "20210315-"), ("range", "20000101-20210315")]
    if key.vr == "TM":
        found += [("range", "1011-1012"), ("range", "100000-110000"), ("range", "-101112")]
    if key.vr == "UI":
        found.append(("uid_list", [text, "1.2.3.4"]))
    return found


def _one_key(item: Dataset) -> Dataset:
    """An Item of which the first attribute is a key and the others are to be returned."""
    asked = Dataset()
    for number, element in enumerate(item):
        asked.add_new(element.tag, element.VR, element.value if number == 0 else None)
    return asked


@pytest.mark.row("DIMSE-FIND-SCP-05")
@pytest.mark.row("DIMSE-FIND-SCP-06")
@pytest.mark.ps("3.4 C.2.2.2")
def test_every_key_of_the_table_matches_in_every_way_its_vr_has(assoc: Any) -> None:
    """Optional keys like required ones: matched, returned, and never announced as unsupported (FF01)."""
    wrong = {}
    asked = 0
    for key in keys():
        mine = {str(ds[UNIQUE[key.level]].value) for ds in A}
        for way, value in values_of(key):
            asked += 1
            query = above(key.level, key.model, A[0]) | {"StudyInstanceUID": A[0].StudyInstanceUID}
            if key.level == "PATIENT":
                query = {"PatientID": "AAAA-FIND-AAAA"}
            found, statuses = uids(assoc, key.model, key.level, **query | {key.keyword: value})
            if key.keyword == UNIQUE[key.level] and way == "universal":
                continue  # it is among the keys that are always asked for
            if not found or not found <= mine or statuses != {pending(key), 0}:
                wrong[f"{key} {way} {value!r}"] = f"{found} {[hex(status) for status in statuses]}"
            if (
                way == "universal"
                or pending(key) != 0xFF00
                or key.keyword in (*COMPUTED, *query)
                or key.keyword == "NumberOfFrames"
            ):
                continue
            other = above(key.level, key.model, B[0]) | {"StudyInstanceUID": B[0].StudyInstanceUID}
            if key.level == "PATIENT":
                other = {"PatientID": "BBBB-FIND-BBBB"}
            if key.keyword not in other and key.vr != "TM" and not _alike(key):
                found, _ = uids(assoc, key.model, key.level, **other | {key.keyword: value})
                if found:
                    wrong[f"{key} {way} {value!r} of B"] = found
    assert asked > 150
    nothing_wrong(wrong)


def pending(key: Key) -> int:
    """FF01 for an attribute of instances asked for at the level of series: not supported there."""
    return 0xFF01 if (key.level, key.keyword) == ("SERIES", "ReferencedRequestSequence") else 0xFF00


def _alike(key: Key) -> bool:
    """Whether the two have the same value."""
    return bool(A[0][key.keyword].value == B[0][key.keyword].value)


@pytest.mark.ps("3.4 C.4.1.1.3.2")
def test_universal_keys_come_back_with_their_values(assoc: Any) -> None:
    wrong = {}
    for key in keys():
        if pending(key) != 0xFF00:
            continue
        limits = above(key.level, key.model, A[0]) or {"PatientID": "AAAA-FIND-AAAA"}
        if key.level == "IMAGE":
            limits |= {"SOPInstanceUID": A[0].SOPInstanceUID}
        empty: Any = [] if key.vr == "SQ" else None
        query = {"QueryRetrieveLevel": key.level} | limits
        (told, *_), _ = find(assoc, MODELS[key.model], **{key.keyword: empty} | query)
        expected = COMPUTED.get(key.keyword) or A[0][key.keyword].value
        if str(told[key.keyword].value) != str(expected):
            wrong[f"{key}"] = told.get(key.keyword)
    nothing_wrong(wrong)


@pytest.mark.row("DIMSE-FIND-SCP-06")
@pytest.mark.ps("3.4 C.2.2.2.1")
@pytest.mark.parametrize(
    ("keyword", "value", "is_hit"),
    [
        ("PatientName", "FINDSCPA^GIVEN", True),  # names: without case
        ("PatientName", "findscpa^g*", True),
        ("PatientName", "Fíndscpá^Gïven", True),  # and without accents
        ("StudyDescription", "AAAA Study of AAAAA", True),
        ("StudyDescription", "aaaa study of aaaaa", False),  # everything else with case
        ("StudyDescription", "aaaa study*", False),
        ("AccessionNumber", "aaaa", False),
        ("StudyDescription", "AAAA Study ?? AAAAA", True),
        ("StudyDescription", "AAAA Study ? AAAAA", False),
        ("StudyDescription", "*", True),
        ("StudyDescription", "", True),
        ("StudyDescription", "AAAA Study of [A]AAAA", False),
        ("StudyDate", "20210315", True),
        ("StudyDate", "2021*", False),  # no wildcards in dates
        ("StudyDate", "20210316-", False),
        ("StudyDate", "-20210314", False),
        ("StudyInstanceUID", ["1.2.3", str(A[0].StudyInstanceUID)], True),
        ("StudyInstanceUID", ["1.2.3", "1.2.4"], False),
        ("ModalitiesInStudy", ["CT", "MR"], True),
        ("ModalitiesInStudy", "CT", False),
        ("ModalitiesInStudy", "M*", True),
    ],
)
def test_rules_of_matching(assoc: Any, keyword: str, value: Any, is_hit: bool) -> None:
    asked = {"SpecificCharacterSet": "ISO_IR 192", "PatientID": "AAAA-FIND-AAAA", keyword: value}
    found, _ = uids(assoc, "study_root", "STUDY", **asked)
    assert found == ({str(A[0].StudyInstanceUID)} if is_hit else set())


@pytest.mark.row("DIMSE-FIND-SCP-05")
@pytest.mark.ps("3.4 C.2.2.1.3")
def test_keys_of_no_table_are_answered_too(assoc: Any) -> None:
    """An attribute that is not indexed is read from the object; the answer says FF01 for it."""
    for keyword in ("BitsStored", "PhotometricInterpretation", "HighBit"):
        asked = above("IMAGE", "study_root", A[0]) | {"SOPInstanceUID": A[0].SOPInstanceUID}
        (told,), _ = find(assoc, STUDY_ROOT, QueryRetrieveLevel="IMAGE", **asked | {keyword: None})
        assert told[keyword].value == A[0][keyword].value
        value = A[0][keyword].value
        found, statuses = find(assoc, STUDY_ROOT, QueryRetrieveLevel="IMAGE", **asked | {keyword: value})
        assert len(found) == 1
        assert set(statuses) <= {0xFF00, 0xFF01, 0}
        assert dictionary_VR(tag_for_keyword(keyword) or 0)


MOVE = {"1.2.840.10008.5.1.4.1.2.2.2", "1.2.840.10008.5.1.4.1.2.1.2"}
GET = {"1.2.840.10008.5.1.4.1.2.2.3", "1.2.840.10008.5.1.4.1.2.1.3"}


def proposing(filled: RunningServer, proposed: dict[str, bytes], models: set[str]) -> Any:
    """An association with these models, and application information for SOP classes."""
    items = []
    for uid, information in proposed.items():
        item = SOPClassExtendedNegotiation()
        item.sop_class_uid = UID(uid)
        item.service_class_application_information = information
        items.append(item)
    return associated(filled.dicom_port, [(uid, [EXPLICIT]) for uid in sorted(models)], ext_neg=items)


@pytest.mark.row("DIMSE-FIND-SCP-07")
@pytest.mark.ps("3.4 C.5.1.1")
@pytest.mark.ps("3.7 D.3.3.5")
@pytest.mark.parametrize(
    ("proposed", "answers"),
    [
        (dict.fromkeys((STUDY_ROOT, PATIENT_ROOT), b"\1\1\1\1\1"), b"\1\0\0\0\0"),
        ({STUDY_ROOT: b"\1\1\1"}, b"\1\0\0"),
        ({STUDY_ROOT: b"\1"}, b"\1"),
        ({STUDY_ROOT: b"\0\1\1"}, b"\0\0\0"),
        ({STUDY_ROOT: b"\1\1\1\1\1\1\1\1"}, b"\1\0\0\0\0"),
        (dict.fromkeys(MOVE | GET, b"\1\1"), b"\1\0"),
        (dict.fromkeys(MOVE | GET, b"\0"), b"\0"),
        ({SC: b"\1\1"}, b""),
    ],
)
def test_extended_negotiation(filled: RunningServer, proposed: dict[str, bytes], answers: bytes) -> None:
    """Relational is agreed where it is proposed, every other feature refused, byte for byte."""
    with proposing(filled, proposed, set(proposed)) as assoc:
        told = {str(uid): raw for uid, raw in assoc.acceptor.sop_class_extended.items()}
        assert told == (dict.fromkeys(proposed, answers) if answers else {})


@pytest.mark.row("DIMSE-FIND-SCP-07")
@pytest.mark.ps("3.7 D.3.3.5")
def test_what_is_not_proposed_or_not_accepted_is_not_answered(filled: RunningServer) -> None:
    with proposing(filled, {}, {STUDY_ROOT}) as assoc:
        assert assoc.acceptor.sop_class_extended == {}
    with proposing(filled, {PATIENT_ROOT: b"\1"}, {STUDY_ROOT}) as assoc:
        assert assoc.acceptor.sop_class_extended == {}


@pytest.mark.row("DIMSE-FIND-SCP-07")
@pytest.mark.ps("3.4 C.4.1.2.2.1")
@pytest.mark.parametrize("agreed", [True, False])
def test_relational_queries(filled: RunningServer, agreed: bool) -> None:
    """Agreed upon: keys of the levels above, without their unique keys. Not agreed: tolerated, too."""
    with proposing(filled, {STUDY_ROOT: b"\1"} if agreed else {}, {STUDY_ROOT}) as assoc:
        assert bool(assoc.acceptor.sop_class_extended) == agreed
        for level in ("SERIES", "IMAGE"):
            asked = {"PatientName": "FindscpA*", "StudyDate": "20210101-20211231"}
            found, statuses = uids(assoc, "study_root", level, **asked)
            assert found == {str(ds[UNIQUE[level]].value) for ds in A}
            assert statuses == {0xFF00, 0}
        own = {str(ds.SOPInstanceUID) for ds in A}
        assert uids(assoc, "study_root", "IMAGE", SeriesInstanceUID=A[0].SeriesInstanceUID)[0] == own
        one = str(A[0].SOPInstanceUID)
        assert uids(assoc, "study_root", "IMAGE", SOPInstanceUID=one)[0] == {one}


@pytest.mark.row("DIMSE-FIND-SCP-07")
@pytest.mark.ps("3.4 C.4.2.2.2.1")
@pytest.mark.parametrize("model", sorted(GET))
def test_relational_retrieval(filled: RunningServer, model: str) -> None:
    """An image by its own UID alone."""
    item = SOPClassExtendedNegotiation()
    item.sop_class_uid, item.service_class_application_information = UID(model), b"\1"
    asked = Dataset()
    asked.QueryRetrieveLevel, asked.SOPInstanceUID = "IMAGE", A[0].SOPInstanceUID
    kind, came = str(A[0].SOPClassUID), []

    def keep(event: Any) -> int:
        came.append(str(event.request.AffectedSOPInstanceUID))
        return 0

    with associated(
        filled.dicom_port,
        [(model, [EXPLICIT]), (kind, [EXPLICIT])],
        ext_neg=[item, build_role(kind, scp_role=True)],
        evt_handlers=[(evt.EVT_C_STORE, keep)],
    ) as assoc:
        assert assoc.acceptor.sop_class_extended == {model: b"\1"}
        *_, (last, _) = assoc.send_c_get(asked, model)
    assert (last.Status, came) == (0, [str(A[0].SOPInstanceUID)])


@pytest.mark.row("DIMSE-FIND-SCP-07")
@pytest.mark.ps("3.4 C.5.1.1")
def test_what_is_refused_is_not_done(filled: RunningServer) -> None:
    with proposing(filled, {STUDY_ROOT: b"\1\1\1\1\1"}, {STUDY_ROOT}) as assoc:
        # Not fuzzy: a name that only sounds alike is not found.
        assert uids(assoc, "study_root", "STUDY", PatientName="Findskpa^Given")[0] == set()
        # Not combined: each of date and time is a range of its own.
        asked = {"PatientID": "AAAA-FIND-AAAA", "StudyDate": "20210314-20210316", "StudyTime": "1000-1030"}
        assert uids(assoc, "study_root", "STUDY", **asked)[0] == {str(A[0].StudyInstanceUID)}
        asked["StudyTime"] = "0100-0200"
        assert uids(assoc, "study_root", "STUDY", **asked)[0] == set()


@pytest.mark.row("DIMSE-FIND-SCP-01")
@pytest.mark.ps("3.4 C.4.1.1.4")
def test_an_identifier_that_does_not_match_the_model_is_a900(assoc: Any) -> None:
    assert find(assoc, STUDY_ROOT, PatientID="AAAA-FIND-AAAA")[1] == [0xA900]
    assert find(assoc, STUDY_ROOT, QueryRetrieveLevel="FRAME")[1] == [0xA900]
    assert find(assoc, PATIENT_ROOT, QueryRetrieveLevel="STUDY", PatientID="NOBODY")[1] == [0]
    without_level = Dataset()
    without_level.PatientID = "AAAA-FIND-AAAA"
    ((refusal, _),) = assoc.send_c_find(without_level, STUDY_ROOT)
    assert "Query/Retrieve Level" in refusal.ErrorComment  # PS3.4 table C.4-1, related fields


@pytest.mark.row("DIMSE-FIND-SCP-01")
@pytest.mark.ps("3.7 9.3.2.3")
def test_a_cancelled_query_ends_with_fe00(filled: RunningServer) -> None:
    """pynetdicom cancels after the first answer of more than a thousand."""
    from tests.kit.network import Peer
    from tests.kit.tiny import tiny_series

    parts = list(tiny_series("2.25.8200", 1500))
    assert set(Peer(filled.dicom_port).send(parts)) == {0}
    with associated(filled.dicom_port, [(STUDY_ROOT, [EXPLICIT])]) as assoc:
        ds = Dataset()
        ds.QueryRetrieveLevel, ds.StudyInstanceUID, ds.SOPInstanceUID = "IMAGE", "2.25.8200.0.1", ""
        statuses = []
        for number, (status, _) in enumerate(assoc.send_c_find(ds, STUDY_ROOT)):
            statuses.append(status.Status)
            if number == 0:
                assoc.send_c_cancel(1, query_model=STUDY_ROOT)
    assert statuses[-1] == 0xFE00
    assert 0 < len(statuses) < 1500


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory, filled: RunningServer) -> Iterator[RunningOrthanc]:
    with running_orthanc(tmp_path_factory.mktemp("orthanc")) as running:
        running.add_modality("room", filled.ae_title, filled.dicom_port)
        yield running


@pytest.mark.row("DIMSE-FIND-SCP-02")
@pytest.mark.row("DIMSE-FIND-SCP-03")
@pytest.mark.row("DIMSE-FIND-SCP-04")
@pytest.mark.parametrize(
    ("level", "asked", "count"),
    [
        ("Patient", {"PatientID": "AAAA-FIND-AAAA"}, 1),
        ("Study", {"PatientName": "findscp*", "PatientID": "AAAA-FIND-AAAA"}, 1),
        ("Series", {"StudyInstanceUID": str(A[0].StudyInstanceUID)}, 1),
        ("Instance", {"StudyInstanceUID": str(A[0].StudyInstanceUID)}, 2),
    ],
)
def test_orthanc_queries_every_level(
    orthanc: RunningOrthanc, level: str, asked: dict[str, str], count: int
) -> None:
    query: Any = orthanc.post("/modalities/room/query", {"Level": level, "Query": asked})
    answers: Any = orthanc.get(f"/queries/{query['ID']}/answers")
    assert len(answers) == count
