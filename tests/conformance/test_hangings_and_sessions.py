"""What a reader makes: hanging protocols and sessions, over the server's interface (docs/api.md)."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from typing import Any

import httpx
import pydicom
import pytest

from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

HANGING = {
    "name": "Chest",
    "conditions": [{"attribute": "modality", "test": "is", "values": ["CR", "DX"]}],
    "screens": [{"rows": 1, "columns": 1, "cells": [{"pick": [{"view": "PA", "description": "a\\b"}]}]}],
}
STUDY = "1.3.6.1.4.1.5962.1.2.1.20040119072730.12322"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("reading"), "--accept-any-ae") as running:
        for name, role in (("ana", "reader"), ("ito", "reader"), ("ada", "administrator")):
            running.run("user", "add", name, "--role", role, stdin="correct horse\n")
        made = shared_data() / "made" / "hanging"
        small = shared_data() / "transfer-syntaxes" / "pydicom-small" / "CT_small.dcm"
        running.run("import", str(made), str(small))
        yield running


def signed_in(server: RunningServer, name: str) -> httpx.Client:
    return httpx.Client(base_url=server.url, timeout=60.0, auth=(name, "correct horse"))


@pytest.fixture
def ana(server: RunningServer) -> Iterator[httpx.Client]:
    with signed_in(server, "ana") as client:
        yield client
        for one in client.get("/api/hangings").json()["hangings"]:
            if not one["shared"]:
                client.delete(f"/api/hangings/{one['id']}")
        for one in client.get("/api/readings").json()["readings"]:
            client.delete(f"/api/readings/{one['key']}")


@pytest.fixture
def ada(server: RunningServer) -> Iterator[httpx.Client]:
    with signed_in(server, "ada") as client:
        yield client
        for one in client.get("/api/hangings").json()["hangings"]:
            client.delete(f"/api/hangings/{one['id']}")


def keep(client: httpx.Client, **changed: Any) -> dict[str, Any]:
    answer = client.post("/api/hangings", json={"hanging": HANGING | changed, "shared": False})
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def names(client: httpx.Client) -> list[str]:
    return [one["hanging"]["name"] for one in client.get("/api/hangings").json()["hangings"]]


def test_a_hanging_is_kept_changed_ordered_and_removed(ana: httpx.Client, server: RunningServer) -> None:
    first, second = keep(ana), keep(ana, name="Hand")
    assert first["hanging"]["screens"][0]["cells"][0]["pick"] == [{"view": "PA", "description": "a\\b"}]
    assert names(ana) == ["Chest", "Hand"]
    ana.post("/api/hangings/order", json={"hangings": [second["id"], first["id"]]})
    assert names(ana) == ["Hand", "Chest"]
    renamed = {"hanging": HANGING | {"name": "Thorax"}, "shared": False}
    assert ana.put(f"/api/hangings/{first['id']}", json=renamed).status_code == 200
    assert ana.put(f"/api/hangings/{second['id']}", json=renamed).status_code == 409
    with signed_in(server, "ito") as other:
        assert names(other) == []
        assert other.put(f"/api/hangings/{first['id']}", json=renamed).status_code == 404
        assert other.delete(f"/api/hangings/{first['id']}").status_code == 404
        assert other.get(f"/api/hangings/{first['id']}/dicom").status_code == 404
    assert ana.delete(f"/api/hangings/{first['id']}").status_code == 204
    assert names(ana) == ["Hand"]
    assert ana.delete("/api/hangings/999999").status_code == 404


def test_administrators_share(ana: httpx.Client, ada: httpx.Client) -> None:
    asked = {"hanging": HANGING, "shared": True}
    assert ana.post("/api/hangings", json=asked).status_code == 403
    shared = ada.post("/api/hangings", json=asked).json()
    assert names(ana) == ["Chest"]
    assert ana.delete(f"/api/hangings/{shared['id']}").status_code == 403
    keep(ana, name="Own")
    assert names(ana) == ["Own", "Chest"]


@pytest.mark.parametrize(
    "body", [{}, {"hanging": {}}, {"hanging": HANGING, "shared": 1}, {"hanging": HANGING, "x": 1}]
)
def test_what_is_no_hanging_is_refused_with_a_sentence(ana: httpx.Client, body: Any) -> None:
    answer = ana.post("/api/hangings", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["detail"].endswith(".")


@pytest.mark.ps("3.3 A.44")
def test_a_hanging_goes_out_as_an_object_and_comes_back_whole(ana: httpx.Client) -> None:
    kept = keep(ana, name="Ünïted <b>chest</b>")
    file = ana.get(f"/api/hangings/{kept['id']}/dicom")
    assert file.headers["content-type"] == "application/dicom"
    ds = pydicom.dcmread(io.BytesIO(file.content))
    assert ds.HangingProtocolDescription == "Ünïted <b>chest</b>"
    assert [item.Modality for item in ds.HangingProtocolDefinitionSequence] == ["CR", "DX"]
    taken = ana.post("/api/hangings/read", content=file.content).json()
    assert taken == {"hanging": kept["hanging"], "notes": []}
    # Somebody else changed what the standard says: that counts, and what of ours is lost is lost.
    ds.ImageSetsSequence[0].ImageSetSelectorSequence[0].SelectorCSValue = "LL"
    buffer = io.BytesIO()
    ds.save_as(buffer)
    changed = ana.post("/api/hangings/read", content=buffer.getvalue()).json()["hanging"]
    assert changed["screens"][0]["cells"][0]["pick"] == [{"view": "LL"}]


def test_priors_that_can_be_compared_sequences_and_likeness_come_back_whole(ana: httpx.Client) -> None:
    asked = {"attribute": "comparable", "test": "at_least", "values": ["1"]}
    picks = [{"modality": "MR", "sequence": "FLAIR"}, {"study": 1, "modality": "MR", "like": 1}]
    screen = {"role": "", "rows": 1, "columns": 2, "cells": [{"pick": [p], "show": {}} for p in picks]}
    modality = {"attribute": "modality", "test": "is", "values": ["MR"]}
    kept = keep(ana, conditions=[modality, asked], screens=[screen])
    assert kept["hanging"]["screens"] == [screen]
    file = ana.get(f"/api/hangings/{kept['id']}/dicom").content
    assert pydicom.dcmread(io.BytesIO(file)).NumberOfPriorsReferenced == 1
    assert ana.post("/api/hangings/read", content=file).json() == {"hanging": kept["hanging"], "notes": []}
    for wrong in ({"sequence": "T3"}, {"like": 26}, {"like": -1}):
        cells = [{"pick": [wrong]}]
        body = {"hanging": HANGING | {"screens": [{"rows": 1, "columns": 1, "cells": cells}]}}
        assert ana.post("/api/hangings", json=body).status_code == 400


@pytest.mark.parametrize("content", [b"", b"no", b"\0" * 128 + b"DICM" + b"\xff" * 64])
def test_what_is_no_object_is_refused_with_a_sentence(ana: httpx.Client, content: bytes) -> None:
    answer = ana.post("/api/hangings/read", content=content)
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"].endswith(".")


def test_objects_of_the_archive_are_offered_and_read(ana: httpx.Client) -> None:
    (found,) = ana.get("/api/hangings/stored").json()["stored"]
    assert found["name"] == "MG 2X2"
    taken = ana.get(f"/api/hangings/stored/{found['sop_instance_uid']}").json()
    assert [c["pick"][0] for c in taken["hanging"]["screens"][0]["cells"]] == [
        {"laterality": side, "view": view} for view in ("CC", "MLO") for side in "RL"
    ]
    assert ana.get("/api/hangings/stored/1.2.3").status_code == 404


def window(client: httpx.Client, key: str, seat: int = 1, **state: Any) -> httpx.Response:
    return client.put(f"/api/readings/{key}/windows/{seat}", json={"studies": [STUDY], "state": state})


def test_a_session_outlives_the_server_and_belongs_to_one(ana: httpx.Client, server: RunningServer) -> None:
    assert window(ana, "session-1", 1, zoom=1.5).status_code == 204
    assert window(ana, "session-1", 2, zoom=2).status_code == 204
    assert window(ana, "session-2", 1, zoom=3).status_code == 204
    assert ana.patch("/api/readings/session-1", json={"name": "Before lunch"}).status_code == 204
    server.stop()
    server.start()
    listed = ana.get("/api/readings").json()
    assert [(one["key"], one["name"], one["seats"]) for one in listed["readings"]] == [
        ("session-2", "", [1]),
        ("session-1", "Before lunch", [1, 2]),
    ]
    assert listed["keep_days"] == 30
    assert listed["readings"][0]["studies"][0]["patient_name"]["alphabetic"] == "CompressedSamples^CT1"
    one = ana.get("/api/readings/session-1").json()
    assert one["windows"] == {"1": {"zoom": 1.5}, "2": {"zoom": 2}}
    with signed_in(server, "ito") as other:
        assert other.get("/api/readings").json()["readings"] == []
        assert other.get("/api/readings/session-1").status_code == 404
        assert other.delete("/api/readings/session-1").status_code == 404
        assert other.patch("/api/readings/session-1", json={"name": "mine"}).status_code == 404
        # The same key of somebody else is another session.
        assert window(other, "session-1", 1, zoom=9).status_code == 204
        assert other.get("/api/readings/session-1").json()["windows"] == {"1": {"zoom": 9}}
        assert other.delete("/api/readings/session-1").status_code == 204
    assert ana.get("/api/readings/session-1").json()["windows"] == one["windows"]
    assert ana.patch("/api/readings/session-1", json={"closed": True}).status_code == 204
    assert ana.get("/api/readings/session-1").json()["closed"]
    window(ana, "session-1", 1, zoom=4)
    assert not ana.get("/api/readings/session-1").json()["closed"]
    assert ana.delete("/api/readings/session-1").status_code == 204
    assert ana.get("/api/readings/session-1").status_code == 404


def test_a_study_that_is_gone_is_told_by_its_uid(ana: httpx.Client) -> None:
    ana.put("/api/readings/session-9/windows/1", json={"studies": ["1.2.3"], "state": {}})
    assert ana.get("/api/readings").json()["readings"][0]["studies"] == [{"study_instance_uid": "1.2.3"}]


def test_sessions_are_bounded_and_forgotten_by_age(ana: httpx.Client, server: RunningServer) -> None:
    for n in range(103):
        window(ana, f"session-{n:04}")
    found = [one["key"] for one in ana.get("/api/readings").json()["readings"]]
    assert len(found) == 100
    assert (found[0], found[-1]) == ("session-0102", "session-0003")
    with sqlite3.connect(server.data / "index.sqlite") as index:
        index.execute("UPDATE reading_session SET used = used - 31 * 86400 WHERE key < 'session-0101'")
    assert ana.get("/api/readings/session-0050").status_code == 404
    assert len(ana.get("/api/readings").json()["readings"]) == 2
    window(ana, "session-0103")
    with sqlite3.connect(server.data / "index.sqlite") as index:
        assert index.execute("SELECT count(*) FROM reading_session").fetchone() == (3,)
        assert index.execute("SELECT count(*) FROM reading_window").fetchone() == (3,)


@pytest.mark.parametrize(
    ("key", "seat", "body", "status"),
    [
        ("short", 1, {"studies": [STUDY], "state": {}}, 400),
        ("UPPERCASE", 1, {"studies": [STUDY], "state": {}}, 400),
        ("session-1", 17, {"studies": [STUDY], "state": {}}, 400),
        ("session-1", "x", {"studies": [STUDY], "state": {}}, 404),
        ("session-1", 1, {"studies": [], "state": {}}, 400),
        ("session-1", 1, {"studies": ["Doe^John"], "state": {}}, 400),
        ("session-1", 1, {"studies": [STUDY], "state": []}, 400),
        ("session-1", 1, {"studies": [STUDY], "state": {"a": "x" * 262144}}, 409),
        ("session-1", 1, {"studies": [STUDY], "state": {"a": "x" * 400000}}, 400),
    ],
)
def test_what_is_no_session_is_refused(
    ana: httpx.Client, key: str, seat: Any, body: Any, status: int
) -> None:
    answer = ana.put(f"/api/readings/{key}/windows/{seat}", json=body)
    assert answer.status_code == status, answer.text
    assert ana.get("/api/readings").json()["readings"] == []
    assert ana.patch("/api/readings/none-here", json={"name": "x"}).status_code == 404
