"""Sending and fetching objects over the network as bytes: nothing is parsed or made better on the way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from readingroom.association import Command, Requestor, RoleSelection
from readingroom.standard.sop_classes import STUDY_ROOT_FIND, STUDY_ROOT_GET
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE

from .associations import StoreService
from .compare import Part10
from .ports import HOST

_CT = "1.2.840.10008.5.1.4.1.1.2"


@dataclass(frozen=True)
class Peer:
    """A DICOM application to call, and as whom."""

    port: int
    ae_title: str = "READINGROOM"
    calling: str = "KIT"

    def requestor(self, contexts: Sequence[tuple[str, Sequence[str]]], **more: object) -> Requestor:
        """To open an association with these contexts."""
        return Requestor(HOST, self.port, self.calling, self.ae_title, contexts, **more)  # type: ignore[arg-type]

    def send(self, objects: Sequence[Part10]) -> list[int | None]:
        """C-STORE of each, in its own class and syntax; the statuses, None where it was not accepted.

        Objects whose UIDs cannot be read are announced as CT with the UID 1.2.3.
        """
        statuses: list[int | None] = []
        named = [one if one.sop_class_uid else replace(one, sop_class_uid=_CT) for one in objects]
        for group in _groups(named):
            contexts = list(dict.fromkeys((one.sop_class_uid, one.transfer_syntax_uid) for one in group))
            with self.requestor([(uid, (syntax,)) for uid, syntax in contexts]).open() as assoc:
                fitting = {(c.abstract_syntax, c.transfer_syntax): c for c in assoc.contexts.values()}
                for one in group:
                    context = fitting.get((one.sop_class_uid, one.transfer_syntax_uid))
                    if context is None:
                        statuses.append(None)
                        continue
                    uid = one.sop_instance_uid or "1.2.3"
                    statuses.append(assoc.store(context, one.sop_class_uid, uid, one.dataset).status)
        return statuses

    def get(self, identifier: bytes, accept: Collection[tuple[str, tuple[str, ...]]]) -> Fetched:
        """C-GET (Study Root, Explicit LE Identifier); accept: (class, syntaxes) to be sent to us."""
        service = StoreService()
        contexts = [(STUDY_ROOT_GET, (EXPLICIT_LE,)), *accept]
        roles = [RoleSelection(uid, scu=False, scp=True) for uid in dict.fromkeys(uid for uid, _ in accept)]
        services = {uid: service for uid, _ in accept}
        with self.requestor(contexts, roles=roles, services=services).open() as assoc:
            answers = list(assoc.get(assoc.context_for(STUDY_ROOT_GET), identifier))
        objects = {
            str(command.affected_sop_instance_uid): Part10(
                str(command.affected_sop_class_uid), str(command.affected_sop_instance_uid), syntax, data
            )
            for command, syntax, data in service.stored
        }
        return Fetched(objects, [answer.command for answer in answers])

    def find(self, identifier: bytes) -> list[bytes]:
        """C-FIND (Study Root, Explicit LE); the Identifiers of the pending responses."""
        with self.requestor([(STUDY_ROOT_FIND, (EXPLICIT_LE,))]).open() as assoc:
            answers = list(assoc.find(assoc.context_for(STUDY_ROOT_FIND), identifier))
        assert answers[-1].status == 0, f"C-FIND ended with {answers[-1].status:04X}"
        return [answer.data for answer in answers[:-1]]


@dataclass(frozen=True)
class Fetched:
    """Objects by SOP Instance UID, and every C-GET response."""

    objects: dict[str, Part10]
    responses: list[Command]


def _groups(objects: Sequence[Part10], size: int = 100) -> Iterable[Sequence[Part10]]:
    for start in range(0, len(objects), size):
        yield objects[start : start + size]


def identifier(level: str, **keys: str) -> bytes:
    """An Identifier in Explicit VR Little Endian, encoded by pydicom."""
    from pydicom import Dataset
    from pydicom.filebase import DicomBytesIO
    from pydicom.filewriter import write_dataset

    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    write_dataset(out, ds)
    return bytes(out.getvalue())
