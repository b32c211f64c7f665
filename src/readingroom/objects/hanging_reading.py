"""Hangings from Hanging Protocol objects of anybody (PS3.3 C.23): what cannot be taken over is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from readingroom.errors import Invalid
from readingroom.model import Attributes, Cell, Hanging, HangingCondition, Screen, Selector, Show, Tag
from readingroom.standard.hanging import DIRECTIONS, HANGING_PROTOCOL, REGIONS

from . import hanging_tags as tags
from .hanging_protocol import PRIVATE_CREATOR

_MOST_BOXES: Final = 200
_MOST_SETS: Final = 200
_MOST_SIDE, _MOST_SCREENS, _MOST_NOTES, _LONGEST = 5, 8, 30, 64
_BLOCK, _WHOLE = 0x00730010, 0x00731001
_PLANE_OF: Final = {direction: plane for plane, direction in DIRECTIONS.items()}
_REGION_OF: Final = {code: part for part, (code, _) in REGIONS.items()} | {
    # As older objects write them: SNOMED RT, and codes that were replaced.
    **{"T-D1100": "HEAD", "T-A0100": "BRAIN", "T-D3000": "CHEST", "T-D4000": "ABDOMEN", "T-D6000": "PELVIS"},
    **{"T-04000": "BREAST", "T-11500": "SPINE", "51185008": "CHEST", "113345001": "ABDOMEN"},
}
_FIELDS: Final[dict[Tag, str]] = {
    tags.MODALITY: "modality",
    tags.BODY_PART: "body_part",
    tags.SERIES_DESCRIPTION: "description",
    tags.IMAGE_LATERALITY: "laterality",
    tags.LATERALITY: "laterality",
    tags.VIEW: "view",
    tags.VIEW_CODE: "view",
}
_VIEWS: Final = {"399162004": "CC", "399368009": "MLO", "R-10242": "CC", "R-10226": "MLO"}
"""Codes of the two usual views (PS3.16 CID 4014), which View Position says by letters."""


@dataclass(slots=True)
class Imported:
    """What an object says. notes: sentences about what was not taken over. whole: JSON of our export."""

    hanging: Hanging
    notes: list[str] = field(default_factory=list)
    whole: str = ""

    def note(self, sentence: str) -> None:
        """Once, and not without end."""
        if sentence not in self.notes and len(self.notes) < _MOST_NOTES:
            self.notes.append(sentence)


def read_hanging(attributes: Attributes) -> Imported:
    """The hanging of an object. Raises Invalid where there is none to be hung."""
    if tags.first_text(attributes, 0x00080016) != HANGING_PROTOCOL:
        raise Invalid("This object is no hanging protocol.")
    imported = Imported(Hanging(_name(attributes), (), ()))
    sets = _image_sets(attributes, imported)
    boxes = _boxes(attributes, sets, imported)
    if not boxes:
        raise Invalid("This hanging protocol has no image box that shows an image set.")
    imported.hanging = replace(
        imported.hanging,
        conditions=_conditions(attributes, imported),
        screens=_screens(attributes, boxes, imported),
        linked=bool(tags.items(attributes, tags.SCROLLING)),
    )
    if tags.first_text(attributes, _BLOCK) == PRIVATE_CREATOR:
        imported.whole = tags.first_text(attributes, _WHOLE)
    return imported


def _name(attributes: Attributes) -> str:
    """The description where it goes on what the name, of 16 characters, begins."""
    name, more = (tags.first_text(attributes, tag) for tag in (tags.NAME, tags.DESCRIPTION))
    chosen = more if name and more.startswith(name) else name or more
    shown = "".join(c if c.isprintable() else " " for c in chosen)
    return " ".join(shown.split())[:_LONGEST] or "Hanging protocol"


def _conditions(attributes: Attributes, imported: Imported) -> tuple[HangingCondition, ...]:
    definitions = tags.items(attributes, tags.DEFINITION)[:50]
    modalities, parts, sides = [], [], []
    for item in definitions:
        modalities += [tags.first_text(item, tags.MODALITY)]
        for code in tags.items(item, tags.REGION)[:20]:
            value = tags.first_text(code, 0x00080100)
            parts += [_REGION_OF.get(value, "")]
            if value not in _REGION_OF:
                imported.note(f"The anatomic region {value[:_LONGEST]} is not known here and not asked for.")
        sides += [tags.first_text(item, tags.LATERALITY)]
        if tags.items(item, tags.PROCEDURE) or tags.items(item, tags.REASON):
            imported.note("Procedure codes and reasons are not asked for.")
    made = [
        HangingCondition(name, "is", tuple(dict.fromkeys(v[:_LONGEST] for v in found if v)))
        for name, found in (("modality", modalities), ("body_part", parts), ("laterality", sides))
        if any(found)
    ]
    if not made:
        imported.note(
            "It does not say for which studies it is: it can be chosen, and is never hung by itself."
        )
    priors = tags.first_number(attributes, tags.PRIORS) or 0
    if 0 < priors <= 20:
        made.append(HangingCondition("priors", "at_least", (str(priors),)))
    return tuple(made)


def _image_sets(attributes: Attributes, imported: Imported) -> dict[int, Selector]:
    """By Image Set Number."""
    found: dict[int, Selector] = {}
    all_sets = tags.items(attributes, tags.IMAGE_SETS)
    if len(all_sets) > _MOST_SETS:
        imported.note(f"Of {len(all_sets)} image sets the first {_MOST_SETS} are taken.")
    for item in all_sets[:_MOST_SETS]:
        selector = _selector(tags.items(item, tags.SELECTORS), imported)
        for when in tags.items(item, tags.TIME_BASED)[:20]:
            number = tags.first_number(when, tags.IMAGE_SET)
            if number is None:
                imported.note("An image set has no number and is left out.")
                continue
            if number in found:
                imported.note(f"Two image sets have the number {number}: the first is taken.")
                continue
            found[number] = replace(selector, study=_study(when, imported))
    return found


def _selector(asked: Sequence[Attributes], imported: Imported) -> Selector:
    values: dict[str, str] = {}
    number: int | None = None
    for item in asked[:50]:
        attribute = item.get(tags.ATTRIBUTE)
        tag = attribute.first if attribute is not None else None
        value = _value(item)
        name = _FIELDS.get(tag) if isinstance(tag, int) else None
        if tag == tags.SERIES_NUMBER and value.lstrip("-").isdecimal() and len(value) < 10:
            number = int(value)
        elif name is None or not value or item.get(tags.SEQUENCE_POINTER):
            if isinstance(tag, int):
                where = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
                imported.note(f"A selector {where} is not understood and left out.")
            else:
                imported.note("A selector without an attribute is left out.")
        elif values.get(name, value) != value:
            imported.note(f"Selectors contradict each other about {name}: {values[name]} is taken.")
        else:
            values[name] = value
    texts: dict[str, Any] = {name: value[:_LONGEST] for name, value in values.items()}
    return Selector(number=number, **texts)


def _value(item: Attributes) -> str:
    vr = tags.first_text(item, tags.ATTRIBUTE_VR)
    if vr == "SQ":
        code = next(iter(tags.items(item, tags.VALUE_OF["SQ"])), None)
        value = tags.first_text(code, 0x00080100) if code is not None else ""
        return _VIEWS.get(value, value)
    text = tags.first_text(item, tags.VALUE_OF[vr]) if vr in tags.VALUE_OF else ""
    return text if text.isprintable() else ""


def _study(when: Attributes, imported: Imported) -> int:
    category = tags.first_text(when, tags.CATEGORY)
    if category == "ABSTRACT_PRIOR":
        value = tags.first_number(when, tags.ABSTRACT)
        if value is not None and 1 <= value <= 20:
            return value
        imported.note("A prior that is not counted from the newest hangs as the newest one.")
        return 1
    relative = when.get(tags.RELATIVE)
    if relative is not None and any(relative.values):
        imported.note("A prior of a certain age hangs as the newest prior.")
        return 1
    return 0


@dataclass(frozen=True, slots=True)
class _Box:
    """A rectangle in the display environment, y down from the top, and what hangs in it."""

    left: float
    top: float
    right: float
    bottom: float
    cell: Cell


def _boxes(attributes: Attributes, sets: dict[int, Selector], imported: Imported) -> list[_Box]:
    boxes: list[_Box] = []
    display_sets = tags.items(attributes, tags.DISPLAY_SETS)
    count = sum(len(tags.items(item, tags.BOXES)) for item in display_sets)
    if count > _MOST_BOXES:
        imported.note(f"Of {count} image boxes the first {_MOST_BOXES} are looked at.")
    for item in display_sets:
        if (tags.first_number(item, tags.GROUP) or 1) != 1:
            imported.note("Presentation groups after the first are left out.")
            continue
        selector = sets.get(tags.first_number(item, tags.IMAGE_SET) or 0)
        if selector is None:
            imported.note("A display set names an image set that is not there; it is left out.")
            continue
        selector = _filtered(selector, item, imported)
        for n, box in enumerate(tags.items(item, tags.BOXES)):
            if len(boxes) >= _MOST_BOXES:
                return boxes
            place = _rectangle(box)
            if place is None:
                imported.note("An image box says no place where it could lie; it is left out.")
                continue
            boxes.append(_Box(*place, Cell((replace(selector, place=n + 1),), _show(item, box, imported))))
    return boxes


def _rectangle(item: Attributes) -> tuple[float, float, float, float] | None:
    """From the standard's corners, whose origin is at the lower left."""
    found = item.get(tags.POSITION)
    if found is None or len(found.values) != 4 or not all(isinstance(v, float) for v in found.values):
        return None
    left, top, right, bottom = found.values
    if not (0 <= left < right <= 1.0001 and -0.0001 <= bottom < top <= 1.0001):
        return None
    return left, 1 - top, right, 1 - bottom


def _filtered(selector: Selector, item: Attributes, imported: Imported) -> Selector:
    for one in tags.items(item, tags.FILTERS)[:50]:
        attribute = one.get(tags.ATTRIBUTE)
        presence = tags.first_text(one, tags.BY_PRESENCE)
        plane = _PLANE_OF.get(tags.first_text(one, tags.VALUE_OF["CS"]))
        operator = tags.first_text(one, tags.BY_OPERATOR)
        if (
            tags.first_text(one, tags.BY_CATEGORY) == "IMAGE_PLANE"
            and plane
            and operator in ("", "MEMBER_OF")
        ):
            selector = replace(selector, orientation=plane)
        elif attribute is not None and attribute.first == tags.CONTRAST and presence:
            selector = replace(selector, contrast=presence == "PRESENT")
        else:
            imported.note("A filter of images is not understood and left out.")
    if any(not _is_order_of_stack(one) for one in tags.items(item, tags.SORTING)[:50]):
        imported.note("Images stay in the order of their stack: sorting is left out.")
    return selector


def _is_order_of_stack(sorting: Attributes) -> bool:
    """C.23.3: along the axis from foot to head or whichever way the stack goes, as stacks are here."""
    along = tags.first_text(sorting, tags.BY_SORT_CATEGORY) == "ALONG_AXIS"
    return along and tags.first_text(sorting, tags.SORTING_DIRECTION) == "INCREASING"


def _show(item: Attributes, box: Attributes, imported: Imported) -> Show:
    layout = tags.first_text(box, tags.LAYOUT)
    sides = [tags.first_number(box, tag) or 1 for tag in (tags.TILES_ACROSS, tags.TILES_DOWN)]
    operation = tags.first_text(item, tags.REFORMATTING)
    direction = _PLANE_OF.get(tags.first_text(item, tags.DIRECTION), "ax")
    plane = {"MPR": direction, "SLAB": direction, "3D_RENDERING": "3d"}.get(operation, "")
    thickness = item.get(tags.THICKNESS)
    slab = None
    if plane in DIRECTIONS and thickness is not None and isinstance(thickness.first, float):
        slab = ("max", thickness.first) if 1.0 < thickness.first <= 1000 else None
    if window := tags.first_text(item, tags.VOI_TYPE):
        imported.note(f"The window {window[:_LONGEST]} is left out: windows stay as images say them.")
    if colours := tags.first_text(item, tags.PSEUDO_COLOUR):
        imported.note(f"The colours {colours[:_LONGEST]} are left out: images keep theirs.")
    return Show(
        tiles=min(max(*sides, 1), 8) if layout == "TILED" else 1,
        cine=layout == "CINE",
        plane=plane,
        slab=slab,
        over="PT" if tags.first_text(item, tags.BLENDING) == "COLOR" else "",
        inverted=tags.first_text(item, tags.INVERTED) == "YES",
        size="true" if tags.first_text(item, tags.TRUE_SIZE) == "YES" else "",
        justify={"LEFT": "left", "RIGHT": "right"}.get(tags.first_text(item, tags.JUSTIFICATION), ""),
    )


def _screens(attributes: Attributes, boxes: list[_Box], imported: Imported) -> tuple[Screen, ...]:
    """Boxes by the screen that their middle lies on; each screen gets a grid of its own."""
    places = [p for p in map(_rectangle, tags.items(attributes, tags.SCREEN_DEFINITION)[:_MOST_SCREENS]) if p]
    places = sorted(places, key=lambda p: (p[0], p[1])) or [(0.0, 0.0, 1.0, 1.0)]
    on: list[list[_Box]] = [[] for _ in places]
    for box in boxes:
        x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
        at = next((i for i, p in enumerate(places) if p[0] <= x <= p[2] and p[1] <= y <= p[3]), 0)
        on[at].append(box)
    screens = tuple(_grid(of, imported) for of in on if of)
    if len(screens) > 1:
        screens = tuple(replace(s, role="current" if i == 0 else "") for i, s in enumerate(screens))
    return screens


def _grid(boxes: list[_Box], imported: Imported) -> Screen:
    """Rows and columns are where boxes begin; a box over several cells stands in the first."""
    tops = _starts(box.top for box in boxes)
    lefts = _starts(box.left for box in boxes)
    if len(tops) > _MOST_SIDE or len(lefts) > _MOST_SIDE:
        imported.note(
            f"A grid of {len(tops)} by {len(lefts)} is cut to {_MOST_SIDE} by {_MOST_SIDE} at most."
        )
    tops, lefts = tops[:_MOST_SIDE], lefts[:_MOST_SIDE]
    cells = [Cell()] * (len(tops) * len(lefts))
    for box in boxes:
        row, column = _nearest(tops, box.top), _nearest(lefts, box.left)
        if row is None or column is None:
            continue
        if cells[row * len(lefts) + column].pick:
            imported.note("Image boxes lie over each other: the first one stands.")
            continue
        cells[row * len(lefts) + column] = box.cell
        spans = sum(box.left - 0.001 <= x < box.right - 0.001 for x in lefts)
        spans *= sum(box.top - 0.001 <= y < box.bottom - 0.001 for y in tops)
        if spans > 1:
            imported.note("A box that covers several cells of the grid is shown in the first of them.")
    return Screen(len(tops), len(lefts), tuple(cells))


def _starts(values: object) -> list[float]:
    """Different ones in order; what is less than a hundredth apart is the same."""
    found: list[float] = []
    for value in sorted(values):  # type: ignore[call-overload]
        if not found or value - found[-1] > 0.01:
            found.append(value)
    return found


def _nearest(starts: list[float], value: float) -> int | None:
    return next((i for i, start in enumerate(starts) if abs(start - value) <= 0.011), None)
