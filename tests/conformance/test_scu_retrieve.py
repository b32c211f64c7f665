"""C-GET and C-MOVE as SCU: what is asked for, what arrives, and what is said of what does not.

Peers: Orthanc and DCMTK's dcmqrscp with objects of which every byte is known, pynetdicom for statuses that
those never give. Statuses and counters are those of PS3.4 C.4.2.1.5, C.4.3.1.4 and PS3.7 9.1.3, 9.1.4.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom import Dataset
from pynetdicom import evt

from readingroom.app import settings as configuration
from readingroom.app.wiring import House, build
from readingroom.errors import Invalid, Unsupported
from readingroom.exchange import ArchiveKeeper, Counters, Fetched, FolderKeeper, Lines, fetch, move
from readingroom.model import Node, Origin, OriginKind, RetrieveBy, Selection
from tests.kit.compare import Part10, dataset_differences, read_part10
from tests.kit.dcmtk import storescp
from tests.kit.orthanc import running_orthanc
from tests.kit.ports import HOST, wait_until
from tests.kit.real_files import path_of
from tests.kit.remote import (
    IMAGES,
    MR,
    US,
    Odd,
    as_dataset,
    as_file,
    filled_dcmqrscp,
    filled_orthanc,
    image_of,
    image_uid,
    images,
    odd_peer,
    series_uid,
    status,
    study_uid,
)
from tests.kit.server import RunningServer, run_command, running_server
from tests.kit.tiny import SECONDARY_CAPTURE

STUDY_FIND = "1.2.840.10008.5.1.4.1.2.2.1"
STUDY_MOVE = "1.2.840.10008.5.1.4.1.2.2.2"
STUDY_GET = "1.2.840.10008.5.1.4.1.2.2.3"
EXPLICIT = "1.2.840.10008.1.2.1"
JPEG_BASELINE = "1.2.840.10008.1.2.4.50"


def of(patient: str, *, series: Sequence[int] = (), image: Sequence[str] = ()) -> Selection:
    """A patient's study, or what is named of it."""
    return Selection(
        (), (study_uid(patient),), tuple(series_uid(patient, one) for one in series), tuple(image)
    )


@dataclass
class Room:
    """Our server, its archive seen from this process, and a filled archive as its node."""

    server: RunningServer
    house: House
    node: Node

    @property
    def keeper(self) -> ArchiveKeeper:
        return ArchiveKeeper(self.house.archive)

    def held(self, patient: str) -> dict[str, bytes]:
        """SOP Instance UID to the whole file that our archive has."""
        archive = self.house.archive
        archive.indexer.flush()
        found = {}
        for stored in archive.instances(of(patient)):
            with archive.open(stored) as file:
                found[stored.ref.sop_instance_uid] = file.read()
        return found


@pytest.fixture(scope="module", params=["dcmqrscp-get", "dcmqrscp-move", "orthanc-get", "orthanc-move"])
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """A server of ours and one archive, fetched from by one service."""
    program, by = request.param.split("-")
    folder = tmp_path_factory.mktemp(request.param)
    fill = {"dcmqrscp": filled_dcmqrscp, "orthanc": filled_orthanc}[program]
    with (
        running_server(folder, "--accept-any-ae", "--no-login") as server,
        fill(folder / program, server.dicom_port) as node,
    ):
        house = build(configuration.load(server.data), "import")
        try:
            yield Room(server, house, replace(node, retrieve_by=RetrieveBy(by)))
        finally:
            house.close()


def same(found: dict[str, bytes], parts: Sequence[Part10]) -> None:
    """Every object is there, as it was made."""
    assert sorted(found) == sorted(part.sop_instance_uid for part in parts)
    for part in parts:
        assert dataset_differences(as_file(part), found[part.sop_instance_uid]) == []


# ── from real archives


@pytest.mark.row("DIMSE-QR-MODE-01")
@pytest.mark.row("DIMSE-GET-SCU-01")
@pytest.mark.row("DIMSE-GET-SCU-02")
@pytest.mark.row("DIMSE-MOVE-SCU-01")
@pytest.mark.row("DIMSE-MOVE-SCU-02")
@pytest.mark.row("DIMSE-MOVE-SCU-04")
@pytest.mark.row("DIMSE-MOVE-SCU-07")
@pytest.mark.ps("3.4 C.4.2")
def test_a_study_then_only_what_is_missing(room: Room) -> None:
    progress: list[Counters] = []
    fetched = fetch(US, room.node, room.keeper, of("P1"), report=progress.append)
    assert fetched == Fetched(arrived=6)
    same(room.held("P1"), images("P1"))
    assert progress[-1] == Counters(remaining=0, completed=6, failed=0, warning=0)
    done = [one.completed for one in progress]
    assert done == sorted(done)
    assert len(set(done)) > 1  # it moved

    again = fetch(US, room.node, room.keeper, of("P1"), report=progress.append)
    assert again == Fetched(arrived=0, present=6)

    for part in images("P2")[1:4]:  # from the first series two, from the second one
        file = io.BytesIO(as_file(part))
        room.house.archive.ingest(file, Origin(OriginKind.IMPORT, "test"))
    progress.clear()
    rest = fetch(US, room.node, room.keeper, of("P2"), report=progress.append)
    assert rest == Fetched(arrived=3, present=3)
    assert progress[-1] == Counters(remaining=0, completed=3, failed=0, warning=0)  # no more was sent
    same(room.held("P2"), images("P2"))


@pytest.mark.row("DIMSE-MOVE-SCU-02")
@pytest.mark.row("DIMSE-MOVE-SCU-03")
@pytest.mark.row("DIMSE-MOVE-SCU-06")
@pytest.mark.ps("3.4 C.4.2.2.1")
def test_instances_series_and_unwanted_classes(room: Room) -> None:
    three = [image_of("P3", 1, one) for one in range(1, IMAGES + 1)]
    one = fetch(US, room.node, room.keeper, of("P3", image=[three[1].sop_instance_uid]))
    assert one == Fetched(arrived=1)
    same(room.held("P3"), three[1:2])
    choosy = replace(room.node, blacklisted_sop_classes=frozenset({MR}))
    without = fetch(US, choosy, room.keeper, of("P3"))
    if room.node.ae_title != "QRSCP":
        assert without == Fetched(arrived=2, present=1, skipped=3)
        same(room.held("P3"), three)
    elif room.node.retrieve_by is RetrieveBy.GET:
        # dcmqrscp says no SOP class at any level: the contexts that we do not offer keep MR away
        assert (without.arrived, without.present, without.skipped) == (2, 1, 0)
        assert {one.uid for one in without.failures} == {image_uid("P3", 2, n) for n in range(1, IMAGES + 1)}
        same(room.held("P3"), three)
    else:
        return  # it sends what it has, and nobody could know
    series = fetch(US, room.node, room.keeper, of("P3", series=[2]))
    assert series == Fetched(arrived=3)
    same(room.held("P3"), images("P3"))


@pytest.mark.row("DIMSE-QR-MODE-01")
def test_who_brought_it_is_known(room: Room) -> None:
    fetch(US, room.node, room.keeper, of("P1"))
    file = next(iter(room.held("P1").values()))
    meta = pydicom.dcmread(io.BytesIO(file), stop_before_pixels=True).file_meta
    assert meta.SourceApplicationEntityTitle == room.node.ae_title


def test_the_commands(room: Room, tmp_path: Path) -> None:
    """get into a folder, then fetch as the node says, by the command line."""
    at = f"{room.node.ae_title}@{HOST}:{room.node.port}"
    data = tmp_path / "data"
    folder = tmp_path / "files"
    code, out = run_command(data, "get", at, "-k", "PatientID=P2", "--output", str(folder))
    assert code == 0, out
    assert "6 arrived" in out
    found = {path.stem: path.read_bytes() for path in folder.glob("*.dcm")}
    same(found, images("P2"))
    assert read_part10(folder / f"{image_uid('P2', 1, 1)}.dcm") == image_of("P2", 1, 1)

    run_command(
        room.server.data, "node", "add", "far", "--ae-title", room.node.ae_title, "--host", HOST,
        "--port", str(room.node.port), "--retrieve-by", room.node.retrieve_by.value,
    )  # fmt: skip
    code, out = run_command(room.server.data, "fetch", "far", "--study", study_uid("P2"))
    assert code == 0, out
    code, out = run_command(room.server.data, "fetch", "far", "--study", "1.2.3.4.5")
    assert code == 0, out
    assert "0 arrived" in out
    room.server.run("node", "remove", "far")


@pytest.mark.row("DIMSE-MOVE-SCU-04")
def test_an_unknown_destination_is_said_in_words(room: Room) -> None:
    """A real A801: the archive does not know STRANGER."""
    if room.node.retrieve_by is RetrieveBy.GET:
        return  # C-GET has no destination
    if room.node.ae_title == "QRSCP":
        moved = move(US, room.node, of("P1"), "STRANGER")
        assert moved.arrived == 0
        assert [failure.status for failure in moved.failures] == [0xA801]
        assert "move destination unknown" in moved.failures[0].words
    else:  # Orthanc says C000 with no explanation
        moved = move(US, room.node, of("P1"), "STRANGER")
        assert [failure.status for failure in moved.failures] == [0xC000]
        assert "unable to process" in moved.failures[0].words


@pytest.mark.row("DIMSE-GET-SCU-01")
@pytest.mark.ps("3.5 A.4")
def test_compressed_objects_come_as_they_are_stored(tmp_path: Path) -> None:
    """Orthanc finds a context for the form it has, since each form is offered by itself."""
    path = path_of("transfer-syntaxes/pydicom-small/SC_rgb_dcmtk_+eb+cr.dcm")
    part = read_part10(path)
    assert part.transfer_syntax_uid == JPEG_BASELINE
    study = str(pydicom.dcmread(path, stop_before_pixels=True).StudyInstanceUID)
    with running_orthanc(tmp_path / "orthanc", known=["READINGROOM"]) as orthanc:
        orthanc.post("/instances", path.read_bytes())
        node = Node("orthanc", orthanc.ae_title, HOST, orthanc.dicom_port)
        fetched = fetch(US, node, FolderKeeper(tmp_path / "here"), Selection((), (study,)))
    assert fetched == Fetched(arrived=1)
    (file,) = (tmp_path / "here").glob("*.dcm")
    came = read_part10(file)
    assert came.transfer_syntax_uid == JPEG_BASELINE
    assert dataset_differences(path.read_bytes(), file.read_bytes()) == []


def test_a_move_to_somebody_else(tmp_path: Path) -> None:
    with (
        running_orthanc(tmp_path / "orthanc", known=["READINGROOM"]) as orthanc,
        storescp(tmp_path / "third", ae_title="THIRD") as third,
    ):
        orthanc.add_modality("third", "THIRD", third.port)
        for part in images("P1"):
            orthanc.post("/instances", as_file(part))
        node = Node("orthanc", orthanc.ae_title, HOST, orthanc.dicom_port)
        assert move(US, node, of("P1"), "THIRD") == Fetched(arrived=6)
        wait_until(lambda: len(third.files()) == 6, 60.0, "the objects are with THIRD")
        code, out = run_command(
            tmp_path / "data", "move", f"{node.ae_title}@{HOST}:{node.port}", "--study", study_uid("P1"),
            "--series", series_uid("P1", 2), "--to", "THIRD",
        )  # fmt: skip
        assert (code, out.strip()) == (0, "3 sent to THIRD")


# ── from a peer with moods


@dataclass
class Moods:
    """What the odd archive does. It has the objects `parts` and answers queries truthfully.

    says_classes: whether it fills (0008,0062). stop_after: sub-operations after which `ending` comes: a
    status, "abort" or "silence". asked: for each C-FIND its level. here: associations at once, now and most.
    """

    parts: list[Part10]
    says_classes: bool = True
    stop_after: int | None = None
    ending: Any = "abort"
    slow: float = 0.0
    cancelled: int = 0
    here: int = 0
    most: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def find(self, event: Any) -> Iterator[Any]:
        level = event.identifier.QueryRetrieveLevel
        known = [as_dataset(part) for part in self.parts]
        rows: dict[str, Dataset] = {}
        for ds in known:
            if any(
                event.identifier.get(key)
                and ds[key].value not in str(event.identifier[key].value).split("\\")
                for key in ("StudyInstanceUID", "SeriesInstanceUID")
            ):
                continue
            row = Dataset()
            row.StudyInstanceUID = ds.StudyInstanceUID
            unique = ds.StudyInstanceUID
            if level == "STUDY" and "SOPClassesInStudy" in event.identifier and self.says_classes:
                row.SOPClassesInStudy = sorted({str(one.SOPClassUID) for one in known})
            if level in ("SERIES", "IMAGE"):
                row.SeriesInstanceUID = unique = ds.SeriesInstanceUID
            if level == "IMAGE":
                row.SOPInstanceUID = unique = ds.SOPInstanceUID
                row.SOPClassUID = ds.SOPClassUID
            rows[unique] = row
        for row in rows.values():
            yield 0xFF00, row

    def selected(self, identifier: Dataset) -> list[Part10]:
        found = []
        for part in self.parts:
            ds = as_dataset(part)
            if all(
                not identifier.get(key) or ds[key].value in _list(identifier[key].value)
                for key in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
            ):
                found.append(part)
        return found

    def get(self, event: Any) -> Iterator[Any]:
        yield from self._sub_operations(event)

    def move(self, event: Any) -> Iterator[Any]:
        yield HOST, self.port, {"contexts": [_context(uid) for uid in (SECONDARY_CAPTURE, MR)]}
        yield from self._sub_operations(event)

    port: int = 0

    def _sub_operations(self, event: Any) -> Iterator[Any]:
        self.here += 1
        self.most = max(self.most, self.here)
        try:
            parts = self.selected(event.identifier)
            yield len(parts)
            for number, part in enumerate(parts):
                if self.stop_after == number:
                    yield from self._end(event, parts[number:])
                    return
                if event.is_cancelled:
                    self.cancelled += 1
                    yield 0xFE00, None
                    return
                time.sleep(self.slow)
                yield 0xFF00, as_dataset(part)
        finally:
            self.here -= 1

    def _end(self, event: Any, left: Sequence[Part10]) -> Iterator[Any]:
        if self.ending == "abort":
            event.assoc.abort()
            time.sleep(0.2)
        elif self.ending == "silence":
            self.over.wait(60)
        else:
            ds = Dataset()
            ds.FailedSOPInstanceUIDList = [part.sop_instance_uid for part in left]
            yield self.ending, ds


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _context(uid: str) -> Any:
    from pynetdicom import build_context

    return build_context(uid, EXPLICIT)


def odd_archive(moods: Moods) -> Any:
    """The odd archive, from here to the end of the block."""
    handlers = [(evt.EVT_C_FIND, moods.find), (evt.EVT_C_GET, moods.get), (evt.EVT_C_MOVE, moods.move)]
    services = [STUDY_FIND, STUDY_GET, STUDY_MOVE, SECONDARY_CAPTURE, MR]
    return odd_peer(services, handlers, roles=True)


def proposed_for_get(odd: Odd) -> set[str]:
    """The storage classes of the association on which C-GET was asked."""
    for contexts in odd.associations:
        uids = {uid for uid, _ in contexts}
        if STUDY_GET in uids:
            return uids - {STUDY_GET}
    raise AssertionError("no C-GET was asked")


def levels_asked(odd: Odd) -> list[str]:
    return [str(one.QueryRetrieveLevel) for one in odd.identifiers]


@pytest.mark.row("DIMSE-GET-SCU-02")
@pytest.mark.ps("3.4 C.4.3.1.1")
def test_classes_from_the_study_else_by_drilling_down(tmp_path: Path) -> None:
    with odd_archive(Moods(images("P3"))) as odd:
        assert fetch(US, odd.node, FolderKeeper(tmp_path / "a"), of("P3")) == Fetched(arrived=6)
        assert proposed_for_get(odd) == {SECONDARY_CAPTURE, MR}
        assert levels_asked(odd) == ["STUDY", "STUDY"]  # one C-FIND, one C-GET
    with odd_archive(Moods(images("P3"), says_classes=False)) as odd:
        assert fetch(US, odd.node, FolderKeeper(tmp_path / "b"), of("P3")) == Fetched(arrived=6)
        assert proposed_for_get(odd) == {SECONDARY_CAPTURE, MR}
        assert levels_asked(odd) == ["STUDY", "SERIES", "IMAGE", "IMAGE", "STUDY"]
        assert odd.identifiers[-1].keys() == {0x00080052, 0x0020000D}  # unique keys only
    with odd_archive(Moods(images("P3"))) as odd:
        choosy = replace(odd.node, blacklisted_sop_classes=frozenset({MR}))
        fetched = fetch(US, choosy, FolderKeeper(tmp_path / "c"), of("P3"))
        assert fetched == Fetched(arrived=3, skipped=3)
        assert proposed_for_get(odd) == {SECONDARY_CAPTURE}


@pytest.mark.row("DIMSE-MOVE-SCU-04")
@pytest.mark.row("DIMSE-GET-SCU-01")
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0xA701, "unable to calculate the number of matches"),
        (0xA702, "unable to perform sub-operations"),
        (0xA900, "Identifier does not match SOP class"),
        (0xB000, "one or more failures"),
        (0xC000, "unable to process"),
    ],
)
@pytest.mark.ps("3.4 C.4.3.1.4")
def test_every_failed_instance_is_listed_with_the_status(tmp_path: Path, code: int, words: str) -> None:
    """Two come, then the archive gives up; fetching once more brings the rest and only that."""
    moods = Moods(images("P1"), stop_after=2, ending=status(code, ErrorComment="no tape"))
    with odd_archive(moods) as odd:
        fetched = fetch(US, odd.node, FolderKeeper(tmp_path), of("P1"))
        assert fetched.arrived == 2
        assert {failure.uid for failure in fetched.failures} == {
            part.sop_instance_uid for part in images("P1")[2:]
        }
        for failure in fetched.failures:
            assert failure.status == code
            assert words in failure.words
            assert failure.is_transient == (code & 0xFF00 == 0xA700)
        moods.stop_after = None
        assert fetch(US, odd.node, FolderKeeper(tmp_path), of("P1")) == Fetched(arrived=4, present=2)
        assert str(odd.identifiers[-2].QueryRetrieveLevel) == "IMAGE"  # one of the first series is missing
        assert odd.identifiers[-2].SOPInstanceUID == image_uid("P1", 1, 3)
        assert str(odd.identifiers[-1].QueryRetrieveLevel) == "SERIES"


@pytest.mark.row("DIMSE-MOVE-SCU-04")
@pytest.mark.parametrize("ending", ["abort", "silence"])
def test_what_came_before_the_association_ended_is_kept(tmp_path: Path, ending: str) -> None:
    moods = Moods(images("P1"), stop_after=3, ending=ending)
    with odd_archive(moods) as odd:
        hasty = replace(odd.node, timeout=5.0)
        fetched = fetch(US, hasty, FolderKeeper(tmp_path), of("P1"))
        assert fetched.arrived == 3
        assert len(fetched.failures) == 3
        said = "abort" if ending == "abort" else "said nothing"
        assert all(said in failure.words for failure in fetched.failures), fetched.failures
        assert all(failure.is_transient for failure in fetched.failures)
        moods.stop_after = None
        moods.over.set()
        assert fetch(US, odd.node, FolderKeeper(tmp_path), of("P1")) == Fetched(arrived=3, present=3)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted(
        part.sop_instance_uid for part in images("P1")
    )  # and nothing half


@pytest.mark.row("DIMSE-GET-SCU-01")
@pytest.mark.ps("3.4 C.4.3.2.1")
def test_cancelling(tmp_path: Path) -> None:
    moods = Moods(images("P1"), slow=0.2)
    with odd_archive(moods) as odd:
        counted: list[Counters] = []
        keeper = FolderKeeper(tmp_path)
        fetched = fetch(
            US, odd.node, keeper, of("P1"), report=counted.append, is_cancelled=lambda: len(counted) >= 2
        )
        assert fetched.cancelled
        assert 2 <= fetched.arrived < 6
        assert fetched.failures == ()
        wait_until(lambda: moods.cancelled == 1, 60.0, "the peer saw C-CANCEL")
        rest = fetch(US, odd.node, keeper, of("P1"))
        assert rest == Fetched(arrived=6 - fetched.arrived, present=fetched.arrived)


@pytest.mark.row("DIMSE-GET-SCU-01")
def test_an_object_that_we_refuse_is_listed_with_our_reason(room: Room) -> None:
    """The node sends something that names no study; it is answered A900 and does not stop the rest."""
    root = f"{study_uid('P1')}.{room.node.port}"
    fresh = [as_dataset(part) for part in images("P1")[:3]]
    for number, ds in enumerate(fresh):
        ds.StudyInstanceUID, ds.SeriesInstanceUID = root, f"{root}.1"
        ds.SOPInstanceUID = f"{root}.1.{number}"
    moods = Moods([_part(ds) for ds in fresh])
    original = moods.get

    def get(event: Any) -> Iterator[Any]:
        for one in original(event):
            if isinstance(one, tuple) and one[1] is not None and one[1].SOPInstanceUID.endswith(".1.1"):
                del one[1].StudyInstanceUID
            yield one

    moods.get = get  # type: ignore[method-assign]
    with odd_archive(moods) as odd:
        fetched = fetch(US, odd.node, room.keeper, Selection((), (root,)))
    assert fetched.arrived == 2
    assert [failure.uid for failure in fetched.failures] == [f"{root}.1.1"]
    assert "we refused it" in fetched.failures[0].words
    assert "Study Instance UID" in fetched.failures[0].words


@pytest.mark.row("DIMSE-STORE-SCP-06")
@pytest.mark.row("DIMSE-GET-SCU-01")
@pytest.mark.ps("3.4 B.2.3")
def test_what_comes_by_get_is_answered_as_by_store(room: Room) -> None:
    """Whole, without its pixels (kept, B007), and with the content of another class (A900)."""
    root = f"{study_uid('P1')}.7.{room.node.port}"
    four = [as_dataset(images("P1")[0]) for _ in range(4)]
    for number, ds in enumerate(four):
        ds.StudyInstanceUID, ds.SeriesInstanceUID = root, f"{root}.1"
        ds.SOPInstanceUID = f"{root}.1.{number}"
    for ds in four[1:3]:
        for keyword in ("PixelData", "Rows", "Columns", "BitsAllocated"):
            ds.pop(keyword, None)
    four[2].EncapsulatedDocument = b"%PDF"
    told: dict[str, Dataset] = {}

    def hear(event: Any) -> None:
        command = event.message.command_set
        if command.CommandField == 0x8001:
            told[str(command.AffectedSOPInstanceUID)] = command

    moods = Moods([_part(ds) for ds in four])
    handlers = [(evt.EVT_C_FIND, moods.find), (evt.EVT_C_GET, moods.get), (evt.EVT_DIMSE_RECV, hear)]
    with odd_peer([STUDY_FIND, STUDY_GET, SECONDARY_CAPTURE], handlers, roles=True) as odd:
        fetched = fetch(US, odd.node, room.keeper, Selection((), (root,)))
    assert [told[ds.SOPInstanceUID].Status for ds in four] == [0, 0xB007, 0xA900, 0]
    for ds in four[1:3]:
        assert "PS3.3" in told[ds.SOPInstanceUID].ErrorComment
        assert told[ds.SOPInstanceUID].OffendingElement
    assert fetched.arrived == 3
    assert [failure.uid for failure in fetched.failures] == [four[2].SOPInstanceUID]


def _part(ds: Dataset) -> Part10:
    out = io.BytesIO()
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.save_as(out, enforce_file_format=True)
    return read_part10(out.getvalue())


@pytest.mark.row("DIMSE-MOVE-SCU-04")
def test_what_a_move_says_it_sent_and_did_not_is_a_failure(tmp_path: Path) -> None:
    """The odd archive sends it all to somebody else and reports success."""
    moods = Moods(images("P1"))
    with storescp(tmp_path / "elsewhere", ae_title="READINGROOM") as elsewhere, odd_archive(moods) as odd:
        moods.port = elsewhere.port
        fetched = fetch(
            US, odd.node, FolderKeeper(tmp_path / "here"), of("P1"), by=RetrieveBy.MOVE, grace=0.5
        )
        assert len(elsewhere.files()) == 6
    assert fetched.arrived == 0
    assert {failure.uid for failure in fetched.failures} == {part.sop_instance_uid for part in images("P1")}
    assert "it did not come" in fetched.failures[0].words


@pytest.mark.row("DIMSE-MOVE-SCU-04")
def test_objects_of_a_move_may_come_after_its_last_answer(tmp_path: Path) -> None:
    """The node says that all is sent; it is here a second later."""
    moods = Moods(images("P1"))
    here = tmp_path / "here"

    def bring() -> None:
        wait_until(lambda: len(elsewhere.files()) == 6, 60, "the node sent it")
        time.sleep(1.0)
        for path in elsewhere.files():
            (here / f"{read_part10(path).sop_instance_uid}.dcm").write_bytes(path.read_bytes())

    with storescp(tmp_path / "elsewhere", ae_title="READINGROOM") as elsewhere, odd_archive(moods) as odd:
        moods.port = elsewhere.port
        keeper = FolderKeeper(here)
        thread = threading.Thread(target=bring)
        thread.start()
        fetched = fetch(US, odd.node, keeper, of("P1"), by=RetrieveBy.MOVE, grace=30.0)
        thread.join()
    assert fetched == Fetched(arrived=6)


@pytest.mark.row("DIMSE-MOVE-SCU-04")
@pytest.mark.ps("3.4 C.4.2.1.4.2")
def test_the_list_of_failed_instances_of_a_move(tmp_path: Path) -> None:
    """Two go to the third party, then the node gives up and names the other four (0008,0058)."""
    moods = Moods(images("P1"), stop_after=2, ending=status(0xA702))
    with storescp(tmp_path / "third", ae_title="THIRD") as third, odd_archive(moods) as odd:
        moods.port = third.port
        progress: list[Counters] = []
        moved = move(US, odd.node, of("P1"), "THIRD", report=progress.append)
    assert moved.arrived == 2
    assert [failure.uid for failure in moved.failures] == sorted(
        part.sop_instance_uid for part in images("P1")[2:]
    )
    assert all("unable to perform sub-operations (A702H)" in failure.words for failure in moved.failures)
    assert progress[-1].completed == 2
    assert progress[-1].failed == 4


@pytest.mark.row("DIMSE-MOVE-SCU-05")
@pytest.mark.parametrize("most", [1, 2])
def test_transfers_with_a_node_at_once(tmp_path: Path, most: int) -> None:
    moods = Moods(images("P1"), slow=0.1)
    us = replace(US, lines=Lines(tmp_path / "lines"))
    results: list[Fetched] = []
    with odd_archive(moods) as odd:
        node = replace(odd.node, most_associations=most)
        threads = [
            threading.Thread(
                target=lambda at=at: results.append(
                    fetch(us, node, FolderKeeper(tmp_path / str(at)), of("P1"))
                )
            )
            for at in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert results == [Fetched(arrived=6)] * 4
    assert moods.most == most


def test_what_cannot_be_asked(tmp_path: Path) -> None:
    node = Node("gone", "GONE", HOST, 1)
    with pytest.raises(Invalid):
        fetch(US, node, FolderKeeper(tmp_path), Selection((), (), ("1.2.3",)))
    code, out = run_command(
        tmp_path / "data", "get", f"GONE@{HOST}:1", "--study", "1.2.3", "-od", str(tmp_path)
    )
    assert code == 1
    assert "cannot be reached" in out


def test_a_node_without_get_says_the_remedy(tmp_path: Path) -> None:
    moods = Moods(images("P1"))
    without_get = odd_peer([STUDY_FIND, STUDY_MOVE], [(evt.EVT_C_FIND, moods.find)])
    with without_get as odd, pytest.raises(Unsupported) as failed:
        fetch(US, odd.node, FolderKeeper(tmp_path), of("P1"))
    assert "change how to fetch from it to 'move'" in failed.value.sentence
