"""Every operation of this door beside what does it: the one source of routes and of the OpenAPI document."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from readingroom.access import Role
from readingroom.wire import FLAG, TEXT, WHOLE, Operation, Parameter, Schema, between, named, one_of

from . import (
    deletions,
    doctor,
    download,
    events,
    hangings,
    jobs,
    log,
    nodes,
    preferences,
    readings,
    reformat,
    rules,
    schemas,
    searches,
    session,
    studies,
    videos,
)
from .services import ApiServices

Handler = Callable[[ApiServices, Request], Response]
BodyHandler = Callable[[ApiServices, Request, bytes], Response]
StreamHandler = Callable[[ApiServices, Request], Awaitable[Response]]

_JSON = "application/json"
_EVENTS = "text/event-stream"
_READER, _SENDER, _ADMINISTRATOR = Role.READER.value, Role.SENDER.value, Role.ADMINISTRATOR.value
_BYTES = 16384
_ORDER_BYTES = 2 << 20

_DATE = "YYYYMMDD, YYYYMMDD-YYYYMMDD, YYYYMMDD- or -YYYYMMDD"
_STUDY_FILTERS = (
    Parameter(
        "text",
        "words that all must occur in names, IDs, birth date, accession number, description, modalities "
        "or body parts; one or two letters begin a word",
    ),
    *(
        Parameter(name, "contained, without case and accents; * and ? are wildcards")
        for name in ("name", "referring", "patient_id", "accession", "description", "body_part", "source")
    ),
    Parameter("modality", "list with commas"),
    Parameter("date", _DATE),
    Parameter("birth_date", _DATE),
    Parameter("receiving", "only what objects arrived for in the last ten seconds", FLAG),
    Parameter("sort", "- in front for descending", one_of(*(s + n for n in studies.SORT for s in ("", "-")))),
    Parameter("limit", "studies of a page", between(1, studies.MOST_LISTED)),
    Parameter("cursor", "next of the page before"),
)
_LOG_FILTERS = (
    Parameter("since", "ISO 8601; included"),
    Parameter("until", "ISO 8601; not included"),
    Parameter("kind", "list with commas"),
    Parameter("peer", "AE title, user or address"),
    Parameter("outcome", "of the event", one_of(*log.OUTCOMES)),
    Parameter("text", "contained in sentence, subject or peer"),
    Parameter("limit", "events of a page", between(1, log.MOST_LISTED)),
    Parameter("cursor", "next of the page before"),
    Parameter("after", "the number of a row: what was written since", WHOLE),
    Parameter("format", "csv or json, whatever is accepted", one_of("csv", "json")),
)
_JOB_FILTERS = (
    Parameter("state", "list with commas"),
    Parameter("node", "the name of a node"),
    Parameter("before", "the number of a job", {"type": "integer", "minimum": 1}),
    Parameter("limit", "jobs of a page", between(1, jobs.MOST_LISTED)),
)
_DELETION_FILTERS = (
    Parameter("uid", "only what was deleted under this UID"),
    Parameter("limit", "deletions of a page", between(1, deletions.MOST_LISTED)),
    Parameter("cursor", "next of the page before"),
)
_EXAMINING = (
    Parameter("quick", "only whether each class is taken", FLAG),
    Parameter("trace", "the answer has the wire trace, too", FLAG),
    Parameter("study", "UID of a small study that the node shall move to us"),
)


@dataclass(frozen=True, slots=True)
class Action:
    """An operation and its handler. most_bytes: of the body, 0 for a handler that takes none."""

    operation: Operation
    handler: Handler | BodyHandler | StreamHandler
    most_bytes: int = 0


def _reading(
    path: str,
    handler: Handler | StreamHandler,
    purpose: str,
    answer: Schema | None,
    role: str,
    parameters: tuple[Parameter, ...] = (),
    refusals: tuple[int, ...] = (),
    media_types: tuple[str, ...] = (_JSON,),
) -> Action:
    refused = (*refusals, 400) if parameters else refusals
    told = Operation(
        "GET", path, purpose, media_types, role=role, parameters=parameters, answer=answer, refusals=refused
    )
    return Action(told, handler)


def _ordering(
    method: str,
    path: str,
    handler: Handler,
    purpose: str,
    role: str,
    answer: Schema | None = None,
    refusals: tuple[int, ...] = (),
    parameters: tuple[Parameter, ...] = (),
    media_types: tuple[str, ...] = (_JSON,),
) -> Action:
    """Without a body; 204 where there is no answer."""
    told = Operation(
        method, path, purpose, media_types if answer else (), role=role, parameters=parameters,
        status=200 if answer else 204, answer=answer, refusals=refusals,
    )  # fmt: skip
    return Action(told, handler)


def _taking(
    method: str,
    path: str,
    handler: BodyHandler,
    purpose: str,
    role: str,
    body: Schema,
    answer: Schema | None = None,
    refusals: tuple[int, ...] = (),
    status: int = 200,
    most_bytes: int = _BYTES,
    parameters: tuple[Parameter, ...] = (),
    media_types: tuple[str, ...] = (_JSON,),
    taken: str = _JSON,
) -> Action:
    """With a JSON body, or bytes of another type."""
    told = Operation(
        method, path, purpose, media_types if answer else (), role=role, parameters=parameters,
        body={taken: body if taken == _JSON else None}, status=status, answer=answer,
        refusals=(400, *refusals),
    )  # fmt: skip
    return Action(told, handler, most_bytes)


_NODE, _RULE, _JOB, _DELETION = named("Node"), named("Rule"), named("Job"), named("Deletion")
_SEARCH, _A_SEARCH = named("SavedSearch"), "/api/searches/{search}"
_HANGING, _A_HANGING = named("KeptHanging"), "/api/hangings/{hanging}"
_A_READING = "/api/readings/{reading}"
_A_DELETION = "/api/deleted/{deletion}"
_A_NODE, _A_RULE, _A_JOB = "/api/nodes/{name}", "/api/rules/{name}", "/api/jobs/{job}"
_STEPS = (_JSON, _EVENTS)

ACTIONS: tuple[Action, ...] = (
    _taking(
        "POST",
        "/api/login",
        session.login,
        "Sign in; the answer sets the session cookie",
        "",
        schemas.CREDENTIALS,
        schemas.SIGNED_IN,
        (429,),
    ),
    _ordering("POST", "/api/logout", session.logout, "End the session", ""),
    _reading("/api/session", session.who, "Who is signed in, and to what", schemas.SESSION, ""),
    _reading(
        "/api/studies", studies.listing, "A page of the study list", schemas.STUDIES, _READER, _STUDY_FILTERS
    ),
    _taking(
        "POST",
        "/api/studies/search",
        studies.search,
        "The same, asked in the body, so that no name stands in an address",
        _READER,
        schemas.STUDY_QUESTION,
        schemas.STUDIES,
    ),
    _taking(
        "POST",
        "/api/studies/count",
        studies.count,
        "How many studies there are, counted to ten thousand",
        _READER,
        schemas.STUDY_FILTERS,
        schemas.STUDY_COUNT,
    ),
    _reading(
        "/api/studies/choices",
        studies.choices,
        "Modalities and sources that studies have",
        schemas.STUDY_CHOICES,
        _READER,
    ),
    _reading(
        "/api/download",
        download.zipped,
        "All objects of studies as they are stored, as one ZIP file",
        None,
        _READER,
        (Parameter("study", "Study Instance UID; may be repeated", required=True),),
        (404,),
        ("application/zip",),
    ),
    _reading("/api/searches", searches.listing, "Saved searches of who asks", schemas.SEARCHES, _READER),
    _taking(
        "POST",
        "/api/searches",
        searches.add,
        "Save a search",
        _READER,
        schemas.NEW_SEARCH,
        _SEARCH,
        (409,),
        201,
    ),
    _taking(
        "PUT",
        _A_SEARCH,
        searches.change,
        "Rename or change a saved search",
        _READER,
        schemas.NEW_SEARCH,
        _SEARCH,
        (404, 409),
    ),
    _reading(
        "/api/preferences",
        preferences.listing,
        "What who asks chose",
        schemas.PREFERENCES,
        _READER,
        (Parameter("after", "a version: what was changed since", WHOLE),),
    ),
    _taking(
        "PATCH",
        "/api/preferences",
        preferences.change,
        "Choose; what is not named stays, null is as usual",
        _READER,
        schemas.NEW_PREFERENCES,
        schemas.PREFERENCES,
        (409,),
        most_bytes=preferences.MOST_BYTES,
    ),
    _ordering("DELETE", _A_SEARCH, searches.remove, "Remove a saved search", _READER, refusals=(404,)),
    _reading(
        "/api/hangings",
        hangings.listing,
        "Hanging protocols of who asks, then everybody's",
        schemas.HANGINGS,
        _READER,
    ),
    _taking(
        "POST",
        "/api/hangings",
        hangings.add,
        "Keep a hanging protocol; to share it is for administrators",
        _READER,
        schemas.NEW_HANGING,
        _HANGING,
        (409,),
        201,
        most_bytes=hangings.MOST_BYTES,
    ),
    _taking(
        "POST",
        "/api/hangings/order",
        hangings.order,
        "Put hanging protocols in an order",
        _READER,
        schemas.HANGING_ORDER,
        schemas.HANGINGS,
    ),
    _taking(
        "POST",
        "/api/hangings/read",
        hangings.read,
        "What a Hanging Protocol object says, and what of it cannot be taken over; nothing is kept",
        _READER,
        {},
        schemas.TAKEN_HANGING,
        most_bytes=hangings.MOST_OBJECT_BYTES,
        taken="application/octet-stream",
    ),
    _reading(
        "/api/hangings/stored",
        hangings.stored,
        "Hanging Protocol objects in the archive",
        schemas.STORED_HANGINGS,
        _READER,
    ),
    _reading(
        "/api/hangings/stored/{instance}",
        hangings.read_stored,
        "What one of them says; nothing is kept",
        schemas.TAKEN_HANGING,
        _READER,
        refusals=(400, 404),
    ),
    _taking(
        "PUT",
        _A_HANGING,
        hangings.change,
        "Change a hanging protocol",
        _READER,
        schemas.NEW_HANGING,
        _HANGING,
        (404, 409),
        most_bytes=hangings.MOST_BYTES,
    ),
    _ordering("DELETE", _A_HANGING, hangings.remove, "Remove a hanging protocol", _READER, refusals=(404,)),
    _reading(
        f"{_A_HANGING}/dicom",
        hangings.as_object,
        "It as a new Hanging Protocol object",
        None,
        _READER,
        refusals=(404, 409),
        media_types=(hangings.DICOM,),
    ),
    _reading("/api/readings", readings.listing, "Sessions of who asks", schemas.READINGS, _READER),
    _reading(
        _A_READING, readings.one, "A session with all its windows", schemas.READING, _READER, refusals=(404,)
    ),
    _taking(
        "PUT",
        f"{_A_READING}/windows/{{window}}",
        readings.keep_window,
        "Keep what a window shows; the session begins with its first",
        _READER,
        schemas.READING_WINDOW,
        refusals=(404, 409),
        status=204,
        most_bytes=readings.MOST_BYTES,
    ),
    _taking(
        "PATCH",
        _A_READING,
        readings.change,
        "Rename a session, close it or open it again",
        _READER,
        schemas.CHANGED_READING,
        refusals=(404,),
        status=204,
    ),
    _ordering("DELETE", _A_READING, readings.remove, "Forget a session", _READER, refusals=(404,)),
    _reading(
        "/api/studies/{study}",
        studies.one,
        "A study, its series and other studies of the patient",
        named("StudyWithSeries"),
        _READER,
        refusals=(404,),
    ),
    _reading(
        "/api/studies/{study}/series/{series}/reformat",
        reformat.reformat,
        "A plane or slab through the volume of a series, or what is known of the volume",
        schemas.VOLUME,
        _READER,
        reformat.PARAMETERS,
        (404, 406),
        reformat.FORMS,
    ),
    _reading(
        "/api/studies/{study}/series/{series}/instances/{instance}/conversion",
        videos.progress,
        "How far the conversion of a video is that somebody has asked for",
        schemas.CONVERSION,
        _READER,
        refusals=(404,),
    ),
    _reading(
        "/api/events", events.stream, "Studies that change, live", None, _READER, media_types=(_EVENTS,)
    ),
    _reading("/api/nodes", nodes.listing, "All nodes by name", schemas.NODES, _SENDER),
    _taking(
        "POST", "/api/nodes", nodes.add, "Add a node", _ADMINISTRATOR, named("NewNode"), _NODE, (409,), 201
    ),
    _taking(
        "POST",
        "/api/nodes/examine",
        doctor.examine_unsaved,
        "Examine a node before it is saved",
        _ADMINISTRATOR,
        named("NewNode"),
        schemas.STEPS,
        parameters=_EXAMINING,
        media_types=_STEPS,
    ),
    _reading(_A_NODE, nodes.one, "One node", _NODE, _ADMINISTRATOR, refusals=(404,)),
    _taking(
        "PUT",
        _A_NODE,
        nodes.replace,
        "Replace a node",
        _ADMINISTRATOR,
        named("ChangedNode"),
        _NODE,
        (404, 409),
    ),
    _ordering("DELETE", _A_NODE, nodes.remove, "Remove a node", _ADMINISTRATOR, refusals=(404,)),
    _ordering(
        "POST",
        f"{_A_NODE}/examine",
        doctor.examine,
        "Examine a node",
        _ADMINISTRATOR,
        schemas.STEPS,
        (400, 404),
        _EXAMINING,
        _STEPS,
    ),
    _reading(
        "/api/log",
        log.listing,
        "A page of the event log",
        schemas.EVENTS,
        _ADMINISTRATOR,
        _LOG_FILTERS,
        media_types=(_JSON, "text/csv"),
    ),
    _reading(
        "/api/deleted",
        deletions.listing,
        "A page of what is deleted, the newest first",
        schemas.DELETIONS,
        _ADMINISTRATOR,
        _DELETION_FILTERS,
    ),
    _taking(
        "POST",
        "/api/deleted",
        deletions.delete,
        "Delete a study, series or instance, reversibly",
        _ADMINISTRATOR,
        schemas.NEW_DELETION,
        _DELETION,
        (404,),
        201,
    ),
    _reading(_A_DELETION, deletions.one, "One deletion", _DELETION, _ADMINISTRATOR, refusals=(404,)),
    _ordering(
        "POST", f"{_A_DELETION}/restore", deletions.restore, "Restore", _ADMINISTRATOR, _DELETION, (404,)
    ),
    _ordering(
        "DELETE", _A_DELETION, deletions.purge, "Remove the files for good", _ADMINISTRATOR, refusals=(404,)
    ),
    _reading("/api/rules", rules.listing, "All rules", schemas.RULES, _ADMINISTRATOR),
    _taking(
        "POST", "/api/rules", rules.add, "Add a rule", _ADMINISTRATOR, named("NewRule"), _RULE, (409,), 201
    ),
    _taking(
        "POST",
        "/api/rules/try",
        rules.try_out,
        "What a rule would do with what is here",
        _ADMINISTRATOR,
        named("NewRule"),
        schemas.TRIALS,
    ),
    _taking(
        "PUT", _A_RULE, rules.change, "Change a rule", _ADMINISTRATOR, named("NewRule"), _RULE, (404, 409)
    ),
    _ordering("DELETE", _A_RULE, rules.remove, "Remove a rule", _ADMINISTRATOR, refusals=(404,)),
    _reading(
        "/api/jobs", jobs.listing, "A page of jobs, the newest first", schemas.JOBS, _READER, _JOB_FILTERS
    ),
    _taking(
        "POST",
        "/api/jobs",
        jobs.order,
        "Order a job",
        _SENDER,
        schemas.ORDER,
        _JOB,
        (404,),
        201,
        _ORDER_BYTES,
    ),
    _taking(
        "POST",
        "/api/jobs/seen",
        jobs.seen,
        "These failures no longer count as alerts",
        _SENDER,
        schemas.SEEN,
        status=204,
    ),
    _reading(_A_JOB, jobs.one, "One job", named("JobWithFailures"), _READER, refusals=(400, 404)),
    _ordering("POST", f"{_A_JOB}/cancel", jobs.cancel, "Cancel a job", _SENDER, _JOB, (400, 404, 409)),
    _ordering(
        "POST",
        f"{_A_JOB}/restart",
        jobs.restart,
        "Try again what failed or was left",
        _SENDER,
        _JOB,
        (400, 404, 409),
    ),
    _taking(
        "PUT",
        f"{_A_JOB}/priority",
        jobs.prioritise,
        "Whose turn is first",
        _SENDER,
        schemas.NEW_PRIORITY,
        _JOB,
        (404, 409),
    ),
)

PATH_PARAMETERS: dict[str, tuple[str, Schema]] = {
    "study": ("Study Instance UID", TEXT),
    "series": ("Series Instance UID", TEXT),
    "search": ("number of a saved search", {"type": "integer", "minimum": 1}),
    "deletion": ("id of a deletion", TEXT),
    "hanging": ("number of a hanging protocol", {"type": "integer", "minimum": 1}),
    "reading": ("key of a session", TEXT),
    "window": ("number of a window of it", between(1, 16)),
    "name": ("of a node or rule", TEXT),
    "job": ("number of a job", {"type": "integer", "minimum": 1}),
}
