"""Our OpenAPI document is kept to, as schemathesis sees it, by a server with objects.

Of the operations only /api/events is asked by hand: its answer has no end. No operation stops the server or
removes a user. Addresses of nodes to be examined are turned to a closed port of the loopback, since others
would cost the time-outs of strange hosts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pydicom
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from readingroom.app.openapi import document
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

FILES = (
    "mr-series/adc/000000.dcm",
    "made/enhanced/ct-two-stacks.dcm",
    "made/documents/pdf-two-pages.dcm",
    "made/sr/tid1500.dcm",
    "made/waveforms/ecg-general.dcm",
    "made/video/mpeg2-counter.dcm",
)
ENDLESS = "/api/events"
TOLD: dict[str, Any] = document(("/dicom-web",), ("/wado",))
OPERATIONS = [
    (method, path) for path, item in TOLD["paths"].items() for method in item if path != ENDLESS
]  # fmt: skip
ASKED = sorted((one for one in OPERATIONS if one[0] != "options"), key=lambda one: one[0] == "delete")
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
PROBLEM = "application/problem+json"
ACCEPTS = st.sampled_from(
    [
        *(
            "*/*",
            "image/*",
            "application/json",
            "application/dicom+json",
            "image/png",
            "text/html",
            "nothing",
        ),
        *(
            "application/zip",
            "multipart/related; type=*/*",
            "application/dicom;transfer-syntax=*",
            "video/mp4",
        ),
        *("image/jls", "application/octet-stream", "application/pdf", "image/gif;q=0.1, image/webp", ";;,,"),
    ]
)


@dataclass(frozen=True)
class Place:
    """A server, a token of its administrator, and what is stored there as path and query parameters."""

    server: RunningServer
    token: str
    there: list[dict[str, str]]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with running_server(tmp_path_factory.mktemp("openapi")) as running:
        token = running.run("token", "create", "admin", "--purpose", "test").strip()
        headers = {"authorization": f"Bearer {token}", "content-type": "application/dicom"}
        there = []
        for name in FILES:
            path = shared_data() / name
            answer = httpx.post(
                f"{running.dicomweb}/studies", content=path.read_bytes(), headers=headers, timeout=60
            )
            assert answer.status_code in (200, 202), answer.text
            ds = pydicom.dcmread(path, stop_before_pixels=True)
            there.append(
                {
                    **{"study": ds.StudyInstanceUID, "series": ds.SeriesInstanceUID},
                    **{"instance": ds.SOPInstanceUID, "frames": "1", "path": "00420011"},
                    **{"studyUID": ds.StudyInstanceUID, "seriesUID": ds.SeriesInstanceUID},
                    **{
                        "objectUID": ds.SOPInstanceUID,
                        "requestType": "WADO",
                        "name": "known",
                        "job": "1",
                        "deletion": "1",
                    },
                }
            )
        running.add_node("known", "KNOWN", 1)
        yield Place(running, token, there)


@pytest.fixture(scope="module")
def told(place: Place) -> dict[str, Any]:
    """The document as it is served."""
    answer = httpx.get(
        f"{place.server.url}/api/openapi.json",
        headers={"authorization": f"Bearer {place.token}"},
        timeout=60.0,
    )
    assert answer.status_code == 200
    assert answer.json()["paths"].keys() == TOLD["paths"].keys()
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def schema(told: dict[str, Any]) -> Any:
    return schemathesis.openapi.from_dict(told)


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as found:
        yield found


def drawn(data: st.DataObject, operation: Any, there: list[dict[str, str]]) -> Case:
    """A request that the document allows or just not, often for what is stored."""
    mode = data.draw(st.sampled_from([GenerationMode.POSITIVE, GenerationMode.NEGATIVE]))
    try:
        strategy = operation.as_strategy(mode)
    except schemathesis.errors.SchemathesisError:
        strategy = operation.as_strategy(GenerationMode.POSITIVE)
    case: Case = data.draw(strategy)
    known = data.draw(st.sampled_from(there))
    if data.draw(st.sampled_from([True, True, True, False])):
        case.path_parameters = {n: known.get(n, v) for n, v in (case.path_parameters or {}).items()}
        query = {n: v for n, v in (case.query or {}).items() if not data.draw(st.booleans())}
        needed = {n: known[n] for n in ("studyUID", "seriesUID", "objectUID", "requestType")}
        case.query = {**query, **(needed if operation.path == "/wado" else {})}
    if isinstance(case.body, dict) and operation.path.startswith("/api/"):
        right = next((body for path, body in BODIES.items() if operation.path.startswith(path)), {})
        case.body = {**case.body, **(right if data.draw(st.booleans()) else {})}
    if operation.path == "/api/jobs" and isinstance(case.body, dict) and case.body.get("kind") == "verify":
        case.body["studies"] = [str(known["study"])]
    if operation.path.endswith("/examine") and isinstance(case.body, dict):
        case.body = {**case.body, "host": "127.0.0.1", "port": 1}
    return case


BODIES: dict[str, dict[str, Any]] = {
    "/api/nodes": {"name": "known", "ae_title": "KNOWN", "host": "127.0.0.1", "port": 1},
    "/api/rules": {"name": "known", "level": "series", "keys": ["Modality=CT"], "send_to": [], "notify": []},
    "/api/jobs": {"kind": "verify", "priority": "low"},
}
"""Members that are right, as few random bodies are."""


QUICK = settings(
    max_examples=12, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@seed(20)
@QUICK
@given(data=st.data())
@pytest.mark.parametrize(("method", "path"), ASKED, ids=[f"{m} {p}" for m, p in ASKED])
def test_an_administrator_is_answered_as_documented(
    method: str, path: str, data: st.DataObject, schema: Any, place: Place, session: requests.Session
) -> None:
    ask(drawn(data, schema[path][method], place.there), data.draw(ACCEPTS), place, session)


@seed(20)
@settings(QUICK, max_examples=40)
@given(data=st.data(), accept=ACCEPTS, at=st.sampled_from([p for m, p in OPERATIONS if m == "options"]))
def test_capabilities_of_every_resource(
    data: st.DataObject, accept: str, at: str, schema: Any, place: Place, session: requests.Session
) -> None:
    ask(drawn(data, schema[at]["options"], place.there), accept, place, session)


def ask(case: Case, accept: str, place: Place, session: requests.Session) -> None:
    """Send it, and hold the answer against the document."""
    headers = {"Authorization": f"Bearer {place.token}", "Accept": accept}
    answer = case.call(base_url=place.server.url, session=session, headers=headers, timeout=60)
    assert answer.status_code < 500, answer.text
    case.validate_response(answer, checks=CHECKS)
    if answer.status_code >= 400 and not is_report(case.method.lower(), case.operation.path, answer):
        assert_problem(answer)


def is_report(method: str, path: str, answer: Any) -> bool:
    """409 of a Store transaction tells of each instance (PS3.18 table 10.5.3-1)."""
    return method == "post" and path.startswith("/dicom-web") and answer.status_code == 409


def assert_problem(answer: Any) -> None:
    """RFC 9457, the four members that we always give."""
    assert answer.headers["content-type"][0] == PROBLEM
    said = answer.json()
    assert said["type"] == "about:blank"
    assert said["status"] == answer.status_code
    assert said["title"]
    assert said["detail"].endswith((".", "!", "?")), said["detail"]


@pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m} {p}" for m, p in OPERATIONS])
def test_nobody_is_told_to_sign_in(method: str, path: str, place: Place) -> None:
    url = place.server.url + re.sub(r"\{\w+\}", "1", path)
    answer = httpx.request(method.upper(), url, timeout=60.0)
    if "security" not in TOLD["paths"][path][method]:
        assert answer.status_code in (200, 204, 400, 401)
        return
    assert answer.status_code == 401
    assert answer.headers["content-type"] == PROBLEM
    assert answer.json()["detail"]


def test_events_begin(place: Place) -> None:
    headers = {"authorization": f"Bearer {place.token}"}
    with httpx.stream("GET", place.server.url + ENDLESS, headers=headers, timeout=60.0) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].partition(";")[0] == "text/event-stream"
    assert httpx.get(place.server.url + ENDLESS, timeout=60.0).status_code == 401
