"""Who may call from where."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from readingroom.access import Denial, NetworkPolicy
from readingroom.errors import Invalid
from readingroom.index import Database
from readingroom.nodes import NodeBook


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database(tmp_path / "index.sqlite") as opened:
        opened.migrate()
        book = NodeBook(opened)
        book.add("anywhere", "ANYWHERE", "10.0.0.7", 104)
        book.add("bound", "BOUND", "10.0.0.8", 104, allowed_addresses=("10.0.0.8", "fd00:1::/32"))
        book.add("powerless", "POWERLESS", "10.0.0.9", 104, rights=frozenset())
        yield opened


@pytest.mark.parametrize(
    ("title", "address", "denial"),
    [
        ("ANYWHERE", "192.168.1.1", None),
        ("ANYWHERE  ", "fd00::1", None),
        ("anywhere", "192.168.1.1", Denial.CALLING),
        ("POWERLESS", "10.0.0.9", Denial.CALLING),
        ("BOUND", "10.0.0.8", None),
        ("BOUND", "10.0.0.9", Denial.ADDRESS_OF_NODE),
        ("BOUND", "fd00:1:2::3", None),
        ("BOUND", "fd00:2::3", Denial.ADDRESS_OF_NODE),
        ("BOUND", "local", Denial.ADDRESS_OF_NODE),
    ],
)
def test_nodes_and_their_addresses(
    database: Database, title: str, address: str, denial: Denial | None
) -> None:
    assert NetworkPolicy(database, accept_any=False).denial(title, address) is denial


def test_addresses_of_the_installation_come_first(database: Database) -> None:
    policy = NetworkPolicy(database, accept_any=True, allowed_addresses=("10.0.0.0/8", "::1"))
    assert policy.denial("STRANGER", "10.200.0.1") is None
    assert policy.denial("STRANGER", "::1") is None
    assert policy.denial("STRANGER", "11.0.0.1") is Denial.ADDRESS
    assert policy.denial("BOUND", "10.0.0.9") is Denial.ADDRESS_OF_NODE, "accept_any is for unknown ones"


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0", "host.example.org", "fd00::/129", ""])
def test_what_is_no_address_is_refused(database: Database, text: str) -> None:
    with pytest.raises(Invalid):
        NodeBook(database).change("bound", allowed_addresses=(text,))


def test_addresses_are_kept_without_host_bits(database: Database) -> None:
    changed = NodeBook(database).change("bound", allowed_addresses=("10.1.2.3/8", " ::1/128 ", "10.0.0.8/32"))
    assert changed.allowed_addresses == ("10.0.0.0/8", "::1", "10.0.0.8")
    assert NodeBook(database).find("bound").allowed_addresses == changed.allowed_addresses
