"""Viewports linked across frames of reference that a rigid registration joins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import Viewer

Floats = np.ndarray[Any, np.dtype[np.floating[Any]]]


def slices_of(name: str) -> list[Dataset]:
    """Images of ct-phantom in the order of their numbers."""
    folder = shared_data() / "made/ct-phantom" / name
    found = (pydicom.dcmread(path, stop_before_pixels=True) for path in folder.glob("*.dcm"))
    return sorted(found, key=lambda ds: int(ds.InstanceNumber))


def moved_to_axial() -> Floats:
    """The matrix of registration/rigid.dcm: its last item is that of ct-phantom/moved (PS3.3 C.20.2.1.1)."""
    item = pydicom.dcmread(shared_data() / "made/registration/rigid.dcm").RegistrationSequence[-1]
    step = item.MatrixRegistrationSequence[0].MatrixSequence[0]
    return np.array(step.FrameOfReferenceTransformationMatrix, float).reshape(4, 4)


def middle_of(ds: Dataset) -> Floats:
    """The middle of an image in mm, its corners being half a pixel outside of its first and last pixels."""
    row, down = np.array(ds.ImageOrientationPatient, float).reshape(2, 3)
    along, across = (float(v) for v in ds.PixelSpacing)
    corner = np.array(ds.ImagePositionPatient, float)
    return np.asarray(corner + row * across * (ds.Columns - 1) / 2 + down * along * (ds.Rows - 1) / 2)


def nearest(slices: list[Dataset], point: Floats) -> int:
    """Number, from 1, of the slice whose plane is nearest to a point."""
    row, down = np.array(slices[0].ImageOrientationPatient, float).reshape(2, 3)
    apart = [abs((point - np.array(s.ImagePositionPatient, float)) @ np.cross(row, down)) for s in slices]
    return int(np.argmin(apart)) + 1


def hang(viewer: Viewer, slices: list[Dataset], cell: int) -> None:
    """Choose a series of the rail for a viewport and wait for its picture."""
    series = str(slices[0].SeriesInstanceUID)
    viewer.element(cell).click()
    viewer.series(series).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", cell, series)


@pytest.mark.row("VIEW-DISP-07")
def test_linked_scrolling_goes_where_the_registration_says(page: Page, shelf: RunningServer) -> None:
    """Both ways: thin slices lead thick ones and the other way round."""
    viewer = Viewer(page, shelf.url)
    stacks, matrix = [slices_of("moved"), slices_of("axial")], moved_to_axial()
    ways = [matrix, np.linalg.inv(matrix)]
    viewer.open_image(str(stacks[0][0].StudyInstanceUID))
    viewer.press("Alt+2")
    for cell in (0, 1):
        hang(viewer, stacks[cell], cell)
    viewer.press("g")
    expect(page.get_by_test_id("link-state")).to_be_visible()
    for leader, numbers in ((1, (32, 12)), (0, (8, 20))):
        viewer.element(leader).click()
        for number in numbers:
            viewer.press("Home")
            viewer.press("ArrowDown", times=number - 1)
            viewer.until("(v, at) => v.image === at", leader, number)
            place = (ways[leader] @ [*middle_of(stacks[leader][number - 1]), 1])[:3]
            there = nearest(stacks[1 - leader], place)
            # Not where it would be if the places of the two were the same ones.
            assert there != nearest(stacks[1 - leader], middle_of(stacks[leader][number - 1]))
            viewer.until("(v, at) => v.image === at", 1 - leader, there)
            # The one that leads is not led back.
            assert viewer.viewport(leader)["image"] == number
