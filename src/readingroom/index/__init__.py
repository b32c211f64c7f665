"""All SQL: schema, migrations, named queries, change feed.

Other rooms hand over plain values and get plain values; a `Database` connection passes through them as an
opaque thing that says "in this transaction". Nothing here reads DICOM bytes or decides who may ask.
"""

from sqlalchemy import Connection

from . import (
    commitments,
    deleting,
    events,
    hangings,
    jobs,
    keeping,
    preferences,
    reading_sessions,
    rules,
    searches,
)
from .adding import Added, Batch
from .changes import (
    Change,
    changes_since,
    clear_images,
    every_instance,
    every_revision,
    known_blobs,
    last_change,
)
from .database import Database
from .events import DONE, FAILED, WARNING, Event, EventFilter
from .finding import Found, count, find, first_instance, select_instances
from .hangings import StoredHanging
from .keeping import Account, SeriesState
from .listing import count_studies, list_studies
from .narrowing import distinct
from .reading_sessions import StoredSession
from .record import Computed, Record
from .search_statement import Condition, Sorting, Test
from .searches import SavedSearch
from .wording import needle

__all__ = [
    "DONE",
    "FAILED",
    "WARNING",
    "Account",
    "Added",
    "Batch",
    "Change",
    "Computed",
    "Condition",
    "Connection",
    "Database",
    "Event",
    "EventFilter",
    "Found",
    "Record",
    "SavedSearch",
    "SeriesState",
    "Sorting",
    "StoredHanging",
    "StoredSession",
    "Test",
    "changes_since",
    "clear_images",
    "commitments",
    "count",
    "count_studies",
    "deleting",
    "distinct",
    "events",
    "every_instance",
    "every_revision",
    "find",
    "first_instance",
    "hangings",
    "jobs",
    "keeping",
    "known_blobs",
    "last_change",
    "list_studies",
    "needle",
    "preferences",
    "reading_sessions",
    "rules",
    "searches",
    "select_instances",
]
