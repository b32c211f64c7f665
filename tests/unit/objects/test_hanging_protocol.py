"""Hanging Protocol objects: ours are judged by dciodvfy and read by pydicom, others' are read tolerantly."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes

from readingroom.dataset import read_dataset, read_file_meta
from readingroom.errors import Conflict, Invalid
from readingroom.model import Attribute
from readingroom.objects import Imported, Maker, hanging_object, read_hanging
from readingroom.reading import hanging_from_json
from readingroom.standard.hanging import REGIONS
from tests.kit.shared_data import shared_data

MAKER = Maker("2.25.123", "ana", "20260101120000", shared=False)
MAMMOGRAPHY = shared_data() / "made" / "hanging" / "mammography-2x2.dcm"
HEAD = {
    "name": "Head CT with the last prior beside it",
    "conditions": [
        {"attribute": "modality", "test": "is", "values": ["CT"]},
        {"attribute": "body_part", "test": "is", "values": ["HEAD"]},
        {"attribute": "laterality", "test": "is", "values": ["L"]},
    ],
    "linked": True,
    "screens": [
        {
            "role": "current",
            "rows": 2,
            "columns": 2,
            "cells": [
                {
                    "pick": [{"modality": "CT", "orientation": "ax"}],
                    "show": {"size": "true", "inverted": True},
                },
                {"pick": [{"modality": "CT"}], "show": {"plane": "cor", "slab": ["max", 10]}},
                {"pick": [{"modality": "PT", "number": 3}], "show": {"tiles": 3}},
                {"pick": [{"modality": "CT"}], "show": {"plane": "3d", "over": "PT", "justify": "right"}},
            ],
        },
        {
            "role": "prior",
            "rows": 1,
            "columns": 1,
            "cells": [{"pick": [{"study": 1, "modality": "CT"}], "show": {"cine": True}}],
        },
    ],
}  # fmt: skip


def made(**changed: Any) -> bytes:
    return hanging_object(hanging_from_json(HEAD | changed), MAKER, "{}")


def read_back(file: bytes) -> Imported:
    meta = read_file_meta(file)
    assert meta is not None
    found = read_dataset(file, meta.transfer_syntax_uid, start=meta.dataset_offset)
    return read_hanging({tag: value for tag, value in found.items() if isinstance(value, Attribute)})


def taken(ds: Dataset) -> Imported:
    buffer = io.BytesIO()
    ds.save_as(buffer)
    return read_back(buffer.getvalue())


@pytest.mark.ps("3.3 A.44", "3.3 C.23.1", "3.3 C.23.2", "3.3 C.23.3")
def test_what_is_made_is_valid(tmp_path: Path) -> None:
    """dciodvfy 2021 wants Modality or Anatomic Region, not both; C.23.1 since allows both."""
    path = tmp_path / "hanging.dcm"
    path.write_bytes(made())
    program = Path(sys.executable).with_name("dciodvfy")
    done = subprocess.run([program, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    errors = [line for line in done.stdout.splitlines() if line.startswith("Error")]
    both = ("Element=<Modality>", "Element=<AnatomicRegionSequence>")
    assert "HangingProtocol" in done.stdout
    assert [line for line in errors if not any(element in line for element in both)] == []


@pytest.mark.ps("3.3 C.23.3.1")
def test_pydicom_reads_what_the_hanging_says() -> None:
    ds = pydicom.dcmread(io.BytesIO(made()))
    assert (ds.HangingProtocolName, ds.HangingProtocolDescription) == ("Head CT with the", HEAD["name"])
    (definition,) = ds.HangingProtocolDefinitionSequence
    assert (definition.Modality, definition.Laterality) == ("CT", "L")
    assert definition.AnatomicRegionSequence[0].CodeValue == codes.SCT.Head.value
    assert (ds.NumberOfPriorsReferenced, ds.NumberOfScreens) == (1, 2)
    assert [list(s.DisplayEnvironmentSpatialPosition) for s in ds.NominalScreenDefinitionSequence] == [
        [0, 1, 0.5, 0],
        [0.5, 1, 1, 0],
    ]
    sets = ds.DisplaySetsSequence
    places = [list(s.ImageBoxesSequence[0].DisplayEnvironmentSpatialPosition) for s in sets]
    assert places == [
        [0, 1, 0.25, 0.5],
        [0.25, 1, 0.5, 0.5],
        [0, 0.5, 0.25, 0],
        [0.25, 0.5, 0.5, 0],
        [0.5, 1, 1, 0],
    ]
    boxes = [s.ImageBoxesSequence[0].ImageBoxLayoutType for s in sets]
    assert boxes == ["STACK", "PROCESSED", "TILED", "PROCESSED", "CINE"]
    assert (sets[1].ReformattingOperationType, sets[1].ReformattingThickness) == ("MPR", 10)
    assert (sets[3].BlendingOperationType, sets[3].DisplaySetHorizontalJustification) == ("COLOR", "RIGHT")
    prior = ds.ImageSetsSequence[sets[4].ImageSetNumber - 1]
    assert list(prior.TimeBasedImageSetsSequence[0].AbstractPriorValue) == [1, 1]
    assert list(ds.SynchronizedScrollingSequence[0].DisplaySetScrollingGroup) == [1, 2, 3, 4, 5]


def test_what_is_made_reads_back_as_it_was() -> None:
    found = read_back(made())
    asked = hanging_from_json(HEAD)
    assert found.notes == []
    assert [s.cells for s in found.hanging.screens] == [s.cells for s in asked.screens]
    assert found.hanging.linked


@pytest.mark.parametrize("part", REGIONS)
def test_codes_of_body_parts_are_those_of_the_standard(part: str) -> None:
    code, meaning = REGIONS[part]
    keyword = "".join(word[0].upper() + word[1:] for word in meaning.split())
    assert getattr(codes.SCT, keyword).value == code


def test_the_made_mammography_protocol_hangs_its_four_views() -> None:
    """TRUTH.csv: top left, top right, bottom left, bottom right are R CC, L CC, R MLO, L MLO."""
    found = read_back(MAMMOGRAPHY.read_bytes())
    (screen,) = found.hanging.screens
    views = [f"{cell.pick[0].laterality} {cell.pick[0].view}" for cell in screen.cells]
    assert (screen.rows, screen.columns, views) == (2, 2, ["R CC", "L CC", "R MLO", "L MLO"])
    assert [cell.show.justify for cell in screen.cells] == ["right", "left", "right", "left"]
    assert list(found.hanging.values_of("modality")) == ["MG"]
    assert found.notes == []


@pytest.mark.parametrize(
    "keyword",
    [
        "HangingProtocolName", "HangingProtocolDefinitionSequence", "NumberOfPriorsReferenced",
        "NominalScreenDefinitionSequence", "ImageSetsSequence", "DisplaySetsSequence",
    ],
)  # fmt: skip
def test_objects_without_a_sequence_are_read_or_refused_with_a_sentence(keyword: str) -> None:
    ds = pydicom.dcmread(MAMMOGRAPHY)
    delattr(ds, keyword)
    if keyword in ("ImageSetsSequence", "DisplaySetsSequence"):
        with pytest.raises(Invalid, match="no image box"):
            taken(ds)
        return
    assert len(taken(ds).hanging.screens[0].cells) == 4


def test_ten_thousand_boxes_are_cut_and_it_is_said() -> None:
    ds = pydicom.dcmread(MAMMOGRAPHY)
    boxes = []
    for n in range(10_000):
        box = Dataset()
        row, column = divmod(n, 100)
        box.DisplayEnvironmentSpatialPosition = [
            column / 100,
            1 - row / 100,
            (column + 1) / 100,
            0.99 - row / 100,
        ]
        box.ImageBoxNumber, box.ImageBoxLayoutType = n + 1, "SINGLE"
        boxes.append(box)
    ds.DisplaySetsSequence[0].ImageBoxesSequence = Sequence(boxes)
    del ds.DisplaySetsSequence[1:]
    found = taken(ds)
    (screen,) = found.hanging.screens
    assert (screen.rows, screen.columns) == (2, 5)
    assert any("10000 image boxes" in note for note in found.notes)
    assert any("cut to 5 by 5" in note for note in found.notes)


def test_contradictions_and_hostile_values_are_named() -> None:
    ds = pydicom.dcmread(MAMMOGRAPHY)
    selectors = ds.ImageSetsSequence[0].ImageSetSelectorSequence
    second = Dataset()
    second.update(selectors[0])
    second.SelectorCSValue = "L"
    selectors.append(second)
    stranger = Dataset()
    stranger.SelectorAttribute, stranger.SelectorAttributeVR, stranger.SelectorLOValue = 0x00180024, "LO", "x"
    selectors.append(stranger)
    ds.DisplaySetsSequence[1].ImageSetNumber = 99
    ds.DisplaySetsSequence[2].ImageBoxesSequence[0].DisplayEnvironmentSpatialPosition = [float("nan")] * 4
    ds.HangingProtocolName, ds.HangingProtocolDescription = "<img src=x>", "<img src=x> \x1b[31m"
    found = taken(ds)
    assert found.hanging.name == "<img src=x> [31m"
    said = " ".join(found.notes)
    for words in (
        "contradict each other about laterality: R is taken",
        "(0018,0024)",
        "that is not there",
        "no place",
    ):
        assert words in said
    assert sum(bool(cell.pick) for cell in found.hanging.screens[0].cells) == 2


def test_a_hanging_that_no_object_can_say_is_refused() -> None:
    with pytest.raises(Conflict, match="modality or a body part"):
        made(conditions=[{"attribute": "species", "test": "any"}])
    with pytest.raises(Conflict, match="No cell"):
        made(screens=[{"rows": 1, "columns": 1, "cells": [{}]}])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": ""}, "1 to 64"),
        ({"name": "a\x07b"}, "printable"),
        ({"screens": []}, "at least one screen"),
        ({"screens": [{"rows": 2, "columns": 2, "cells": []}]}, "take 4 cells"),
        ({"screens": [{"rows": 6, "columns": 1, "cells": [{}] * 6}]}, "1 to 5"),
        ({"screens": [{"rows": 1, "columns": 1, "cells": [{"show": {"window": [1, 0]}}]}]}, "width over 0"),
        (
            {"screens": [{"rows": 1, "columns": 1, "cells": [{"show": {"window": [1, 1e300]}}]}]},
            "width over 0",
        ),
        ({"conditions": [{"attribute": "modality", "test": "is", "values": []}]}, "at least one"),
        ({"conditions": [{"attribute": "priors", "test": "is", "values": ["1"]}]}, "at_least"),
        ({"conditions": [{"attribute": "name", "test": "is", "values": ["1"]}]}, "attribute is one of"),
        ({"conditions": [{}] * 21}, "at most 20"),
        ({"more": 1}, "has no more"),
    ],
)
def test_what_is_no_hanging_is_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        hanging_from_json(json.loads(json.dumps(HEAD | changed)))


def selector(keyword_tag: int, vr: str, value: object, usage: str = "NO_MATCH") -> Dataset:
    """An item of the Image Set Selector Sequence (PS3.3 table C.23.2-1, C.23.4.1)."""
    item = Dataset()
    item.ImageSetSelectorUsageFlag, item.SelectorAttribute = usage, keyword_tag
    item.SelectorAttributeVR, item.SelectorValueNumber = vr, 1
    setattr(item, f"Selector{vr}Value", value)
    return item


def foreign() -> Dataset:
    """Somebody else's, as the standard has it: a CT beside its prior, reformatted, blended, sorted."""
    ds = pydicom.dcmread(MAMMOGRAPHY)
    definition = Dataset()
    definition.Modality, definition.Laterality = "CT", ""
    definition.AnatomicRegionSequence = Sequence([Dataset()])
    region = definition.AnatomicRegionSequence[0]
    region.CodeValue, region.CodingSchemeDesignator, region.CodeMeaning = "69536005", "SCT", "Head"
    definition.ProcedureCodeSequence = definition.ReasonForRequestedProcedureCodeSequence = Sequence([])
    ds.HangingProtocolDefinitionSequence = Sequence([definition])
    ds.NumberOfPriorsReferenced = 1
    sets = []
    for number, prior in ((1, 0), (2, 1)):
        when = Dataset()
        when.ImageSetNumber, when.ImageSetLabel = number, "Head"
        if prior:
            when.ImageSetSelectorCategory, when.AbstractPriorValue = "ABSTRACT_PRIOR", [1, 1]
        else:
            when.ImageSetSelectorCategory, when.RelativeTime = "RELATIVE_TIME", [0, 0]
            when.RelativeTimeUnits = "SECONDS"
        one = Dataset()
        one.ImageSetSelectorSequence = Sequence(
            [
                selector(0x00080060, "CS", "CT"),
                selector(0x0008103E, "LO", "Brain"),
                selector(0x00180060, "DS", "120"),
            ]
        )
        one.TimeBasedImageSetsSequence = Sequence([when])
        sets.append(one)
    ds.ImageSetsSequence = Sequence(sets)
    shown = []
    for number in range(4):
        display, box, sort, plane = Dataset(), Dataset(), Dataset(), Dataset()
        row, column = divmod(number, 2)
        box.ImageBoxNumber, box.ImageBoxLayoutType = 1, "STACK" if row == 0 else "PROCESSED"
        box.DisplayEnvironmentSpatialPosition = [*(column / 2, 1 - row / 2, (column + 1) / 2, 0.5 - row / 2)]
        display.DisplaySetNumber, display.DisplaySetPresentationGroup = number + 1, 1
        display.ImageSetNumber = column + 1
        display.ImageBoxesSequence = Sequence([box])
        plane.FilterByCategory, plane.SelectorAttributeVR, plane.SelectorCSValue = (
            *("IMAGE_PLANE", "CS", "TRANSVERSE"),
        )
        plane.FilterByOperator = "MEMBER_OF"
        display.FilterOperationsSequence = Sequence([plane])
        sort.SortByCategory, sort.SortingDirection = "ALONG_AXIS", "INCREASING"
        display.SortingOperationsSequence = Sequence([sort])
        if row:
            display.ReformattingOperationType = "MPR"
            display.ReformattingOperationInitialViewDirection = "CORONAL"
            display.ReformattingThickness = display.ReformattingInterval = 5.0
            display.BlendingOperationType = "COLOR"
        shown.append(display)
    ds.DisplaySetsSequence = Sequence(shown)
    return ds


@pytest.mark.ps("3.3 C.23.2", "3.3 C.23.3")
def test_somebody_elses_protocol_is_taken_over_and_the_rest_is_named() -> None:
    found = taken(foreign())
    (screen,) = found.hanging.screens
    now = {"modality": "CT", "description": "Brain", "orientation": "ax"}
    picks = [
        {k: v for k, v in asdict(cell.pick[0]).items() if v and (k, v) != ("place", 1)}
        for cell in screen.cells
    ]
    assert picks == [now, now | {"study": 1}] * 2
    assert [(c.show.plane, c.show.slab, c.show.over) for c in screen.cells[::2]] == [
        ("", None, ""),
        ("cor", ("max", 5.0), "PT"),
    ]
    assert [(c.attribute, c.values) for c in found.hanging.conditions] == [
        *(("modality", ("CT",)), ("body_part", ("HEAD",)), ("priors", ("1",))),
    ]
    assert found.notes == ["A selector (0018,0060) is not understood and left out."]
    other = foreign()
    other.DisplaySetsSequence[0].FilterOperationsSequence[0].FilterByOperator = "NOT_MEMBER_OF"
    other.DisplaySetsSequence[1].SortingOperationsSequence[0].SortingDirection = "DECREASING"
    found = taken(other)
    assert found.hanging.screens[0].cells[0].pick[0].orientation == ""
    assert found.notes[1:] == [
        "A filter of images is not understood and left out.",
        "Images stay in the order of their stack: sorting is left out.",
    ]


def test_absurd_numbers_and_circles_make_no_harm() -> None:
    """A thousand million boxes said, boxes outside, sets that name each other, all groups at once."""
    ds = foreign()
    ds.NumberOfScreens, ds.NumberOfPriorsReferenced = 65535, 65535
    for number, display in enumerate(ds.DisplaySetsSequence):
        box = display.ImageBoxesSequence[0]
        box.ImageBoxNumber = box.ImageBoxTileHorizontalDimension = box.ImageBoxTileVerticalDimension = 65535
        box.ImageBoxLayoutType = "TILED"
        display.ReformattingThickness = float("inf")
        display.DisplaySetNumber = 1
        if number == 1:
            box.DisplayEnvironmentSpatialPosition = [-1e9, 1e9, 1e9, -1e9]
    circle = Dataset()
    circle.DisplaySetScrollingGroup = [1, 1, 1]
    ds.SynchronizedScrollingSequence = Sequence([circle])
    ds.ImageSetsSequence[1].TimeBasedImageSetsSequence[0].AbstractPriorValue = [32767, -32768]
    found = taken(ds)
    cells = found.hanging.screens[0].cells
    assert sum(bool(cell.pick) for cell in cells) == 3
    assert {cell.show.tiles for cell in cells if cell.pick} == {8}
    assert all(cell.show.slab is None for cell in cells)
    assert not any(c.attribute == "priors" for c in found.hanging.conditions)
    assert "An image box says no place where it could lie; it is left out." in found.notes
    assert max(s.study for cell in cells for s in cell.pick) == 1
