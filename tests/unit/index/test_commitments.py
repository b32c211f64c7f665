"""Transactions of storage commitment in the index: who works on which, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readingroom.index import Connection, Database, commitments
from readingroom.index.commitments import (
    ANSWERED,
    ASKED,
    CHECKED,
    REPORTED,
    REQUESTED,
    SCP,
    SCU,
    UNREPORTED,
    Failure,
    SopReference,
)

ONE, TWO = SopReference("1.2.3", "4.5"), SopReference("1.2.3", "4.6")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    with Database(tmp_path / "index.sqlite") as database:
        database.migrate()
        with database.writing() as opened:
            yield opened


def requested(connection: Connection, peer: str, at: float, uid: str = "2.25.1") -> int:
    return commitments.add(connection, SCP, REQUESTED, peer, "ROOM", uid, [ONE, TWO], at)


def test_a_transaction_is_kept_whole(connection: Connection) -> None:
    pk = requested(connection, "CT1", 10.0)
    row = commitments.find(connection, pk)
    assert row is not None
    assert (row.role, row.state, row.peer, row.own_title) == (SCP, REQUESTED, "CT1", "ROOM")
    assert (row.instances, row.failures, row.tries, row.created) == ((ONE, TWO), (), 0, 10.0)
    commitments.checked(connection, pk, [Failure(*TWO, 0x0112)], 11.0)
    row = commitments.find(connection, pk)
    assert row is not None
    assert (row.state, row.failures, row.changed) == (CHECKED, (Failure(*TWO, 0x0112),), 11.0)


def test_what_is_due_is_claimed_once(connection: Connection) -> None:
    """At most one for each peer, so that one that does not answer costs one worker."""
    first = requested(connection, "CT1", 1.0)
    requested(connection, "CT1", 2.0)
    other = requested(connection, "MR1", 3.0)
    requested(connection, "US1", 99.0)
    assert commitments.is_due(connection, 10.0)
    assert commitments.claim(connection, "a", 10.0, 70.0, 4) == [(first, "CT1"), (other, "MR1")]
    assert [peer for _, peer in commitments.claim(connection, "b", 11.0, 71.0, 4)] == ["CT1"]
    assert not commitments.is_due(connection, 12.0)
    assert commitments.claim(connection, "b", 100.0, 160.0, 1, {"CT1", "US1"}) == [(other, "MR1")]


def test_claims_lapse_unless_they_are_held(connection: Connection) -> None:
    pk = requested(connection, "CT1", 1.0)
    commitments.claim(connection, "a", 10.0, 70.0, 4)
    commitments.hold(connection, "b", [pk], 500.0)  # not b's
    assert commitments.is_due(connection, 71.0)
    commitments.hold(connection, "a", [pk], 130.0)
    assert not commitments.is_due(connection, 71.0)
    commitments.drop_claims(connection, "b")
    assert not commitments.is_due(connection, 71.0)
    commitments.drop_claims(connection, "a")
    assert commitments.is_due(connection, 71.0)


def test_a_failed_report_waits_for_its_time(connection: Connection) -> None:
    pk = requested(connection, "CT1", 1.0)
    commitments.claim(connection, "a", 10.0, 70.0, 4)
    commitments.try_again(connection, pk, "Nobody there.", 20.0, 30.0)
    assert not commitments.is_due(connection, 29.0)
    assert commitments.is_due(connection, 31.0)
    row = commitments.find(connection, pk)
    assert row is not None
    assert (row.tries, row.sentence) == (1, "Nobody there.")


def test_only_what_others_asked_and_has_ended_is_forgotten(connection: Connection) -> None:
    ended = [requested(connection, "CT1", 1.0, f"2.25.{number}") for number in (1, 2, 3)]
    commitments.end(connection, ended[0], REPORTED, "", 50.0)
    commitments.end(connection, ended[1], UNREPORTED, "", 150.0)
    ours = commitments.add(connection, SCU, ASKED, "PACS", "ROOM", "2.25.9", [ONE], 1.0)
    commitments.answered(connection, ours, [], 2.0)
    commitments.forget_ended(connection, 100.0)
    left = [pk for pk in (*ended, ours) if commitments.find(connection, pk)]
    assert left == [*ended[1:], ours]
    assert not commitments.is_due(connection, 0.5)


def test_transactions_by_their_uid(connection: Connection) -> None:
    pk = requested(connection, "CT1", 1.0, "2.25.5")
    ours = commitments.add(connection, SCU, ASKED, "CT1", "ROOM", "2.25.6", [ONE], 1.0)
    found = commitments.under_way(connection, "CT1", "2.25.5")
    assert found is not None
    assert found.pk == pk
    assert commitments.under_way(connection, "MR1", "2.25.5") is None
    assert commitments.under_way(connection, "CT1", "2.25.6") is None, "that is what we asked"
    assert commitments.asked(connection, "2.25.5") is None, "that is what others asked"
    commitments.answered(connection, ours, [], 2.0)
    row = commitments.asked(connection, "2.25.6")
    assert row is not None
    assert row.state == ANSWERED
    commitments.end(connection, pk, REPORTED, "", 3.0)
    assert commitments.under_way(connection, "CT1", "2.25.5") is None
