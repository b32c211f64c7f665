"""pynetdicom on both sides of storage commitment: who asks and is told, and who is asked and tells."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid
from pynetdicom import AE, build_role, evt

from .ports import HOST

PUSH_MODEL = "1.2.840.10008.1.20.1"
WELL_KNOWN = "1.2.840.10008.1.20.1.1"
SYNTAXES = ["1.2.840.10008.1.2", "1.2.840.10008.1.2.1"]

logging.getLogger("pynetdicom").setLevel(logging.CRITICAL)


def references(instances: Sequence[tuple[str, str]]) -> list[Dataset]:
    """Items of a Referenced SOP Sequence: (class, instance)."""
    items = []
    for sop_class, uid in instances:
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
        items.append(item)
    return items


def action_information(instances: Sequence[tuple[str, str]], transaction_uid: str = "") -> Dataset:
    """What an N-ACTION asks for."""
    ds = Dataset()
    ds.TransactionUID = transaction_uid or generate_uid()
    ds.ReferencedSOPSequence = references(instances)
    return ds


@dataclass
class Told:
    """One N-EVENT-REPORT as it came, and on whose association."""

    event_type: int
    information: Dataset
    by_us: bool

    @property
    def committed(self) -> set[tuple[str, str]]:
        """(class, instance) of every Item of Referenced SOP Sequence."""
        items = self.information.get("ReferencedSOPSequence", [])
        return {(str(i.ReferencedSOPClassUID), str(i.ReferencedSOPInstanceUID)) for i in items}

    @property
    def failures(self) -> dict[str, int]:
        """Instance to its Failure Reason."""
        items = self.information.get("FailedSOPSequence", [])
        return {str(i.ReferencedSOPInstanceUID): int(i.FailureReason) for i in items}


@dataclass
class Asker:
    """A storage commitment SCU.

    answers: statuses for the reports that come, the last one for all further ones. ours: the port of the
    server it asks.
    """

    ae_title: str
    ours: int
    called: str = "READINGROOM"
    answers: list[int] = field(default_factory=lambda: [0x0000])
    told: list[Told] = field(default_factory=list)

    @contextmanager
    def association(self, contexts: Sequence[str] = (PUSH_MODEL,), **more: Any) -> Iterator[Any]:
        """One that is released at the end."""
        ae = AE(self.ae_title)
        for uid in contexts:
            ae.add_requested_context(uid, SYNTAXES)
        handlers = [(evt.EVT_N_EVENT_REPORT, lambda event: self._take(event, True))]
        assoc = ae.associate(HOST, self.ours, ae_title=self.called, evt_handlers=handlers, **more)
        assert assoc.is_established, "the association was not accepted"
        try:
            yield assoc
        finally:
            assoc.release()

    def ask(
        self, instances: Sequence[tuple[str, str]], transaction_uid: str = "", *, stay: float = 0.0
    ) -> int:
        """N-ACTION; the status. stay: how long the association is kept open while no report comes."""
        with self.association() as assoc:
            information = action_information(instances, transaction_uid)
            status, _ = assoc.send_n_action(information, 1, PUSH_MODEL, WELL_KNOWN)
            until = time.monotonic() + stay
            while time.monotonic() < until and not self.told:
                time.sleep(0.05)
        return int(status.Status)

    @contextmanager
    def listening(self, port: int, *, role: bool = True) -> Iterator[None]:
        """Take reports on associations of the archive's own. role: agree to be SCU there."""
        ae = AE(self.ae_title)
        if role:
            ae.add_supported_context(PUSH_MODEL, SYNTAXES, scu_role=False, scp_role=True)
        else:
            ae.add_supported_context(PUSH_MODEL, SYNTAXES)
        handlers = [(evt.EVT_N_EVENT_REPORT, lambda event: self._take(event, False))]
        server = ae.start_server((HOST, port), block=False, evt_handlers=handlers)
        try:
            yield
        finally:
            server.shutdown()

    def _take(self, event: Any, by_us: bool) -> tuple[int, None]:
        self.told.append(Told(event.request.EventTypeID, event.event_information, by_us))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0], None


Report = Callable[[Dataset], tuple[int, Dataset]]
"""From Action Information to event type and Event Information."""


def all_committed(asked: Dataset) -> tuple[int, Dataset]:
    """Everything that was asked for is kept."""
    return 1, asked


@dataclass
class Committer:
    """A storage commitment SCP: where it listens, and what it was asked.

    status: of its N-ACTION responses. responses: statuses that its reports were answered with.
    """

    ae_title: str
    port: int
    report: Report = all_committed
    status: int = 0x0000
    on_same_association: bool = True
    back_to: int = 0
    asked: list[Dataset] = field(default_factory=list)
    responses: list[int] = field(default_factory=list)
    threads: list[threading.Thread] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[Committer]:
        """Listening from here to the end of the block."""
        ae = AE(self.ae_title)
        ae.add_supported_context(PUSH_MODEL, SYNTAXES)
        server = ae.start_server(
            (HOST, self.port), block=False, evt_handlers=[(evt.EVT_N_ACTION, self._take)]
        )
        try:
            yield self
        finally:
            for thread in self.threads:
                thread.join(30.0)
            server.shutdown()

    def _take(self, event: Any) -> tuple[int, None]:
        asked = event.action_information
        self.asked.append(asked)
        if self.status == 0:
            way = self._on_the_same if self.on_same_association else self._on_another
            self.threads.append(threading.Thread(target=way, args=(event.assoc, asked), daemon=True))
            self.threads[-1].start()
        return self.status, None

    def _on_the_same(self, assoc: Any, asked: Dataset) -> None:
        time.sleep(0.3)  # the response to the N-ACTION goes first
        self._send(assoc, asked)

    def _on_another(self, _assoc: Any, asked: Dataset) -> None:
        time.sleep(0.3)
        self.tell(asked)

    def tell(self, asked: Dataset) -> None:
        """Report on an association of its own, as SCP."""
        ae = AE(self.ae_title)
        ae.add_requested_context(PUSH_MODEL, SYNTAXES)
        role = build_role(PUSH_MODEL, scp_role=True)
        assoc = ae.associate(HOST, self.back_to, ae_title="READINGROOM", ext_neg=[role])
        assert assoc.is_established
        self._send(assoc, asked)
        assoc.release()

    def _send(self, assoc: Any, asked: Dataset) -> None:
        event_type, information = self.report(asked)
        status, _ = assoc.send_n_event_report(information, event_type, PUSH_MODEL, WELL_KNOWN)
        with contextlib.suppress(AttributeError):  # an empty status: the association ended
            self.responses.append(int(status.Status))
