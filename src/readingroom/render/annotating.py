"""Overlays, graphics and text of a presentation state on its picture, layer by layer (PS3.3 C.10.7)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from readingroom.model import Attributes
from readingroom.pixels import Array, PixelDescription

from .annotation import Annotation, Compound, Fill, Graphic, Layer, Line, Text, Units
from .canvas import Canvas, Ink
from .compound import parts_of
from .drawing import fill, stroke
from .geometry import Placement, place
from .lettering import fitting_size, measure, write
from .numbers import text as text_of
from .overlay import read_overlays
from .presentation import Presentation
from .reference import in_scope
from .shapes import located, path_of
from .softcopy import over_image, overlays_of
from .source import Source
from .state import PresentationState

_SOP_INSTANCE = 0x00080018
_MOST_LINES, _MOST_ACROSS = 200, 1000


def annotated(
    pixels: Array,
    description: PixelDescription,
    attributes: Attributes,
    placed: Placement,
    presentation: Presentation,
    state: PresentationState,
    frame_number: int,
    source: Source | None,
) -> Array:
    """The picture with everything drawn that the state has for this frame; the lowest layer first.

    In a layer, overlays lie below graphics and these below text. Raises Invalid when it is more than can
    be drawn.
    """
    canvas = Canvas(pixels, presentation.is_grey)
    shutter = state.shutter.group if state.shutter else None
    groups = frozenset(group for group in state.activations if group != shutter)
    overlays = overlays_of(groups, state, source) if groups else {}
    uid = text_of(attributes, _SOP_INSTANCE)
    drawn = [one for one in state.annotations if in_scope(one.scope, uid, frame_number)]
    names = {*state.layers, *state.activations.values(), *(one.layer for one in drawn)}
    for name in sorted(names, key=lambda name: state.layers[name].order if name in state.layers else 0):
        layer = state.layers.get(name)
        for group, overlay in overlays.items():
            plane = over_image(overlay, description, frame_number, source)
            if state.activations[group] == name and plane is not None:
                bits = place(plane.astype(np.uint8) * 255, description, placed)
                canvas.lay(bits, canvas.ink(layer))
        pen = Pen(canvas, placed, layer, max(1.0, max(canvas.size) / 1000))
        for one in drawn:
            if one.layer == name:
                pen.annotation(one)
    return canvas.pixels


def with_own_overlays(
    pixels: Array,
    description: PixelDescription,
    placed: Placement,
    groups: frozenset[int],
    frame_number: int,
    source: Source,
) -> Array:
    """The picture with its image's overlays of these groups, white. Raises Invalid for a broken one."""
    canvas = Canvas(pixels, is_grey=True)
    stored = read_overlays(source.whole_attributes())
    for overlay in (overlay for group, overlay in stored.items() if group in groups):
        plane = over_image(overlay, description, frame_number, source)
        if plane is not None:
            canvas.lay(place(plane.astype(np.uint8) * 255, description, placed), canvas.ink(None))
    return canvas.pixels


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in one layer. unit: width of the usual line, in pixels."""

    canvas: Canvas
    placed: Placement
    layer: Layer | None
    unit: float

    def annotation(self, one: Annotation) -> None:
        """All of an annotation; what compound graphics stand for is not drawn twice."""
        replaced = {compound.number for compound in one.compounds}
        for graphic in one.graphics:
            if graphic.compound is None or graphic.compound not in replaced:
                self.graphic(graphic)
        for compound in one.compounds:
            self.compound(compound)
        for text in one.texts:
            if text.compound is None or text.compound not in replaced:
                self.text(text)

    def graphic(self, graphic: Graphic) -> None:
        """One Graphic Object."""
        points = located(graphic.points, graphic.units, self.placed)
        if graphic.kind == "POINT":
            reach = np.array([1.5 * self.unit, 0.0])
            dot = path_of("CIRCLE", np.array([points[0], points[0] + reach]))
            fill(self.canvas, dot, self._ink(graphic.line), graphic.line.opacity)
            return
        path = path_of(graphic.kind, points)
        if graphic.is_filled:
            self._fill(path, graphic.fill)
        self._lines([path], graphic.line)

    def compound(self, compound: Compound) -> None:
        """One Compound Graphic."""
        parts = parts_of(compound, self.placed, self.unit)
        for area in parts.areas:
            if compound.is_filled:
                self._fill(area, compound.fill)
            else:
                fill(self.canvas, area, self._ink(compound.line), compound.line.opacity)
        self._lines(parts.lines, compound.line)
        size = round(self._usual_size())
        for label, middle in parts.labels:
            width, height = measure([label], size)
            at = (middle[0] - width / 2, middle[1] - height / 2)
            write(self.canvas, [label], at, size, self._ink(compound.line))

    def text(self, text: Text) -> None:
        """One Text Object: in its box as large as fits, or beside its anchor."""
        lines = [line[:_MOST_ACROSS] for line in text.text.splitlines()[:_MOST_LINES]] or [""]
        ink = self.canvas.ink(self.layer, text.lab)
        anchor = None
        if text.anchor is not None:
            anchor = located((text.anchor,), text.anchor_units, self.placed)[0]
        if text.box is None:
            assert anchor is not None
            size = round(self._usual_size())
            width, height = measure(lines, size, text.is_bold)
            away = 2 * self.unit
            right = anchor[0] + away + width <= self.canvas.size[0]
            at = (anchor[0] + away if right else anchor[0] - away - width, anchor[1] - height / 2)
            box = np.array([at, (at[0] + width, at[1] + height)])
            self._write(lines, text, at, size, ink, 0)
        else:
            box = self._boxed(lines, text, ink)
        if anchor is not None and text.is_anchor_visible:
            nearest = np.clip(anchor, box.min(axis=0), box.max(axis=0))
            stroke(self.canvas, [np.array([nearest, anchor])], self.unit, ink)

    def _boxed(self, lines: list[str], text: Text, ink: Ink) -> Array:
        """Text in its box, running from its first to its second corner as far as quarters allow."""
        assert text.box is not None
        corners = located(text.box, text.box_units, self.placed)
        across, down = corners[1] - corners[0]
        is_turned = text.box_units is Units.PIXEL and self.placed.turns % 2 == 1
        turns = (3 if down < 0 else 1) if is_turned else 2 if across < 0 and down < 0 else 0
        (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
        extent = (bottom - top, right - left) if turns % 2 else (right - left, bottom - top)
        usual = self._usual_size()
        if min(extent) < 1:
            size = round(usual)
        else:
            size = fitting_size(lines, extent, usual, text.is_bold)
        width, height = measure(lines, size, text.is_bold)
        spare = (extent[0] - width, extent[1] - height)
        along = {"RIGHT": spare[0], "CENTER": spare[0] / 2}.get(text.justification, 0.0)
        below = {"BOTTOM": spare[1], "CENTER": spare[1] / 2}.get(text.vertical, 0.0)
        at = {
            0: (left + along, top + below),
            1: (right - below - height, top + along),
            2: (right - along - width, bottom - below - height),
            3: (left + below, bottom - along - width),
        }[turns]
        self._write(lines, text, at, size, ink, turns)
        return corners

    def _write(
        self, lines: list[str], text: Text, at: tuple[float, float], size: int, ink: Ink, turns: int
    ) -> None:
        write(
            self.canvas,
            lines,
            at,
            size,
            ink,
            text.justification,
            turns,
            text.is_bold,
            text.is_italic,
            text.is_underlined,
        )

    def _usual_size(self) -> float:
        return max(10.0, min(self.canvas.size) / 40)

    def _ink(self, style: Line | Fill) -> Ink:
        return self.canvas.ink(self.layer, style.lab)

    def _lines(self, paths: list[Array], line: Line) -> None:
        width = line.thickness * self.unit
        if line.is_dashed and line.off_lab is not None and line.off_opacity > 0:
            stroke(self.canvas, paths, width, self.canvas.ink(self.layer, line.off_lab), line.off_opacity)
        dashes = line.pattern if line.is_dashed else 0
        stroke(self.canvas, paths, width, self._ink(line), line.opacity, dashes)

    def _fill(self, path: Array, style: Fill) -> None:
        if style.pattern and style.off_lab is not None and style.off_opacity > 0:
            fill(self.canvas, path, self.canvas.ink(self.layer, style.off_lab), style.off_opacity)
        fill(self.canvas, path, self._ink(style), style.opacity, style.pattern)
