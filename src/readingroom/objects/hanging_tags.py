"""Tags of the Hanging Protocol IOD (PS3.6, group 0072), under the names of the standard."""

from __future__ import annotations

from typing import Final

from readingroom.model import Attribute, Attributes, Tag

NAME, DESCRIPTION, LEVEL, CREATOR, CREATED = 0x00720002, 0x00720004, 0x00720006, 0x00720008, 0x0072000A
DEFINITION, PRIORS, USERS, IMAGE_SETS = 0x0072000C, 0x00720014, 0x0072000E, 0x00720020
SELECTORS, USAGE, ATTRIBUTE, VALUE_NUMBER = 0x00720022, 0x00720024, 0x00720026, 0x00720028
SEQUENCE_POINTER, TIME_BASED, IMAGE_SET = 0x00720052, 0x00720030, 0x00720032
CATEGORY, RELATIVE, RELATIVE_UNITS, ABSTRACT, LABEL = (
    0x00720034,
    0x00720038,
    0x0072003A,
    0x0072003C,
    0x00720040,
)
ATTRIBUTE_VR = 0x00720050
SCREENS, SCREEN_DEFINITION = 0x00720100, 0x00720102
VERTICAL, HORIZONTAL, POSITION, GREY_DEPTH = 0x00720104, 0x00720106, 0x00720108, 0x0072010A
DISPLAY_SETS, DISPLAY_SET, GROUP, SET_LABEL = 0x00720200, 0x00720202, 0x00720204, 0x00720203
PARTIAL, SCROLLING, SCROLLING_GROUP = 0x00720208, 0x00720210, 0x00720212
BOXES, BOX, LAYOUT, TILES_ACROSS, TILES_DOWN = 0x00720300, 0x00720302, 0x00720304, 0x00720306, 0x00720308
SCROLL_DIRECTION, SMALL_SCROLL, SMALL_AMOUNT = 0x00720310, 0x00720312, 0x00720314
LARGE_SCROLL, LARGE_AMOUNT = 0x00720316, 0x00720318
PLAYBACK, CINE_SPEED = 0x00181244, 0x00720330
FILTERS, BY_CATEGORY, BY_PRESENCE, BY_OPERATOR = 0x00720400, 0x00720402, 0x00720404, 0x00720406
BLENDING, REFORMATTING, THICKNESS, INTERVAL = 0x00720500, 0x00720510, 0x00720512, 0x00720514
DIRECTION, RENDERING, SORTING = 0x00720516, 0x00720520, 0x00720600
BY_SORT_CATEGORY, SORTING_DIRECTION = 0x00720602, 0x00720604
VOI_TYPE, PSEUDO_COLOUR, INVERTED, TRUE_SIZE, JUSTIFICATION = (
    *(0x00720702, 0x00720704, 0x00720706, 0x00720710, 0x00720717),
)
MODALITY, BODY_PART, SERIES_DESCRIPTION = 0x00080060, 0x00180015, 0x0008103E
IMAGE_LATERALITY, LATERALITY, VIEW, SERIES_NUMBER = 0x00200062, 0x00200060, 0x00185101, 0x00200011
CONTRAST, PROCEDURE, REASON, REGION = 0x00180010, 0x00081032, 0x0040100A, 0x00082218
VIEW_CODE = 0x00540220
VALUE_OF: Final[dict[str, Tag]] = {
    "AT": 0x00720060, "CS": 0x00720062, "IS": 0x00720064, "LO": 0x00720066, "LT": 0x00720068,
    "PN": 0x0072006A, "SH": 0x0072006C, "ST": 0x0072006E, "UT": 0x00720070, "DS": 0x00720072,
    "FD": 0x00720074, "FL": 0x00720076,
    "UL": 0x00720078, "US": 0x0072007A, "SL": 0x0072007C, "SS": 0x0072007E, "SQ": 0x00720080,
}  # fmt: skip
"""Where the value stands, by the VR of the attribute that is looked at (C.23.2, table C.23.4-1)."""


def items(attributes: Attributes, tag: Tag) -> tuple[Attributes, ...]:
    """Items of a sequence; none where it is missing or no sequence."""
    found = attributes.get(tag)
    return found.values if isinstance(found, Attribute) and found.vr == "SQ" else ()


def first_text(attributes: Attributes, tag: Tag) -> str:
    """The first value as text without padding, "" where there is none."""
    found = attributes.get(tag)
    value = found.first if isinstance(found, Attribute) else None
    return str(value).strip() if value is not None else ""


def first_number(attributes: Attributes, tag: Tag) -> int | None:
    """The first value as a whole number; None where there is none."""
    text = first_text(attributes, tag)
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None
