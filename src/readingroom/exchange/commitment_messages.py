"""The Data Sets of storage commitment, read and written: PS3.4 J.3.2.1.1 (request), J.3.3.1.1 (report)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from readingroom.dataset import read_identifier, write_dataset
from readingroom.errors import Invalid
from readingroom.index.commitments import Failure, SopReference
from readingroom.model import Attribute, Attributes, Tag

from .mandatory import mandatory_items, mandatory_uid

PUSH_MODEL = "1.2.840.10008.1.20.1"
PUSH_MODEL_INSTANCE = "1.2.840.10008.1.20.1.1"
"""Its well-known SOP instance. PS3.4 J.3.5."""
REQUEST_COMMITMENT = 1
"""The one action type."""
ALL_COMMITTED, FAILURES_EXIST = 1, 2
"""The event types."""

PROCESSING_FAILURE = 0x0110
NO_SUCH_INSTANCE = 0x0112
CLASS_INSTANCE_CONFLICT = 0x0119
DUPLICATE_TRANSACTION = 0x0131
RESOURCE_LIMITATION = 0x0213
FAILURE_REASONS = {
    PROCESSING_FAILURE: "a stored instance is damaged, or cannot be read",
    NO_SUCH_INSTANCE: "no such SOP instance is stored, or its file is gone",
    CLASS_INSTANCE_CONFLICT: "the SOP instance is stored with another SOP class",
    DUPLICATE_TRANSACTION: "the Transaction UID is in use for another request",
    RESOURCE_LIMITATION: "resources do not suffice at present",
}
"""Failure Reason (0008,1197) as we give it, and when. PS3.3 C.14.1.1."""

_TRANSACTION_UID: Tag = 0x00081195
_REFERENCED: Tag = 0x00081199
_FAILED: Tag = 0x00081198
_CLASS_UID: Tag = 0x00081150
_INSTANCE_UID: Tag = 0x00081155
_REASON: Tag = 0x00081197


@dataclass(frozen=True, slots=True)
class CommitmentRequest:
    """The Action Information of an N-ACTION; every instance once."""

    transaction_uid: str
    instances: tuple[SopReference, ...]


@dataclass(frozen=True, slots=True)
class CommitmentReport:
    """The Event Information of an N-EVENT-REPORT."""

    transaction_uid: str
    committed: tuple[SopReference, ...]
    failures: tuple[Failure, ...] = ()

    @property
    def event_type(self) -> int:
        """ALL_COMMITTED or FAILURES_EXIST."""
        return FAILURES_EXIST if self.failures else ALL_COMMITTED


def read_request(raw: bytes, transfer_syntax_uid: str) -> CommitmentRequest:
    """Raises Missing, Empty or Invalid."""
    attributes = read_identifier(raw, transfer_syntax_uid)
    transaction_uid = mandatory_uid(attributes, _TRANSACTION_UID)
    items = mandatory_items(attributes, _REFERENCED)
    return CommitmentRequest(transaction_uid, tuple(dict.fromkeys(map(_reference, items))))


def write_request(request: CommitmentRequest, transfer_syntax_uid: str) -> bytes:
    """The Action Information."""
    attributes = {
        _TRANSACTION_UID: Attribute("UI", (request.transaction_uid,)),
        _REFERENCED: _references(request.instances),
    }
    return write_dataset(attributes, transfer_syntax_uid)


def read_report(raw: bytes, transfer_syntax_uid: str) -> CommitmentReport:
    """Raises Missing, Empty or Invalid.

    Whichever event type it came with: a report that lists failures has failures. A failure without its
    reason counts as a processing failure.
    """
    attributes = read_identifier(raw, transfer_syntax_uid)
    transaction_uid = mandatory_uid(attributes, _TRANSACTION_UID)
    committed = tuple(map(_reference, _items(attributes, _REFERENCED)))
    failures = tuple(Failure(*_reference(item), _reason(item)) for item in _items(attributes, _FAILED))
    if not committed and not failures:
        mandatory_items(attributes, _REFERENCED)
    return CommitmentReport(transaction_uid, committed, failures)


def write_report(report: CommitmentReport, transfer_syntax_uid: str) -> bytes:
    """The Event Information; each sequence only where it has Items."""
    attributes = {_TRANSACTION_UID: Attribute("UI", (report.transaction_uid,))}
    if report.committed:
        attributes[_REFERENCED] = _references(report.committed)
    if report.failures:
        items = tuple(
            {**_item(one.sop_class_uid, one.sop_instance_uid), _REASON: Attribute("US", (one.reason,))}
            for one in report.failures
        )
        attributes[_FAILED] = Attribute("SQ", items)
    return write_dataset(attributes, transfer_syntax_uid)


def _reference(item: Attributes) -> SopReference:
    return SopReference(mandatory_uid(item, _CLASS_UID), mandatory_uid(item, _INSTANCE_UID))


def _references(references: Iterable[SopReference]) -> Attribute:
    return Attribute("SQ", tuple(_item(*one) for one in references))


def _item(sop_class_uid: str, sop_instance_uid: str) -> dict[Tag, Attribute]:
    return {
        _CLASS_UID: Attribute("UI", (sop_class_uid,)),
        _INSTANCE_UID: Attribute("UI", (sop_instance_uid,)),
    }


def _items(attributes: Attributes, tag: Tag) -> tuple[Attributes, ...]:
    """The Items of a sequence that may be empty or absent."""
    attribute = attributes.get(tag)
    return mandatory_items(attributes, tag) if attribute is not None and attribute.values else ()


def _reason(item: Attributes) -> int:
    attribute = item.get(_REASON)
    value = attribute.first if attribute is not None else None
    if value is None:
        return PROCESSING_FAILURE
    if not isinstance(value, int):
        raise Invalid("FailureReason is not a number.", tag=_REASON)
    return value
