"""A commitment report that was given up, once more: a job that a person restarted. PS3.4 J.3.3.1.2."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from readingroom.access import NetworkPolicy
from readingroom.archive import Archive
from readingroom.errors import NotFound
from readingroom.index import commitments
from readingroom.index.commitments import REPORTED
from readingroom.jobs import Report
from readingroom.model import JobItem, NewJob

from .calling import Ourselves
from .commitment_check import check, report_of
from .commitment_messages import DUPLICATE_TRANSACTION
from .commitment_reports import end_of_report, report_anew, reported_words


class ReportJobs:
    """Reports to the peer that asked for a commitment; the one item is the Transaction UID.

    `Reporter` makes these jobs, failed already, of reports that it has given up.
    """

    def __init__(self, us: Ourselves, archive: Archive, policy: NetworkPolicy) -> None:
        self._us = us
        self._archive = archive
        self._policy = policy

    def items(self, order: NewJob) -> Sequence[str]:
        """The Transaction UID."""
        return [order.parameters["transaction"]]

    def work(self, order: NewJob, items: Sequence[JobItem], report: Report) -> None:
        """What is told is what is on disk now, not what was found days ago.

        Raises NotFound when the request has been forgotten or its node is no longer known, and as
        `report_anew`.
        """
        database = self._archive.database
        with database.reading() as connection:
            row = commitments.find(connection, int(order.parameters["commitment"]))
        if row is None or row.transaction_uid != order.parameters["transaction"]:
            raise NotFound("The request is too long ago: it has been forgotten.")
        if row.state != REPORTED:
            if not any(one.reason == DUPLICATE_TRANSACTION for one in row.failures):
                row = replace(row, failures=tuple(check(self._archive, row.instances)))
            told = report_of(row)
            report_anew(self._us, self._policy.destination(row.peer), row, told)
            with database.writing() as connection:
                end_of_report(connection, row, REPORTED, reported_words(row, told), time.time())
        report.done(order.parameters["transaction"])
