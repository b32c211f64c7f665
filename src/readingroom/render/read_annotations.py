"""Reading Graphic Layers and Graphic Annotations (PS3.3 C.10.5, C.10.7)."""

from __future__ import annotations

from typing import Final

from readingroom.errors import Invalid
from readingroom.model import Attributes, Tag

from .annotation import Annotation, Compound, Fill, Graphic, Layer, Line, Point, Text, Tick, Units
from .numbers import decimals, exactly, first_decimal, items, text
from .read_shutter import read_lab
from .scope import read_scope

_LAYERS, _LAYER, _ORDER, _LAYER_GREY, _LAYER_LAB = 0x00700060, 0x00700002, 0x00700062, 0x00700066, 0x00700401
_ANNOTATIONS, _TEXTS, _GRAPHICS, _COMPOUNDS = 0x00700001, 0x00700008, 0x00700009, 0x00700209
_BOX_UNITS, _ANCHOR_UNITS, _UNITS, _COMPOUND_UNITS = 0x00700003, 0x00700004, 0x00700005, 0x00700282
_DIMENSIONS, _COUNT, _DATA, _TYPE, _FILLED = 0x00700020, 0x00700021, 0x00700022, 0x00700023, 0x00700024
_VALUE, _TOP_LEFT, _BOTTOM_RIGHT, _JUSTIFICATION = 0x00700006, 0x00700010, 0x00700011, 0x00700012
_ANCHOR, _ANCHOR_VISIBLE = 0x00700014, 0x00700015
_NUMBER, _COMPOUND_TYPE = 0x00700226, 0x00700294
_TEXT_STYLE, _LINE_STYLE, _FILL_STYLE = 0x00700231, 0x00700232, 0x00700233
_TEXT_LAB, _HORIZONTAL, _VERTICAL = 0x00700241, 0x00700242, 0x00700243
_UNDERLINED, _BOLD, _ITALIC = 0x00700248, 0x00700249, 0x00700250
_ON_LAB, _OFF_LAB, _THICKNESS, _DASHING, _PATTERN = 0x00700251, 0x00700252, 0x00700253, 0x00700254, 0x00700255
_FILL_PATTERN, _FILL_MODE, _ON_OPACITY, _OFF_OPACITY = 0x00700256, 0x00700257, 0x00700284, 0x00700285
_GAP, _DIAMETER, _ROTATION_ANGLE, _ROTATION_POINT = 0x00700261, 0x00700262, 0x00700230, 0x00700273
_TICK_ALIGNMENT, _SHOW_LABEL, _LABEL_ALIGNMENT = 0x00700274, 0x00700278, 0x00700279
_TICKS, _TICK_POSITION, _TICK_LABEL = 0x00700287, 0x00700288, 0x00700289
_POINTS: Final[dict[str, tuple[int, int | None]]] = {
    "POINT": (1, 1),
    "POLYLINE": (2, None),
    "INTERPOLATED": (2, None),
    "CIRCLE": (2, 2),
    "ELLIPSE": (4, 4),
}
_COMPOUND_POINTS: Final[dict[str, tuple[int, int | None]]] = {
    "MULTILINE": (2, None),
    "INFINITELINE": (2, 2),
    "CUTLINE": (2, 2),
    "RANGELINE": (2, 2),
    "RULER": (2, 2),
    "AXIS": (2, 2),
    "CROSSHAIR": (1, 1),
    "ARROW": (2, 2),
    "RECTANGLE": (2, 2),
    "ELLIPSE": (2, 2),
}
_MOST_POINTS: Final = 500_000
_MOST_OBJECTS: Final = 20_000
_MOST_LETTERS: Final = 10_240
_FAR: Final = 1e7


def read_layers(attributes: Attributes) -> dict[str, Layer]:
    """The Graphic Layers by name. A layer without a number lies lowest."""
    layers = {}
    for item in items(attributes, _LAYERS)[:_MOST_OBJECTS]:
        name = text(item, _LAYER)
        grey = decimals(item, _LAYER_GREY)
        layers[name] = Layer(
            name,
            int(first_decimal(item, _ORDER, 0)),
            min(max(int(grey[0]), 0), 0xFFFF) if grey else None,
            read_lab(item, _LAYER_LAB),
        )
    return layers


def read_annotations(attributes: Attributes) -> tuple[Annotation, ...]:
    """The Graphic Annotation Sequence. Raises Invalid for what cannot be drawn, or is without bounds."""
    annotations = tuple(
        Annotation(
            read_scope(item),
            text(item, _LAYER),
            tuple(_graphic(graphic) for graphic in items(item, _GRAPHICS)[:_MOST_OBJECTS]),
            tuple(_text(one) for one in items(item, _TEXTS)[:_MOST_OBJECTS]),
            tuple(_compound(one) for one in items(item, _COMPOUNDS)[:_MOST_OBJECTS]),
        )
        for item in items(attributes, _ANNOTATIONS)[:_MOST_OBJECTS]
    )
    objects = points = 0
    for one in annotations:
        objects += len(one.graphics) + len(one.compounds) + len(one.texts)
        points += sum(len(graphic.points) for graphic in one.graphics)
        points += sum(len(compound.points) for compound in one.compounds)
    if objects > _MOST_OBJECTS or points > _MOST_POINTS:
        raise Invalid("The presentation state has more graphics than can be drawn.", tag=_ANNOTATIONS)
    return annotations


def _graphic(item: Attributes) -> Graphic:
    kind = text(item, _TYPE).upper()
    if kind not in _POINTS:
        raise Invalid(f"Graphic Type “{kind[:16]}” is none of the standard.", tag=_TYPE)
    return Graphic(
        kind,
        _units(item, _UNITS),
        _points(item, *_POINTS[kind]),
        text(item, _FILLED).upper() == "Y",
        _line(item),
        _fill(item),
        _number(item),
    )


def _compound(item: Attributes) -> Compound:
    kind = text(item, _COMPOUND_TYPE).upper()
    if kind not in _COMPOUND_POINTS:
        raise Invalid(f"Compound Graphic Type “{kind[:16]}” is none of the standard.", tag=_COMPOUND_TYPE)
    pivot = decimals(item, _ROTATION_POINT)
    ticks = tuple(
        Tick(first_decimal(tick, _TICK_POSITION, 0), text(tick, _TICK_LABEL))
        for tick in items(item, _TICKS)[:1000]
    )
    return Compound(
        kind=kind,
        number=_number(item) or 0,
        units=_units(item, _COMPOUND_UNITS),
        points=_points(item, *_COMPOUND_POINTS[kind]),
        line=_line(item),
        fill=_fill(item),
        is_filled=text(item, _FILLED).upper() == "Y",
        rotation=first_decimal(item, _ROTATION_ANGLE, 0),
        rotation_point=(pivot[0], pivot[1]) if len(pivot) == 2 else None,
        gap=first_decimal(item, _GAP, 0),
        diameter=first_decimal(item, _DIAMETER, 0),
        tick_alignment=text(item, _TICK_ALIGNMENT).upper() or "CENTER",
        tick_label_alignment=text(item, _LABEL_ALIGNMENT).upper() or "BOTTOM",
        shows_labels=text(item, _SHOW_LABEL).upper() == "Y",
        ticks=ticks,
    )


def _text(item: Attributes) -> Text:
    box = anchor = None
    if _TOP_LEFT in item or _BOTTOM_RIGHT in item:
        first = _point(exactly(item, _TOP_LEFT, 2, "Bounding Box Top Left Hand Corner"))
        box = first, _point(exactly(item, _BOTTOM_RIGHT, 2, "Bounding Box Bottom Right Hand Corner"))
    if _ANCHOR in item:
        anchor = _point(exactly(item, _ANCHOR, 2, "Anchor Point"))
    if box is None and anchor is None:
        raise Invalid("A text needs a bounding box or an anchor point.", tag=_TOP_LEFT)
    style = (*items(item, _TEXT_STYLE), {})[0]
    justification = text(style, _HORIZONTAL) or text(item, _JUSTIFICATION)
    attribute = item.get(_VALUE)
    value = "" if attribute is None or attribute.first is None else str(attribute.first)
    return Text(
        text=value[:_MOST_LETTERS],
        box=box,
        box_units=_units(item, _BOX_UNITS),
        justification=justification.upper() or "LEFT",
        vertical=text(style, _VERTICAL).upper() or "TOP",
        anchor=anchor,
        anchor_units=_units(item, _ANCHOR_UNITS),
        is_anchor_visible=text(item, _ANCHOR_VISIBLE).upper() == "Y",
        lab=read_lab(style, _TEXT_LAB),
        is_bold=text(style, _BOLD).upper() == "Y",
        is_italic=text(style, _ITALIC).upper() == "Y",
        is_underlined=text(style, _UNDERLINED).upper() == "Y",
        compound=_number(item),
    )


def _units(item: Attributes, tag: Tag) -> Units:
    """MATRIX, pixels of a Total Pixel Matrix, counts as PIXEL."""
    name = text(item, tag).upper() or "PIXEL"
    if name not in ("PIXEL", "DISPLAY", "MATRIX"):
        raise Invalid(f"Annotation Units “{name[:16]}” are none of the standard.", tag=tag)
    return Units.DISPLAY if name == "DISPLAY" else Units.PIXEL


def _points(item: Attributes, fewest: int, most: int | None) -> tuple[Point, ...]:
    attribute = item.get(_DATA)
    numbers = decimals(item, _DATA)
    count = int(first_decimal(item, _COUNT, len(numbers) // 2))
    if attribute is None or len(numbers) != len(attribute.values) or len(numbers) != 2 * count:
        raise Invalid("Graphic Data must be Number of Graphic Points pairs of numbers.", tag=_DATA)
    if count < fewest or (most is not None and count > most):
        raise Invalid(f"A graphic has {count} points, which its type cannot have.", tag=_DATA)
    return tuple(_point(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True))


def _point(pair: tuple[float, ...]) -> Point:
    if max(map(abs, pair)) > _FAR:
        raise Invalid("A graphic has a point out of all reach.", tag=_DATA)
    return pair[0], pair[1]


def _number(item: Attributes) -> int | None:
    number = decimals(item, _NUMBER)
    return int(number[0]) if number else None


def _line(item: Attributes) -> Line:
    style = (*items(item, _LINE_STYLE), {})[0]
    pattern = style.get(_PATTERN)
    raw = pattern.first if pattern is not None else None
    return Line(
        lab=read_lab(style, _ON_LAB),
        opacity=_opacity(style, _ON_OPACITY, 1.0),
        thickness=min(max(first_decimal(style, _THICKNESS, 1.0), 0.1), 1000.0),
        is_dashed=text(style, _DASHING).upper() == "DASHED",
        pattern=int(raw) & 0xFFFFFFFF if isinstance(raw, int) else 0xFF00FF00,
        off_lab=read_lab(style, _OFF_LAB),
        off_opacity=_opacity(style, _OFF_OPACITY, 0.0),
    )


def _fill(item: Attributes) -> Fill:
    style = (*items(item, _FILL_STYLE), {})[0]
    pattern = style.get(_FILL_PATTERN)
    raw = pattern.first if pattern is not None else None
    is_stippled = (
        text(style, _FILL_MODE).upper() == "STIPPELED" and isinstance(raw, bytes) and len(raw) == 128
    )
    return Fill(
        lab=read_lab(style, _ON_LAB),
        opacity=_opacity(style, _ON_OPACITY, 1.0),
        pattern=raw if is_stippled and isinstance(raw, bytes) and len(raw) == 128 else b"",
        off_lab=read_lab(style, _OFF_LAB),
        off_opacity=_opacity(style, _OFF_OPACITY, 0.0),
    )


def _opacity(style: Attributes, tag: Tag, absent: float) -> float:
    return min(max(first_decimal(style, tag, absent), 0.0), 1.0)
