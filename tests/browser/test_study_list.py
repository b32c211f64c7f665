"""The study list over real studies and 300 tiny ones: finding, sorting, paging, arriving, failing."""

from __future__ import annotations

import pydicom
import pytest
from playwright.sync_api import Browser, Page, Request, ViewportSize, expect
from pydicom.uid import generate_uid

from tests.kit.dcmtk import dcmtk
from tests.kit.ports import HOST
from tests.kit.server import RunningServer

from .conftest import Watch
from .pages import SLOW, LoginPage, StudyList, Viewer
from .samples import (
    CHEST,
    CT_HEAD,
    JAPANESE,
    KOREAN,
    MR_ADC,
    MR_SAGITTAL,
    PAGED,
    SCRIPT_TAGS,
    XA,
    Samples,
    copy_as_new_study,
    files,
)

PHONE: ViewportSize = {"width": 390, "height": 844}


def test_imported_studies_are_listed_with_what_they_say(studies: StudyList, samples: Samples) -> None:
    source = files(samples.data, CT_HEAD)
    ds = pydicom.dcmread(source[0], stop_before_pixels=True)
    studies.open(f"text={ds.PatientID or 'HEAD'}")
    row = studies.row(ds.StudyInstanceUID)
    expect(row).to_be_visible(timeout=SLOW)
    expect(row).to_contain_text(str(ds.PatientName))
    expect(row.get_by_test_id("image-count")).to_have_text(str(len(source)))
    date = ds.StudyDate
    expect(row).to_contain_text(f"{date[:4]}-{date[4:6]}-{date[6:]}")


@pytest.mark.parametrize(
    ("field", "text", "number"),
    [
        ("name", "study 123", 123),
        ("patient_id", "PAGED007", 1),
        ("accession", "ACC011", 1),
        ("description", "many 026", 2),
    ],
)
def test_search_by_one_field(
    studies: StudyList, samples: Samples, field: str, text: str, number: int
) -> None:
    studies.open()
    studies.filter(field, text)
    studies.shows([samples.paged[number]])
    studies.clear()
    studies.shows_total_over(PAGED)


@pytest.mark.parametrize("words", ["PAGING 045", "paged014", "ACC022", "many 039"])
def test_search_by_words_of_any_field(studies: StudyList, samples: Samples, words: str) -> None:
    """Every word must occur somewhere: in the name, the ID, the accession number or the description."""
    studies.open()
    studies.search(words)
    studies.shows([samples.paged[n] for n in range(PAGED) if says(n, words)])


def says(number: int, words: str) -> bool:
    """Whether tiny study `number` holds all the words."""
    n = PAGED
    text = (
        f"paging study {number:03} paged{number * 7 % n:03} acc{number * 11 % n:03} many {number * 13 % n:03}"
    )
    return all(word in text for word in words.lower().split())


def test_search_by_date(studies: StudyList, samples: Samples) -> None:
    ds = pydicom.dcmread(samples.folder / "paged" / "051.dcm")
    date = f"{ds.StudyDate[:4]}-{ds.StudyDate[4:6]}-{ds.StudyDate[6:]}"
    studies.open("text=paging")
    studies.page.get_by_test_id("date-from").fill(date)
    studies.shows_total(PAGED - 51)
    studies.page.get_by_test_id("date-to").fill(date)
    studies.shows([samples.paged[51]])


def test_search_by_modality(studies: StudyList, samples: Samples) -> None:
    studies.open("text=")
    studies.chip("MR").click()
    expect(studies.chip("MR")).to_have_attribute("aria-pressed", "true")
    for name in (MR_ADC, MR_SAGITTAL):
        expect(studies.row(samples.study(name))).to_be_visible(timeout=SLOW)
    expect(studies.row(samples.study(CT_HEAD))).to_have_count(0)
    studies.chip("MR").click()
    studies.chip("X-ray").click()
    for name in (XA, CHEST):
        expect(studies.row(samples.study(name))).to_be_visible(timeout=SLOW)
    expect(studies.row(samples.study(MR_ADC))).to_have_count(0)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("patient_name", lambda n: n),
        ("patient_id", lambda n: (n * 7) % PAGED),
        ("accession_number", lambda n: (n * 11) % PAGED),
        ("study_description", lambda n: (n * 13) % PAGED),
    ],
)
def test_the_server_sorts(studies: StudyList, samples: Samples, key: str, value: object) -> None:
    assert callable(value)
    order = [samples.paged[n] for n in sorted(range(PAGED), key=value)]
    studies.open("text=paging")
    with studies.page.expect_response(lambda r: f'"sort":"{key}"' in asked_of(r.request)):
        studies.sort(key)
    studies.shows_in_order(order[:8])
    with studies.page.expect_response(lambda r: f'"sort":"-{key}"' in asked_of(r.request)):
        studies.sort(key)
    studies.shows_in_order(order[::-1][:8])


def asked_of(request: Request) -> str:
    """The body of a question for studies; empty for other requests."""
    return (request.post_data or "") if request.url.endswith("/api/studies/search") else ""


def test_more_than_one_page_comes_by_scrolling(studies: StudyList, samples: Samples) -> None:
    asked: list[str] = []
    studies.page.on("request", lambda r: asked.append(asked_of(r)))
    studies.open("text=paging&sort=patient_name")
    studies.shows_in_order(samples.paged[:8])
    expect(studies.total).to_have_text(f"{PAGED} studies")
    assert studies.rows.count() < 100, "rows are drawn only where they are seen"
    last = studies.row(samples.paged[-1])
    studies.scroll_until_shown(samples.paged[-1])
    expect(last).to_be_visible(timeout=SLOW)
    pages = [body for body in asked if '"cursor"' in body]
    assert len(pages) in (2, 3), asked


def test_from_search_to_images_by_keyboard(studies: StudyList, viewer: Viewer, samples: Samples) -> None:
    studies.open("sort=patient_name")
    studies.page.keyboard.press("/")
    expect(studies.search_box).to_be_focused()
    studies.page.keyboard.type("paging acc27")
    expected = [samples.paged[n] for n in range(PAGED) if says(n, "paging acc27")]
    studies.shows_in_order(expected)
    studies.page.keyboard.press("ArrowDown")
    studies.page.keyboard.press("ArrowDown")
    expect(studies.row(expected[2])).to_have_attribute("aria-selected", "true")
    studies.page.keyboard.press("Enter")
    viewer.until("v => v.image > 0")
    assert viewer.viewport()["studyInstanceUID"] == expected[2]
    studies.page.keyboard.press("/")
    expect(studies.page.get_by_test_id("study-list")).to_be_visible(timeout=SLOW)


def test_a_look_without_opening(studies: StudyList, samples: Samples) -> None:
    studies.open("modality=CT&text=HEAD")
    uid = samples.study(CT_HEAD)
    expect(studies.row(uid)).to_be_visible(timeout=SLOW)
    studies.page.keyboard.press("Space")
    drawer = studies.page.get_by_test_id("drawer")
    expect(drawer).to_contain_text("This study", timeout=SLOW)
    drawer.get_by_test_id("open").click()
    expect(studies.page.get_by_test_id("viewer")).to_be_visible(timeout=SLOW)


def test_thumbnails_are_pictures(studies: StudyList, samples: Samples) -> None:
    studies.open("modality=CT&text=HEAD")
    row = studies.row(samples.study(CT_HEAD))
    expect(row).to_be_visible(timeout=SLOW)
    studies.page.wait_for_function(
        """uid => {
            const image = document.querySelector(`[data-study-uid="${uid}"] img`);
            return image && image.complete && image.naturalWidth > 16;
        }""",
        arg=samples.study(CT_HEAD),
        timeout=SLOW,
    )
    greys = row.locator("img").evaluate(
        """image => {
            const canvas = Object.assign(document.createElement('canvas'),
                                         { width: image.naturalWidth, height: image.naturalHeight });
            const context = canvas.getContext('2d');
            context.drawImage(image, 0, 0);
            const data = context.getImageData(0, 0, canvas.width, canvas.height).data;
            return new Set(data.filter((_, i) => i % 4 === 0)).size;
        }"""
    )
    assert greys > 16, "a head in the brain window has many greys"


def test_a_study_that_is_sent_appears_by_itself_with_the_receiving_mark(
    studies: StudyList, room: RunningServer, samples: Samples, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("sent")
    uid = copy_as_new_study(files(samples.data, CT_HEAD)[0], folder / "one.dcm", "ARRIVING^NOW")
    studies.open("text=arriving")
    expect(studies.page.get_by_text("No study matches")).to_be_visible(timeout=SLOW)
    loads = studies.page.evaluate("performance.timeOrigin")
    dcmtk("storescu", "-aec", room.ae_title, HOST, str(room.dicom_port), folder / "one.dcm")
    row = studies.row(uid)
    expect(row).to_be_visible(timeout=SLOW)
    expect(row.get_by_test_id("still-receiving")).to_be_visible(timeout=SLOW)
    expect(studies.page.get_by_test_id("receiving")).to_be_visible(timeout=SLOW)
    expect(row.get_by_test_id("image-count")).to_have_text("1")
    more = pydicom.dcmread(folder / "one.dcm")
    more.SOPInstanceUID = generate_uid()
    more.file_meta.MediaStorageSOPInstanceUID = more.SOPInstanceUID
    more.save_as(folder / "two.dcm", enforce_file_format=True)
    dcmtk("storescu", "-aec", room.ae_title, HOST, str(room.dicom_port), folder / "two.dcm")
    expect(row.get_by_test_id("image-count")).to_have_text("2", timeout=SLOW)
    expect(row.get_by_test_id("still-receiving")).to_have_count(0, timeout=SLOW)
    assert studies.page.evaluate("performance.timeOrigin") == loads, "the page was loaded again"


@pytest.mark.parametrize("name", [JAPANESE, KOREAN])
def test_ideographic_names_are_shown_and_found(studies: StudyList, samples: Samples, name: str) -> None:
    wanted = {JAPANESE: "Yamada^Synthetic=山田^太郎=やまだ^たろう", KOREAN: "Hong^Synthetic=洪^吉洞=홍^길동"}[
        name
    ]
    uid = samples.study(name)
    studies.open()
    studies.search(wanted.split("=")[1].split("^")[0])
    studies.shows([uid])
    for group in wanted.split("="):
        for part in group.split("^"):
            expect(studies.row(uid)).to_contain_text(part)


def test_markup_in_a_name_is_text(studies: StudyList, samples: Samples) -> None:
    uid = samples.study(SCRIPT_TAGS)
    studies.open("name=*script*")
    studies.shows([uid])
    expect(studies.row(uid)).to_contain_text("<script>alert(1)</script>")
    studies.page.keyboard.press("Space")
    expect(studies.page.get_by_test_id("drawer")).to_contain_text("<script>", timeout=SLOW)
    assert studies.page.locator("body script").count() == studies.page.evaluate(
        "[...document.querySelectorAll('body script')].filter(s => s.src).length"
    )


def test_a_search_that_finds_nothing_says_what_was_searched(studies: StudyList) -> None:
    studies.open()
    studies.search("nobody of that name")
    expect(studies.page.get_by_text("No study matches “nobody of that name”.")).to_be_visible(timeout=SLOW)
    studies.page.get_by_role("button", name="Clear all").click()
    expect(studies.search_box).to_have_value("")
    studies.shows_total_over(PAGED)


def test_on_a_phone_nothing_is_wider_than_the_screen(
    chromium: Browser, room: RunningServer, samples: Samples
) -> None:
    context = chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        listed = StudyList(page, room.url)
        listed.open("text=HEAD")
        expect(listed.row(samples.study(CT_HEAD))).to_be_visible(timeout=SLOW)
        assert overflow(page) == 0
        listed.row(samples.study(CT_HEAD)).tap()
        Viewer(page, room.url).until("v => v.image > 0")
        assert overflow(page) == 0
        page.get_by_test_id("more").tap()
        expect(page.get_by_role("group", name="More")).to_be_visible()
        assert overflow(page) == 0
    finally:
        context.close()


def overflow(page: Page) -> float:
    """CSS pixels by which anything that does not lie in a box with its own scrolling is wider than the phone.

    Not compared with innerWidth: a phone's browser zooms out until all fits, and innerWidth grows with it.
    """
    wide: float = page.evaluate(
        """phone => {
            const clipped = (e) => {
                for (let p = e.parentElement; p && p !== document.body; p = p.parentElement)
                    if (getComputedStyle(p).overflowX !== 'visible') return true;
                return false;
            };
            const rights = [...document.body.querySelectorAll('*')]
                .filter(e => !clipped(e)).map(e => e.getBoundingClientRect().right);
            return Math.max(document.documentElement.scrollWidth, ...rights) - phone;
        }""",
        PHONE["width"],
    )
    return max(wide, 0.0)


def test_a_server_that_is_gone_is_told_and_found_again(
    login: LoginPage, desk: RunningServer, watch: Watch
) -> None:
    watch.allow("ERR_|status of 50|/api/events")
    page = login.page
    login.open()
    login.log_in("admin", desk.password())
    expect(page.get_by_text("There are no studies here yet.")).to_be_visible(timeout=SLOW)
    desk.stop()
    try:
        expect(page.get_by_role("alert")).to_be_visible(timeout=SLOW)
        page.get_by_test_id("search").fill("x")
        failed = page.get_by_test_id("failed")
        expect(failed).to_contain_text("The server did not answer.", timeout=SLOW)
        expect(failed).to_contain_text("Nothing is lost. Trying again in")
    finally:
        desk.start()
    expect(page.get_by_text("No study matches “x”.")).to_be_visible(timeout=SLOW)
