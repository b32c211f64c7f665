"""pynetdicom on our association layer, in both roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE, build_role, evt
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.dsutils import decode, encode
from pynetdicom.pdu_primitives import (
    AsynchronousOperationsWindowNegotiation,
    SOPClassExtendedNegotiation,
    UserIdentityNegotiation,
)

from readingroom.association import (
    VERIFICATION,
    AcceptorSettings,
    AssociateRequest,
    Association,
    Command,
    CommandField,
    Context,
    ExtendedNegotiation,
    Rejected,
    Requestor,
    RoleSelection,
    UserIdentity,
    negotiate,
)
from tests.kit.associations import (
    BOTH,
    CT,
    EXPLICIT,
    IMPLICIT,
    STUDY_FIND,
    STUDY_GET,
    STUDY_MOVE,
    Answering,
    StoreService,
    serving,
    until,
)
from tests.kit.pynetdicom_peer import answer_of

COMMITMENT = "1.2.840.10008.1.20.1"
COMMITMENT_INSTANCE = "1.2.840.10008.1.20.1.1"
FILM_SESSION = "1.2.840.10008.5.1.1.1"
GRAYSCALE_PRINT = "1.2.840.10008.5.1.1.9"


def ct(uid: str = "1.2.3.4", size: int = 64) -> Dataset:
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = CT, uid
    ds.PatientID, ds.StudyInstanceUID, ds.SeriesInstanceUID = "1", "1.2.3", "1.2.3.0"
    ds.Rows = ds.Columns = size
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.PixelData = bytes(range(256)) * (size * size * 2 // 256)
    ds.file_meta = Dataset()  # type: ignore[assignment]
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    return ds


def raw_of(ds: Dataset, syntax: str = EXPLICIT) -> bytes:
    raw = encode(Dataset({one.tag: one for one in ds}), syntax == ImplicitVRLittleEndian, True)
    assert raw is not None
    return raw


def read(raw: bytes, syntax: str) -> Dataset:
    return decode(BytesIO(raw), syntax == ImplicitVRLittleEndian, True)


# ── pynetdicom calls


def client(*contexts: tuple[str, list[str]], max_pdu: int = 16382) -> AE:
    ae = AE("CALLER")
    ae.maximum_pdu_size = max_pdu
    for uid, syntaxes in contexts:
        ae.add_requested_context(uid, syntaxes)
    return ae


@pytest.mark.parametrize("ours", [4096, 1 << 20, 0])
@pytest.mark.parametrize("theirs", [4096, 0])
def test_store_and_echo(ours: int, theirs: int) -> None:
    store = StoreService()
    with serving({CT: store}, AcceptorSettings(max_pdu=ours)) as room:
        ae = client((CT, [EXPLICIT]), (VERIFICATION, [IMPLICIT]), max_pdu=theirs)
        assoc = ae.associate("127.0.0.1", room.port)
        assert assoc.is_established
        assert assoc.send_c_echo().Status == 0
        assert assoc.send_c_store(ct(size=256)).Status == 0
        assoc.release()
        assert assoc.is_released
        assert store.stored[0][2] == raw_of(ct(size=256))
        until(lambda: room.released)


@pytest.mark.ps("3.7 D.3.3")
def test_everything_that_can_be_negotiated() -> None:
    seen: list[AssociateRequest] = []

    def policy(request: AssociateRequest, address: str) -> object:
        seen.append(request)
        answer = negotiate(request, {CT: BOTH, STUDY_FIND: BOTH}, allow_scp=lambda uid: True)
        return replace(answer, identity_response=b"")

    ae = client((CT, [EXPLICIT, IMPLICIT]), (STUDY_FIND, [IMPLICIT]), ("1.2.3.4", [IMPLICIT]))
    window = AsynchronousOperationsWindowNegotiation()
    window.maximum_number_operations_invoked = window.maximum_number_operations_performed = 8
    extended = SOPClassExtendedNegotiation()
    extended.sop_class_uid, extended.service_class_application_information = STUDY_FIND, b"\1\1\1"
    who = UserIdentityNegotiation()
    who.user_identity_type, who.primary_field, who.secondary_field = 2, b"user", b"pass"
    who.positive_response_requested = True
    with serving(policy=policy) as room:  # type: ignore[arg-type]
        assoc = ae.associate(
            "127.0.0.1",
            room.port,
            ae_title="ROOM",
            ext_neg=[window, extended, who, build_role(CT, scp_role=True)],
        )
        assert assoc.is_established
        assert [one.abstract_syntax for one in assoc.accepted_contexts] == [CT, STUDY_FIND]
        assert assoc.accepted_contexts[0].as_scp
        assert [one.result for one in assoc.rejected_contexts] == [3]
        assert assoc.acceptor.asynchronous_operations == (1, 1)
        assert assoc.acceptor.user_identity is not None
        assoc.release()
    (request,) = seen
    assert (request.calling, request.called) == ("CALLER", "ROOM")
    assert request.user.async_window == (8, 8)
    assert request.user.extended == (ExtendedNegotiation(STUDY_FIND, b"\1\1\1"),)
    assert request.user.identity == UserIdentity(2, b"user", b"pass", True)
    assert request.user.roles == (RoleSelection(CT, False, True),)


def test_find_with_cancel() -> None:
    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        asked = read(data, context.transfer_syntax)
        at = 0
        while not assoc.is_cancelled(command.message_id):
            asked.PatientID = str(at)
            assoc.respond(context, command, 0xFF00, raw_of(asked, context.transfer_syntax))
            at += 1
        assoc.respond(context, command, 0xFE00)

    with serving({STUDY_FIND: Answering({CommandField.C_FIND_RQ}, perform)}) as room:
        assoc = client((STUDY_FIND, [IMPLICIT])).associate("127.0.0.1", room.port)
        query = Dataset()
        query.QueryRetrieveLevel, query.PatientID = "STUDY", ""
        statuses = []
        for status, identifier in assoc.send_c_find(query, STUDY_FIND, msg_id=9):
            if not statuses:
                assert identifier.PatientID == "0"
                assoc.send_c_cancel(9, query_model=STUDY_FIND)
            statuses.append(status.Status)
        assert statuses[-1] == 0xFE00
        assoc.release()


def test_get_over_the_same_association() -> None:
    got: list[Dataset] = []

    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        for at in range(3):
            status = assoc.store(assoc.context_for(CT), CT, f"1.2.{at}", raw_of(ct(f"1.2.{at}"))).status
            assert status == 0
            assoc.respond(
                context,
                command,
                0xFF00,
                number_of_remaining_suboperations=2 - at,
                number_of_completed_suboperations=at + 1,
                number_of_failed_suboperations=0,
                number_of_warning_suboperations=0,
            )
        assoc.respond(context, command, 0, number_of_completed_suboperations=3)

    def handle_store(event: evt.Event) -> int:
        got.append(event.dataset)
        return 0

    services = {STUDY_GET: Answering({CommandField.C_GET_RQ}, perform), CT: StoreService()}
    with serving(services, scp_roles={CT}) as room:
        assoc = client((STUDY_GET, [IMPLICIT]), (CT, [EXPLICIT])).associate(
            "127.0.0.1",
            room.port,
            ext_neg=[build_role(CT, scp_role=True)],
            evt_handlers=[(evt.EVT_C_STORE, handle_store)],
        )
        query = Dataset()
        query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", "1.2.3"
        statuses = [status.Status for status, _ in assoc.send_c_get(query, STUDY_GET)]
        assert statuses == [0xFF00, 0xFF00, 0xFF00, 0]
        assoc.release()
    assert [one.SOPInstanceUID for one in got] == ["1.2.0", "1.2.1", "1.2.2"]


def test_abort_and_rejection_reach_it() -> None:
    with serving(settings=AcceptorSettings(ae_titles=frozenset({"ROOM"}))) as room:
        assoc = answer_of(client((VERIFICATION, [IMPLICIT])), room.port, "OTHER")
        assert room.aborted == []
        assert assoc.is_rejected
        primitive = assoc.acceptor.primitive
        assert primitive is not None
        assert (primitive.result, primitive.result_source, primitive.diagnostic) == (1, 1, 7)
        assoc = client((VERIFICATION, [IMPLICIT])).associate("127.0.0.1", room.port, ae_title="ROOM")
        assert assoc.is_established
        room.acceptor.stop(0.1)
        until(lambda: assoc.is_aborted)
        room.acceptor.stop = lambda: None  # type: ignore[method-assign, assignment, misc]


# ── we call pynetdicom


@contextmanager
def server(*contexts: str, handlers: list[tuple[object, ...]], max_pdu: int = 16382) -> Iterator[int]:
    ae = AE("PEER")
    ae.maximum_pdu_size = max_pdu
    for uid in contexts:
        ae.add_supported_context(uid, [EXPLICIT, IMPLICIT], scu_role=True, scp_role=True)
    ae.add_requested_context(CT, EXPLICIT)
    running = ae.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)  # type: ignore[arg-type]
    try:
        yield running.server_address[1]
    finally:
        running.shutdown()


def requestor(port: int, *contexts: str, **more: object) -> Requestor:
    return Requestor("127.0.0.1", port, "ROOM", "PEER", [(uid, BOTH) for uid in contexts], **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("max_pdu", [4096, 16382, 0])
def test_we_store_and_echo(max_pdu: int) -> None:
    stored: list[C_STORE] = []

    def handle(event: evt.Event) -> int:
        stored.append(event.request)
        return 0xB007

    handlers = [(evt.EVT_C_STORE, handle), (evt.EVT_C_ECHO, lambda event: 0)]
    with server(CT, VERIFICATION, handlers=handlers, max_pdu=max_pdu) as port:
        with requestor(port, CT, VERIFICATION).open() as assoc:
            assert assoc.echo().status == 0
            context = assoc.context_for(CT, EXPLICIT)
            response = assoc.store(
                context, CT, "1.2.3.4", raw_of(ct(size=256)), move_originator=("ORIGIN", 12)
            )
            assert response.status == 0xB007
        assert stored[0].DataSet.getvalue() == raw_of(ct(size=256))
        assert stored[0].MoveOriginatorApplicationEntityTitle == "ORIGIN"
        assert stored[0].MoveOriginatorMessageID == 12


def test_we_find_move_and_get() -> None:
    moved = StoreService()
    got = StoreService()

    def handle_find(event: evt.Event) -> Iterator[tuple[int, Dataset | None]]:
        for at in range(5):
            if event.is_cancelled:
                yield 0xFE00, None
                return
            answer = Dataset()
            answer.QueryRetrieveLevel, answer.PatientID = "STUDY", str(at)
            yield 0xFF00, answer

    def handle_move(event: evt.Event) -> Iterator[object]:
        yield "127.0.0.1", room.port
        yield 2
        yield 0xFF00, ct("1.2.1")
        yield 0xFF00, ct("1.2.2")

    def handle_get(event: evt.Event) -> Iterator[object]:
        yield 2
        yield 0xFF00, ct("1.2.1")
        yield 0xFF00, ct("1.2.2")

    handlers: list[tuple[object, ...]] = [
        (evt.EVT_C_FIND, handle_find),
        (evt.EVT_C_MOVE, handle_move),
        (evt.EVT_C_GET, handle_get),
    ]
    with (
        serving({CT: moved}) as room,
        server(STUDY_FIND, STUDY_MOVE, STUDY_GET, CT, handlers=handlers) as port,
    ):
        query = Dataset()
        query.QueryRetrieveLevel, query.StudyInstanceUID = "STUDY", "1.2.3"
        calling = requestor(
            port,
            STUDY_FIND,
            STUDY_MOVE,
            STUDY_GET,
            CT,
            roles=[RoleSelection(CT, True, True)],
            services={CT: got},
        )
        with calling.open() as assoc:
            assert assoc.contexts[7].requestor_is_scp
            context = assoc.context_for(STUDY_FIND)
            raw = raw_of(query, context.transfer_syntax)
            found = list(assoc.find(context, raw))
            assert [one.status for one in found] == [0xFF00] * 5 + [0]
            assert [read(one.data, context.transfer_syntax).PatientID for one in found[:5]] == list("01234")
            *_, final = assoc.move(assoc.context_for(STUDY_MOVE), raw, "ROOM")
            assert (final.status, final.command.number_of_completed_suboperations) == (0, 2)
            *_, final = assoc.get(assoc.context_for(STUDY_GET), raw)
            assert (final.status, final.command.number_of_completed_suboperations) == (0, 2)
    for store in (moved, got):
        assert [command.affected_sop_instance_uid for command, _, _ in store.stored] == ["1.2.1", "1.2.2"]


@pytest.mark.ps("3.7 10.1")
def test_we_use_the_n_services() -> None:
    """A film session from creation to deletion, and a commitment request."""
    session = Dataset()
    session.NumberOfCopies = "1"
    seen: list[str] = []

    def note(name: str, answer: object) -> object:
        def handle(event: evt.Event) -> object:
            seen.append(name)
            return answer

        return handle

    handlers = [
        (evt.EVT_N_CREATE, note("create", (0, session))),
        (evt.EVT_N_SET, note("set", (0, session))),
        (evt.EVT_N_GET, note("get", (0, session))),
        (evt.EVT_N_ACTION, note("action", (0, None))),
        (evt.EVT_N_DELETE, note("delete", 0)),
    ]
    named = {"requested_sop_class_uid": FILM_SESSION, "requested_sop_instance_uid": "1.2.9"}
    commands = [
        Command(
            CommandField.N_CREATE_RQ, affected_sop_class_uid=FILM_SESSION, affected_sop_instance_uid="1.2.9"
        ),
        Command(CommandField.N_SET_RQ, **named),  # type: ignore[arg-type]
        Command(CommandField.N_GET_RQ, attribute_identifier_list=(0x20000010,), **named),  # type: ignore[arg-type]
        Command(CommandField.N_DELETE_RQ, **named),  # type: ignore[arg-type]
    ]
    with (
        server(GRAYSCALE_PRINT, COMMITMENT, handlers=handlers) as port,
        requestor(port, GRAYSCALE_PRINT, COMMITMENT).open() as assoc,
    ):
        context = assoc.context_for(GRAYSCALE_PRINT)
        sent = raw_of(session, context.transfer_syntax)
        for command, data in zip(commands, (sent, sent, None, None), strict=True):
            response = assoc.request(context, command, data)
            assert response.status == 0
            if response.command.has_data:
                assert read(response.data, context.transfer_syntax).NumberOfCopies == 1
        context = assoc.context_for(COMMITMENT)
        action = Command(
            CommandField.N_ACTION_RQ,
            requested_sop_class_uid=COMMITMENT,
            requested_sop_instance_uid=COMMITMENT_INSTANCE,
            action_type_id=1,
        )
        assert assoc.request(context, action, raw_of(session, context.transfer_syntax)).status == 0
    assert seen == ["create", "set", "get", "delete", "action"]


@pytest.mark.ps("3.7 10.1.1")
def test_we_report_an_event_to_it() -> None:
    """N-EVENT-REPORT from SCP to SCU on an association that the SCP requested: roles reversed."""
    reports: list[int] = []

    def handle(event: evt.Event) -> tuple[int, None]:
        reports.append(event.request.EventTypeID)
        return 0, None

    handlers: list[tuple[object, ...]] = [(evt.EVT_N_EVENT_REPORT, handle)]
    with server(COMMITMENT, handlers=handlers) as port:
        calling = requestor(port, COMMITMENT, roles=[RoleSelection(COMMITMENT, False, True)])
        with calling.open() as assoc:
            context = assoc.context_for(COMMITMENT)
            assert (context.requestor_is_scu, context.requestor_is_scp) == (False, True)
            event = Command(
                CommandField.N_EVENT_REPORT_RQ,
                affected_sop_class_uid=COMMITMENT,
                affected_sop_instance_uid=COMMITMENT_INSTANCE,
                event_type_id=1,
            )
            information = Dataset()
            information.TransactionUID = "1.2.3"
            assert assoc.request(context, event, raw_of(information, context.transfer_syntax)).status == 0
    assert reports == [1]


def test_we_are_rejected_by_it() -> None:
    ae = AE("PEER")
    ae.add_supported_context(VERIFICATION)
    ae.require_called_aet = True
    running = ae.start_server(("127.0.0.1", 0), block=False)
    try:
        port = running.server_address[1]
        with pytest.raises(Rejected, match="called AE title not recognized"):
            Requestor("127.0.0.1", port, "ROOM", "OTHER", [(VERIFICATION, BOTH)]).open()
    finally:
        running.shutdown()
