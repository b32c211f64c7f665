"""Storage as SCP (PS3.4 annex B): every status by a real situation; what is taken and how it is kept."""

from __future__ import annotations

import csv
import io
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID
from pynetdicom import AE

from tests.kit.compare import dataset_differences, nothing_wrong, read_part10
from tests.kit.dcmtk import called, dcmtk
from tests.kit.network import Peer, identifier
from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.ports import HOST, wait_until
from tests.kit.pynetdicom_peer import associated, context_of, find, read, store
from tests.kit.real_files import HALF, HOLLOW, hollow, path_of, storable
from tests.kit.server import RunningServer, run_command, running_server
from tests.kit.shared_data import REPOSITORY
from tests.kit.small_disk import no_room, small_disk
from tests.kit.tiny import tiny, tiny_series

VERIFICATION, STUDY_FIND = "1.2.840.10008.1.1", "1.2.840.10008.5.1.4.1.2.2.1"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
SC, CT, MR, ECG, SR = (
    "1.2.840.10008.5.1.4.1.1.7", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4",
    "1.2.840.10008.5.1.4.1.1.9.1.1", "1.2.840.10008.5.1.4.1.1.88.11",
)  # fmt: skip
PRIVATE = "1.2.826.0.1.3680043.9.9999.7"
MEBIBYTE = 1 << 20


def made(sop_class: str, uid: str, **values: Any) -> Dataset:
    """A Data Set with the UIDs that every object needs, and nothing else but these values."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(EXPLICIT)
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, uid
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{uid}.1", f"{uid}.2"
    ds.PatientID, ds.Modality = "MADE", "OT"
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def sent(server: RunningServer, *objects: Dataset) -> list[Dataset]:
    """The C-STORE responses to these, on one association."""
    contexts = list({str(context): context for context in map(context_of, objects)}.values())
    with associated(server.dicom_port, contexts) as assoc:
        return [store(assoc, ds) for ds in objects]


def is_found(server: RunningServer, ds: Dataset) -> bool:
    with associated(server.dicom_port, [(STUDY_FIND, [EXPLICIT])]) as assoc:
        keys = {"QueryRetrieveLevel": "IMAGE", "SOPInstanceUID": ds.SOPInstanceUID}
        return bool(find(assoc, STUDY_FIND, StudyInstanceUID=ds.StudyInstanceUID, **keys)[0])


# A900 and B007: does the Data Set match its SOP class?


@pytest.mark.row("DIMSE-STORE-SCP-06")
@pytest.mark.ps("3.4 B.2.3")
@pytest.mark.parametrize(
    ("number", "sop_class", "values"),
    [
        (1, CT, {"EncapsulatedDocument": b"%PDF"}),
        (2, ECG, {"Rows": 1, "Columns": 1, "BitsAllocated": 8, "PixelData": b"\0\0"}),
        (3, SR, {"EncapsulatedDocument": b"%PDF"}),
    ],
)
def test_an_object_that_contradicts_its_class_is_refused_with_a900(
    server: RunningServer, number: int, sop_class: str, values: dict[str, Any]
) -> None:
    ds = made(sop_class, f"2.25.900.{number}", **values)
    if "PixelData" in ds:
        ds["PixelData"].VR = "OB"
    (answer,) = sent(server, ds)
    assert answer.Status == 0xA900
    assert "PS3.3" in answer.ErrorComment
    assert answer.OffendingElement
    assert not is_found(server, ds)


@pytest.mark.row("DIMSE-STORE-SCP-06")
@pytest.mark.ps("3.3 C.7.6.3")
def test_real_images_without_any_image_are_kept_with_a_warning(server: RunningServer) -> None:
    """dciodvfy, which knows the IODs, misses the same attributes."""
    assert len(hollow()) == 50
    name = min(hollow())
    for keyword in ("Rows", "Columns", "PixelData"):
        assert f"Element=<{keyword}>" in judgement(name)
    assert set(Peer(server.dicom_port).send(list(hollow().values()))) == {0xB007}
    assert is_found(server, read(path_of(name)))


@pytest.mark.ps("3.4 B.2.3")
@pytest.mark.parametrize("name", HALF)
def test_an_image_without_pixels_is_kept_with_the_warning_b007(server: RunningServer, name: str) -> None:
    assert "Element=<PixelData>" in judgement(name)
    ds = read(path_of(name))
    (answer,) = sent(server, ds)
    assert answer.Status == 0xB007
    assert "PixelData" in answer.ErrorComment
    assert answer.OffendingElement == 0x7FE00010
    assert is_found(server, ds)


def judgement(name: str) -> str:
    """What dciodvfy says is missing or empty in a file."""
    program = Path(sys.executable).with_name("dciodvfy")
    words = [program, "-filename", path_of(name)]
    done = subprocess.run(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    lines = done.stdout.splitlines()
    return "\n".join(line for line in lines if "Missing attribute" in line or "Empty attribute" in line)


@pytest.mark.row("DIMSE-STORE-SCP-06")
@pytest.mark.ps("3.4 B.2.3")
def test_the_sop_class_inside_must_be_the_announced_one(server: RunningServer) -> None:
    """Elsewhere pynetdicom takes both from the Data Set; here the request is ours, the Data Set is not."""
    part = storable()["transfer-syntaxes/pydicom-small/CT_small.dcm"]
    contexts = [(CT, (EXPLICIT,)), (MR, (EXPLICIT,))]
    with Peer(server.dicom_port).requestor(contexts).open() as assoc:
        as_mr = assoc.store(assoc.context_for(MR), MR, part.sop_instance_uid, part.dataset)
        assert (as_mr.status, as_mr.command.offending_element) == (0xA900, (0x00080016,))
        other = assoc.store(assoc.context_for(CT), CT, "1.2.3.4.5", part.dataset)
        assert (other.status, other.command.offending_element) == (0xA900, (0x00080018,))
        assert assoc.store(assoc.context_for(CT), CT, part.sop_instance_uid, part.dataset).status == 0


@pytest.mark.ps("3.18 I.2")
def test_stow_rs_says_the_same_in_its_own_words(server: RunningServer) -> None:
    import httpx

    answers = {}
    contradicting = BytesIO()
    made(CT, "2.25.901", EncapsulatedDocument=b"%PDF").save_as(contradicting, enforce_file_format=True)
    for body in (contradicting.getvalue(), path_of(HALF[0]).read_bytes()):
        headers = {"content-type": "application/dicom", "accept": "application/dicom+json"}
        answer = httpx.post(f"{server.dicomweb}/studies", content=body, headers=headers, timeout=60)
        answers[answer.status_code] = answer.json()
    assert set(answers) == {409, 202}
    assert answers[409]["00081198"]["Value"][0]["00081197"]["Value"] == [0xA900]
    assert answers[202]["00081199"]["Value"][0]["00081196"]["Value"] == [0xB007]


def test_import_says_the_same_in_its_own_words(server: RunningServer, tmp_path: Path) -> None:
    contradicting = made(CT, "2.25.902", EncapsulatedDocument=b"%PDF")
    contradicting.save_as(tmp_path / "contradicting.dcm", enforce_file_format=True)
    for number, name in enumerate((HALF[1], "transfer-syntaxes/pydicom-small/MR_small.dcm")):
        (tmp_path / f"{number}.dcm").write_bytes(path_of(name).read_bytes())
    code, printed = run_command(server.data, "import", str(tmp_path))
    assert code == 1
    assert "No image but encapsulated document" in " ".join(printed.split())
    assert is_found(server, read(path_of(HALF[1])))
    assert not is_found(server, contradicting)


# C000 and the statuses of PS3.7.


@pytest.mark.row("DIMSE-STORE-SCP-08")
@pytest.mark.ps("3.4 B.2.3")
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda raw: raw[:-100], id="truncated"),
        pytest.param(lambda raw: raw[:60] + b"\xff\xfe" + raw[60:], id="bytes too many"),
        pytest.param(lambda raw: b"no DICOM at all " * 20, id="no Data Set"),
    ],
)
def test_what_cannot_be_understood_is_c000(server: RunningServer, damage: Any) -> None:
    part = tiny("2.25.901.1", "2.25.901.2", "2.25.901.3")
    with Peer(server.dicom_port).requestor([(SC, (EXPLICIT,))]).open() as assoc:
        answer = assoc.store(assoc.context_for(SC), SC, part.sop_instance_uid, damage(part.dataset))
        assert answer.status == 0xC000
        assert answer.command.error_comment
        assert assoc.store(assoc.context_for(SC), SC, part.sop_instance_uid, part.dataset).status == 0


@pytest.mark.ps("3.7 9.1.1.1.9")
def test_statuses_of_the_request_itself(server: RunningServer) -> None:
    """0122 for a class that was not negotiated, 0117 for a UID that is none, 0212 for no UID."""
    part = tiny("2.25.902.1", "2.25.902.2", "2.25.902.3")
    with Peer(server.dicom_port).requestor([(SC, (EXPLICIT,)), (CT, (EXPLICIT,))]).open() as assoc:
        context = assoc.context_for(SC)
        assert assoc.store(context, MR, part.sop_instance_uid, part.dataset).status == 0x0122
        assert assoc.store(context, SC, "one.two", part.dataset).status == 0x0117
        assert assoc.store(context, SC, "", part.dataset).status == 0x0212
        assert assoc.store(context, SC, part.sop_instance_uid, part.dataset).status == 0


# A700: no room.


def large_objects(root: str, count: int) -> list[Dataset]:
    """Images of one mebibyte."""
    return [
        made(
            SC, f"{root}.{number}", StudyInstanceUID=f"{root}.0", SeriesInstanceUID=f"{root}.0.1", Rows=1024,
            Columns=1024, BitsAllocated=8, BitsStored=8, HighBit=7, SamplesPerPixel=1, PixelRepresentation=0,
            PhotometricInterpretation="MONOCHROME2", PixelData=number.to_bytes(2, "big") * (MEBIBYTE // 2),
        )
        for number in range(1, count + 1)
    ]  # fmt: skip


def uids(server: RunningServer, study: str) -> set[str]:
    with associated(server.dicom_port, [(STUDY_FIND, [EXPLICIT])]) as assoc:
        keys = {"QueryRetrieveLevel": "IMAGE", "StudyInstanceUID": study, "SOPInstanceUID": ""}
        return {str(ds.SOPInstanceUID) for ds in find(assoc, STUDY_FIND, **keys)[0]}


@pytest.mark.row("DIMSE-STORE-SCP-07")
@pytest.mark.ps("3.4 B.2.3")
def test_a_full_disk_is_a700_until_there_is_room(tmp_path: Path) -> None:
    """The association lasts, what came before stays, and what comes when there is room again is kept."""
    objects = large_objects("2.25.903", 6)
    with (
        small_disk(tmp_path / "disk", 24) as disk,
        running_server(disk, "--accept-any-ae", "--no-login") as server,
        associated(server.dicom_port, [(VERIFICATION, [IMPLICIT]), (SC, [EXPLICIT])]) as assoc,
    ):
        assert store(assoc, objects[0]).Status == 0
        wait_until(lambda: uids(server, "2.25.903.0") == {"2.25.903.1"}, 60.0, "the first is in the index")
        with no_room(disk, 2 * MEBIBYTE + MEBIBYTE // 2):
            answers = [store(assoc, ds) for ds in objects[1:]]
            statuses = [answer.Status for answer in answers]
            assert statuses == [0, 0, 0xA700, 0xA700, 0xA700]
            assert answers[-1].ErrorComment
            assert assoc.send_c_echo().Status == 0
            assert server.echo()
        assert [store(assoc, ds).Status for ds in objects[3:]] == [0, 0, 0]
        wait_until(lambda: len(uids(server, "2.25.903.0")) == 6, 30.0, "all six are in the index")
        server.run("verify")  # ends with 0 when every object is sound


@pytest.mark.row("DIMSE-STORE-SCP-07")
@pytest.mark.ps("3.4 B.2.3")
def test_an_index_without_room_is_a700_until_there_is_some(tmp_path: Path) -> None:
    """The objects' disk has room, the index's has none: what was acknowledged before that comes into it."""
    objects = list(tiny_series("2.25.904", 60))
    elsewhere = tmp_path / "objects"
    elsewhere.mkdir()
    with small_disk(tmp_path / "disk", 16) as disk:
        (disk / "data").mkdir()
        (disk / "data" / "objects").symlink_to(elsewhere)
        with running_server(disk, "--accept-any-ae", "--no-login") as server:
            peer = Peer(server.dicom_port)
            assert peer.send(objects[:1]) == [0]
            with no_room(disk, 0):
                statuses: list[int | None] = []

                def refuses() -> bool:
                    statuses.extend(peer.send(objects[len(statuses) + 1 :][:1]))
                    return statuses[-1] == 0xA700

                wait_until(refuses, 60.0, "the index is missed")
                assert server.echo()
            acknowledged = {objects[0].sop_instance_uid} | {
                part.sop_instance_uid
                for part, status in zip(objects[1:], statuses, strict=False)
                if status == 0
            }
            wait_until(lambda: uids(server, "2.25.904.0.1") == acknowledged, 60.0, "all came into the index")
            assert peer.send(objects[-1:]) == [0]


@pytest.mark.row("DIMSE-STORE-SCP-07")
def test_a_file_that_may_not_grow_is_a700(tmp_path: Path) -> None:
    """As a full disk, made by a limit on the receivers' files: possible everywhere."""
    objects = large_objects("2.25.905", 3)
    with running_server(tmp_path, "--accept-any-ae", "--no-login") as server:
        limits = {pid: resource.prlimit(pid, resource.RLIMIT_FSIZE) for pid in server.receivers()}
        with associated(server.dicom_port, [(SC, [EXPLICIT])]) as assoc:
            assert store(assoc, objects[0]).Status == 0
            for pid, (_, hard) in limits.items():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (MEBIBYTE // 2, hard))
            assert [store(assoc, ds).Status for ds in objects[1:]] == [0xA700, 0xA700]
            for pid, both in limits.items():
                resource.prlimit(pid, resource.RLIMIT_FSIZE, both)
            assert [store(assoc, ds).Status for ds in objects[1:]] == [0, 0]
        wait_until(lambda: len(uids(server, "2.25.905.0")) == 3, 30.0, "all three are in the index")


# What is taken.


def rows(name: str) -> list[dict[str, str]]:
    with (REPOSITORY / "contract" / "spec" / name).open(newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


@pytest.mark.row("DIMSE-STORE-SCP-01")
@pytest.mark.row("DIMSE-STORE-SCP-03")
@pytest.mark.ps("3.4 B.5")
def test_an_object_of_every_class_we_have_is_stored_and_indexed(server: RunningServer) -> None:
    """One object of each SOP class among the test files, sent by storescu or by Orthanc's own sender."""
    by_class: dict[str, str] = {}
    for name, part in storable().items():
        if name not in HALF and not name.startswith(HOLLOW) and not name.startswith("made/hostile/"):
            by_class.setdefault(part.sop_class_uid, name)
    assert len(by_class) > 60
    parts = {uid: storable()[name] for uid, name in by_class.items()}
    statuses = dict(zip(parts, Peer(server.dicom_port).send(list(parts.values())), strict=True))
    nothing_wrong({uid: status for uid, status in statuses.items() if status != 0})
    found = Peer(server.dicom_port).find(identifier("IMAGE", SOPInstanceUID="", SOPClassUID=list(parts)))  # type: ignore[arg-type]
    assert len(found) >= len(parts)


@pytest.mark.row("DIMSE-STORE-SCP-12")
def test_retired_classes_are_stored(server: RunningServer) -> None:
    retired = {
        row["uid"] for row in rows("sop_classes.csv") if row["retired"] == "y" and row["service"] == "storage"
    }
    template = tiny("2.25.906.1", "2.25.906.2", "2.25.906.3").dataset
    wrong = {}
    for number, uid in enumerate(sorted(retired), 10):
        ds = _as_class(template, uid, f"2.25.906.{number}")
        (answer,) = sent(server, ds)
        if answer.Status != 0 or not is_found(server, ds):
            wrong[uid] = answer.Status
    assert len(retired) >= 5
    nothing_wrong(wrong)


def _as_class(dataset: bytes, sop_class: str, uid: str) -> Dataset:
    from pydicom.filebase import DicomBytesIO
    from pydicom.filereader import read_dataset

    source = DicomBytesIO(dataset)
    source.is_little_endian, source.is_implicit_VR = True, False
    ds = read_dataset(source, is_implicit_VR=False, is_little_endian=True)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = UID(EXPLICIT)
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, uid
    return ds


@pytest.mark.row("DIMSE-STORE-SCP-11")
def test_private_classes_are_taken_when_they_are_configured(server: RunningServer, tmp_path: Path) -> None:
    """The two of the table always; another one by setting, and then it is kept unjudged."""
    siemens, philips = "1.3.12.2.1107.5.9.1", "1.3.46.670589.2.5.1.1"
    for number, uid in enumerate((siemens, philips)):
        assert sent(server, made(uid, f"2.25.907.{number + 1}"))[0].Status == 0
    ae = AE("PYNETDICOM")
    ae.add_requested_context(PRIVATE)
    assert not ae.associate(HOST, server.dicom_port, ae_title="READINGROOM").is_established
    settings = {"READINGROOM__DICOM__PRIVATE_SOP_CLASSES": PRIVATE}
    with running_server(tmp_path, "--accept-any-ae", "--no-login", settings=settings) as configured:
        ds = made(PRIVATE, "2.25.907.9")
        assert sent(configured, ds)[0].Status == 0
        assert is_found(configured, ds)


@pytest.mark.row("DIMSE-STORE-SCP-13")
@pytest.mark.row("DIMSE-STORE-SCP-14")
@pytest.mark.row("DIMSE-STORE-SCP-15")
@pytest.mark.row("DIMSE-STORE-SCP-16")
@pytest.mark.row("DIMSE-STORE-SCP-17")
@pytest.mark.ps("3.5 A")
def test_every_transfer_syntax_we_have_is_kept_as_it_came(server: RunningServer) -> None:
    """One object of each syntax there and, by C-GET, back: the same syntax and the same bytes."""
    one: dict[str, str] = {}
    seen: set[str] = set()  # some files are one object in several syntaxes
    for name, part in storable().items():
        if name.startswith(("made/hostile/", HOLLOW)) or name in HALF or part.sop_instance_uid in seen:
            continue
        if one.setdefault(part.transfer_syntax_uid, name) == name:
            seen.add(part.sop_instance_uid)
    parts = {uid: storable()[name] for uid, name in one.items()}
    video = {uid for uid, part in parts.items() if UID(uid).name.startswith(("MPEG", "HEVC"))}
    assert len(video) >= 4
    assert {"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.5"} < set(parts)
    assert len(parts) >= 20
    peer = Peer(server.dicom_port)
    assert peer.send(list(parts.values())) == [0] * len(parts)
    wrong = {}
    for uid, part in parts.items():
        got = peer.get(
            identifier("IMAGE", SOPInstanceUID=part.sop_instance_uid), [(part.sop_class_uid, (uid,))]
        )
        back = got.objects.get(part.sop_instance_uid)
        if back is None or back.dataset.rstrip(b"\0") != part.dataset.rstrip(b"\0"):
            wrong[uid] = one[uid]
    nothing_wrong(wrong)


# How it is kept.


@pytest.mark.row("DIMSE-STORE-SCP-02")
def test_several_senders_at_once(server: RunningServer, tmp_path: Path) -> None:
    """Eight storescu at the same time, each with objects of its own, beside eight associations held open."""
    senders, each = 8, 12
    for sender in range(1, senders + 1):
        folder = tmp_path / str(sender)
        folder.mkdir()
        for number, part in enumerate(tiny_series(f"2.25.908.{sender}", each)):
            _as_class(part.dataset, SC, part.sop_instance_uid).save_as(
                folder / f"{number}.dcm", enforce_file_format=True
            )

    def send(sender: int) -> str:
        calling = called(server.dicom_port, server.ae_title, f"SENDER{sender}")
        return dcmtk("storescu", "-v", "+sd", *calling, tmp_path / str(sender))

    with ExitStack() as held, ThreadPoolExecutor(senders) as pool:
        for number in range(8):
            assoc = associated(server.dicom_port, [(VERIFICATION, [IMPLICIT])], calling=f"HELD{number}")
            held.enter_context(assoc)
        printed = list(pool.map(send, range(1, senders + 1)))
    assert [text.count("Received Store Response (Success)") for text in printed] == [each] * senders
    assert all(len(uids(server, f"2.25.908.{number}.0.1")) == each for number in range(1, senders + 1))


@pytest.mark.row("DIMSE-STORE-SCP-09")
@pytest.mark.ps("3.4 B.4.1")
def test_private_elements_come_back_as_they_went(server: RunningServer, tmp_path: Path) -> None:
    """Standard, extended and private elements, by storescu and getscu (level 2, full)."""
    ds = read(path_of("transfer-syntaxes/pydicom-small/CT_small.dcm"))
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = "2.25.909.1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.909.2", "2.25.909.3"
    del ds[0xFFFCFFFC]  # Data Set Trailing Padding, which storescu leaves out
    block = ds.private_block(0x0071, "READING ROOM TEST", create=True)
    block.add_new(0x01, "LO", "private text")
    block.add_new(0x02, "OB", bytes(range(256)))
    block.add_new(0x03, "SQ", [made(SC, "2.25.909.4")])
    path = tmp_path / "private.dcm"
    ds.save_as(path)
    dcmtk("storescu", *called(server.dicom_port, server.ae_title), path)
    folder = tmp_path / "back"
    folder.mkdir()
    keys = ("-k", "QueryRetrieveLevel=STUDY", "-k", "StudyInstanceUID=2.25.909.2")
    dcmtk("getscu", "-S", "+B", "-od", folder, *called(server.dicom_port, server.ae_title), *keys)
    (back,) = folder.iterdir()
    assert dataset_differences(path.read_bytes(), back.read_bytes()) == []
    assert read_part10(back).dataset == read_part10(path).dataset


@pytest.mark.row("DIMSE-STORE-SCP-10")
@pytest.mark.ps("3.4 B.4.1")
def test_nothing_that_was_stored_is_ever_overwritten(server: RunningServer) -> None:
    """The same UID with other content: both files stay, the newer one is given."""
    first, second = (
        tiny("2.25.910.1", "2.25.910.2", "2.25.910.3", name=name) for name in ("First", "Second")
    )
    before = _kept(server)
    assert Peer(server.dicom_port).send([first, second]) == [0, 0]
    assert is_found(server, made(SC, "2.25.910.1", StudyInstanceUID="2.25.910.2"))
    new = [path.read_bytes() for path in _kept(server) - before]
    assert len(new) == 2
    assert all(any(part.dataset in raw for raw in new) for part in (first, second))


def _kept(server: RunningServer) -> set[Path]:
    return set((server.data / "objects").rglob("*.dcm"))


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory, server: RunningServer) -> Iterator[RunningOrthanc]:
    with running_orthanc(tmp_path_factory.mktemp("orthanc")) as running:
        running.add_modality("room", server.ae_title, server.dicom_port)
        yield running


@pytest.mark.row("DIMSE-STORE-SCP-01")
def test_orthanc_sees_a_warning_as_stored_and_a_refusal_as_failed(
    server: RunningServer, orthanc: RunningOrthanc
) -> None:
    """B007 counts as sent; A900 stops Orthanc's job, and the association of the next one works."""
    kept: Any = orthanc.post("/instances", path_of(HALF[0]).read_bytes())
    answer: Any = orthanc.post("/modalities/room/store", {"Resources": [kept["ID"]], "Synchronous": True})
    assert answer["FailedInstancesCount"] == 0
    contrary = made(CT, "2.25.911.1", EncapsulatedDocument=b"%PDF")
    raw = io.BytesIO()
    contrary.save_as(raw, enforce_file_format=True)
    refused: Any = orthanc.post("/instances", raw.getvalue())
    with pytest.raises(AssertionError, match="C-STORE"):
        orthanc.post("/modalities/room/store", {"Resources": [refused["ID"]], "Synchronous": True})
    assert server.echo()
