"""What every answer allows the browser, and how the viewer's files are sent."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from readingroom.app.settings import load
from readingroom.app.viewer_files import VIEWER
from readingroom.errors import Invalid
from tests.kit.server import RunningServer, running_server

PLACES = ["/", "/viewer", "/login", "/api/session", "/api/nothing", "/dicom-web/studies", "/nothing", "/wado"]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    settings = {"READINGROOM__HTTP__FRAME_ANCESTORS": "https://his.example"}
    with running_server(tmp_path_factory.mktemp("headers"), "--no-login", settings=settings) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: RunningServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60.0) as client:
        yield client


def policy(answer: httpx.Response) -> dict[str, set[str]]:
    parts = (part.split() for part in answer.headers["content-security-policy"].split(";"))
    return {name: set(values) for name, *values in parts}


@pytest.mark.parametrize("path", PLACES)
def test_every_answer_says_what_the_browser_may_do(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    allowed = policy(answer)
    assert allowed["default-src"] == {"'self'"}
    assert allowed["script-src"] == {"'self'", "'wasm-unsafe-eval'"}
    assert allowed["style-src"] == {"'self'"}
    assert allowed["object-src"] == {"'none'"}
    assert allowed["frame-ancestors"] == {"'self'", "https://his.example"}
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-embedder-policy"] == "require-corp"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in answer.headers["permissions-policy"]


def test_the_conformance_statement_has_its_own_style_and_nothing_else(client: httpx.Client) -> None:
    answer = client.get("/conformance")
    styles = re.findall("<style>(.*?)</style>", answer.text, re.DOTALL)
    digests = {
        f"'sha256-{base64.b64encode(hashlib.sha256(one.encode()).digest()).decode()}'" for one in styles
    }
    assert policy(answer)["style-src"] == digests
    assert policy(answer)["default-src"] == {"'none'"}


@pytest.mark.parametrize("origin", ["his.example", "https://a b", "https://a;script-src *", "https://a/b"])
def test_who_may_frame_us_is_an_origin(origin: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="frame_ancestors"):
        load(tmp_path, environment={"READINGROOM__HTTP__FRAME_ANCESTORS": origin})


def test_files_of_the_viewer_are_small_and_kept(client: httpx.Client) -> None:
    """Named by their content they need not be asked for again; the page itself is always asked for."""
    if not (VIEWER / "index.html").exists():
        pytest.fail("The viewer is not built: python scripts/build_viewer.py")
    page = client.get("/viewer")
    assert page.headers["cache-control"] == "no-cache"
    modules = re.findall(r"<(/assets/[^>]+\.js)>; rel=modulepreload", page.headers["link"])
    assert len(modules) > 3
    largest = max(modules, key=lambda path: (VIEWER / path[1:]).stat().st_size)
    plain = client.get(largest, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    for coding in ("br", "gzip"):
        with client.stream("GET", largest, headers={"accept-encoding": coding}) as sent:
            raw = b"".join(sent.iter_raw())
        assert sent.headers["content-encoding"] == coding
        assert (
            sent.headers["content-type"] == plain.headers["content-type"] == "text/javascript; charset=utf-8"
        )
        assert sent.headers["vary"] == "Accept-Encoding"
        assert "immutable" in sent.headers["cache-control"]
        assert len(raw) * 3 < len(plain.content)
    unpacked = client.get(largest, headers={"accept-encoding": "gzip;q=0.5, br;q=0"})
    assert unpacked.headers["content-encoding"] == "gzip"
    assert unpacked.content == plain.content
    again = client.get(
        largest, headers={"if-none-match": unpacked.headers["etag"], "accept-encoding": "gzip"}
    )
    assert again.status_code == 304
    assert client.get("/theme.js").headers["cache-control"] == "no-cache"
