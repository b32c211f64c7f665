"""From stored values to greys: modality, which VOI is taken, inversion, padding, floats, frames."""

from __future__ import annotations

from struct import pack
from typing import Any

import numpy as np
import pytest

from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes
from readingroom.pixels import Frame, PixelDescription, decode_frame
from readingroom.render import (
    Presentation,
    VoiFunction,
    Window,
    attributes_of_frame,
    modality_transform,
    render,
)
from tests.kit.images import attributes_of, description_of, frame_bytes, read_image
from tests.kit.shared_data import shared_data

LITTLE = "1.2.840.10008.1.2.1"
SLOPE, INTERCEPT, CENTER, WIDTH = 0x00281053, 0x00281052, 0x00281050, 0x00281051
SHAPE, PADDING, PADDING_LIMIT, VOI_LUT, MODALITY_LUT = (
    0x20500020,
    0x00280120,
    0x00280121,
    0x00283010,
    0x00283000,
)


def ds(*values: Any) -> Attribute:
    return Attribute("DS", tuple(str(value) for value in values))


def lut(descriptor: tuple[int, int, int], entries: list[int]) -> Attribute:
    item = {
        0x00283002: Attribute("US", descriptor),
        0x00283006: Attribute("OW", (pack(f"<{len(entries)}H", *entries),)),
    }
    return Attribute("SQ", (item,))


def shown(
    values: Any,
    attributes: Attributes,
    dtype: str = "i2",
    photometric: str = "MONOCHROME2",
    window: Window | None = None,
) -> list[int]:
    """The greys of one row of values."""
    array = np.array([values], dtype)
    bits = array.dtype.itemsize * 8
    is_float = array.dtype.kind == "f"
    d = PixelDescription(
        LITTLE,
        1,
        array.shape[1],
        1,
        photometric,
        0,
        bits,
        bits,
        bits - 1,
        int(array.dtype.kind == "i"),
        is_float=is_float,
    )
    picture = render(Frame(array, photometric), d, attributes, Presentation(window=window))
    assert picture.pixels.dtype == np.uint8
    return picture.pixels[0].tolist()


@pytest.mark.ps("3.3 C.11.1")
@pytest.mark.parametrize("dtype", ["i2", "u2", "i4", "f4", "f8"])
def test_rescale_then_window(dtype: str) -> None:
    attributes = {SLOPE: ds(2), INTERCEPT: ds(-100), CENTER: ds("50.5"), WIDTH: ds(101)}
    assert shown([0, 50, 75, 100, 150], attributes, dtype) == [0, 0, 128, 255, 255]


def test_the_callers_window_wins() -> None:
    attributes = {CENTER: ds(50), WIDTH: ds(100), VOI_LUT: lut((2, 0, 8), [0, 255])}
    assert shown([0, 10, 20], attributes, window=Window(10.5, 21)) == [0, 128, 255]


@pytest.mark.ps("3.3 C.11.2.1.1")
def test_a_voi_lut_wins_over_a_stored_window() -> None:
    attributes = {CENTER: ds(0), WIDTH: ds(1), VOI_LUT: lut((3, 10, 10), [0, 511, 1023])}
    assert shown([-5, 10, 11, 12, 900], attributes) == [0, 0, 127, 255, 255]


def test_a_voi_lut_over_negative_modality_values() -> None:
    """First value 65534 written as US stands for -2 when values can be negative."""
    attributes = {VOI_LUT: lut((4, 65534, 16), [0, 0x5555, 0xAAAA, 0xFFFF])}
    assert shown([-3, -2, -1, 0, 1, 2], attributes) == [0, 0, 85, 170, 255, 255]


def test_a_lut_of_no_entries_described_has_65536() -> None:
    attributes = {VOI_LUT: lut((0, 0, 16), list(reversed(range(65536))))}
    assert shown([0, 0x8000, 0xFFFF], attributes, "u2") == [255, 127, 0]


def test_a_broken_voi_lut_gives_way_to_the_window() -> None:
    attributes = {
        CENTER: ds(10.5),
        WIDTH: ds(21),
        VOI_LUT: Attribute("SQ", ({}, {0x00283002: Attribute("US", (1,))})),
    }
    assert shown([0, 10, 20], attributes) == [0, 128, 255]


@pytest.mark.ps("3.3 C.11.1.1")
def test_a_modality_lut_comes_before_the_window() -> None:
    attributes = {MODALITY_LUT: lut((3, -1, 16), [1000, 1050, 1100]), CENTER: ds(1050.5), WIDTH: ds(101)}
    assert shown([-2, -1, 0, 1, 2], attributes) == [0, 0, 128, 255, 255]


def test_a_broken_modality_lut_gives_way_to_rescale() -> None:
    attributes = {MODALITY_LUT: Attribute("SQ", ({},)), SLOPE: ds(2), CENTER: ds(20.5), WIDTH: ds(41)}
    assert shown([0, 10, 20], attributes) == [0, 128, 255]


def test_no_voi_at_all_spans_the_frame() -> None:
    assert shown([-100, 0, 100], {SLOPE: ds(3)}) == [0, 128, 255]
    assert shown([0.25, 0.5, 0.75], {}, "f4") == [0, 128, 255]
    assert shown([7, 7, 7], {}) == [0, 0, 0]


def test_eight_bits_without_voi_are_a_screens_greys() -> None:
    assert shown([0, 100, 200], {}, "u1") == [0, 100, 200]
    assert shown([0, 100, 200], {SLOPE: ds(2)}, "u1") == [0, 128, 255]


def test_single_bits_are_black_and_white() -> None:
    for values, expected in (([0, 1], [0, 255]), ([1, 1], [255, 255]), ([0, 0], [0, 0])):
        d = PixelDescription(LITTLE, 1, 2, bits_allocated=1, bits_stored=1, high_bit=0)
        picture = render(Frame(np.array([values], np.uint8), "MONOCHROME2"), d, {})
        assert picture.pixels[0].tolist() == expected


@pytest.mark.ps("3.3 C.7.5.1.1.2")
def test_padding_does_not_stretch_the_default_window() -> None:
    one = {PADDING: Attribute("SS", (-2000,))}
    assert shown([-2000, 0, 50, 100], one) == [0, 0, 128, 255]
    assert shown([-2000, 0, 50, 100], {PADDING: Attribute("US", (63536,))}) == [0, 0, 128, 255]
    some = {PADDING: Attribute("US", (900,)), PADDING_LIMIT: Attribute("US", (1000,))}
    assert shown([0, 50, 100, 900, 950, 1000], some, "u2") == [0, 128, 255, 255, 255, 255]
    assert shown([-2000, -2000], one) == [0, 0]


@pytest.mark.ps("3.3 C.8.11.3.1.2")
@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", None, False),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", None, True),
        ("MONOCHROME1", "INVERSE", True),
    ],
)
def test_inversion_happens_once(photometric: str, shape: str | None, inverted: bool) -> None:
    attributes = {CENTER: ds(10.5), WIDTH: ds(21)}
    if shape:
        attributes[SHAPE] = Attribute("CS", (shape,))
    expected = [255, 128, 0] if inverted else [0, 128, 255]
    assert np.abs(np.subtract(shown([0, 10, 20], attributes, photometric=photometric), expected)).max() <= 1


def test_an_inverted_presentation_swaps_black_and_white() -> None:
    d = PixelDescription(LITTLE, 1, 3)
    frame = Frame(np.array([[0, 100, 255]], np.uint8), "MONOCHROME2")
    assert render(frame, d, {}, Presentation(is_inverted=True)).pixels.tolist() == [[255, 155, 0]]


def test_floats_that_are_no_numbers() -> None:
    assert shown([np.nan, 0, 1, np.inf, -np.inf], {}, "f4") == [0, 0, 255, 255, 0]
    assert shown([np.nan, np.nan], {}, "f8") == [0, 0]


def test_huge_values_do_not_warn() -> None:
    assert shown([0, 1e38, 2e38], {}, "f4")[2] == 255
    assert shown([0, 1], {SLOPE: ds("1e308"), INTERCEPT: ds("1e308"), CENTER: ds(0), WIDTH: ds(10)})[1] == 255


def test_thirty_two_bits_keep_their_precision() -> None:
    assert shown([4_000_000_000, 4_000_000_001, 4_000_000_002], {}, "u4") == [0, 128, 255]


def test_the_window_is_told() -> None:
    d = PixelDescription(LITTLE, 1, 2, bits_allocated=16, bits_stored=16, high_bit=15)
    frame = Frame(np.array([[0, 100]], np.uint16), "MONOCHROME2")
    assert render(frame, d, {}).window == Window(50.5, 101)
    assert render(frame, d, {CENTER: ds(40), WIDTH: ds(400)}).window == Window(40, 400)
    assert render(frame, d, {VOI_LUT: lut((2, 0, 8), [0, 255])}).window is None


@pytest.mark.parametrize("name", ["window-width-0", "window-width-negative"])
def test_hostile_stored_windows_fall_back(name: str) -> None:
    """TRUTH.csv: falls back, no division by zero, no inversion guessed."""
    source = read_image(shared_data() / "made" / "hostile" / f"{name}.dcm")
    d = description_of(source)
    frame = decode_frame(frame_bytes(source, d, 1)[0], d)
    pixels = render(frame, d, attributes_of(source)).pixels
    assert pixels.flat[frame.values.argmin()] == 0
    assert pixels.flat[frame.values.argmax()] == 255


def test_hostile_window_of_width_1_is_a_threshold() -> None:
    """TRUTH.csv: stored - 1024 <= 39.5 black, above white."""
    source = read_image(shared_data() / "made" / "hostile" / "window-width-1.dcm")
    d = description_of(source)
    frame = decode_frame(frame_bytes(source, d, 1)[0], d)
    pixels = render(frame, d, attributes_of(source)).pixels
    assert np.array_equal(pixels, np.where(frame.values.astype(int) - 1024 <= 39.5, 0, 255))


def test_hostile_rescale_slopes() -> None:
    """TRUTH.csv: slope 0 treated as 1; negative slope: values = -stored - 1024."""
    for name, sign in (("rescale-slope-0", 1), ("rescale-slope-negative", -1)):
        source = read_image(shared_data() / "made" / "hostile" / f"{name}.dcm")
        d = description_of(source)
        values = modality_transform(attributes_of(source), d).apply(np.array([0, 1000], np.uint16))
        assert values.tolist() == [-1024.0, sign * 1000 - 1024.0]


@pytest.mark.ps("3.3 C.7.6.16.2.9")
def test_functional_groups_govern_their_frame() -> None:
    def group(center: int, slope: int) -> dict[int, Attribute]:
        voi = {CENTER: ds(center), WIDTH: ds(100), 0x00281056: Attribute("CS", ("LINEAR_EXACT",))}
        return {
            0x00289132: Attribute("SQ", (voi,)),
            0x00289145: Attribute("SQ", ({SLOPE: ds(slope), INTERCEPT: ds(0)},)),
        }

    shared = {0x00289145: Attribute("SQ", ({SLOPE: ds(9), INTERCEPT: ds(9)},))}
    attributes = {
        CENTER: ds(999),
        0x52009229: Attribute("SQ", (shared,)),
        0x52009230: Attribute("SQ", (group(10, 1), group(20, 2))),
    }
    assert attributes_of_frame(attributes, 2)[CENTER] == ds(20)
    assert attributes_of_frame(attributes, 3)[SLOPE] == ds(9)
    d = PixelDescription(LITTLE, 1, 1, bits_allocated=16, bits_stored=16, high_bit=15)
    frame = Frame(np.array([[10]], np.uint16), "MONOCHROME2")
    for number in (1, 2):
        picture = render(frame, d, attributes, frame_number=number)
        assert picture.window == Window(10 * number, 100, VoiFunction.LINEAR_EXACT)
        assert picture.pixels.tolist() == [[128]]


def test_enhanced_ct_frames_have_hounsfield_units() -> None:
    source = read_image(shared_data() / "made" / "enhanced" / "ct-two-stacks.dcm")
    attributes, d = attributes_of(source), description_of(source)
    item = source.SharedFunctionalGroupsSequence[0].get("PixelValueTransformationSequence")
    item = item or source.PerFrameFunctionalGroupsSequence[0].PixelValueTransformationSequence
    rescale = modality_transform(attributes_of_frame(attributes, 1), d)
    assert (
        rescale.apply(np.array([100], np.uint16))[0] == 100 * item[0].RescaleSlope + item[0].RescaleIntercept
    )


def test_a_bad_caller_window_is_refused_at_once() -> None:
    with pytest.raises(Invalid):
        Presentation(window=Window(40, 0))
