"""Files from a folder into the archive, reporting each."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from readingroom.archive import Archive, Arrival
from readingroom.errors import ReadingRoomError, Unsupported
from readingroom.index import DONE, FAILED, Event
from readingroom.model import Origin, OriginKind

_AHEAD = 64


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file; kind: stored, identical, revised, skipped (a DICOMDIR) or failed."""

    path: Path
    kind: str
    failure: str | None = None


def import_files(archive: Archive, files: Iterable[Path]) -> Iterator[Imported]:
    """Take the files in; outcomes come in order, some files after their file was read.

    The event log has one line for all of them, and one for each file that was not taken.
    """
    counts: Counter[str] = Counter()
    try:
        for one in _import(archive, files):
            counts[one.kind] += 1
            if one.failure:
                why = f"{one.path}: {one.failure}"
                archive.tell(_event("refused", "A file was not taken.", FAILED, why))
            yield one
    finally:
        words = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
        outcome = FAILED if counts["failed"] else DONE
        archive.tell(_event("import", f"{words or 'no files'}.", outcome, facts=counts))


def _event(
    kind: str, words: str, outcome: str, private: str = "", facts: Mapping[str, int] | None = None
) -> Event:
    return Event(time.time(), kind, "", "", words, outcome=outcome, private=private, facts=facts or {})


def _import(archive: Archive, files: Iterable[Path]) -> Iterator[Imported]:
    waiting: deque[tuple[Path, Arrival]] = deque()
    origin = Origin(OriginKind.IMPORT, "import")
    for path in files:
        try:
            with path.open("rb") as stream:
                waiting.append((path, archive.ingest(stream, origin)))
        except Unsupported:
            yield Imported(path, "skipped")
        except (ReadingRoomError, OSError) as error:
            yield Imported(path, "failed", str(error))
        while len(waiting) > _AHEAD:
            yield _finished(*waiting.popleft())
    while waiting:
        yield _finished(*waiting.popleft())


def _finished(path: Path, arrival: Arrival) -> Imported:
    try:
        return Imported(path, arrival.wait().value)
    except ReadingRoomError as error:
        return Imported(path, "failed", error.sentence)
