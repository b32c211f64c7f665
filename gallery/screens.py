"""Which screens there are, and how a person comes to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from .house import House

SIZES = {"1440": (1440, 900), "1024": (1024, 768), "phone": (390, 844)}
_ALL = tuple(SIZES)
_DESK = ("1440", "1024")
_CT, _MR, _PET = "ct-series/head-5mm", "mr-series/t1-sagittal", "made/petct"
_BROKEN = "made/hostile/rows-65535-tiny-data.dcm"

Prepare = Callable[[Page, House], None]


@dataclass(frozen=True)
class Screen:
    """`name` is its file's; `prepare` brings a page there."""

    name: str
    chapter: str
    title: str
    prepare: Prepare
    sizes: tuple[str, ...] = _DESK
    logged_in: bool = True
    language: str = "en-GB"


def _list(query: str = "", *keys: str) -> Prepare:
    def prepare(page: Page, house: House) -> None:
        page.goto(f"{house.url}/?{query}")
        page.get_by_test_id("study").or_(page.get_by_test_id("empty")).first.wait_for()
        _press(page, keys)

    return prepare


def _page(path: str, test_id: str) -> Prepare:
    def prepare(page: Page, house: House) -> None:
        page.goto(house.url + path)
        page.get_by_test_id(test_id).first.wait_for()

    return prepare


def _viewer(
    *studies: str,
    keys: tuple[str, ...] = (),
    command: str = "",
    image: int = 0,
    series: str = "",
    drawn: bool = True,
    rest: int = 1500,
) -> Prepare:
    """Open studies, in the first the series whose words have `series` in them; then scroll, press, wait."""

    def prepare(page: Page, house: House) -> None:
        page.goto(house.viewer(*studies))
        if drawn:
            page.wait_for_function(
                "() => window.readingRoom?.viewports().some(v => v.image > 0 && !v.reduced)"
            )
        if series:
            page.get_by_test_id("rail").get_by_text(series).first.click()
            page.wait_for_timeout(2000)
        if command:
            _run(page, command)
        page.wait_for_timeout(1500)  # the other series are read once the first image stands
        for _ in range(image):
            page.keyboard.press("ArrowDown")
        _press(page, keys)
        page.wait_for_timeout(rest)

    return prepare


def _kind(study: str, series: str, kind: str, keys: tuple[str, ...] = (), command: str = "") -> Prepare:
    """Open a study and hang the series of that description, which a view of that kind shows."""

    def prepare(page: Page, house: House) -> None:
        page.goto(house.viewer(study))
        card = page.get_by_test_id("rail").get_by_text(series, exact=True).first
        card.wait_for()
        page.wait_for_timeout(2500)
        card.click()
        page.wait_for_function("kind => window.readingRoom?.viewports().some(v => v.kind === kind)", arg=kind)
        page.wait_for_timeout(2500)
        if command:
            _run(page, command)
        _press(page, keys)
        page.wait_for_timeout(2000)

    return prepare


def _run(page: Page, command: str) -> None:
    page.keyboard.press("Control+k")
    page.get_by_test_id("palette-input").fill(command)
    page.keyboard.press("Enter")
    page.wait_for_timeout(3000)


def _press(page: Page, keys: tuple[str, ...]) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(300)


def _bright(prepare: Prepare) -> Prepare:
    def brightly(page: Page, house: House) -> None:
        prepare(page, house)
        page.evaluate("document.documentElement.dataset.theme = 'bright'")

    return brightly


def _with_line(page: Page, house: House) -> None:
    _viewer("made/visible", command="Calibrate the image")(page, house)
    page.mouse.move(400, 300)
    page.mouse.down()
    page.mouse.move(600, 420, steps=4)
    page.mouse.up()
    page.wait_for_timeout(500)


def _with_second_window(page: Page, house: House) -> None:
    _viewer(_CT, image=12)(page, house)
    with page.context.expect_page():
        page.keyboard.press("Shift+W")
    page.wait_for_timeout(4000)


def _failed(page: Page, house: House) -> None:
    page.route("**/api/studies/search", lambda route: route.abort())
    page.goto(house.url)
    page.wait_for_timeout(2500)


def _loading(page: Page, house: House) -> None:
    page.route("**/api/studies/search", lambda route: None)
    page.goto(house.url)
    page.wait_for_timeout(2500)


SCREENS = [
    Screen("login", "Log in", "The door.", _page("/login", "login"), _ALL, logged_in=False),
    Screen(
        "list",
        "Study list",
        "What is here, the newest first, beside it the look at the chosen one.",
        _list("", "ArrowDown"),
        _ALL,
    ),
    Screen("list-bright", "Study list", "The bright theme, for lit rooms.", _bright(_list("", "ArrowDown"))),
    Screen(
        "list-several",
        "Study list",
        "Several chosen: compared, sent, saved or deleted together.",
        _list("", "ArrowDown", "x", "ArrowDown", "x"),
    ),
    Screen(
        "list-filters",
        "Study list",
        "One box for everything, chips for kinds, fields for the rest.",
        _list("text=test&modality=CT,MR", "ArrowDown"),
    ),
    Screen(
        "list-empty",
        "Study list",
        "Nothing found: what was searched, and what would find something.",
        _list("modality=ZZ"),
        _ALL,
    ),
    Screen("list-loading", "Study list", "Loading.", _loading),
    Screen("list-failed", "Study list", "The server does not answer.", _failed, _ALL),
    Screen("list-send", "Study list", "Send.", _list("", "ArrowDown", "Control+e")),
    Screen(
        "list-delete",
        "Study list",
        "Delete, with a reason; eight seconds to undo, thirty days in the bin.",
        _list("", "ArrowDown", "Delete"),
    ),
    Screen(
        "list-ja", "Study list", "In Japanese.", _list("", "ArrowDown"), ("1440", "phone"), language="ja-JP"
    ),
    Screen("list-de", "Study list", "In German.", _list("", "ArrowDown"), ("1440",), language="de-DE"),
    Screen("viewer-ct", "Viewer", "A CT of the head as it opens.", _viewer(_CT, image=12), _ALL),
    Screen(
        "viewer-panel",
        "Viewer",
        "The panel: window presets, colours, overlays.",
        _viewer(_CT, image=12, keys=("\\",)),
    ),
    Screen(
        "viewer-grid",
        "Viewer",
        "Four viewports, linked, with reference lines.",
        _viewer(_MR, _CT, keys=("Alt+4", "r")),
    ),
    Screen("viewer-tiles", "Viewer", "A tiled stack.", _viewer(_CT, command="Tiled stack")),
    Screen(
        "viewer-bright",
        "Viewer",
        "The bright theme: what lies on pixels stays dark.",
        _bright(_viewer(_CT, image=12, keys=("\\",))),
    ),
    Screen("viewer-tags", "Viewer", "All tags of the image.", _viewer(_CT, keys=("t",))),
    Screen("viewer-palette", "Viewer", "Every action with its key.", _viewer(_CT, keys=("Control+k",)), _ALL),
    Screen("viewer-help", "Viewer", "Help.", _viewer(_CT, keys=("?",))),
    Screen("viewer-us", "Viewer", "Ultrasound.", _viewer("objects/us/GREYSCALE_IMAGE.dcm")),
    Screen(
        "viewer-cr", "Viewer", "A chest radiograph.", _viewer("transfer-syntaxes/jpeg/RG2_JPLY_fixed.dcm")
    ),
    Screen(
        "viewer-keys", "Viewer", "Keys and mouse, as each wants them.", _viewer(_CT, command="Keys and mouse")
    ),
    Screen("viewer-menu", "Viewer", "The menu on the image.", _viewer(_CT, image=12, keys=("Shift+F10",))),
    Screen(
        "viewer-tool-help",
        "Viewer",
        "What a tool does, on the image, when it is first chosen.",
        _viewer(_CT, image=12, keys=("m",)),
        _ALL,
    ),
    Screen(
        "viewer-size",
        "Viewer",
        "An image without a size: a line over something whose length is known.",
        _with_line,
    ),
    Screen("viewer-windows", "Viewer", "The first of two windows.", _with_second_window, ("1440",)),
    Screen("viewer-de", "Viewer", "In German.", _viewer(_CT, keys=("\\",)), ("1440",), language="de-DE"),
    Screen("viewer-ja", "Viewer", "In Japanese.", _viewer(_CT, keys=("\\",)), ("1440",), language="ja-JP"),
    Screen(
        "viewer-mpr", "Volumes", "Three planes with crosshair.", _viewer(_CT, image=12, keys=("Shift+x",))
    ),
    Screen("viewer-3d", "Volumes", "Three dimensions.", _viewer(_CT, keys=("Shift+v",), rest=25_000)),
    Screen("viewer-fusion", "Volumes", "PET over CT, in SUV.", _viewer(_PET, image=8, keys=("Shift+o",))),
    Screen(
        "viewer-gap",
        "Volumes",
        "A slice is missing: it is said, and nothing is filled in.",
        _viewer("made/ct-phantom", series="missing", keys=("Shift+x",)),
    ),
    Screen(
        "viewer-compare",
        "Viewer",
        "Two studies side by side, linked.",
        _viewer("ct-series/head-5mm", "made/ct-phantom", keys=("Alt+2",)),
    ),
    Screen(
        "kind-report",
        "Every kind",
        "A measurement report (TID 1500).",
        _kind("made/sr", "synthetic tid1500", "report"),
    ),
    Screen(
        "kind-cad",
        "Every kind",
        "Marks of a computer, over the images they are on.",
        _viewer("made/mammo", rest=4000),
    ),
    Screen(
        "kind-ecg",
        "Every kind",
        "A 12-lead ECG on paper of millimetres.",
        _kind("made/waveforms", "12-lead ECG 10 s", "waveform"),
        _ALL,
    ),
    Screen(
        "kind-hemodynamic",
        "Every kind",
        "Pressures beside the ECG.",
        _kind("made/waveforms", "aortic pressure and ECG", "waveform"),
    ),
    Screen(
        "kind-spectrum",
        "Every kind",
        "MR spectroscopy.",
        _kind("made/spectroscopy", "single voxel", "spectra"),
    ),
    Screen(
        "kind-pdf",
        "Every kind",
        "A document (PDF).",
        _kind("made/documents", "pdf", "document"),
        _ALL,
    ),
    Screen("kind-cda", "Every kind", "A document (CDA).", _kind("made/documents", "cda", "document")),
    Screen("kind-surface", "Every kind", "A surface (STL).", _kind("made/documents", "stl", "mesh")),
    Screen(
        "kind-video",
        "Every kind",
        "A video, frame by frame.",
        _kind("made/video", "h264-counter", "video"),
    ),
    Screen(
        "kind-contours",
        "Every kind",
        "Structures and dose over a CT.",
        _viewer("made/rt", image=20, keys=("\\",), rest=4000),
    ),
    Screen("kind-plan", "Every kind", "A treatment plan.", _kind("made/rt", "rtplan", "plan")),
    Screen(
        "kind-structures",
        "Every kind",
        "A set of structures.",
        _kind("made/rt", "RT structure set", "structures"),
    ),
    Screen(
        "kind-segments",
        "Every kind",
        "Segments over a CT.",
        _kind("made/seg", "SEG hundred-segments", "segmentation"),
    ),
    Screen(
        "kind-state",
        "Every kind",
        "A presentation state, applied as the study opens.",
        _viewer("made/gsps", keys=("\\",), rest=3000),
    ),
    Screen(
        "kind-key-objects",
        "Every kind",
        "A selection of key images.",
        _kind("made/key-objects", "synthetic ko-for-conference", "key-objects"),
    ),
    Screen(
        "kind-registration",
        "Every kind",
        "A registration.",
        _kind("made/registration", "deformable", "registration"),
    ),
    Screen(
        "kind-slide",
        "Every kind",
        "A whole slide.",
        _viewer("made/slide", drawn=False, rest=4000),
        _ALL,
    ),
    Screen("kind-eye", "Every kind", "OCT, and where its slices lie.", _viewer("made/eye", keys=("Alt+2",))),
    Screen(
        "kind-mammography",
        "Every kind",
        "Four views of a mammography.",
        _viewer("made/mammo", command="Mammography views"),
    ),
    Screen("viewer-broken", "Viewer", "What cannot be drawn says why.", _viewer(_BROKEN, drawn=False)),
    Screen("jobs", "Work", "Jobs: what was sent and what did not arrive.", _page("/jobs", "job"), _ALL),
    Screen("nodes", "Work", "Nodes.", _page("/nodes", "node")),
    Screen("rules", "Work", "Rules.", _page("/rules?form=new", "rule-form")),
    Screen("log", "Work", "The event log.", _page("/log", "event")),
    Screen("deleted", "Work", "Deleted.", _page("/deleted", "deletion")),
]
