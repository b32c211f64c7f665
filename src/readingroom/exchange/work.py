"""The kinds of jobs that talk to other nodes: send, fetch, forward, commit, notify."""

from __future__ import annotations

import time
from collections.abc import Sequence

from readingroom.archive import Archive
from readingroom.errors import Unavailable
from readingroom.index import commitments
from readingroom.jobs import Later
from readingroom.jobs import Report as JobReport
from readingroom.model import JobItem, NewJob, Node, OnStoreFailure, Selection, StoredInstance

from .asking import Asker
from .availability import notify
from .availability_messages import Availability, notices_of
from .calling import Cancelled, Ourselves
from .commitment import NOT_MENTIONED, request_commitment
from .commitment_messages import FAILURE_REASONS
from .delivery import send
from .fetching import fetch, move
from .keepers import ArchiveKeeper
from .orders import find_node, selection_of
from .outcomes import Counters, Failure
from .planning import list_instances, studies_of

_LOOK_EVERY = 5.0
_STAY_SECONDS = 10.0
_LONGEST_WAIT = 900.0


class SendJobs:
    """C-STORE of selected instances to the order's node; one item for each."""

    def __init__(self, us: Ourselves, archive: Archive) -> None:
        self._us = us
        self._archive = archive

    def items(self, order: NewJob) -> Sequence[str]:
        """SOP Instance UIDs."""
        return [stored.ref.sop_instance_uid for stored in self._archive.instances(selection_of(order))]

    def work(self, order: NewJob, items: Sequence[JobItem], report: JobReport) -> None:
        """Raises Unavailable while the node cannot be had, or says that it is out of resources."""
        node = find_node(self._archive, order.node)
        selected = selection_of(order)
        wanted = [item.key for item in items]
        found = self._archive.instances(
            Selection(selected.patient_ids, selected.study_instance_uids, sop_instance_uids=tuple(wanted))
        )
        here = {stored.ref.sop_instance_uid for stored in found}
        for uid in wanted:
            if uid not in here:
                report.failed(uid, "It is no longer here.")
        passing: list[Failure] = []

        def told(stored: StoredInstance, failure: Failure | None) -> None:
            uid = stored.ref.sop_instance_uid
            if failure is None:
                report.done(uid)
            elif failure.is_transient and node.on_store_failure is OnStoreFailure.CONTINUE:
                passing.append(failure)
            else:
                report.failed(uid, failure.words)

        try:
            sent = send(self._us, node, self._archive, found, told=told, is_cancelled=report.is_over)
        except Cancelled:
            return
        for warning in sent.warnings:
            report.warned(warning.uid, warning.words)
        if sent.untried and not sent.cancelled:
            for uid in sent.untried:
                report.failed(uid, "Not tried: the node wants sending to end at the first failure.")
        if passing:
            raise Unavailable(passing[-1].words)


class FetchJobs:
    """Retrieval of selected studies from the order's node; one item for each instance that is not here."""

    def __init__(self, us: Ourselves, archive: Archive) -> None:
        self._us = us
        self._archive = archive
        self._keeper = ArchiveKeeper(archive)

    def items(self, order: NewJob) -> Sequence[str]:
        """SOP Instance UIDs, as the node lists them, and those named ones that it does not list.

        Raises as `list_instances`.
        """
        node = find_node(self._archive, order.node)
        selection = selection_of(order)
        held = self._keeper.held(Selection(study_instance_uids=studies_of(selection)))
        with Asker(self._us, node) as asker:
            listed = list(list_instances(asker, selection))
        unwanted = node.blacklisted_sop_classes
        wanted = [one.uid for one in listed if one.uid not in held and one.sop_class_uid not in unwanted]
        absent = {*selection.sop_instance_uids} - {one.uid for one in listed} - held
        return [*wanted, *sorted(absent)]

    def work(self, order: NewJob, items: Sequence[JobItem], report: JobReport) -> None:
        """Raises Unavailable while the node cannot be had or fails for what may pass."""
        node = find_node(self._archive, order.node)
        selection = selection_of(order)
        study_level = Selection(study_instance_uids=studies_of(selection))
        waiting = {item.key for item in items}
        looked = time.monotonic()

        def arrived() -> None:
            for uid in sorted(waiting & self._keeper.held(study_level)):
                waiting.discard(uid)
                report.done(uid)

        def progressed(_: Counters) -> None:
            nonlocal looked
            if time.monotonic() - looked > _LOOK_EVERY:
                looked = time.monotonic()
                arrived()

        try:
            fetched = fetch(
                self._us, node, self._keeper, selection, report=progressed, is_cancelled=report.is_over
            )
        except Cancelled:
            return
        arrived()
        if fetched.cancelled:
            return
        passing = [failure for failure in fetched.failures if failure.is_transient]
        for failure in fetched.failures:
            if not failure.is_transient and failure.uid in waiting:
                waiting.discard(failure.uid)
                report.failed(failure.uid, failure.words)
        if passing:
            raise Unavailable(passing[-1].words)
        words = fetched.failures[-1].words if fetched.failures else "The node did not send it."
        for uid in sorted(waiting):
            report.failed(uid, words)


class ForwardJobs:
    """C-MOVE by which one node sends studies to another; one item for each study."""

    def __init__(self, us: Ourselves, archive: Archive) -> None:
        self._us = us
        self._archive = archive

    def items(self, order: NewJob) -> Sequence[str]:
        """Study Instance UIDs."""
        return selection_of(order).study_instance_uids

    def work(self, order: NewJob, items: Sequence[JobItem], report: JobReport) -> None:
        """Raises Unavailable while the source cannot be had or fails for what may pass."""
        source = find_node(self._archive, order.parameters["source"])
        destination = find_node(self._archive, order.node)
        selected = selection_of(order)
        for item in items:
            one = Selection((), (item.key,), selected.series_instance_uids, selected.sop_instance_uids)
            try:
                moved = move(self._us, source, one, destination.ae_title, is_cancelled=report.is_over)
            except Cancelled:
                return
            if moved.cancelled:
                return
            if not moved.failures:
                report.done(item.key)
                continue
            words = moved.failures[0].words
            if any(failure.is_transient for failure in moved.failures):
                raise Unavailable(words)
            report.failed(item.key, f"{len(moved.failures)} could not be moved: {words}")


class CommitJobs:
    """Storage commitment by the order's node (PS3.4 annex J); one item for each selected instance."""

    def __init__(self, us: Ourselves, archive: Archive) -> None:
        self._us = us
        self._archive = archive
        self._asked: dict[tuple[str, frozenset[commitments.SopReference]], tuple[int, float]] = {}
        """Of a node and what it was asked to commit: our row, and until when its report is waited for."""

    def items(self, order: NewJob) -> Sequence[str]:
        """SOP Instance UIDs."""
        return [stored.ref.sop_instance_uid for stored in self._archive.instances(selection_of(order))]

    def work(self, order: NewJob, items: Sequence[JobItem], report: JobReport) -> None:
        """Ask, or see whether the report has come; after a crash it is asked anew, under another UID.

        Raises Later while the report is waited for, Unavailable while the node cannot be had, or when it has
        not reported for a quarter of an hour.
        """
        node = find_node(self._archive, order.node)
        wanted = Selection(
            study_instance_uids=selection_of(order).study_instance_uids,
            sop_instance_uids=tuple(item.key for item in items),
        )
        found = {one.ref.sop_instance_uid: one.sop_class_uid for one in self._archive.instances(wanted)}
        for item in items:
            if item.key not in found:
                report.failed(item.key, "It is no longer here.")
        if not found:
            return
        row = self._answer(node, [commitments.SopReference(kind, uid) for uid, kind in found.items()])
        reasons = {one.sop_instance_uid: one.reason for one in row.failures}
        for uid in found:
            if uid in reasons:
                report.failed(uid, _reason_words(reasons[uid]))
            else:
                report.done(uid)

    def _answer(self, node: Node, references: Sequence[commitments.SopReference]) -> commitments.Commitment:
        """The transaction about these, when it is answered. Raises as `work`."""
        what = (node.name, frozenset(references))
        if what in self._asked:
            pk, until = self._asked[what]
            with self._archive.database.reading() as connection:
                row = commitments.find(connection, pk)
        else:
            row = request_commitment(
                self._archive.database, self._us, node, references,
                stay_seconds=_STAY_SECONDS, wait_seconds=_STAY_SECONDS,
            )  # fmt: skip
            pk, until = self._asked[what] = row.pk, time.monotonic() + _LONGEST_WAIT
        if row is not None and row.state == commitments.ANSWERED:
            del self._asked[what]
            return row
        if row is None or time.monotonic() > until:
            del self._asked[what]
            raise Unavailable(f"{node.name} took the request but has not reported.")
        raise Later(f"{node.name} has taken the request; its report is waited for.", _LOOK_EVERY)


class NotifyJobs:
    """Instance Availability Notification (PS3.4 annex R) of what is ONLINE; one item for each study."""

    def __init__(self, us: Ourselves, archive: Archive) -> None:
        self._us = us
        self._archive = archive

    def items(self, order: NewJob) -> Sequence[str]:
        """Study Instance UIDs."""
        selected = self._archive.instances(selection_of(order))
        return list(dict.fromkeys(stored.ref.study_instance_uid for stored in selected))

    def work(self, order: NewJob, items: Sequence[JobItem], report: JobReport) -> None:
        """One notice for each study. Raises as `notify`."""
        node = find_node(self._archive, order.node)
        selected = self._archive.instances(selection_of(order))
        for notice in notices_of(selected, Availability.ONLINE, self._us.ae_title):
            if report.is_over():
                return
            notify(self._us, node, [notice])
            report.done(notice.study_instance_uid)


def _reason_words(reason: int) -> str:
    if reason == NOT_MENTIONED:
        return "The node does not mention it in its report."
    words = FAILURE_REASONS.get(reason, "a reason that the standard does not name")
    return f"Not committed: {words} ({reason:04X}H)."
