"""C-MOVE and C-GET as SCP (PS3.4 C.4.2, C.4.3) for pynetdicom, DCMTK and Orthanc."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom import Dataset
from pynetdicom import AE, build_role, evt

from tests.kit.compare import dataset_differences, read_part10
from tests.kit.dcmtk import Storescp, called, dcmtk, storescp
from tests.kit.network import Peer
from tests.kit.orthanc import running_orthanc
from tests.kit.ports import HOST, free_port, wait_until
from tests.kit.pynetdicom_peer import associated
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer
from tests.kit.tiny import tiny

STUDY_MOVE, PATIENT_MOVE = "1.2.840.10008.5.1.4.1.2.2.2", "1.2.840.10008.5.1.4.1.2.1.2"
STUDY_GET, PATIENT_GET = "1.2.840.10008.5.1.4.1.2.2.3", "1.2.840.10008.5.1.4.1.2.1.3"
EXPLICIT, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2"
MR = "1.2.840.10008.5.1.4.1.1.4"
SERIES = "mr-series/adc/"
KNOWN_WITHIN = 1.5
"""Seconds after which the server's receivers know a new node."""


@pytest.fixture(scope="module")
def mr(server: RunningServer) -> dict[str, Path]:
    """A series of 20 MR images, stored: SOP Instance UID to file."""
    files = [name for name in storable() if name.startswith(SERIES)]
    assert set(Peer(server.dicom_port).send([storable()[name] for name in files])) == {0}
    assert len(files) == 20
    return {storable()[name].sop_instance_uid: path_of(name) for name in files}


@pytest.fixture(scope="module")
def header(mr: dict[str, Path]) -> Dataset:
    return pydicom.dcmread(next(iter(mr.values())), stop_before_pixels=True)


@pytest.fixture(scope="module")
def destination(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storescp]:
    with storescp(tmp_path_factory.mktemp("storescp"), "+xa", ae_title="RETRIEVED") as running:
        server.add_node("retrieved", running.ae_title, running.port)
        time.sleep(KNOWN_WITHIN)
        yield running


def levels(header: Dataset, model: str) -> list[tuple[dict[str, str], int]]:
    """An Identifier for each level of a model, and how many images it names."""
    keys = {
        "PatientID": str(header.PatientID),
        "StudyInstanceUID": str(header.StudyInstanceUID),
        "SeriesInstanceUID": str(header.SeriesInstanceUID),
        "SOPInstanceUID": str(header.SOPInstanceUID),
    }
    names = ("PATIENT", "STUDY", "SERIES", "IMAGE")
    first = 0 if model in (PATIENT_MOVE, PATIENT_GET) else 1
    return [
        (
            {"QueryRetrieveLevel": level} | dict(list(keys.items())[first : number + 1]),
            1 if level == "IMAGE" else 20,
        )
        for number, level in enumerate(names)
        if number >= first
    ]


def wanted(keys: dict[str, str]) -> Dataset:
    ds = Dataset()
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    return ds


def moved(server: RunningServer, model: str, keys: dict[str, str], to: str) -> list[tuple[Dataset, Any]]:
    """Every C-MOVE response, by pynetdicom."""
    with associated(server.dicom_port, [(model, [EXPLICIT])]) as assoc:
        return list(assoc.send_c_move(wanted(keys), to, model))


@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.row("DIMSE-MOVE-SCP-02")
@pytest.mark.ps("3.4 C.4.2")
@pytest.mark.parametrize("model", [STUDY_MOVE, PATIENT_MOVE])
def test_move_at_every_level_by_pynetdicom(
    server: RunningServer, mr: dict[str, Path], header: Dataset, destination: Storescp, model: str
) -> None:
    for keys, count in levels(header, model):
        destination.clear()
        *_, (last, _) = moved(server, model, keys, destination.ae_title)
        assert (last.Status, last.NumberOfCompletedSuboperations) == (0, count), keys
        assert len(destination.files()) == count


@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.row("DIMSE-MOVE-SCP-02")
@pytest.mark.parametrize(("option", "model"), [("-S", STUDY_MOVE), ("-P", PATIENT_MOVE)])
def test_movescu_gets_what_was_stored(
    server: RunningServer,
    mr: dict[str, Path],
    header: Dataset,
    destination: Storescp,
    option: str,
    model: str,
) -> None:
    keys, count = levels(header, model)[-2]
    destination.clear()
    words = [word for key, value in keys.items() for word in ("-k", f"{key}={value}")]
    calling = called(server.dicom_port, server.ae_title)
    dcmtk("movescu", option, *calling, "-aem", destination.ae_title, *words)
    came = {read_part10(path).sop_instance_uid: path for path in destination.files()}
    assert set(came) == set(mr)
    assert count == 20
    for uid, path in came.items():
        assert dataset_differences(mr[uid].read_bytes(), path.read_bytes()) == []


@pytest.mark.row("DIMSE-MOVE-SCP-01")
def test_orthanc_gets_a_study_from_us(
    server: RunningServer, mr: dict[str, Path], header: Dataset, tmp_path: Path
) -> None:
    with running_orthanc(tmp_path, ae_title="ORTHGET") as orthanc:
        orthanc.add_modality("room", server.ae_title, server.dicom_port)
        server.add_node("orthget", orthanc.ae_title, orthanc.dicom_port)
        time.sleep(KNOWN_WITHIN)
        asked = {"Level": "Study", "Query": {"StudyInstanceUID": str(header.StudyInstanceUID)}}
        query: Any = orthanc.post("/modalities/room/query", asked)
        orthanc.post(f"/queries/{query['ID']}/retrieve", {"TargetAet": orthanc.ae_title, "Synchronous": True})
        statistics: Callable[[], Any] = lambda: orthanc.get("/statistics")  # noqa: E731
        wait_until(lambda: statistics()["CountInstances"] == 20, 30.0, "all are there")


@pytest.mark.row("DIMSE-MOVE-SCP-03")
@pytest.mark.ps("3.4 C.4.2.3.1")
def test_one_pending_answer_for_each_sub_operation(
    server: RunningServer, mr: dict[str, Path], header: Dataset, destination: Storescp
) -> None:
    """With its counters; the last sub-operation is told of by the final answer."""
    keys, _ = levels(header, STUDY_MOVE)[0]
    *pending, (last, identifier) = moved(server, STUDY_MOVE, keys, destination.ae_title)
    told = [
        (one.Status, one.NumberOfRemainingSuboperations, one.NumberOfCompletedSuboperations)
        for one, _ in pending
    ]
    assert told == [(0xFF00, 20 - done, done) for done in range(1, 20)]
    assert (last.Status, last.NumberOfCompletedSuboperations) == (0, 20)
    assert (last.NumberOfFailedSuboperations, last.NumberOfWarningSuboperations) == (0, 0)
    assert identifier is None


class Choosy:
    """A pynetdicom SCP that answers each object with the status that `answer` gives for its UID."""

    def __init__(self, answer: Callable[[str], int], classes: list[str], ae_title: str) -> None:
        self.ae_title = ae_title
        self.port = free_port()
        self.proposed: list[tuple[str, list[str]]] = []
        self.kept: list[str] = []
        self._answer = answer
        self._classes = classes

    def __enter__(self) -> Choosy:
        ae = AE(self.ae_title)
        for uid in self._classes:
            ae.add_supported_context(uid, [EXPLICIT, IMPLICIT])
        handlers = [(evt.EVT_REQUESTED, self._requested), (evt.EVT_C_STORE, self._store)]
        self._server = ae.start_server((HOST, self.port), block=False, evt_handlers=handlers)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()

    def _requested(self, event: evt.Event) -> None:
        for context in event.assoc.requestor.requested_contexts:
            self.proposed.append((str(context.abstract_syntax), list(map(str, context.transfer_syntax))))

    def _store(self, event: evt.Event) -> int:
        uid = str(event.request.AffectedSOPInstanceUID)
        self.kept.append(uid)
        return self._answer(uid)


@pytest.mark.row("DIMSE-MOVE-SCP-04")
@pytest.mark.ps("3.4 C.4.2.1.5")
def test_failures_do_not_stop_the_rest(server: RunningServer, mr: dict[str, Path], header: Dataset) -> None:
    """Two refusals, one warning: counted, named in the Failed SOP Instance UID List, and B000 at the end."""
    first, second, third, *_ = sorted(mr)
    answers = {first: 0xA700, second: 0xC000, third: 0xB006}
    keys, _ = levels(header, STUDY_MOVE)[0]
    with Choosy(lambda uid: answers.get(uid, 0), [MR], "CHOOSY") as choosy:
        server.add_node("choosy", choosy.ae_title, choosy.port)
        time.sleep(KNOWN_WITHIN)
        *_, (last, identifier) = moved(server, STUDY_MOVE, keys, choosy.ae_title)
    assert sorted(choosy.kept) == sorted(mr)
    assert last.Status == 0xB000
    assert (last.NumberOfCompletedSuboperations, last.NumberOfFailedSuboperations) == (17, 2)
    assert last.NumberOfWarningSuboperations == 1
    assert sorted(identifier.FailedSOPInstanceUIDList) == sorted([first, second])


@pytest.mark.row("DIMSE-MOVE-SCP-05")
@pytest.mark.ps("3.8 9.3.2.2")
def test_a_context_for_each_distinct_class_and_no_other(server: RunningServer) -> None:
    """Three classes in one study; the destination takes two of them, so that the third fails alone."""
    classes = ["1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.2", MR]
    part = tiny("2.25.8301.1", "2.25.8301.0", "2.25.8301.9")
    old = classes[0].encode() + b"\0" * (len(classes[0]) % 2)
    objects = []
    for number, uid in enumerate(classes * 2, 1):
        raw = uid.encode() + b"\0" * (len(uid) % 2)
        dataset = part.dataset.replace(
            b"\x08\x00\x16\x00UI" + len(old).to_bytes(2, "little") + old,
            b"\x08\x00\x16\x00UI" + len(raw).to_bytes(2, "little") + raw,
        ).replace(b"2.25.8301.1\0", b"2.25.8301.%d\0" % number)
        objects.append(type(part)(uid, f"2.25.8301.{number}", EXPLICIT, dataset))
    assert Peer(server.dicom_port).send(objects) == [0] * 6
    with Choosy(lambda _: 0, classes[:2], "CLASSES") as choosy:
        server.add_node("classes", choosy.ae_title, choosy.port)
        time.sleep(KNOWN_WITHIN)
        keys = {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "2.25.8301.0"}
        *_, (last, identifier) = moved(server, STUDY_MOVE, keys, choosy.ae_title)
    assert [uid for uid, _ in choosy.proposed] == list(dict.fromkeys(uid for uid, _ in choosy.proposed))
    assert {uid for uid, _ in choosy.proposed} == set(classes)
    assert all(IMPLICIT in syntaxes for _, syntaxes in choosy.proposed)
    assert (last.Status, last.NumberOfCompletedSuboperations, last.NumberOfFailedSuboperations) == (
        0xB000,
        4,
        2,
    )
    assert sorted(identifier.FailedSOPInstanceUIDList) == ["2.25.8301.3", "2.25.8301.6"]


@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.ps("3.4 C.4.2.1.5")
def test_statuses_of_a_move_that_cannot_begin(
    server: RunningServer, mr: dict[str, Path], header: Dataset
) -> None:
    keys, _ = levels(header, STUDY_MOVE)[0]
    assert [one.Status for one, _ in moved(server, STUDY_MOVE, keys, "NOWHERE")] == [0xA801]
    server.add_node("asleep", "ASLEEP", free_port())
    time.sleep(KNOWN_WITHIN)
    ((last, _),) = moved(server, STUDY_MOVE, keys, "ASLEEP")
    assert (last.Status, last.NumberOfFailedSuboperations) == (0xA702, 20)
    nameless = {"QueryRetrieveLevel": "STUDY", "PatientID": "X"}
    assert [one.Status for one, _ in moved(server, STUDY_MOVE, nameless, "ASLEEP")] == [0xA900]
    nothing = {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "1.2.3.4.5.6.7.8"}
    assert [one.Status for one, _ in moved(server, STUDY_MOVE, nothing, "ASLEEP")] == [0]


@pytest.mark.row("DIMSE-GET-SCP-01")
@pytest.mark.ps("3.4 C.4.3")
@pytest.mark.parametrize("model", [STUDY_GET, PATIENT_GET])
def test_get_at_every_level(server: RunningServer, mr: dict[str, Path], header: Dataset, model: str) -> None:
    for keys, count in levels(header, model):
        got: list[str] = []

        def keep(event: evt.Event, got: list[str] = got) -> int:
            got.append(str(event.request.AffectedSOPInstanceUID))
            return 0

        with associated(
            server.dicom_port,
            [(model, [EXPLICIT]), (MR, [EXPLICIT, IMPLICIT])],
            ext_neg=[build_role(MR, scp_role=True)],
            evt_handlers=[(evt.EVT_C_STORE, keep)],
        ) as assoc:
            *pending, (last, _) = assoc.send_c_get(wanted(keys), model)
        assert (last.Status, last.NumberOfCompletedSuboperations) == (0, count), keys
        assert [one.Status for one, _ in pending] == [0xFF00] * (count - 1)
        assert sorted(got) == (sorted(mr) if count == 20 else [str(header.SOPInstanceUID)])


@pytest.mark.row("DIMSE-GET-SCP-01")
def test_getscu_gets_what_was_stored(
    server: RunningServer, mr: dict[str, Path], header: Dataset, tmp_path: Path
) -> None:
    keys, _ = levels(header, STUDY_GET)[0]
    words = [word for key, value in keys.items() for word in ("-k", f"{key}={value}")]
    dcmtk("getscu", "-S", "+B", "-od", tmp_path, *called(server.dicom_port, server.ae_title), *words)
    came = {read_part10(path).sop_instance_uid: path for path in tmp_path.iterdir()}
    assert set(came) == set(mr)
    for uid, path in came.items():
        assert dataset_differences(mr[uid].read_bytes(), path.read_bytes()) == []
