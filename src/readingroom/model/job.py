"""Work that outlives the process that was asked for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


class JobState(Enum):
    """Where a job stands."""

    WAITING = "waiting"
    """Its turn has not come."""
    RUNNING = "running"
    RESTING = "resting"
    """Something passing stopped it; it goes on by itself at `next_try`."""
    DONE = "done"
    FAILED = "failed"
    """It ended, and some items failed or none could be tried; restarting it tries those again."""
    CANCELLED = "cancelled"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens unless somebody restarts it."""
        return self in (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class ItemState(Enum):
    """What became of one item of a job."""

    WAITING = "waiting"
    DONE = "done"
    WARNING = "warning"
    """Done, and the peer said something about it."""
    FAILED = "failed"


class Priority(Enum):
    """Whose turn is first."""

    HIGH = 1
    NORMAL = 100
    LOW = 1000


@dataclass(frozen=True, slots=True)
class JobItem:
    """One thing to do: an instance to send, a series to prepare.

    key: what it is, unique in its job: a UID, or "study/series". words: what the peer or we said of it.
    """

    key: str
    state: ItemState = ItemState.WAITING
    words: str = ""


@dataclass(frozen=True, slots=True)
class NewJob:
    """An order.

    kind: the name of a handler. node: whose turn it takes, empty for work at home. subject: for people,
    such as the patient and study. parameters: what the handler needs, plain strings.
    """

    kind: str
    node: str = ""
    subject: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    ordered_by: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """An order and what became of it so far.

    run: how often it was started; restarting and going on after a rest count. attempts: tries in a
    row that came to nothing. counts: number of items by state; all zero until the handler has said
    what there is to do.
    words: why it rests or failed. Times are seconds since the epoch, 0.0 for not yet.
    """

    id: int
    order: NewJob
    state: JobState
    run: int
    attempts: int
    counts: Mapping[ItemState, int]
    words: str
    created: float
    started: float
    ended: float
    next_try: float
    is_cancelling: bool = False
    is_seen: bool = False

    @property
    def total(self) -> int:
        """All items."""
        return sum(self.counts.values())
