"""Archives that are not ours, filled with objects of which everything is known, and a peer with moods."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pydicom
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.filewriter import write_file_meta_info
from pynetdicom import AE, evt

from readingroom.exchange import Ourselves
from readingroom.model import Node

from .compare import Part10
from .dcmqrscp import dcmqrscp
from .network import Peer
from .orthanc import running_orthanc
from .ports import HOST, free_port
from .tiny import EXPLICIT_LE, tiny

US = Ourselves("READINGROOM")
ROOT = "1.2.826.0.1.3680043.10.1617"
PATIENTS = {
    "P1": ("DOE^JOHN", "20240101"),
    "P2": ("DOE^JANE", "20240215"),
    "P3": ("MCDOEL^RUTH", "20240301"),
}
"""Patient ID to name and study date; each has one study of two series of three images.

All are Secondary Captures, but the second series of P3 is MR.
"""
SERIES, IMAGES = 2, 3
MR = "1.2.840.10008.5.1.4.1.1.4"


def study_uid(patient: str) -> str:
    """The study of a patient."""
    return f"{ROOT}.{patient[1:]}"


def series_uid(patient: str, series: int) -> str:
    """One of its series, from 1."""
    return f"{study_uid(patient)}.{series}"


def image_uid(patient: str, series: int, image: int) -> str:
    """One of its images, from 1."""
    return f"{series_uid(patient, series)}.{image}"


def images(patient: str) -> list[Part10]:
    """All objects of a patient."""
    return [
        image_of(patient, series, image)
        for series in range(1, SERIES + 1)
        for image in range(1, IMAGES + 1)
    ]  # fmt: skip


def image_of(patient: str, series: int, image: int) -> Part10:
    """One object."""
    name, date = PATIENTS[patient]
    part = tiny(
        image_uid(patient, series, image), study_uid(patient), series_uid(patient, series),
        patient=patient, name=name, date=date, number=image, pixels=bytes([series, image] * 32),
    )  # fmt: skip
    if (patient, series) != ("P3", 2):
        return part
    assert len(MR) == len(part.sop_class_uid)  # so that no length changes
    return replace(
        part, sop_class_uid=MR, dataset=part.dataset.replace(part.sop_class_uid.encode(), MR.encode(), 1)
    )


def as_file(part: Part10) -> bytes:
    """The object with preamble and File Meta Information, written by pydicom."""
    out = io.BytesIO()
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = part.sop_class_uid
    meta.MediaStorageSOPInstanceUID = part.sop_instance_uid
    meta.TransferSyntaxUID = part.transfer_syntax_uid
    meta.ImplementationClassUID = "1.2.3"
    meta.FileMetaInformationVersion = b"\0\1"
    out.write(bytes(128) + b"DICM")
    write_file_meta_info(out, meta, enforce_standard=True)
    return out.getvalue() + part.dataset


def as_dataset(part: Part10) -> Dataset:
    """The object as pydicom reads it."""
    return pydicom.dcmread(io.BytesIO(as_file(part)))


@contextmanager
def filled_dcmqrscp(folder: Path, room_port: int) -> Iterator[Node]:
    """dcmqrscp with all patients; it may move to READINGROOM at that port."""
    known = {"READINGROOM": room_port}
    with dcmqrscp(folder, ("QRSCP",), known=known) as running:
        fill(running.port, "QRSCP")
        yield Node("qrscp", "QRSCP", HOST, running.port)


@contextmanager
def filled_orthanc(folder: Path, room_port: int) -> Iterator[Node]:
    """Orthanc with all patients; it may move to READINGROOM at that port."""
    with running_orthanc(folder, variables={"TCP_NODELAY": "1"}) as running:
        running.add_modality("room", "READINGROOM", room_port)
        fill(running.dicom_port, running.ae_title)
        yield Node("orthanc", running.ae_title, HOST, running.dicom_port)


def fill(port: int, ae_title: str) -> None:
    """Give it all patients."""
    for patient in PATIENTS:
        statuses = Peer(port, ae_title).send(images(patient))
        assert set(statuses) == {0}, statuses


@dataclass
class Odd:
    """A peer of pynetdicom whose answers a test decides, and what it was asked.

    requests: of each association its proposed contexts. identifiers: of each C-FIND, C-MOVE or C-GET.
    """

    node: Node
    associations: list[list[tuple[str, list[str]]]] = field(default_factory=list)
    identifiers: list[Dataset] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    server: Any = None

    def active(self) -> list[Any]:
        """Its associations of this moment."""
        return list(self.server.active_associations)


@contextmanager
def odd_peer(
    contexts: Sequence[str],
    handlers: Sequence[tuple[Any, Callable[[Any], Any]]],
    *,
    syntaxes: Sequence[str] = (EXPLICIT_LE, "1.2.840.10008.1.2"),
    roles: bool = False,
) -> Iterator[Odd]:
    """It supports these contexts; handlers as pynetdicom takes them."""
    ae = AE("ODD")
    for uid in contexts:
        ae.add_supported_context(
            uid, list(syntaxes), scu_role=True if roles else None, scp_role=roles or None
        )
    port = free_port()
    odd = Odd(Node("odd", "ODD", HOST, port, timeout=20.0))

    def requested(event: Any) -> None:
        proposed = event.assoc.requestor.requested_contexts
        odd.associations.append(
            [(str(one.abstract_syntax), [str(uid) for uid in one.transfer_syntax]) for one in proposed]
        )

    def noting(handle: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def noted(event: Any) -> Iterator[Any]:
            odd.identifiers.append(event.identifier)
            odd.raw.append(event.request.Identifier.getvalue())
            yield from handle(event)

        return noted

    asked = (evt.EVT_C_FIND, evt.EVT_C_MOVE, evt.EVT_C_GET)
    all_handlers = [(what, noting(handle) if what in asked else handle) for what, handle in handlers]
    server = ae.start_server(
        (HOST, port), block=False, evt_handlers=[(evt.EVT_REQUESTED, requested), *all_handlers]
    )
    assert server is not None
    odd.server = server
    try:
        yield odd
    finally:
        server.shutdown()


def status(code: int, **elements: Any) -> Dataset:
    """A response's status with further elements of its command set."""
    ds = Dataset()
    ds.Status = code
    for keyword, value in elements.items():
        setattr(ds, keyword, value)
    return ds


def uids_in(text: str) -> list[str]:
    """The UIDs of ours in what a program printed."""
    return re.findall(re.escape(ROOT) + r"[0-9.]*[0-9]", text)
