"""Searches that a person keeps, each under a name."""

from __future__ import annotations

from collections.abc import Mapping

from readingroom.errors import Invalid
from readingroom.index import Database, SavedSearch, searches

MOST = 200
_LONGEST_NAME = 64


class SavedSearches:
    """The saved searches of everybody; each sees, changes and removes only his own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: str) -> list[SavedSearch]:
        """All of one person, the oldest first."""
        with self._database.reading() as connection:
            return searches.of_owner(connection, owner)

    def add(self, owner: str, name: str, filters: Mapping[str, str]) -> SavedSearch:
        """Raises Invalid for a name that is none, Conflict when it is taken."""
        with self._database.writing() as connection:
            return searches.add(connection, owner, SavedSearch(0, _named(name), filters), MOST)

    def change(self, owner: str, pk: int, name: str, filters: Mapping[str, str]) -> SavedSearch:
        """Raises NotFound, and as `add`."""
        changed = SavedSearch(pk, _named(name), filters)
        with self._database.writing() as connection:
            searches.change(connection, owner, changed)
        return changed

    def remove(self, owner: str, pk: int) -> None:
        """Raises NotFound."""
        with self._database.writing() as connection:
            searches.remove(connection, owner, pk)


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise Invalid(f"A saved search has a name of 1 to {_LONGEST_NAME} printable characters.")
    return name
