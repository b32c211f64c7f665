"""Hanging Protocol objects made from hangings (PS3.3 A.44, C.23)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from readingroom.dataset import write_dataset, write_file_meta
from readingroom.errors import Conflict
from readingroom.model import Attribute, Cell, Hanging, Screen, Selector, Show, Tag
from readingroom.standard.hanging import DIRECTIONS, HANGING_PROTOCOL, REGIONS
from readingroom.standard.implementation import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME
from readingroom.standard.transfer_syntaxes import EXPLICIT_LE

from . import hanging_tags as tags

PRIVATE_CREATOR: Final = "READING ROOM HANGING"
_BLOCK, _WHOLE = 0x00730010, 0x00731001
_PIXELS: Final = (1080, 1920)
_Item = dict[Tag, Attribute]


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes the object, and when. at: DT. shared: for the site, else for its maker alone."""

    sop_instance_uid: str
    creator: str
    at: str
    shared: bool


def hanging_object(hanging: Hanging, maker: Maker, whole: str) -> bytes:
    """A Part 10 file. whole: the hanging as JSON, for our own import: the standard knows less.

    Raises Conflict for a hanging that no such object can say: it needs a modality or a body part (C.23.1).
    """
    attributes = hanging_attributes(hanging, maker) | {
        _BLOCK: Attribute("LO", (PRIVATE_CREATOR,)),
        _WHOLE: Attribute("UT", (whole,)),
    }
    meta = write_file_meta(
        HANGING_PROTOCOL,
        maker.sop_instance_uid,
        EXPLICIT_LE,
        implementation_class_uid=IMPLEMENTATION_CLASS_UID,
        implementation_version_name=IMPLEMENTATION_VERSION_NAME,
    )
    return meta + write_dataset(attributes, EXPLICIT_LE)


def hanging_attributes(hanging: Hanging, maker: Maker) -> _Item:
    """The standard attributes of the object."""
    cells = [
        (_place(number, len(hanging.screens), screen, place), cell)
        for number, screen in enumerate(hanging.screens)
        for place, cell in enumerate(screen.cells)
        if cell.pick
    ]
    if not cells:
        raise Conflict("No cell of this hanging says what hangs in it: a DICOM object needs one.")
    sets = list(dict.fromkeys(cell.pick[0] for _, cell in cells))
    made: _Item = {
        0x00080005: _cs("ISO_IR 192"),
        0x00080012: Attribute("DA", (maker.at[:8],)),
        0x00080013: Attribute("TM", (maker.at[8:14],)),
        0x00080016: Attribute("UI", (HANGING_PROTOCOL,)),
        0x00080018: Attribute("UI", (maker.sop_instance_uid,)),
        tags.NAME: Attribute("SH", (_plain(hanging.name)[:16].strip(),)),
        tags.DESCRIPTION: Attribute("LO", (_plain(hanging.name)[:64],)),
        tags.LEVEL: _cs("SITE" if maker.shared else "SINGLE_USER"),
        tags.CREATOR: Attribute("LO", (_plain(maker.creator)[:64] or "Reading Room",)),
        tags.CREATED: Attribute("DT", (maker.at,)),
        tags.DEFINITION: _sq(_definitions(hanging)),
        tags.PRIORS: _us(hanging.priors),
        tags.IMAGE_SETS: _sq(_image_set(selector, n + 1, hanging) for n, selector in enumerate(sets)),
        tags.USERS: _sq(()),
        tags.SCREENS: _us(len(hanging.screens)),
        tags.SCREEN_DEFINITION: _sq(_screen(n, len(hanging.screens)) for n in range(len(hanging.screens))),
        tags.DISPLAY_SETS: _sq(
            _display_set(n + 1, sets.index(cell.pick[0]) + 1, place, cell)
            for n, (place, cell) in enumerate(cells)
        ),
        tags.PARTIAL: _cs("MAINTAIN_LAYOUT"),
    }  # fmt: skip
    if hanging.linked and len(cells) > 1:
        made[tags.SCROLLING] = _sq([{tags.SCROLLING_GROUP: _us(*range(1, len(cells) + 1))}])
    return made


def _definitions(hanging: Hanging) -> list[_Item]:
    """One item a modality and body part; both unknown to the standard make none."""
    modalities = [m.upper() for m in hanging.values_of("modality")] or [""]
    regions = [r for r in (REGIONS.get(b.upper()) for b in hanging.values_of("body_part")) if r]
    sides = [s.upper() for s in hanging.values_of("laterality") if s.upper() in ("L", "R", "B", "U")]
    if modalities == [""] and not regions:
        raise Conflict("A DICOM hanging protocol is for a modality or a body part; this one names neither.")
    items = []
    for modality in modalities:
        item: _Item = {tags.PROCEDURE: _sq(()), tags.REASON: _sq(())}
        if modality:
            item[tags.MODALITY] = _cs(modality[:16])
        if regions:
            item[tags.REGION] = _sq(_code(*region) for region in regions)
            item[tags.LATERALITY] = _cs(*sides[:1])
        items.append(item)
    return items


def _image_set(selector: Selector, number: int, hanging: Hanging) -> _Item:
    """C.23.2: which images, and of which study. What is contained in a text no selector can say."""
    asked: list[_Item] = []

    def ask(tag: Tag, vr: str, value: Any, usage: str = "NO_MATCH") -> None:
        asked.append(
            {
                tags.USAGE: _cs(usage),
                tags.ATTRIBUTE: Attribute("AT", (tag,)),
                tags.ATTRIBUTE_VR: _cs(vr),
                tags.VALUE_OF[vr]: Attribute(vr, (value,)),
                tags.VALUE_NUMBER: _us(1),
            }
        )

    for tag, value in (
        (tags.MODALITY, selector.modality),
        (tags.BODY_PART, selector.body_part),
        (tags.IMAGE_LATERALITY, selector.laterality),
        (tags.VIEW, selector.view),
    ):
        if value:
            ask(tag, "CS", value.upper()[:16])
    if selector.number is not None:
        ask(tags.SERIES_NUMBER, "IS", str(selector.number))
    if not asked:
        modality = next(hanging.values_of("modality"), "OT")
        ask(tags.MODALITY, "CS", modality.upper()[:16], "MATCH")
    when: _Item = {tags.IMAGE_SET: _us(number), tags.LABEL: Attribute("LO", (_label(selector),))}
    if selector.study:
        when |= {
            tags.CATEGORY: _cs("ABSTRACT_PRIOR"),
            tags.ABSTRACT: Attribute("SS", (selector.study, selector.study)),
        }
    else:
        when |= {
            tags.CATEGORY: _cs("RELATIVE_TIME"),
            tags.RELATIVE: _us(0, 0),
            tags.RELATIVE_UNITS: _cs("SECONDS"),
        }
    return {tags.SELECTORS: _sq(asked), tags.TIME_BASED: _sq([when])}


def _display_set(number: int, image_set: int, place: tuple[float, ...], cell: Cell) -> _Item:
    """C.23.3: one box, and what is done with the images in it."""
    show = cell.show
    box: _Item = {tags.BOX: _us(1), tags.POSITION: Attribute("FD", place)}
    if show.tiles > 1:
        box |= {
            tags.LAYOUT: _cs("TILED"),
            tags.TILES_ACROSS: _us(show.tiles),
            tags.TILES_DOWN: _us(show.tiles),
            tags.SCROLL_DIRECTION: _cs("VERTICAL"),
            tags.SMALL_SCROLL: _cs("ROW_COLUMN"),
            tags.SMALL_AMOUNT: _us(1),
            tags.LARGE_SCROLL: _cs("PAGE"),
            tags.LARGE_AMOUNT: _us(1),
        }
    elif show.cine:
        box |= {tags.LAYOUT: _cs("CINE"), tags.PLAYBACK: _us(0), tags.CINE_SPEED: Attribute("FD", (1.0,))}
    else:
        box[tags.LAYOUT] = _cs("PROCESSED" if show.plane else "STACK")
    made: _Item = {
        tags.DISPLAY_SET: _us(number),
        tags.GROUP: _us(1),
        tags.IMAGE_SET: _us(image_set),
        tags.BOXES: _sq([box]),
        tags.FILTERS: _sq(_filters(cell.pick[0])),
        tags.SORTING: _sq(()),
    }
    return made | _shown(show)


def _filters(selector: Selector) -> Iterable[_Item]:
    if selector.orientation:
        yield {
            tags.BY_CATEGORY: _cs("IMAGE_PLANE"),
            tags.ATTRIBUTE_VR: _cs("CS"),
            tags.VALUE_OF["CS"]: _cs(DIRECTIONS[selector.orientation]),
            tags.BY_OPERATOR: _cs("MEMBER_OF"),
        }


def _shown(show: Show) -> _Item:
    made: _Item = {}
    if show.over:
        made[tags.BLENDING] = _cs("COLOR")
    if show.plane == "3d":
        made |= {
            tags.REFORMATTING: _cs("3D_RENDERING"),
            tags.RENDERING: _cs("VOLUME"),
            tags.DIRECTION: _cs("CORONAL"),
        }
    elif show.plane:
        thickness = show.slab[1] if show.slab and show.slab[1] > 0 else 1.0
        made |= {
            tags.REFORMATTING: _cs("MPR"),
            tags.DIRECTION: _cs(DIRECTIONS[show.plane]),
            tags.THICKNESS: Attribute("FD", (thickness,)),
            tags.INTERVAL: Attribute("FD", (1.0,)),
        }
    if show.inverted:
        made[tags.INVERTED] = _cs("YES")
    if show.size == "true":
        made[tags.TRUE_SIZE] = _cs("YES")
    if show.justify:
        made[tags.JUSTIFICATION] = _cs(show.justify.upper())
    return made  # fmt: skip


def _place(number: int, screens: int, screen: Screen, place: int) -> tuple[float, ...]:
    """Left, top, right, bottom; the origin is at the lower left, screens stand side by side (C.23.3.1)."""
    row, column = divmod(place, screen.columns)
    left, right = (number + (column + d) / screen.columns for d in (0, 1))
    return left / screens, 1 - row / screen.rows, right / screens, 1 - (row + 1) / screen.rows


def _screen(number: int, screens: int) -> _Item:
    down, across = _PIXELS
    return {
        tags.VERTICAL: _us(down),
        tags.HORIZONTAL: _us(across),
        tags.POSITION: Attribute("FD", (number / screens, 1.0, (number + 1) / screens, 0.0)),
        tags.GREY_DEPTH: _us(8),
    }


def _label(selector: Selector) -> str:
    words = (
        selector.modality,
        selector.laterality,
        selector.view,
        selector.orientation,
        selector.description,
    )
    prior = f"prior {selector.study}" if selector.study else ""
    return _plain(" ".join(filter(None, (*words, prior))))[:64] or "images"


def _code(value: str, meaning: str) -> _Item:
    return {
        0x00080100: Attribute("SH", (value,)),
        0x00080102: Attribute("SH", ("SCT",)),
        0x00080104: Attribute("LO", (meaning,)),
    }


def _plain(text: str) -> str:
    """A backslash would part the value in two (PS3.5 6.2)."""
    return text.replace("\\", "/")


def _cs(*values: str) -> Attribute:
    return Attribute("CS", values)


def _us(*values: int) -> Attribute:
    return Attribute("US", values)


def _sq(items: Iterable[_Item]) -> Attribute:
    return Attribute("SQ", tuple(items))
