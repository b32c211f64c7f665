"""Presentation states on the screen: what the server renders of them, pixel for pixel, and TRUTH.csv of made/gsps."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import numpy as np
import pydicom
import pytest
from PIL import Image
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer
from .test_truth_values import truth

FOLDER = "made/gsps"
DRAWN = {"graphics-pixel", "graphics-display", "graphics-compound", "text", "layers", "per-frame", "colour"}
"""States with strokes and letters, which are drawn for the screen and not for a picture."""


def state_named(name: str) -> Dataset:
    return pydicom.dcmread(shared_data() / FOLDER / f"{name}.dcm")


STUDY = state_named("window").StudyInstanceUID
BASES = {
    ds.SOPInstanceUID: ds
    for ds in (pydicom.dcmread(path) for path in sorted((shared_data() / FOLDER).glob("base-*.dcm")))
}
NAMES = sorted(
    path.stem for path in (shared_data() / FOLDER).glob("*.dcm") if not path.stem.startswith("base-")
)


def image_of(state: Dataset) -> Dataset:
    """The image it is shown on: of a blending state the underlying one."""
    if "BlendingSequence" in state:
        state = next(one for one in state.BlendingSequence if one.BlendingPosition == "UNDERLYING")
    return BASES[state.ReferencedSeriesSequence[0].ReferencedImageSequence[0].ReferencedSOPInstanceUID]


@pytest.fixture(scope="module")
def open_study(browser_page: Page, shelf: RunningServer) -> Iterator[Viewer]:
    viewer = Viewer(browser_page, shelf.url)
    viewer.open_image(STUDY)
    viewer.press("\\")
    viewer.press("u")
    return viewer


def rendered(server: RunningServer, state: Dataset, frame: int) -> np.ndarray[Any, Any]:
    """The server's picture of the image with the state (WADO-RS rendered): int (rows, columns, 3)."""
    image = image_of(state)
    path = f"series/{image.SeriesInstanceUID}/instances/{image.SOPInstanceUID}/frames/{frame}/rendered"
    named = {
        "presentationSeriesUID": state.SeriesInstanceUID,
        "presentationUID": state.SOPInstanceUID,
    }
    answer = httpx.get(
        f"{server.url}/dicom-web/studies/{STUDY}/{path}",
        params=named,
        headers={"accept": "image/png"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB")).astype(int)
