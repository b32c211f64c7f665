"""A record of associations, PDU by PDU, that can be given to strangers. PS3.8 9.3, PS3.7 6.3."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from readingroom.association import (
    AssociateAccept,
    AssociateRequest,
    Command,
    UserInformation,
    abort_words,
    read_associate_ac,
    read_associate_rq,
    read_command,
    rejection_words,
)
from readingroom.errors import Invalid
from readingroom.model import Node

from . import doctor_masking as masking
from .asking import PLAIN

_PDUS = {
    0x01: "A-ASSOCIATE-RQ",
    0x02: "A-ASSOCIATE-AC",
    0x03: "A-ASSOCIATE-RJ",
    0x04: "P-DATA-TF",
    0x05: "A-RELEASE-RQ",
    0x06: "A-RELEASE-RP",
    0x07: "A-ABORT",
}
_RESULTS = {
    0: "accepted",
    1: "refused by the user",
    2: "refused without a reason",
    3: "abstract syntax not supported",
    4: "transfer syntaxes not supported",
}
_MOST_LINES = 60_000
_LONGEST_PDU = 1 << 21
_LONGEST_MESSAGE = 1 << 16  # of a command set or data set that is looked into
_MOST_CONTEXTS = 128
_INDENT = " " * 14


class Trace:
    """Lines of text, each with its time (UTC); memory is bounded whatever comes.

    Patient data, passwords and tokens are not in it: see `doctor_masking`. One thread.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lines: list[str] = []
        self._left_out = 0
        self._associations = 0
        self.titles: set[str] = set()

    def begin(self, words: str, node: Node) -> None:
        """The head: who calls whom."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        self._add(f"{words} at {node.host}, port {node.port}, {'with' if node.tls else 'without'} TLS.")
        self._add(f"{now:%Y-%m-%d}, times in UTC. Values that could belong to a patient are masked.")
        self._add("")

    def note(self, words: str, details: Iterable[str] = ()) -> None:
        """Something that happened now. words, details: shown as they are."""
        now = datetime.fromtimestamp(self._clock(), UTC)
        self._add(f"{now:%H:%M:%S}.{now.microsecond // 1000:03d}  {words}")
        for line in details:
            self._add(_INDENT + line)

    def association(self) -> Conversation:
        """A tap for the next association."""
        self._associations += 1
        return Conversation(self, self._associations)

    def text(self) -> str:
        """All of it, to be saved."""
        lines = self._lines
        if self._left_out:
            lines = [*lines, f"{self._left_out} further lines are left out."]
        return "\n".join(lines) + "\n"

    def _add(self, line: str) -> None:
        if len(self._lines) < _MOST_LINES:
            self._lines.append("".join(char if " " <= char <= "~" else "?" for char in line[:400]))
        else:
            self._left_out += 1


class Conversation:
    """One association's part of a trace; a Tap."""

    def __init__(self, trace: Trace, number: int) -> None:
        self._trace = trace
        self.proposed: dict[int, str] = {}
        self.agreed: dict[int, str] = {}
        self._ours = _Side(self, trace, f"#{number} sent    ", True)
        self._theirs = _Side(self, trace, f"#{number} received", False)

    def sent(self, raw: bytes) -> None:
        """As Tap."""
        self._ours.feed(raw)

    def received(self, raw: bytes) -> None:
        """As Tap."""
        self._theirs.feed(raw)

    def context(self, number: int) -> str:
        """A presentation context by name."""
        abstract = self.proposed.get(number)
        if abstract is None:
            return f"context {number}, which was not proposed"
        syntax = self.agreed.get(number)
        return (
            f"context {number}, {masking.named_uid(abstract)}, "
            f"{masking.named_uid(syntax) if syntax else 'which was not accepted'}"
        )


class _Side:
    """What one side says."""

    def __init__(self, conversation: Conversation, trace: Trace, arrow: str, is_ours: bool) -> None:
        self._conversation = conversation
        self._trace = trace
        self._arrow = arrow
        self._is_ours = is_ours
        self._waiting = bytearray()
        self._to_skip = 0
        self._is_lost = False
        self._parts: dict[bool, bytearray] = {True: bytearray(), False: bytearray()}
        self._lengths = {True: 0, False: 0}

    def feed(self, raw: bytes) -> None:
        skipped = min(self._to_skip, len(raw))
        self._to_skip -= skipped
        if self._is_lost:
            return
        self._waiting += raw[skipped:]
        at = 0
        while not self._is_lost and len(self._waiting) - at >= 6:
            kind, length = self._waiting[at], int.from_bytes(self._waiting[at + 2 : at + 6])
            if kind not in _PDUS:
                self._lose(kind)
                break
            if length > _LONGEST_PDU:
                self._tell(kind, length, ["too long to be looked into"])
                self._to_skip = max(0, length - (len(self._waiting) - at - 6))
                at = min(len(self._waiting), at + 6 + length)
                continue
            if len(self._waiting) - at - 6 < length:
                break
            self._pdu(kind, bytes(self._waiting[at + 6 : at + 6 + length]))
            at += 6 + length
        del self._waiting[:at]

    def _lose(self, kind: int) -> None:
        self._is_lost = True
        self._waiting.clear()
        self._trace.note(
            f"{self._arrow}  a byte {kind:02X}H, with which no PDU begins; the rest is not shown"
        )

    def _tell(self, kind: int, length: int, details: Iterable[str]) -> None:
        self._trace.note(f"{self._arrow}  {_PDUS[kind]}, {length} bytes", details)

    def _pdu(self, kind: int, body: bytes) -> None:
        try:
            details = list(self._details(kind, body))
        except Invalid as error:
            details = [f"it cannot be read: {error.sentence}"]
        self._tell(kind, len(body), details)

    def _details(self, kind: int, body: bytes) -> Iterator[str]:
        if kind == 0x01:
            yield from self._request(read_associate_rq(body))
        elif kind == 0x02:
            yield from self._accept(read_associate_ac(body))
        elif kind == 0x03 and len(body) == 4:
            yield rejection_words(body[1], body[2], body[3])
        elif kind == 0x07 and len(body) == 4:
            yield abort_words(body[2], body[3])
        elif kind == 0x04:
            yield from self._data(body)

    # ── association

    def _request(self, request: AssociateRequest) -> Iterator[str]:
        if self._is_ours:
            self._trace.titles |= {request.called, request.calling}
        known = self._trace.titles
        yield f"called {masking.ae_title(request.called, known)}"
        yield f"calling {masking.ae_title(request.calling, known)}"
        yield f"application context {masking.named_uid(request.application_context)}"
        for one in request.contexts[:_MOST_CONTEXTS]:
            self._conversation.proposed[one.id] = one.abstract_syntax
            yield f"context {one.id}: {masking.named_uid(one.abstract_syntax)}"
            for uid in one.transfer_syntaxes[:_MOST_CONTEXTS]:
                yield f"    in {masking.named_uid(uid)}"
        yield from self._user(request.user)

    def _accept(self, accept: AssociateAccept) -> Iterator[str]:
        yield f"application context {masking.named_uid(accept.application_context)}"
        for one in accept.results[:_MOST_CONTEXTS]:
            words = _RESULTS.get(one.result, f"result {one.result}, which is none")
            if one.result == 0:
                self._conversation.agreed[one.id] = one.transfer_syntax
                words += f" in {masking.named_uid(one.transfer_syntax)}"
            abstract = self._conversation.proposed.get(one.id)
            name = masking.named_uid(abstract) if abstract else "which was not proposed"
            yield f"context {one.id}, {name}: {words}"
        yield from self._user(accept.user)

    def _user(self, user: UserInformation) -> Iterator[str]:
        yield f"maximum length {user.max_length or 'without limit'}"
        yield f"implementation class {masking.named_uid(user.implementation_class_uid)}"
        if user.implementation_version_name:
            yield f"implementation version {masking.version_name(user.implementation_version_name)}"
        if user.async_window is not None:
            yield f"asynchronous operations: invoked {user.async_window[0]}, performed {user.async_window[1]}"
        for role in user.roles[:_MOST_CONTEXTS]:
            yield f"role for {masking.named_uid(role.sop_class_uid)}: SCU {role.scu:d}, SCP {role.scp:d}"
        for one in user.extended[:_MOST_CONTEXTS]:
            length = len(one.application_information)
            yield f"extended negotiation for {masking.named_uid(one.sop_class_uid)}: {length} bytes"
        for each in user.common_extended[:_MOST_CONTEXTS]:
            yield f"common extended negotiation for {masking.named_uid(each.sop_class_uid)}"
        if user.identity is not None:
            yield f"user identity: {masking.identity(user.identity)}"
        if user.identity_response is not None:
            yield f"answer to the user identity: {masking.hidden(user.identity_response)}"

    # ── messages

    def _data(self, body: bytes) -> Iterator[str]:
        at = 0
        while len(body) - at >= 6:
            length = int.from_bytes(body[at : at + 4])
            number, control = body[at + 4], body[at + 5]
            if not 2 <= length <= len(body) - at - 4:
                yield f"a presentation data value that claims {length} bytes does not fit"
                return
            fragment = body[at + 6 : at + 4 + length]
            at += 4 + length
            is_command, is_last = bool(control & 1), bool(control & 2)
            words = f"{'command' if is_command else 'data set'}, {len(fragment)} bytes"
            yield f"{self._conversation.context(number)}: {words}{', last' if is_last else ''}"
            parts = self._parts[is_command]
            self._lengths[is_command] += len(fragment)
            parts += fragment[: max(0, _LONGEST_MESSAGE - len(parts))]
            if is_last:
                raw, total = bytes(parts), self._lengths[is_command]
                parts.clear()
                self._lengths[is_command] = 0
                yield from self._message(number, is_command, raw, total)

    def _message(self, number: int, is_command: bool, raw: bytes, total: int) -> Iterator[str]:
        if len(raw) < total:
            yield f"    {total} bytes, too many to be looked into"
        elif is_command:
            yield from self._command(raw)
        elif (syntax := self._conversation.agreed.get(number)) in PLAIN:
            yield f"    data set of {total} bytes:"
            yield from (f"    {line}" for line in masking.data_set_lines(raw, syntax))

    def _command(self, raw: bytes) -> Iterator[str]:
        try:
            command: Command = read_command(raw)
        except Invalid as error:
            yield f"    the command set cannot be read: {error.sentence}"
            return
        yield f"    {command.name}"
        for line in masking.command_lines(command, self._trace.titles):
            yield f"    {line}"
