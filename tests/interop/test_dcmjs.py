"""dicomweb-client of dcmjs (npm, in Node) against our DICOMweb; what comes is checked with pydicom."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pydicom
import pytest

from tests.kit.compare import dataset_differences
from tests.kit.dcmjs import call
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

MR = [f"mr-series/adc/{number:06}.dcm" for number in range(3)]
PDF = "objects/encapsulated/OT000000.dcm"
JLS = "made/enhanced/ct-two-stacks.dcm"
EXPLICIT = "1.2.840.10008.1.2.1"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("dcmjs"), "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.mark.row("WEB-STOW-01")
@pytest.mark.ps("3.18 10.5")
def test_store(server: RunningServer, stored: dict[str, pydicom.Dataset]) -> None:
    """`stored` came by the client; into another study it is refused."""
    wrong = {"studyInstanceUID": "1.2.3"}
    (answer,) = call(
        server.dicomweb,
        [{"method": "storeInstances", "options": wrong, "files": [str(shared_data() / MR[0])]}],
    )
    assert answer == {"status": 409}
    assert len(stored) == 5


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> dict[str, pydicom.Dataset]:
    """Everything is stored by the client itself."""
    data = shared_data()
    (report,) = call(
        server.dicomweb,
        [{"method": "storeInstances", "options": {}, "files": [str(data / n) for n in (*MR, PDF, JLS)]}],
    )
    sent = {name: pydicom.dcmread(data / name) for name in (*MR, PDF, JLS)}
    told = json.loads(report) if isinstance(report, str) else report
    assert {one["00081155"]["Value"][0] for one in told["00081199"]["Value"]} == {
        ds.SOPInstanceUID for ds in sent.values()
    }
    return sent


def names(ds: pydicom.Dataset, level: str = "instance") -> dict[str, str]:
    found = {"studyInstanceUID": ds.StudyInstanceUID}
    if level != "study":
        found["seriesInstanceUID"] = ds.SeriesInstanceUID
    return found | ({"sopInstanceUID": ds.SOPInstanceUID} if level == "instance" else {})


@pytest.mark.row("WEB-QIDO-01", "WEB-QIDO-02", "WEB-QIDO-03")
@pytest.mark.ps("3.18 10.6")
def test_search(server: RunningServer, stored: dict[str, pydicom.Dataset]) -> None:
    mr = stored[MR[0]]
    one = {"StudyInstanceUID": mr.StudyInstanceUID}
    studies, series, instances, nothing = call(
        server.dicomweb,
        [
            {"method": "searchForStudies", "options": {"queryParams": one}},
            {"method": "searchForSeries", "options": names(mr, "study")},
            {"method": "searchForInstances", "options": names(mr, "series") | {"queryParams": {"limit": 2}}},
            {"method": "searchForStudies", "options": {"queryParams": {"PatientID": "NOBODY-HAS-THIS"}}},
        ],
    )
    assert [found["0020000D"]["Value"] for found in studies] == [[mr.StudyInstanceUID]]
    assert pydicom.Dataset.from_json(studies[0]).PatientID == mr.PatientID
    assert [found["0020000E"]["Value"] for found in series] == [[mr.SeriesInstanceUID]]
    assert len(instances) == 2
    assert {found["00080018"]["Value"][0] for found in instances} < {
        stored[name].SOPInstanceUID for name in MR
    }
    assert nothing == []


@pytest.mark.row("WEB-WADO-RS-01", "WEB-WADO-RS-02", "WEB-WADO-RS-03", "WEB-WADO-RS-06")
@pytest.mark.ps("3.18 10.4")
def test_objects_and_metadata(server: RunningServer, stored: dict[str, pydicom.Dataset]) -> None:
    mr = stored[MR[0]]
    one, series, study, metadata, missing = call(
        server.dicomweb,
        [
            {"method": "retrieveInstance", "options": names(mr)},
            {"method": "retrieveSeries", "options": names(mr, "series")},
            {"method": "retrieveStudy", "options": names(mr, "study")},
            {"method": "retrieveSeriesMetadata", "options": names(mr, "series")},
            {"method": "retrieveInstance", "options": names(mr) | {"sopInstanceUID": "1.2.3"}},
        ],
    )
    assert dataset_differences((shared_data() / MR[0]).read_bytes(), one) == []
    came = {ds.SOPInstanceUID: ds for ds in (pydicom.dcmread(io.BytesIO(file)) for file in series)}
    assert came == {stored[name].SOPInstanceUID: stored[name] for name in MR}
    assert sorted(study) == sorted(series)
    told = {found["00080018"]["Value"][0]: found for found in metadata}
    for name in MR:
        ds = pydicom.Dataset.from_json(told[stored[name].SOPInstanceUID], lambda *_: b"")
        assert ds.PixelSpacing == stored[name].PixelSpacing
        assert ds.PatientName == stored[name].PatientName
    assert missing == {"status": 404}


@pytest.mark.row("WEB-WADO-RS-04", "WEB-WADO-RS-05", "WEB-WADO-RS-09")
@pytest.mark.ps("3.18 10.4.1.1.5", "3.18 10.4.1.1.6")
def test_frames_and_bulk_data(server: RunningServer, stored: dict[str, pydicom.Dataset]) -> None:
    many, pdf = stored[JLS], stored[PDF]
    as_stored = {
        "mediaTypes": [{"mediaType": "image/jls", "transferSyntaxUID": many.file_meta.TransferSyntaxUID}]
    }
    plain: dict[str, Any] = {
        "method": "retrieveInstanceFrames",
        "options": names(many) | {"frameNumbers": [1, 3]},
    }
    packed = {"method": "retrieveInstanceFrames", "options": names(many) | {"frameNumbers": [2]} | as_stored}
    (metadata,) = call(server.dicomweb, [{"method": "retrieveInstanceMetadata", "options": names(pdf)}])
    uri = (metadata[0] if isinstance(metadata, list) else metadata)["00420011"]["BulkDataURI"]
    frames, codestream, document, beginning = call(
        server.dicomweb,
        [
            plain,
            packed,
            {"method": "retrieveBulkData", "options": {"BulkDataURI": uri}},
            {"method": "retrieveBulkData", "options": {"BulkDataURI": uri, "byteRange": [0, 3]}},
        ],
    )
    pixels = many.pixel_array
    for frame, number in zip(frames, (1, 3), strict=True):
        assert np.array_equal(np.frombuffer(frame, pixels.dtype), pixels[number - 1].ravel())
    kept = list(pydicom.encaps.generate_frames(many.PixelData, number_of_frames=len(pixels)))
    assert codestream[0] == kept[1]
    assert document[0] == pdf.EncapsulatedDocument
    assert beginning[0].startswith(b"%PDF")


@pytest.mark.ps("3.18 10.4.1.1.3")
def test_pictures(server: RunningServer, stored: dict[str, pydicom.Dataset]) -> None:
    mr, many = stored[MR[0]], stored[JLS]
    wanted = {"mediaTypes": [{"mediaType": "image/png"}]}
    picture, frame = call(
        server.dicomweb,
        [
            {"method": "retrieveInstanceRendered", "options": names(mr) | wanted},
            {
                "method": "retrieveInstanceFramesRendered",
                "options": names(many) | wanted | {"frameNumbers": [2]},
            },
        ],
    )
    for one in (picture, frame):
        assert (one[0] if isinstance(one, list) else one).startswith(b"\x89PNG")
