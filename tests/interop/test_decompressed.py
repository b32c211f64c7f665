"""Decompressed on the way out: who takes only plain syntaxes gets the pixels that pydicom sees."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info

from readingroom.standard.transfer_syntaxes import EXPLICIT_LE, IMPLICIT_LE
from tests.kit.compare import Part10, nothing_wrong
from tests.kit.network import Peer, identifier
from tests.kit.real_files import path_of, storable, waves
from tests.kit.server import RunningServer, running_server

LOSSY = {"4.50", "4.51", "4.53", "4.55", "4.81", "4.91", "4.93", "4.203"}
FOLDERS = ("transfer-syntaxes/", "pixel-formats/")
# pydicom's decoders here (Pillow, pyjpegls, pylibjpeg-rle) do not read these: no truth to compare with.
UNREADABLE = {"4.53", "4.55", "4.57", "4.70", "4.201", "4.202", "4.203"}


def short(uid: str) -> str:
    return uid.removeprefix("1.2.840.10008.1.2.")


def images() -> dict[str, Part10]:
    return {
        name: part
        for name, part in storable().items()
        if name.startswith(FOLDERS) and short(part.transfer_syntax_uid) not in UNREADABLE
    }


def as_file(part: Part10) -> bytes:
    """The Data Set as a file: pydicom's own File Meta Information before it."""
    meta = pydicom.dataset.FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.UID(part.transfer_syntax_uid)
    meta.MediaStorageSOPClassUID = pydicom.uid.UID(part.sop_class_uid)
    meta.MediaStorageSOPInstanceUID = pydicom.uid.UID(part.sop_instance_uid)
    out = DicomBytesIO()
    out.write(bytes(128) + b"DICM")
    write_file_meta_info(out, meta)
    return bytes(out.getvalue()) + part.dataset


def pixels(raw: bytes) -> NDArray[np.generic] | None:
    """As pydicom decodes them, in RGB where they are colour; None when it cannot."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(io.BytesIO(raw), force=True)
        try:
            return np.asarray(ds.pixel_array)
        except (RuntimeError, NotImplementedError, ValueError, AttributeError, KeyError):
            return None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("plain"), "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.mark.row("DIMSE-STORE-SCU-10")
@pytest.mark.ps("3.5 A.4")
def test_pixels_are_those_that_pydicom_sees(house: RunningServer) -> None:
    peer = Peer(house.dicom_port)
    wrong: dict[str, object] = {}
    compared = 0
    for number, wave in enumerate(waves(images())):
        assert set(peer.send(list(wave.values()))) == {0}
        form = (EXPLICIT_LE, IMPLICIT_LE)[number % 2]
        classes = sorted({part.sop_class_uid for part in wave.values()})
        uids = [part.sop_instance_uid for part in wave.values()]
        wanted = identifier("IMAGE", SOPInstanceUID=uids)  # type: ignore[arg-type]
        fetched = peer.get(wanted, [(uid, (form,)) for uid in classes])
        for name, part in wave.items():
            truth = pixels(path_of(name).read_bytes())
            if truth is None:
                continue
            came = fetched.objects.get(part.sop_instance_uid)
            if came is None:
                wrong[name] = "not delivered"
                continue
            compared += 1
            wrong |= {name: problem} if (problem := _difference(part, as_file(came), truth)) else {}
    assert compared > 100
    nothing_wrong(wrong)


def _difference(part: Part10, came: bytes, truth: NDArray[np.generic]) -> str:
    mine = pixels(came)
    if mine is None:
        return "pydicom cannot read what we sent"
    if mine.shape != truth.shape:
        return f"shape {mine.shape}, pydicom says {truth.shape}"
    far = int(np.abs(mine.astype(np.int64) - truth.astype(np.int64)).max(initial=0))
    allowed = 2 if short(part.transfer_syntax_uid) in LOSSY else 0
    return f"differs by up to {far}" if far > allowed else ""
