"""Which screens there are, and how a person comes to them."""

from __future__ import annotations

from playwright.sync_api import Page

from .house import House
from .kinds import KINDS
from .screen import ALL, Screen
from .ways import brightly_lit, page_at, study_list, viewer

_CT, _MR, _PET = "ct-series/head-5mm", "mr-series/t1-sagittal", "made/petct"
_BROKEN = "made/hostile/rows-65535-tiny-data.dcm"


def _with_line(page: Page, house: House) -> None:
    viewer("made/visible", command="Calibrate the image")(page, house)
    page.mouse.move(400, 300)
    page.mouse.down()
    page.mouse.move(600, 420, steps=4)
    page.mouse.up()
    page.wait_for_timeout(500)


def _with_second_window(page: Page, house: House) -> None:
    viewer(_CT, image=12)(page, house)
    with page.context.expect_page():
        page.keyboard.press("Shift+W")
    page.wait_for_timeout(4000)


def _sessions(page: Page, house: House) -> None:
    viewer(_CT, image=12, rest=6000)(page, house)
    page_at("/sessions", "session")(page, house)


def _failed(page: Page, house: House) -> None:
    page.route("**/api/studies/search", lambda route: route.abort())
    page.goto(house.url)
    page.wait_for_timeout(2500)


def _loading(page: Page, house: House) -> None:
    page.route("**/api/studies/search", lambda route: None)
    page.goto(house.url)
    page.wait_for_timeout(2500)


SCREENS = [
    Screen("login", "Log in", "The door.", page_at("/login", "login"), ALL, logged_in=False),
    Screen(
        "list",
        "Study list",
        "What is here, the newest first, beside it the look at the chosen one.",
        study_list("", "ArrowDown"),
        ALL,
    ),
    Screen(
        "list-bright",
        "Study list",
        "The bright theme, for lit rooms.",
        brightly_lit(study_list("", "ArrowDown")),
    ),
    Screen(
        "list-several",
        "Study list",
        "Several chosen: compared, sent, saved or deleted together.",
        study_list("", "ArrowDown", "x", "ArrowDown", "x"),
    ),
    Screen(
        "list-filters",
        "Study list",
        "One box for everything, chips for kinds, fields for the rest.",
        study_list("text=test&modality=CT,MR", "ArrowDown"),
    ),
    Screen(
        "list-empty",
        "Study list",
        "Nothing found: what was searched, and what would find something.",
        study_list("modality=ZZ"),
        ALL,
    ),
    Screen("list-loading", "Study list", "Loading.", _loading),
    Screen("list-failed", "Study list", "The server does not answer.", _failed, ALL),
    Screen("list-send", "Study list", "Send.", study_list("", "ArrowDown", "Control+e")),
    Screen(
        "list-delete",
        "Study list",
        "Delete, with a reason; eight seconds to undo, thirty days in the bin.",
        study_list("", "ArrowDown", "Delete"),
    ),
    Screen(
        "list-ja",
        "Study list",
        "In Japanese.",
        study_list("", "ArrowDown"),
        ("1440", "phone"),
        language="ja-JP",
    ),
    Screen("list-de", "Study list", "In German.", study_list("", "ArrowDown"), ("1440",), language="de-DE"),
    Screen("viewer-ct", "Viewer", "A CT of the head as it opens.", viewer(_CT, image=12), ALL),
    Screen(
        "viewer-panel",
        "Viewer",
        "The panel: window presets, colours, overlays.",
        viewer(_CT, image=12, keys=("\\",)),
    ),
    Screen(
        "viewer-grid",
        "Viewer",
        "Four viewports, linked, with reference lines.",
        viewer(_MR, _CT, keys=("Alt+4", "r")),
    ),
    Screen("viewer-tiles", "Viewer", "A tiled stack.", viewer(_CT, command="Tiled stack")),
    Screen(
        "viewer-bright",
        "Viewer",
        "The bright theme: what lies on pixels stays dark.",
        brightly_lit(viewer(_CT, image=12, keys=("\\",))),
    ),
    Screen("viewer-tags", "Viewer", "All tags of the image.", viewer(_CT, keys=("t",))),
    Screen("viewer-palette", "Viewer", "Every action with its key.", viewer(_CT, keys=("Control+k",)), ALL),
    Screen("viewer-help", "Viewer", "Help.", viewer(_CT, keys=("?",))),
    Screen("viewer-us", "Viewer", "Ultrasound.", viewer("objects/us/GREYSCALE_IMAGE.dcm")),
    Screen("viewer-cr", "Viewer", "A chest radiograph.", viewer("transfer-syntaxes/jpeg/RG2_JPLY_fixed.dcm")),
    Screen(
        "viewer-keys", "Viewer", "Keys and mouse, as each wants them.", viewer(_CT, command="Keys and mouse")
    ),
    Screen("viewer-menu", "Viewer", "The menu on the image.", viewer(_CT, image=12, keys=("Shift+F10",))),
    Screen(
        "viewer-tool-help",
        "Viewer",
        "What a tool does, on the image, when it is first chosen.",
        viewer(_CT, image=12, keys=("m",)),
        ALL,
    ),
    Screen(
        "viewer-size",
        "Viewer",
        "An image without a size: a line over something whose length is known.",
        _with_line,
    ),
    Screen("viewer-windows", "Viewer", "The first of two windows.", _with_second_window, ("1440",)),
    Screen("viewer-de", "Viewer", "In German.", viewer(_CT, keys=("\\",)), ("1440",), language="de-DE"),
    Screen("viewer-ja", "Viewer", "In Japanese.", viewer(_CT, keys=("\\",)), ("1440",), language="ja-JP"),
    Screen("viewer-mpr", "Volumes", "Three planes with crosshair.", viewer(_CT, image=12, keys=("Shift+x",))),
    Screen("viewer-3d", "Volumes", "Three dimensions.", viewer(_CT, keys=("Shift+v",), rest=25_000)),
    Screen("viewer-fusion", "Volumes", "PET over CT, in SUV.", viewer(_PET, image=8, keys=("Shift+o",))),
    Screen(
        "viewer-gap",
        "Volumes",
        "A slice is missing: it is said, and nothing is filled in.",
        viewer("made/ct-phantom", series="missing", keys=("Shift+x",)),
    ),
    Screen(
        "viewer-compare",
        "Viewer",
        "Two studies side by side, linked.",
        viewer("ct-series/head-5mm", "made/ct-phantom", keys=("Alt+2",)),
    ),
    *KINDS,
    Screen("viewer-broken", "Viewer", "What cannot be drawn says why.", viewer(_BROKEN, drawn=False)),
    Screen("jobs", "Work", "Jobs: what was sent and what did not arrive.", page_at("/jobs", "job"), ALL),
    Screen("nodes", "Work", "Nodes.", page_at("/nodes", "node")),
    Screen("rules", "Work", "Rules.", page_at("/rules?form=new", "rule-form")),
    Screen("log", "Work", "The event log.", page_at("/log", "event")),
    Screen("hangings", "Work", "What hangs where, by rules.", page_at("/hangings", "hanging-row"), ALL),
    Screen("sessions", "Work", "Readings that were left open.", _sessions),
    Screen("deleted", "Work", "Deleted.", page_at("/deleted", "deletion")),
]
