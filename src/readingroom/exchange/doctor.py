"""The connectivity doctor: what works between us and a node, step by step, and what to do where it does not.

It sends nothing of a patient and, unless a study to be moved is named, receives nothing of one: it asks for a
study that cannot exist.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from readingroom.association import VERIFICATION, AssociationEnded
from readingroom.errors import ReadingRoomError
from readingroom.model import Node
from readingroom.standard.sop_classes import (
    INSTANCE_AVAILABILITY_NOTIFICATION,
    PATIENT_ROOT_FIND,
    PATIENT_ROOT_GET,
    PATIENT_ROOT_MOVE,
    STORAGE_COMMITMENT_PUSH_MODEL,
    STUDY_ROOT_FIND,
    STUDY_ROOT_GET,
    STUDY_ROOT_MOVE,
)

from .asking import PLAIN
from .calling import Ourselves, never
from .doctor_faults import Trouble, alert_trouble, connection_trouble, tls_trouble
from .doctor_findings import Finding, Listening, Outcome, Step, sentence
from .doctor_line import Line
from .doctor_masking import version_name
from .doctor_move import check_move
from .doctor_services import check_commitment, check_contexts, check_echo, check_find, check_get
from .doctor_trace import Trace

_SERVICES = {
    VERIFICATION: "C-ECHO",
    STUDY_ROOT_FIND: "C-FIND",
    STUDY_ROOT_MOVE: "C-MOVE",
    STUDY_ROOT_GET: "C-GET",
    PATIENT_ROOT_FIND: "C-FIND by patient",
    PATIENT_ROOT_MOVE: "C-MOVE by patient",
    PATIENT_ROOT_GET: "C-GET by patient",
    STORAGE_COMMITMENT_PUSH_MODEL: "storage commitment",
    INSTANCE_AVAILABILITY_NOTIFICATION: "availability notices",
}
_ALERT_SECONDS = 0.5  # in which a node tells that it dislikes our certificate (RFC 8446 4.4.2.4)
_SOON = 30  # days
_MOST_ADDRESSES = 4


def examine(
    us: Ourselves,
    node: Node,
    *,
    listening: Listening | None = None,
    study: str = "",
    thorough: bool = True,
    patience: float = 10.0,
    trace: Trace | None = None,
    is_cancelled: Callable[[], bool] = never,
) -> Iterator[Step]:
    """Look at everything between us and a node; yields each of `STEPS` when it is done.

    What fails ends only the steps that depend on it; they come as "not tried". Nothing is raised for what
    the node does. listening: our server, for the move back; None when it is not known. study: Study
    Instance UID of something small to be moved to us for certain; without it a study is asked for that does
    not exist. thorough: find every transfer syntax of each storage and service class, not only
    the one that the node prefers. patience: seconds for the connection and for each answer. trace: takes
    down what goes over the line.
    """
    line = Line(
        us=replace(us, associate_seconds=patience),
        node=replace(node, timeout=patience),
        listening=listening,
        patience=patience,
        trace=trace,
        is_cancelled=is_cancelled,
    )
    return _Examination(line, study, thorough).steps()


@dataclass(frozen=True, slots=True)
class Doctor:
    """Who examines nodes: us, and where our server listens; for those who do not know these themselves."""

    us: Ourselves
    listening: Listening

    def examine(self, node: Node, **how: Any) -> Iterator[Step]:
        """As the function `examine`, whose other arguments are `how`."""
        return examine(self.us, node, listening=self.listening, **how)


class _Examination:
    def __init__(self, line: Line, study: str, thorough: bool) -> None:
        self._line = line
        self._node = line.node
        self._study = study
        self._thorough = thorough
        self._addresses: list[tuple[Any, ...]] = []
        self._sock: socket.socket | None = None
        self._roots: dict[str, str] = {}  # steps that cannot be built on, and the step that is to blame

    def steps(self) -> Iterator[Step]:
        line = self._line
        if line.trace is not None:
            line.trace.begin(f"{line.us.ae_title} calls {self._node.ae_title}", self._node)
        plan: tuple[tuple[str, str, Callable[[], Finding]], ...] = (
            ("name", "", self._resolve),
            ("connection", "name", self._connect),
            ("tls", "connection", self._greet_in_tls),
            ("association", "tls", self._associate),
            ("echo", "association", lambda: check_echo(line)),
            ("find", "association", lambda: check_find(line)),
            ("move", "association", lambda: check_move(line, self._study)),
            ("get", "association", lambda: check_get(line)),
            ("commitment", "association", lambda: check_commitment(line)),
            ("contexts", "association", lambda: check_contexts(line, self._thorough)),
        )
        try:
            for name, needs, look in plan:
                step = self._step(name, needs, look)
                if step.outcome is Outcome.FAILED or needs in self._roots:
                    self._roots[name] = self._roots.get(needs, name)
                if line.trace is not None:  # what was said above DICOM may repeat words of the node
                    below = name in ("name", "connection", "tls")
                    line.trace.note(f"== {name}: {step.outcome.value}", [step.said] if below else [])
                yield step
        finally:
            if self._sock is not None:
                self._sock.close()

    def _step(self, name: str, needs: str, look: Callable[[], Finding]) -> Step:
        if needs in self._roots:
            return Step(name, Outcome.NOT_TRIED, f"Not reached: the step {self._roots[needs]} failed.")
        if self._line.is_cancelled():
            return Step(name, Outcome.NOT_TRIED, "It was cancelled before.")
        began = time.monotonic()
        try:
            found = look()
        except Trouble as trouble:
            found = Finding(trouble.said, Outcome.FAILED, trouble.remedy)
        except ReadingRoomError as error:  # our own certificates, a value that cannot be sent
            found = Finding(
                sentence(error), Outcome.FAILED, "The fault is on our side: correct our settings."
            )
        except OSError as error:
            words = f"The connection broke: {error.strerror or error}."
            found = Finding(words, Outcome.FAILED, "Try again, and check the network between us.")
        seconds = time.monotonic() - began
        return Step(name, found.outcome, found.said, found.remedy, seconds, found.accepted, found.services)

    # ── below DICOM

    def _resolve(self) -> Finding:
        node = self._node
        try:
            self._addresses = list(socket.getaddrinfo(node.host, node.port, type=socket.SOCK_STREAM))
        except (OSError, ValueError) as error:  # ValueError: what cannot be a name at all
            words = error.strerror if isinstance(error, OSError) else "it cannot be a host name"
            raise Trouble(
                f"The host name {node.host} cannot be resolved: {words}.",
                "Check its spelling, enter the IP address instead, or have it added to the name server that "
                "this machine uses.",
            ) from None
        found = list(dict.fromkeys(str(one[4][0]) for one in self._addresses))
        if found == [node.host]:
            return Finding(f"{node.host} is an address.")
        return Finding(f"{node.host} is {', '.join(found[:8])}.")

    def _connect(self) -> Finding:
        node = self._node
        trouble = None
        for family, kind, protocol, _, where in self._addresses[:_MOST_ADDRESSES]:
            try:
                self._sock = _dialled(family, kind, protocol, where, self._line.patience)
            except OSError as error:
                trouble = trouble or connection_trouble(error, node, self._line.patience)
                continue
            self._line.our_address = str(self._sock.getsockname()[0])
            return Finding(f"Something takes connections at {where[0]}, port {node.port}.")
        raise trouble or Trouble(f"{node.host} has no address.")

    def _greet_in_tls(self) -> Finding:
        node = self._node
        if not node.tls:
            return Finding("This node is called without TLS.", Outcome.NOT_TRIED)
        context = self._line.us.tls()
        assert self._sock is not None
        try:
            sock = self._sock = context.wrap_socket(self._sock, server_hostname=node.host)
        except OSError as error:
            raise tls_trouble(error, node) from None
        except ValueError as error:  # a name that no certificate can hold
            raise Trouble(f"{node.host} is no name for TLS: {error}.", "Enter its full host name.") from None
        self._await_alert(sock)
        version, cipher = sock.version(), (sock.cipher() or ("",))[0]
        return _judged_certificate(node, f"{version}, {cipher}", sock.getpeercert() or {})

    def _await_alert(self, sock: ssl.SSLSocket) -> None:
        """In TLS 1.3 a node sees our certificate only after the handshake has ended for us."""
        sock.settimeout(_ALERT_SECONDS)
        try:
            if not sock.recv(1):
                raise alert_trouble("", self._node)
        except TimeoutError:
            return
        except OSError as error:
            raise alert_trouble(str(error), self._node) from None

    # ── the association

    def _associate(self) -> Finding:
        node = self._node
        sock, self._sock = self._sock, None  # one connection for all steps up to here: some nodes have few
        assoc = self._line.open([(uid, PLAIN) for uid in _SERVICES], sock)
        self._line.offered = frozenset(one.abstract_syntax for one in assoc.contexts.values())
        who = assoc.peer_user
        names = [name for uid, name in _SERVICES.items() if uid in self._line.offered]
        said = f"{node.ae_title} takes associations from {self._line.us.ae_title}. "
        if who.implementation_version_name:
            said += f"It is {version_name(who.implementation_version_name)}. "
        said += f"It offers {', '.join(names) or 'us no service but, perhaps, storage'}."
        try:
            assoc.release(self._line.patience)
        except (AssociationEnded, OSError):
            return Finding(
                f"{said} It does not confirm the end of an association.",
                Outcome.WARNING,
                "Nothing is lost by it, but tell its vendor.",
            )
        finally:
            assoc.close()
        return Finding(said)


def _dialled(family: int, kind: int, protocol: int, where: Any, patience: float) -> socket.socket:
    sock = socket.socket(family, kind, protocol)
    try:
        sock.settimeout(patience or None)
        sock.connect(where)
    except BaseException:
        sock.close()
        raise
    return sock


def _judged_certificate(node: Node, spoken: str, certificate: Mapping[str, Any]) -> Finding:
    """A good certificate, which may end soon."""
    said = f"It speaks {spoken}."
    if "notAfter" not in certificate:
        return Finding(said)
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
    days = (ends - datetime.now(UTC)).days
    said += f" Its certificate is good until {ends:%Y-%m-%d}."
    if days >= _SOON:
        return Finding(said)
    return Finding(
        said, Outcome.WARNING,
        f"It ends in {days} days: its administrator has to renew it.",
    )  # fmt: skip
