"""Our pictures beside dcmtk's: the same window, the same frame, no overlay, within one grey level."""

from __future__ import annotations

import subprocess
import warnings
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from readingroom.model import Attributes
from readingroom.pixels import Frame, PixelDescription, decode_frame
from readingroom.render import (
    Presentation,
    VoiFunction,
    Window,
    modality_transform,
    picture_size,
    render,
    stored_windows,
)
from tests.golden.test_decoded_frames import HTJ2K, REFUSED, SAME_AS, has_pixels, image_files
from tests.kit.images import attributes_of, description_of, frame_bytes, read_image
from tests.kit.shared_data import SHARED_DATA, shared_data

LOSSY_JPEG = {f"1.2.840.10008.1.2.4.{process}" for process in (50, 51, 53, 55)}
BY_DCMJ2PNM = LOSSY_JPEG | {"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"}
BY_DCML2PNM = {"1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"}
BY_DCM2PNM = {
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.5",
}
DECOMPRESSED = {f"1.2.840.10008.1.2.4.{number}" for number in (90, 91)}
"""dcmtk has no decoder for them: it draws what pydicom decompressed."""
VIDEO_REASON = "dcmtk has no decoder; frames are compared elsewhere: tests/unit/pixels/test_video_frames.py"
VOI_LUT, PADDING, MODALITY_LUT = 0x00283010, 0x00280120, 0x00283000
NOT_DRAWN = dict.fromkeys(REFUSED, "no image for us: test_decoded_frames.py") | {
    "made/hostile/rescale-slope-0.dcm": "we take a slope of 0 for 1",
    "made/hostile/frames-claimed-2147483647.dcm": "dcmtk believes the claim",
    "made/seg/parametric-map-float.dcm": "dcmtk draws no float pixels: test_modules_of_pictures.py",
    "malformed/TOSHIBA_J2K_SIZ1_PixRep0.dcm": "we believe the codestream, gdcm the header",
    "objects/nm/NM-NmIm-Siemens-s1-1.dcm": "its Pixel Data is empty",
    "pixel-formats/color/SC_rgb_32bit.dcm": "dcmtk wants OW for 32 bits: test_modules_of_pictures.py",
    "pixel-formats/float/parametric_map_double_float.dcm": "dcmtk draws no float pixels",
    "pixel-formats/float/parametric_map_float.dcm": "dcmtk draws no float pixels",
    "pixel-formats/palette/gdcm-US-ALOKA-16.dcm": "dcmtk knows no segmented palettes",
    "transfer-syntaxes/jpegls/JLSL_08_07_0_1F.dcm": "dcmtk's decoder refuses its 7 bits",
    "transfer-syntaxes/pydicom-small/SC_rgb_jpeg.dcm": "dcmtk cannot read the file",
    "made/video/h264-counter.dcm": VIDEO_REASON,
    "made/video/hevc-counter.dcm": VIDEO_REASON,
    "made/video/mpeg2-counter.dcm": VIDEO_REASON,
    "video/h264-bd-4.1.dcm": VIDEO_REASON,
    "video/h264-high-4.1.dcm": VIDEO_REASON,
    "video/hevc-main-5.1.dcm": VIDEO_REASON,
    "video/mpeg2-mp-hl.dcm": VIDEO_REASON,
    "video/mpeg2-mp-ml.dcm": VIDEO_REASON,
}
"""Every image of ../shared/data that is not compared here, with the reason."""


def files() -> list[str]:
    """Every image of ../shared/data."""
    return [name for name in image_files() if has_pixels(name)]


@cache
def firsts() -> frozenset[str]:
    """Those drawn with several windows: all but what follows the third of a series."""
    chosen, per_folder = [], Counter[Path]()
    for name in files():
        folder = (SHARED_DATA / name).parent
        per_folder[folder] += 1
        is_alike = "series" in str(folder) or "dicomdir" in name or "made" in name
        if per_folder[folder] <= 3 or not is_alike or folder.name in ("hostile", "secondary", "visible"):
            chosen.append(name)
    return frozenset(chosen)


def opened(name: str) -> tuple[Frame, PixelDescription, Attributes]:
    """The first frame."""
    ds = read_image(SHARED_DATA / name)
    d = description_of(ds)
    data, bit = frame_bytes(ds, d, 1)
    return decode_frame(data, d, bit_offset=bit), d, attributes_of(ds)


def for_dcmtk(name: str, d: PixelDescription, folder: Path) -> tuple[str, Path]:
    """The program that draws a file, and the file: a decompressed one where none has the decoder."""
    uid, path = d.transfer_syntax_uid, SHARED_DATA / SAME_AS.get(name, name)
    if uid in BY_DCM2PNM or name in SAME_AS:
        return "dcm2pnm", path
    if uid in BY_DCMJ2PNM | BY_DCML2PNM:
        return "dcmj2pnm" if uid in BY_DCMJ2PNM else "dcml2pnm", path
    plain = folder / "plain.dcm"
    if not plain.exists():
        ds = read_image(path)
        if uid in HTJ2K:
            ds.PixelData = np.asarray(Image.open(BytesIO(frame_bytes(ds, d, 1)[0]))).tobytes()
            ds["PixelData"].is_undefined_length = False
            ds.PhotometricInterpretation, ds.PlanarConfiguration = "RGB", 0
            ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
        else:
            assert uid in DECOMPRESSED, uid
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ds.decompress(as_rgb=False)
        ds.save_as(plain)
    return "dcm2pnm", plain


def drawn_by_dcmtk(name: str, d: PixelDescription, options: list[str], folder: Path) -> np.ndarray | None:
    """What dcm2pnm and its sisters make of frame 1; None when they refuse."""
    tool, path = for_dcmtk(name, d, folder)
    out = folder / "drawn.pnm"
    done = subprocess.run([tool, "-O", "+F", "1", *options, path, out], capture_output=True, check=False)
    return np.asarray(Image.open(out)) if done.returncode == 0 else None


def tolerance(frame: Frame, d: PixelDescription, attributes: Attributes, window: Window | None) -> int:
    """One grey level, and what dcmtk's own rounding adds.

    It rounds modality values to whole numbers, which a narrow window over a fractional slope magnifies;
    its IJG codec is one off ours in lossy samples; its YBR to RGB rounds the other way.
    """
    if frame.values.ndim == 3:
        return 1 if frame.photometric_interpretation == "RGB" else 2
    ends = modality_transform(attributes, d).apply(np.array([0, 1, 2], d.cell))
    step = 0.0
    if d.transfer_syntax_uid in LOSSY_JPEG:
        step = abs(float(ends[1] - ends[0]))
    elif np.any(ends != np.rint(ends)):
        step = 1.0
    return 1 + (int(np.ceil(step * 255 / window.width)) if window else int(step > 0))


def demands(
    frame: Frame, d: PixelDescription, attributes: Attributes
) -> list[tuple[list[str], Presentation]]:
    if frame.values.ndim == 3 or frame.photometric_interpretation == "PALETTE COLOR":
        return [([], Presentation(keeps_aspect=False))]
    stored = stored_windows(attributes)
    asked = [
        (["+Ww", "60", "350"], Window(60, 350)),
        (["+Ww", "300", "1200.5"], Window(300, 1200.5)),
        (["+Ww", "60", "350", "+Wfs"], Window(60, 350, VoiFunction.SIGMOID)),
        *((["+Wi", "1"], window) for window in stored[:1]),
    ]
    chosen = [(options, Presentation(window=window, keeps_aspect=False)) for options, window in asked]
    voi_lut = attributes.get(VOI_LUT)
    if voi_lut is not None and voi_lut.values and voi_lut.values[0][0x00283006].values:
        chosen.append((["+Wl", "1"], Presentation(keeps_aspect=False)))
    elif not stored and d.number_of_frames == 1 and PADDING not in attributes:
        is_plain = np.array_equal(modality_transform(attributes, d).apply(np.arange(3)), np.arange(3))
        screen = d.bits_stored <= 8 and not d.is_signed and is_plain
        if d.bits_stored > 1:  # dcmtk draws a single bit as 0 and 127
            chosen.append((["-W"] if screen else ["+Wm"], Presentation(keeps_aspect=False)))
    return chosen


@pytest.mark.row("VIEW-DISP-02")
@pytest.mark.ps("3.4 N.2")
@pytest.mark.parametrize("name", files())
def test_within_one_grey_level_of_dcmtk(name: str, tmp_path: Path) -> None:
    if name in NOT_DRAWN:
        return
    frame, d, attributes = opened(name)
    asked = demands(frame, d, attributes)
    compared = 0
    for options, presentation in asked if name in firsts() else asked[:1]:
        drawn = drawn_by_dcmtk(name, d, ["-a", *options], tmp_path)
        if drawn is None:
            continue
        compared += 1
        pixels = render(frame, d, attributes, presentation).pixels
        assert pixels.shape == drawn.shape
        overshoot = (
            frame.photometric_interpretation.startswith("MONO")
            and d.bits_stored == 10
            and d.transfer_syntax_uid in LOSSY_JPEG
        )
        difference = np.abs(pixels.astype(int) - drawn)
        allowed = tolerance(frame, d, attributes, presentation.window)
        # RG3_JPLY: 8 samples overshoot Bits Stored; dcmtk lets them wrap, we clip.
        assert np.count_nonzero(difference > allowed) <= (8 if overshoot else 0), (
            options,
            int(difference.max()),
            allowed,
        )
    assert compared, "dcmtk draws it in no way"


def test_exceptions_are_files() -> None:
    shared_data()
    assert not set(NOT_DRAWN) - set(files())


def test_enough_kinds_are_compared(tmp_path: Path) -> None:
    """So that a dcmtk that refuses everything cannot make the test above pass."""
    shared_data()
    wanted = {
        "MONOCHROME2 signed 16": 20,
        "MONOCHROME2 unsigned 16": 20,
        "MONOCHROME2 unsigned 8": 10,
        "MONOCHROME2 unsigned 1": 2,
        "MONOCHROME1 unsigned 16": 2,
        "RGB unsigned 8": 5,
        "RGB unsigned 16": 2,
        "PALETTE COLOR unsigned 8": 3,
        "YBR_FULL unsigned 8": 2,
        "YBR_FULL_422 unsigned 8": 3,
    }
    for name in files():
        if name in NOT_DRAWN or not any(wanted.values()):
            continue
        frame, d, attributes = opened(name)
        kind = f"{d.photometric_interpretation} {'signed' if d.is_signed else 'unsigned'} {d.bits_allocated}"
        options = demands(frame, d, attributes)[0][0]
        if wanted.get(kind) and drawn_by_dcmtk(name, d, ["-a", *options], tmp_path) is not None:
            wanted[kind] -= 1
    assert not any(wanted.values()), wanted


@pytest.mark.parametrize("name", ["pixel-formats/luts/vlut_04.dcm", "pixel-formats/luts/mlut_18.dcm"])
def test_the_lut_files_are_among_them(name: str) -> None:
    shared_data()
    attributes = opened(name)[2]
    assert VOI_LUT in attributes or MODALITY_LUT in attributes


@pytest.mark.parametrize("width", [300, 57])
def test_sizes_with_pixel_aspect_as_dcmtk(width: int, tmp_path: Path) -> None:
    """dcmtk scales to a width and derives the height from the shape of the pixels."""
    shared_data()
    for name in ("made/geometry/cr-anisotropic.dcm", "transfer-syntaxes/wg04/CT1_UNC"):
        _, d, attributes = opened(name)
        drawn = drawn_by_dcmtk(name, d, ["+a", "+Sxv", str(width), "+Wm"], tmp_path)
        assert drawn is not None
        ours = picture_size(d, attributes, Presentation(viewport=(width, 10000)))
        assert ours[0] == width
        assert abs(ours[1] - drawn.shape[0]) <= 1
