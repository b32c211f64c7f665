"""DCMTK's programs on our association layer, in both roles."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from readingroom.association import (
    VERIFICATION,
    AcceptorSettings,
    Association,
    Command,
    CommandField,
    Context,
    FileRange,
    Rejected,
    Requestor,
    RoleSelection,
)
from tests.kit.associations import (
    BOTH,
    CT,
    EXPLICIT,
    STUDY_FIND,
    STUDY_GET,
    STUDY_MOVE,
    Answering,
    StoreService,
    serving,
    until,
)
from tests.kit.dcmqrscp import dcmqrscp
from tests.kit.dcmtk import storescp

pytestmark = pytest.mark.skipif(
    shutil.which("storescu") is None and not os.environ.get("CI"), reason="DCMTK is not installed"
)


def run(*command: str | Path, expect: int | None = 0, cwd: Path | None = None) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        cwd=cwd,
    )
    if expect is not None:
        assert done.returncode == expect, done.stdout
    return done.stdout


def encoded(ds: Dataset, implicit: bool = True) -> bytes:
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, implicit
    write_dataset(out, ds)
    return out.getvalue()


def decoded(raw: bytes, syntax: str) -> Dataset:
    return read_dataset(DicomBytesIO(raw), syntax == ImplicitVRLittleEndian, True)


@pytest.fixture
def objects(tmp_path: Path) -> list[Path]:
    """Small, odd-sized and large CT objects, Explicit VR Little Endian."""
    paths = []
    for number, side in enumerate((1, 16, 33, 1200)):
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CT, f"1.2.3.{number + 1}"
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds = FileDataset("", {}, preamble=bytes(128), file_meta=meta)
        ds.SOPClassUID, ds.SOPInstanceUID = CT, f"1.2.3.{number + 1}"
        ds.PatientID, ds.PatientName = "1", "Doe^Jane"
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.Modality = "1.2.3", "1.2.3.0", "CT"
        ds.Rows = ds.Columns = side
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
        ds.PixelData = os.urandom(side * side * 2)
        path = tmp_path / f"object{number}.dcm"
        ds.save_as(path, enforce_file_format=True)
        paths.append(path)
    return paths


def same(raw: bytes, syntax: str, path: Path) -> bool:
    ours, theirs = decoded(raw, syntax), pydicom.dcmread(path)
    return {one.tag: one.value for one in ours} == {one.tag: one.value for one in theirs}


# ── DCMTK calls


def test_echoscu(tmp_path: Path) -> None:
    with serving() as room:
        out = run("echoscu", "-v", "--repeat", "20", "127.0.0.1", room.port)
        assert out.count("Received Echo Response (Success)") == 20
        run("echoscu", "--propose-pc", "128", "127.0.0.1", room.port)
        assert "Aborting Association" in run("echoscu", "-v", "--abort", "127.0.0.1", room.port)
        assert len(room.released) == 2
        until(lambda: room.aborted)
        assert [why.sentence.split(", ")[1] for why in room.aborted] == ["by the application (0/0)"]


@pytest.mark.parametrize("max_pdu", [4096, 16384, 1 << 20, 0])
@pytest.mark.parametrize("syntax", ["-xe", "-xi"])
def test_storescu(objects: list[Path], max_pdu: int, syntax: str) -> None:
    store = StoreService()
    with serving({CT: store}, AcceptorSettings(max_pdu=max_pdu)) as room:
        run("storescu", syntax, "127.0.0.1", room.port, *objects)
        assert len(store.stored) == len(objects)
        for (command, transfer_syntax, raw), path in zip(store.stored, objects, strict=True):
            assert command.affected_sop_instance_uid == pydicom.dcmread(path).SOPInstanceUID
            assert same(raw, transfer_syntax, path)


def test_storescu_hears_our_status(objects: list[Path]) -> None:
    with serving({CT: StoreService(status=0xA700)}) as room:
        out = run("storescu", "-v", "127.0.0.1", room.port, objects[0], expect=None)
        assert "Refused: OutOfResources" in out or "Refused: Out of Resources" in out
        until(lambda: room.released or room.aborted)


def test_storescu_does_not_stall(objects: list[Path]) -> None:
    """With delayed acknowledgements every object would cost about 45 ms."""
    store = StoreService()
    with serving({CT: store}) as room:
        started = time.monotonic()
        run("storescu", "--repeat", "400", "127.0.0.1", room.port, objects[1])
        assert len(store.stored) == 400
        assert time.monotonic() - started < 15  # 18 with the delays, under one without


def test_a_stranger_is_told_why() -> None:
    with serving(settings=AcceptorSettings(ae_titles=frozenset({"ROOM"}))) as room:
        out = run("echoscu", "-aec", "OTHER", "127.0.0.1", room.port, expect=1)
        assert "Called AE Title Not Recognized" in out
        run("echoscu", "-aec", "ROOM", "127.0.0.1", room.port)


def find_answers(count: int) -> Answering:
    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        asked = decoded(data, context.transfer_syntax)
        assert asked.QueryRetrieveLevel == "STUDY"
        implicit = context.transfer_syntax == ImplicitVRLittleEndian
        for at in range(count):
            if assoc.is_cancelled(command.message_id):
                assoc.respond(context, command, 0xFE00)
                return
            asked.PatientID = str(at)
            assoc.respond(context, command, 0xFF00, encoded(asked, implicit))
        assoc.respond(context, command, 0)

    return Answering({CommandField.C_FIND_RQ}, perform)


def test_findscu() -> None:
    with serving({STUDY_FIND: find_answers(50)}) as room:
        keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", "PatientID"]
        out = run("findscu", "-v", "-S", *keys, "127.0.0.1", str(room.port))
        assert out.count("Find Response:") == 50
        assert "Received Final Find Response (Success)" in out


def test_findscu_cancels() -> None:
    with serving({STUDY_FIND: find_answers(100_000)}) as room:
        keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", "PatientID"]
        out = run("findscu", "-v", "-S", "--cancel", "3", *keys, "127.0.0.1", str(room.port))
        assert "Received Final Find Response (Cancel" in out


def retrieve(objects: list[Path], target: Requestor | None) -> Answering:
    """Sends every object, over the same association or to the target."""

    def send(assoc: Association, command: Command, path: Path, context: Context, over: Association) -> int:
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        with path.open("rb") as file:
            offset = 132 + 12 + ds.file_meta.FileMetaInformationGroupLength
            source = FileRange(file.fileno(), offset, path.stat().st_size - offset)
            storing = over.context_for(CT, EXPLICIT)
            origin = None if target is None else (assoc.calling, command.message_id or 0)
            return over.store(storing, CT, ds.SOPInstanceUID, source, move_originator=origin).status

    def perform(assoc: Association, context: Context, command: Command, data: bytes) -> None:
        over = assoc if target is None else target.open()
        for at, path in enumerate(objects):
            assert send(assoc, command, path, context, over) == 0
            assoc.respond(
                context,
                command,
                0xFF00,
                number_of_remaining_suboperations=len(objects) - at - 1,
                number_of_completed_suboperations=at + 1,
                number_of_failed_suboperations=0,
                number_of_warning_suboperations=0,
            )
        if target is not None:
            over.release()
        assoc.respond(context, command, 0, number_of_completed_suboperations=len(objects))

    return Answering({CommandField.C_GET_RQ, CommandField.C_MOVE_RQ}, perform)


def test_getscu(tmp_path: Path, objects: list[Path]) -> None:
    services = {STUDY_GET: retrieve(objects, None), CT: StoreService()}
    out_dir = tmp_path / "out"
    out_dir.mkdir()
    with serving(services, scp_roles={CT}) as room:
        keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3"]
        run("getscu", "-S", "+xe", "-od", out_dir, *keys, "127.0.0.1", str(room.port))
    got = {pydicom.dcmread(path).SOPInstanceUID: path for path in out_dir.iterdir()}
    for path in objects:
        assert pydicom.dcmread(got[pydicom.dcmread(path).SOPInstanceUID]) == pydicom.dcmread(path)


def kept(out: Path, objects: list[Path]) -> None:
    got = {pydicom.dcmread(path).SOPInstanceUID: path for path in out.iterdir()}
    assert len(got) == len(objects)
    for path in objects:
        assert pydicom.dcmread(got[pydicom.dcmread(path).SOPInstanceUID]) == pydicom.dcmread(path)


def test_movescu_and_storescp(tmp_path: Path, objects: list[Path]) -> None:
    out = tmp_path / "out"
    with storescp(out, "+xa") as peer:
        target = Requestor("127.0.0.1", peer.port, "ROOM", "STORESCP", [(CT, [EXPLICIT])])
        with serving({STUDY_MOVE: retrieve(objects, target)}) as room:
            keys = ["-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=1.2.3"]
            out_text = run("movescu", "-v", "-S", "-aem", "STORESCP", *keys, "127.0.0.1", str(room.port))
            assert "Received Final Move Response (Success)" in out_text
        kept(out, objects)


# ── we call DCMTK


@pytest.mark.parametrize("pdu", ["4096", "16384", "131072"])
def test_we_store_to_storescp(tmp_path: Path, objects: list[Path], pdu: str) -> None:
    out = tmp_path / "out"
    with storescp(out, "+xa", "--max-pdu", pdu) as peer:
        requestor = Requestor("127.0.0.1", peer.port, "ROOM", "ANY", [(CT, [EXPLICIT]), (VERIFICATION, BOTH)])
        with requestor.open() as assoc:
            assert assoc.peer_user.max_length == int(pdu)
            assert assoc.echo().status == 0
            for path in objects:
                ds = pydicom.dcmread(path, stop_before_pixels=True)
                offset = 132 + 12 + ds.file_meta.FileMetaInformationGroupLength
                with path.open("rb") as file:
                    source = FileRange(file.fileno(), offset, path.stat().st_size - offset)
                    assert assoc.store(assoc.context_for(CT), CT, ds.SOPInstanceUID, source).status == 0
        kept(out, objects)


def test_we_store_find_move_and_get_at_dcmqrscp(tmp_path: Path, objects: list[Path]) -> None:
    arrived, got = StoreService(), StoreService()
    with serving({CT: arrived}) as room, dcmqrscp(tmp_path, ["ARCHIVE"], known={"ROOM": room.port}) as peer:
        requestor = Requestor(
            "127.0.0.1",
            peer.port,
            "ROOM",
            "ARCHIVE",
            [(CT, [EXPLICIT]), (STUDY_FIND, BOTH), (STUDY_MOVE, BOTH), (STUDY_GET, BOTH)],
            roles=[RoleSelection(CT, True, True)],
            services={CT: got},
        )
        with requestor.open() as assoc:
            for path in objects:
                ds = pydicom.dcmread(path)
                raw = encoded(Dataset({one.tag: one for one in ds}), implicit=False)
                assert assoc.store(assoc.context_for(CT), CT, ds.SOPInstanceUID, raw).status == 0

        wanted = Dataset()
        wanted.QueryRetrieveLevel, wanted.StudyInstanceUID, wanted.PatientName = "STUDY", "1.2.3", ""
        with requestor.open() as assoc:
            context = assoc.context_for(STUDY_FIND)
            identifier = encoded(wanted, context.transfer_syntax == ImplicitVRLittleEndian)
            pending, final = assoc.find(context, identifier)
            assert (pending.status, final.status) == (0xFF00, 0)
            assert decoded(pending.data, context.transfer_syntax).PatientName == "Doe^Jane"

            context = assoc.context_for(STUDY_MOVE)
            del wanted.PatientName
            identifier = encoded(wanted, context.transfer_syntax == ImplicitVRLittleEndian)
            *_, final = assoc.move(context, identifier, "ROOM")
            assert (final.status, final.command.number_of_completed_suboperations) == (0, len(objects))

            *_, final = assoc.get(assoc.context_for(STUDY_GET), identifier)
            assert (final.status, final.command.number_of_completed_suboperations) == (0, len(objects))

        for stored in (arrived.stored, got.stored):
            assert len(stored) == len(objects)
            for command, syntax, raw in stored:
                (path,) = [
                    one
                    for one in objects
                    if pydicom.dcmread(one).SOPInstanceUID == command.affected_sop_instance_uid
                ]
                assert same(raw, syntax, path)
        assert arrived.stored[0][0].move_originator_application_entity_title == "ROOM"
        with pytest.raises(Rejected, match="called AE title not recognized"):
            Requestor("127.0.0.1", peer.port, "ROOM", "NOBODY", [(VERIFICATION, BOTH)]).open()
