"""Whom we let in, and what we answer to what cannot be done."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pydicom
import pytest
from pynetdicom import AE, evt

from readingroom.association import VERIFICATION, Command, CommandField, Rejected, Requestor
from readingroom.standard.sop_classes import STUDY_ROOT_FIND, STUDY_ROOT_GET, STUDY_ROOT_MOVE
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE
from tests.kit.dcmtk import Storescp, dcmtk
from tests.kit.network import Peer, identifier
from tests.kit.ports import HOST, free_port
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer

MR = "mr-series/adc/"


def rejection(port: int, calling: str, called: str) -> tuple[int, int, int]:
    requestor = Requestor(HOST, port, calling, called, [(VERIFICATION, (IMPLICIT_LE,))])
    with pytest.raises(Rejected) as caught:
        requestor.open()
    return caught.value.result, caught.value.source, caught.value.reason


@pytest.mark.row("DIMSE-ASSOC-02")
@pytest.mark.ps("3.8 9.3.4")
def test_an_unknown_calling_ae_title_is_rejected(guarded: RunningServer) -> None:
    assert rejection(guarded.dicom_port, "STRANGER", guarded.ae_title) == (1, 1, 3)
    printed = dcmtk(
        "echoscu", "-v", "-aet", "STRANGER", "-aec", guarded.ae_title, HOST, str(guarded.dicom_port),
        expect=None,
    )  # fmt: skip
    assert "Calling AE Title Not Recognized" in printed


@pytest.mark.row("DIMSE-ASSOC-03")
@pytest.mark.ps("3.8 9.3.4")
def test_a_wrong_called_ae_title_is_rejected(server: RunningServer) -> None:
    assert rejection(server.dicom_port, "KIT", "SOMEBODY-ELSE") == (1, 1, 7)


def test_a_node_is_let_in_within_seconds(guarded: RunningServer) -> None:
    guarded.add_node("newcomer", "NEWCOMER", free_port())
    time.sleep(1.5)
    requestor = Requestor(
        HOST, guarded.dicom_port, "NEWCOMER", guarded.ae_title, [(VERIFICATION, (IMPLICIT_LE,))]
    )
    with requestor.open() as assoc:
        assert assoc.echo().status == 0
    guarded.run("node", "remove", "newcomer")
    time.sleep(1.5)
    assert rejection(guarded.dicom_port, "NEWCOMER", guarded.ae_title) == (1, 1, 3)


@pytest.fixture(scope="module")
def mr(server: RunningServer) -> list[str]:
    """SOP Instance UIDs of an MR series of 20, stored."""
    parts = [part for name, part in storable().items() if name.startswith(MR)]
    assert set(Peer(server.dicom_port).send(parts)) == {0}
    assert len(parts) == 20
    return [part.sop_instance_uid for part in parts]


@pytest.fixture(scope="module")
def mr_study(mr: list[str]) -> str:
    return str(pydicom.dcmread(path_of(f"{MR}000000.dcm"), stop_before_pixels=True).StudyInstanceUID)


@pytest.mark.ps("3.4 C.4.1.1.4")
@pytest.mark.parametrize(
    ("broken", "status"),
    [
        pytest.param(b"", 0xA900, id="empty"),
        pytest.param(b"\x08\x00\x52\x00CS\x06\x00WARD  ", 0xA900, id="no such level"),
        pytest.param(b"\x08\x00\x52\x00CS\xff\xffSTUDY ", 0xC000, id="truncated"),
    ],
)
def test_a_bad_identifier_is_a900_or_c000(server: RunningServer, broken: bytes, status: int) -> None:
    with Peer(server.dicom_port).requestor([(STUDY_ROOT_FIND, (EXPLICIT_LE,))]).open() as assoc:
        (answer,) = list(assoc.find(assoc.context_for(STUDY_ROOT_FIND), broken))
        assert answer.status == status
        good = identifier("STUDY", PatientID="NOBODY-HAS-THIS")
        assert [a.status for a in assoc.find(assoc.context_for(STUDY_ROOT_FIND), good)] == [0]


@pytest.mark.ps("3.4 C.4.2.1.5")
def test_move_statuses(server: RunningServer, mr_study: str) -> None:
    with Peer(server.dicom_port).requestor([(STUDY_ROOT_MOVE, (EXPLICIT_LE,))]).open() as assoc:
        context = assoc.context_for(STUDY_ROOT_MOVE)
        wanted = identifier("STUDY", StudyInstanceUID=mr_study)
        assert [a.status for a in assoc.move(context, wanted, "NOWHERE")] == [0xA801]
        nothing = identifier("STUDY", StudyInstanceUID="1.2.3.4.5.6.7.8.9")
        assert [a.status for a in assoc.move(context, nothing, "STORESCP")] == [0]
        without = identifier("STUDY", PatientID="X")
        assert [a.status for a in assoc.move(context, without, "STORESCP")] == [0xA900]


@pytest.mark.ps("3.4 C.4.2.1.5")
def test_a_destination_that_is_down_is_a702(server: RunningServer, mr_study: str) -> None:
    server.add_node("down", "DOWN", free_port())
    time.sleep(1.5)
    with Peer(server.dicom_port).requestor([(STUDY_ROOT_MOVE, (EXPLICIT_LE,))]).open() as assoc:
        wanted = identifier("STUDY", StudyInstanceUID=mr_study)
        (answer,) = list(assoc.move(assoc.context_for(STUDY_ROOT_MOVE), wanted, "DOWN"))
        assert answer.status == 0xA702
        assert answer.command.number_of_failed_suboperations == 20


class Moody:
    """A pynetdicom SCP that aborts instead of answering, whenever `refuses` says so of an object."""

    def __init__(self, refuses: Callable[[str, int], bool]) -> None:
        self.refuses = refuses
        self.kept: list[str] = []
        self.associations = 0
        self._here = 0
        self.port = free_port()

    def __enter__(self) -> Moody:
        ae = AE("MOODY")
        ae.add_supported_context("1.2.840.10008.5.1.4.1.1.4", [EXPLICIT_LE, IMPLICIT_LE])
        handlers = [(evt.EVT_ACCEPTED, self._accepted), (evt.EVT_C_STORE, self._store)]
        self._server = ae.start_server((HOST, self.port), block=False, evt_handlers=handlers)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()

    def _accepted(self, event: evt.Event) -> None:
        self.associations += 1
        self._here = 0

    def _store(self, event: evt.Event) -> int:
        uid = str(event.request.AffectedSOPInstanceUID)
        if self.refuses(uid, self._here):
            event.assoc.abort()
            return 0xC000
        self.kept.append(uid)
        self._here += 1
        return 0


@pytest.mark.ps("3.4 C.4.2.3.1")
@pytest.mark.parametrize(
    ("name", "refused", "most_on_one", "status"),
    [
        ("POISON", slice(7, 8), 100, 0xB000),
        ("TIRED", slice(0), 6, 0x0000),
        ("SPENT", slice(None), 100, 0xA702),
    ],
)
def test_a_destination_that_aborts_costs_only_what_it_will_not_take(
    server: RunningServer,
    mr: list[str],
    mr_study: str,
    name: str,
    refused: slice,
    most_on_one: int,
    status: int,
) -> None:
    lost = set(mr[refused])
    with Moody(lambda uid, here: uid in lost or here == most_on_one) as moody:
        server.add_node(name.lower(), name, moody.port)
        time.sleep(1.5)
        with Peer(server.dicom_port).requestor([(STUDY_ROOT_MOVE, (EXPLICIT_LE,))]).open() as assoc:
            wanted = identifier("STUDY", StudyInstanceUID=mr_study)
            *_, last = assoc.move(assoc.context_for(STUDY_ROOT_MOVE), wanted, name)
        assert last.status == status
        assert last.command.number_of_failed_suboperations == len(lost)
        assert sorted(moody.kept) == sorted(set(mr) - lost)
        assert moody.associations <= 4


@pytest.mark.ps("3.4 C.4.2.1.6")
def test_counters_and_one_pending_answer_for_each_sub_operation(
    server: RunningServer, mr_study: str, destination: Storescp
) -> None:
    with Peer(server.dicom_port).requestor([(STUDY_ROOT_MOVE, (EXPLICIT_LE,))]).open() as assoc:
        wanted = identifier("STUDY", StudyInstanceUID=mr_study)
        answers = list(assoc.move(assoc.context_for(STUDY_ROOT_MOVE), wanted, destination.ae_title))
    assert [answer.status for answer in answers] == [0xFF00] * 19 + [0]
    told = [
        (a.command.number_of_remaining_suboperations, a.command.number_of_completed_suboperations)
        for a in answers
    ]
    assert told[:-1] == [(20 - done, done) for done in range(1, 20)]
    assert told[-1][1] == 20
    assert answers[-1].command.number_of_failed_suboperations == 0


def test_the_move_originator_is_named(server: RunningServer, mr: list[str], tmp_path: Path) -> None:
    """PS3.7 9.1.1.1: Move Originator AE title and message ID in each C-STORE."""
    import socket

    from readingroom.association import Acceptor, AcceptorSettings, negotiate
    from tests.kit.associations import StoreService

    service = StoreService()
    mr_class = "1.2.840.10008.5.1.4.1.1.4"
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
        server.add_node("originator", "ORIGIN", port)
        time.sleep(1.5)
        supported = {mr_class: (EXPLICIT_LE, IMPLICIT_LE)}
        acceptor = Acceptor(
            [listener], AcceptorSettings(), lambda request, address: negotiate(request, supported),
            {mr_class: service},
        )  # fmt: skip
        with acceptor, Peer(server.dicom_port).requestor([(STUDY_ROOT_MOVE, (EXPLICIT_LE,))]).open() as assoc:
            wanted = identifier("IMAGE", SOPInstanceUID=mr[0])
            answers = list(assoc.move(assoc.context_for(STUDY_ROOT_MOVE), wanted, "ORIGIN"))
            assert answers[-1].status == 0, hex(answers[-1].status)
    ((command, _, _),) = service.stored
    assert command.move_originator_application_entity_title == "KIT"
    assert command.move_originator_message_id == 1


@pytest.mark.ps("3.4 C.4.3.3.1")
def test_get_fails_one_by_one_for_classes_that_were_not_offered(
    server: RunningServer, mr: list[str], mr_study: str
) -> None:
    ct = ("1.2.840.10008.5.1.4.1.1.2", (EXPLICIT_LE,))
    fetched = Peer(server.dicom_port).get(identifier("STUDY", StudyInstanceUID=mr_study), [ct])
    last = fetched.responses[-1]
    assert last.status == 0xA702
    assert last.number_of_failed_suboperations == 20
    assert fetched.objects == {}


@pytest.mark.ps("3.7 9.3.2.3")
def test_a_find_is_cancelled(server: RunningServer) -> None:
    with Peer(server.dicom_port).requestor([(STUDY_ROOT_FIND, (EXPLICIT_LE,))]).open() as assoc:
        wanted = identifier("IMAGE", SOPInstanceUID="", SOPClassUID="", StudyInstanceUID="", PatientName="")
        answers = assoc.find(assoc.context_for(STUDY_ROOT_FIND), wanted)
        next(answers)
        answers.cancel()
        rest = list(answers)
        assert rest[-1].status in (0xFE00, 0), hex(rest[-1].status)
        assert assoc.is_over is False


@pytest.mark.ps("3.4 C.4.2.3.1")
def test_a_move_is_cancelled(server: RunningServer, mr_study: str, destination: Storescp) -> None:
    with Peer(server.dicom_port).requestor([(STUDY_ROOT_MOVE, (EXPLICIT_LE,))]).open() as assoc:
        wanted = identifier("STUDY", StudyInstanceUID=mr_study)
        answers = assoc.move(assoc.context_for(STUDY_ROOT_MOVE), wanted, destination.ae_title)
        next(answers)
        answers.cancel()
        last = list(answers)[-1]
    assert last.status == 0xFE00
    command = last.command
    done = command.number_of_completed_suboperations
    assert done is not None
    assert 0 < done < 20
    assert command.number_of_remaining_suboperations == 20 - done


def test_a_class_that_nobody_serves_is_not_accepted(server: RunningServer) -> None:
    private = ("1.2.826.0.1.3680043.9.9999.1", (EXPLICIT_LE,))
    both = [private, (VERIFICATION, (IMPLICIT_LE,)), (STUDY_ROOT_GET, (EXPLICIT_LE,))]
    with Peer(server.dicom_port).requestor(both).open() as assoc:
        assert {context.abstract_syntax for context in assoc.contexts.values()} == {
            VERIFICATION, STUDY_ROOT_GET,
        }  # fmt: skip


@pytest.mark.row("DIMSE-STORE-SCP-06")
@pytest.mark.ps("3.4 B.2.3")
def test_a_data_set_that_is_not_what_was_announced_is_a900(server: RunningServer) -> None:
    part = storable()["transfer-syntaxes/pydicom-small/CT_small.dcm"]
    mr_class = "1.2.840.10008.5.1.4.1.1.4"
    contexts = [(part.sop_class_uid, (EXPLICIT_LE,)), (mr_class, (EXPLICIT_LE,))]
    with Peer(server.dicom_port).requestor(contexts).open() as assoc:
        ct = assoc.context_for(part.sop_class_uid)
        other_uid = assoc.store(ct, part.sop_class_uid, "1.2.3.4.5", part.dataset)
        assert other_uid.status == 0xA900
        as_mr = assoc.store(assoc.context_for(mr_class), mr_class, part.sop_instance_uid, part.dataset)
        assert as_mr.status == 0xA900
        truncated = assoc.store(
            ct, part.sop_class_uid, part.sop_instance_uid, part.dataset[: len(part.dataset) // 2]
        )
        assert truncated.status in (0xA900, 0xC000)
        assert assoc.store(ct, part.sop_class_uid, part.sop_instance_uid, part.dataset).status == 0


@pytest.mark.ps("3.4 C.4.2.1.5")
@pytest.mark.parametrize("model", [STUDY_ROOT_MOVE, STUDY_ROOT_GET])
def test_a_retrieval_without_an_identifier_is_a900(server: RunningServer, model: str) -> None:
    fields = {STUDY_ROOT_MOVE: CommandField.C_MOVE_RQ, STUDY_ROOT_GET: CommandField.C_GET_RQ}
    with Peer(server.dicom_port).requestor([(model, (EXPLICIT_LE,))]).open() as assoc:
        command = Command(
            fields[model],
            affected_sop_class_uid=model,
            priority=0,
            move_destination="STORESCP" if model == STUDY_ROOT_MOVE else None,
        )
        assert assoc.request(assoc.context_for(model), command).status == 0xA900
