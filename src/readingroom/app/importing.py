"""Files from a folder into the archive, reporting each."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from readingroom.archive import Archive, Arrival
from readingroom.errors import ReadingRoomError, Unsupported
from readingroom.model import Origin, OriginKind

_AHEAD = 64


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one file; kind: stored, identical, revised, skipped (a DICOMDIR) or failed."""

    path: Path
    kind: str
    failure: str | None = None


def import_files(archive: Archive, files: Iterable[Path]) -> Iterator[Imported]:
    """Take the files in; outcomes come in order, some files after their file was read."""
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
