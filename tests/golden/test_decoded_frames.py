"""Every image of ../shared/data, decoded by us and by somebody else."""

from __future__ import annotations

import csv
import subprocess
import warnings
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom import Dataset, dcmread
from pydicom.pixels import pixel_array

from readingroom.errors import Invalid, ReadingRoomError, Unsupported
from readingroom.pixels import Frame, decode_frame
from tests.kit.images import description_of, frame_bytes, read_image
from tests.kit.shared_data import SHARED_DATA, shared_data

NO_IMAGES = {".csv", ".md", ".png", ".txt", ".json"}
JPEG_BY_DCMTK = {
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.53",
    "1.2.840.10008.1.2.4.55",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
}
JPEG_LS = {"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"}
PLAIN_BY_DCMTK = {
    **dict.fromkeys(JPEG_BY_DCMTK, ("dcmdjpeg", "+cn")),
    **dict.fromkeys(JPEG_LS, ("dcmdjpls",)),
    "1.2.840.10008.1.2.5": ("dcmdrle",),
}
"""The program that decompresses a syntax; the others are pydicom's: gdcm, Pillow, pylibjpeg-rle."""
BY_PYDICOM = {
    "transfer-syntaxes/jpegls/JLSL_08_07_0_1F.dcm": "dcmdjpls refuses its 7 bits",
}
HTJ2K = {"1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.203"}
VIDEO = {f"1.2.840.10008.1.2.4.{number}" for number in (100, 101, 102, 103, 107)}

REFUSED = {
    "malformed/JPEG2000-embedded-sequence-delimiter.dcm": "an item delimiter overwrites the image size",
    "malformed/MR_truncated.dcm": "62 bytes are missing",
    "malformed/dwv-test_no-number-rows.dcm": "no Rows",
    "malformed/meta_missing_tsyntax.dcm": "no Bits Allocated",
    "malformed/nested_priv_SQ.dcm": "no Bits Allocated",
    "made/hostile/rows-0.dcm": "no rows",
    "made/hostile/rows-65535-tiny-data.dcm": "4 GiB claimed",
}
NOT_COMPARED = {
    "malformed/TOSHIBA_J2K_SIZ1_PixRep0.dcm": "we believe the signed codestream: test_jpeg_2000_frames.py",
    "malformed/badVR.dcm": "pydicom cannot read its Number of Frames 1A",
    "made/hostile/frames-claimed-2147483647.dcm": "pydicom wants 512 GiB: test_pixel_description.py",
    "made/secondary/single-bit.dcm": "pydicom cannot cut its frames of 143 bits: see below",
    "objects/nm/NM-NmIm-Siemens-s1-1.dcm": "its Pixel Data is empty",
    "transfer-syntaxes/pydicom-small/GDCMJ2K_TextGBR.dcm": "Pillow cannot read its boxes: see below",
}
SAME_AS = {
    "objects/seg/liver_deflate.dcm": "objects/seg/liver.dcm",
    "objects/seg/liver_rle.dcm": "objects/seg/liver.dcm",
    "objects/seg/liver_nonbyte_aligned_rle.dcm": "objects/seg/liver_nonbyte_aligned.dcm",
}
CLIPPED_BY_US = {"transfer-syntaxes/wg04/RG3_JPLY": 8}
"""Samples that overshoot Bits Stored: dcmtk lets them wrap around."""


def image_files() -> list[str]:
    """Every file that may hold an image, relative to the folder; none when the folder is absent."""
    files = (path for path in sorted(SHARED_DATA.rglob("*")) if path.is_file())
    return [path.relative_to(SHARED_DATA).as_posix() for path in files if path.suffix not in NO_IMAGES]


@cache
def has_pixels(name: str) -> bool:
    try:
        ds = read_image(SHARED_DATA / name)
    except Exception:  # noqa: BLE001, what pydicom cannot read is for the dataset room's tests
        return False
    return any(keyword in ds for keyword in ("PixelData", "FloatPixelData", "DoubleFloatPixelData"))


def decoded(ds: Dataset, number: int = 1) -> Frame:
    d = description_of(ds)
    data, bit = frame_bytes(ds, d, number)
    return decode_frame(data, d, bit_offset=bit)


def some_frames(ds: Dataset) -> list[int]:
    """The first, a middle and the last frame."""
    count = description_of(ds).number_of_frames
    return sorted({1, (count + 1) // 2, count})


def expected(name: str, ds: Dataset, number: int, folder: Path) -> np.ndarray:
    """Stored values by an independent program, in the colour space of the codestream."""
    uid = description_of(ds).transfer_syntax_uid
    if name in SAME_AS:
        return dcmread(SHARED_DATA / SAME_AS[name]).pixel_array[number - 1]
    if uid in HTJ2K:
        return np.asarray(Image.open(BytesIO(frame_bytes(ds, description_of(ds), number)[0])))
    source: Dataset = ds
    if uid in PLAIN_BY_DCMTK and name not in BY_PYDICOM:
        plain = folder / "plain.dcm"
        if not plain.exists():
            command = [*PLAIN_BY_DCMTK[uid], SHARED_DATA / name, plain]
            subprocess.run(command, check=True, capture_output=True)
        source = read_image(plain)
    if "TransferSyntaxUID" not in getattr(source, "file_meta", {}):
        source.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pixel_array(source, raw=True, index=number - 1)


def test_the_data_is_there_in_ci() -> None:
    assert len([name for name in image_files() if has_pixels(name)]) > 500, shared_data()


def test_every_image_of_the_list_is_compared() -> None:
    with (shared_data() / "MANIFEST.csv").open(newline="", encoding="utf-8") as table:
        listed = {row["path"] for row in csv.DictReader(table) if row["rows"].isdigit() and row["frames"]}
    known = {name for name in image_files() if has_pixels(name)}
    assert len(listed) > 400
    assert listed - known == {"objects/mr-spectroscopy/IM-0001-0002.dcm"}  # spectra, no pixels
    assert not {*REFUSED, *NOT_COMPARED, *SAME_AS, *CLIPPED_BY_US, *BY_PYDICOM} - known


@pytest.mark.row("VIEW-DISP-02")
@pytest.mark.ps("3.5 A.4")
@pytest.mark.parametrize("name", [name for name in image_files() if has_pixels(name)])
def test_as_somebody_else_decodes_it(name: str, tmp_path: Path) -> None:
    ds = read_image(SHARED_DATA / name)
    if name in REFUSED:
        with pytest.raises(Invalid):
            decoded(ds)
        return
    if description_of(ds).transfer_syntax_uid in VIDEO:
        with pytest.raises(Unsupported):
            decoded(ds)
        return
    if name in NOT_COMPARED:
        return
    for number in some_frames(ds):
        values = decoded(ds, number).values
        truth = expected(name, ds, number, tmp_path)
        assert values.dtype.kind == truth.dtype.kind
        assert values.shape == truth.shape
        different = np.count_nonzero(values != truth) - np.count_nonzero(np.isnan(values) & np.isnan(truth))
        assert different == CLIPPED_BY_US.get(name, 0)


@pytest.mark.parametrize(
    ("image", "lossless", "lossy"),
    [
        ("CT1", ("JLSL", "JPLL", "J2KR", "RLE"), {"J2KI": 30.0}),
        ("NM1", ("JLSL", "JPLL", "J2KR", "RLE"), {"J2KI": 5.0, "JPLY": 3.0}),
        ("US1", ("J2KR", "RLE"), {"J2KI": 2.0}),
        ("VL1", ("J2KR", "RLE"), {"J2KI": 2.0}),
    ],
)
def test_wg04_against_its_uncompressed_truth(
    image: str, lossless: tuple[str, ...], lossy: dict[str, float]
) -> None:
    """NEMA WG04: lossless is exact; lossy keeps the mean error its encoder made (bound stated per file)."""
    folder = shared_data() / "transfer-syntaxes" / "wg04"
    truth = decoded(read_image(folder / f"{image}_UNC")).values
    for code in lossless:
        assert np.array_equal(decoded(read_image(folder / f"{image}_{code}")).values, truth), code
    for code, bound in lossy.items():
        values = decoded(read_image(folder / f"{image}_{code}")).values
        assert 0 < np.abs(values.astype(int) - truth).mean() <= bound, code


@pytest.mark.parametrize("image", ["CT1", "NM1"])
def test_near_lossless_stays_within_its_own_promise(image: str) -> None:
    """T.87: no sample is further off than NEAR, which the scan header states."""
    folder = shared_data() / "transfer-syntaxes" / "wg04"
    ds = read_image(folder / f"{image}_JLSN")
    data, _ = frame_bytes(ds, description_of(ds), 1)
    near = data[data.find(b"\xff\xda") + 7]
    truth = decoded(read_image(folder / f"{image}_UNC")).values
    assert np.abs(decoded(ds).values.astype(int) - truth).max() == near > 0


def test_one_ct_in_every_classic_syntax() -> None:
    folder = shared_data() / "transfer-syntaxes" / "ctimage"
    truth = read_image(folder / "CTImage.dcm").pixel_array
    names = [
        "BigEndianExplicit",
        "DeflatedExplicitVRLittleEndian",
        "JPEG2000LosslessOnly",
        "JPEGLSLossless",
        "JPEGProcess14SV1",
        "JPEGProcess14",
        "LittleEndianExplicit",
        "LittleEndianImplicit",
        "RLELossless",
    ]
    for name in names:
        (path,) = folder.glob(f"CTImage.dcm_{name}TransferSyntax_*")
        assert np.array_equal(decoded(read_image(path)).values, truth), name


def test_single_bit_frames_of_143_bits() -> None:
    """Cut here by hand: all bits in a row, the lowest of each byte first (PS3.5 8.1.1)."""
    ds = read_image(shared_data() / "made" / "secondary" / "single-bit.dcm")
    bits = "".join(f"{byte:08b}"[::-1] for byte in ds.PixelData)
    pixels = ds.Rows * ds.Columns
    assert pixels % 8
    for number in range(1, int(ds.NumberOfFrames) + 1):
        frame = "".join(str(bit) for bit in decoded(ds, number).values.reshape(-1))
        assert frame == bits[(number - 1) * pixels : number * pixels]


def test_the_word_red_is_red() -> None:
    """GDCMJ2K_TextGBR.dcm, in JP2 boxes: the words red, green and blue in their colours."""
    ds = read_image(shared_data() / "transfer-syntaxes" / "pydicom-small" / "GDCMJ2K_TextGBR.dcm")
    frame = decoded(ds)
    assert frame.photometric_interpretation == "RGB"
    for row, colour in ((80, (255, 0, 0)), (180, (0, 255, 0)), (280, (0, 0, 255))):
        band = frame.values[row - 20 : row + 20].reshape(-1, 3)
        assert np.count_nonzero((np.abs(band.astype(int) - colour) <= 2).all(axis=1)) > 500


@pytest.mark.parametrize(
    "name", [name for name in image_files() if name.startswith(("malformed/", "made/hostile/"))]
)
def test_malformed_files_give_defined_errors_only(name: str) -> None:
    if not has_pixels(name):
        return
    ds = read_image(SHARED_DATA / name)
    with suppress(ReadingRoomError):
        assert description_of(ds).decoded_bytes <= 512 << 20
        decoded(ds)
