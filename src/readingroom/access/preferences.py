"""What a person chose, kept for every browser they use: windows, keys, columns, language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from readingroom.errors import Conflict, Invalid
from readingroom.index import Database, preferences

MOST = 200
LONGEST = 32768
"""Bytes of one choice as JSON."""
LARGEST = 262144
"""Characters of all choices of one person."""
_NAME = re.compile("[a-z][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Choices by name, None where it is as usual again; version: to be told later what changed since."""

    values: Mapping[str, Any]
    version: int


class Preferences:
    """The choices of everybody; each sees and changes only their own.

    They are merged by name: two browsers that change different things lose nothing, of the same thing the
    last one stands. What is taken back stays as a null, so that the other browsers hear of it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: str, after: int = 0) -> Chosen:
        """All choices of one person, or those that changed after a version."""
        with self._database.reading() as connection:
            found, version = preferences.of_owner(connection, owner, after)
        return Chosen({name: orjson.loads(value) for name, value in found.items()}, version)

    def change(self, owner: str, changed: Mapping[str, Any]) -> Chosen:
        """Set these and leave the others; everything as it is then.

        Raises Invalid for a name that is none or a value over `LONGEST`, Conflict where it would be too much.
        """
        told = {name: _encoded(name, value) for name, value in changed.items()}
        with self._database.writing() as connection:
            before, _ = preferences.of_owner(connection, owner)
            after = before | told
            if len(after) > MOST or sum(map(len, after.values())) > LARGEST:
                raise Conflict(f"That is too much: {MOST} choices with {LARGEST} characters are kept.")
            preferences.change(connection, owner, told)
            found, version = preferences.of_owner(connection, owner)
        return Chosen({name: orjson.loads(value) for name, value in found.items()}, version)


def _encoded(name: str, value: Any) -> str:
    if not _NAME.fullmatch(name):
        raise Invalid("The name of a choice is 1 to 64 letters a to z, digits, dots, dashes, underscores.")
    try:
        encoded = orjson.dumps(value)
    except orjson.JSONEncodeError as error:
        raise Invalid(f"{name} cannot be kept: {error}.") from None
    if len(encoded) > LONGEST:
        raise Invalid(f"{name} is {len(encoded)} bytes long; a choice has at most {LONGEST}.")
    return encoded.decode()
