"""The built viewer over HTTP: pages, and files that are kept for ever under the name of their content.

The build lays a `.br` and a `.gz` beside what compresses well (viewer/vite.config.ts).
"""

from __future__ import annotations

import os
from functools import lru_cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from readingroom.wire import BROTLI, GZIP, choose_coding

VIEWER = Path(__file__).parents[1] / "viewer_static"
_MANIFEST = VIEWER / "parts.json"
_SUFFIXES = {BROTLI: ".br", GZIP: ".gz"}
"""Of files beside the plain ones, the smallest first."""
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"
_PAGES = {"/viewer": "ui/pages/viewer/page.tsx", "/": "ui/pages/study-list/page.tsx"}
"""Sources of the parts that a page needs beside what all need."""


class ViewerFiles(StaticFiles):
    """Files, compressed where the client takes it; those named by their content may be kept for a year."""

    def __init__(self) -> None:
        super().__init__(directory=VIEWER, check_dir=False)

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """As Starlette does, of the smallest form that is there and taken."""
        path, coding = _smallest(str(full_path), Headers(scope=scope).get("accept-encoding", ""))
        stat = Path(path).stat() if coding else stat_result
        answer = super().file_response(path, stat, scope, status_code)
        answer.headers["vary"] = "Accept-Encoding"
        answer.headers["cache-control"] = _FOR_EVER if Path(full_path).parent.name == "assets" else _ASK
        if answer.status_code == status_code:
            answer.headers["content-type"] = _type(str(full_path))
            if coding:
                answer.headers["content-encoding"] = coding
        return answer


def page(request: Request) -> Response:
    """The one page of the viewer, with word of what it will need next."""
    if not (VIEWER / "index.html").is_file():
        return PlainTextResponse("The viewer is being built; try again in a minute.", 503)
    headers = {"cache-control": _ASK}
    if links := _links(request.url.path, _MANIFEST.stat().st_mtime_ns if _MANIFEST.is_file() else 0):
        headers["link"] = links
    return FileResponse(VIEWER / "index.html", headers=headers)


def _smallest(path: str, accepted: str) -> tuple[str, str]:
    there = [coding for coding, suffix in _SUFFIXES.items() if Path(path + suffix).is_file()]
    coding = choose_coding(accepted, there)
    return (path + _SUFFIXES[coding], coding) if coding else (path, "")


def _type(path: str) -> str:
    kind = guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


@lru_cache(maxsize=16)
def _links(path: str, _built: int) -> str:
    """Link header of a page (RFC 8288): its modules come beside those that would ask for them."""
    source = _PAGES.get(path)
    if not source or not _built:
        return ""
    manifest: dict[str, dict[str, Any]] = orjson.loads(_MANIFEST.read_bytes())
    files: dict[str, None] = {}  # in the order of finding

    def follow(name: str) -> None:
        part = manifest.get(name, {})
        if not part or part["file"] in files:
            return
        files[part["file"]] = None
        for other in part.get("imports", ()):
            follow(other)

    follow("ui/start.tsx")
    follow(source)
    return ", ".join(f"</{file}>; rel=modulepreload" for file in files)
