"""The doctor's steps on services: echo, find, get, storage commitment, storage."""

from __future__ import annotations

import time

from pydicom.uid import generate_uid

from readingroom.association import VERIFICATION, Association, Response
from readingroom.dataset import write_dataset
from readingroom.model import Level, RetrieveBy
from readingroom.standard import statuses
from readingroom.standard.sop_classes import (
    STORAGE_COMMITMENT_PUSH_MODEL,
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    service_classes,
)
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE, transfer_syntaxes

from .asking import PLAIN
from .calling import outcome_words
from .doctor_contexts import probe
from .doctor_faults import Trouble
from .doctor_findings import Finding, Outcome, sentence
from .doctor_line import Line
from .keys import identifier_of, question

_NOT_AUTHORISED = 0x0124
_LONGEST_PROBE = 180.0  # seconds


def check_echo(line: Line) -> Finding:
    """C-ECHO, which every node has to answer. PS3.4 A.4."""
    ours, node = line.us.ae_title, line.node
    if VERIFICATION not in line.offered:
        raise Trouble(
            f"{node.name} takes no C-ECHO from {ours}.",
            f"Every node has to answer C-ECHO; have {ours} allowed there: {line.parties.add_us}.",
        )
    answer = line.ask([(VERIFICATION, PLAIN)], lambda assoc: assoc.echo())
    if answer.status != statuses.SUCCESS:
        raise Trouble(
            f"It answered C-ECHO with {outcome_words('C-ECHO', answer)}.",
            f"The log of {node.name} should say why.",
        )
    return Finding("It answers C-ECHO.")


def check_find(line: Line) -> Finding:
    """C-FIND for a study that does not exist. PS3.4 C.4.1."""
    node = line.node
    if STUDY_ROOT_FIND not in line.offered:
        return Finding(
            f"{node.name} cannot be searched by {line.us.ae_title}: it offers no C-FIND (study root).",
            Outcome.WARNING,
            f"If it is an archive, have {line.us.ae_title} given the right to query there.",
        )
    asked = identifier_of(question(Level.STUDY, [f"StudyInstanceUID={generate_uid()}"]))

    def find(assoc: Association) -> Response:
        context = assoc.context_for(STUDY_ROOT_FIND)
        answer = next(assoc.find(context, write_dataset(asked, context.transfer_syntax)))
        if answer.is_pending:
            assoc.abort()
        return answer

    answer = line.ask([(STUDY_ROOT_FIND, PLAIN)], find)
    if answer.is_pending:
        return Finding(
            "It answered C-FIND with a study that was not asked for.",
            Outcome.WARNING,
            "It ignores the Study Instance UID of a question, so that what we find there cannot be "
            "trusted; tell its vendor.",
        )
    if not statuses.is_done(answer.status):
        raise Trouble(
            f"It answered C-FIND with {outcome_words(statuses.FIND, answer)}.",
            right_or_log(line, answer.status, "query"),
        )
    return Finding("It answers C-FIND: it looked for a study that does not exist, and found none.")


def right_or_log(line: Line, status: int, right: str) -> str:
    """What helps against a failure status."""
    ours, name = line.us.ae_title, line.node.name
    if status == _NOT_AUTHORISED:
        return f"Have {ours} given the right to {right} at {name}."
    if statuses.is_transient(status):
        return f"{name} is short of memory, disk or connections; try again later, or look into its log."
    return f"The log of {name} should say why."


def check_get(line: Line) -> Finding:
    """Whether C-GET is offered."""
    if STUDY_ROOT_GET in line.offered:
        return Finding("It offers C-GET.")
    if line.node.retrieve_by is RetrieveBy.GET:
        return Finding(
            "It offers no C-GET, by which we fetch from it.",
            Outcome.WARNING,
            "Change how we fetch from this node to move, and have it know us.",
        )
    return Finding("It offers no C-GET; we fetch by C-MOVE.")


def check_commitment(line: Line) -> Finding:
    """Whether storage commitment is offered."""
    if STORAGE_COMMITMENT_PUSH_MODEL in line.offered:
        return Finding("It offers storage commitment.")
    return Finding("It offers no storage commitment: it cannot confirm that it keeps what we send.")


def check_contexts(line: Line, thorough: bool) -> Finding:
    """What it takes for storage, and which services it offers."""
    until = time.monotonic() + _LONGEST_PROBE

    def is_enough() -> bool:
        return line.is_cancelled() or time.monotonic() > until

    found = probe(line.try_open, thorough=thorough, is_cancelled=is_enough)
    count = len(found.accepted)
    forms = {one for taken in found.accepted.values() for one in taken}
    said = f"It takes {count} storage classes"
    if count and thorough:
        said += f" and {len(forms)} of {len(transfer_syntaxes())} transfer syntaxes"
    said += f", and offers {len(found.services)} of {len(service_classes())} service classes"
    said += f", as {found.associations} associations found out."
    if found.ended is not None:
        return Finding(
            f"{said} Then it ended: {sentence(found.ended)}", Outcome.WARNING,
            "It may have had enough of us for now: try again later.", found.accepted, found.services,
        )  # fmt: skip
    if not found.is_whole:
        return Finding(
            f"{said} Not everything was asked.",
            Outcome.WARNING,
            "It answers slowly; examine it again when it has less to do.",
            found.accepted,
            found.services,
        )
    if not count:
        return Finding(
            "It takes no objects from us.", Outcome.WARNING,
            f"If it shall store what we send, have {line.us.ae_title} given the right to store there.",
            services=found.services,
        )  # fmt: skip
    unfit = [uid for uid, taken in found.accepted.items() if not {EXPLICIT_LE, IMPLICIT_LE} & {*taken}]
    if thorough and unfit:
        said += f" {len(unfit)} of them only compressed."
    return Finding(said, accepted=found.accepted, services=found.services)
