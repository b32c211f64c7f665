"""Where fetched objects are kept: our archive, or a folder of files."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from readingroom.archive import Archive, Mismatch
from readingroom.dataset import write_file_meta
from readingroom.errors import Invalid, Unavailable
from readingroom.model import Origin, Selection
from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

_UID = re.compile(r"[0-9.]{1,64}\Z")


class Kept(Protocol):
    """An object that is safe now."""

    @property
    def mismatch(self) -> Mismatch | None:
        """In what it does not match its SOP class, None when nothing is known."""


class Arriving(Protocol):
    """One object while it arrives; ends with `finish` or `abandon`."""

    def announce(self, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> None:
        """What the peer says it sends."""

    def write(self, pieces: Sequence[bytes | bytearray | memoryview]) -> None:
        """The next bytes of the Data Set."""

    def finish(self) -> Kept:
        """Make it safe."""

    def abandon(self) -> None:
        """Throw away what came."""


class Keeper(Protocol):
    """Keeps what is fetched, and knows what it has."""

    def receive(self, origin: Origin) -> Arriving:
        """Begin to take in one object. Raises Unavailable."""

    def refuse(self, origin: Origin, subject: str, error: Exception) -> None:
        """Note that an object was not taken, and why."""

    def held(self, selection: Selection) -> frozenset[str]:
        """The SOP Instance UIDs that are here already, of those that are selected."""


class ArchiveKeeper:
    """Keeps in our archive."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def receive(self, origin: Origin) -> Arriving:
        """As `Archive.receive`."""
        return self._archive.receive(origin)

    def refuse(self, origin: Origin, subject: str, error: Exception) -> None:
        """Into the event log."""
        self._archive.refuse(origin, subject, error)

    def held(self, selection: Selection) -> frozenset[str]:
        """From the index, with what was acknowledged a moment ago."""
        self._archive.indexer.flush()
        return frozenset(stored.ref.sop_instance_uid for stored in self._archive.instances(selection))


class FolderKeeper:
    """Keeps each object as the file FOLDER/<SOP Instance UID>.dcm; the folder is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def receive(self, origin: Origin) -> Arriving:
        """Under another name until it is whole."""
        with _kept():
            return _IntoFile(self._folder, origin)

    def refuse(self, origin: Origin, subject: str, error: Exception) -> None:
        """Nobody keeps a log here; the result of fetching says it."""

    def held(self, selection: Selection) -> frozenset[str]:
        """Every object in the folder, whatever it belongs to."""
        return frozenset(path.stem for path in self._folder.glob("*.dcm"))


class Elsewhere:
    """Keeps nothing: for what goes to somebody else."""

    def receive(self, origin: Origin) -> Arriving:
        """Nothing comes here."""
        raise Unavailable("Nothing is kept here.")

    def refuse(self, origin: Origin, subject: str, error: Exception) -> None:
        """Nobody to tell."""

    def held(self, selection: Selection) -> frozenset[str]:
        """Nothing."""
        return frozenset()


@dataclass(frozen=True, slots=True)
class _Unexamined:
    """A file whose content nobody looked at."""

    mismatch: Mismatch | None = None


class _IntoFile:
    def __init__(self, folder: Path, origin: Origin) -> None:
        self._folder = folder
        self._origin = origin
        self._file: IO[bytes] = tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False)  # noqa: SIM115
        self._name = ""

    def announce(self, sop_class_uid: str, sop_instance_uid: str, transfer_syntax_uid: str) -> None:
        if _UID.match(sop_instance_uid) is None:
            raise Invalid(f"{sop_instance_uid!r:.80} is no UID.")
        self._name = f"{sop_instance_uid}.dcm"
        meta = write_file_meta(
            sop_class_uid,
            sop_instance_uid,
            transfer_syntax_uid,
            implementation_class_uid=IMPLEMENTATION_CLASS_UID,
            implementation_version_name=IMPLEMENTATION_VERSION_NAME,
            source_ae_title=self._origin.caller or None,
        )
        self.write([meta])

    def write(self, pieces: Sequence[bytes | bytearray | memoryview]) -> None:
        with _kept():
            self._file.writelines(pieces)

    def finish(self) -> Kept:
        with _kept():
            self._file.close()
            Path(self._file.name).replace(self._folder / self._name)
        return _Unexamined()

    def abandon(self) -> None:
        self._file.close()
        Path(self._file.name).unlink(missing_ok=True)


@contextmanager
def _kept() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"The file cannot be written: {error.strerror or error}.") from error
