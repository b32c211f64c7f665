"""Presentation states with something broken in them: a picture or a clear refusal, never anything else."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readingroom.errors import Invalid, NotFound, ReadingRoomError, Unsupported
from readingroom.model import Attribute, Attributes
from readingroom.render import Presentation, read_state, render
from tests.kit.images import attributes_of, read_image
from tests.kit.states import ReadSource, bases, folder

NAMES = (
    *("graphics-compound", "text", "layers", "shutter-bitmap", "shutter-rect-circular", "shutter-polygonal"),
    *("area-magnify", "presentation-lut", "modality-lut", "voi-lut", "overlay-plane", "overlay-activation"),
    *("xa-xrf", "per-frame", "pseudo-colour", "blending", "colour", "rotate-90-flip", "window-sigmoid"),
)
ODD: tuple[Any, ...] = (
    *((), ("",), (None,), (0,), (-1,), (1,), (65535,), (2**31 - 1,), (-(2**31),), (1e300,), (float("nan"),)),
    *((0, 0), (1, -1), (1e7, -1e7), (70000, 3), (b"",), (b"\0",), (b"\xff" * 64,), ("PIXEL",), ("A" * 5000,)),
    *((256, 0, 16), (0, 0, 16), (1, 65535, 8), (65536, 0, 99), ({},), ("Y",), ("\n" * 3000,), (1.5,) * 999),
)


@cache
def stored(name: str) -> Attributes:
    return attributes_of(read_image(folder() / f"{name}.dcm"))


def paths(attributes: Attributes, outer: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Ways to every attribute: tags, and between two of them the number of an Item."""
    found: list[tuple[int, ...]] = []
    for tag, attribute in attributes.items():
        if not outer and tag < 0x00081115:
            continue
        found.append((*outer, tag))
        if attribute.vr == "SQ":
            for at, item in enumerate(attribute.values):
                found += paths(item, (*outer, tag, at))
    return found


def changed(attributes: Attributes, path: tuple[int, ...], values: tuple[Any, ...] | None) -> Attributes:
    """The same with one attribute's values exchanged, or the attribute left out."""
    tag, rest = path[0], path[1:]
    attribute = attributes[tag]
    if rest:
        items = list(attribute.values)
        items[rest[0]] = changed(items[rest[0]], rest[1:], values)
        return {**attributes, tag: Attribute("SQ", tuple(items))}
    if values is None:
        return {other: value for other, value in attributes.items() if other != tag}
    return {**attributes, tag: Attribute(attribute.vr, values)}


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_picture_or_a_refusal(data: st.DataObject) -> None:
    attributes = stored(data.draw(st.sampled_from(NAMES)))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths(attributes)))
        values = data.draw(st.sampled_from((None, *ODD)))
        is_sequence = values is not None and values and isinstance(values[0], dict)
        if is_sequence != (attribute_at(attributes, path).vr == "SQ") and values:
            continue
        attributes = changed(attributes, path, values)
    try:
        state = read_state(attributes)
    except (Invalid, Unsupported):
        return
    ds = bases().get(state.images[0].sop_instance_uid) or next(iter(bases().values()))
    source = ReadSource(ds)
    presentation = Presentation(state=state, viewport=(200, 150))
    try:
        picture = render(
            source.decoded(1), source.description, source.whole_attributes(), presentation, 1, source
        )
    except (Invalid, Unsupported, NotFound):
        return
    assert picture.pixels.dtype == np.uint8
    assert max(picture.pixels.shape) <= 200


def attribute_at(attributes: Attributes, path: tuple[int, ...]) -> Attribute:
    for tag, at in zip(path[:-1:2], path[1::2], strict=True):
        attributes = attributes[tag].values[at]
    return attributes[path[-1]]


@pytest.mark.parametrize("name", NAMES)
def test_every_attribute_left_out_once(name: str) -> None:
    for path in paths(stored(name)):
        with suppress(ReadingRoomError):
            read_state(changed(stored(name), path, None))
