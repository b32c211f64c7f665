"""States in the tiles of a stack."""

from __future__ import annotations

from typing import Any

import numpy as np
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.kit.blending_states import SIDE, image, item
from tests.kit.server import RunningServer

from .pages import SLOW, Viewer
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


def test_each_tile_has_the_state_of_its_image(page: Page, shelf: RunningServer) -> None:
    """Two states on two images each; in tiles, one of them with a displayed area."""
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
    for ds in (*images, *states):
        posted(shelf, ds)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(MINE)
    viewer.series(images[0].SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.state?.sopInstanceUID === uid", arg=states[0].SOPInstanceUID)
    viewer.command("Tiled stack")
    wanted = [grey(100, 300), grey(200, 300), grey(300, 500), grey(400, 500)]
    expect(page.locator("[data-testid=tiles] canvas")).to_have_count(4, timeout=SLOW)
    found: list[int] = []
    for _ in range(100):
        found = tile_middles(viewer, 3)[:4]
        if np.abs(np.subtract(found, wanted)).max() <= 1:
            break
    assert np.abs(np.subtract(found, wanted)).max() <= 1, (found, wanted)
