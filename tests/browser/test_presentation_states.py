"""Presentation states on the screen: what the server renders, pixel for pixel, and TRUTH.csv."""

from __future__ import annotations

import copy
import csv
import io
import json
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pydicom
from PIL import Image, ImageFilter
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.uid import UID

from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data

from .pages import SLOW, Viewer
from .test_truth_values import truth

FOLDER = "made/gsps"
STROKES = {"graphics-pixel", "graphics-display", "graphics-compound", "layers"}
"""Compared away from their strokes, which are drawn for the screen and not for a picture."""
LETTERS = {"text", "per-frame", "colour"}
"""Looked at by what stands in them: letters, and a circle on colours."""
DRAWN = STROKES | {"text", "overlay-plane", "overlay-activation"}
"""dcmp2pgm draws none of it."""
UNLIKE_DCMTK = {
    "window-sigmoid": "it ignores the sigmoid function",
    "presentation-lut": "it rounds between VOI and table, TRUTH.csv says by up to 2",
    "mask-xa": "it knows no masks",
    "xa-xrf": "it takes grayscale states only", "colour": "the same",
    "pseudo-colour": "the same", "blending": "the same",
}  # fmt: skip
"""Not compared with dcmp2pgm."""
MINE = "2.25.61150611"

Pixels = np.ndarray[Any, Any]


def state_named(name: str) -> Dataset:
    """One of the states."""
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


def rendered(server: RunningServer, state: Dataset, frame: int) -> Pixels:
    """The server's picture of the image with the state (WADO-RS rendered): int (rows, columns, 3)."""
    return rendered_on(server, image_of(state), state, frame)


def rendered_on(server: RunningServer, image: Dataset, state: Dataset, frame: int = 1) -> Pixels:
    """The same, of any image."""
    path = f"series/{image.SeriesInstanceUID}/instances/{image.SOPInstanceUID}/frames/{frame}/rendered"
    answer = httpx.get(
        f"{server.url}/dicom-web/studies/{image.StudyInstanceUID}/{path}",
        params={
            "presentationSeriesUID": state.SeriesInstanceUID,
            "presentationUID": state.SOPInstanceUID,
        },
        headers={"accept": "image/png"},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB")).astype(int)


def choose(viewer: Viewer, state: Dataset, frame: int = 1) -> None:
    """Hang the image, choose the state in the panel, go to a frame."""
    image = image_of(state)
    if viewer.viewport()["sopInstanceUID"] != image.SOPInstanceUID:
        viewer.series(image.SeriesInstanceUID).click()
        viewer.until("(v, uid) => v.sopInstanceUID === uid", arg=image.SOPInstanceUID)
    label = re.compile(f"^{re.escape(state.ContentLabel)}( |$)")
    viewer.page.get_by_test_id("state").filter(has_text=label).click()
    viewer.until("(v, uid) => v.state?.sopInstanceUID === uid", arg=state.SOPInstanceUID)
    while viewer.viewport()["image"] < frame:
        viewer.press("ArrowDown")
    viewer.until("(v, frame) => v.frame === frame", arg=frame)


def area_of(state: Dataset) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what it shows, in image pixels."""
    image = image_of(state)
    if "DisplayedAreaSelectionSequence" not in state:
        return 0, 0, image.Columns, image.Rows
    item = state.DisplayedAreaSelectionSequence[0]
    (x0, y0), (x1, y1) = item.DisplayedAreaTopLeftHandCorner, item.DisplayedAreaBottomRightHandCorner
    return min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1), max(y0, y1)


def on_screen(viewer: Viewer, state: Dataset) -> Pixels:
    """The displayed area as the browser shows it at this moment."""
    return part_on_screen(viewer, area_of(state))


def part_on_screen(viewer: Viewer, area: tuple[int, int, int, int]) -> Pixels:
    """Left, top, right and bottom in image pixels, as the browser shows it at this moment."""
    a, b, c, d, e, f = viewer.viewport()["matrix"]
    left, top, right, bottom = area
    corners = [(a * x + c * y + e, b * x + d * y + f) for x, y in ((left, top), (right, bottom))]
    (x0, x1), (y0, y1) = (sorted(round(corner[axis]) for corner in corners) for axis in (0, 1))
    return viewer.picture()[y0:y1, x0:x1].astype(int)


def one_to_one(viewer: Viewer) -> None:
    """A pixel of the image on one of the screen, the pointer and the corner texts out of the way."""
    viewer.press(".")
    viewer.until("v => Math.abs(v.zoom - 1) < 1e-6")


def compared(viewer: Viewer, state: Dataset, wanted: Pixels, away: Pixels | None = None) -> None:
    """Wait until the screen is within one grey level of the picture: tables may be on their way."""
    part_compared(viewer, area_of(state), wanted, away, state.ContentLabel)


def part_compared(
    viewer: Viewer,
    area: tuple[int, int, int, int],
    wanted: Pixels,
    away: Pixels | None = None,
    name: str = "",
) -> None:
    """The same of a part of the image."""
    deadline = time.monotonic() + SLOW / 1000
    worst = None
    while True:
        seen = part_on_screen(viewer, area)
        if seen.shape == wanted.shape:
            apart = np.abs(seen - wanted).max(axis=2)
            worst = apart.max() if away is None else apart[away].max()
            if worst <= 1:
                return
        if time.monotonic() > deadline:
            raise AssertionError(f"{name}: {seen.shape} {wanted.shape} {worst} grey levels apart")


def away_from_strokes(state: Dataset, picture: Pixels) -> Pixels:
    """Where the server's picture is what its window alone makes of the wedge, and all about it."""
    (voi,) = state.SoftcopyVOILUTSequence
    values = image_of(state).pixel_array.astype(float)
    grey = np.clip((values - (float(voi.WindowCenter) - 0.5)) / (float(voi.WindowWidth) - 1) + 0.5, 0, 1)
    stroke = np.abs(picture - np.rint(255 * grey)[..., None]).max(axis=2) > 1
    wide = Image.fromarray((stroke * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(13))
    return np.asarray(wide) == 0


def by_dcmtk(state: Path, image: Path, frame: int) -> Pixels:
    """What dcmp2pgm makes of an image with a state: no displayed area, shutter, overlay, graphic or text."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.pgm"
        command = ["dcmp2pgm", "-f", str(frame), "-p", str(state), str(image), str(out)]
        subprocess.run(command, check=True, capture_output=True, timeout=60)
        return np.asarray(Image.open(out).convert("RGB")).astype(int)


def like_dcmtk(viewer: Viewer, state: Dataset, name: str, frame: int, served: Pixels | None = None) -> None:
    """The screen beside dcmp2pgm: where the image is in the displayed area, open, and nothing is drawn."""
    image = image_of(state)
    folder = shared_data() / FOLDER
    heads = {path: pydicom.dcmread(path, stop_before_pixels=True) for path in folder.glob("base-*.dcm")}
    file = next(path for path, ds in heads.items() if ds.SOPInstanceUID == image.SOPInstanceUID)
    made = by_dcmtk(folder / f"{name}.dcm", file, frame)
    area, away = area_of(state), None
    if name.startswith("shutter-"):
        closed = round(truth(f"{FOLDER}/{name}.dcm", "presentation value")[0] / 257)
        assert served is not None
        shut = Image.fromarray((np.abs(served - closed).max(axis=2) <= 1).astype(np.uint8) * 255)
        away = np.asarray(shut.filter(ImageFilter.MaxFilter(3))) == 0
    elif name in DRAWN:
        assert served is not None
        away = away_from_strokes(state, served)
    elif name.startswith("area-"):
        left, top, right, bottom = area
        area = max(left, 0), max(top, 0), min(right, image.Columns), min(bottom, image.Rows)
        made = made[area[1] : area[3], area[0] : area[2]]
    assert away is None or away.mean() > 0.05, name
    part_compared(viewer, area, made, away, f"{name} by dcmp2pgm")


def greyscale(name: str) -> list[tuple[int, int, int]]:
    """x, y and 8-bit P-value of TRUTH.csv, none where it tells none."""
    with (shared_data() / "made" / "TRUTH.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["file"] == f"gsps/{name}.dcm"]
    return [tuple(one) for row in rows if row["kind"] == "greyscale" for one in json.loads(row["value"])]


def letters_of(name: str) -> list[str]:
    """Orientation letters at the right and the bottom."""
    with (shared_data() / "made" / "TRUTH.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["file"] == f"gsps/{name}.dcm" and row["kind"] == "orientation":
                return json.loads(row["value"])[-2:]
    return []


def test_every_state_is_shown_as_the_server_renders_it(page: Page, shelf: RunningServer) -> None:
    """Within one grey level, away from strokes and letters; as TRUTH.csv and dcmp2pgm have it."""
    viewer = Viewer(page, shelf.url)
    viewer.open_image(STUDY)
    viewer.press("\\")
    with_dcmtk = {"per-frame"}
    for name in NAMES:
        state = state_named(name)
        frame = 5 if image_of(state).get("NumberOfFrames", 1) != 1 else 1
        choose(viewer, state, frame)
        if name == "area-magnify":
            report = viewer.viewport()
            left, _, right, _ = area_of(state)
            assert report["zoom"] * (right - left) == truth(f"{FOLDER}/{name}.dcm", "size on screen")[0]
        if expected := letters_of(name):
            found = viewer.letters()
            assert [found["right"], found["bottom"]] == expected, name
        one_to_one(viewer)
        wanted = rendered(shelf, state, frame)
        if name not in UNLIKE_DCMTK and name != "per-frame":  # that one is looked at below
            if name == "text":  # its letters lie elsewhere on a screen than in a picture
                page.get_by_test_id("state-layer").first.click()
            like_dcmtk(viewer, state, name, frame, wanted)
            with_dcmtk.add(name)
        if name == "area-magnify" or name in LETTERS:
            continue  # the server's picture is enlarged
        compared(viewer, state, wanted, away_from_strokes(state, wanted) if name in STROKES else None)
        seen = on_screen(viewer, state)
        for x, y, value in greyscale(name):
            assert np.abs(seen[y, x] - value).max() <= 1, (name, x, y)
        if name == "layers":
            for (x, y), colour in zip(
                ((35, 35), (25, 25), (45, 45)), truth(f"{FOLDER}/{name}.dcm", "colour at"), strict=True
            ):
                assert np.abs(seen[y, x] - colour).max() <= 3
        if name == "graphics-pixel":
            for x, y in ((10, 10), (31, 14), (56, 12), (80, 4), (80, 32), (10, 52), (54, 52)):
                assert seen[y, x][1] > seen[y, x][0] + 60, (x, y, seen[y, x])
    assert with_dcmtk == set(NAMES) - set(UNLIKE_DCMTK)


def test_graphics_of_frames_letters_and_colours(page: Page, shelf: RunningServer) -> None:
    """Text on the frames it is for, a window for some frames, a circle on turned colours, layers switched."""
    viewer = Viewer(page, shelf.url)
    viewer.open_image(STUDY)
    viewer.press("\\")
    state = state_named("per-frame")
    words = set()
    centres = {}
    for frame in range(1, 9):
        choose(viewer, state, frame)
        report = viewer.viewport()
        centres[frame] = [report["window"]["center"], report["window"]["width"]]
        page.get_by_test_id("state-layer").first.click()
        viewer.until("v => v.state !== null")
        hidden = viewer.picture()
        if frame in (1, 8):
            one_to_one(viewer)
            like_dcmtk(viewer, state, "per-frame", frame)
            viewer.press(",")
        page.get_by_test_id("state-layer").first.click()
        if (viewer.picture() != hidden).any():
            words.add(frame)
    assert sorted(words) == truth(f"{FOLDER}/per-frame.dcm", "text on frames")
    first, second = truth(f"{FOLDER}/per-frame.dcm", "window frames 1-4")
    assert centres == {frame: first if frame < 5 else second for frame in range(1, 9)}
    choose(viewer, state_named("colour"))
    report = viewer.viewport()
    assert (report["rotation"], report["flipped"]) == (90, False)
    one_to_one(viewer)
    colour = state_named("colour")
    seen, wanted = on_screen(viewer, colour), rendered(shelf, colour, 1)
    columns, rows = truth(f"{FOLDER}/colour.dcm", "displayed columns")
    assert seen.shape[:2] == (rows, columns)
    assert np.abs(seen - wanted)[:20].max() <= 1
    assert np.abs(seen - wanted)[-20:].max() <= 1


def test_the_newest_is_put_on_and_what_the_reader_does_wins(page: Page, shelf: RunningServer) -> None:
    """Label, description, author, date; none; graphics only; what the reader does; undo; reload."""
    viewer = Viewer(page, shelf.url)
    viewer.open_image(STUDY)
    wedge = image_of(state_named("window"))
    about = [s for s in map(state_named, NAMES) if image_of(s).SOPInstanceUID == wedge.SOPInstanceUID]
    grey = [s for s in about if "PresentationCreationDate" in s]
    newest = max(
        grey, key=lambda s: (s.PresentationCreationDate, s.PresentationCreationTime, s.SOPInstanceUID)
    )
    viewer.series(wedge.SeriesInstanceUID).click()
    viewer.until("(v, uid) => v.state?.sopInstanceUID === uid", arg=newest.SOPInstanceUID)
    viewer.press("\\")
    expect(page.get_by_test_id("state")).to_have_count(len(about))
    facts = page.get_by_test_id("state-facts")
    expect(facts).to_contain_text(newest.ContentLabel)
    expect(facts).to_contain_text(newest.ContentDescription)
    expect(facts).to_contain_text("SYNTHETIC CREATOR")
    expect(facts).to_contain_text("2025-01-15 11:00")
    turned = state_named("rotate-90")
    choose(viewer, turned)
    assert viewer.viewport()["rotation"] == 90
    window = viewer.viewport()["window"]
    viewer.drag("right", 60, 0)
    mine = viewer.until("(v, w) => v.window.width !== w", arg=window["width"])["window"]
    viewer.press("]")
    viewer.until("v => v.rotation === 180")
    page.reload()
    report = viewer.until("v => v.rotation === 180 && v.state !== null")
    assert report["state"]["sopInstanceUID"] == turned.SOPInstanceUID
    assert report["window"] == mine
    viewer.press("\\")
    viewer.press("Escape", 2)
    viewer.until("(v, w) => v.rotation === 90 && v.window.width === w", arg=window["width"])
    page.get_by_test_id("state-none").click()
    viewer.until("v => v.state === null && v.rotation === 0")
    viewer.press("Control+z")
    viewer.until("v => v.state !== null && v.rotation === 90")
    page.get_by_test_id("state-graphics").click()
    report = viewer.until("v => v.state.graphicsOnly && v.rotation === 0")
    assert report["window"]["center"] == float(wedge.WindowCenter)
    viewer.press("Shift+t")
    viewer.until("(v, uid) => v.state.sopInstanceUID !== uid", arg=turned.SOPInstanceUID)


def test_a_state_by_itself_says_what_it_is_and_opens_its_images(page: Page, shelf: RunningServer) -> None:
    viewer = Viewer(page, shelf.url)
    viewer.open_image(STUDY)
    state = state_named("shutter-circular")
    viewer.series(state.SeriesInstanceUID).click()
    card = page.get_by_test_id("presentation")
    expect(card).to_contain_text(state.ContentLabel)
    expect(card).to_contain_text(state.ContentDescription)
    page.get_by_test_id("about").click()
    report = viewer.until("(v, uid) => v.state?.sopInstanceUID === uid", arg=state.SOPInstanceUID)
    assert report["sopInstanceUID"] == image_of(state).SOPInstanceUID
    one_to_one(viewer)
    seen = on_screen(viewer, state)
    closed, _ = truth(f"{FOLDER}/shutter-circular.dcm", "presentation value")
    assert (np.abs(seen[0, 0] - closed / 257) <= 1).all()
    analytic = Image.open(shared_data() / FOLDER / "render" / "shutter-circular.analytic.png").convert("RGB")
    apart = np.abs(seen - np.asarray(analytic).astype(int)).max(axis=2) > 1
    assert apart.mean() < 0.02  # its edge is good to a pixel


def test_masks_of_the_object_and_of_the_reader(page: Page, shelf: RunningServer) -> None:
    """Subtraction on and off, another mask frame, pixel shift by keys and drag, as numpy reckons."""
    viewer = Viewer(page, shelf.url)
    viewer.open_image(STUDY)
    viewer.press("\\")
    state = state_named("mask-xa")
    values = image_of(state).pixel_array.astype(float)
    depth = truth(f"{FOLDER}/mask-xa.dcm", "frame f minus mask")
    choose(viewer, state, 5)
    assert viewer.viewport()["mask"] == {"on": True, "frames": [1], "shift": [0, 0]}
    one_to_one(viewer)
    (voi,) = state.SoftcopyVOILUTSequence
    center, width = float(voi.WindowCenter), float(voi.WindowWidth)

    def shown(differences: Pixels) -> Pixels:
        grey = np.clip((differences - (center - 0.5)) / (width - 1) + 0.5, 0, 1)
        return np.repeat(np.rint(255 * grey)[..., None], 3, axis=2)

    assert (values[4] - values[0])[31, 10] == depth
    compared(viewer, state, shown(values[4] - values[0]))
    viewer.press("Alt+Shift+ArrowRight", 4)
    viewer.until("v => v.mask.shift[1] === -2")
    columns = np.clip(np.arange(values.shape[2]) - 2, 0, values.shape[2] - 1)
    compared(viewer, state, shown(values[4] - values[0][:, columns]))
    viewer.press("Control+z")
    viewer.until("v => v.mask.shift[1] === 0")
    page.get_by_test_id("mask-frame").fill("3")
    viewer.until("v => v.mask.frames[0] === 3")
    compared(viewer, state, shown(values[4] - values[2]))
    page.get_by_test_id("mask-reset").click()
    viewer.press("Shift+u")
    viewer.drag("left", 3, 5)
    assert viewer.viewport()["mask"]["shift"] == [5, -3]
    page.get_by_test_id("state-none").click()
    viewer.until("v => v.state === null && !v.mask.on")
    viewer.press("Shift+d")
    viewer.until("v => v.mask.on")
    largest = np.abs(values[4] - values[0]).max()
    center, width = 0.5, 2 * largest + 1
    one_to_one(viewer)
    compared(viewer, state, shown(values[4] - values[0]))


def posted(server: RunningServer, ds: Dataset) -> None:
    """Stored (STOW-RS)."""
    file = io.BytesIO()
    ds.save_as(file)
    headers = {"content-type": "application/dicom"}
    answer = httpx.post(
        f"{server.url}/dicom-web/studies", content=file.getvalue(), headers=headers, timeout=60
    )
    assert answer.status_code in (200, 202), answer.text


def broken(name: str, number: int, change: Any) -> Dataset:
    """A copy of a state, about a copy of the wedge in a study of its own, with something wrong."""
    ds = copy.deepcopy(state_named(name))
    ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(MINE), UID(f"{MINE}.{number}")
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{MINE}.{number}.1")
    ds.ContentLabel = f"BROKEN_{number}"
    (series,) = ds.ReferencedSeriesSequence
    series.SeriesInstanceUID = UID(f"{MINE}.1")
    series.ReferencedImageSequence[0].ReferencedSOPInstanceUID = UID(f"{MINE}.1.1")
    change(ds)
    return ds


def no_images(ds: Dataset) -> None:
    ds.ReferencedSeriesSequence = []


def test_broken_states_say_what_is_wrong_and_harm_nothing(page: Page, shelf: RunningServer) -> None:
    """The image is shown as it is; each broken state stands in the panel with its reason, text as text."""
    image = copy.deepcopy(image_of(state_named("window")))
    image.StudyInstanceUID, image.SeriesInstanceUID = UID(MINE), UID(f"{MINE}.1")
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = UID(f"{MINE}.1.1")

    def without(keyword: str) -> Any:
        return lambda ds: delattr(ds, keyword)

    def huge(ds: Dataset) -> None:
        ds.GraphicAnnotationSequence[0].GraphicObjectSequence[0].GraphicData = [1e30, 5.0]

    def hostile(ds: Dataset) -> None:
        ds.ContentLabel = "HOSTILE"
        ds.ContentDescription = "<img src=x onerror=alert(1)>"
        ds.SoftcopyVOILUTSequence[0].WindowWidth = 0

    def table(ds: Dataset) -> None:
        ds.SoftcopyVOILUTSequence[0].VOILUTSequence[0].LUTData = b""

    wrong = [
        broken("shutter-rectangular", 2, without("ShutterLeftVerticalEdge")),
        broken("rotate-90", 3, lambda ds: setattr(ds, "ImageRotation", 45)),
        broken("graphics-pixel", 4, huge),
        broken("window", 5, hostile),
        broken("voi-lut", 6, table),
        broken("window", 7, no_images),
    ]
    for ds in (image, *wrong):
        posted(shelf, ds)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(MINE)
    viewer.press("\\")
    expect(page.get_by_test_id("state-broken")).to_have_count(5, timeout=SLOW)
    said = "\n".join(page.get_by_test_id("state-broken").all_inner_texts())
    for attribute in (
        "Shutter Left Vertical Edge",
        "Image Rotation",
        "Graphic Data",
        "Window Width",
        "VOI LUT",
    ):
        assert attribute in said
    report = viewer.viewport()
    assert (report["state"], report["error"]) == (None, "")
    assert report["window"]["center"] == float(image.WindowCenter)
    viewer.series(f"{MINE}.7").click()
    expect(page.get_by_test_id("presentation-none")).to_be_visible()
    viewer.series(f"{MINE}.5").click()
    expect(page.get_by_test_id("presentation")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(page.get_by_test_id("presentation-broken")).to_contain_text("Window Width")


def test_foreign_states_are_as_dcmp2pgm_has_them(page: Page, shelf: RunningServer) -> None:
    """Tables at all three stages; overlays in the pixel cells, which it draws none of, and no VOI at all."""
    folder = shared_data() / "presentation" / "gsps"
    for name, image in (("prLUTs", "imageForPrLUTs"), ("prOverlay", "overlay")):
        state, base = pydicom.dcmread(folder / f"{name}.dcm"), pydicom.dcmread(folder / f"{image}.dcm")
        for ds in (base, state):
            posted(shelf, ds)
        viewer = Viewer(page, shelf.url)
        viewer.open_image(base.StudyInstanceUID)
        viewer.until("(v, uid) => v.state?.sopInstanceUID === uid", arg=state.SOPInstanceUID)
        viewer.press("\\")
        for layer in page.get_by_test_id("state-layer").all():
            layer.click()
        one_to_one(viewer)
        made = by_dcmtk(folder / f"{name}.dcm", folder / f"{image}.dcm", 1)
        part_compared(viewer, (0, 0, base.Columns, base.Rows), made, name=name)
