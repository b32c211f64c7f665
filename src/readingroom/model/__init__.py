"""Our nouns: frozen values that any room may build and pass on.

Never does I/O, never knows SQL, HTTP or the DICOM network. Values describe; rooms act.
"""

from .attribute import Attribute, Attributes, Packed, Tag
from .deletion import Deletion
from .hanging import Cell, Hanging, HangingCondition, Screen, Selector, Show
from .instance import FrameIndex, InstanceRef, Outcome, OutcomeKind, StoredInstance
from .instant import date_key, datetime_key, range_end, split_range, time_key
from .job import ItemState, Job, JobItem, JobState, NewJob, Priority
from .level import Level
from .node import Node, OnStoreFailure, RetrieveBy, Right
from .origin import Origin, OriginKind
from .person_name import PersonName, fold, normalise_name
from .query import Key, Match, Order, Query
from .rule import Rule
from .selection import Selection

__all__ = [
    "Attribute",
    "Attributes",
    "Cell",
    "Deletion",
    "FrameIndex",
    "Hanging",
    "HangingCondition",
    "InstanceRef",
    "ItemState",
    "Job",
    "JobItem",
    "JobState",
    "Key",
    "Level",
    "Match",
    "NewJob",
    "Node",
    "OnStoreFailure",
    "Order",
    "Origin",
    "OriginKind",
    "Outcome",
    "OutcomeKind",
    "Packed",
    "PersonName",
    "Priority",
    "Query",
    "RetrieveBy",
    "Right",
    "Rule",
    "Screen",
    "Selection",
    "Selector",
    "Show",
    "StoredInstance",
    "Tag",
    "date_key",
    "datetime_key",
    "fold",
    "normalise_name",
    "range_end",
    "split_range",
    "time_key",
]
