"""How C-FIND, C-MOVE and C-GET fail, each by a real situation. PS3.4 C.4.1.1.4, C.4.2.1.5, C.4.3.1.4.

What ends a query or retrieval otherwise (success, warning, cancel, A801) is in test_find_scp.py and
test_retrieve_scp.py. The peer is pynetdicom.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pynetdicom.dimse_primitives import C_FIND, C_GET, C_MOVE

from tests.kit.network import Peer
from tests.kit.ports import free_port, wait_until
from tests.kit.pynetdicom_peer import associated, find, store
from tests.kit.server import RunningServer, running_server
from tests.kit.tiny import tiny, tiny_series

EXPLICIT = "1.2.840.10008.1.2.1"
SC = "1.2.840.10008.5.1.4.1.1.7"
STUDY_FIND, STUDY_MOVE, STUDY_GET = (f"1.2.840.10008.5.1.4.1.2.2.{number}" for number in (1, 2, 3))
PATIENT_FIND, PATIENT_MOVE, PATIENT_GET = (f"1.2.840.10008.5.1.4.1.2.1.{number}" for number in (1, 2, 3))
EVERY = (STUDY_FIND, STUDY_MOVE, STUDY_GET, PATIENT_FIND, PATIENT_MOVE, PATIENT_GET)
"""Of the Query/Retrieve service class."""
PRIMITIVES: dict[str, Any] = {"1": C_FIND, "2": C_MOVE, "3": C_GET}


def last_status(assoc: Any, model: str, identifier: bytes) -> tuple[int, Dataset]:
    """The final response to an Identifier of any bytes; its Error Comment as an element of the Data Set."""
    request = PRIMITIVES[model[-1]]()
    request.MessageID, request.AffectedSOPClassUID, request.Priority = 7, model, 2
    request.Identifier = BytesIO(identifier)
    if model.endswith(".2"):
        request.MoveDestination = "KNOWN"
    (context,) = [one for one in assoc.accepted_contexts if one.abstract_syntax == model]
    assoc.dimse.send_msg(request, context.context_id)
    while True:
        _, answer = assoc.dimse.get_msg(block=True)
        assert answer is not None, "no answer"
        if answer.Status not in (0xFF00, 0xFF01):
            return answer.Status, answer


def identifier(**keys: str) -> bytes:
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    ds = Dataset()
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    raw = DicomBytesIO()
    raw.is_little_endian, raw.is_implicit_VR = True, False
    write_dataset(raw, ds)
    return raw.getvalue()


@pytest.fixture(scope="module")
def room(server: RunningServer) -> RunningServer:
    """It knows the destination KNOWN, which nobody calls here."""
    server.add_node("known", "KNOWN", free_port())
    return server


# C000: unable to process.

SOUND = identifier(QueryRetrieveLevel="STUDY", StudyInstanceUID="2.25.9001")


@pytest.mark.row("DIMSE-FIND-SCP-01")
@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.row("DIMSE-GET-SCP-01")
@pytest.mark.ps("3.4 C.4.1.1.4")
@pytest.mark.parametrize("model", EVERY)
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(SOUND[:-3], id="truncated"),
        pytest.param(SOUND[:8] + b"\xff\xfe" + SOUND[8:], id="bytes too many"),
        pytest.param(b"no DICOM at all " * 20, id="no Data Set"),
    ],
)
def test_an_identifier_that_cannot_be_read_is_c000(room: RunningServer, model: str, raw: bytes) -> None:
    with associated(room.dicom_port, [(model, [EXPLICIT])]) as assoc:
        status, answer = last_status(assoc, model, raw)
        assert status == 0xC000
        assert answer.ErrorComment
        if not model.endswith(".2"):  # a C-MOVE would call KNOWN
            patient = {"PatientID": "NOBODY"} if model in (PATIENT_FIND, PATIENT_GET) else {}
            keys = {"QueryRetrieveLevel": "STUDY", "StudyInstanceUID": "2.25.9001"} | patient
            assert last_status(assoc, model, identifier(**keys))[0] == 0


# A900: the Identifier does not match the SOP class.


@pytest.mark.row("DIMSE-FIND-SCP-01")
@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.row("DIMSE-GET-SCP-01")
@pytest.mark.ps("3.4 C.4.2.1.5")
@pytest.mark.parametrize("model", EVERY)
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"PatientID": "X"}, id="no level"),
        pytest.param({"QueryRetrieveLevel": "FRAME", "PatientID": "X"}, id="no such level"),
    ],
)
def test_an_identifier_that_does_not_match_the_model_is_a900(
    room: RunningServer, model: str, keys: dict[str, str]
) -> None:
    with associated(room.dicom_port, [(model, [EXPLICIT])]) as assoc:
        status, answer = last_status(assoc, model, identifier(**keys))
    assert status == 0xA900
    assert "Level" in answer.ErrorComment


@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.row("DIMSE-GET-SCP-01")
@pytest.mark.ps("3.4 C.4.2.2.1")
@pytest.mark.parametrize("model", [STUDY_MOVE, STUDY_GET, PATIENT_MOVE, PATIENT_GET])
def test_a_retrieval_that_names_nothing_is_a900(room: RunningServer, model: str) -> None:
    """And one that names several above its level."""
    with associated(room.dicom_port, [(model, [EXPLICIT])]) as assoc:
        nothing = identifier(QueryRetrieveLevel="STUDY", PatientID="X")
        assert last_status(assoc, model, nothing)[0] == 0xA900
        several = identifier(
            QueryRetrieveLevel="SERIES", StudyInstanceUID="1.2\\1.3", SeriesInstanceUID="1.4"
        )
        assert last_status(assoc, model, several)[0] == 0xA900


# A702: none of the sub-operations can be performed.


@pytest.mark.row("DIMSE-GET-SCP-01")
@pytest.mark.ps("3.4 C.4.3.1.4")
def test_a_get_without_a_context_to_store_on_is_a702(room: RunningServer) -> None:
    """An asker that proposes no storage class: nothing can come, and everything is named."""
    parts = list(tiny_series("2.25.9002", 3))
    assert set(Peer(room.dicom_port).send(parts)) == {0}
    wanted = identifier(QueryRetrieveLevel="STUDY", StudyInstanceUID="2.25.9002.0.1")
    with associated(room.dicom_port, [(STUDY_GET, [EXPLICIT])]) as assoc:
        status, answer = last_status(assoc, STUDY_GET, wanted)
    assert (status, answer.NumberOfFailedSuboperations) == (0xA702, 3)
    assert all(part.sop_instance_uid.encode() in answer.Identifier.getvalue() for part in parts)


# A700 and A701: the index does not answer.


@contextmanager
def files_that_may_not_grow(server: RunningServer, size: int) -> Iterator[None]:
    """No file of the receivers grows beyond that: objects are still kept, their index is not written."""
    limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in server.receivers()}
    for pid, (_, hard) in limits.items():
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        for pid, both in limits.items():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, both)


def image(number: int) -> Dataset:
    """An object of one study, as pydicom sends it."""
    from pydicom.dataset import FileMetaDataset
    from pydicom.filereader import read_dataset
    from pydicom.uid import UID

    part = tiny(f"2.25.9003.{number}", "2.25.9003", "2.25.9003.0", number=number)
    ds = read_dataset(BytesIO(part.dataset), is_implicit_VR=False, is_little_endian=True)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(part.transfer_syntax_uid)
    return ds


@pytest.mark.row("DIMSE-FIND-SCP-01")
@pytest.mark.row("DIMSE-MOVE-SCP-01")
@pytest.mark.row("DIMSE-GET-SCP-01")
@pytest.mark.ps("3.4 C.4.1.1.4")
def test_an_index_that_cannot_be_written_is_a700_and_a701_until_it_can(tmp_path: Path) -> None:
    """What was acknowledged is not in the index: no answer without it, which would be a wrong one."""
    study = identifier(QueryRetrieveLevel="STUDY", StudyInstanceUID="2.25.9003")
    models = (STUDY_FIND, STUDY_MOVE, STUDY_GET)
    contexts = [(SC, [EXPLICIT]), *((model, [EXPLICIT]) for model in models)]
    with running_server(tmp_path, "--accept-any-ae", "--no-login") as server:
        server.add_node("known", "KNOWN", free_port())
        with associated(server.dicom_port, contexts) as assoc:
            assert store(assoc, image(1)).Status == 0
            assert last_status(assoc, STUDY_FIND, study)[0] == 0
            with files_that_may_not_grow(server, 16 << 10):
                kept = 1
                while (status := store(assoc, image(kept + 1)).Status) == 0 and kept < 200:
                    kept += 1
                    time.sleep(0.05)
                assert (status, kept > 1) == (0xA700, True)
                answers = {model: last_status(assoc, model, study) for model in models}
                assert {model: status for model, (status, _) in answers.items()} == {
                    STUDY_FIND: 0xA700,
                    STUDY_MOVE: 0xA701,
                    STUDY_GET: 0xA701,
                }
                assert all("index" in answer.ErrorComment for _, answer in answers.values())

            def answers_again() -> bool:
                return last_status(assoc, STUDY_FIND, study)[0] == 0

            wait_until(answers_again, 60.0, "the index answers")
            keys = {"QueryRetrieveLevel": "IMAGE", "StudyInstanceUID": "2.25.9003", "SOPInstanceUID": ""}
            assert len(find(assoc, STUDY_FIND, **keys)[0]) == kept
