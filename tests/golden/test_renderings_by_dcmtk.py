"""Our pictures beside dcmtk's: the same window, the same frame, no overlay, within one grey level."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from readingroom.errors import ReadingRoomError
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
from tests.kit.images import attributes_of, description_of, frame_bytes, read_image
from tests.kit.shared_data import SHARED_DATA, shared_data

LOSSY_JPEG = {f"1.2.840.10008.1.2.4.{process}" for process in (50, 51, 53, 55)}
BY_DCMJ2PNM = LOSSY_JPEG | {"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"}
BY_DCM2PNM = {
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.5",
}
VOI_LUT, PADDING, MODALITY_LUT = 0x00283010, 0x00280120, 0x00283000
OUTSIDE = {
    "made/hostile/rescale-slope-0.dcm": "we take a slope of 0 for 1",
    "made/hostile/frames-claimed-2147483647.dcm": "dcmtk believes the claim",
    "malformed/badVR.dcm": "1A frames",
}


def files() -> list[str]:
    """Real and made images dcmtk can draw: all outside of the long series, some of those."""
    chosen = []
    per_folder: dict[Path, int] = {}
    for path in sorted(SHARED_DATA.rglob("*")):
        if not path.is_file() or path.suffix in (".csv", ".md", ".png", ".txt", ".json", ".PNG"):
            continue
        per_folder[path.parent] = per_folder.get(path.parent, 0) + 1
        if "dicomdir" in path.parts or ("series" in str(path.parent) and per_folder[path.parent] > 3):
            continue
        if (
            "made" in path.parts
            and path.parent.name not in ("hostile", "mammo", "secondary", "visible")
            and per_folder[path.parent] > 2
        ):
            continue
        chosen.append(path.relative_to(SHARED_DATA).as_posix())
    return chosen


def opened(name: str) -> tuple[Frame, PixelDescription, Attributes] | None:
    """The first frame, or None where this is no image dcmtk and we both read."""
    try:
        ds = read_image(SHARED_DATA / name)
        if name in OUTSIDE or "PixelData" not in ds or not ds.PixelData:
            return None
        d = description_of(ds)
        if d.transfer_syntax_uid not in BY_DCM2PNM | BY_DCMJ2PNM:
            return None
        data, bit = frame_bytes(ds, d, 1)
        return decode_frame(data, d, bit_offset=bit), d, attributes_of(ds)
    except (ReadingRoomError, AttributeError, ValueError, TypeError, EOFError):
        return None


def drawn_by_dcmtk(name: str, d: PixelDescription, options: list[str], folder: Path) -> np.ndarray | None:
    """What dcm2pnm or dcmj2pnm makes of frame 1; None when it refuses."""
    tool = "dcmj2pnm" if d.transfer_syntax_uid in BY_DCMJ2PNM else "dcm2pnm"
    out = folder / "drawn.pnm"
    done = subprocess.run(
        [tool, "-O", "+F", "1", *options, SHARED_DATA / name, out], capture_output=True, check=False
    )
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


@pytest.mark.parametrize("name", files())
def test_within_one_grey_level_of_dcmtk(name: str, tmp_path: Path) -> None:
    image = opened(name)
    if image is None:
        return
    frame, d, attributes = image
    for options, presentation in demands(frame, d, attributes):
        drawn = drawn_by_dcmtk(name, d, ["-a", *options], tmp_path)
        if drawn is None:
            continue
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
        image = opened(name) if any(wanted.values()) else None
        if image is None:
            continue
        frame, d, attributes = image
        kind = f"{d.photometric_interpretation} {'signed' if d.is_signed else 'unsigned'} {d.bits_allocated}"
        options = demands(frame, d, attributes)[0][0]
        if wanted.get(kind) and drawn_by_dcmtk(name, d, ["-a", *options], tmp_path) is not None:
            wanted[kind] -= 1
    assert not any(wanted.values()), wanted


@pytest.mark.parametrize("name", ["pixel-formats/luts/vlut_04.dcm", "pixel-formats/luts/mlut_18.dcm"])
def test_the_lut_files_are_among_them(name: str) -> None:
    image = opened(name) if shared_data() else None
    assert image is not None
    assert VOI_LUT in image[2] or MODALITY_LUT in image[2]


@pytest.mark.parametrize("width", [300, 57])
def test_sizes_with_pixel_aspect_as_dcmtk(width: int, tmp_path: Path) -> None:
    """dcmtk scales to a width and derives the height from the shape of the pixels."""
    shared_data()
    for name in ("made/geometry/cr-anisotropic.dcm", "transfer-syntaxes/wg04/CT1_UNC"):
        image = opened(name)
        assert image is not None
        _, d, attributes = image
        drawn = drawn_by_dcmtk(name, d, ["+a", "+Sxv", str(width), "+Wm"], tmp_path)
        assert drawn is not None
        ours = picture_size(d, attributes, Presentation(viewport=(width, 10000)))
        assert ours[0] == width
        assert abs(ours[1] - drawn.shape[0]) <= 1
