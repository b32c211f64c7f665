"""Fetching what another node says it has ONLINE and what is not here: ordered as durable jobs, each once."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence

from readingroom.index import Connection, jobs
from readingroom.model import NewJob, Node

from .availability_messages import NoticedInstance
from .orders import selection_of

_KIND = "fetch"
_MOST = 2000
"""Instances of one job: what comes later to a job that has not begun is added to it up to here."""


def not_under_way(
    connection: Connection, study: str, wanted: Sequence[NoticedInstance]
) -> list[NoticedInstance]:
    """Those that no fetch is going to bring, whoever ordered it."""
    left = list(wanted)
    for job in jobs.open_jobs(connection, _KIND):
        selected = selection_of(job.order)
        if study not in selected.study_instance_uids:
            continue
        if job.total:
            waiting = jobs.waiting_keys(connection, job.id)
            left = [one for one in left if one.sop_instance_uid not in waiting]
            continue
        series, instances = selected.series_instance_uids, selected.sop_instance_uids
        left = [
            one
            for one in left
            if (series and one.series_instance_uid not in series)
            or (instances and one.sop_instance_uid not in instances)
        ]
    return left


def order_fetch(
    connection: Connection, node: Node, study: str, wanted: Sequence[NoticedInstance], subject: str, by: str
) -> int:
    """The number of the job that will bring them: one of this kind that has not begun, else a new one."""
    series = {one.series_instance_uid: None for one in wanted}
    instances = {one.sop_instance_uid: None for one in wanted}
    for job in jobs.open_jobs(connection, _KIND):
        order = job.order
        known = selection_of(order)
        mine = (node.name, by, (study,)) == (order.node, order.ordered_by, known.study_instance_uids)
        both = dict.fromkeys(known.sop_instance_uids) | instances
        if not mine or not known.sop_instance_uids or len(both) > _MOST:
            continue
        parameters = _parameters(study, dict.fromkeys(known.series_instance_uids) | series, both)
        if jobs.change_untaken(connection, job.id, parameters):
            return job.id
    new = NewJob(_KIND, node.name, subject, _parameters(study, series, instances), ordered_by=by)
    return jobs.add_job(connection, new, time.time())


def _parameters(study: str, series: Iterable[str], instances: Iterable[str]) -> dict[str, str]:
    return {"studies": study, "series": " ".join(series), "instances": " ".join(instances)}
