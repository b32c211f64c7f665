"""Mask subtraction beside the formulas of PS3.3 C.7.6.10, of states and of images that recommend it."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from readingroom.errors import Invalid
from readingroom.pixels import Array
from readingroom.render import Picture, Presentation, Window, read_state, render
from tests.kit.images import attributes_of, read_image
from tests.kit.states import ReadSource, bases, folder

FRAMES, SIDE = 8, 64
ROWS, COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(float)
WIDE = Window(0.5, 401)
"""Differences from -200 to 200 are 0 to 255."""


def stored_frames() -> Array:
    """Frames whose sums and differences tell which of them were taken."""
    dice = np.random.default_rng(7)
    return np.asarray(dice.integers(900, 1000, (FRAMES, SIDE, SIDE)))


def image(stored: Array) -> Dataset:
    """The XA image of ../shared/data/made/gsps with other pixels."""
    made = copy.deepcopy(next(ds for ds in bases().values() if ds.Modality == "XA"))
    made.BitsAllocated, made.BitsStored, made.HighBit = 16, 12, 11
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    made.PixelData = stored.astype("<u2").tobytes()
    made["PixelData"].VR, made["PixelData"].is_undefined_length = "OW", False
    return made


def masked(stored: Array, mode: str = "SUB", **said: Any) -> Dataset:
    """That image with a Mask Module of one Item."""
    made, item = image(stored), Dataset()
    for keyword, value in said.items():
        setattr(item, keyword, value)
    made.MaskSubtractionSequence, made.RecommendedViewingMode = Sequence([item]), mode
    return made


def state_of(ds: Dataset, kind: str) -> Dataset:
    """A presentation state of ../shared/data/made/gsps with the Mask Module of an image."""
    made = read_image(folder() / f"{kind}.dcm")
    own = copy.deepcopy(ds.MaskSubtractionSequence[0])
    if "ReferencedImageSequence" in made.MaskSubtractionSequence[0]:
        own.ReferencedImageSequence = made.MaskSubtractionSequence[0].ReferencedImageSequence
    made.MaskSubtractionSequence = Sequence([own])
    return made


def shown(ds: Dataset, frame: int, presentation: Presentation) -> Picture:
    source = ReadSource(ds)
    attributes = source.whole_attributes()
    return render(source.decoded(frame), source.description, attributes, presentation, frame, source)


def greys(differences: Array, window: Window = WIDE) -> Array:
    """PS3.3 C.11.2.1.2.1."""
    share = (differences - (window.center - 0.5)) / (window.width - 1) + 0.5
    return np.asarray(np.clip(share, 0, 1) * 255)


def mean(stored: Array, *numbers: int) -> Array:
    return np.asarray(np.mean([stored[number - 1] for number in numbers], axis=0))


OPERATIONS: dict[str, tuple[dict[str, Any], dict[int, tuple[tuple[int, ...], tuple[int, ...]] | None]]] = {
    "several mask frames": (
        {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1, 2, 4]},
        {1: ((1,), (1, 2, 4)), 8: ((8,), (1, 2, 4))},
    ),
    "contrast frames averaged": (
        {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1, 2], "ContrastFrameAveraging": 3},
        {4: ((4, 5, 6), (1, 2)), 6: ((6, 7, 8), (1, 2)), 7: None},
    ),
    "ranges": (
        {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": 1, "ApplicableFrameRange": [2, 3, 6, 7]},
        {2: ((2,), (1,)), 3: ((3,), (1,)), 5: None, 6: ((6,), (1,)), 8: None},
    ),
    "frames before": (
        {"MaskOperation": "TID", "TIDOffset": 2},
        {2: None, 3: ((3,), (1,)), 8: ((8,), (6,))},
    ),
    "frames after": (
        {"MaskOperation": "TID", "TIDOffset": -3},
        {1: ((1,), (4,)), 5: ((5,), (8,)), 6: None},
    ),
    "empty offset": ({"MaskOperation": "TID", "TIDOffset": None}, {1: None, 4: ((4,), (3,))}),
    "reversed": (  # the example of C.7.6.10.1: masks run backwards from the one before the first frame
        {"MaskOperation": "REV_TID", "TIDOffset": 1, "ApplicableFrameRange": [5, 8]},
        {4: None, 5: ((5,), (4,)), 6: ((6,), (3,)), 8: ((8,), (1,))},
    ),
    "nothing": ({"MaskOperation": "NONE"}, {1: None, 5: None}),
}
"""Attributes of the Item; for frames the contrast and mask frames of PS3.3 C.7.6.10.1, or None."""


@pytest.mark.ps("3.3 C.7.6.10.1")
@pytest.mark.parametrize("name", list(OPERATIONS))
def test_every_operation(name: str) -> None:
    """Of an image that recommends it, and the same Item in a presentation state for XA."""
    said, wanted = OPERATIONS[name]
    stored = stored_frames()
    ds = masked(stored, **said)
    state = Presentation(state=read_state(attributes_of(state_of(ds, "xa-xrf"))), window=WIDE)
    for frame, frames in wanted.items():
        if frames is None:
            expected = greys(stored[frame - 1], Window(900, 201))
            own = shown(ds, frame, Presentation(window=Window(900, 201)))
            assert not own.is_subtracted
            assert np.abs(own.pixels - expected).max() <= 1, frame
            continue
        expected = greys(mean(stored, *frames[0]) - mean(stored, *frames[1]))
        assert np.ptp(expected) > 60
        own = shown(ds, frame, Presentation(window=WIDE))
        assert own.is_subtracted
        assert np.abs(own.pixels - expected).max() <= 1, frame
        assert np.abs(shown(ds, frame, state).pixels - expected).max() <= 1, frame


@pytest.mark.ps("3.3 C.7.6.10.1.2")
@pytest.mark.parametrize("shift", [[0.5, 0.0], [0.0, 0.25], [-1.75, 2.5], [3.0, -2.0]])
def test_a_shift_between_pixels(shift: list[float]) -> None:
    """Of a plane, which any interpolation keeps: rows move down, columns to the left."""
    stored = np.stack([900 + 4 * ROWS + 2 * COLUMNS, np.full((SIDE, SIDE), 1100)])
    ds = masked(
        np.concatenate([stored, stored, stored, stored]),
        MaskOperation="AVG_SUB", MaskFrameNumbers=1, MaskSubPixelShift=shift,
    )  # fmt: skip
    expected = greys(1100 - (900 + 4 * (ROWS - shift[0]) + 2 * (COLUMNS + shift[1])))[4:-4, 4:-4]
    for presentation in (
        Presentation(window=WIDE),
        Presentation(state=read_state(attributes_of(state_of(ds, "mask-xa"))), window=WIDE),
    ):
        assert np.abs(shown(ds, 2, presentation).pixels[4:-4, 4:-4] - expected).max() <= 1


@pytest.mark.ps("3.3 C.7.6.10")
def test_an_image_is_shown_as_it_recommends() -> None:
    """SUB: no difference is the middle grey, the largest one black or white; NAT, none, others: as stored.
    The caller goes over that, and over a broken mask that is only recommended."""
    stored = stored_frames()
    item = {"MaskOperation": "AVG_SUB", "MaskFrameNumbers": [1, 3]}
    difference = stored[4] - mean(stored, 1, 3)
    subtracted = 127.5 + difference / np.abs(difference).max() * 127.5
    native = greys(stored[4], Window(750, 600))  # of the image
    for mode, wish, expected in (
        ("SUB", None, subtracted),
        ("SUB", False, native),
        ("NAT", None, native),
        ("NAT", True, subtracted),
        ("", None, native),
        ("HIGHLIGHT", None, native),
    ):
        picture = shown(masked(stored, mode, **item), 5, Presentation(subtracts=wish))
        assert np.abs(picture.pixels - expected).max() <= 1, (mode, wish)
    broken = masked(stored, MaskOperation="AVG_SUB")
    assert np.abs(shown(broken, 5, Presentation()).pixels - native).max() <= 1
    with pytest.raises(Invalid, match="Mask Frame Numbers"):
        shown(broken, 5, Presentation(subtracts=True))
    with pytest.raises(Invalid, match="Applicable Frame Range"):
        shown(masked(stored, MaskOperation="REV_TID"), 5, Presentation(subtracts=True))


@pytest.mark.ps("3.3 C.7.6.10")
def test_white_and_black_after_subtraction() -> None:
    """MONOCHROME1 and the slope of the image apply to differences."""
    stored = stored_frames()
    ds = masked(stored, MaskOperation="AVG_SUB", MaskFrameNumbers=1)
    difference = (stored[2] - stored[0]).astype(float)
    ds.PhotometricInterpretation, ds.RescaleSlope, ds.RescaleIntercept = "MONOCHROME1", 2, 0
    expected = 255 - greys(2 * difference, Window(0.5, 801))
    assert np.abs(shown(ds, 3, Presentation(window=Window(0.5, 801))).pixels - expected).max() <= 1


@pytest.mark.ps("3.3 C.8.19.7")
def test_frames_of_an_enhanced_object_say_more() -> None:
    """Frame Display Sequence over the Mask Module; Frame Pixel Shift by Item ID; TO_LOG tables."""
    stored = np.stack([900 + 4 * ROWS + 2 * COLUMNS] + [np.full((SIDE, SIDE), 1100)] * 7)
    ds = masked(stored, "NAT", MaskOperation="AVG_SUB", MaskFrameNumbers=1, SubtractionItemID=5)
    modes = [Dataset(), Dataset()]
    for item, start, stop, mode in zip(modes, (1, 4), (3, 8), ("NAT", "SUB"), strict=True):
        item.StartTrim, item.StopTrim, item.RecommendedViewingMode = start, stop, mode
    ds.FrameDisplaySequence = Sequence(modes)
    groups = [Dataset() for _ in range(FRAMES)]
    shifts = [Dataset(), Dataset()]
    for item, number, shift in zip(shifts, (4, 5), ([9.0, 9.0], [1.5, -2.0]), strict=True):
        item.SubtractionItemID, item.MaskSubPixelShift = number, shift
    groups[5].FramePixelShiftSequence = Sequence(shifts)
    ds.PerFrameFunctionalGroupsSequence, ds.SharedFunctionalGroupsSequence = (
        Sequence(groups),
        Sequence([Dataset()]),
    )
    assert not shown(ds, 2, Presentation()).is_subtracted
    plain = greys(1100 - stored[0])
    assert np.abs(shown(ds, 4, Presentation(window=WIDE)).pixels - plain).max() <= 1
    moved = greys(1100 - (900 + 4 * (ROWS - 1.5) + 2 * (COLUMNS - 2)))[4:-4, 4:-4]
    assert np.abs(shown(ds, 6, Presentation(window=WIDE)).pixels[4:-4, 4:-4] - moved).max() <= 1
    table = Dataset()
    logarithms = np.rint(1000 * np.log2(np.arange(1, 4097))).astype("<u2")
    table.LUTDescriptor, table.LUTFunction, table.LUTData = [4096, 0, 16], "TO_LOG", logarithms.tobytes()
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    ds.SharedFunctionalGroupsSequence[0].PixelIntensityRelationshipLUTSequence = Sequence([table])
    logs = 1000 * (np.log2(1101) - np.log2(stored[0] + 1))
    window = Window(0.5, 801)
    assert np.abs(shown(ds, 4, Presentation(window=window)).pixels - greys(logs, window)).max() <= 1


@pytest.mark.ps("3.4 N.2.5")
def test_a_state_for_xa_subtracts_logarithms() -> None:
    """Pixel Intensity Relationship LUTs of the state: one for the mask frame, one for the others."""
    stored = stored_frames()
    ds = masked(stored, MaskOperation="AVG_SUB", MaskFrameNumbers=1)
    state = state_of(ds, "xa-xrf")
    tables = []
    for ends, factor in (([1, 1], 1000), ([2, 8], 1100)):
        item = Dataset()
        entries = np.rint(factor * np.log2(np.arange(1, 4097))).astype("<u2")
        item.LUTDescriptor, item.LUTFunction, item.LUTData = [4096, 0, 16], "TO_LOG", entries.tobytes()
        item["LUTDescriptor"].VR, item["LUTData"].VR, item.LUTFrameRange = "US", "OW", ends
        tables.append(item)
    state.PixelIntensityRelationshipLUTSequence = Sequence(tables)
    window = Window(1000, 801)
    expected = greys(1100 * np.log2(stored[3] + 1) - 1000 * np.log2(stored[0] + 1), window)
    made = shown(ds, 4, Presentation(state=read_state(attributes_of(state)), window=window)).pixels
    assert np.ptp(expected) > 30
    assert np.abs(made - expected).max() <= 1
