"""SOP Class Extended Negotiation of query and retrieve. PS3.4 C.5.1.1, C.5.2.1, C.5.3.1; PS3.7 D.3.3.5."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from readingroom.association import ExtendedNegotiation
from readingroom.standard import sop_classes as sop

_FIND, _RETRIEVE = 5, 2
_FIELDS = {
    sop.PATIENT_ROOT_FIND: _FIND,
    sop.STUDY_ROOT_FIND: _FIND,
    sop.PATIENT_ROOT_MOVE: _RETRIEVE,
    sop.STUDY_ROOT_MOVE: _RETRIEVE,
    sop.PATIENT_ROOT_GET: _RETRIEVE,
    sop.STUDY_ROOT_GET: _RETRIEVE,
}
"""Bytes of the application information, one for each feature, the relational one first.

C-FIND: relational queries, combined date-time matching, fuzzy matching of names, timezone adjustment,
enhanced multi-frame image conversion. C-MOVE, C-GET: relational retrieval, the same conversion.
"""


def agree(proposed: Iterable[ExtendedNegotiation], accepted: Collection[str]) -> list[ExtendedNegotiation]:
    """What is answered: yes to relational queries and retrieval, no to all else, byte for byte as proposed.

    proposed: as in the request. accepted: abstract syntaxes of accepted contexts. A feature that was not
    proposed is not agreed upon, and a field that was left out is not answered.
    """
    answers: dict[str, ExtendedNegotiation] = {}
    for one in proposed:
        uid, wanted = one.sop_class_uid, one.application_information
        if uid in accepted and uid not in answers and wanted and uid in _FIELDS:
            answer = bytes([wanted[0] == 1]) + bytes(min(len(wanted), _FIELDS[uid]) - 1)
            answers[uid] = ExtendedNegotiation(uid, answer)
    return list(answers.values())
