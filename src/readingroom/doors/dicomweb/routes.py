"""The table of all resources below one prefix (PS3.18 10.1.1), and what every request goes through."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from readingroom.access import Caller, Role
from readingroom.errors import Refused, Unknown
from readingroom.model import Level
from readingroom.wire import (
    DICOM_JSON,
    DICOM_XML,
    MULTIPART,
    PROBLEM_JSON,
    TEXT,
    ZIP,
    Operation,
    Parameter,
    Schema,
    listed,
    members,
    named,
)

from .capabilities import OFFERS as CAPABILITIES
from .capabilities import answer_capabilities
from .deleting import REASON, delete
from .documents import DOCUMENT_TYPES
from .frames import retrieve_bulk_data, retrieve_frames
from .known_pictures import KnownPictures
from .media_types import DICOM, OCTETS, PICTURE_TYPES, PIXEL_TYPES, VIDEO_TYPES
from .metadata import retrieve_metadata
from .offered_parameters import ACCEPT, FRAMES, RENDERED, search_parameters
from .qido import search_instances, search_series, search_studies
from .rendered import retrieve_rendered, retrieve_thumbnail
from .services import Services
from .statuses import tell
from .stow import store
from .streaming import HeadOnly
from .uri_parameters import UID, URI_PARAMETERS
from .wado_rs import retrieve
from .wado_uri import retrieve_by_uri
from .waveforms import WAVEFORM_TYPES

Handler = Callable[[Services, Request], Response]
Endpoint = Callable[[Request], Awaitable[Response]]

_THREADS = ThreadPoolExecutor(40, "dicomweb")
"""Where reading is done; to go there and back takes half as long as by way of Starlette's threads."""
_MOST_DRAINED = 1 << 20
_DRAINING_SECONDS = 1.0

_STUDY = "/studies/{study}"
_SERIES = _STUDY + "/series/{series}"
_INSTANCE = _SERIES + "/instances/{instance}"
_FRAMES = _INSTANCE + "/frames/{frames}"


_SEARCH, _RETRIEVE = "QIDO-RS: search", "WADO-RS: retrieve"
_GET: tuple[tuple[str, Handler, str], ...] = (
    ("/studies", search_studies, f"{_SEARCH} studies"),
    ("/series", search_series, f"{_SEARCH} series"),
    ("/instances", search_instances, f"{_SEARCH} instances"),
    (_STUDY + "/series", search_series, f"{_SEARCH} series of a study"),
    (_STUDY + "/instances", search_instances, f"{_SEARCH} instances of a study"),
    ("/series/{series}/instances", search_instances, f"{_SEARCH} instances of a series"),
    (_SERIES + "/instances", search_instances, f"{_SEARCH} instances of a series"),
    (_STUDY, retrieve, f"{_RETRIEVE} a study"),
    (_SERIES, retrieve, f"{_RETRIEVE} a series"),
    (_INSTANCE, retrieve, f"{_RETRIEVE} an instance"),
    (_STUDY + "/metadata", retrieve_metadata, f"{_RETRIEVE} metadata of a study"),
    (_SERIES + "/metadata", retrieve_metadata, f"{_RETRIEVE} metadata of a series"),
    (_INSTANCE + "/metadata", retrieve_metadata, f"{_RETRIEVE} metadata of an instance"),
    (_FRAMES, retrieve_frames, f"{_RETRIEVE} frames"),
    (_INSTANCE + "/bulkdata/{path:path}", retrieve_bulk_data, f"{_RETRIEVE} bulk data named in metadata"),
    *(
        (level + "/rendered", retrieve_rendered, f"{_RETRIEVE} pictures")
        for level in (_STUDY, _SERIES, _INSTANCE, _FRAMES)
    ),
    *(
        (level + "/thumbnail", retrieve_thumbnail, f"{_RETRIEVE} a thumbnail")
        for level in (_STUDY, _SERIES, _INSTANCE, _FRAMES)
    ),
)
_POST = (("/studies", "STOW-RS: store instances"), (_STUDY, "STOW-RS: store instances of one study"))
_DELETE = tuple(
    (path, f"Delete {what}, reversibly (not in PS3.18)")
    for path, what in ((_STUDY, "a study"), (_SERIES, "a series"), (_INSTANCE, "an instance"))
)


_DATASETS = (DICOM_JSON, "application/json", DICOM_XML)
_ANSWERS: dict[Handler, tuple[str, ...]] = {
    **dict.fromkeys((search_studies, search_series, search_instances, retrieve_metadata), _DATASETS),
    retrieve: (DICOM, ZIP),
    retrieve_frames: (OCTETS, *PIXEL_TYPES),
    retrieve_bulk_data: (OCTETS, *PIXEL_TYPES),
    retrieve_rendered: tuple(dict.fromkeys((*PICTURE_TYPES, *WAVEFORM_TYPES, *VIDEO_TYPES, *DOCUMENT_TYPES))),
    retrieve_thumbnail: PICTURE_TYPES,
}
_PARAMETERS: dict[Handler, tuple[Parameter, ...]] = {
    search_studies: search_parameters(Level.STUDY),
    search_series: search_parameters(Level.SERIES),
    search_instances: search_parameters(Level.IMAGE),
    **dict.fromkeys((retrieve, retrieve_metadata, retrieve_bulk_data), (ACCEPT,)),
    retrieve_frames: FRAMES,
    **dict.fromkeys((retrieve_rendered, retrieve_thumbnail), RENDERED),
}
_OF_PICTURES = frozenset({retrieve_rendered, retrieve_thumbnail, retrieve_by_uri})
_SEARCHES = frozenset({search_studies, search_series, search_instances})
_IN_RANGES = frozenset({retrieve, retrieve_frames, retrieve_bulk_data, retrieve_rendered})


def tell_capabilities(services: Services, request: Request) -> Response:
    """OPTIONS of the service or of one of its resources."""
    return answer_capabilities(request, resources())


def resources() -> list[Operation]:
    """Everything this door answers but OPTIONS, for the conformance statement and the capabilities."""
    return [
        *(_answered(path, handler, purpose) for path, handler, purpose in _GET),
        *(_stored(path, purpose) for path, purpose in _POST),
        *(_deleted(path, purpose) for path, purpose in _DELETE),
    ]


def operations() -> list[Operation]:
    """Everything this door answers, for the OpenAPI document."""
    described = resources()
    paths = dict.fromkeys(one.path for one in described)
    return [*described, *(_capabilities(path) for path in ("/", *paths))]


def _answered(path: str, handler: Handler, purpose: str) -> Operation:
    is_search, types = handler in _SEARCHES, _ANSWERS[handler]
    also: dict[int, tuple[str, ...]] = {204: ()} if is_search else {304: ()}
    also |= {206: types} if handler in _IN_RANGES else {}
    also |= {204: ()} if handler is retrieve_frames else {}
    refusals = (400, 406, 413) if is_search else (400, 404, 406)
    return Operation(
        "GET", path, purpose, types,
        is_multipart=handler is not retrieve_thumbnail,
        role=Role.READER.value,
        parameters=_PARAMETERS[handler],
        answer=listed(named("DataSet")),
        also=also,
        refusals=(*refusals, 416) if handler in _IN_RANGES else refusals,
    )  # fmt: skip


def _stored(path: str, purpose: str) -> Operation:
    return Operation(
        "POST", path, purpose, _DATASETS,
        role=Role.SENDER.value,
        parameters=(ACCEPT,),
        body={
            **dict.fromkeys((MULTIPART, DICOM, OCTETS, ZIP, DICOM_XML)),
            DICOM_JSON: listed(named("DataSet")),
        },
        answer=named("DataSet"),
        also={202: _DATASETS, 409: (*_DATASETS, PROBLEM_JSON)},
        refusals=(400, 413, 415),
    )  # fmt: skip


def _deleted(path: str, purpose: str) -> Operation:
    return Operation(
        "DELETE", path, purpose,
        role=Role.ADMINISTRATOR.value, parameters=(REASON,), status=204, refusals=(400, 404),
    )  # fmt: skip


def _capabilities(path: str) -> Operation:
    types = tuple(offer.media_type for offer in CAPABILITIES)
    return Operation(
        "OPTIONS", path, "Capabilities (PS3.18 8.9)", types,
        role=Role.READER.value, parameters=(ACCEPT,), answer={"type": "object"}, refusals=(406,),
    )  # fmt: skip


def uri_operation(path: str) -> Operation:
    """WADO-URI at that path."""
    types = (DICOM, *_ANSWERS[retrieve_rendered])
    return Operation(
        "GET", path, "WADO-URI: retrieve an instance (PS3.18 9)", types,
        role=Role.READER.value,
        parameters=URI_PARAMETERS,
        also={206: types, 304: ()},
        refusals=(400, 404, 406, 416),
    )  # fmt: skip


PATH_PARAMETERS: dict[str, tuple[str, Schema]] = {
    "study": ("Study Instance UID", UID),
    "series": ("Series Instance UID", UID),
    "instance": ("SOP Instance UID", UID),
    "frames": (
        "frame numbers from 1 that ascend, with commas between",
        {"type": "string", "pattern": "^[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*$"},
    ),
    "path": ("where a value is, as metadata name it", {"type": "string", "minLength": 1}),
}
_ATTRIBUTE = members(
    {"vr": {"type": "string", "pattern": "^[A-Z]{2}$"}},
    {"Value": {"type": "array"}, "BulkDataURI": TEXT, "InlineBinary": TEXT},
)
SCHEMAS: dict[str, Schema] = {
    "DataSet": {
        "description": "The DICOM JSON Model (PS3.18 annex F)",
        "type": "object",
        "patternProperties": {"^[0-9A-Fa-f]{8}$": _ATTRIBUTE},
        "additionalProperties": False,
    }
}
"""By the names that operations refer to."""


def routes(services: Services, prefix: str = "") -> list[Route]:
    """Every resource of the door below `prefix`, or below where a Mount puts it; HEAD comes with GET.

    The caller (`access.Caller`, or None when nobody signed in) is expected in `request.state.caller`.
    """
    table = [
        Route(prefix + path, _reading(services, handler, prefix), methods=["GET"])
        for path, handler, _ in _GET
    ]
    table += [
        Route(prefix + path, _reading(services, tell_capabilities, prefix), methods=["OPTIONS"])
        for path in ("/", *dict.fromkeys(one.path for one in resources()))
    ]
    table += [Route(prefix + path, _storing(services, prefix), methods=["POST"]) for path, _ in _POST]
    return table + [Route(prefix + path, _deleting(services), methods=["DELETE"]) for path, _ in _DELETE]


def uri_route(services: Services, path: str) -> Route:
    """WADO-URI at that path, beside the resources of `routes`."""
    return Route(path, _reading(services, retrieve_by_uri, ""), methods=["GET"])


def _reading(services: Services, handler: Handler, prefix: str) -> Endpoint:
    known = KnownPictures(services) if handler in _OF_PICTURES else None

    def answer(request: Request) -> Response:
        if known is None:
            return handler(services, request)
        version = known.version()
        made = handler(services, request)
        known.keep(request, version, made)
        return made

    async def endpoint(request: Request) -> Response:
        request.scope["dicomweb_prefix"] = prefix
        try:
            _admit(request, Role.READER)
            response = known.find(request) if known is not None else None
            if response is None:
                response = await asyncio.get_running_loop().run_in_executor(_THREADS, answer, request)
        except Exception as error:  # noqa: BLE001 told to the client, and logged when it is a bug
            response = tell(error)
        return HeadOnly(response) if request.method == "HEAD" else response

    return endpoint


def _storing(services: Services, prefix: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        request.scope["dicomweb_prefix"] = prefix
        try:
            return await store(services, request, _admit(request, Role.SENDER))
        except Exception as error:  # noqa: BLE001 told to the client, and logged when it is a bug
            await _drain(request)
            return tell(error)

    return endpoint


def _deleting(services: Services) -> Endpoint:
    def answer(request: Request) -> Response:
        return delete(services, request, _admit(request, Role.ADMINISTRATOR))

    async def endpoint(request: Request) -> Response:
        try:
            return await run_in_threadpool(answer, request)
        except Exception as error:  # noqa: BLE001 told to the client, and logged when it is a bug
            return tell(error)

    return endpoint


async def _drain(request: Request) -> None:
    """Read the rest of a refused body when it is short: what is left unread closes the connection, and a
    client that has sent its next request by then sees neither answer nor reason."""
    left = _MOST_DRAINED
    with contextlib.suppress(ClientDisconnect, RuntimeError), anyio.move_on_after(_DRAINING_SECONDS):
        async for chunk in request.stream():
            left -= len(chunk)
            if left < 0:
                return


def _admit(request: Request, role: Role) -> Caller:
    """Who calls; raises Unknown when nobody does, Refused when they lack the role."""
    caller: Caller | None = getattr(request.state, "caller", None)
    if caller is None:
        raise Unknown
    if not caller.is_a(role):
        raise Refused(f"This needs the role {role.value}.")
    return caller
