"""Objects go in whole or not at all, are kept as they came, and survive what happens to processes."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

from readingroom.archive import Archive, Indexer, adopt, adopt_abandoned_slots, rebuild, verify
from readingroom.blobs import LocalBlobs
from readingroom.errors import Conflict, Invalid, Unsupported
from readingroom.index import Database
from readingroom.model import Level, Origin, OriginKind, OutcomeKind, Query, Selection
from readingroom.query import QueryEngine

ORIGIN = Origin(OriginKind.DIMSE, "CT1", "10.0.0.1", "READINGROOM")
CT = "1.2.840.10008.5.1.4.1.1.2"


def make(**changes: object) -> Dataset:
    """A small CT image."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = CT
    ds.SOPInstanceUID = generate_uid()
    ds.StudyInstanceUID = "1.2.3"
    ds.SeriesInstanceUID = "1.2.3.4"
    ds.Modality = "CT"
    ds.PatientName = "Doe^John"
    ds.PatientID = "P1"
    ds.Rows, ds.Columns, ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, 8, 16, 16, 15
    ds.SamplesPerPixel, ds.PixelRepresentation, ds.PhotometricInterpretation = 1, 0, "MONOCHROME2"
    ds.PixelData = bytes(range(128))
    for name, value in changes.items():
        setattr(ds, name, value)
    return ds


def file_of(ds: Dataset) -> bytes:
    target = io.BytesIO()
    ds.save_as(target, enforce_file_format=True)
    return target.getvalue()


class House:
    """The rooms an archive needs, which can be killed and started again."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = Database(root / "index.sqlite")
        self.database.migrate()
        self.start()

    def start(self) -> None:
        self.blobs = LocalBlobs(self.root / "objects", "receiver-0")
        self.indexer = Indexer(self.database, self.blobs)
        self.archive = Archive(self.database, self.blobs, self.indexer)

    def kill(self) -> None:
        """What kill -9 leaves: locks are gone, nothing was tidied."""
        self.indexer.close()
        os.close(self.blobs._claim)

    def put(self, ds: Dataset | bytes) -> OutcomeKind:
        raw = ds if isinstance(ds, bytes) else file_of(ds)
        return self.archive.ingest(io.BytesIO(raw), ORIGIN).wait(10)

    def bytes_of(self, sop_instance_uid: str) -> bytes:
        (stored,) = self.archive.instances(Selection(sop_instance_uids=(sop_instance_uid,)))
        with self.archive.open(stored) as file:
            return file.read()

    def files(self) -> list[Path]:
        return sorted((self.root / "objects").rglob("*.dcm"))

    def count(self) -> int:
        return QueryEngine(self.database, lambda _: {}).count(Query(Level.IMAGE))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    yield made
    made.indexer.close()
    made.blobs.close()
    made.database.close()


def test_a_file_is_kept_byte_for_byte(house: House) -> None:
    ds = make()
    raw = b"II*\0" + b"dual personality".ljust(124, b"\0") + file_of(ds)[128:]
    assert house.put(raw) is OutcomeKind.STORED
    assert house.bytes_of(ds.SOPInstanceUID) == raw


def test_a_data_set_from_the_network_gets_file_meta_information_that_pydicom_reads(house: House) -> None:
    ds = make()
    raw = file_of(ds)
    start = len(raw) - len(raw[raw.index(b"\x08\x00\x16\x00UI") :])
    receiving = house.archive.receive(ORIGIN)
    receiving.announce(CT, ds.SOPInstanceUID, ExplicitVRLittleEndian)
    for at in range(start, len(raw), 7):  # fragments of any size
        receiving.write([memoryview(raw)[at : at + 7]])
    receiving.finish().wait(10)
    back = pydicom.dcmread(io.BytesIO(house.bytes_of(ds.SOPInstanceUID)))
    assert back == pydicom.dcmread(io.BytesIO(raw))
    assert back.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
    assert back.file_meta.SourceApplicationEntityTitle == "CT1"


def test_a_file_without_file_meta_information_is_given_some(house: House) -> None:
    ds = make()
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    raw = file_of(ds)
    raw = raw[raw.index(b"\x08\x00\x16\x00") :]
    assert house.put(raw) is OutcomeKind.STORED
    back = pydicom.dcmread(io.BytesIO(house.bytes_of(ds.SOPInstanceUID)))
    assert back.file_meta.TransferSyntaxUID == ImplicitVRLittleEndian
    assert back.PixelData == ds.PixelData


def test_the_same_object_again_changes_nothing(house: House) -> None:
    ds = make()
    assert house.put(ds) is OutcomeKind.STORED
    assert house.put(ds) is OutcomeKind.IDENTICAL
    assert house.count() == 1
    assert len(house.files()) == 1


def test_other_content_becomes_a_revision_and_both_are_kept(house: House) -> None:
    ds = make()
    first = file_of(ds)
    house.put(first)
    ds.PatientName = "Doe^Jane"
    second = file_of(ds)
    assert house.put(second) is OutcomeKind.REVISED
    assert house.bytes_of(ds.SOPInstanceUID) == second
    assert house.put(first) is OutcomeKind.IDENTICAL  # an old revision sent once more is no news
    assert house.bytes_of(ds.SOPInstanceUID) == second
    assert {path.read_bytes() for path in house.files()} == {first, second}
    assert house.count() == 1


def test_both_of_two_revisions_in_one_batch_are_kept(house: House) -> None:
    ds = make()
    arrivals = []
    for name in ("A", "B", "A", "C"):
        ds.PatientName = name
        arrivals.append(house.archive.ingest(io.BytesIO(file_of(ds)), ORIGIN))
    kinds = [arrival.wait(10) for arrival in arrivals]
    assert kinds == [OutcomeKind.STORED, OutcomeKind.REVISED, OutcomeKind.IDENTICAL, OutcomeKind.REVISED]
    assert len(house.files()) == 3


@pytest.mark.parametrize("cut", [1, 60, 129, 143])
def test_a_truncated_object_leaves_nothing(house: House, cut: int) -> None:
    with pytest.raises((Invalid, Conflict)):
        house.put(file_of(make())[:-cut])
    assert house.files() == []
    assert not list((house.root / "objects").rglob("*.part"))


@pytest.mark.parametrize(
    "keyword", ["SOPInstanceUID", "SOPClassUID", "StudyInstanceUID", "SeriesInstanceUID"]
)
@pytest.mark.parametrize("value", ["", "../../etc/passwd", "1" * 65])
@pytest.mark.filterwarnings("ignore:Invalid value for VR UI")
@pytest.mark.filterwarnings("ignore:The value length")
def test_an_object_without_usable_uids_is_refused(house: House, keyword: str, value: str) -> None:
    good = make()
    raw = file_of(good)
    old = str(good[keyword].value).encode()
    element = raw.rindex(old + b"\0" * (len(old) % 2))
    padded = value.encode() + b"\0" * (len(value) % 2)
    length_at = element - 2
    length = len(old) + len(old) % 2
    assert int.from_bytes(raw[length_at:element], "little") == length
    raw = raw[:length_at] + len(padded).to_bytes(2, "little") + padded + raw[element + length :]
    with pytest.raises(Conflict, match="UID"):
        house.put(raw)
    assert house.files() == []


def test_an_object_that_is_not_what_was_announced_is_refused(house: House) -> None:
    ds = make()
    raw = file_of(ds)
    dataset = raw[raw.index(b"\x08\x00\x16\x00UI") :]
    for announced in ((CT, "1.2.3.4.5"), ("1.2.840.10008.5.1.4.1.1.4", ds.SOPInstanceUID)):
        receiving = house.archive.receive(ORIGIN)
        receiving.announce(*announced, ExplicitVRLittleEndian)
        receiving.write([dataset])
        with pytest.raises(Conflict):
            receiving.finish()
    assert house.files() == []


def test_a_dicomdir_is_no_object(house: House) -> None:
    ds = make(SOPClassUID="1.2.840.10008.1.3.10")
    with pytest.raises(Unsupported):
        house.put(ds)


def test_the_same_uid_in_another_study_is_kept_too(house: House) -> None:
    ds = make()
    house.put(ds)
    ds.StudyInstanceUID = "9.9"
    assert house.put(ds) is OutcomeKind.STORED
    assert len(house.archive.instances(Selection(sop_instance_uids=(ds.SOPInstanceUID,)))) == 2


def test_an_empty_selection_selects_nothing(house: House) -> None:
    house.put(make())
    assert house.archive.instances(Selection()) == []


# After a crash.


def unindexed(house: House) -> list[Dataset]:
    """Objects that are committed, as if the process had died before its indexer came to them."""
    objects = [make(InstanceNumber=str(number)) for number in range(5)]
    for ds in objects:
        writer = house.blobs.create()
        writer.write([file_of(ds)])
        writer.commit()
    return objects


def test_what_was_acknowledged_is_adopted_at_the_next_start(house: House) -> None:
    house.put(make())
    objects = unindexed(house)
    half = house.blobs.create()
    half.write([file_of(make())[:300]])
    house.kill()
    house.start()
    assert adopt(house.database, house.blobs, house.indexer) == len(objects)
    assert house.count() == len(objects) + 1
    for ds in objects:
        assert house.bytes_of(ds.SOPInstanceUID) == file_of(ds)
    assert not list((house.root / "objects").rglob("*.part"))
    assert adopt(house.database, house.blobs, house.indexer) == 0


def test_slots_that_nobody_claims_any_more_are_adopted_by_the_supervisor(house: House) -> None:
    objects = unindexed(house)
    assert adopt_abandoned_slots(house.database, house.root / "objects") == 0  # its process is alive
    house.kill()
    assert adopt_abandoned_slots(house.database, house.root / "objects") == len(objects)
    house.start()
    assert house.count() == len(objects)


def test_an_adopted_copy_of_a_known_object_is_thrown_away(house: House) -> None:
    ds = make()
    house.put(ds)
    writer = house.blobs.create()
    writer.write([file_of(ds)])
    writer.commit()
    house.kill()
    house.start()
    adopt(house.database, house.blobs, house.indexer)
    assert house.count() == 1
    assert len(house.files()) == 1


# Verification.


def faults(house: House) -> list[str]:
    return [found.fault for found in verify(house.database, house.blobs) if found.fault]


def test_a_sound_archive_has_no_faults(house: House) -> None:
    ds = make()
    house.put(ds)
    ds.PatientName = "Revised"
    house.put(ds)
    house.put(make())
    assert faults(house) == []


def test_a_changed_byte_a_missing_file_and_a_stray_file_are_found(house: House) -> None:
    for _ in range(3):
        house.put(make())
    changed, missing, _ = house.files()
    raw = bytearray(changed.read_bytes())
    raw[-1] ^= 1
    changed.write_bytes(raw)
    stray = changed.with_name("0999-3.dcm")
    stray.write_bytes(b"abc")
    missing.unlink()
    found = faults(house)
    assert len(found) == 3
    assert [bool(word in " ".join(found)) for word in ("SHA-256", "missing", "No row")] == [True] * 3


def test_the_index_can_be_made_again_from_the_files(house: House) -> None:
    ds = make()
    house.put(ds)
    ds.PatientName = "Revised"
    house.put(ds)
    others = [make(StudyInstanceUID="5.6", SeriesInstanceUID="5.6.7") for _ in range(3)]
    for other in others:
        house.put(other)
    engine = QueryEngine(house.database, lambda _: {})

    def everything() -> list[tuple[object, ...]]:
        return sorted(
            (match.level, *(str(match.attributes[tag].values) for tag in sorted(match.attributes)))
            for level in (Level.STUDY, Level.SERIES, Level.IMAGE)
            for match in engine.find(Query(level))
        )

    before = everything()
    assert rebuild(house.database, house.blobs, house.indexer, lambda _: None) == (5, 0)
    assert everything() == before
    assert house.bytes_of(ds.SOPInstanceUID) == file_of(ds)
    assert faults(house) == []
