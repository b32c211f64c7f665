"""Users are recognised by password, session and token, and by nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readingroom.access import Gate, NetworkPolicy, Role
from readingroom.errors import Conflict, Invalid, NotFound, Unavailable
from readingroom.index import Database
from readingroom.model import Right
from readingroom.nodes import NodeBook


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "index.sqlite") as opened:
        opened.migrate()
        yield opened


@pytest.fixture
def gate(database: Database) -> Gate:
    made = Gate(database, idle_seconds=60)
    made.add_user("ruiz", "correct horse", "Dr Ana Ruiz", frozenset({Role.READER}))
    return made


def test_only_the_right_password_opens(gate: Gate) -> None:
    caller = gate.check_password("ruiz", "correct horse")
    assert caller is not None
    assert (caller.name, caller.display_name) == ("ruiz", "Dr Ana Ruiz")
    assert gate.check_password("ruiz", "correct horse ") is None
    assert gate.check_password("nobody", "correct horse") is None


def test_a_reader_is_no_administrator_but_an_administrator_is_everything(gate: Gate) -> None:
    gate.add_user("root", "long enough", roles=frozenset({Role.ADMINISTRATOR}))
    reader, administrator = (
        gate.check_password(*who) for who in (("ruiz", "correct horse"), ("root", "long enough"))
    )
    assert reader is not None
    assert administrator is not None
    assert [reader.is_a(role) for role in Role] == [True, False, False]
    assert all(administrator.is_a(role) for role in Role)


def test_guessing_is_stopped_for_that_name_and_address_only(gate: Gate) -> None:
    for _ in range(5):
        assert gate.check_password("ruiz", "wrong", "10.0.0.1") is None
    with pytest.raises(Unavailable) as stopped:
        gate.check_password("ruiz", "correct horse", "10.0.0.1")
    assert 0 < int(str(stopped.value.facts["retry_after"])) <= 61
    assert gate.check_password("ruiz", "correct horse", "10.0.0.2") is not None


def test_basic_credentials_are_wrong_at_once_after_a_change(gate: Gate) -> None:
    assert gate.check_basic("ruiz", "correct horse") is not None
    assert gate.check_basic("ruiz", "correct horse") is not None
    gate.set_password("ruiz", "battery staple")
    assert gate.check_basic("ruiz", "correct horse") is None
    assert gate.check_basic("ruiz", "battery staple") is not None


def test_a_session_lives_until_it_is_closed_or_the_password_changes(gate: Gate) -> None:
    caller = gate.check_password("ruiz", "correct horse")
    assert caller is not None
    first, second, third = (gate.open_session(caller) for _ in range(3))
    assert gate.session(first) == caller
    gate.close_session(first)
    assert gate.session(first) is None
    assert gate.session(second) == caller
    gate.set_password("ruiz", "battery staple")
    assert gate.session(second) is None
    assert gate.session(third) is None
    assert gate.session("made up") is None


def test_an_idle_session_is_over(database: Database, gate: Gate) -> None:
    caller = gate.check_password("ruiz", "correct horse")
    assert caller is not None
    secret = gate.open_session(caller)
    assert Gate(database, idle_seconds=-1).session(secret) is None


def test_a_session_is_known_only_while_nothing_was_committed(database: Database, gate: Gate) -> None:
    caller = gate.check_password("ruiz", "correct horse")
    assert caller is not None
    first, second = (gate.open_session(caller) for _ in range(2))
    assert gate.known_session(first) is None
    for secret in (first, second):
        assert gate.session(secret) == caller
        assert gate.known_session(secret) == caller
    with Database(database.path) as elsewhere:  # another process, of which we hear nothing
        Gate(elsewhere, idle_seconds=60).close_session(first)
    assert gate.known_session(first) is None
    assert gate.known_session(second) is None
    assert gate.session(first) is None
    assert gate.session(second) == gate.known_session(second) == caller
    gate.set_password("ruiz", "battery staple")
    assert gate.known_session(second) is None
    assert gate.known_session("made up") is None


def test_a_known_session_rests_no_longer_than_any(database: Database, gate: Gate) -> None:
    caller = gate.check_password("ruiz", "correct horse")
    assert caller is not None
    brief = Gate(database, idle_seconds=0.5)
    secret = brief.open_session(caller)
    while brief.session(secret) is not None:
        pass
    assert brief.known_session(secret) is None


def test_tokens_open_until_they_expire(gate: Gate) -> None:
    lasting, short = gate.make_token("ruiz", "script"), gate.make_token("ruiz", "trial", days=-1)
    found = gate.token(lasting)
    assert found is not None
    assert found.name == "ruiz"
    assert gate.token(short) is None
    assert gate.token(lasting[:-1]) is None
    with pytest.raises(Invalid):
        gate.make_token("nobody", "")


def test_no_secret_is_kept_in_the_index(gate: Gate, tmp_path: Path) -> None:
    caller = gate.check_password("ruiz", "correct horse")
    assert caller is not None
    secrets = [gate.open_session(caller), gate.make_token("ruiz", "script"), "correct horse"]
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"ruiz" in kept
    for secret in secrets:
        assert secret.encode() not in kept


@pytest.mark.parametrize(
    ("name", "password"), [("", "long enough"), ("a:b", "long enough"), ("ann", "short")]
)
def test_unfit_names_and_passwords_are_refused(gate: Gate, name: str, password: str) -> None:
    with pytest.raises(Invalid):
        gate.add_user(name, password)


def test_names_are_taken_once(gate: Gate) -> None:
    with pytest.raises(Conflict):
        gate.add_user("ruiz", "another one")
    with pytest.raises(NotFound):
        gate.set_password("nobody", "another one")


def test_only_known_nodes_have_rights_unless_all_are_let_in(database: Database) -> None:
    book = NodeBook(database)
    book.add("ct1", "CT1", "127.0.0.1", 104)
    policy = NetworkPolicy(database, accept_any=False)
    assert policy.rights("CT1   ") == frozenset(Right)
    assert policy.rights("ct1") == frozenset()
    assert policy.destination("CT1").port == 104
    with pytest.raises(NotFound):
        policy.destination("MR1")
    assert NetworkPolicy(database, accept_any=True).rights("MR1") == frozenset(Right)
    with pytest.raises(Conflict):
        book.add("ct2", "CT1", "127.0.0.1", 104)
    book.remove("ct1")
    assert NetworkPolicy(database, accept_any=False).rights("CT1") == frozenset()


@pytest.mark.parametrize("title", ["", " " * 16, "A" * 17, "A\\B", "ÄT"])
def test_an_unfit_ae_title_is_refused(database: Database, title: str) -> None:
    with pytest.raises(Invalid):
        NodeBook(database).add("x", title, "127.0.0.1", 104)
