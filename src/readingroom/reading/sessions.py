"""Sessions: which studies somebody had open, and how each window showed them."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from readingroom.errors import Conflict, Invalid
from readingroom.index import Database, StoredSession, reading_sessions

from .hanging_form import named

MOST: Final = 100
"""Sessions of one person: of more, the ones not used for longest go."""
MOST_WINDOWS: Final = 16
MOST_STUDIES: Final = 64
LONGEST: Final = 262144
"""Bytes of what one window keeps, as JSON."""
_KEY: Final = re.compile(r"[0-9a-z.-]{8,64}", re.ASCII)
_UID: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)
_DAY: Final = 86400.0


class SessionBook:
    """The sessions of everybody; each sees and changes only their own. keep_days: 0 keeps them for ever."""

    def __init__(self, database: Database, keep_days: float) -> None:
        self._database = database
        self.keep_days = keep_days

    def of(self, owner: str) -> list[StoredSession]:
        """The last used first; seats without what they show."""
        with self._database.reading() as connection:
            return reading_sessions.of_owner(connection, owner, self._since())

    def one(self, owner: str, key: str) -> StoredSession:
        """With all its windows. Raises NotFound."""
        with self._database.reading() as connection:
            return reading_sessions.find(connection, owner, key, self._since())

    def keep_window(self, owner: str, key: str, seat: int, studies: Sequence[Any], state: Any) -> None:
        """What a window shows now. Raises Invalid for what is no session, Conflict for what is too long."""
        if not _KEY.fullmatch(key) or not 1 <= seat <= MOST_WINDOWS:
            raise Invalid(
                f"A session has a key of 8 to 64 small letters and digits, and {MOST_WINDOWS} windows."
            )
        if not 0 < len(studies) <= MOST_STUDIES or not all(
            isinstance(uid, str) and _UID.fullmatch(uid) for uid in studies
        ):
            raise Invalid(f"A session has 1 to {MOST_STUDIES} studies, by their UIDs.")
        if not isinstance(state, Mapping):
            raise Invalid("What a window shows is a JSON object.")
        written = orjson.dumps(state)
        if len(written) > LONGEST:
            raise Conflict(f"That is too much: {LONGEST} bytes are kept of a window.")
        now = time.time()
        session = StoredSession(key, "", tuple(studies), False, now, now)
        with self._database.writing() as connection:
            reading_sessions.keep_window(connection, owner, session, seat, written.decode())
            reading_sessions.forget_old(connection, owner, self._since(), MOST)

    def change(self, owner: str, key: str, name: str | None, closed: bool | None) -> None:
        """Raises NotFound, Invalid for a name that is none; an empty one is no name again."""
        values: dict[str, str | bool] = {}
        if name is not None:
            values["name"] = named(name) if name.strip() else ""
        if closed is not None:
            values["is_closed"] = closed
        if not values:
            raise Invalid("A session gets another name, or is closed or not.")
        with self._database.writing() as connection:
            reading_sessions.change(connection, owner, key, values)

    def remove(self, owner: str, key: str) -> None:
        """Raises NotFound."""
        with self._database.writing() as connection:
            reading_sessions.remove(connection, owner, key)

    def _since(self) -> float:
        return time.time() - self.keep_days * _DAY if self.keep_days else 0.0
