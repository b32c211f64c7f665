"""Search results as JSON, remembered row by row."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from readingroom.model import Attributes, Packed

_MOST_BYTES = 16_000_000
_OF_A_FORM = 1000


class Fragments:
    """The JSON of rows as they were told last: lists are asked for again and again, rows seldom change.

    What a row was made from is the key, so that nothing has to be forgotten when it changes. Emptied when it
    holds about 16 MB.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._known: dict[Hashable, dict[Hashable, bytes]] = {}
        self._bytes = 0

    def of(self, form: Hashable, attributes: Attributes, make: Callable[[], bytes]) -> bytes:
        """The JSON of a row; form: what makes it look different for the same attributes."""
        signature = attributes.signature if isinstance(attributes, Packed) else None
        if signature is None:
            return make()
        rows = self._known.get(form)
        if rows is None:
            rows = self._known.setdefault(form, {})
            self._bytes += _OF_A_FORM
        known = rows.get(signature)
        if known is None:
            known = make()
            if self._bytes > self._most:
                self._known, self._bytes = {}, 0
            rows[signature] = known
            self._bytes += 3 * len(known)  # the signature is about as large, and objects have heads
        return known
