"""What objects of each SOP class must contain to be what they say they are.

Only what no conforming object of a class can be without is here: attributes of Type 1 in Modules that are
Mandatory for its IOD (PS3.3 A). The classes are in sop_class_contents.csv; one that is not there, private
or newer than the table, is not judged.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROWS, COLUMNS = 0x00280010, 0x00280011
BITS_ALLOCATED, SAMPLES_PER_PIXEL, PHOTOMETRIC_INTERPRETATION = 0x00280100, 0x00280002, 0x00280004
PIXELS = (0x7FE00010, 0x7FE00008, 0x7FE00009, 0x00287FE0)
"""Pixel Data, Float and Double Float Pixel Data, and the URL that stands for it (PS3.5 A.6)."""
VALUE_TYPE, CONTENT_SEQUENCE, CONCEPT_NAME = 0x0040A040, 0x0040A730, 0x0040A043
SEGMENT_SEQUENCE = 0x00620002


@dataclass(frozen=True, slots=True)
class Content:
    """One kind of content.

    name: in words. sections: of PS3.3, where its Modules are. core: an object with none of these
    attributes holds nothing of the kind; with those of another kind it contradicts its SOP class. needed: of
    each group at least one; an object that lacks a group does not match its SOP class.
    """

    name: str
    sections: tuple[str, ...]
    core: frozenset[int]
    needed: tuple[tuple[int, ...], ...] = ()

    @property
    def tags(self) -> frozenset[int]:
        """Everything the kind is known by."""
        return self.core.union(*self.needed)


_IMAGE_PIXEL = (
    (ROWS,),
    (COLUMNS,),
    (BITS_ALLOCATED,),
    (SAMPLES_PER_PIXEL,),
    (PHOTOMETRIC_INTERPRETATION,),
    PIXELS,
)

CONTENTS: dict[str, Content] = {
    "image": Content(
        "image", ("C.7.6.3", "C.7.6.24", "C.7.6.25"), frozenset({ROWS, COLUMNS, *PIXELS}), _IMAGE_PIXEL
    ),
    "segmentation": Content(
        "segmentation", ("C.7.6.3", "C.8.20.2"),
        frozenset({ROWS, COLUMNS, *PIXELS, SEGMENT_SEQUENCE}), (*_IMAGE_PIXEL, (SEGMENT_SEQUENCE,)),
    ),
    "spectroscopy": Content(
        "spectroscopy data", ("C.8.14.4",), frozenset({0x56000020}), ((ROWS,), (COLUMNS,))
    ),
    "waveform": Content("waveform", ("C.10.9",), frozenset({0x54000100})),
    "document": Content(
        "document content", ("C.17.3",), frozenset({VALUE_TYPE, CONTENT_SEQUENCE, CONCEPT_NAME}),
        ((VALUE_TYPE,),),
    ),
    "encapsulated document": Content("encapsulated document", ("C.24.2",), frozenset({0x00420011})),
    "presentation state": Content(
        "presentation state", ("C.11.10",), frozenset({0x00700080, 0x00700082, 0x00700083})
    ),
    # Structure Set Label, Structure Set ROI Sequence, ROI Contour Sequence
    "structure set": Content(
        "structure set", ("C.8.8.5", "C.8.8.6"), frozenset({0x30060002, 0x30060020, 0x30060039})
    ),
    # RT Plan Label and Geometry, Fraction Group, Beam, Ion Beam, Application Setup Sequence
    "plan": Content(
        "plan", ("C.8.8.9", "C.8.8.13"),
        frozenset({0x300A0002, 0x300A000C, 0x300A0070, 0x300A00B0, 0x300A03A2, 0x300A0230}),
    ),
    # Dose Units, Dose Type, Dose Summation Type, Dose Grid Scaling, DVH Sequence
    "dose": Content(
        "dose", ("C.8.8.3",), frozenset({0x30040002, 0x30040004, 0x3004000A, 0x3004000E, 0x30040050})
    ),
    "surface segmentation": Content(
        "surfaces or segments", ("C.27.1", "C.8.23.1"), frozenset({0x00660002, SEGMENT_SEQUENCE})
    ),
    "registration": Content("registration", ("C.20.2",), frozenset({0x00700308})),
    "deformable registration": Content("deformable registration", ("C.20.3",), frozenset({0x00640002})),
    "fiducials": Content("fiducials", ("C.21.2",), frozenset({0x0070031C})),
}  # fmt: skip


@cache
def _contents() -> dict[str, Content]:
    table = Path(__file__).with_name("sop_class_contents.csv")
    with table.open(newline="", encoding="utf-8") as rows:
        return {row["sop_class_uid"]: CONTENTS[row["content"]] for row in csv.DictReader(rows)}


def content_of(sop_class_uid: str) -> Content | None:
    """What objects of the class must hold; None for a class that is not judged."""
    return _contents().get(sop_class_uid)


@cache
def others_than(content: Content) -> tuple[Content, ...]:
    """The other kinds of content."""
    return tuple(other for other in CONTENTS.values() if other != content)


@cache
def content_tags() -> frozenset[int]:
    """Every attribute that some content is known by."""
    return frozenset().union(*(content.tags for content in CONTENTS.values()))
