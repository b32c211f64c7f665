"""The web server: doors, who is asking, and the viewer's files."""

from __future__ import annotations

import base64
import binascii
import contextlib
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from readingroom import __version__
from readingroom.access import ANYBODY, Caller, Gate, Preferences
from readingroom.doors import api, dicomweb
from readingroom.errors import ReadingRoomError, Unknown
from readingroom.exchange import Orders, RuleBook
from readingroom.jobs import JobBook
from readingroom.journal import LogBook
from readingroom.nodes import NodeBook
from readingroom.prepare import ROOT, FrameReader, Metadata, Pictures, Videos, Volumes
from readingroom.query import SavedSearches, StudyEvents
from readingroom.reading import HangingBook, SessionBook
from readingroom.wire import problem

from .deidentifying_key import deidentifying_key
from .encoding import settings_from_json, settings_to_json
from .examining import doctor_of
from .forwarding import Forwarded
from .openapi import openapi_route
from .refusing import EXCEPTION_HANDLERS
from .security_headers import SecurityHeaders
from .settings import Settings, split_address
from .viewer_files import ViewerFiles, page
from .wiring import House, build, settle

log = logging.getLogger("readingroom.web")

_SETTINGS = "READINGROOM_WEB_SETTINGS"

_DICOMWEB = ("/dicom-web", "/dicomweb", "/wado-rs", "/rs")
_WADO_URI = "/wado"
_PAGES = ("/", "/viewer", "/login", "/jobs", "/nodes", "/rules", "/log", "/deleted", "/hangings", "/sessions")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def serve_web(settings: Settings) -> None:
    """Run granian with its worker processes until SIGTERM."""
    host, port = split_address(settings.http.address)
    os.environ[_SETTINGS] = settings_to_json(settings)
    # Workers are forked from here, where everything is imported; otherwise granian begins anew in each.
    multiprocessing.set_start_method("fork", force=True)
    Granian(
        "readingroom.app.web:application",
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=port,
        workers=settings.http.workers,
        respawn_failed_workers=True,
        respawn_interval=0.5,
        log_level=settings.log.level,  # type: ignore[arg-type]
        websockets=False,
        backlog=1024,
        workers_kill_timeout=10,
    ).serve()


def application() -> ASGIApp:
    """The ASGI application of one worker process."""
    from .logs import configure

    settings = settings_from_json(os.environ[_SETTINGS])
    configure(settings.log.level, f"web-{os.getpid()}")
    threading.Thread(target=_follow_server, args=(os.getppid(),), daemon=True).start()
    application = assemble(build(settings, "web"))
    settle()
    return application


def _follow_server(server: int) -> None:
    """End when the server process was killed: its successor needs the address and this slot."""
    while os.getppid() == server:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGKILL)  # what was acknowledged is safe and will be adopted


def assemble(house: House) -> ASGIApp:
    """All routes of one house behind the gate."""
    settings = house.settings

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(house.close)

    inner = Starlette(routes=routes(house), lifespan=lifespan, exception_handlers=EXCEPTION_HANDLERS)
    known = _Identify(inner, house.gate, settings.http.login)
    shared = _shared(known, settings.http.cors_origins, (*_DICOMWEB, *_uri_paths(settings)))
    return Forwarded(SecurityHeaders(shared, settings.http), settings.http.trusted_proxies)


def _uri_paths(settings: Settings) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (_WADO_URI, settings.http.wado_uri_path))))


def routes(house: House) -> list[BaseRoute]:
    """Every route of one house."""
    settings = house.settings
    _, dicom_port = split_address(settings.dicom.address)
    book = JobBook(house.database)
    frames = FrameReader(house.archive)
    pictures = Pictures(house.database, house.archive, frames, house.tier, settings.prepare.remembered_bytes)
    videos = Videos(frames, pictures, settings.videos_path, settings.prepare.video_bytes)
    viewer_services = api.ApiServices(
        gate=house.gate,
        nodes=NodeBook(house.database),
        archive=house.archive,
        query=house.query,
        searches=SavedSearches(house.database),
        preferences=Preferences(house.database),
        hangings=HangingBook(house.database, house.archive),
        readings=SessionBook(house.database, settings.reading.keep_sessions_days),
        changes=StudyEvents(house.database),
        jobs=book,
        orders=Orders(house.archive, book),
        lifecycle=house.lifecycle,
        log=LogBook(house.database),
        rules=RuleBook(house.archive, house.query),
        doctor=doctor_of(settings, journal=house.journal),
        volumes=Volumes(house.archive, frames, settings.prepare.volume_bytes),
        videos=videos,
        server=api.ServerFacts("Reading Room", __version__, settings.dicom.ae_title, dicom_port),
        login_required=settings.http.login,
        secure_cookie=settings.http.secure_cookie,
        hidden_classes=settings.reading.hidden_classes,
    )
    web_services = dicomweb.Services(
        archive=house.archive,
        lifecycle=house.lifecycle,
        query=house.query,
        metadata=Metadata(house.database, house.archive, ROOT),
        pictures=pictures,
        frames=frames,
        videos=videos,
        tier=house.tier,
        deidentifying_key=deidentifying_key(settings.data),
        most_request_bytes=settings.http.max_stow_bytes,
        wado_uri_default=settings.http.wado_uri_default,
    )
    uri_paths = _uri_paths(settings)
    table = dicomweb.RouteTable(dicomweb.routes(web_services))
    return [  # tried in this order: first what a viewer asks for thousands of times
        *(Mount(prefix, app=table) for prefix in _DICOMWEB),
        *(dicomweb.uri_route(web_services, path) for path in uri_paths),
        *api.routes(viewer_services),
        Route("/health", _health),
        Route("/conformance", _conformance(settings)),
        openapi_route(_DICOMWEB, uri_paths),
        *(Route(path, page) for path in _PAGES),
        Mount("/", ViewerFiles()),
    ]


def _shared(inner: ASGIApp, origins: Sequence[str], paths: tuple[str, ...]) -> ASGIApp:
    """Let pages of other origins read what lies below these paths (CORS), and answer their preflights.

    Without credentials: cookies never count across sites, who calls says it by Authorization.
    """
    if not origins:
        return inner
    sharing = CORSMiddleware(
        inner,
        allow_origins=origins,
        allow_methods=("GET", "HEAD", "POST", "DELETE", "OPTIONS"),
        allow_headers=("*",),
        expose_headers=(
            *("Content-Location", "Content-Range", "ETag", "Location", "Retry-After", "Warning"),
            "X-Total-Count",
        ),
        max_age=600,
    )

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_shared = scope["type"] == "http" and scope["path"].startswith(paths)
        await (sharing if is_shared else inner)(scope, receive, send)

    return answer


class _Identify:
    """Finds out who asks and puts it into `request.state.caller`; refuses what is surely wrong.

    Wrong credentials are answered 401 at once. What our own pages ask for, and what comes with a session, is
    never challenged for Basic: the browser would open its own dialog and keep the answer from the page, which
    asks for the login itself. A cookie that comes with a request which another site made counts for nothing:
    unsafe methods need our own Origin (or none, as from a script).
    """

    def __init__(self, inner: ASGIApp, gate: Gate, login: bool) -> None:
        self._inner = inner
        self._gate = gate
        self._login = login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        request = Request(scope, receive)
        caller: Caller | None = ANYBODY
        if self._login and _by_a_page(request):
            send = _without_basic(send)
        if self._login:
            try:
                caller = await self._caller(request)
            except ReadingRoomError as error:
                answer = problem(error)
                await Response(answer.body, answer.status, dict(answer.headers))(scope, receive, send)
                return
        scope.setdefault("state", {})["caller"] = caller
        await self._inner(scope, receive, send)

    async def _caller(self, request: Request) -> Caller | None:
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        address = request.client.host if request.client else ""
        if kind.lower() == "bearer":
            return _known(await run_in_threadpool(self._gate.token, value.strip(), address))
        if kind.lower() == "basic":
            name, password = _basic(value)
            return _known(await run_in_threadpool(self._gate.check_basic, name, password, address))
        secret = request.cookies.get(api.COOKIE)
        if secret and (request.method in _SAFE or _same_origin(request)):
            known = self._gate.known_session(secret)
            return known or await run_in_threadpool(self._gate.session, secret)
        return None


def _by_a_page(request: Request) -> bool:
    """Asked by a script or an image of our own pages (W3C Fetch Metadata), or with a session, over or not."""
    told = request.headers.get("sec-fetch-site") == "same-origin"
    return api.COOKIE in request.cookies or (told and request.headers.get("sec-fetch-mode") != "navigate")


def _without_basic(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [
                (name, b"Session" if name == b"www-authenticate" and value.startswith(b"Basic") else value)
                for name, value in message["headers"]
            ]
        await send(message)

    return answer


def _known(caller: Caller | None) -> Caller:
    if caller is None:
        raise Unknown("Those credentials are not known here.")
    return caller


def _basic(value: str) -> tuple[str, str]:
    try:
        name, _, password = base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise Unknown("The Authorization header cannot be read.") from None
    return name, password


def _same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host")


def _health(_: Request) -> Response:
    return PlainTextResponse("ok")


def _conformance(settings: Settings) -> Callable[[Request], Response]:
    def show(request: Request) -> Response:
        from .conformance import STYLE_HASH, statement_page

        if request.state.caller is None:
            answer = problem(Unknown())
            return Response(answer.body, answer.status, dict(answer.headers))
        policy = f"default-src 'none'; style-src '{STYLE_HASH}'; base-uri 'none'; frame-ancestors 'self'"
        return HTMLResponse(statement_page(settings), headers={"content-security-policy": policy})

    return show
