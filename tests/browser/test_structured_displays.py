"""Basic Structured Displays laid out, and states in the tiles of a stack and in linked viewports."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.kit.blending_states import SIDE, image, item
from tests.kit.server import RunningServer

from .pages import SLOW, Viewer, soon
from .test_blended_states import named
from .test_presentation_states import Pixels, posted

MINE = "2.25.61150614"
ROWS, COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(float)


def about(*images: Dataset) -> Any:
    return Sequence(
        [
            item(ReferencedSOPClassUID=one.SOPClassUID, ReferencedSOPInstanceUID=one.SOPInstanceUID)
            for one in images
        ]
    )


def slices() -> list[Dataset]:
    """One series of four: each of one grey, brighter by 100 from one to the next."""
    found = []
    for number in range(1, 5):
        ds = named(
            image(np.full((SIDE, SIDE), 100.0 * number), number, at=(0, 0, 5.0 * number)), 1, study=MINE
        )
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{MINE}.1.{number}")
        ds.InstanceNumber = number
        found.append(ds)
    return found


def window(number: int, images: list[Dataset], center: float, **more: Any) -> Dataset:
    """A grayscale state of some of them: width 801."""
    series = item(SeriesInstanceUID=images[0].SeriesInstanceUID, ReferencedImageSequence=about(*images))
    made = item(
        ReferencedSeriesSequence=Sequence([series]), PresentationLUTShape="IDENTITY",
        SoftcopyVOILUTSequence=Sequence([item(WindowCenter=str(center), WindowWidth="801")]), **more,
    )  # fmt: skip
    return named(made, number, f"STATE_{number}", "1.2.840.10008.5.1.4.1.1.11.1", MINE)


def grey(value: float, center: float, width: float = 801) -> int:
    return round(255 * float(np.clip((value - (center - 0.5)) / (width - 1) + 0.5, 0, 1)))


def tile_middles(viewer: Viewer, tiles: int, cell: int = 0) -> list[int]:
    """The grey beside the middle of each tile."""
    seen: Pixels = viewer.picture(cell).astype(int)
    high, wide = seen.shape[0] / tiles, seen.shape[1] / tiles
    found = []
    for row in range(tiles):
        for column in range(tiles):
            y = round((row + 0.6) * high)
            found.append(int(seen[y, round((column + 0.6) * wide)].max()))
    return found


def test_each_tile_and_each_linked_viewport_has_the_state_of_its_image(
    page: Page, shelf: RunningServer
) -> None:
    """Two states on two images each; in tiles, one of them with a displayed area; beside itself, linked."""
    images = slices()
    area = item(
        DisplayedAreaTopLeftHandCorner=[1, 1], DisplayedAreaBottomRightHandCorner=[32, 32],
        PresentationSizeMode="SCALE TO FIT", PresentationPixelSpacing=["1.8", "1.8"],
    )  # fmt: skip
    images[3].PixelData = np.where((COLUMNS < 32) & (ROWS < 32), 400, 900).astype("<u2").tobytes()
    states = [
        window(2, images[:2], 300),
        window(3, images[2:], 500, DisplayedAreaSelectionSequence=Sequence([area])),
    ]
    display = named(
        item(
            NumberOfScreens=1,
            StructuredDisplayTextBoxSequence=Sequence([item(UnformattedTextValue="<b>Seen at noon</b>")]),
            ImageBoxSynchronizationSequence=Sequence([item(SynchronizedImageBoxList=[1, 2])]),
            StructuredDisplayImageBoxSequence=Sequence(
                [
                    box(1, (0, 1, 0.5, 0), ReferencedImageSequence=about(images[1])),
                    box(2, (0.5, 1, 1, 0.5), ReferencedPresentationStateSequence=about(states[1])),
                    box(3, (0.5, 0.5, 1, 0), ReferencedImageSequence=about()),
                    box(4, (0, 0.5, 0.5, 0), ReferencedImageSequence=about(gone(images[0]))),
                ]
            ),
        ),
        4, "DISPLAY", "1.2.840.10008.5.1.4.1.1.131", MINE,
    )  # fmt: skip
    wrong = named(copy.deepcopy(display), 5, "WRONG", display.SOPClassUID, MINE)
    wrong.StructuredDisplayImageBoxSequence[0].DisplayEnvironmentSpatialPosition = [0.0, 7.0, 1.0, 0.0]
    for ds in (*images, *states, display, wrong):
        posted(shelf, ds)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(MINE)
    viewer.series(images[0].SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.state?.sopInstanceUID === uid", arg=states[0].SOPInstanceUID)
    viewer.command("Tiled stack")
    wanted = [grey(100, 300), grey(200, 300), grey(300, 500), grey(400, 500)]
    expect(page.locator("[data-testid=tiles] canvas")).to_have_count(4, timeout=SLOW)

    def is_shown() -> None:
        found = tile_middles(viewer, 3)[:4]
        assert np.abs(np.subtract(found, wanted)).max() <= 1, (found, wanted)

    soon(is_shown)
    viewer.command("Tiled stack")

    # Beside itself: the same stack in two viewports, scrolled together.
    viewer.series(display.SeriesInstanceUID).click()
    expect(page.get_by_test_id("display-text")).to_have_text("<b>Seen at noon</b>", timeout=SLOW)
    page.get_by_test_id("display-open").click()
    viewer.until("(v, uid) => v.sopInstanceUID === uid", 0, images[1].SOPInstanceUID)
    viewer.until("(v, uid) => v.sopInstanceUID === uid", 1, images[2].SOPInstanceUID)
    reports = viewer.viewports()
    assert len(reports) == 4
    assert [r["state"] and r["state"]["sopInstanceUID"] for r in reports[:2]] == [
        states[0].SOPInstanceUID, states[1].SOPInstanceUID,
    ]  # fmt: skip
    assert [r["window"]["center"] for r in reports[:2]] == [300, 500]
    assert [r["images"] for r in reports[2:]] == [0, 0]
    of = {
        one.SOPInstanceUID: state.SOPInstanceUID
        for state, about_it in ((states[0], images[:2]), (states[1], images[2:]))
        for one in about_it
    }
    viewer.hover(0)
    for _ in range(2):
        viewer.press("ArrowDown")
        for cell in (0, 1):
            viewer.until("(v, of) => v.state?.sopInstanceUID === of[v.sopInstanceUID]", cell, of)
    # The boxes are synchronized: the second one has left its image and shows the same place.
    for cell in (0, 1):
        viewer.until("(v, uid) => v.sopInstanceUID === uid", cell, images[3].SOPInstanceUID)
    viewer.until("v => v.window.center === 500")
    page.get_by_text("1 box is empty").wait_for(timeout=SLOW)
    viewer.series(wrong.SeriesInstanceUID).click()
    expect(page.get_by_test_id("presentation-broken")).to_contain_text("Display Environment Spatial Position")


def box(number: int, place: tuple[float, float, float, float], **content: Any) -> Dataset:
    """An image box; place: left top and right bottom corner, from the left bottom corner of the screen."""
    return item(
        ImageBoxNumber=number, ImageBoxLayoutType="SINGLE",
        DisplayEnvironmentSpatialPosition=[float(v) for v in place], **content,
    )  # fmt: skip


def gone(ds: Dataset) -> Dataset:
    """A reference to what is not here."""
    other = copy.deepcopy(ds)
    other.SOPInstanceUID = UID(f"{MINE}.99")
    return other
