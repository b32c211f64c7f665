"""Whatever the attributes hold, a picture or one of our errors comes out, without a warning."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from readingroom.errors import ReadingRoomError
from readingroom.model import Attribute
from readingroom.pixels import Frame, PixelDescription
from readingroom.render import Presentation, encode_jpeg, render, spare_levels

TAGS = [
    0x00280030,
    0x00280034,
    0x00280120,
    0x00280121,
    0x00281050,
    0x00281051,
    0x00281052,
    0x00281053,
    0x00281056,
    0x00281101,
    0x00281102,
    0x00281103,
    0x00281201,
    0x00281202,
    0x00281203,
    0x00281221,
    0x00283002,
    0x00283006,
    0x20500020,
]
SEQUENCES = [0x00283000, 0x00283010, 0x52009229, 0x52009230, 0x00289110, 0x00289132, 0x00289145]

numbers = st.one_of(
    st.sampled_from(
        ["0", "1", "-1", "1e308", "-1e308", "1e-320", "NaN", "inf", "40", "INVERSE", "SIGMOID", ""]
    ),
    st.integers(-(2**40), 2**40),
    st.floats(),
    st.binary(max_size=80),
    st.text(max_size=5),
)
plain = st.builds(
    Attribute, st.sampled_from(["DS", "US", "SS", "OW", "UT", "FD"]), st.lists(numbers, max_size=4).map(tuple)
)
# Descriptors and data that nearly fit, so that tables are reached at all.
descriptor = st.builds(
    lambda *values: Attribute("US", values),
    st.sampled_from([0, 1, 3, 256]),
    st.sampled_from([0, 1, -1, 65535]),
    st.sampled_from([8, 12, 16, 0, 99]),
)


def items(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    sequence = st.builds(Attribute, st.just("SQ"), st.lists(children, max_size=2).map(tuple))
    return st.one_of(
        st.dictionaries(st.sampled_from(TAGS), st.one_of(plain, descriptor), max_size=6),
        st.dictionaries(st.sampled_from(SEQUENCES), sequence, max_size=3),
    )


tree = st.recursive(
    st.dictionaries(st.sampled_from(TAGS), st.one_of(plain, descriptor), max_size=8), items, max_leaves=6
)


@settings(max_examples=400, deadline=None)
@given(
    tree,
    tree,
    st.sampled_from(["u1", "i2", "u2", "i4", "f4", "f8"]),
    st.sampled_from(["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"]),
    st.integers(1, 3),
)
def test_a_picture_or_one_of_our_errors(
    one: dict[int, Attribute], other: dict[int, Attribute], dtype: str, label: str, number: int
) -> None:
    values = np.array([[0, 1, 2], [100, 127, 99]], dtype)
    bits = values.dtype.itemsize * 8
    is_float = values.dtype.kind == "f"
    attributes = {**one, **other}
    sign = int(values.dtype.kind == "i")
    d = PixelDescription(
        "1.2.840.10008.1.2.1", 2, 3, 1, label, 0, bits, bits, bits - 1, sign, is_float=is_float
    )
    presentation = Presentation(viewport=(20, 20))
    try:
        spare_levels(d, attributes, presentation)
        picture = render(Frame(values, label), d, attributes, presentation, number)
    except ReadingRoomError:
        return
    assert picture.pixels.dtype == np.uint8
    assert max(picture.pixels.shape[:2]) == 20
    assert encode_jpeg(picture)
