"""The doctor's C-MOVE back to ourselves. PS3.4 C.4.2."""

from __future__ import annotations

import socket
import time

from pydicom.uid import generate_uid

from readingroom.association import Association, Response, Responses
from readingroom.dataset import write_dataset
from readingroom.model import Level, RetrieveBy, Right
from readingroom.standard import statuses
from readingroom.standard.sop_classes import STUDY_ROOT_MOVE

from .asking import PLAIN
from .calling import outcome_words
from .doctor_faults import Trouble, capital
from .doctor_findings import Finding, Listening, Outcome
from .doctor_line import Line, is_unspecified
from .doctor_services import right_or_log
from .keys import unique_identifier

_DESTINATION_UNKNOWN, _NOTHING_DELIVERED = 0xA801, 0xA702
_NOBODY = "RR-NO-SUCH-AE"
_LONGEST_MOVE = 300.0


def check_move(line: Line, study: str) -> Finding:
    """A C-MOVE to ourselves; study: its UID, "" for one that does not exist."""
    if STUDY_ROOT_MOVE not in line.offered:
        wanted = line.node.retrieve_by is RetrieveBy.MOVE
        return Finding(
            "It offers no C-MOVE" + (", by which we fetch from it." if wanted else "."),
            Outcome.WARNING if wanted else Outcome.NOT_TRIED,
            "Change how we fetch from this node to get, or have C-MOVE allowed there." if wanted else "",
        )
    if (hindrance := _hindrance(line)) is not None:
        return hindrance
    return _moved_for_certain(line, study) if study else _moved_nothing(line)


def _hindrance(line: Line) -> Finding | None:
    """Why nothing can come back to us, whatever the node does."""
    listening = line.listening
    if listening is None or not _answers(listening):
        return Finding(
            "Our server does not run, so nothing could come back.",
            Outcome.NOT_TRIED,
            "Start it with `readingroom serve`.",
        )
    if line.is_out_of_reach:
        return Finding(
            f"Our server listens at {listening.host} only, where no other machine can call it.",
            Outcome.WARNING,
            f"Set dicom.address to {_with_port(line.our_address, listening.port)}, where it sees us.",
        )
    return None


def _moved_nothing(line: Line) -> Finding:
    """Ask for a study that does not exist, for us and for somebody whom the node cannot know."""
    ours, nowhere = line.us.ae_title, str(generate_uid())
    answer = _ask_move(line, nowhere, ours)
    if _is_unknown_to(answer):
        raise _unknown(line)
    stranger = _ask_move(line, nowhere, _NOBODY)
    if _is_unknown_to(stranger):
        _judge(line, answer)
        return Finding(f"It knows {ours} as a destination of C-MOVE." + _right_to_store(line))
    return Finding(
        "It takes C-MOVE. Whether it knows "
        f"{ours} as a destination shows only when there is something to move.",
        Outcome.WARNING if line.node.retrieve_by is RetrieveBy.MOVE else Outcome.FINE,
        "To be sure, have a small study moved to us: `readingroom doctor NODE --study UID`.",
    )


def _moved_for_certain(line: Line, study: str) -> Finding:
    ours = line.us.ae_title
    answer = _ask_move(line, study, ours)
    if _is_unknown_to(answer):
        raise _unknown(line)
    if _fails_as_for_a_stranger(line, study, answer):
        raise Trouble(
            f"It does not deliver to {ours} ({outcome_words(statuses.MOVE, answer)}), as little as to a "
            "destination that does not exist.",
            _delivery_remedy(line),
        )
    _judge(line, answer)
    command = answer.command
    sent = (command.number_of_completed_suboperations or 0) + (command.number_of_warning_suboperations or 0)
    if not sent:
        return Finding(
            "It moved nothing: it says that it has no such study.",
            Outcome.WARNING,
            "Name a study that it has.",
        )
    return Finding(f"It moved {sent} instances to {ours}.")


def _is_unknown_to(answer: Response) -> bool:
    return answer.status == _DESTINATION_UNKNOWN


def _fails_as_for_a_stranger(line: Line, study: str, answer: Response) -> bool:
    """Whether it is about the destination, of a node that has no status for that."""
    if statuses.is_done(answer.status) or _failures(answer):
        return False
    return _ask_move(line, study, _NOBODY).status == answer.status


def _failures(answer: Response) -> int:
    return answer.command.number_of_failed_suboperations or 0


def _unknown(line: Line) -> Trouble:
    return Trouble(
        f"The node does not know our AE title {line.us.ae_title} as a destination.",
        f"{capital(line.parties.add_us)}.",
    )


def _judge(line: Line, answer: Response) -> None:
    """Raises Trouble for a move that failed. PS3.4 C.4.2.1.5."""
    ours = line.us.ae_title
    words = outcome_words(statuses.MOVE, answer)
    if (failed := _failures(answer)) or answer.status == _NOTHING_DELIVERED:
        raise Trouble(
            f"It knows {ours} but could not deliver to it: {failed} failed, {words}.",
            _delivery_remedy(line),
        )
    if not statuses.is_done(answer.status):
        raise Trouble(f"It answered C-MOVE with {words}.", right_or_log(line, answer.status, "retrieve"))


def _delivery_remedy(line: Line) -> str:
    parties = line.parties
    return (
        f"Check that it has {parties.address}, {parties.port} for {line.us.ae_title}, that no firewall "
        f"blocks its way to us, and that {line.node.ae_title} is a known node here with the right to store."
    )


def _right_to_store(line: Line) -> str:
    if Right.STORE in line.node.rights:
        return ""
    return " But here it has no right to store, so that we would refuse what it sends."


def _ask_move(line: Line, study: str, destination: str) -> Response:
    identifier = unique_identifier(Level.STUDY, {Level.STUDY: (study,)})
    until = time.monotonic() + _LONGEST_MOVE
    if line.trace is not None:
        line.trace.titles.add(destination)

    def ask(assoc: Association) -> Response:
        context = assoc.context_for(STUDY_ROOT_MOVE)
        encoded = write_dataset(identifier, context.transfer_syntax)
        return _last(line, assoc, assoc.move(context, encoded, destination), until)

    return line.ask([(STUDY_ROOT_MOVE, PLAIN)], ask, _LONGEST_MOVE)


def _last(line: Line, assoc: Association, responses: Responses, until: float) -> Response:
    for response in responses:
        if not response.is_pending:
            return response
        if time.monotonic() > until or line.is_cancelled():
            assoc.abort()
            break
    raise Trouble("The move did not come to an end.", f"The log of {line.node.name} should say why.")


def _answers(listening: Listening) -> bool:
    """Whether our own server takes connections."""
    host = listening.host
    if is_unspecified(host):
        host = "::1" if ":" in host else "127.0.0.1"
    try:
        socket.create_connection((host, listening.port), 2.0).close()
    except OSError:
        return False
    return True


def _with_port(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
