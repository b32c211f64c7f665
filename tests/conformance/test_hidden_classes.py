"""The server's list of classes that viewers leave out (docs/settings.md): told, and still given."""

from __future__ import annotations

import io
from pathlib import Path

import httpx
import pydicom
import pytest

from readingroom.app import settings
from readingroom.errors import Invalid
from tests.kit.server import running_server
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

RAW, PDF = "1.2.840.10008.5.1.4.1.1.66", "1.2.840.10008.5.1.4.1.1.104.1"
pytestmark = pytest.mark.row("VIEW-DISP-10")


def test_hidden_classes_are_told_and_still_found_and_given(tmp_path: Path) -> None:
    """A hidden PDF is found by QIDO-RS, read as metadata, given whole and in the ZIP of its study."""
    ds = pydicom.dcmread(shared_data() / "made" / "documents" / "pdf-two-pages.dcm")
    hidden = {"READINGROOM__READING__HIDDEN_CLASSES": f"{PDF},{RAW}"}
    with running_server(tmp_path, "--accept-any-ae", "--no-login", settings=hidden) as server:
        store(server, [ds])
        with httpx.Client(base_url=server.url, timeout=60.0) as http:
            assert http.get("/api/session").json()["hidden_classes"] == [PDF, RAW]
            (series,) = http.get(f"/api/studies/{ds.StudyInstanceUID}").json()["series"]
            assert series["sop_class_uids"] == [PDF]
            path = f"/dicom-web/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances"
            (found,) = http.get(path).json()
            assert found["00080018"]["Value"] == [ds.SOPInstanceUID]
            (metadata,) = http.get(f"{path}/{ds.SOPInstanceUID}/metadata").json()
            assert metadata["00420010"]["Value"] == [ds.DocumentTitle]
            whole = http.get(f"{path}/{ds.SOPInstanceUID}", headers={"accept": "application/dicom"})
            given = pydicom.dcmread(io.BytesIO(whole.content))
            assert given.EncapsulatedDocument == ds.EncapsulatedDocument
            zipped = http.get(
                f"/dicom-web/studies/{ds.StudyInstanceUID}", headers={"accept": "application/zip"}
            )
            assert ds.EncapsulatedDocument in zipped.content


def test_raw_data_is_hidden_at_first_and_words_are_no_classes(tmp_path: Path) -> None:
    assert settings.load(tmp_path, environment={"PATH": "/bin"}).reading.hidden_classes == (RAW,)
    none = {"READINGROOM__READING__HIDDEN_CLASSES": ""}
    assert settings.load(tmp_path, environment=none).reading.hidden_classes == ()
    with pytest.raises(Invalid, match="'Raw Data'"):
        settings.load(tmp_path, environment={"READINGROOM__READING__HIDDEN_CLASSES": "Raw Data"})
