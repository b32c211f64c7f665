"""An incremental reader of multipart payloads (RFC 2046 5.1), in constant memory and linear time.

Tolerant of what real senders do: lines ended by LF alone, a missing last line end, no closing delimiter
after a part of known length, text before and after, boundaries quoted or not, parts without Content-Length.
A part's end is always found by its delimiter: Content-Length is believed only where the delimiter is missing.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from readingroom.errors import Invalid

from .media_type import MediaType

_LONGEST_BOUNDARY = 256
_LONGEST_PADDING = 128
# What may follow "--boundary" in a delimiter: "--" for the last one, blanks, the end of the line.
_AFTER = re.compile(rb"(--)?[ \t]{0,%d}(\r?\n)" % _LONGEST_PADDING)
_AFTER_AT_END = re.compile(rb"(--)?[ \t]{0,%d}\r?\n?\Z" % _LONGEST_PADDING)
_AFTER_SO_FAR = re.compile(rb"-?\Z|(--)?[ \t]{0,%d}\r?\Z" % _LONGEST_PADDING)


@dataclass(frozen=True, slots=True)
class PartHead:
    """A part begins. headers: names in lower case; of a repeated field the first counts."""

    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class PartEnd:
    """The part that began last is complete."""


Event: TypeAlias = PartHead | bytes | PartEnd
"""What the reader tells: a head, then the body's bytes in pieces, then the end."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a sender may use up: bytes of one part's header, bytes before the first delimiter, parts."""

    header: int = 16384
    preamble: int = 65536
    parts: int = 100_000


class _State(Enum):
    PREAMBLE = auto()
    HEADERS = auto()
    BODY = auto()
    EPILOGUE = auto()


class MultipartReader:
    """Give it the payload in pieces of any size with `feed`, then `finish`; both tell what was in it.

    Keeps back at most a delimiter's length of body between calls. All errors are Invalid.
    """

    def __init__(self, boundary: str, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._needle = b"\n--" + boundary.encode("latin-1", "replace")
        self._state = _State.PREAMBLE
        # The first delimiter may stand at the very start: give it the line end that it lacks.
        self._buffer = b"\n"
        self._at = 0  # where the unread part of the buffer begins
        self._borrowed = True  # the first unread byte is a line end that is no part of the body
        self._strips_cr = True
        self._skipped = 0
        self._parts = 0
        self._forget_part()

    def feed(self, data: bytes) -> list[Event]:
        """Take the next piece of the payload."""
        events: list[Event] = []
        if self._state is not _State.EPILOGUE:
            self._buffer = self._buffer[self._at :] + data
            self._searched -= self._at
            self._at = 0
            while self._step(events):
                pass
        return events

    def finish(self) -> list[Event]:
        """The payload has ended; raises Invalid when it ended inside a part."""
        events: list[Event] = []
        if self._state is _State.PREAMBLE:
            self._finish_preamble()
        elif self._state is _State.HEADERS:
            if self._header_bytes or self._buffer[self._at :].strip():
                raise Invalid("The multipart body ends inside the header of a part.")
        elif self._state is _State.BODY:
            self._finish_body(events)
        self._state = _State.EPILOGUE
        return events

    def _step(self, events: list[Event]) -> bool:
        """Read on to the end of a header, a body or the buffer; True when there may be more."""
        if self._state is _State.HEADERS:
            return self._read_header_lines(events)
        if self._state is _State.EPILOGUE:
            self._buffer, self._at = b"", 0
            return False
        return self._read_to_delimiter(events)

    def _read_to_delimiter(self, events: list[Event]) -> bool:
        found = self._buffer.find(self._needle, self._at)
        while found >= 0:
            behind = found + len(self._needle)
            after = _AFTER.match(self._buffer, behind)
            if after:
                self._end_body(events, found)
                self._pass_delimiter(bool(after[1]), after[2], after.end())
                return True
            if _AFTER_SO_FAR.match(self._buffer, behind):
                self._give(events, found - 1)
                return False
            found = self._buffer.find(self._needle, found + 1)
        self._give(events, len(self._buffer) - len(self._needle))
        return False

    def _pass_delimiter(self, is_last: bool, line_end: bytes, behind: int) -> None:
        if self._state is _State.PREAMBLE:
            self._strips_cr = line_end == b"\r\n"
        self._state = _State.EPILOGUE if is_last else _State.HEADERS
        self._at = behind
        self._forget_part()

    def _forget_part(self) -> None:
        self._headers: dict[str, str] = {}
        self._last_header = ""
        self._header_bytes = 0
        self._searched = 0
        self._given = 0

    def _give(self, events: list[Event], end: int) -> None:
        """Pass on what is unread up to `end`; the rest may turn out to be a delimiter."""
        start = self._at + self._borrowed
        if end <= start:
            return
        if self._state is _State.BODY:
            events.append(self._buffer[start:end])
            self._given += end - start
        else:
            self._skipped += end - start
            if self._skipped > self._limits.preamble:
                raise Invalid("No part of the multipart body begins where its boundary says.")
        self._at, self._borrowed = end, False

    def _end_body(self, events: list[Event], end: int) -> None:
        """The delimiter's line end is at `end`; it belongs to the delimiter, not to the body."""
        start = self._at + self._borrowed
        if self._strips_cr and end > start and self._buffer[end - 1 : end] == b"\r":
            end -= 1
        if self._state is _State.BODY:
            if end > start:
                events.append(self._buffer[start:end])
            events.append(PartEnd())
        self._borrowed = False

    def _read_header_lines(self, events: list[Event]) -> bool:
        while (end := self._buffer.find(b"\n", max(self._at, self._searched))) >= 0:
            line = self._buffer[self._at : end].rstrip(b"\r")
            self._header_bytes += end + 1 - self._at
            self._check_header(0)
            self._at = end + 1
            if not line:
                self._begin_body(events)
                return True
            self._add_header(line.decode("latin-1"))
        self._searched = len(self._buffer)
        self._check_header(len(self._buffer) - self._at)
        return False

    def _begin_body(self, events: list[Event]) -> None:
        self._parts += 1
        if self._parts > self._limits.parts:
            raise Invalid(f"More than {self._limits.parts} parts in one request; send them in several.")
        events.append(PartHead(dict(self._headers)))
        # The line end of the empty line may be that of a delimiter too: a part without any body.
        self._at -= 1
        self._borrowed = True
        self._state = _State.BODY

    def _check_header(self, unread: int) -> None:
        if self._header_bytes + unread > self._limits.header:
            raise Invalid(f"The header of a part is longer than {self._limits.header} bytes.")

    def _add_header(self, line: str) -> None:
        if line[0] in " \t" and self._last_header:
            self._headers[self._last_header] += " " + line.strip()
            return
        name, colon, value = line.partition(":")
        if not colon:
            raise Invalid("A part of the multipart body has a header line without a colon.")
        self._last_header = name.strip().lower()
        self._headers.setdefault(self._last_header, value.strip())

    def _finish_preamble(self) -> None:
        found = self._buffer.find(self._needle, self._at)
        last = _AFTER_AT_END.match(self._buffer, found + len(self._needle)) if found >= 0 else None
        if not (last and last[1]):
            raise Invalid("The multipart body has no part with the boundary of its Content-Type.")

    def _finish_body(self, events: list[Event]) -> None:
        found = self._buffer.find(self._needle, self._at)
        if found >= 0 and _AFTER_AT_END.match(self._buffer, found + len(self._needle)):
            self._end_body(events, found)
            return
        rest = self._buffer[self._at + self._borrowed :]
        announced = self._headers.get("content-length", "")
        missing = int(announced) - self._given if re.fullmatch(r"\d{1,18}", announced) else -1
        if missing < 0 or len(rest) < missing or rest[missing:].strip(b"\r\n"):
            raise Invalid("The multipart body ends inside a part.")
        if missing:
            events.append(rest[:missing])
        events.append(PartEnd())


class ReceivedPart:
    """One part as it comes in: `headers`, and the body to be read once with `chunks`."""

    def __init__(self, headers: Mapping[str, str], events: Iterator[Event]) -> None:
        self.headers = headers
        self._events = events
        self._ended = False

    def chunks(self) -> Iterator[bytes]:
        """The body, in pieces as they arrive; raises Invalid when it breaks off."""
        while not self._ended:
            event = next(self._events)
            if isinstance(event, bytes):
                yield event
            else:
                self._ended = True


def read_parts(
    payload: Iterable[bytes], boundary: str, limits: Limits | None = None
) -> Iterator[ReceivedPart]:
    """The parts of a payload one after the other; what is not read of a part is skipped with the next."""
    events = _events(payload, MultipartReader(boundary, limits))
    for event in events:
        if isinstance(event, PartHead):
            part = ReceivedPart(event.headers, events)
            yield part
            deque(part.chunks(), maxlen=0)


def boundary_of(media: MediaType) -> str:
    """The boundary parameter of a multipart Content-Type; raises Invalid without a usable one."""
    boundary = media.get("boundary") or ""
    if not boundary or len(boundary) > _LONGEST_BOUNDARY:
        raise Invalid("A multipart request names its boundary in Content-Type; this one does not.")
    return boundary


def _events(payload: Iterable[bytes], reader: MultipartReader) -> Iterator[Event]:
    for data in payload:
        yield from reader.feed(data)
    yield from reader.finish()
