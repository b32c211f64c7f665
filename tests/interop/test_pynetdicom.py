"""pynetdicom as the peer: store, find with cancel, get, move."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pydicom
import pytest
from pydicom import Dataset
from pynetdicom import AE, build_role, evt
from pynetdicom.sop_class import (
    CTImageStorage,
    MRImageStorage,
    PatientRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelFind,
    StudyRootQueryRetrieveInformationModelGet,
    StudyRootQueryRetrieveInformationModelMove,
    Verification,
)

from tests.kit.network import Peer
from tests.kit.ports import HOST, free_port
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer

MR = "mr-series/adc/"


def files() -> list[str]:
    return [name for name in storable() if name.startswith(MR)]


def query(level: str, **keys: str) -> Dataset:
    ds = Dataset()
    ds.QueryRetrieveLevel = level
    for keyword, value in keys.items():
        setattr(ds, keyword, value)
    return ds


@pytest.fixture
def assoc(server: RunningServer) -> Iterator[Any]:
    ae = AE("PYNETDICOM")
    ae.acse_timeout = ae.dimse_timeout = ae.network_timeout = 30
    for context in (
        Verification, PatientRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelFind,
        StudyRootQueryRetrieveInformationModelGet, StudyRootQueryRetrieveInformationModelMove,
    ):  # fmt: skip
        ae.add_requested_context(context)
    for storage in (CTImageStorage, MRImageStorage):
        ae.add_requested_context(storage)
    got: list[Dataset] = []

    def keep(event: Any) -> int:
        got.append(event.dataset)
        return 0

    associated = ae.associate(
        HOST, server.dicom_port, ae_title=server.ae_title, evt_handlers=[(evt.EVT_C_STORE, keep)],
        ext_neg=[build_role(MRImageStorage, scp_role=True, scu_role=True)],
    )  # fmt: skip
    assert associated.is_established
    associated.received = got
    yield associated
    associated.release()
    assert associated.is_released


@pytest.fixture(scope="module")
def study(server: RunningServer) -> str:
    parts = [storable()[name] for name in files()]
    assert set(Peer(server.dicom_port).send(parts)) == {0}
    return str(pydicom.dcmread(path_of(files()[0]), stop_before_pixels=True).StudyInstanceUID)


def test_store_with_its_own_encoding(assoc: Any) -> None:
    """pynetdicom encodes the Data Set anew, in Implicit VR Little Endian or another of its proposals."""
    assert assoc.send_c_echo().Status == 0
    ds = pydicom.dcmread(path_of("mr-series/adc/000003.dcm"))
    assert assoc.send_c_store(ds).Status == 0


def test_find_in_both_roots(assoc: Any, study: str) -> None:
    for root in (PatientRootQueryRetrieveInformationModelFind, StudyRootQueryRetrieveInformationModelFind):
        keys = query("IMAGE", StudyInstanceUID=study, SOPInstanceUID="", InstanceNumber="")
        answers = list(assoc.send_c_find(keys, root))
        assert [status.Status for status, _ in answers] == [0xFF00] * 20 + [0]
        assert {ds.SOPInstanceUID for _, ds in answers[:-1]} == {
            storable()[name].sop_instance_uid for name in files()
        }


def test_find_is_cancelled(assoc: Any, study: str) -> None:
    keys = query("IMAGE", SOPInstanceUID="", StudyInstanceUID="")
    statuses = []
    for number, (status, _) in enumerate(assoc.send_c_find(keys, StudyRootQueryRetrieveInformationModelFind)):
        if number == 0:
            assoc.send_c_cancel(1, query_model=StudyRootQueryRetrieveInformationModelFind)
        statuses.append(status.Status)
    assert statuses[-1] in (0xFE00, 0)
    assert assoc.send_c_echo().Status == 0


def test_get(assoc: Any, study: str) -> None:
    keys = query("STUDY", StudyInstanceUID=study)
    answers = [status for status, _ in assoc.send_c_get(keys, StudyRootQueryRetrieveInformationModelGet)]
    assert answers[-1].Status == 0
    assert answers[-1].NumberOfCompletedSuboperations == 20
    assert [answer.NumberOfRemainingSuboperations for answer in answers[:-1]] == list(range(19, 0, -1))
    assert {ds.SOPInstanceUID for ds in assoc.received} == {
        storable()[name].sop_instance_uid for name in files()
    }


def test_move(server: RunningServer, assoc: Any, study: str) -> None:
    got: list[Any] = []
    done = threading.Event()

    def keep(event: Any) -> int:
        got.append((event.dataset.SOPInstanceUID, event.request.MoveOriginatorApplicationEntityTitle))
        return 0

    scp = AE("PYNETSCP")
    scp.add_supported_context(MRImageStorage)
    port = free_port()
    running = scp.start_server(
        (HOST, port), block=False,
        evt_handlers=[(evt.EVT_C_STORE, keep), (evt.EVT_RELEASED, lambda _: done.set())],
    )  # fmt: skip
    assert running is not None
    try:
        server.add_node("pynetscp", "PYNETSCP", port)
        done.wait(1.5)
        done.clear()
        keys = query("STUDY", StudyInstanceUID=study)
        answers = list(assoc.send_c_move(keys, "PYNETSCP", StudyRootQueryRetrieveInformationModelMove))
        assert answers[-1][0].Status == 0
        assert done.wait(10.0)
    finally:
        running.shutdown()
    assert {uid for uid, _ in got} == {storable()[name].sop_instance_uid for name in files()}
    assert {title for _, title in got} == {"PYNETDICOM"}


def test_move_to_nowhere(assoc: Any, study: str) -> None:
    keys = query("STUDY", StudyInstanceUID=study)
    answers = list(assoc.send_c_move(keys, "NOWHERE", StudyRootQueryRetrieveInformationModelMove))
    assert [status.Status for status, _ in answers] == [0xA801]
