"""The wire trace of the doctor: what it tells, and that nothing of a patient gets into it, whatever comes."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from readingroom.association import (
    AssociateAccept,
    AssociateRequest,
    CommonExtendedNegotiation,
    ContextResult,
    ExtendedNegotiation,
    ProposedContext,
    RoleSelection,
    UserIdentity,
    UserInformation,
)
from readingroom.exchange import Trace

STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
IMPLICIT, EXPLICIT, JPEG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50"
SECRETS = ("DOE", "JOHN", "4711", "hunter2", "eyJ", "19500101", "2.25.99")
EVIL = "DOE^JOHN\x1b[31m\r\n4711"


def pdata(*values: tuple[int, int, bytes]) -> bytes:
    """A P-DATA-TF of (context ID, message control header, fragment). PS3.8 9.3.5."""
    body = b"".join(struct.pack(">IBB", len(raw) + 2, cid, control) + raw for cid, control, raw in values)
    return struct.pack(">BxI", 4, len(body)) + body


def element(number: int, raw: bytes) -> bytes:
    """An element of a command set. PS3.7 6.3.1."""
    return struct.pack("<HHI", 0, number, len(raw)) + raw


def command(*elements: tuple[int, int | bytes]) -> bytes:
    return b"".join(
        element(number, struct.pack("<H", value) if isinstance(value, int) else value)
        for number, value in elements
    )


def encoded(ds: Dataset, syntax: str = EXPLICIT) -> bytes:
    target = DicomBytesIO()
    target.is_little_endian, target.is_implicit_VR = True, syntax == IMPLICIT
    write_dataset(target, ds)
    return target.getvalue()


def patient() -> Dataset:
    ds = Dataset()
    ds.QueryRetrieveLevel = "STUDY"
    ds.SpecificCharacterSet = "ISO_IR 100"
    ds.PatientName = "DOE^JOHN"
    ds.PatientID = "4711"
    ds.PatientBirthDate = "19500101"
    ds.StudyInstanceUID = "2.25.99"
    ds.AccessionNumber = ""
    ds.add_new(0x00091010, "UN", b"DOE^JOHN")
    ds.add_new(0x00090010, "LO", "DOE^JOHN")
    item = Dataset()
    item.PatientName = "DOE^JOHN"
    item.Rows = 4711
    ds.ReferencedStudySequence = [item]
    return ds


def request(**more: object) -> bytes:
    contexts = (ProposedContext(1, STUDY_FIND, (EXPLICIT, IMPLICIT)), ProposedContext(3, STUDY_FIND, (JPEG,)))
    return AssociateRequest(
        "THEIRS", "OURS", contexts, UserInformation(16384, "1.2.3", "RR", **more)
    ).encode()  # type: ignore[arg-type]


def accept(syntax: str = EXPLICIT, **more: object) -> bytes:
    results = (ContextResult(1, 0, syntax), ContextResult(3, 4, IMPLICIT))
    return AssociateAccept(
        "THEIRS", "OURS", results, UserInformation(32768, "1.2.4", "THEM", **more)
    ).encode()  # type: ignore[arg-type]


def told(sent: Iterable[bytes], received: Iterable[bytes]) -> str:
    """The trace of an association on which the requests came first."""
    trace = Trace(clock=lambda: 0.0)
    tap = trace.association()
    for raw in sent:
        tap.sent(raw)
    for raw in received:
        tap.received(raw)
    text = trace.text()
    assert all(" " <= char <= "~" or char == "\n" for char in text), "one line is one line, and safe to show"
    return text


def is_clean(text: str) -> bool:
    return not any(secret in text for secret in SECRETS)


def test_an_association_and_a_query_by_name() -> None:
    rq = command((0x0002, STUDY_FIND.encode()), (0x0100, 0x20), (0x0110, 7), (0x0700, 0), (0x0800, 1))
    text = told([request(), pdata((1, 3, rq)), pdata((1, 2, encoded(patient())))], [])
    for line in (
        "00:00:00.000  #1 sent      A-ASSOCIATE-RQ, ",
        "called THEIRS", "calling OURS", "maximum length 16384", "implementation version RR",
        "context 1: Study Root Query/Retrieve Information Model - FIND (1.2.840.10008.5.1.4.1.2.2.1)",
        "    in Explicit VR Little Endian (1.2.840.10008.1.2.1)",
        "    in JPEG Baseline (Process 1) (1.2.840.10008.1.2.4.50)",
        "C-FIND-RQ", "MessageID: 7", "Priority: medium", "CommandDataSetType: a data set follows",
    ):  # fmt: skip
        assert line in text, line
    assert is_clean(text)


@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT])
def test_data_sets_are_told_by_tag_vr_and_length(syntax: str) -> None:
    answer = command(
        (0x0002, STUDY_FIND.encode()), (0x0100, 0x8020), (0x0120, 7), (0x0800, 1), (0x0900, 0xFF00)
    )
    text = told(
        [request()], [accept(syntax), pdata((1, 3, answer)), pdata((1, 2, encoded(patient(), syntax)))]
    )
    for line in (
        "context 3, Study Root Query/Retrieve Information Model - FIND (1.2.840.10008.5.1.4.1.2.2.1): "
        "transfer syntaxes not supported",
        "Status: matches are continuing (FF00H)",
        "(0008,0052) QueryRetrieveLevel CS STUDY",
        "(0008,0005) SpecificCharacterSet CS ISO_IR 100",
        "(0010,0010) PatientName PN [8 characters, masked]",
        "(0010,0020) PatientID LO [4 characters, masked]",
        "(0010,0030) PatientBirthDate DA [8 characters, masked]",
        "(0020,000D) StudyInstanceUID UI [7 characters, masked]",
        "(0008,0050) AccessionNumber SH empty",
        "(0008,1110) ReferencedStudySequence SQ 1 Items",
        "      (0010,0010) PatientName PN [8 characters, masked]",
        "      (0028,0010) Rows US [1 values, masked]",
    ):  # fmt: skip
        assert line in text, (line, text)
    assert is_clean(text)


@pytest.mark.parametrize(
    ("identity", "said"),
    [
        (UserIdentity(1, b"DOE^JOHN"), "user name: [8 bytes, masked]"),
        (
            UserIdentity(2, b"DOE^JOHN", b"hunter2", True),
            "user name and passcode: [8 bytes, masked], passcode [7 bytes, masked], answer wanted",
        ),
        (UserIdentity(5, b"eyJhbGciOi"), "JSON web token: [10 bytes, masked]"),
        (UserIdentity(77, b"hunter2"), "type 77: [7 bytes, masked]"),
    ],
)
def test_passwords_and_tokens_are_masked(identity: UserIdentity, said: str) -> None:
    text = told([request(identity=identity)], [accept(identity_response=b"eyJhbGciOi")])
    assert f"user identity: {said}" in text
    assert "answer to the user identity: [10 bytes, masked]" in text
    assert is_clean(text)


def test_names_of_a_patient_where_no_name_belongs() -> None:
    """A peer may put anything into titles, UIDs, comments and version names."""
    everything = UserInformation(
        16384, EVIL, EVIL,
        roles=(RoleSelection(EVIL, True, False),),
        extended=(ExtendedNegotiation(EVIL, b"DOE^JOHN"),),
        common_extended=(CommonExtendedNegotiation(EVIL, EVIL, (EVIL,)),),
    )  # fmt: skip
    asked = AssociateRequest(
        "DOE^JOHN", "4711", (ProposedContext(1, EVIL, (EVIL, EXPLICIT)),), everything, EVIL
    )
    answered = AssociateAccept("DOE^JOHN", "4711", (ContextResult(1, 0, EVIL),), everything, EVIL)
    evil = EVIL.encode()
    answer = command(
        (0x0002, evil), (0x0100, 0x8020), (0x0600, evil), (0x0800, 0x0101), (0x0900, 0xA700),
        (0x0901, struct.pack("<HH", 0x10, 0x10)), (0x0902, evil), (0x1000, b"2.25.99"), (0x1030, evil),
    )  # fmt: skip
    text = told([], [asked.encode(), answered.encode(), pdata((1, 3, answer)), pdata((9, 3, answer))])
    assert is_clean(text)
    assert "Status: refused: out of resources (A700H)" in text
    assert "OffendingElement: (0010,0010) PatientName" in text
    assert f"ErrorComment: [{len(EVIL)} characters, masked]" in text
    assert "AffectedSOPInstanceUID: [7 characters, masked]" in text


def test_what_is_shown_of_an_identifier_is_a_term_of_the_standard() -> None:
    ds = (  # by hand: pydicom does not write such values. PS3.5 7.1.2
        struct.pack("<HH2sH", 8, 5, b"CS", 20) + b"ISO_IR 100\\DOE^JOHN "
        + struct.pack("<HH2sH", 8, 0x52, b"CS", 8) + b"DOE^JOHN"
    )  # fmt: skip
    text = told([request()], [accept(), pdata((1, 2, ds))])
    assert is_clean(text)
    assert "QueryRetrieveLevel CS [8 characters, masked]" in text


def test_titles_of_ours_are_shown_and_others_are_not() -> None:
    rq = command((0x0100, 0x21), (0x0600, b"OURS"), (0x0800, 0x0101))
    other = command((0x0100, 0x21), (0x0600, b"DOE^JOHN"), (0x0800, 0x0101))
    text = told([request()], [accept(), pdata((1, 3, rq)), pdata((1, 3, other))])
    assert "MoveDestination: OURS" in text
    assert "MoveDestination: [8 characters, masked]" in text


def test_the_pieces_do_not_matter() -> None:
    """However the bytes are cut, the text is the same; fragments of one message are put together."""
    data = encoded(patient())
    answer = command((0x0100, 0x8020), (0x0120, 7), (0x0800, 1), (0x0900, 0xFF00))
    stream = b"".join(
        [
            accept(), pdata((1, 1, answer[:20])), pdata((1, 3, answer[20:]), (1, 0, data[:9])),
            pdata((1, 2, data[9:])), bytes([6, 0, 0, 0, 0, 4, 0, 0, 0, 0]),
            bytes([7, 0, 0, 0, 0, 4, 0, 0, 2, 2]),
        ]
    )  # fmt: skip
    whole = told([request()], [stream])
    assert "(0010,0010) PatientName PN [8 characters, masked]" in whole
    assert "A-RELEASE-RP, 4 bytes" in whole
    assert "by its upper layer: unexpected PDU (2/2)" in whole
    assert told([request()], (stream[at : at + 1] for at in range(len(stream)))) == whole


def test_what_is_no_pdu_is_not_shown() -> None:
    text = told([request()], [b"HTTP/1.1 200 OK\r\nDOE^JOHN 4711"])
    assert "a byte 48H, with which no PDU begins; the rest is not shown" in text
    assert is_clean(text)


def test_pdus_that_claim_too_much_are_passed_over() -> None:
    monster = struct.pack(">BxI", 4, 5_000_000) + b"DOE^JOHN" * 625_000
    release = bytes([6, 0, 0, 0, 0, 4, 0, 0, 0, 0])
    text = told(
        [request()],
        [accept(), *(monster[at : at + 70_000] for at in range(0, len(monster), 70_000)), release],
    )
    assert "P-DATA-TF, 5000000 bytes" in text
    assert "A-RELEASE-RP, 4 bytes" in text
    assert is_clean(text)


def test_long_messages_are_told_by_their_length() -> None:
    piece = pdata((1, 0, b"DOE^" * 4000))
    text = told([request()], [accept(), *([piece] * 10), pdata((1, 2, b"JOHN"))])
    assert "160004 bytes, too many to be looked into" in text
    assert is_clean(text)


def test_the_number_of_lines_has_an_end() -> None:
    trace = Trace()
    tap = trace.association()
    for _ in range(300):
        tap.received(pdata(*[(1, 0, b"")] * 300))
    lines = trace.text().splitlines()
    assert len(lines) == 60_001
    assert lines[-1].endswith("further lines are left out.")


def test_our_own_notes_are_one_safe_line_too() -> None:
    trace = Trace(clock=lambda: 0.0)
    trace.note("a\x1b[31m\nb", ["c\r\u2028d"])
    assert trace.text() == "00:00:00.000  a?[31m?b\n              c??d\n"


@given(st.lists(st.binary(max_size=200), max_size=5), st.integers(0, 7))
def test_random_bytes_are_survived(pieces: list[bytes], kind: int) -> None:
    raw = b"".join(pieces)
    told([request()], [accept(), struct.pack(">BxI", kind, len(raw)) + raw])
    told([request()], [accept(), pdata((1, 2, raw)), pdata((1, 3, raw))])
    told(pieces, pieces)


def test_changed_bytes_are_survived() -> None:
    answer = command((0x0100, 0x8020), (0x0120, 7), (0x0800, 1), (0x0900, 0xFF00))
    stream = accept() + pdata((1, 3, answer)) + pdata((1, 2, encoded(patient())))
    random.seed(3)
    for _ in range(400):
        changed = bytearray(stream)
        for _ in range(random.randint(1, 4)):
            changed[random.randrange(len(changed))] = random.randrange(256)
        text = told([request()], [bytes(changed)])
        assert "DOE" not in text
        assert "JOHN" not in text
