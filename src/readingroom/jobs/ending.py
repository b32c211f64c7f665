"""What the event log is told of a job that is over."""

from __future__ import annotations

import time

from readingroom.index import DONE, FAILED, WARNING, Event
from readingroom.model import ItemState, Job, JobState


def ended(job: Job, state: JobState, words: str) -> Event:
    """The event of its end.

    words: why; of what a peer said the log must be able to leave out, in case it names a patient.
    """
    order = job.order
    facts = {"kind": order.kind, "run": job.run, "by": order.ordered_by}
    facts |= {item.value: count for item, count in job.counts.items()}
    sentence = f"Job {job.id}, {order.kind}, {state.value}: {job.counts[ItemState.DONE]} of {job.total} done."
    outcome = {JobState.FAILED: FAILED, JobState.CANCELLED: WARNING}.get(state, DONE)
    if outcome == DONE and job.counts[ItemState.WARNING]:
        outcome = WARNING
    return Event(
        time.time(), "job", order.node, str(job.id), sentence, outcome=outcome, facts=facts, private=words
    )
