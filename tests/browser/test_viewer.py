"""Reading: open, scroll, window, layout, orientation, cine; what cannot be drawn; the size of the image."""

from __future__ import annotations

import csv
import json
import re
from typing import Any

import numpy as np
import pydicom
import pytest
from playwright.sync_api import expect

from .conftest import Watch
from .pages import SLOW, StudyList, Viewer
from .samples import (
    CT_HEAD,
    JAPANESE,
    MR_ADC,
    MR_SAGITTAL,
    NO_ROWS,
    NO_SPACING,
    OBLIQUE,
    SCRIPT_TAGS,
    TOO_MANY_ROWS,
    VETERINARY,
    WEDGE,
    XA,
    Samples,
    files,
    series_of,
)


def by_instance_number(samples: Samples, name: str) -> list[str]:
    """SOP Instance UIDs of a folder in the order of their Instance Numbers."""
    found = [pydicom.dcmread(p, stop_before_pixels=True) for p in files(samples.data, name)]
    return [str(ds.SOPInstanceUID) for ds in sorted(found, key=lambda ds: int(ds.InstanceNumber))]


def truths(samples: Samples, name: str, what: str) -> list[Any]:
    """A value of made/TRUTH.csv, as the JSON list it is."""
    with (samples.data / "made" / "TRUTH.csv").open(encoding="utf-8", newline="") as rows:
        (value,) = [r[3] for r in csv.reader(rows) if r[0] == name and r[2].startswith(what)]
    found: list[Any] = json.loads(value)
    return found


def test_a_ct_opens_by_its_address_and_scrolls(viewer: Viewer, samples: Samples) -> None:
    order = by_instance_number(samples, CT_HEAD)
    shown = viewer.open_image(samples.study(CT_HEAD))
    assert shown["images"] == len(order)
    assert shown["seriesInstanceUID"] == series_of(files(samples.data, CT_HEAD)[0])
    assert (shown["columns"], shown["rows"], shown["frame"]) == (512, 512, 1)
    assert (shown["sopInstanceUID"], shown["image"]) == (order[0], 1)
    viewer.wheel(1)
    viewer.until("(v, uid) => v.sopInstanceUID === uid && v.image === 2", arg=order[1])
    viewer.wheel(-1)
    viewer.until("(v, uid) => v.sopInstanceUID === uid", arg=order[0])
    steps = [("ArrowDown", 1), ("ArrowDown", 2), ("PageDown", 12), ("End", 27), ("ArrowUp", 26), ("Home", 0)]
    for key, index in steps:
        viewer.press(key)
        viewer.until("(v, uid) => v.sopInstanceUID === uid", arg=order[index])
        expect(viewer.page.get_by_test_id("image-number")).to_have_text(f"{index + 1} / {len(order)}")


def test_a_ct_opens_from_the_list(studies: StudyList, viewer: Viewer, samples: Samples) -> None:
    uid = samples.study(CT_HEAD)
    studies.open("modality=CT&text=HEAD")
    studies.row(uid).dblclick()
    shown = viewer.until("v => v.image > 0")
    assert shown["studyInstanceUID"] == uid
    expect(viewer.page.get_by_test_id("patient")).to_contain_text("HEAD")
    viewer.page.get_by_test_id("back").click()
    expect(studies.row(uid)).to_be_visible(timeout=SLOW)


def test_the_picture_is_no_blank_and_changes_with_the_slice(viewer: Viewer, samples: Samples) -> None:
    viewer.open_image(samples.study(CT_HEAD))
    viewer.press("u")
    viewer.page.get_by_test_id("corner-top-left").wait_for(state="detached")
    first = viewer.picture()
    assert len(np.unique(first)) > 64
    viewer.press("PageDown")
    viewer.until("v => v.image === 11")
    assert np.abs(viewer.picture().astype(int) - first).mean() > 2


def test_dragging_with_the_right_button_changes_the_window(viewer: Viewer, samples: Samples) -> None:
    before = viewer.open_image(samples.study(CT_HEAD))["window"]
    assert (before["center"], before["width"]) == (40, 80)
    dark = viewer.picture().mean()
    viewer.press("p")
    viewer.drag("right", 150, 0)
    wider = viewer.until("(v, w) => v.window.width > w", arg=before["width"])["window"]
    assert wider["center"] == before["center"]
    viewer.drag("right", 0, 150)
    after = viewer.until("(v, c) => v.window.center !== c", arg=wider["center"])
    assert after["window"]["width"] == wider["width"]
    assert viewer.picture().mean() != pytest.approx(dark, abs=0.1)
    expect(viewer.page.get_by_test_id("corner-bottom-right")).to_contain_text(f"W {wider['width']}")
    viewer.press("0")
    viewer.until("(v, w) => v.window.center === w[0] && v.window.width === w[1]", arg=[40, 80])


def test_pan_zoom_fit_and_reset(viewer: Viewer, samples: Samples) -> None:
    fitted = viewer.open_image(samples.study(CT_HEAD))
    box = viewer.box()
    assert fitted["zoom"] == pytest.approx(min(box["width"], box["height"]) / 512, rel=0.01)
    viewer.drag("middle", 60, 40)
    moved = viewer.until("(v, x) => v.matrix[4] !== x", arg=fitted["matrix"][4])
    assert moved["matrix"][4] - fitted["matrix"][4] == pytest.approx(60, abs=1)
    assert moved["matrix"][5] - fitted["matrix"][5] == pytest.approx(40, abs=1)
    viewer.press("+")
    viewer.until("(v, z) => v.zoom > z * 1.05", arg=fitted["zoom"])
    viewer.press(",")
    viewer.until("(v, z) => Math.abs(v.zoom - z) < 1e-6", arg=fitted["zoom"])
    viewer.press("i")
    viewer.until("v => v.inverted")
    viewer.press("]")
    viewer.until("v => v.rotation === 90")
    viewer.press("Escape", 2)
    viewer.until("v => !v.inverted && v.rotation === 0")
    assert viewer.viewport()["matrix"] == pytest.approx(fitted["matrix"], abs=1e-6)


@pytest.mark.parametrize(
    ("state", "turns", "flip"),
    [
        ("rotate-0-flip", 0, True),
        ("rotate-90", 1, False),
        ("rotate-90-flip", 1, True),
        ("rotate-180", 2, False),
        ("rotate-180-flip", 2, True),
        ("rotate-270", 3, False),
        ("rotate-270-flip", 3, True),
    ],
)
def test_turning_and_flipping(viewer: Viewer, samples: Samples, state: str, turns: int, flip: bool) -> None:
    """Letters and corner values of the presentation states' truth, which turns clockwise and then flips."""
    columns, rows, *corners, right, bottom = truths(samples, f"gsps/{state}.dcm", "displayed columns")
    viewer.open_image(samples.study(WEDGE))
    viewer.press("]", turns)
    if flip:
        viewer.press("Shift+BracketLeft")
    expect(viewer.page.get_by_test_id("orientation-right")).to_have_text(right, timeout=SLOW)
    expect(viewer.page.get_by_test_id("orientation-bottom")).to_have_text(bottom)
    report = viewer.viewport()
    assert report["flipped"] == flip
    a, b, c, d, e, f = report["matrix"]
    wide, high = abs(a * 96 + c * 64), abs(b * 96 + d * 64)
    assert wide / high == pytest.approx(columns / rows, rel=0.01)
    left, top = (2 * e + a * 96 + c * 64 - wide) / 2, (2 * f + b * 96 + d * 64 - high) / 2
    inset = report["zoom"] / 2
    at = [(left + inset, top + inset), (left + wide - inset, top + inset)]
    at += [(left + wide - inset, top + high - inset), (left + inset, top + high - inset)]
    read = "([id, x, y]) => window.readingRoom.probe(id, x, y).stored"
    assert [viewer.page.evaluate(read, [report["id"], x, y]) for x, y in at] == corners


def test_letters_of_an_oblique_stack(viewer: Viewer, samples: Samples) -> None:
    right, bottom = truths(samples, "mr-oblique/", "letters at the image edges")
    viewer.open_image(samples.study(OBLIQUE))
    opposite = str.maketrans("LRAPHF", "RLPAFH")
    assert viewer.letters() == {
        "right": right,
        "bottom": bottom,
        "left": right.translate(opposite),
        "top": bottom.translate(opposite),
    }


@pytest.mark.parametrize("name", ["thorax-lateral", "thorax-vd", "pelvis-vd", "stifle-lateral"])
def test_letters_of_animals(viewer: Viewer, samples: Samples, name: str) -> None:
    path = samples.path(f"{VETERINARY}/{name}.dcm")
    right, bottom = truths(samples, f"veterinary/{name}.dcm", "orientation letters")
    viewer.open(samples.study(f"{VETERINARY}/{name}.dcm"))
    series = viewer.series(series_of(path))
    series.click()
    viewer.until("(v, uid) => v.image > 0 && v.seriesInstanceUID === uid", arg=series_of(path))
    expect(viewer.page.get_by_test_id("orientation-right")).to_have_text(right)
    expect(viewer.page.get_by_test_id("orientation-bottom")).to_have_text(bottom)


def test_without_a_pixel_size_nothing_is_told_in_mm(viewer: Viewer, samples: Samples) -> None:
    viewer.open_image(samples.study(NO_SPACING))
    viewer.page.keyboard.press("\\")
    expect(viewer.page.get_by_test_id("panel")).to_contain_text("no size known", timeout=SLOW)
    bar = viewer.page.get_by_test_id("scale-bar")
    for i in range(bar.count()):
        label = bar.nth(i).get_attribute("data-l") or ""
        assert "px" in label, label
    assert not re.search(r"\d\s*(mm|cm)\b", viewer.element().inner_text())


def test_the_scale_bar_is_as_long_as_it_says(viewer: Viewer, samples: Samples) -> None:
    """Pixel Spacing of the head is 0.451171875 mm."""
    report = viewer.open_image(samples.study(CT_HEAD))
    bar = viewer.page.get_by_test_id("scale-bar")
    label = bar.get_attribute("data-l") or ""
    number, unit = re.fullmatch(r"([\d.]+) (mm|cm)", label).groups()  # type: ignore[union-attr]
    mm = float(number) * (10 if unit == "cm" else 1)
    box = bar.bounding_box()
    assert box is not None
    assert box["width"] == pytest.approx(mm / 0.451171875 * report["zoom"], abs=1.5)


def test_cine_of_a_multi_frame_object(viewer: Viewer, samples: Samples) -> None:
    ds = pydicom.dcmread(samples.path(XA), stop_before_pixels=True)
    shown = viewer.open_image(samples.study(XA))
    assert (shown["images"], shown["frame"]) == (int(ds.NumberOfFrames), 1)
    viewer.press(" ")
    viewer.until("v => v.frame > 3")
    viewer.press(" ")
    expect(viewer.page.get_by_test_id("cine")).to_have_attribute("aria-label", "Play")
    stopped = viewer.viewport()
    assert stopped["sopInstanceUID"] == shown["sopInstanceUID"]
    viewer.press("ArrowDown")
    viewer.until("(v, f) => v.frame === f || v.frame === f + 1", arg=stopped["frame"] + 1)


def test_four_viewports_and_a_series_dragged_in(viewer: Viewer, samples: Samples) -> None:
    studies = [samples.study(CT_HEAD), samples.study(MR_SAGITTAL)]
    viewer.open_image(*studies)
    viewer.page.get_by_test_id("layout").click()
    viewer.page.get_by_test_id("layout-2x2").click()
    expect(viewer.element(3)).to_be_visible(timeout=SLOW)
    assert len(viewer.viewports()) == 4
    uid = series_of(files(samples.data, MR_SAGITTAL)[0])
    viewer.series(uid).drag_to(viewer.element(3))
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", cell=3, arg=uid)
    ct = viewer.viewport(0)
    viewer.wheel(1, cell=3)
    viewer.until("v => v.image === 2", cell=3)
    assert viewer.viewport(0)["sopInstanceUID"] == ct["sopInstanceUID"], "only the viewport under the pointer"
    boxes = [viewer.box(cell) for cell in range(4)]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[2]["y"] + 1
    expect(viewer.page.get_by_test_id("mixed-patients")).to_be_visible()


def test_a_series_is_chosen_in_the_rail_and_by_key(viewer: Viewer, samples: Samples) -> None:
    studies = [samples.study(CT_HEAD), samples.study(MR_ADC)]
    first = viewer.open_image(*studies)["seriesInstanceUID"]
    uid = series_of(files(samples.data, MR_ADC)[0])
    viewer.series(uid).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=uid)
    viewer.press("ArrowLeft")
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0", arg=first)


@pytest.mark.parametrize("name", [NO_ROWS, TOO_MANY_ROWS])
def test_what_cannot_be_drawn_says_why_and_the_page_lives(
    studies: StudyList, viewer: Viewer, samples: Samples, watch: Watch, name: str
) -> None:
    watch.allow(r"status of [45]\d\d .*/dicom-web/")
    uid = samples.study(name)
    studies.open("text=hostile")
    expect(studies.row(uid)).to_be_visible(timeout=SLOW)
    studies.row(uid).dblclick()
    viewer.until("v => v.error")
    expect(viewer.page.get_by_test_id("viewport-error")).to_contain_text("cannot be drawn", timeout=SLOW)
    assert viewer.viewport()["error"].endswith(".")
    viewer.press("\\")
    viewer.page.get_by_test_id("tab-tags").click()
    viewer.page.get_by_test_id("tag-search").fill("Rows")
    expect(viewer.page.get_by_test_id("tags")).to_contain_text("0028,0010", timeout=SLOW)
    viewer.page.get_by_test_id("back").click()
    expect(studies.row(uid)).to_be_visible(timeout=SLOW)


def test_a_broken_series_leaves_the_good_one_readable(viewer: Viewer, samples: Samples, watch: Watch) -> None:
    watch.allow(r"status of [45]\d\d .*/dicom-web/")
    study, good, bad = samples.half_broken
    viewer.open_image(study)
    viewer.series(bad).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.error", arg=bad)
    expect(viewer.page.get_by_test_id("viewport-error")).to_be_visible(timeout=SLOW)
    viewer.series(good).click()
    viewer.until("(v, uid) => v.seriesInstanceUID === uid && v.image > 0 && !v.error", arg=good)


def test_a_study_that_is_not_there(viewer: Viewer, watch: Watch) -> None:
    watch.allow("status of 404")
    viewer.page.goto(f"{viewer.url}/viewer?StudyInstanceUIDs=1.2.3.4")
    expect(viewer.page.get_by_text("This study is not on the server.")).to_be_visible(timeout=SLOW)


def test_ideographic_names_stand_in_the_bar(viewer: Viewer, samples: Samples) -> None:
    viewer.open_image(samples.study(JAPANESE))
    for part in ("Yamada", "山田", "太郎", "やまだ"):
        expect(viewer.page.get_by_test_id("patient")).to_contain_text(part)


def test_markup_in_a_name_is_text_here_too(viewer: Viewer, samples: Samples) -> None:
    viewer.open_image(samples.study(SCRIPT_TAGS))
    expect(viewer.page.get_by_test_id("patient")).to_contain_text("<script>alert(1)</script>")
    viewer.press("t")
    expect(viewer.page.get_by_test_id("tags")).to_contain_text("<script>alert(1)</script>", timeout=SLOW)
    assert viewer.page.locator("img[src='x']").count() == 0


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768)])
def test_the_image_has_four_fifths_of_the_screen(
    viewer: Viewer, samples: Samples, width: int, height: int
) -> None:
    viewer.page.set_viewport_size({"width": width, "height": height})
    viewer.open_image(samples.study(CT_HEAD))
    box = viewer.box()
    assert box["width"] * box["height"] >= 0.8 * width * height
    viewer.press("Alt+4")
    viewer.until("v => v", cell=3)
    boxes = [viewer.box(cell) for cell in range(4)]
    assert sum(b["width"] * b["height"] for b in boxes) >= 0.79 * width * height
    overflow = "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    assert viewer.page.evaluate(overflow) == [width, height]


def test_help_and_palette(viewer: Viewer, samples: Samples) -> None:
    viewer.open_image(samples.study(CT_HEAD))
    viewer.press("?")
    expect(viewer.page.get_by_test_id("help")).to_be_visible(timeout=SLOW)
    viewer.press("Escape")
    expect(viewer.page.get_by_test_id("help")).to_have_count(0)
    viewer.command("lung")
    viewer.until("v => v.window.width === 1500 && v.window.center === -600")
