"""anonymize=yes of WADO-URI over ../shared/data/made: nothing of the patient is left, and the object is good.

pydicom reads, the bytes are searched for every value that identified, dciodvfy judges, dcm2pnm draws.
"""

from __future__ import annotations

import io
import re
import stat
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset

from tests.kit.compare import nothing_wrong
from tests.kit.dcmtk import dcmtk
from tests.kit.ports import wait_until
from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

CT = "ct-phantom/axial/003.dcm"
CR = "geometry/cr-pixelspacing.dcm"
MR = "mr-oblique/01.dcm"
STATE, BASE = "gsps/text.dcm", "gsps/base-wedge.dcm"
ELE = "1.2.840.10008.1.2.1"
JPEG_LS = "1.2.840.10008.1.2.4.80"
SR = "sr/basic-text.dcm"
PDF = "documents/pdf-two-pages.dcm"
VIDEO = "video/h264-counter.dcm"
IDENTIFIES = set(
    re.findall(
        r"\w+",
        """PatientName PatientID OtherPatientIDs AccessionNumber ReferringPhysicianName OperatorsName
        PerformingPhysicianName PhysiciansOfRecord InstitutionName InstitutionAddress StationName
        DeviceSerialNumber StudyDescription SeriesDescription PatientComments ImageComments ProtocolName
        RequestedProcedureDescription ContentCreatorName ContentDescription DerivationDescription""",
    )
)
REFUSED = re.compile("reports|documents|voice|burned in|pixels|overlays|sop class|too long", re.IGNORECASE)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("anonymize"), "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(scope="module")
def made(server: RunningServer) -> dict[str, Dataset]:
    """One object of each kind of made/ and all named above, as pydicom reads them; the server has them."""
    folder, found, seen = shared_data() / "made", {}, set()
    for path in sorted(folder.rglob("*.dcm")):
        name = path.relative_to(folder).as_posix()
        if path.parent.name in ("hostile", "hanging", "charsets"):
            continue
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        kind = (str(ds.SOPClassUID), str(ds.file_meta.TransferSyntaxUID))
        if kind in seen and name not in (CT, CR, MR, STATE, BASE, SR, PDF, VIDEO):
            continue
        seen.add(kind)
        found[name] = ds
        kind_header = {"content-type": "application/dicom"}
        answer = httpx.post(
            f"{server.dicomweb}/studies", content=path.read_bytes(), headers=kind_header, timeout=60
        )
        assert answer.status_code in (200, 202), answer.text
    return found


@pytest.fixture
def http(server: RunningServer, made: dict[str, Dataset]) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=120) as client:
        yield client


def ask(http: httpx.Client, ds: Dataset, **more: str) -> httpx.Response:
    query = {
        "requestType": "WADO",
        "studyUID": ds.StudyInstanceUID,
        "seriesUID": ds.SeriesInstanceUID,
        "objectUID": ds.SOPInstanceUID,
        "anonymize": "yes",
    }
    return http.get("/wado", params=query | more)


def identities(ds: Dataset) -> set[bytes]:
    """Every value that tells who, where or which: names in parts, IDs, texts, and all UIDs of things."""
    found: set[str] = set()
    for element in ds.iterall():
        if element.VR == "UI" and element.value:
            values = element.value if element.VM > 1 else [element.value]
            found |= {str(one) for one in values if not str(one).startswith("1.2.840.10008.")}
        elif element.keyword in IDENTIFIES and element.value:
            values = element.value if element.VM > 1 else [element.value]
            found |= {part for one in values for part in str(one).split("=")}
        elif element.VR == "PN" and element.value:
            found |= set(str(element.value).split("="))
    kept = {word for word in found if len(word) > 3} - {str(ds.SOPClassUID)}
    return {word.encode("utf-8", "replace") for word in kept}


def errors_of(path: Path) -> set[str]:
    """What dciodvfy calls an error, without the values."""
    program = Path(sys.executable).with_name("dciodvfy")
    told = subprocess.run(
        [program, "-new", path], capture_output=True, text=True, errors="replace", timeout=60
    )
    lines = (told.stdout + told.stderr).splitlines()
    return {re.sub(r"= <[^>]*>|\"[^\"]*\"", "", line) for line in lines if line.startswith("Error")}


@pytest.mark.row("WEB-URI-01")
@pytest.mark.ps("3.15 E.2")
def test_nothing_identifies_and_the_object_is_no_worse(
    http: httpx.Client, made: dict[str, Dataset], tmp_path: Path
) -> None:
    wrong: dict[str, object] = {}
    given = 0
    for name, before in made.items():
        answer = ask(http, before)
        if answer.status_code == 406:
            told = answer.json()
            assert told["parameter"] == "anonymize", told
            assert REFUSED.search(told["detail"]), told
            continue
        assert answer.status_code == 200, (name, answer.text)
        assert answer.headers["content-type"] == "application/dicom"
        given += 1
        out = tmp_path / "out.dcm"
        out.write_bytes(answer.content)
        after = pydicom.dcmread(out)
        left = [word for word in identities(before) if word in answer.content]
        private = [str(element.tag) for element in after.iterall() if element.tag.is_private]
        marked = after.PatientIdentityRemoved == "YES" and after.DeidentificationMethodCodeSequence
        same_uid = after.file_meta.MediaStorageSOPInstanceUID == after.SOPInstanceUID
        worse = errors_of(out) - errors_of(shared_data() / "made" / name)
        if left or private or worse or not marked or not same_uid:
            wrong[name] = (left, private, worse, same_uid)
    nothing_wrong(wrong)
    assert given > len(made) // 2


@pytest.mark.row("WEB-URI-01")
@pytest.mark.ps("3.15 E.1.1")
@pytest.mark.parametrize("name", [CT, CR, MR])
def test_dcm2pnm_draws_the_same_picture(
    name: str, http: httpx.Client, made: dict[str, Dataset], tmp_path: Path
) -> None:
    out = tmp_path / "out.dcm"
    for more in ({}, {"transferSyntax": ELE}):
        out.write_bytes(ask(http, made[name], **more).content)
        for path in (shared_data() / "made" / name, out):
            dcmtk("dcm2pnm", "-O", "+Wm", path, tmp_path / f"{path.stem}.pnm")
        theirs = np.asarray(Image.open(tmp_path / f"{Path(name).stem}.pnm"))
        assert np.array_equal(np.asarray(Image.open(tmp_path / "out.pnm")), theirs)
        assert "[YES]" in dcmtk("dcmdump", "+P", "PatientIdentityRemoved", out)


@pytest.mark.row("WEB-URI-07")
@pytest.mark.ps("3.15 E.1.1")
def test_a_study_stays_together_in_every_form(http: httpx.Client, made: dict[str, Dataset]) -> None:
    forms = [{}, {"transferSyntax": ELE}, {"transferSyntax": JPEG_LS}, {"useOrig": "yes"}]
    came = [pydicom.dcmread(io.BytesIO(ask(http, made[CT], **more).content)) for more in forms]
    assert len({ds.SOPInstanceUID for ds in came}) == 1
    assert came[1].file_meta.TransferSyntaxUID == ELE
    assert came[2].file_meta.TransferSyntaxUID == JPEG_LS
    assert np.array_equal(came[0].pixel_array, came[2].pixel_array)
    state, base = (pydicom.dcmread(io.BytesIO(ask(http, made[name]).content)) for name in (STATE, BASE))
    (series,) = state.ReferencedSeriesSequence
    assert state.StudyInstanceUID == base.StudyInstanceUID
    assert base.SOPInstanceUID in {one.ReferencedSOPInstanceUID for one in series.ReferencedImageSequence}


@pytest.mark.row("WEB-URI-02")
@pytest.mark.ps("3.18 9.5.1.2")
def test_pictures_without_identity(http: httpx.Client, made: dict[str, Dataset]) -> None:
    plain = ask(http, made[CR], contentType="image/png")
    assert plain.status_code == 200
    same = ask(http, made[CR], contentType="image/png", anonymize="no")
    assert plain.content == same.content
    for parameter, value in (("annotation", "patient"), ("overlays", "yes")):
        refused = ask(http, made[CR], contentType="image/png", **{parameter: value})
        assert (refused.status_code, refused.json()["parameter"]) == (400, parameter)
    state = {
        "presentationSeriesUID": made[STATE].SeriesInstanceUID,
        "presentationUID": made[STATE].SOPInstanceUID,
    }
    refused = ask(http, made[BASE], contentType="image/png", **state)
    assert (refused.status_code, refused.json()["parameter"]) == (400, "presentationUID")


@pytest.mark.row("WEB-URI-09")
@pytest.mark.ps("3.15 E.3")
@pytest.mark.parametrize(
    ("name", "more", "parameter"),
    [
        (SR, {}, "anonymize"),
        (PDF, {}, "anonymize"),
        (VIDEO, {}, "anonymize"),
        (SR, {"contentType": "text/html"}, "contentType"),
        (VIDEO, {"contentType": "image/jpeg", "frameNumber": "1"}, "anonymize"),
        (CT, {"contentType": "text/html"}, "contentType"),
    ],
)
def test_what_cannot_be_made_safe_is_refused(
    name: str, more: dict[str, str], parameter: str, http: httpx.Client, made: dict[str, Dataset]
) -> None:
    answer = ask(http, made[name], **more)
    assert (answer.status_code, answer.json()["parameter"]) == (406, parameter), answer.text


@pytest.mark.row("WEB-URI-01")
@pytest.mark.ps("3.15 E.2")
def test_burned_in_annotation_decides(
    server: RunningServer, made: dict[str, Dataset], http: httpx.Client
) -> None:
    """The same image, said to show names, said to show none, and silent as a secondary capture."""
    path = shared_data() / "made" / CR
    for number, (said, sop_class, status) in enumerate(
        [("YES", "", 406), ("NO", "1.2.840.10008.5.1.4.1.1.7", 200), ("", "1.2.840.10008.5.1.4.1.1.7", 406)]
    ):
        ds = pydicom.dcmread(path)
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"2.25.5001{number}"
        ds.BurnedInAnnotation = said
        ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = sop_class or ds.SOPClassUID
        out = io.BytesIO()
        ds.save_as(out)
        http.post(
            "/dicom-web/studies", content=out.getvalue(), headers={"content-type": "application/dicom"}
        ).raise_for_status()
        assert ask(http, ds).status_code == status
        assert ask(http, ds, contentType="image/jpeg").status_code == status


def test_the_key_stays_with_the_installation(server: RunningServer, made: dict[str, Dataset]) -> None:
    key = server.data / "deidentification.key"
    assert len(key.read_bytes()) == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not list(server.data.glob(".deidentification*"))


@pytest.mark.row("LOG-01")
def test_who_was_given_what_is_in_the_event_log(
    server: RunningServer, http: httpx.Client, made: dict[str, Dataset]
) -> None:
    """One event for what was given and for what was refused; none for HEAD, 304 and what has its identity."""
    ct, sr = made[CT], made[SR]
    begun = datetime.now(UTC).isoformat(timespec="milliseconds")
    given = ask(http, ct)
    assert given.status_code == 200
    new_uid = pydicom.dcmread(io.BytesIO(given.content)).SOPInstanceUID
    assert ask(http, ct, contentType="image/png").status_code == 200
    assert ask(http, sr).status_code == 406
    assert ask(http, ct, anonymize="no").status_code == 200
    query = {"requestType": "WADO", "studyUID": ct.StudyInstanceUID, "seriesUID": ct.SeriesInstanceUID}
    query |= {"objectUID": ct.SOPInstanceUID, "anonymize": "yes"}
    assert (
        http.get("/wado", params=query, headers={"if-none-match": given.headers["etag"]}).status_code == 304
    )
    assert http.head("/wado", params=query).status_code == 200
    assert ask(http, ct, contentType="image/jpeg").status_code == 200  # the last: the log is written in order

    def events() -> list[dict[str, object]]:
        asked = {"kind": "WADO-URI", "limit": "50"}
        answer = httpx.get(f"{server.url}/api/log", params=asked, timeout=60).json()
        # Not by number: what was asked before this test may be written into the log during it.
        return [event for event in answer["events"] if event["at"] > begun]

    wait_until(lambda: len(events()) >= 4, 60.0, "the events are written")
    told = events()
    assert sorted((e["subject"], e["outcome"], e["facts"]["media_type"]) for e in told) == sorted(  # type: ignore[index]
        [(ct.SOPInstanceUID, "done", kind) for kind in ("application/dicom", "image/png", "image/jpeg")]
        + [(sr.SOPInstanceUID, "failed", "application/dicom")]
    )
    for event in told:
        assert event["peer"] == "anybody"
        assert event["address"] == "127.0.0.1"
        assert len(event["facts"]["studies"]) == 1  # type: ignore[index]
        assert "de-identified" in str(event["sentence"])
        assert new_uid not in str(event)
