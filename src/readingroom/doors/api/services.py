"""What this door needs from the house."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from readingroom.access import Caller, Gate, Preferences, Role
from readingroom.archive import Archive, Lifecycle
from readingroom.errors import Refused, Unknown
from readingroom.exchange import Doctor, Orders, RuleBook
from readingroom.jobs import JobBook
from readingroom.journal import LogBook
from readingroom.nodes import NodeBook
from readingroom.prepare import Videos, Volumes
from readingroom.query import QueryEngine, SavedSearches, StudyEvents
from readingroom.reading import HangingBook, SessionBook


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the viewer shows of the server it talks to."""

    name: str
    version: str
    ae_title: str
    dicom_port: int


@dataclass(frozen=True, slots=True)
class ApiServices:
    """The engines behind this door. login_required: whether browsers have to sign in.

    hidden_classes: SOP classes that the viewer leaves out of its rail until a reader wants them.
    """

    gate: Gate
    nodes: NodeBook
    archive: Archive
    query: QueryEngine
    searches: SavedSearches
    preferences: Preferences
    hangings: HangingBook
    readings: SessionBook
    changes: StudyEvents
    jobs: JobBook
    orders: Orders
    lifecycle: Lifecycle
    log: LogBook
    rules: RuleBook
    doctor: Doctor
    volumes: Volumes
    videos: Videos
    server: ServerFacts
    login_required: bool
    secure_cookie: bool
    hidden_classes: tuple[str, ...] = ()


def caller_of(request: Request, role: Role = Role.READER) -> Caller:
    """Who asks. Raises Unknown when nobody signed in, Refused when the role is missing."""
    caller: Caller | None = request.state.caller
    if caller is None:
        raise Unknown
    if not caller.is_a(role):
        raise Refused(f"{caller.display_name} is not a {role.value}.")
    return caller
