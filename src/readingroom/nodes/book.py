"""The book of known nodes."""

from __future__ import annotations

import ipaddress
import re
import time
from dataclasses import fields, replace
from enum import Enum
from typing import Any

from pydicom.datadict import tag_for_keyword

from readingroom.dataset import character_set
from readingroom.errors import Invalid, NotFound
from readingroom.index import Connection, Database, Event, events, keeping
from readingroom.model import Node

_UID = re.compile(r"[0-9.]{1,64}")


class NodeBook:
    """Adding, listing and removing nodes; running processes notice within a second.

    by: the user who does it, for the event log; empty for the command line.
    """

    def __init__(self, database: Database, by: str = "") -> None:
        self._database = database
        self._by = by

    def on_behalf_of(self, user: str) -> NodeBook:
        """The same book, in the hands of that user."""
        return NodeBook(self._database, user)

    def all(self) -> list[Node]:
        """All nodes by name."""
        with self._database.reading() as connection:
            return keeping.nodes(connection)

    def find(self, name: str) -> Node:
        """The node of that name. Raises NotFound."""
        for one in self.all():
            if one.name == name:
                return one
        raise NotFound(f"There is no node {name}; `readingroom node list` shows those there are.")

    def add(self, name: str, ae_title: str, host: str, port: int, **settings: Any) -> None:
        """Add a node; settings: further fields of `Node`. Raises as `put`."""
        self.put(Node(name, ae_title, host, port, **settings))

    def put(self, node: Node) -> None:
        """Add a node. Raises Invalid for what cannot be, Conflict for a name or title that is taken."""
        with self._database.writing() as connection:
            new = checked(node)
            keeping.add_node(connection, new)
            self._tell(connection, new.name, f"Added: {_words(new)}.")

    def change(self, name: str, /, **changes: Any) -> Node:
        """Give the node of that name other fields. Raises NotFound, and as `put`."""
        former = self.find(name)
        node = checked(replace(former, **changes))
        with self._database.writing() as connection:
            keeping.change_node(connection, name, node)
            self._tell(connection, name, f"Changed: {_words(node, former) or 'nothing'}.")
        return node

    def remove(self, name: str) -> None:
        """Raises NotFound."""
        with self._database.writing() as connection:
            keeping.remove_node(connection, name)
            self._tell(connection, name, "Removed.")

    def _tell(self, connection: Connection, name: str, words: str) -> None:
        event = Event(time.time(), "node", self._by, name, words)
        events.add_events(connection, [event])


def _words(node: Node, former: Node | None = None) -> str:
    """The fields of a node, those that differ from the former one only."""
    return ", ".join(
        f"{field.name} {_plain(getattr(node, field.name))}"
        for field in fields(node)
        if former is None or getattr(former, field.name) != getattr(node, field.name)
    )


def _plain(value: object) -> str:
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, frozenset | tuple):
        return " ".join(sorted(map(_plain, value))) or "none"
    return str(value)


def checked(node: Node) -> Node:
    """The node without blanks around its words. Raises Invalid for what cannot be."""
    title = node.ae_title.strip()
    if not 1 <= len(title) <= 16 or not title.isascii() or not title.isprintable() or "\\" in title:
        raise Invalid(f"An AE title has 1 to 16 printable ASCII characters, no backslash: {node.ae_title!r}.")
    if not 1 <= node.port <= 65535:
        raise Invalid(f"{node.port} is not a port.")
    if not node.name.strip() or not node.host.strip():
        raise Invalid("A node needs a name and a host.")
    if node.most_associations < 0 or not 0 <= node.timeout < 1e6:
        raise Invalid("Limits and time-outs are 0 (none) or more.")
    for uid in node.blacklisted_sop_classes:
        if _UID.fullmatch(uid) is None:
            raise Invalid(f"{uid!r:.80} is no UID of a SOP class.")
    for word in node.wildcards:
        if tag_for_keyword(word) is None:
            raise Invalid(f"{word} is no keyword of an attribute (PS3.6 chapter 6).")
    if character_set(node.query_charset).is_unknown:
        raise Invalid(f"{' and '.join(node.query_charset)}: no Specific Character Set (PS3.3 C.12.1.1.2).")
    return replace(
        node,
        name=node.name.strip(),
        ae_title=title,
        host=node.host.strip(),
        allowed_addresses=tuple(map(_network, node.allowed_addresses)),
    )


def _network(text: str) -> str:
    """An address or network as it is kept: without blanks and host bits."""
    try:
        network = ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        raise Invalid(f"{text!r} is no IPv4 or IPv6 address or network, such as 10.0.0.0/8.") from None
    return str(network.network_address) if network.num_addresses == 1 else str(network)
