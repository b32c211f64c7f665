"""What a person chose is kept on the server, merged name by name (docs/api.md)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.kit.server import RunningServer, running_server

WHERE = "/api/preferences"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("preferences")) as running:
        running.run("user", "add", "ana", "--role", "reader", stdin="correct horse\n")
        running.run("user", "add", "ito", "--role", "reader", stdin="correct horse\n")
        yield running


def signed_in(server: RunningServer, name: str) -> httpx.Client:
    """Over HTTP Basic: a session would open the client before its block does."""
    return httpx.Client(base_url=server.url, timeout=60.0, auth=(name, "correct horse"))


@pytest.fixture(scope="module")
def ana(server: RunningServer) -> Iterator[httpx.Client]:
    with signed_in(server, "ana") as client:
        yield client


def choose(client: httpx.Client, **chosen: Any) -> dict[str, Any]:
    answer = client.patch(WHERE, json={"preferences": chosen})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def test_what_is_chosen_in_one_browser_is_known_in_another(ana: httpx.Client, server: RunningServer) -> None:
    windows = [{"modality": "CT", "name": "Mine", "center": 40.5, "width": 400, "key": 3}]
    first = choose(ana, windows=windows, theme="bright")
    assert first["preferences"] == {"windows": windows, "theme": "bright"}
    with signed_in(server, "ana") as other:
        assert other.get(WHERE).json() == first
        second = choose(other, theme=None, columns=["patient", "date"])
    assert second["version"] > first["version"]
    # Merged name by name; what was taken back is told as null, to those who ask for what is new also.
    assert ana.get(WHERE).json()["preferences"] == {
        **{"windows": windows, "theme": None, "columns": ["patient", "date"]}
    }
    since = ana.get(WHERE, params={"after": first["version"]}).json()
    assert since == {
        "preferences": {"theme": None, "columns": ["patient", "date"]},
        "version": second["version"],
    }
    assert ana.get(WHERE, params={"after": second["version"]}).json() == {
        "preferences": {},
        "version": second["version"],
    }


def test_choices_belong_to_one_person(ana: httpx.Client, server: RunningServer) -> None:
    choose(ana, language="de")
    with signed_in(server, "ito") as other:
        assert other.get(WHERE).json() == {"preferences": {}, "version": 0}
        choose(other, language="ja")
    assert ana.get(WHERE).json()["preferences"]["language"] == "de"
    assert httpx.get(server.url + WHERE).status_code == 401
    assert httpx.patch(server.url + WHERE, json={"preferences": {}}).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        *({}, {"preferences": []}, {"preferences": {}, "version": 1}),
        *({"preferences": {name: 1}} for name in ("", "Upper", "a b", "x" * 65, "ä")),
        {"preferences": {"long": "x" * 32767}},
    ],
)
def test_what_cannot_be_kept_changes_nothing(ana: httpx.Client, body: dict[str, Any]) -> None:
    before = ana.get(WHERE).json()
    assert ana.patch(WHERE, json=body).status_code == 400
    assert ana.get(WHERE).json() == before


def test_a_person_has_so_much_room(server: RunningServer) -> None:
    with signed_in(server, "ito") as ito:
        for name in "abcdefg":
            choose(ito, **{name: "x" * 32766})
        before = ito.get(WHERE).json()
        assert ito.patch(WHERE, json={"preferences": {"h": "x" * 32766}}).status_code == 409
        assert ito.patch(WHERE, json={"preferences": {f"n{i}": 1 for i in range(200)}}).status_code == 409
        assert ito.patch(WHERE, content=b"[" * 300_000).status_code == 400
        assert ito.patch(WHERE, content=b'{"preferences":{"a":' + b"[" * 2000).status_code == 400
        assert ito.get(WHERE).json() == before
        choose(ito, **dict.fromkeys("abcdefg"))


@pytest.mark.parametrize("after", ["-1", "x", "1.5", "9" * 19])
def test_a_version_is_a_number(ana: httpx.Client, after: str) -> None:
    assert ana.get(WHERE, params={"after": after}).status_code == 400
