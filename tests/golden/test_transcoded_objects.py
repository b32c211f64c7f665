"""Whole objects in other transfer syntaxes, read by dcmtk, gdcm, pydicom, Pillow and Orthanc."""

from __future__ import annotations

import io
import subprocess
import sys
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.encaps import generate_frames
from pydicom.pixels import pixel_array

from readingroom.dataset import write_file_meta
from readingroom.errors import Invalid, ReadingRoomError, Unsupported
from readingroom.exchange import read_file
from readingroom.model import StoredInstance
from readingroom.objects import transcoded
from readingroom.pixels import (
    PixelDescription,
    decode_frame,
    description_after,
    obstacle,
    to_rgb,
)
from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from tests.golden.test_decoded_frames import REFUSED, has_pixels, image_files
from tests.kit.images import description_of, frame_bytes, read_image
from tests.kit.orthanc import RunningOrthanc, running_orthanc
from tests.kit.shared_data import SHARED_DATA, shared_data

LITTLE, BIG, IMPLICIT = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
RLE = "1.2.840.10008.1.2.5"
PROCESS_14, SV1, JPEG_LS, J2K, HTJ2K, RPCL = (
    f"1.2.840.10008.1.2.4.{number}" for number in (57, 70, 80, 90, 201, 202)
)
NEAR, J2K_LOSSY, BASELINE = (f"1.2.840.10008.1.2.4.{number}" for number in (81, 91, 50))
DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")  # pydicom's, about what is odd in the files
LARGEST = 8_000_000
"""Bytes of all frames: larger objects are left to the tests of single frames."""


@cache
def chosen() -> list[str]:
    """One readable image of each kind: syntax, colour, depth, sign, planes, frames, odd width."""
    kinds: dict[object, str] = {}
    for name in image_files():
        if name in REFUSED or name.startswith(("malformed/", "made/hostile/")) or not has_pixels(name):
            continue
        with suppress(ReadingRoomError, AttributeError, ValueError, TypeError, EOFError):
            read_file(SHARED_DATA / name)
            d = description_of(read_image(SHARED_DATA / name))
            if d.decoded_bytes * d.number_of_frames > LARGEST or obstacle(d, LITTLE) or d.is_float:
                continue
            frames = min(2, d.number_of_frames)
            kinds.setdefault(replace(d, rows=1, columns=1 + d.columns % 2, number_of_frames=frames), name)
    return sorted(kinds.values())


def as_file(name: str, uid: str, folder: Path, quality: int = 90) -> Path:
    """The object in another syntax, as a Part 10 file."""
    path = SHARED_DATA / name
    stored = read_file(path)
    with path.open("rb") as file:
        made = transcoded(file, stored, uid, quality)
    with made.file as data:
        return written(stored, uid, data.read(), folder)


def written(stored: StoredInstance, uid: str, data: bytes, folder: Path) -> Path:
    meta = write_file_meta(
        stored.sop_class_uid,
        stored.ref.sop_instance_uid,
        uid,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
    )
    new = folder / f"{uid}.dcm"
    new.write_bytes(meta + data)
    return new


def truth(name: str, uid: str, number: int) -> np.ndarray:
    """The values the new form must give: those of the old (see test_decoded_frames.py)."""
    ds = read_image(SHARED_DATA / name)
    d = description_of(ds)
    data, bit = frame_bytes(ds, d, number)
    frame = decode_frame(data, d, bit_offset=bit)
    label = description_after(d, uid).photometric_interpretation
    if d.samples_per_pixel == 3 and label in ("RGB", "YBR_RCT", "YBR_ICT"):
        return to_rgb(frame, d.bits_stored)
    return frame.values


def by_dcmtk(path: Path, number: int) -> np.ndarray:
    plain = path.with_suffix(".plain")
    if not plain.exists():
        subprocess.run(["dcmdjpeg", "+cn", path, plain], check=True, capture_output=True)
    return by_pydicom(plain, number)


def by_pydicom(path: Path, number: int, **options: str) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = dcmread(path)
        if ds.get("NumberOfFrames") is not None and int(ds.NumberOfFrames) < 1:
            ds.NumberOfFrames = 1
        return pixel_array(ds, raw=True, index=number - 1, **options)


def by_gdcm(path: Path, number: int) -> np.ndarray:
    return by_pydicom(path, number, decoding_plugin="gdcm")


def by_pillow(path: Path, number: int) -> np.ndarray:
    frames = list(frames_in(path))
    return np.asarray(Image.open(io.BytesIO(frames[number - 1])))


def by_zlib(path: Path, number: int) -> np.ndarray:
    ds = dcmread(path)
    d = description_of(ds)
    data = zlib.decompress(list(frames_in(path))[number - 1], -15)
    return decode_frame(data, replace(d, transfer_syntax_uid=LITTLE)).values


def frames_in(path: Path) -> Iterator[bytes]:
    ds = dcmread(path)
    return generate_frames(ds.PixelData, number_of_frames=description_of(ds).number_of_frames)


READERS: dict[str, Callable[[Path, int], np.ndarray]] = {
    LITTLE: by_pydicom,
    IMPLICIT: by_pydicom,
    BIG: by_pydicom,
    DEFLATED: by_pydicom,
    RLE: by_pydicom,
    PROCESS_14: by_gdcm,
    SV1: by_dcmtk,
    JPEG_LS: by_pydicom,
    J2K: by_gdcm,
    HTJ2K: by_pillow,
    RPCL: by_pillow,
    DEFLATED_FRAMES: by_zlib,
}


def reader(uid: str, d: PixelDescription) -> Callable[[Path, int], np.ndarray]:
    """Who reads it; ourselves where nobody else can, which tests of single frames make good."""
    if d.bits_allocated == 1 and (uid == RLE or d.native_bits % 8):
        return by_ourselves  # pydicom reads no single bits there
    if uid in (HTJ2K, RPCL) and (d.is_signed or (d.samples_per_pixel == 3 and d.bits_allocated == 16)):
        return by_ourselves  # Pillow shifts the sign away and makes 8 bits of 16
    if uid == J2K and d.bits_allocated in (1, 32):
        return by_ourselves
    return READERS[uid]


@pytest.mark.parametrize("name", chosen())
def test_lossless_in_every_syntax(name: str, tmp_path: Path) -> None:
    shared_data()
    d = description_of(read_image(SHARED_DATA / name))
    for uid in READERS:
        if obstacle(d, uid) is not None:
            with pytest.raises(Unsupported):
                as_file(name, uid, tmp_path)
            continue
        path = as_file(name, uid, tmp_path)
        for number in sorted({1, d.number_of_frames}):
            expected = truth(name, uid, number)
            found = reader(uid, d)(path, number)
            assert found.shape == expected.shape, uid
            assert np.array_equal(found, expected), uid


def by_ourselves(path: Path, number: int) -> np.ndarray:
    ds = dcmread(path)
    d = description_of(ds)
    data, bit = frame_bytes(ds, d, number)
    return decode_frame(data, d, bit_offset=bit).values


@pytest.mark.ps("3.3 C.7.6.1.1.5")
@pytest.mark.parametrize(
    ("name", "uid", "method"),
    [
        ("transfer-syntaxes/wg04/CT1_UNC", NEAR, "ISO_14495_1"),
        ("transfer-syntaxes/wg04/CT1_UNC", J2K_LOSSY, "ISO_15444_1"),
        ("transfer-syntaxes/wg04/US1_UNC", BASELINE, "ISO_10918_1"),
        ("transfer-syntaxes/wg04/US1_UNC", J2K_LOSSY, "ISO_15444_1"),
        ("transfer-syntaxes/wg04/US1_UNC", NEAR, "ISO_14495_1"),
    ],
)
def test_loss_is_told(name: str, uid: str, method: str, tmp_path: Path) -> None:
    shared_data()
    path = as_file(name, uid, tmp_path, 80)
    ds, plain = dcmread(path), dcmread(SHARED_DATA / name)
    assert (ds.LossyImageCompression, ds.LossyImageCompressionMethod) == ("01", method)
    (frame,) = frames_in(path)
    assert ds.LossyImageCompressionRatio == pytest.approx(len(plain.PixelData) / len(frame), abs=0.02)
    assert ds.LossyImageCompressionRatio > 2
    back = transcoded_again(path, LITTLE, tmp_path)
    assert (back.LossyImageCompression, back.LossyImageCompressionMethod) == ("01", method)
    assert back.LossyImageCompressionRatio == ds.LossyImageCompressionRatio
    difference = np.abs(back.pixel_array.astype(float) - plain.pixel_array)
    assert 0 < difference.mean() < 5


def transcoded_again(path: Path, uid: str, folder: Path) -> Dataset:
    stored = read_file(path)
    with path.open("rb") as file:
        made = transcoded(file, stored, uid)
    with made.file as data:
        return dcmread(written(stored, uid, data.read(), folder))


def test_loss_a_file_keeps_silent_about_is_told(tmp_path: Path) -> None:
    """CT1_J2KI and a JPEG Baseline without the attributes: the codestream is enough."""
    for name, method in (
        (
            "transfer-syntaxes/ctimage/CTImage.dcm_JPEGProcess2_4TransferSyntax_1.2.840.10008.1.2.4.51.dcm",
            "ISO_10918_1",
        ),
        ("transfer-syntaxes/wg04/CT1_J2KI", "ISO_15444_1"),
        ("transfer-syntaxes/wg04/CT1_JLSN", "ISO_14495_1"),
    ):
        source = dcmread(shared_data() / name)
        for keyword in ("LossyImageCompression", "LossyImageCompressionMethod", "LossyImageCompressionRatio"):
            if keyword in source:
                delattr(source, keyword)
        source.save_as(tmp_path / "silent.dcm")
        ds = transcoded_again(tmp_path / "silent.dcm", LITTLE, tmp_path)
        assert (ds.LossyImageCompression, ds.LossyImageCompressionMethod) == ("01", method)
        assert ds.LossyImageCompressionRatio > 1.5


def test_lossless_forms_say_nothing_of_loss(tmp_path: Path) -> None:
    shared_data()
    for uid in (RLE, J2K, JPEG_LS, RPCL):
        ds = dcmread(as_file("transfer-syntaxes/wg04/CT1_UNC", uid, tmp_path))
        assert ds.get("LossyImageCompression", "00") == "00"
        assert "LossyImageCompressionMethod" not in ds
        assert ds["PixelData"].VR == "OB"


@pytest.mark.ps("3.3 C.7.6.3.1.8")
def test_extended_offset_table_where_32_bits_do_not_suffice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of 1000 bytes stands for 4 GiB; pydicom then reads by the Extended Offset Table."""
    monkeypatch.setattr("readingroom.objects.fragments._LARGEST_OFFSET", 1000)
    name = "objects/enhanced-mr/emri_small_jpeg_2k_lossless.dcm"
    shared_data()
    ds = dcmread(as_file(name, RLE, tmp_path))
    offsets = np.frombuffer(ds.ExtendedOffsetTable, "<u8")
    lengths = np.frombuffer(ds.ExtendedOffsetTableLengths, "<u8")
    assert len(offsets) == len(lengths) == 10
    assert np.array_equal(ds.pixel_array, dcmread(SHARED_DATA / name).pixel_array)


def test_overlays_in_unused_bits_survive_or_it_is_refused(tmp_path: Path) -> None:
    """PS3.5 8.1.2 as of 1993 to 2003: bits above Bits Stored hold an overlay."""
    source = dcmread(shared_data() / "transfer-syntaxes" / "pydicom-small" / "MR_small_RLE.dcm")
    cells = np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) % 4096 | 0x8000
    source.file_meta.TransferSyntaxUID = LITTLE
    source.BitsStored, source.HighBit, source.PixelRepresentation = 12, 11, 0
    source.PixelData = cells.astype("<u2").tobytes()
    source["PixelData"].VR, source["PixelData"].is_undefined_length = "OW", False
    source.add_new(0x60000010, "US", 64)
    source.add_new(0x60000011, "US", 64)
    source.add_new(0x60000100, "US", 16)
    source.add_new(0x60000102, "US", 15)
    source.save_as(tmp_path / "hidden.dcm")
    rle = transcoded_again(tmp_path / "hidden.dcm", RLE, tmp_path)
    assert (rle.BitsStored, rle.HighBit) == (12, 11)
    back = transcoded_again(tmp_path / f"{RLE}.dcm", LITTLE, tmp_path)
    assert back.PixelData == source.PixelData
    assert (back.BitsStored, back.HighBit) == (12, 11)
    with pytest.raises(Unsupported, match="unused bits"):
        transcoded_again(tmp_path / "hidden.dcm", J2K, tmp_path)


@pytest.mark.ps("3.5 8.1.1")
def test_single_bit_frames_share_bytes_again(tmp_path: Path) -> None:
    """Frames of 143 bits are bytes of their own in RLE, and follow each other without padding when native."""
    name = "made/secondary/single-bit.dcm"
    source = dcmread(shared_data() / name)
    as_file(name, RLE, tmp_path)
    back = transcoded_again(tmp_path / f"{RLE}.dcm", LITTLE, tmp_path)
    assert back.PixelData == source.PixelData


def test_missing_frames_are_not_made_up_for(tmp_path: Path) -> None:
    as_file("objects/enhanced-mr/emri_small_jpeg_2k_lossless.dcm", RLE, tmp_path)
    ds = dcmread(tmp_path / f"{RLE}.dcm")
    ds.NumberOfFrames = 12
    ds.save_as(tmp_path / "short.dcm")
    for uid in (LITTLE, J2K):
        with pytest.raises(Invalid, match="12 frames, 10 are there"):
            transcoded_again(tmp_path / "short.dcm", uid, tmp_path)


def test_what_has_no_pixels_has_no_compressed_form(tmp_path: Path) -> None:
    report = next(path for path in sorted((shared_data() / "objects" / "sr").rglob("*")) if path.is_file())
    with pytest.raises(Unsupported, match="without pixel data"):
        transcoded_again(report, RLE, tmp_path)


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningOrthanc]:
    with running_orthanc(tmp_path_factory.mktemp("orthanc")) as running:
        yield running


@pytest.mark.parametrize("uid", [RLE, SV1, PROCESS_14, JPEG_LS])
@pytest.mark.parametrize("name", ["CT1_UNC", "US1_UNC", "NM1_UNC"])
def test_orthanc_decompresses_what_we_compress(
    orthanc: RunningOrthanc, name: str, uid: str, tmp_path: Path
) -> None:
    path = as_file(f"transfer-syntaxes/wg04/{name}", uid, tmp_path)
    orthanc.clear()
    taken = orthanc.post("/instances", path.read_bytes())
    assert isinstance(taken, dict)
    plain = orthanc.post(f"/instances/{taken['ID']}/modify", {"Transcode": LITTLE, "Force": True})
    assert isinstance(plain, bytes)
    ds = dcmread(io.BytesIO(plain))
    assert ds.file_meta.TransferSyntaxUID == LITTLE
    original = dcmread(SHARED_DATA / "transfer-syntaxes" / "wg04" / name)
    assert np.array_equal(pixel_array(ds, raw=True), pixel_array(original, raw=True))


@pytest.mark.parametrize("uid", [RLE, SV1, JPEG_LS, J2K, RPCL, NEAR, J2K_LOSSY, LITTLE])
@pytest.mark.parametrize("name", ["ct-series", "objects/enhanced-mr/emri_small_jpeg_2k_lossless.dcm", "US1"])
def test_validators_find_nothing_new(name: str, uid: str, tmp_path: Path) -> None:
    """dciodvfy says of the new form what it says of the source, dcmdump reads it to its end."""
    if name == "ct-series":
        first = next(path for path in sorted((shared_data() / name).rglob("*.dcm")))
        name = first.relative_to(SHARED_DATA).as_posix()
    elif name == "US1":
        name = "transfer-syntaxes/wg04/US1_UNC"
    path = as_file(name, uid, tmp_path)
    subprocess.run(["dcmdump", "+E", path], check=True, capture_output=True)
    assert complaints(path) - complaints(shared_data() / name) == set()


def complaints(path: Path) -> set[str]:
    program = Path(sys.executable).with_name("dciodvfy")
    done = subprocess.run([program, path], capture_output=True, text=True, check=False)
    return {line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")}


def test_many_frames_in_little_memory(tmp_path: Path) -> None:
    """300 frames of 1 MiB, compressed and back, by a process that may allocate 150 MiB."""
    script = tmp_path / "rewrite.py"
    script.write_text(SCRIPT)
    done = subprocess.run([sys.executable, script, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


SCRIPT = """
import resource, sys
from pathlib import Path
import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from readingroom.exchange import read_file
from readingroom.objects import transcoded
from readingroom.dataset import write_file_meta
folder = Path(sys.argv[1])
LITTLE, TARGETS = "1.2.840.10008.1.2.1", ("1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1")
ds = Dataset()
ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7.3", "2.25.3"
ds.StudyInstanceUID, ds.SeriesInstanceUID = "2.25.1", "2.25.2"
ds.Rows = ds.Columns = 1024
ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
ds.NumberOfFrames = 300
ds.PixelData = bytes(range(256)) * 2
ds["PixelData"].VR = "OB"
ds.file_meta = FileMetaDataset()
ds.file_meta.TransferSyntaxUID = LITTLE
path = folder / "many.dcm"
ds.save_as(path, enforce_file_format=True)
head = path.read_bytes()[:-516]
with path.open("wb") as out:
    out.write(head + (300 << 20).to_bytes(4, "little"))
    frame = bytes(range(256)) * 4096
    for _ in range(300):
        out.write(frame)
with open("/proc/self/status") as status:
    data = next(int(line.split()[1]) for line in status if line.startswith("VmData")) << 10
resource.setrlimit(resource.RLIMIT_DATA, (data + (150 << 20),) * 2)
for uid in TARGETS:
    stored = read_file(path)
    with path.open("rb") as file:
        made = transcoded(file, stored, uid)
    path = folder / f"{uid}.dcm"
    with path.open("wb") as out, made.file as data:
        out.write(write_file_meta(stored.sop_class_uid, "2.25.3", uid,
                  implementation_class_uid="2.25.9", implementation_version_name="X"))
        while chunk := data.read(1 << 20):
            out.write(chunk)
assert (folder / f"{LITTLE}.dcm").stat().st_size > 300 << 20
"""
