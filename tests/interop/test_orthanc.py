"""Orthanc as a client of ours, and as the destination of our C-MOVE."""

from __future__ import annotations

import io
from typing import Any

import pydicom
import pytest

from readingroom.standard.sop_classes import STUDY_ROOT_MOVE
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE
from tests.kit.compare import Part10, dataset_differences, nothing_wrong
from tests.kit.network import Peer, identifier
from tests.kit.orthanc import RunningOrthanc
from tests.kit.ports import wait_until
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer

MR = "mr-series/t1-sagittal/"
MIXED = "transfer-syntaxes/pydicom-small/"
UNREADABLE = (
    "SC_rgb_jpeg.dcm"  # Implicit VR under a JPEG transfer syntax: DCMTK, and so Orthanc, cannot read it
)


@pytest.fixture(scope="module")
def mr() -> dict[str, Part10]:
    return {name: part for name, part in storable().items() if name.startswith(MR)}


def study_of(name: str) -> str:
    return str(pydicom.dcmread(path_of(name), stop_before_pixels=True).StudyInstanceUID)


def test_echo_in_both_directions(server: RunningServer, orthanc: RunningOrthanc) -> None:
    orthanc.post("/modalities/room/echo", {})
    server.run("echo", "127.0.0.1", str(orthanc.dicom_port), "--called", orthanc.ae_title, "--calling", "KIT")


def test_store_query_and_move(server: RunningServer, orthanc: RunningOrthanc, mr: dict[str, Part10]) -> None:
    """Orthanc sends a study, forgets it, finds it with us, and gets it back by C-MOVE."""
    orthanc.clear()
    ids = []
    for name in mr:
        answer = orthanc.post("/instances", path_of(name).read_bytes())
        ids.append(answer["ID"])  # type: ignore[index, call-overload]
    sent: Any = orthanc.post("/modalities/room/store", {"Resources": ids, "Synchronous": True})
    assert sent["InstancesCount"] == len(mr)
    assert sent["FailedInstancesCount"] == 0
    orthanc.clear()

    study = study_of(next(iter(mr)))
    asked = {"Level": "Study", "Query": {"StudyInstanceUID": study, "PatientName": ""}}
    query: Any = orthanc.post("/modalities/room/query", asked)
    answers = orthanc.get(f"/queries/{query['ID']}/answers")
    assert len(answers) == 1  # type: ignore[arg-type]
    found: Any = orthanc.get(f"/queries/{query['ID']}/answers/0/content?simplify")
    assert found["StudyInstanceUID"] == study

    moved = {"TargetAet": orthanc.ae_title, "Synchronous": True}
    orthanc.post(f"/queries/{query['ID']}/retrieve", moved)
    wrong: dict[str, object] = {}
    for name, part in mr.items():
        back = orthanc.file_of(part.sop_instance_uid)
        if differences := dataset_differences(path_of(name).read_bytes(), back):
            wrong[name] = differences[:4]
    nothing_wrong(wrong)


def test_find_below_the_study(server: RunningServer, orthanc: RunningOrthanc, mr: dict[str, Part10]) -> None:
    assert set(Peer(server.dicom_port).send(list(mr.values()))) == {0}
    ds = pydicom.dcmread(path_of(next(iter(mr))), stop_before_pixels=True)
    keys = {"StudyInstanceUID": str(ds.StudyInstanceUID), "SeriesInstanceUID": str(ds.SeriesInstanceUID)}
    asked = {"Level": "Instance", "Query": keys | {"SOPInstanceUID": "", "InstanceNumber": ""}}
    query: Any = orthanc.post("/modalities/room/query", asked)
    found: Any = orthanc.get(f"/queries/{query['ID']}/answers?expand&simplify")
    mine = {
        part.sop_instance_uid
        for name, part in mr.items()
        if pydicom.dcmread(path_of(name), stop_before_pixels=True).SeriesInstanceUID == ds.SeriesInstanceUID
    }
    assert {one["SOPInstanceUID"] for one in found} == mine


@pytest.mark.ps("3.4 C.4.2")
def test_move_of_many_syntaxes_to_orthanc(server: RunningServer, orthanc: RunningOrthanc) -> None:
    """Each object arrives, in its stored syntax or in another one with the same values."""
    orthanc.clear()
    seen: set[str] = set()
    parts = {}
    for name, part in storable().items():
        if name.endswith(UNREADABLE):
            continue
        if name.startswith(MIXED) and part.sop_instance_uid not in seen:
            seen.add(part.sop_instance_uid)
            parts[name] = part
    peer = Peer(server.dicom_port)
    assert set(peer.send(list(parts.values()))) == {0}
    with peer.requestor([(STUDY_ROOT_MOVE, (EXPLICIT_LE,))]).open() as assoc:
        wanted = identifier("IMAGE", SOPInstanceUID=sorted(seen))  # type: ignore[arg-type]
        answers = list(assoc.move(assoc.context_for(STUDY_ROOT_MOVE), wanted, orthanc.ae_title))
    last = answers[-1].command
    assert (last.status, last.number_of_completed_suboperations) == (0, len(seen))
    wait_until(lambda: orthanc.get("/statistics")["CountInstances"] == len(seen), 20.0, "all are indexed")  # type: ignore[index, call-overload]
    for uid in seen:
        back = pydicom.dcmread(io.BytesIO(orthanc.file_of(uid)), stop_before_pixels=True)
        assert back.SOPInstanceUID == uid


def test_orthanc_and_we_answer_the_same_to_qido_rs(
    server: RunningServer, orthanc: RunningOrthanc, mr: dict[str, Part10]
) -> None:
    """Two independent servers with the same study say the same of it."""
    import httpx

    assert set(Peer(server.dicom_port).send(list(mr.values()))) == {0}
    for name in mr:
        orthanc.post("/instances", path_of(name).read_bytes())
    study = study_of(next(iter(mr)))
    asked = {"StudyInstanceUID": study}
    ours, theirs = (
        httpx.get(
            f"{root}/studies", params=asked, headers={"accept": "application/dicom+json"}, timeout=60.0
        ).json()[0]
        for root in (server.dicomweb, orthanc.dicomweb)
    )
    for tag in (
        "00080020",
        "00080030",
        "00080061",
        "00100010",
        "00100020",
        "00100040",
        "0020000D",
        "00201208",
    ):
        assert ours[tag] == theirs[tag], tag
