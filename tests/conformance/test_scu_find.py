"""C-FIND as SCU: what reaches the node, what is made of its answers, and of its refusals.

Peers: Orthanc and DCMTK's dcmqrscp, filled with objects of which everything is known, and pynetdicom where
a test needs statuses that those never give. Keys come from contract/spec, statuses from PS3.4 C.4.1.1.4.
"""

from __future__ import annotations

import csv
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pynetdicom import evt

from readingroom.association import Aborted, AssociationEnded, TimedOut
from readingroom.errors import Invalid, Unsupported
from readingroom.exchange import SEARCH_BOX, Cancelled, RequestFailed, find, question, usual_keys
from readingroom.model import Level, Match, Node
from tests.kit.dcmtk import dcmtk
from tests.kit.ports import HOST, free_port
from tests.kit.remote import (
    IMAGES,
    PATIENTS,
    SERIES,
    US,
    Odd,
    filled_dcmqrscp,
    filled_orthanc,
    image_uid,
    odd_peer,
    series_uid,
    status,
    study_uid,
    uids_in,
)
from tests.kit.server import run_command
from tests.kit.shared_data import REPOSITORY

STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
PATIENT_FIND = "1.2.840.10008.5.1.4.1.2.1.1"
STUDY, SERIES_TAG, IMAGE = 0x0020000D, 0x0020000E, 0x00080018
NAME, PATIENT_ID = 0x00100010, 0x00100020


@pytest.fixture(scope="module", params=["dcmqrscp", "orthanc"])
def archive(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """An archive with three patients."""
    fill = {"dcmqrscp": filled_dcmqrscp, "orthanc": filled_orthanc}[request.param]
    with fill(tmp_path_factory.mktemp(request.param), free_port()) as node:
        yield node


def values(matches: Iterator[Match], tag: int) -> set[Any]:
    return {match.attributes[tag].first for match in matches}


def keys_of(level: str) -> list[dict[str, str]]:
    """The keys that any seed asks as an SCU at a level of the Study Root model."""
    with (REPOSITORY / "contract" / "spec" / "query_keys.csv").open(newline="", encoding="utf-8") as table:
        return [
            row
            for row in csv.DictReader(table)
            if (row["model"], row["level"], row["role"]) == ("study_root", level, "scu")
        ]


# ── answered by real archives


@pytest.mark.row("DIMSE-FIND-SCU-01")
@pytest.mark.row("DIMSE-FIND-SCU-02")
@pytest.mark.ps("3.4 C.4.1")
def test_studies_are_found_by_their_keys(archive: Node) -> None:
    asked = {
        "PatientName=DOE*": {"P1", "P2"},
        "0010,0020=P3": {"P3"},
        "StudyDate=20240201-20240310": {"P2", "P3"},
        "AccessionNumber=AP1": {"P1"},
        "PatientName=D?E^JOHN": {"P1"},
        "StudyInstanceUID=" + "\\".join((study_uid("P1"), study_uid("P3"))): {"P1", "P3"},
        "ModalitiesInStudy=": set(PATIENTS),
        "PatientName=NOBODY": set(),
    }
    for key, patients in asked.items():
        found = values(find(US, archive, question(Level.STUDY, [key])), STUDY)
        assert found == {study_uid(one) for one in patients}, key


@pytest.mark.row("DIMSE-FIND-SCU-03")
@pytest.mark.row("DIMSE-FIND-SCU-04")
@pytest.mark.row("DIMSE-FIND-SCU-05")
@pytest.mark.ps("3.4 C.4.1.3.1.1")
def test_series_and_images_are_reached_from_the_study_down(archive: Node) -> None:
    """Neither archive has relational queries: they answer only where the levels above are named."""
    asked = [
        "PatientName=DOE*",
        "StudyDate=-20240131",
        "SeriesNumber=",
        "InstanceNumber=",
        "PatientBirthDate=",
    ]
    series = list(find(US, archive, question(Level.SERIES, asked)))
    assert values(iter(series), SERIES_TAG) == {series_uid("P1", one + 1) for one in range(SERIES)}
    found = list(find(US, archive, question(Level.IMAGE, asked)))
    assert values(iter(found), IMAGE) == {
        image_uid("P1", one + 1, two + 1) for one in range(SERIES) for two in range(IMAGES)
    }
    for match in found:  # what the levels above said is in each answer
        assert match.attributes[NAME].values == ("DOE^JOHN",)
        assert match.attributes[STUDY].first == study_uid("P1")
        assert match.attributes[0x00100030].values == ("19700101",)


@pytest.mark.row("DIMSE-FIND-SCU-05")
def test_drilling_begins_at_what_is_named(archive: Node) -> None:
    named = [f"StudyInstanceUID={study_uid('P2')}", f"SeriesInstanceUID={series_uid('P2', 2)}"]
    found = values(find(US, archive, question(Level.IMAGE, [*named, "InstanceNumber=2"])), IMAGE)
    assert found == {image_uid("P2", 2, 2)}
    found = values(find(US, archive, question(Level.IMAGE, [named[0], "InstanceNumber=1"])), IMAGE)
    assert found == {image_uid("P2", one + 1, 1) for one in range(SERIES)}
    found = values(find(US, archive, question(Level.IMAGE, [named[1]])), IMAGE)
    assert found == {image_uid("P2", 2, one + 1) for one in range(IMAGES)}


@pytest.mark.ps("3.4 C.6.1")
def test_the_patient_root(archive: Node) -> None:
    patients = find(US, archive, question(Level.PATIENT, ["PatientName=DOE*"]), patient_root=True)
    assert values(patients, PATIENT_ID) == {"P1", "P2"}
    studies = find(US, archive, question(Level.STUDY, ["PatientName=DOE*"]), patient_root=True)
    assert values(studies, STUDY) == {study_uid("P1"), study_uid("P2")}


@pytest.mark.row("DIMSE-FIND-SCU-10")
def test_wildcards_of_the_node(archive: Node) -> None:
    exact = question(Level.STUDY, ["PatientName=DOE", "PatientID=P"])
    assert not list(find(US, archive, exact))
    found = values(find(US, replace(archive, wildcards=SEARCH_BOX), exact), PATIENT_ID)
    assert found == set(PATIENTS)  # MCDOEL too


@pytest.mark.row("DIMSE-FIND-SCU-09")
def test_a_limit_and_pages(archive: Node) -> None:
    pages = [replace(question(Level.STUDY, ["PatientName="]), limit=2, offset=at) for at in (0, 2, 4)]
    found = [values(find(US, archive, page), STUDY) for page in pages]
    assert list(map(len, found)) == [2, 1, 0]
    assert found[0] | found[1] == {study_uid(one) for one in PATIENTS}
    within = replace(question(Level.IMAGE, ["PatientName="]), limit=4, offset=5)
    assert len(list(find(US, archive, within))) == 4


@pytest.mark.row("DIMSE-FIND-SCU-02")
def test_the_answers_are_those_that_dcmtk_gets(archive: Node) -> None:
    keys = ["PatientName=*DOE*", "StudyInstanceUID", "StudyDate", "PatientID"]
    words = [word for key in keys for word in ("-k", key)]
    printed = dcmtk(
        "findscu", "-S", "-aet", "READINGROOM", "-aec", archive.ae_title, "-k", "QueryRetrieveLevel=STUDY",
        *words, HOST, str(archive.port), "-v",
    )  # fmt: skip
    assert values(find(US, archive, question(Level.STUDY, keys)), STUDY) == set(uids_in(printed))


def test_the_command(archive: Node, tmp_path: Path) -> None:
    data = tmp_path / "data"
    at = f"{archive.ae_title}@{HOST}:{archive.port}"
    code, out = run_command(data, "find", at, "-k", "PatientName=DOE*", "-k", "PatientID", "--only")
    assert code == 0, out
    assert out.splitlines()[0] == "PatientName\tPatientID"
    assert sorted(out.splitlines()[1:]) == ["DOE^JANE\tP2", "DOE^JOHN\tP1"]

    run_command(data, "node", "add", "pacs", "--ae-title", archive.ae_title, "--host", HOST,
                "--port", str(archive.port), "--wildcard", "search-box")  # fmt: skip
    code, out = run_command(
        data, "find", "pacs", "--level", "image", "-k", "PatientName=RUTH", "-k", "InstanceNumber=3", "--json"
    )
    assert code == 0, out
    answers = json.loads(out)
    assert {answer["00080018"]["Value"][0] for answer in answers} == {
        image_uid("P3", one + 1, 3) for one in range(SERIES)
    }
    assert answers[0]["00100010"]["Value"] == [{"Alphabetic": "MCDOEL^RUTH"}]
    code, out = run_command(
        data,
        "find",
        at,
        "-k",
        "QueryRetrieveLevel=SERIES",
        "-k",
        "PatientID=P1",
        "-k",
        "SeriesNumber",
        "--only",
    )
    assert (code, out) == (0, "PatientID\tSeriesNumber\nP1\t1\nP1\t1\n")
    code, out = run_command(data, "node", "set", "pacs", "--skip-sop-class", "no uid")
    assert code == 1
    assert "no UID" in out
    code, out = run_command(data, "find", "nobody", "-k", "PatientName=X")
    assert code == 1
    assert "no node nobody" in out


# ── what the node is told


def nothing(event: Any) -> Iterator[Any]:
    yield from ()


@pytest.fixture
def silent() -> Iterator[Odd]:
    """A peer that has nothing and notes what it is asked."""
    with odd_peer([STUDY_FIND, PATIENT_FIND], [(evt.EVT_C_FIND, nothing)]) as odd:
        yield odd


@pytest.mark.row("DIMSE-FIND-SCU-02")
@pytest.mark.row("DIMSE-FIND-SCU-03")
@pytest.mark.row("DIMSE-FIND-SCU-04")
@pytest.mark.parametrize("level", ["STUDY", "SERIES", "IMAGE"])
def test_every_key_of_the_tables_reaches_the_node(silent: Odd, level: str) -> None:
    """Each key of each seed, empty and, where it has a value of its kind, with it."""
    parents = {"SERIES": [STUDY], "IMAGE": [STUDY, SERIES_TAG]}.get(level, [])
    named = [f"{tag >> 16:04X},{tag & 0xFFFF:04X}=1.2.{tag % 97}" for tag in parents]
    rows = [row for row in keys_of(level) if int(row["tag"], 16) not in parents]
    asked = [f"{row['tag'][:4]},{row['tag'][4:]}=" for row in rows if row["tag"] != "00080052"]
    list(find(US, silent.node, question(Level[level], [*named, *asked]), relational=True))
    told = silent.identifiers[-1]
    missing = {row["keyword"] for row in rows if int(row["tag"], 16) not in told}
    assert missing == set()
    assert told.QueryRetrieveLevel == level
    samples = {"PN": "A^B", "DA": "20240101", "TM": "101112", "UI": "1.2.3", "CS": "CT", "IS": "5"}
    for row in rows:
        if row["vr"] in ("PN", "LO", "SH", "DA", "TM", "UI", "CS", "IS") and row["keyword"] in told:
            value = samples.get(row["vr"], "X1")
            if row["keyword"] in ("QueryRetrieveLevel", "SpecificCharacterSet"):
                continue
            key = f"{row['keyword']}={value}"
            list(find(US, silent.node, question(Level[level], [*named, key]), relational=True))
            assert str(silent.identifiers[-1][row["keyword"]].value) == value, key


@pytest.mark.row("DIMSE-FIND-SCU-05")
@pytest.mark.ps("3.4 C.5.1.1")
def test_relational_queries_are_proposed_where_they_are_asked() -> None:
    proposed: list[dict[str, bytes]] = []

    def note(event: Any) -> None:
        items = event.assoc.requestor.sop_class_extended
        proposed.append({str(uid): raw for uid, raw in items.items()})

    def nothing(event: Any) -> Iterator[Any]:
        yield from ()

    with odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, nothing), (evt.EVT_ACCEPTED, note)]) as odd:
        list(find(US, odd.node, question(Level.IMAGE, []), relational=True))
        list(find(US, odd.node, question(Level.STUDY, [])))
    assert proposed == [{STUDY_FIND: b"\1"}, {}]


@pytest.mark.row("DIMSE-FIND-SCU-06")
def test_explicit_then_implicit_vr_is_offered(silent: Odd) -> None:
    list(find(US, silent.node, question(Level.STUDY, [])))
    list(find(US, silent.node, question(Level.PATIENT, []), patient_root=True))
    both = ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"]
    assert silent.associations == [[(STUDY_FIND, both)], [(PATIENT_FIND, both)]]


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2"])
def test_either_syntax_is_spoken(syntax: str) -> None:
    with odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, one_match)], syntaxes=[syntax]) as odd:
        found = list(find(US, odd.node, question(Level.STUDY, ["PatientName=A"])))
    assert odd.identifiers[0].PatientName == "A"
    assert found[0].attributes[NAME].values == ("ANSWER^ONE",)


def one_match(event: Any) -> Iterator[Any]:
    ds = Dataset()
    ds.PatientName = "ANSWER^ONE"
    ds.StudyInstanceUID = "1.2.3"
    yield 0xFF00, ds


@pytest.mark.row("DIMSE-FIND-SCU-07")
@pytest.mark.parametrize(
    ("charset", "text"),
    [
        (("ISO_IR 100",), "Müller^Jörg"),
        (("ISO_IR 144",), "Люкceмбypг"),
        (("ISO_IR 192",), "山田^太郎"),
        (("", "ISO 2022 IR 87"), "Yamada^Tarou=山田^太郎"),
        (("GB18030",), "王^小东"),
    ],
)
@pytest.mark.ps("3.4 C.4.1.1.3.1")
def test_the_query_is_in_the_character_set_of_the_node(
    silent: Odd, charset: tuple[str, ...], text: str
) -> None:
    node = replace(silent.node, query_charset=charset)
    list(find(US, node, question(Level.STUDY, [f"PatientName={text}*"])))
    told = silent.identifiers[-1]
    said = told.SpecificCharacterSet
    assert (tuple(said) if not isinstance(said, str) else (said,)) == charset
    told.decode()
    assert str(told.PatientName) == f"{text}*"


@pytest.mark.row("DIMSE-FIND-SCU-07")
def test_a_character_set_that_lacks_a_letter_gives_way(silent: Odd) -> None:
    node = replace(silent.node, query_charset=("ISO_IR 100",))
    list(find(US, node, question(Level.STUDY, ["PatientName=山田*"])))
    assert silent.identifiers[-1].SpecificCharacterSet == "ISO_IR 192"
    assert "山田*".encode() in silent.raw[-1]
    list(find(US, silent.node, question(Level.STUDY, ["PatientName=DOE*"])))
    assert "SpecificCharacterSet" not in silent.identifiers[-1]  # the default repertoire needs no name


@pytest.mark.row("DIMSE-FIND-SCU-07")
@pytest.mark.parametrize(
    ("charset", "name"),
    [
        ("ISO_IR 100", "Müller^Jörg"),
        ("ISO_IR 192", "山田^太郎"),
        (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎"),
    ],
)
def test_each_answer_is_read_in_its_own_character_set(charset: Any, name: str) -> None:
    def answer(event: Any) -> Iterator[Any]:
        ds = Dataset()
        ds.SpecificCharacterSet = charset
        ds.PatientName = name
        yield 0xFF00, ds

    with odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, answer)]) as odd:
        node = replace(odd.node, query_charset=("ISO_IR 144",))
        found = list(find(US, node, question(Level.STUDY, ["PatientName="])))
    assert [match.attributes[NAME].first for match in found] == [name]


@pytest.mark.ps("3.4 C.2.2.2.6")
def test_keys_below_sequences(silent: Odd) -> None:
    keys = [
        "RequestAttributesSequence.ScheduledProcedureStepID=7",
        "(0040,0275)[0].(0040,1001)=R*",
        "RequestAttributesSequence.ScheduledProtocolCodeSequence.CodeValue=",
        "ProcedureCodeSequence.CodeMeaning=HEAD",
    ]
    list(find(US, silent.node, question(Level.SERIES, keys), relational=True))
    told = silent.identifiers[-1]
    item = told.RequestAttributesSequence[0]
    assert item.ScheduledProcedureStepID == "7"
    assert item.RequestedProcedureID == "R*"
    assert item.ScheduledProtocolCodeSequence[0].CodeValue == ""
    assert told.ProcedureCodeSequence[0].CodeMeaning == "HEAD"


@pytest.mark.row("DIMSE-FIND-SCU-10")
def test_which_keys_get_wildcards(silent: Odd) -> None:
    """contract/spec web_client_auth.md section 5: text only, and not where the user typed one."""
    keys = ["PatientName=DOE", "PatientID=1*7", "AccessionNumber=", "StudyDescription=HEAD", "StudyID=5",
            "StudyDate=20240101", "ModalitiesInStudy=CT", f"StudyInstanceUID={study_uid('P1')}"]  # fmt: skip
    node = replace(silent.node, wildcards=SEARCH_BOX | {"StudyDate", "ModalitiesInStudy", "StudyInstanceUID"})
    list(find(US, node, question(Level.STUDY, keys)))
    told = silent.identifiers[-1]
    assert (told.PatientName, told.StudyDescription) == ("*DOE*", "*HEAD*")
    assert (told.PatientID, told.AccessionNumber) == ("1*7", "")
    assert (told.StudyDate, told.ModalitiesInStudy, told.StudyID) == ("20240101", "CT", "5")
    assert told.StudyInstanceUID == study_uid("P1")


def test_numbers_in_keys(silent: Odd) -> None:
    list(find(US, silent.node, question(Level.IMAGE, ["Rows=512", "InstanceNumber=3"]), relational=True))
    assert (silent.identifiers[-1].Rows, silent.identifiers[-1].InstanceNumber) == (512, 3)
    for wrong in ("Rows=many", "NoSuchKeyword=1", "PixelData=1", "PatientName.PatientID=1"):
        with pytest.raises(Invalid):
            list(find(US, silent.node, question(Level.IMAGE, [wrong])))


# ── statuses and ends


def many(count: int) -> Any:
    """A handler of so many matches that heeds C-CANCEL, and notes in `seen` at which match it did.

    pynetdicom 3.0.4 reads nothing as long as it has something to send (`DULServiceProvider.run_reactor`),
    so a handler that runs ahead of the wire never hears of the C-CANCEL: this one waits for the wire.
    """

    def answer(event: Any) -> Iterator[Any]:
        for number in range(count):
            while event.assoc.dul.to_provider_queue.qsize():
                time.sleep(0.001)
            time.sleep(0.001)
            if event.is_cancelled:
                seen.append(number)
                yield 0xFE00, None
                return
            ds = Dataset()
            ds.StudyInstanceUID = f"1.2.{number}"
            ds.PatientName = f"N{number}"
            yield 0xFF00, ds

    seen: list[int] = []
    answer.seen = seen  # type: ignore[attr-defined]
    return answer


@pytest.mark.row("DIMSE-FIND-SCU-09")
@pytest.mark.ps("3.4 C.4.1.2.1")
def test_a_limit_is_kept_by_cancel() -> None:
    answer = many(5000)
    with odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, answer)]) as odd:
        asked = replace(question(Level.STUDY, ["PatientName="]), limit=5, offset=10)
        found = list(find(US, odd.node, asked))
        assert [match.attributes[STUDY].first for match in found] == [f"1.2.{n}" for n in range(10, 15)]
        assert len(answer.seen) == 1
        whole = list(find(US, odd.node, replace(asked, limit=1000, offset=0)))
        assert len(whole) == 1000


def test_whoever_stops_listening_leaves_in_order() -> None:
    answer = many(5000)
    released: list[Any] = []
    handlers = [(evt.EVT_C_FIND, answer), (evt.EVT_RELEASED, released.append)]
    with odd_peer([STUDY_FIND], handlers) as odd:
        matches = find(US, odd.node, question(Level.STUDY, ["PatientName="]))
        next(matches)
        matches.close()  # type: ignore[attr-defined]
        stop = [False]
        cancelled = find(US, odd.node, question(Level.STUDY, []), is_cancelled=lambda: stop[0])
        next(cancelled)
        stop[0] = True
        with pytest.raises(Cancelled):
            list(cancelled)
        deadline = time.monotonic() + 20
        while len(released) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
    assert len(answer.seen) == 2
    assert len(released) == 2


@pytest.mark.parametrize("manner", ["goes on", "falls silent", "aborts"])
def test_a_peer_that_does_not_heed_the_cancel(manner: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was wanted is there; nothing the peer does then costs more than a moment."""
    monkeypatch.setattr("readingroom.exchange.asking._LONGEST_FAREWELL", 1.0)

    def answer(event: Any) -> Iterator[Any]:
        ds = Dataset()
        ds.StudyInstanceUID = "1.2.3"
        for number in range(100_000):
            if number > 20 and manner != "goes on":
                if manner == "aborts":
                    event.assoc.abort()
                time.sleep(4)
                return
            if not event.assoc.is_established:
                return
            time.sleep(0.002)
            yield 0xFF00, ds

    with odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, answer)]) as odd:
        asked = replace(question(Level.STUDY, []), limit=3)
        begun = time.monotonic()
        assert len(list(find(US, replace(odd.node, timeout=2.0), asked))) == 3
        assert time.monotonic() - begun < 60


@pytest.mark.row("DIMSE-FIND-SCU-08")
@pytest.mark.row("DIMSE-FIND-SCU-11")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0xA700, "out of resources"),
        (0xA7FF, "out of resources"),
        (0xA900, "Identifier does not match SOP class"),
        (0xC000, "unable to process"),
        (0xC123, "unable to process"),
        (0x0122, "SOP class not supported"),
        (0x0124, "not authorised"),
        (0xFE00, "cancelled"),
        (0x1234, "failure of the peer's own"),
    ],
)
@pytest.mark.ps("3.4 C.4.1.1.4")
def test_a_failure_ends_the_query_after_one_try(code: int, words: str) -> None:
    def answer(event: Any) -> Iterator[Any]:
        ds = Dataset()
        ds.StudyInstanceUID = "1.2.3"
        yield 0xFF00, ds
        yield status(code, ErrorComment="the disk is on fire"), None

    with odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, answer)]) as odd:
        matches = find(US, odd.node, question(Level.STUDY, []))
        assert next(matches).attributes[STUDY].first == "1.2.3"
        with pytest.raises(RequestFailed) as failed:
            next(matches)
        assert len(odd.identifiers) == 1  # never repeated
    assert failed.value.status == code
    assert words in failed.value.sentence
    assert f"{code:04X}H" in failed.value.sentence
    if code != 0xFE00:  # pynetdicom sends no comment with a cancel
        assert "the disk is on fire" in failed.value.sentence
    assert failed.value.is_transient == (code in (0xA700, 0xA7FF))


@pytest.mark.row("DIMSE-FIND-SCU-11")
@pytest.mark.parametrize("code", [0xB000, 0xB006, 0xB007])
def test_a_warning_is_success_with_a_line_in_the_log(code: int, caplog: pytest.LogCaptureFixture) -> None:
    def answer(event: Any) -> Iterator[Any]:
        ds = Dataset()
        ds.StudyInstanceUID = "1.2.3"
        yield 0xFF01, ds
        yield code, None

    with (
        odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, answer)]) as odd,
        caplog.at_level(logging.INFO, "readingroom"),
    ):
        found = list(find(US, odd.node, question(Level.STUDY, [])))
    assert len(found) == 1
    assert any(f"{code:04X}H" in record.message for record in caplog.records if record.levelname == "WARNING")
    assert any("does not support every key" in record.message for record in caplog.records)


@pytest.mark.row("DIMSE-FIND-SCU-11")
def test_an_abort_a_lost_connection_and_silence_end_it() -> None:
    def aborting(event: Any) -> Iterator[Any]:
        event.assoc.abort()
        yield 0xFF00, None

    with odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, aborting)]) as odd, pytest.raises(Aborted):
        list(find(US, odd.node, question(Level.STUDY, [])))

    def sleeping(event: Any) -> Iterator[Any]:
        time.sleep(4)
        yield 0x0000, None

    with odd_peer([STUDY_FIND], [(evt.EVT_C_FIND, sleeping)]) as odd, pytest.raises(TimedOut):
        list(find(US, replace(odd.node, timeout=1.0), question(Level.STUDY, [])))
    with pytest.raises(AssociationEnded):
        list(find(US, Node("gone", "GONE", HOST, free_port(), timeout=5.0), question(Level.STUDY, [])))


def test_a_node_without_query_says_so() -> None:
    with odd_peer(["1.2.840.10008.1.1"], []) as odd, pytest.raises((Unsupported, AssociationEnded)) as failed:
        list(find(US, odd.node, question(Level.STUDY, [])))
    assert "ODD" in str(failed.value)


@pytest.mark.row("DIMSE-FIND-SCU-02")
def test_the_usual_keys_are_those_that_a_list_of_studies_shows() -> None:
    """The eight keys that osirix asks, and what identifies a study (PS3.4 table C.6-5, required keys)."""
    required = {
        "StudyDate",
        "StudyTime",
        "AccessionNumber",
        "PatientName",
        "PatientID",
        "StudyID",
        "StudyInstanceUID",
    }
    from pydicom.datadict import keyword_for_tag

    asked = {keyword_for_tag(tag) for tag in usual_keys(Level.STUDY)}
    assert required <= asked
    assert {row["keyword"] for row in keys_of("STUDY") if row["seed"] == "osirix"} <= asked
