"""The book of known nodes."""

from __future__ import annotations

from readingroom.errors import Invalid
from readingroom.index import Database, keeping
from readingroom.model import Node


class NodeBook:
    """Adding, listing and removing nodes; running processes notice within a second."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Node]:
        """All nodes by name."""
        with self._database.reading() as connection:
            return keeping.nodes(connection)

    def add(self, name: str, ae_title: str, host: str, port: int) -> None:
        """Raises Invalid for a title or port that cannot be, Conflict for one that is taken."""
        title = ae_title.strip()
        if not 1 <= len(title) <= 16 or not title.isascii() or not title.isprintable() or "\\" in title:
            raise Invalid(f"An AE title has 1 to 16 printable ASCII characters, no backslash: {ae_title!r}.")
        if not 1 <= port <= 65535:
            raise Invalid(f"{port} is not a port.")
        if not name.strip() or not host.strip():
            raise Invalid("A node needs a name and a host.")
        with self._database.writing() as connection:
            keeping.add_node(connection, Node(name.strip(), title, host.strip(), port))

    def remove(self, name: str) -> None:
        """Raises NotFound."""
        with self._database.writing() as connection:
            keeping.remove_node(connection, name)
