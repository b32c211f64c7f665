"""DCMTK's programs against the real server: echo, store, find, get, move."""

from __future__ import annotations

import re
from pathlib import Path

import pydicom
import pytest

from tests.kit.compare import dataset_differences, read_part10
from tests.kit.dcmtk import Storescp, called, dcmtk
from tests.kit.network import Peer
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer

CT_SERIES = "ct-series/head-5mm"
UTF_8 = "0008,0005=ISO_IR 192"


def words(server: RunningServer) -> list[str]:
    return called(server.dicom_port, server.ae_title)


@pytest.fixture(scope="module")
def ct(server: RunningServer) -> list[Path]:
    """The CT head, sent by storescu."""
    found = sorted(path_of(name) for name in storable() if name.startswith(CT_SERIES))
    dcmtk("storescu", "-R", *words(server), *found)
    return found


@pytest.fixture(scope="module")
def named(server: RunningServer) -> None:
    """Objects with names in many character sets."""
    parts = [part for name, part in storable().items() if "charsets/" in name]
    assert set(Peer(server.dicom_port).send(parts)) <= {0, 0xB007}


def find(server: RunningServer, *keys: str, root: str = "-S", expect: int | None = 0) -> list[str]:
    """The pending responses of findscu, each as it prints them."""
    options = [word for key in keys for word in ("-k", key)]
    printed = dcmtk("findscu", "-v", root, *words(server), *options, expect=expect)
    return re.split(r"Find Response: \d+ \(Pending\)", printed)[1:]


def values(answers: list[str], tag: str) -> list[str]:
    """The values of one element in findscu's answers, empty where it has none."""
    found = []
    for answer in answers:
        line = next((x for x in answer.splitlines() if f"({tag})" in x), "")
        match = re.search(r"\[(.*?)[\s\0]*\]", line)
        found.append(match[1] if match else "")
    return found


@pytest.mark.row("DIMSE-ECHO-SCP-01")
@pytest.mark.ps("3.4 A.4")
def test_echo(server: RunningServer) -> None:
    dcmtk("echoscu", "--repeat", "3", *words(server))


@pytest.mark.row("DIMSE-STORE-SCP-01")
def test_store_and_store_again(server: RunningServer, ct: list[Path]) -> None:
    """The same objects a second time: identical content is a success and changes nothing."""
    printed = dcmtk("storescu", "-v", *words(server), *ct)
    assert printed.count("Received Store Response (Success)") == len(ct)
    study = pydicom.dcmread(ct[0], stop_before_pixels=True).StudyInstanceUID
    answers = find(server, "QueryRetrieveLevel=IMAGE", f"StudyInstanceUID={study}", "SOPInstanceUID")
    uids = values(answers, "0008,0018")
    assert len(uids) == len(set(uids)) > 0


@pytest.mark.row("DIMSE-STORE-SCP-13")
@pytest.mark.parametrize(
    ("option", "file"),
    [
        ("-xs", "CTImage.dcm_JPEGProcess14SV1TransferSyntax_1.2.840.10008.1.2.4.70.dcm"),
        ("-xy", "CTImage.dcm_JPEGProcess1TransferSyntax_1.2.840.10008.1.2.4.50.dcm"),
        ("-xx", "CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm"),
        ("-xt", "CTImage.dcm_JPEGLSLosslessTransferSyntax_1.2.840.10008.1.2.4.80.dcm"),
        ("-xv", "CTImage.dcm_JPEG2000LosslessOnlyTransferSyntax_1.2.840.10008.1.2.4.90.dcm"),
        ("-xr", "CTImage.dcm_RLELosslessTransferSyntax_1.2.840.10008.1.2.5.dcm"),
        ("-xd", "CTImage.dcm_DeflatedExplicitVRLittleEndianTransferSyntax_1.2.840.10008.1.2.1.99.dcm"),
        ("-xb", "CTImage.dcm_BigEndianExplicitTransferSyntax_1.2.840.10008.1.2.2.dcm"),
        ("-xi", "CTImage.dcm_LittleEndianImplicitTransferSyntax_1.2.840.10008.1.2.dcm"),
    ],
)
def test_proposed_forms_are_accepted(server: RunningServer, option: str, file: str) -> None:
    path = path_of(f"transfer-syntaxes/ctimage/{file}")
    printed = dcmtk("storescu", "-v", option, *words(server), path)
    assert "Received Store Response (Success)" in printed


@pytest.mark.ps("3.4 C.4.1")
class TestFind:
    def test_every_level_of_both_roots(self, server: RunningServer, ct: list[Path]) -> None:
        ds = pydicom.dcmread(ct[0], stop_before_pixels=True)
        study, series = f"StudyInstanceUID={ds.StudyInstanceUID}", f"SeriesInstanceUID={ds.SeriesInstanceUID}"
        patient = f"PatientID={ds.PatientID}"
        files = [pydicom.dcmread(path, stop_before_pixels=True) for path in ct]
        mine = {f.SOPInstanceUID for f in files if f.SeriesInstanceUID == ds.SeriesInstanceUID}

        answers = find(server, "QueryRetrieveLevel=PATIENT", patient, "PatientName", root="-P")
        assert values(answers, "0010,0020") == [str(ds.PatientID).strip()]
        for root, above in (("-S", ()), ("-P", (patient,))):
            answers = find(server, "QueryRetrieveLevel=STUDY", *above, study, root=root)
            assert values(answers, "0020,000d") == [ds.StudyInstanceUID]
            answers = find(server, "QueryRetrieveLevel=SERIES", *above, study, "SeriesInstanceUID", root=root)
            assert ds.SeriesInstanceUID in values(answers, "0020,000e")
            keys = ("QueryRetrieveLevel=IMAGE", *above, study, series, "SOPInstanceUID", "InstanceNumber")
            answers = find(server, *keys, root=root)
            assert set(values(answers, "0008,0018")) == mine

    def test_no_match_is_success_without_answers(self, server: RunningServer) -> None:
        assert find(server, "QueryRetrieveLevel=STUDY", "PatientID=NOBODY-HAS-THIS") == []

    @pytest.mark.parametrize("key", ["PatientName=Mac*", "PatientName=mAC*", "PatientName=?achine^*"])
    def test_wildcards_without_case(self, server: RunningServer, sent_machine: None, key: str) -> None:
        answers = find(server, "QueryRetrieveLevel=STUDY", key, "StudyInstanceUID")
        assert values(answers, "0020,000d") == ["2.25.4711"]

    @pytest.mark.parametrize(
        ("key", "hit"),
        [
            ("StudyDate=20200229", True),
            ("StudyDate=20200101-20200301", True),
            ("StudyDate=20200229-", True),
            ("StudyDate=-20200229", True),
            ("StudyDate=20200301-", False),
            ("StudyDate=-20200228", False),
        ],
    )
    def test_dates(self, server: RunningServer, sent_machine: None, key: str, hit: bool) -> None:
        answers = find(server, "QueryRetrieveLevel=STUDY", "PatientID=M-1", key, "StudyInstanceUID")
        assert values(answers, "0020,000d") == (["2.25.4711"] if hit else [])

    @pytest.mark.parametrize(
        ("date", "time", "hit"),
        [
            ("20200228-20200229", "0900-1000", True),
            ("20200229-20200229", "1000-1100", False),
            ("20200229", "0930-", True),
        ],
    )
    def test_times(self, server: RunningServer, sent_machine: None, date: str, time: str, hit: bool) -> None:
        keys = (f"StudyDate={date}", f"StudyTime={time}")
        answers = find(server, "QueryRetrieveLevel=STUDY", "PatientID=M-1", *keys)
        assert len(answers) == int(hit)

    def test_list_of_uids(self, server: RunningServer, ct: list[Path]) -> None:
        uids = {str(pydicom.dcmread(path, stop_before_pixels=True).SOPInstanceUID) for path in ct[:7]}
        key = "SOPInstanceUID=" + "\\".join(sorted(uids))
        answers = find(server, "QueryRetrieveLevel=IMAGE", key)
        assert set(values(answers, "0008,0018")) == uids

    @pytest.mark.parametrize(
        ("pattern", "uid"),
        [("ANEAS^*", "chrGerm"), ("*Ä*neas*", "chrGerm"), ("Buc^Jerome", "chrFren"), ("BUC^J*", "chrFren")],
    )
    def test_accents(self, server: RunningServer, named: None, pattern: str, uid: str) -> None:
        """Names of ISO_IR 100 found without their accents, asked in UTF-8 (PS3.4 C.2.2.2.1)."""
        wanted = str(pydicom.dcmread(path_of(f"charsets/{uid}.dcm")).StudyInstanceUID)
        answers = find(
            server, "QueryRetrieveLevel=STUDY", UTF_8, f"PatientName={pattern}", "StudyInstanceUID"
        )
        assert wanted in values(answers, "0020,000d")

    def test_names_come_back_in_the_asked_character_set(self, server: RunningServer, named: None) -> None:
        study = str(pydicom.dcmread(path_of("charsets/chrGreek.dcm")).StudyInstanceUID)
        answers = find(server, "QueryRetrieveLevel=STUDY", UTF_8, f"StudyInstanceUID={study}", "PatientName")
        (name,) = values(answers, "0010,0010")
        assert name == "Διονυσιος"

    def test_counts_and_modalities(self, server: RunningServer, sent_machine: None) -> None:
        keys = ("ModalitiesInStudy", "NumberOfStudyRelatedInstances", "NumberOfStudyRelatedSeries")
        answers = find(server, "QueryRetrieveLevel=STUDY", "StudyInstanceUID=2.25.4711", *keys)
        assert values(answers, "0020,1208") == ["1"]
        assert values(answers, "0020,1206") == ["1"]
        assert values(answers, "0008,0061") == ["CT"]

    def test_an_identifier_without_a_level_is_a900(self, server: RunningServer) -> None:
        printed = dcmtk("findscu", "-v", "-S", *words(server), "-k", "PatientID=1", expect=None)
        assert "Error: DataSetDoesNotMatchSOPClass" in printed, printed

    def test_the_study_root_has_no_patients(self, server: RunningServer) -> None:
        printed = dcmtk(
            "findscu", "-v", "-S", *words(server), "-k", "QueryRetrieveLevel=PATIENT", "-k", "PatientID",
            expect=None,
        )  # fmt: skip
        assert "Error: DataSetDoesNotMatchSOPClass" in printed, printed


@pytest.fixture(scope="module")
def sent_machine(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> None:
    """One small object with values that the queries above look for."""
    ds = pydicom.dcmread(path_of("transfer-syntaxes/pydicom-small/CT_small.dcm"))
    ds.PatientName, ds.PatientID = "Machine^Test", "M-1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID = "2.25.4711", "2.25.4712", "2.25.4713"
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.StudyDate, ds.StudyTime = "20200229", "093000"
    path = tmp_path_factory.mktemp("machine") / "one.dcm"
    ds.save_as(path)
    dcmtk("storescu", *words(server), path)


@pytest.mark.ps("3.4 C.4.3")
def test_get_a_series(server: RunningServer, ct: list[Path], tmp_path: Path) -> None:
    """getscu +B keeps the bytes as they come."""
    ds = pydicom.dcmread(ct[0], stop_before_pixels=True)
    dcmtk(
        "getscu", "-S", "+B", "-od", tmp_path, *words(server), "-k", "QueryRetrieveLevel=SERIES",
        "-k", f"StudyInstanceUID={ds.StudyInstanceUID}", "-k", f"SeriesInstanceUID={ds.SeriesInstanceUID}",
    )  # fmt: skip
    sent = {part.sop_instance_uid: path for path in ct if (part := read_part10(path))}
    series = {
        uid
        for uid, path in sent.items()
        if pydicom.dcmread(path, stop_before_pixels=True).SeriesInstanceUID == ds.SeriesInstanceUID
    }
    came = {read_part10(path).sop_instance_uid: path for path in tmp_path.iterdir()}
    assert set(came) == series
    for uid, path in came.items():
        assert dataset_differences(sent[uid].read_bytes(), path.read_bytes()) == []


@pytest.mark.ps("3.4 C.4.2")
def test_move_to_storescp(
    server: RunningServer, ct: list[Path], destination: Storescp, tmp_path: Path
) -> None:
    """One pending answer for each sub-operation but the last, and what arrives is what was sent."""
    destination.clear()
    ds = pydicom.dcmread(ct[0], stop_before_pixels=True)
    printed = dcmtk(
        "movescu", "-d", "-S", *words(server), "-aem", destination.ae_title,
        "-k", "QueryRetrieveLevel=SERIES", "-k", f"StudyInstanceUID={ds.StudyInstanceUID}",
        "-k", f"SeriesInstanceUID={ds.SeriesInstanceUID}",
    )  # fmt: skip
    sent = {read_part10(path).sop_instance_uid: path for path in ct}
    came = {read_part10(path).sop_instance_uid: path for path in destination.files()}
    assert len(came) > 5
    assert set(came) <= set(sent)
    for uid, path in came.items():
        assert dataset_differences(sent[uid].read_bytes(), path.read_bytes()) == []
    assert printed.count("Received Move Response") == len(came) - 1
    assert f"Completed Suboperations       : {len(came)}" in printed


@pytest.mark.ps("3.4 C.4.2.1.5")
def test_move_to_an_unknown_destination_is_a801(server: RunningServer, ct: list[Path]) -> None:
    study = pydicom.dcmread(ct[0], stop_before_pixels=True).StudyInstanceUID
    printed = dcmtk(
        "movescu", "-d", "-S", *words(server), "-aem", "NOWHERE", "-k", "QueryRetrieveLevel=STUDY",
        "-k", f"StudyInstanceUID={study}", expect=None,
    )  # fmt: skip
    assert "0xa801" in printed.lower(), printed[-2000:]


def test_move_across_syntaxes(server: RunningServer, destination: Storescp) -> None:
    """A compressed object to a destination that takes every syntax arrives as it is stored."""
    destination.clear()
    name = "transfer-syntaxes/pydicom-small/MR_small_RLE.dcm"
    part = storable()[name]
    assert Peer(server.dicom_port).send([part]) == [0]
    ds = pydicom.dcmread(path_of(name), stop_before_pixels=True)
    dcmtk(
        "movescu", "-S", *words(server), "-aem", destination.ae_title, "-k", "QueryRetrieveLevel=IMAGE",
        "-k", f"StudyInstanceUID={ds.StudyInstanceUID}", "-k", f"SeriesInstanceUID={ds.SeriesInstanceUID}",
        "-k", f"SOPInstanceUID={ds.SOPInstanceUID}",
    )  # fmt: skip
    (came,) = destination.files()
    assert read_part10(came).dataset == part.dataset
