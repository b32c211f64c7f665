"""What the server of these tests holds: real files of ../shared/data, some given identities of their own."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import generate_uid

CT_HEAD = "ct-series/head-5mm"
MR_ADC = "mr-series/adc"
MR_SAGITTAL = "mr-series/t1-sagittal"
XA = "objects/xa/jpeg8bit.dcm"
CHEST = "pixel-formats/monochrome1/gdcm-CR-MONO1-10-chest.dcm"
DX_DOG = "objects/dx-cr/dx_image.dcm"
CT_IMAGES = "transfer-syntaxes/ctimage"
HTJ2K = "transfer-syntaxes/htj2k"
OBLIQUE = "made/mr-oblique"
WEDGE = "made/gsps/base-wedge.dcm"
VETERINARY = "made/veterinary"
NO_SPACING = "made/geometry/cr-no-spacing.dcm"
WITH_SPACING = "made/geometry/cr-pixelspacing.dcm"
JAPANESE = "made/charsets/iso-2022-ir-6-and-87.dcm"
KOREAN = "made/charsets/iso-2022-ir-6-and-149.dcm"
SCRIPT_TAGS = "made/hostile/script-tags.dcm"
NO_ROWS = "made/hostile/rows-0.dcm"
TOO_MANY_ROWS = "made/hostile/rows-65535-tiny-data.dcm"
WHOLE_J2K = "transfer-syntaxes/wg04/CT1_J2KR"
TINY = "made/charsets/iso-ir-6.dcm"

PAGED = 300
"""Tiny studies, so that the list has more than one page (the viewer asks for 100 at a time)."""


def files(data: Path, name: str) -> list[Path]:
    """The DICOM files of a folder of ../shared/data, or that one file; AssertionError when there are none."""
    where = data / name
    found = sorted(p for p in where.iterdir() if p.is_file()) if where.is_dir() else [where]
    assert found, f"{where} is empty"
    assert all(p.is_file() for p in found), f"{where} is missing"
    return found


def study_of(path: Path) -> str:
    """Study Instance UID of a file."""
    return str(pydicom.dcmread(path, stop_before_pixels=True, force=True).StudyInstanceUID)


def series_of(path: Path) -> str:
    """Series Instance UID of a file."""
    return str(pydicom.dcmread(path, stop_before_pixels=True, force=True).SeriesInstanceUID)


@dataclass
class Samples:
    """The prepared folder, and the studies made for these tests."""

    data: Path
    folder: Path
    syntaxes: dict[str, Path] = field(default_factory=dict)
    """Transfer Syntax UID to a file of its own study, pixels untouched."""
    paged: list[str] = field(default_factory=list)
    """Study Instance UIDs of the tiny studies, by their number."""
    half_broken: tuple[str, str, str] = ("", "", "")
    """A study, its series that can be drawn, its series that cannot."""

    def path(self, name: str) -> Path:
        """A file of ../shared/data."""
        return self.data / name

    def study(self, name: str) -> str:
        """Study Instance UID of a file or folder of ../shared/data."""
        return study_of(files(self.data, name)[0])


def prepare(data: Path, folder: Path) -> Samples:
    """Write what is made here below `folder`; `sources` names the rest."""
    samples = Samples(data, folder)
    for path in [*files(data, CT_IMAGES), *files(data, HTJ2K)]:
        out = folder / "syntaxes" / path.name
        samples.syntaxes[_alone(path, out)] = out
    samples.half_broken = _half_broken(data, folder / "half")
    for number in range(PAGED):
        samples.paged.append(_tiny(data / TINY, folder / "paged" / f"{number:03}.dcm", number))
    return samples


def sources(samples: Samples) -> list[Path]:
    """Everything to import."""
    names = [CT_HEAD, MR_ADC, MR_SAGITTAL, XA, CHEST, DX_DOG, OBLIQUE, WEDGE, VETERINARY, NO_SPACING]
    names += [JAPANESE, KOREAN, SCRIPT_TAGS, NO_ROWS, TOO_MANY_ROWS]
    return [samples.folder, *(samples.path(name) for name in names)]


def truth(path: Path) -> np.ndarray[Any, np.dtype[Any]]:
    """Stored values of the first frame as pydicom reads them; for JPEG that it cannot, as dcmtk does.

    HTJ2K in colour: by OpenJPEG, another codec than the browser's OpenJPH.
    """
    ds = pydicom.dcmread(path)
    syntax = str(ds.file_meta.TransferSyntaxUID)
    if syntax in _BY_DCMTK:
        plain = path.with_suffix(".plain")
        if not plain.exists():
            subprocess.run(["/usr/bin/dcmdjpeg", str(path), str(plain)], check=True, timeout=60)
        ds = pydicom.dcmread(plain)
    elif syntax in _BY_OPENJPEG:
        import imagecodecs

        first = next(generate_frames(ds.PixelData, number_of_frames=1))
        return np.asarray(imagecodecs.jpeg2k_decode(first))
    pixels = ds.pixel_array
    return pixels[0] if int(ds.get("NumberOfFrames") or 1) > 1 else pixels


_BY_DCMTK = {f"1.2.840.10008.1.2.4.{n}" for n in (51, 53, 55, 57, 70)}
_BY_OPENJPEG = {f"1.2.840.10008.1.2.4.{n}" for n in (201, 202, 203)}


def _alone(path: Path, out: Path) -> str:
    """A copy that is a study of its own; its Transfer Syntax UID. Pixel data stay as they are."""
    out.parent.mkdir(parents=True, exist_ok=True)
    ds = pydicom.dcmread(path)
    _identify(ds, path.name)
    if "Modality" not in ds:
        ds.Modality = "OT"
    ds.PatientID = "SYNTAX"
    ds.StudyDescription = str(ds.file_meta.TransferSyntaxUID.name)[:64]
    ds.save_as(out, enforce_file_format=True)
    return str(ds.file_meta.TransferSyntaxUID)


def _identify(ds: Dataset, what: str) -> None:
    ds.StudyInstanceUID = generate_uid(entropy_srcs=[what, "study"])
    ds.SeriesInstanceUID = generate_uid(entropy_srcs=[what, "series"])
    ds.SOPInstanceUID = generate_uid(entropy_srcs=[what, "instance"])
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID


def _half_broken(data: Path, folder: Path) -> tuple[str, str, str]:
    folder.mkdir(parents=True)
    good = pydicom.dcmread(files(data, CT_HEAD)[0])
    _identify(good, "half-good")
    good.PatientName, good.PatientID, good.SeriesNumber = "HALF^BROKEN", "HALF", 1
    good.save_as(folder / "good.dcm", enforce_file_format=True)
    bad = pydicom.dcmread(data / WHOLE_J2K)
    codestream = next(generate_frames(bad.PixelData, number_of_frames=1))
    bad.PixelData = encapsulate([codestream[:90]])
    _identify(bad, "half-bad")
    bad.PatientName, bad.PatientID, bad.SeriesNumber = good.PatientName, good.PatientID, 2
    bad.StudyInstanceUID = good.StudyInstanceUID
    bad.save_as(folder / "bad.dcm", enforce_file_format=True)
    return str(good.StudyInstanceUID), str(good.SeriesInstanceUID), str(bad.SeriesInstanceUID)


def _tiny(path: Path, out: Path, number: int) -> str:
    """Study `number` of the many: every column of the list has a value that sorts in another order."""
    out.parent.mkdir(parents=True, exist_ok=True)
    ds = pydicom.dcmread(path)
    _identify(ds, f"paged-{number}")
    ds.PatientName = f"Paging^Study {number:03}"
    ds.PatientID = f"PAGED{(number * 7) % PAGED:03}"
    ds.StudyDate = f"20{10 + number // 25:02}{1 + number // 25 % 12:02}{1 + number % 25:02}"
    ds.StudyTime = "120000"
    ds.AccessionNumber = f"ACC{(number * 11) % PAGED:03}"
    ds.StudyDescription = f"one of many {(number * 13) % PAGED:03}"
    ds.PatientBirthDate = "19610203"
    ds.save_as(out, enforce_file_format=True)
    return str(ds.StudyInstanceUID)


def copy_as_new_study(path: Path, out: Path, name: str) -> str:
    """A copy under new UIDs and another patient's name, to be sent; its Study Instance UID."""
    ds = pydicom.dcmread(path)
    _identify(ds, f"{name} {out}")
    ds.PatientName = name
    ds.save_as(out, enforce_file_format=True)
    return str(ds.StudyInstanceUID)


def copied(path: Path, out: Path) -> Path:
    """A copy that may be written beside."""
    out.parent.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(path, out))
