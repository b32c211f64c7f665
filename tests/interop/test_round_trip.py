"""Sent = stored = returned, for every file that we have (issue 2, section 8; PS3.4 B.4.1, level 2 full)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from readingroom.standard.transfer_syntaxes import DEFLATED_LE, EXPLICIT_BE, IMPLICIT_LE
from tests.kit.compare import Part10, dataset_differences, nothing_wrong, read_part10
from tests.kit.network import Peer, identifier
from tests.kit.real_files import HALF, HOLLOW, malformed, path_of, storable, waves
from tests.kit.server import RunningServer, running_server
from tests.kit.web import ANY_SYNTAX, instance_url, parts

pytestmark = [pytest.mark.row("DIMSE-STORE-SCP-09"), pytest.mark.ps("3.4 B.4.1")]
RESOURCES = ("metadata", "frames/1", "rendered", "thumbnail", "frames/999999")
CLEAR = {200, 204, 400, 404, 406, 409, 503}
"""What may come of asking for something of a broken object: content, or an error with an explanation."""


@dataclass
class Travelled:
    """What became of one file: status of its C-STORE, what C-GET and WADO-RS gave back."""

    sent: Part10
    status: int | None
    got: Part10 | None = None
    web: bytes | None = None
    answers: dict[str, httpx.Response] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        """Success, or the warning that the object is kept though it does not match its class."""
        return self.status in (0, 0xB007)


@dataclass(frozen=True)
class House:
    """A running server and a client of its DICOMweb."""

    server: RunningServer
    client: httpx.Client


def travel(house: House, objects: dict[str, Part10]) -> dict[str, Travelled]:
    """Send, get back by C-GET and WADO-RS, and ask for everything below the instance."""
    peer = Peer(house.server.dicom_port)
    found = {}
    for wave in waves(objects):
        statuses = peer.send(list(wave.values()))
        result = {
            name: Travelled(part, status) for (name, part), status in zip(wave.items(), statuses, strict=True)
        }
        _fetch(peer, [one for one in result.values() if one.is_kept])
        for name, one in result.items():
            if one.is_kept:
                _fetch_web(house.client, one, RESOURCES if _is_odd(name) else ("metadata",))
        found |= result
    return found


def _is_odd(name: str) -> bool:
    return name.startswith(("malformed/", "made/hostile/", "pixel-formats/", "transfer-syntaxes/"))


def _fetch(peer: Peer, stored: list[Travelled]) -> None:
    for start in range(0, len(stored), 60):
        group = stored[start : start + 60]
        forms = {(one.sent.sop_class_uid, (one.sent.transfer_syntax_uid,)) for one in group}
        uids = [one.sent.sop_instance_uid for one in group]
        fetched = peer.get(identifier("IMAGE", SOPInstanceUID=uids), sorted(forms))  # type: ignore[arg-type]
        for one in group:
            one.got = fetched.objects.get(one.sent.sop_instance_uid)


def _fetch_web(client: httpx.Client, one: Travelled, ask: tuple[str, ...]) -> None:
    url = instance_url(client, one.sent.sop_instance_uid)
    if url is None:
        return
    answer = client.get(url, headers={"accept": ANY_SYNTAX})
    one.answers[""] = answer
    if answer.status_code == 200:
        ((_, one.web),) = parts(answer)
    for resource in ask:
        one.answers[resource] = client.get(f"{url}/{resource}")


@contextmanager
def empty_house(folder: Path) -> Iterator[House]:
    """A server without any object: which content of an instance is the newest must be known."""
    with (
        running_server(folder, "--accept-any-ae", "--no-login") as server,
        httpx.Client(base_url=server.dicomweb, timeout=60.0) as client,
    ):
        yield House(server, client)


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with empty_house(tmp_path_factory.mktemp("valid")) as house:
        yield house


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with empty_house(tmp_path_factory.mktemp("broken")) as house:
        yield house


@pytest.fixture(scope="module")
def travelled(valid: House) -> dict[str, Travelled]:
    """Every valid file there and back."""
    return travel(valid, storable())


def test_every_valid_object_is_accepted(travelled: dict[str, Travelled]) -> None:
    """Those that lack what their class demands are kept too, with the warning B007 (PS3.4 B.2.3)."""
    assert len(travelled) > 800
    expected = dict.fromkeys(travelled, 0) | dict.fromkeys(HALF, 0xB007)
    expected |= {name: 0xB007 for name in travelled if name.startswith(HOLLOW)}
    nothing_wrong({name: one.status for name, one in travelled.items() if one.status != expected[name]})


def test_c_get_returns_the_bytes_that_were_sent(travelled: dict[str, Travelled]) -> None:
    wrong = {}
    for name, one in travelled.items():
        if one.got is None or not _same_bytes(one.sent, one.got):
            wrong[name] = "nothing" if one.got is None else "other bytes"
    nothing_wrong(wrong)


def _same_bytes(sent: Part10, got: Part10) -> bool:
    """A deflated Data Set that was sent without its padding byte leaves with it (PS3.5 A.5)."""
    forgotten = b"\0" * (len(sent.dataset) % 2) if sent.transfer_syntax_uid == DEFLATED_LE else b""
    return got.dataset == sent.dataset + forgotten


def test_wado_rs_returns_the_data_set_that_was_sent(travelled: dict[str, Travelled]) -> None:
    """Byte by byte, save for what may not go over the web: Implicit VR and Big Endian (PS3.18 8.7.3.1)."""
    wrong = {}
    for name, one in travelled.items():
        if one.web is None:
            wrong[name] = ["not given"]
        elif one.sent.transfer_syntax_uid in (IMPLICIT_LE, EXPLICIT_BE):
            if differences := dataset_differences(path_of(name).read_bytes(), one.web):
                wrong[name] = differences[:5]
        elif read_part10(one.web).dataset != one.sent.dataset:
            wrong[name] = ["other bytes"]
    nothing_wrong(wrong)


def test_metadata_are_served_for_every_object(travelled: dict[str, Travelled]) -> None:
    wrong = {}
    for name, one in travelled.items():
        answer = one.answers.get("metadata")
        if answer is None or answer.status_code != 200:
            wrong[name] = "none" if answer is None else f"{answer.status_code} {answer.text[:200]}"
            continue
        (told,) = answer.json()
        if told["00080018"]["Value"] != [one.sent.sop_instance_uid]:
            wrong[name] = "another SOP Instance UID"
    nothing_wrong(wrong)


def _unclear(found: dict[str, Travelled]) -> dict[str, str]:
    """Answers that are neither content nor an error that explains itself."""
    wrong = {}
    for name, one in found.items():
        for resource, answer in one.answers.items():
            place = f"{name} {resource}"
            if answer.status_code not in CLEAR:
                wrong[place] = f"{answer.status_code} {answer.text[:300]}"
            elif answer.status_code >= 400 and (
                answer.headers["content-type"] != "application/problem+json" or not answer.json()["detail"]
            ):
                wrong[place] = f"{answer.status_code} without a reason"
    return wrong


def test_a_malformed_object_is_refused_or_kept_as_it_is(broken: House) -> None:
    found = travel(broken, malformed())
    assert len(found) == 25
    wrong: dict[str, str] = {}
    for name, one in found.items():
        if one.status is None or one.status in (0xA900, 0xC000, 0x0117):  # the last: no UID (PS3.7 C.5.20)
            continue
        if not one.is_kept:
            wrong[name] = f"status {one.status:04X}"
        elif one.got is None or one.got.dataset != one.sent.dataset:
            wrong[name] = "C-GET gave something else back"
    nothing_wrong(wrong | _unclear(found))
    assert broken.server.echo()


def test_hostile_and_unusual_objects_do_no_harm(valid: House, travelled: dict[str, Travelled]) -> None:
    hostile = [name for name in travelled if name.startswith("made/hostile/")]
    assert len(hostile) == 30
    assert all("rendered" in travelled[name].answers for name in hostile)
    nothing_wrong(_unclear(travelled))
    assert valid.server.echo()


def test_malformed_files_by_stow_rs(tmp_path: Path) -> None:
    with empty_house(tmp_path) as house:
        nothing_wrong(_by_stow(house))
        assert house.server.echo()


def _by_stow(house: House) -> dict[str, str]:
    wrong = {}
    for name, part in malformed().items():
        body = path_of(name).read_bytes()
        answer = house.client.post("/studies", content=body, headers={"content-type": "application/dicom"})
        if answer.status_code not in (200, 202, 400, 409):
            wrong[name] = f"{answer.status_code} {answer.text}"
        if answer.status_code not in (200, 202):
            continue
        uid = answer.json()["00081199"]["Value"][0]["00081155"]["Value"][0]
        url = instance_url(house.client, uid)
        assert url is not None
        back = house.client.get(url, headers={"accept": "application/dicom; transfer-syntax=*"})
        if back.status_code != 200:
            wrong[name] = f"{back.status_code} {back.text}"
        elif part.transfer_syntax_uid in (IMPLICIT_LE, EXPLICIT_BE):
            continue
        elif read_part10(back.content).dataset != part.dataset:
            wrong[name] = "other bytes came back"
    return wrong
