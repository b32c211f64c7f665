"""Waveform objects with something broken in them: a plot or a clear refusal, never anything else."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attributes
from readingroom.render import plot_waveforms, svg_of
from tests.kit.images import attributes_of, read_image
from tests.kit.shared_data import shared_data
from tests.unit.render.test_hostile_states import ODD, changed, paths

NAMES = ("ecg-12-lead", "ecg-general", "hemodynamic", "audio-voice")


@cache
def stored(name: str) -> Attributes:
    return attributes_of(read_image(Path(shared_data()) / "made" / "waveforms" / f"{name}.dcm"))


def is_sequence(attributes: Attributes, path: tuple[int, ...]) -> bool:
    """What is read has Items in its sequences and nowhere else."""
    for tag, at in zip(path[:-1:2], path[1::2], strict=True):
        attributes = attributes[tag].values[at]
    return attributes[path[-1]].vr == "SQ"


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_or_two_odd_values(name: str, data: st.DataObject) -> None:
    attributes = stored(name)
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(paths(attributes)))
        odd = ((), ({},)) if is_sequence(attributes, path) else [values for values in ODD if values != ({},)]
        values: tuple[Any, ...] | None = data.draw(st.sampled_from((*odd, None)))
        attributes = changed(attributes, path, values)
    with suppress(Invalid, Unsupported):
        ElementTree.fromstring(svg_of(plot_waveforms(attributes)))
