"""Requests of our own on an association that the peer leads, and the N-services they are made with."""

from __future__ import annotations

import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from readingroom.association import (
    VERIFICATION,
    Aborted,
    AcceptorSettings,
    Association,
    AssociationEnded,
    Command,
    CommandField,
    Context,
    Errand,
    Limits,
    Released,
    RoleSelection,
    TimedOut,
)
from tests.kit.associations import BOTH, Answering, Served, serving, until

PUSH = "1.2.840.10008.1.20.1"
WELL_KNOWN = "1.2.840.10008.1.20.1.1"
ACTION = Command(
    CommandField.N_ACTION_RQ,
    requested_sop_class_uid=PUSH,
    requested_sop_instance_uid=WELL_KNOWN,
    action_type_id=1,
)
REPORT = Command(
    CommandField.N_EVENT_REPORT_RQ,
    affected_sop_class_uid=PUSH,
    affected_sop_instance_uid=WELL_KNOWN,
    event_type_id=1,
)


class Owing:
    """N-ACTION SCP that takes every request and promises a report; `quiet` seconds of rest before it."""

    def __init__(self, quiet: float = 0.0, seconds: float = 60.0) -> None:
        self.quiet = quiet
        self.seconds = seconds
        self.owed: list[tuple[Association, Context, Errand]] = []
        self.service = Answering({CommandField.N_ACTION_RQ}, self.perform)

    def perform(self, assoc: Association, context: Context, command: Command, data: bytes) -> None:
        self.owed.append((assoc, context, assoc.owe(self.quiet, self.seconds)))
        assoc.respond(context, command, 0x0000)

    def report(self, seconds: float = 10.0) -> int:
        """From this thread, on the association of the first request."""
        assoc, context, errand = self.owed[0]
        return errand.run(lambda: assoc.request(context, REPORT, b"ok").status, seconds)


class Reports:
    """N-EVENT-REPORT SCU: what it was told."""

    def __init__(self, status: int = 0x0000) -> None:
        self.told: list[bytes] = []
        self.status = status
        self.service = Answering({CommandField.N_EVENT_REPORT_RQ}, self.perform)

    def perform(self, assoc: Association, context: Context, command: Command, data: bytes) -> None:
        self.told.append(data)
        assoc.respond(context, command, self.status)


def asking(room: Served, reports: Reports) -> Association:
    """An association on which one N-ACTION was answered."""
    assoc = room.requestor((PUSH, BOTH), (VERIFICATION, BOTH), services={PUSH: reports.service}).open()
    answer = assoc.request(assoc.context_for(PUSH), ACTION, b"please")
    assert (answer.status, answer.command.affected_sop_instance_uid) == (0, WELL_KNOWN)
    return assoc


def in_thread(work: Callable[[], object]) -> list[object]:
    """What it returned or raised, once it has."""
    found: list[object] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001
            found.append(error)

    threading.Thread(target=run, daemon=True).start()
    return found


@pytest.mark.ps("3.7 10.1.1")
def test_a_report_on_the_association_that_asked() -> None:
    owing, reports = Owing(), Reports(0x0110)
    with serving({PUSH: owing.service}) as room:
        with asking(room, reports) as assoc:
            done = in_thread(owing.report)
            until(lambda: not assoc.attend(0.05) or reports.told)
            assert assoc.echo().status == 0
        until(lambda: done)
        assert done == [0x0110]
        assert reports.told == [b"ok"]


def test_a_report_waits_until_the_peer_is_quiet() -> None:
    owing, reports = Owing(quiet=2.0), Reports()
    with serving({PUSH: owing.service}) as room, asking(room, reports) as assoc:
        done = in_thread(owing.report)
        for _ in range(8):
            time.sleep(0.1)
            assert assoc.echo().status == 0
        assert reports.told == []
        until(lambda: not assoc.attend(0.05) or done)
        assert done == [0]


def test_a_peer_that_releases_at_once_is_not_met_by_a_report() -> None:
    owing, reports = Owing(quiet=0.3), Reports()
    with serving({PUSH: owing.service}) as room:
        with asking(room, reports):
            done = in_thread(owing.report)
        until(lambda: done)
        until(lambda: room.released)
    assert isinstance(done[0], AssociationEnded)
    assert reports.told == []
    assert room.aborted == []


def test_a_release_instead_of_the_answer_to_a_report() -> None:
    """The peer's A-RELEASE-RQ crosses our request: it is confirmed, and whoever reports hears of it."""
    owing, reports = Owing(), Reports()
    with serving({PUSH: owing.service}) as room:
        assoc = asking(room, reports)
        done = in_thread(owing.report)
        time.sleep(0.4)  # the request has been sent
        assoc.release()
        until(lambda: done)
        until(lambda: room.released)
    assert isinstance(done[0], Released)
    assert room.aborted == []


def test_an_association_that_ended_is_told_at_once() -> None:
    owing, reports = Owing(), Reports()
    with serving({PUSH: owing.service}) as room:
        assoc = asking(room, reports)
        assoc.abort()
        assoc.close()
        until(lambda: room.aborted)
        with pytest.raises(AssociationEnded, match="is over"):
            owing.report()


def test_a_peer_that_is_never_quiet() -> None:
    owing, reports = Owing(quiet=3.0), Reports()
    with serving({PUSH: owing.service}) as room, asking(room, reports) as assoc:
        done = in_thread(lambda: owing.report(0.4))
        while not done:
            assert assoc.echo().status == 0
            time.sleep(0.02)
        assert isinstance(done[0], TimedOut)
        time.sleep(0.8)
        assoc.attend(0.1)
        assert reports.told == []


def test_the_idle_limit_waits_while_something_is_owed() -> None:
    settings = AcceptorSettings(limits=Limits(idle_seconds=1.0))
    owing, reports = Owing(seconds=4.0), Reports()
    with serving({PUSH: owing.service}, settings) as room:
        assoc = asking(room, reports)
        time.sleep(2.0)
        assert room.aborted == []
        until(lambda: room.aborted)  # the promise lapsed, then the limit counts
        with pytest.raises(TimedOut):
            owing.report()
        with pytest.raises((Aborted, AssociationEnded)):
            assoc.echo()
        assoc.close()


def test_a_dropped_errand_lets_the_association_go_on() -> None:
    settings = AcceptorSettings(limits=Limits(idle_seconds=1.0))
    owing, reports = Owing(), Reports()
    with serving({PUSH: owing.service}, settings) as room:
        assoc = asking(room, reports)
        owing.owed[0][2].drop()
        until(lambda: room.aborted)
        assoc.close()


def test_what_the_action_raises_is_raised_where_it_was_asked_for() -> None:
    owing, reports = Owing(), Reports()
    with serving({PUSH: owing.service}) as room, asking(room, reports) as assoc:
        with pytest.raises(ZeroDivisionError):
            owing.owed[0][2].run(lambda: 1 // 0, 10.0)
        assert assoc.echo().status == 0


@pytest.mark.ps("3.4 J.3.3.1.3")
def test_a_report_on_an_association_with_reversed_roles() -> None:
    """Its requestor proposes to be SCP; without the role nothing of the kind is taken."""
    reports = Reports()
    reversed_role = [RoleSelection(PUSH, scu=False, scp=True)]
    with serving({PUSH: reports.service}, scp_roles={PUSH}) as room:
        with room.requestor((PUSH, BOTH), roles=reversed_role).open() as assoc:
            assert assoc.request(assoc.context_for(PUSH), REPORT, b"later").status == 0
            assert assoc.request(assoc.context_for(PUSH), ACTION, b"").status == 0x0211
        with room.requestor((PUSH, BOTH)).open() as assoc:
            assert assoc.request(assoc.context_for(PUSH), REPORT, b"no").status == 0x0211
    assert reports.told == [b"later"]


@pytest.mark.ps("3.7 10.3.1")
def test_requests_that_lack_an_element() -> None:
    owing = Owing()
    with serving({PUSH: owing.service}) as room, room.requestor((PUSH, BOTH)).open() as assoc:
        for name in ("requested_sop_class_uid", "requested_sop_instance_uid", "action_type_id"):
            lacking = replace(ACTION, **{name: None})
            assert assoc.request(assoc.context_for(PUSH), lacking).status == 0x0212
    assert owing.owed == []


def test_attending_ends_with_the_release_of_the_peer() -> None:
    """Only a requestor attends: here the acceptor asks for release."""
    releasing = Answering(
        {CommandField.N_ACTION_RQ},
        lambda assoc, context, command, data: (assoc.respond(context, command, 0), assoc.release()),
    )
    with serving({PUSH: releasing}) as room:
        assoc = room.requestor((PUSH, BOTH)).open()
        assert assoc.request(assoc.context_for(PUSH), ACTION).status == 0
        until(lambda: not assoc.attend(0.2))
        assoc.close()


@pytest.mark.ps("3.15 B.1")
def test_a_report_over_tls(tmp_path: Path) -> None:
    """Bytes on a TLS line need not be bytes for us: waiting for quiet looks at what was decrypted."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        f"-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout {key} -out {certificate}".split(),
        check=True,
        capture_output=True,
    )
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(certificate, key)
    theirs = ssl.create_default_context(cafile=str(certificate))
    owing, reports = Owing(quiet=0.3), Reports()
    with serving({PUSH: owing.service}, AcceptorSettings(tls=ours)) as room:
        wanted = room.requestor(
            (PUSH, BOTH), (VERIFICATION, BOTH), services={PUSH: reports.service}, tls=theirs
        )
        with wanted.open() as assoc:
            assert assoc.request(assoc.context_for(PUSH), ACTION, b"please").status == 0
            done = in_thread(owing.report)
            assert assoc.echo().status == 0
            until(lambda: not assoc.attend(0.05) or done)
            assert done == [0]
            assert assoc.echo().status == 0
        until(lambda: room.released)
