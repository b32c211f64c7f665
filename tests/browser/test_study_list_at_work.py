"""The study list at work: columns, saved searches, several studies at once, and no name in any address."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pydicom
import pytest
from playwright.sync_api import Browser, expect

from tests.kit.dcmtk import dcmtk
from tests.kit.ports import HOST
from tests.kit.server import RunningServer

from .conftest import Watch
from .pages import SLOW, StudyList, Viewer
from .samples import CT_HEAD, MR_ADC, Samples, copy_as_new_study, files

pytestmark = pytest.mark.row("VIEW-SEARCH-01")

TABLET = {"width": 1024, "height": 768}
PHONE = {"width": 390, "height": 844}


def heads(studies: StudyList) -> list[str]:
    found: list[str] = studies.page.get_by_test_id("head").evaluate_all(
        "heads => heads.map(head => head.dataset.column)"
    )
    return found


def shows_heads(studies: StudyList, wanted: list[str]) -> None:
    """Wait until these columns are there, in that order."""
    studies.page.wait_for_function(
        """wanted => JSON.stringify([...document.querySelectorAll('[data-testid=head]')]
            .map(head => head.dataset.column)) === JSON.stringify(wanted)""",
        arg=wanted,
        timeout=SLOW,
    )


def test_columns_are_chosen_moved_by_key_and_drag_sorted_and_kept(
    studies: StudyList, samples: Samples
) -> None:
    page = studies.page
    studies.open("text=paging")
    expect(studies.rows.first).to_be_visible(timeout=SLOW)
    before = heads(studies)
    assert before == ["patient", "id", "who", "kind", "description", "date", "accession", "images", "state"]
    page.get_by_test_id("columns").click()
    for column in ("birth", "source", "accession", "id"):
        page.get_by_test_id(f"column-{column}").click()
    page.keyboard.press("Escape")
    chosen = ["patient", "who", "birth", "kind", "description", "date", "images", "source", "state"]
    shows_heads(studies, chosen)
    row = studies.row(samples.paged[299])
    expect(row).to_contain_text("1961-02-03")
    expect(row).to_contain_text("import")
    page.get_by_test_id("sort-modalities").focus()
    page.keyboard.press("Alt+ArrowLeft")
    page.keyboard.press("Alt+ArrowLeft")
    chosen = ["patient", "kind", "who", "birth", "description", "date", "images", "source", "state"]
    shows_heads(studies, chosen)
    head = page.locator('[data-testid=head][data-column="date"]')
    head.drag_to(page.locator('[data-testid=head][data-column="patient"]'))
    chosen = ["date", "patient", "kind", "who", "birth", "description", "images", "source", "state"]
    shows_heads(studies, chosen)
    studies.sort("patient_name")
    studies.shows_in_order(samples.paged[:5])
    page.reload()
    shows_heads(studies, chosen)
    studies.shows_in_order(samples.paged[:5])


def test_filters_by_kind_body_part_and_source(studies: StudyList, samples: Samples) -> None:
    page = studies.page
    head, adc = samples.study(CT_HEAD), samples.study(MR_ADC)
    studies.open()
    page.get_by_test_id("kind").click()
    page.get_by_test_id("kind-MR").click()
    expect(studies.row(adc)).to_be_visible(timeout=SLOW)
    expect(studies.row(head)).to_have_count(0)
    page.get_by_test_id("kind-CT").click()
    expect(studies.row(head)).to_be_visible(timeout=SLOW)
    page.keyboard.press("Escape")
    part = pydicom.dcmread(files(samples.data, CT_HEAD)[0], stop_before_pixels=True).BodyPartExamined
    studies.filter("body_part", part.lower())
    expect(studies.row(adc)).to_have_count(0, timeout=SLOW)
    expect(studies.row(head)).to_be_visible(timeout=SLOW)
    studies.filter("source", "nobody")
    expect(page.get_by_test_id("empty")).to_be_visible(timeout=SLOW)
    studies.filter("source", "imp")
    expect(studies.row(head)).to_be_visible(timeout=SLOW)


def test_no_name_is_in_any_address_and_nothing_is_lost_by_that(
    studies: StudyList, viewer: Viewer, samples: Samples
) -> None:
    page, asked = studies.page, []
    page.on("request", lambda request: asked.append(request.url))
    studies.open("sort=patient_name")
    studies.search("paging acc27")
    studies.filter("name", "study 0")
    expected = [samples.paged[n] for n in range(100) if f"acc{n * 11 % 300:03}".startswith("acc27")]
    studies.shows(expected)  # the words alone find more
    studies.shows_in_order(expected)
    page.keyboard.press("Escape")
    studies.row(expected[0]).dblclick()
    viewer.until("v => v.image > 0")
    page.keyboard.press("/")
    expect(studies.search_box).to_have_value("paging acc27", timeout=SLOW)
    studies.shows(expected)
    page.reload()
    expect(studies.search_box).to_have_value("paging acc27", timeout=SLOW)
    studies.shows(expected)
    told = [
        url for url in [*asked, page.url] if "paging" in url.lower() or "study%200" in url or "acc27" in url
    ]
    assert told == []
    page.goto(f"{studies.url}/?patientName=paging*008&modalities=OT")
    studies.shows([samples.paged[8]])
    assert "paging" not in page.url
    assert "modality=OT" in page.url


def test_searches_are_saved_shown_renamed_removed_and_brought_back(
    studies: StudyList, chromium: Browser, room: RunningServer, samples: Samples
) -> None:
    page = studies.page
    studies.open("text=paging+acc27&sort=patient_name")
    expected = 10
    studies.shows_total(expected)
    page.get_by_test_id("save-search").click()
    page.get_by_test_id("search-name").fill("Acc 27")
    page.keyboard.press("Enter")
    line = page.locator('[data-testid=saved-search][data-name="Acc 27"]')
    expect(line).to_contain_text(str(expected), timeout=SLOW)
    studies.clear()
    studies.shows_total_over(expected)
    expect(page.get_by_test_id("save-search")).to_be_disabled()
    line.get_by_test_id("saved-show").click()
    studies.shows_total(expected)
    expect(studies.search_box).to_have_value("paging acc27")
    line.hover()
    line.get_by_test_id("saved-rename").click()
    page.get_by_test_id("search-name").fill("<b>Twenty-seven</b>")
    page.keyboard.press("Enter")
    renamed = page.locator('[data-testid=saved-search]:has-text("<b>Twenty-seven</b>")')
    expect(renamed).to_be_visible(timeout=SLOW)

    for size in (TABLET, PHONE):  # another machine of the same person
        context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
        try:
            other = StudyList(context.new_page(), room.url)
            other.open()
            if size is TABLET:
                other.page.get_by_test_id("saved-menu").click()
                other.page.get_by_test_id("saved-show").click()
                other.shows_total(expected)
            else:
                other.page.get_by_role("button", name="<b>Twenty-seven</b>").click()
                expect(other.rows).to_have_count(expected, timeout=SLOW)
        finally:
            context.close()

    renamed.hover()
    renamed.get_by_test_id("saved-remove").click()
    expect(page.get_by_test_id("saved-search")).to_have_count(0, timeout=SLOW)
    page.get_by_test_id("search-undo").click()
    expect(renamed).to_be_visible(timeout=SLOW)
    renamed.hover()
    renamed.get_by_test_id("saved-remove").click()
    expect(page.get_by_test_id("saved-search")).to_have_count(0, timeout=SLOW)


def test_several_are_chosen_by_keys_and_pointer(studies: StudyList, samples: Samples) -> None:
    page = studies.page
    order = samples.paged
    studies.open("text=paging&sort=patient_name")
    studies.shows_in_order(order[:5])

    def chosen(count: int) -> list[str]:
        if not count:
            expect(page.get_by_test_id("chosen")).to_have_count(0, timeout=SLOW)
            return []
        expect(page.get_by_test_id("chosen-count")).to_have_text(f"{count} chosen", timeout=SLOW)
        found: list[str] = page.locator("[data-chosen]").evaluate_all(
            "rows => rows.map(r => r.dataset.studyUid)"
        )
        return sorted(found)

    page.keyboard.press("x")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("x")
    assert chosen(2) == sorted([order[0], order[2]])
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    assert chosen(3) == sorted(order[2:5])
    page.keyboard.press("Escape")
    chosen(0)
    studies.row(order[1]).click()
    studies.row(order[3]).click(modifiers=["Shift"])
    assert chosen(3) == sorted(order[1:4])
    studies.row(order[2]).click(modifiers=["Control"])
    studies.row(order[6]).get_by_test_id("choose").click()
    assert chosen(3) == sorted([order[1], order[3], order[6]])
    with page.expect_download() as saving:
        page.get_by_test_id("chosen-download").click()
    archive = zipfile.ZipFile(io.BytesIO(Path(saving.value.path()).read_bytes()))
    inside = {str(pydicom.dcmread(archive.open(name)).StudyInstanceUID) for name in archive.namelist()}
    assert inside == {order[1], order[3], order[6]}
    page.keyboard.press("Control+e")
    dialog = page.get_by_test_id("send-dialog")
    expect(dialog).to_contain_text("Send 3 studies", timeout=SLOW)
    expect(dialog).to_contain_text("3 images")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.keyboard.press("Control+a")
    expect(page.get_by_test_id("chosen-count")).to_have_text("100 chosen")
    page.keyboard.press("Escape")
    studies.row(order[4]).click(modifiers=["Control"])
    studies.row(order[5]).click(modifiers=["Control"])
    page.keyboard.press("c")
    expect(page.get_by_test_id("viewer")).to_be_visible(timeout=SLOW)
    assert page.url.endswith(f"?compare=1&StudyInstanceUIDs={order[4]}&StudyInstanceUIDs={order[5]}")


def test_priors_beside_compare_and_delete_of_several_with_undo(
    studies: StudyList, room: RunningServer, samples: Samples, tmp_path: Path, watch: Watch
) -> None:
    watch.allow("status of 404")
    page = studies.page
    source = files(samples.data, CT_HEAD)[0]
    names = ("first", "second", "third")
    uids = [copy_as_new_study(source, tmp_path / f"{name}.dcm", "PRIORS^PATIENT") for name in names]
    for number, name in enumerate(names):
        ds = pydicom.dcmread(tmp_path / f"{name}.dcm")
        ds.PatientID, ds.StudyDate = "PRIORS-1", f"2026010{number + 1}"
        ds.save_as(tmp_path / f"{name}.dcm")
    dcmtk(
        "storescu", "-aec", room.ae_title, HOST, str(room.dicom_port), *(tmp_path / f"{n}.dcm" for n in names)
    )
    studies.open("text=priors")
    studies.shows_in_order(uids[::-1])
    page.keyboard.press("Space")
    drawer = page.get_by_test_id("drawer")
    expect(drawer).to_contain_text("Priors 2, listed, not loaded", timeout=SLOW)
    expect(drawer.get_by_test_id("prior")).to_have_count(2)
    expect(drawer.get_by_test_id("compare")).to_be_visible()
    page.keyboard.press("c")
    expect(page.get_by_test_id("viewer")).to_be_visible(timeout=SLOW)
    assert page.url.endswith(f"?compare=1&StudyInstanceUIDs={uids[2]}&StudyInstanceUIDs={uids[1]}")
    viewer = Viewer(page, room.url)
    viewer.until("(v, uid) => v.studyInstanceUID === uid && v.image > 0", 1, uids[1])
    viewer.until("(v, uid) => v.studyInstanceUID === uid && v.image > 0 && v.active", 0, uids[2])
    assert len(viewer.viewports()) == 2
    expect(viewer.element(0).get_by_test_id("study-badge")).to_have_text("Current")
    expect(viewer.element(1).get_by_test_id("study-badge")).to_contain_text("Prior")
    expect(page.get_by_test_id("link-state")).to_be_visible()
    page.keyboard.press("/")
    studies.shows_in_order(uids[::-1])
    page.keyboard.press("x")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Delete")
    expect(page.get_by_test_id("delete-dialog")).to_contain_text("Delete 2 studies", timeout=SLOW)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("toast")).to_contain_text("2 studies were deleted.", timeout=SLOW)
    studies.shows([uids[0]])
    page.keyboard.press("Control+z")
    studies.shows(uids)


def test_nothing_found_says_what_would_be(studies: StudyList, samples: Samples) -> None:
    page = studies.page
    studies.open()
    studies.search("paging 1961 MR acc013")
    expect(page.get_by_test_id("empty")).to_contain_text(
        "No study matches “paging 1961 MR acc013”.", timeout=SLOW
    )
    expect(page.get_by_test_id("empty")).to_contain_text("Without “MR” there is 1 study.", timeout=SLOW)
    page.get_by_test_id("wider").click()
    (number,) = (n for n in range(300) if n * 11 % 300 == 13)
    studies.shows([samples.paged[number]])
    expect(studies.search_box).to_have_value("paging 1961 acc013")


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["1024x768", "390x844"])
def test_small_screens_have_all_filters_and_no_sideways_scrolling(
    chromium: Browser, room: RunningServer, samples: Samples, size: dict[str, int]
) -> None:
    context = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        listed = StudyList(page, room.url)
        listed.open("text=paging")
        expect(listed.rows.first).to_be_visible(timeout=SLOW)
        if size is PHONE:
            page.get_by_label("Filters").click()
            box = listed.rows.first.bounding_box()
            assert box is not None
            assert 66 <= box["height"] <= 78
        else:
            listed.more_filters()
            expect(page.get_by_test_id("side")).to_have_count(0)
        page.get_by_test_id("filter-accession").fill("acc013")
        expect(listed.rows).to_have_count(1, timeout=SLOW)
        assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    finally:
        context.close()


def test_kinds_are_counted_and_the_look_at_a_study_stays_open(
    studies: StudyList, room: RunningServer, samples: Samples, watch: Watch
) -> None:
    watch.allow("status of 404")
    note = next((samples.data / "made" / "key-objects").rglob("*.dcm"))
    dcmtk("storescu", "-aec", room.ae_title, HOST, str(room.dicom_port), note)
    uid = str(pydicom.dcmread(note, stop_before_pixels=True).StudyInstanceUID)
    page = studies.page
    studies.open()
    asked = page.request.post(f"{room.url}/api/studies/count", data={"modality": "CT"})
    expect(page.get_by_test_id("chip-CT").locator(".c")).to_have_text(
        str(asked.json()["total"]), timeout=SLOW
    )
    expect(page.get_by_test_id("drawer")).to_have_count(0)
    page.keyboard.press("Space")
    page.get_by_test_id("drawer-pin").click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("drawer")).to_be_visible()
    studies.open("modality=KO&sort=-received_at")
    drawer = page.get_by_test_id("drawer")
    expect(drawer).to_be_visible(timeout=SLOW)
    studies.row(uid).click()
    expect(drawer.get_by_test_id("companion").first).to_contain_text("KO", timeout=SLOW)
    page.get_by_test_id("drawer-close").click()
    expect(drawer).to_have_count(0)
    page.reload()
    expect(studies.row(uid)).to_be_visible(timeout=SLOW)
    expect(drawer).to_have_count(0)
    studies.open("receiving=true&text=xyzzy")
    page.get_by_test_id("receiving").click()
    expect(page.get_by_test_id("receiving")).to_have_count(0)
    assert "receiving" not in page.url


def test_a_phone_draws_only_what_is_seen(chromium: Browser, room: RunningServer, samples: Samples) -> None:
    context = chromium.new_context(viewport=PHONE)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        listed = StudyList(page, room.url)
        listed.open("text=paging&sort=patient_name")
        last = listed.row(samples.paged[299])
        listed.page.wait_for_function(
            """uid => {
                const cards = document.querySelector('[data-testid=studies]');
                cards.scrollTop = cards.scrollHeight;
                return document.querySelector(`[data-study-uid="${uid}"]`);
            }""",
            arg=samples.paged[299],
            timeout=SLOW,
        )
        expect(last).to_be_in_viewport()
        assert listed.rows.count() < 60
        page.evaluate("document.querySelector('[data-testid=studies]').scrollTop = 0")
        expect(listed.row(samples.paged[0])).to_be_in_viewport(timeout=SLOW)
    finally:
        context.close()
