"""Character sets: kept as stored, found as Unicode, answered in a set that the asker can read.

What names must read comes from ../shared/data/made/TRUTH.csv; pydicom and DCMTK read our answers.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import httpx
import pytest
from pydicom import Dataset

from readingroom.dataset import write_dataset
from readingroom.model import Attribute
from readingroom.objects import chosen_character_set
from tests.kit.compare import nothing_wrong, read_part10
from tests.kit.dcmtk import called, dcmtk
from tests.kit.network import Peer, identifier
from tests.kit.pynetdicom_peer import associated, find, read
from tests.kit.real_files import path_of, storable
from tests.kit.server import RunningServer
from tests.kit.shared_data import REPOSITORY
from tests.kit.tiny import element, tiny
from tests.kit.true_names import TrueName, names

STUDY_FIND, EXPLICIT = "1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.1.2.1"


def terms_of_the_table() -> set[str]:
    with (REPOSITORY / "contract" / "spec" / "charsets.csv").open(newline="", encoding="utf-8") as table:
        return {row["defined_term"] for row in csv.DictReader(table)}


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> dict[str, str]:
    """Every made file with its name, sent: file to Study Instance UID."""
    parts = {file: storable()[f"made/{file}"] for file in names()}
    assert Peer(server.dicom_port).send(list(parts.values())) == [0] * 25
    headers = {file: read(path_of(f"made/{file}")) for file in parts}
    return {file: str(ds.StudyInstanceUID) for file, ds in headers.items()}


def studies(server: RunningServer, **keys: str) -> list[Dataset]:
    """The answers to a C-FIND by pynetdicom in UTF-8."""
    asked = {"StudyInstanceUID": "", "PatientName": ""} | keys
    with associated(server.dicom_port, [(STUDY_FIND, [EXPLICIT])]) as assoc:
        found, statuses = find(
            assoc, STUDY_FIND, SpecificCharacterSet="ISO_IR 192", QueryRetrieveLevel="STUDY", **asked
        )
    assert statuses[-1] == 0
    return found


@pytest.mark.row("CHARSET-01")
def test_the_files_are_in_every_term_of_the_table() -> None:
    used = {term for name in names().values() for term in name.terms if term} | {"ISO_IR 6"}
    assert len(terms_of_the_table()) == 16
    assert terms_of_the_table() - used == set()


@pytest.mark.row("CHARSET-01")
@pytest.mark.ps("3.5 6.1.2")
def test_names_are_given_as_unicode(server: RunningServer, stored: dict[str, str]) -> None:
    wrong = {}
    for file, uid in stored.items():
        (answer,) = studies(server, StudyInstanceUID=uid)
        if str(answer.PatientName).rstrip(" ") != names()[file].text:
            wrong[file] = answer.PatientName
    nothing_wrong(wrong)


@pytest.mark.row("CHARSET-01")
@pytest.mark.ps("3.4 C.2.2.2.1")
def test_each_component_group_finds_its_study(server: RunningServer, stored: dict[str, str]) -> None:
    """By C-FIND, whole and with a wildcard, and by QIDO-RS."""
    wrong = {}
    for file, uid in stored.items():
        for group in filter(None, names()[file].text.split("=")):
            for key in (group, group.partition("^")[0] + "*"):
                if uid not in {ds.StudyInstanceUID for ds in studies(server, PatientName=key)}:
                    wrong[f"{file} C-FIND {key}"] = "not found"
            answer = httpx.get(f"{server.dicomweb}/studies", params={"PatientName": group}, timeout=60)
            told = {one["0020000D"]["Value"][0]: one for one in answer.json()}
            if uid not in told:
                wrong[f"{file} QIDO {group}"] = "not found"
            elif group not in told[uid]["00100010"]["Value"][0].values():
                wrong[f"{file} QIDO {group}"] = told[uid]["00100010"]
    nothing_wrong(wrong)


def asked_by_dcmtk(
    server: RunningServer, folder: Path, terms: tuple[str, ...], name: bytes, uid: str
) -> Path:
    """The one answer to a query whose bytes go out as they are: findscu reads them from a file."""
    folder.mkdir()
    query = folder / "query.dcm"
    query.write_bytes(
        (element(0x00080005, "CS", "\\".join(terms).encode()) if terms else b"")
        + element(0x00080052, "CS", b"STUDY")
        + element(0x00100010, "PN", name)
        + element(0x0020000D, "UI", uid.encode())
    )
    dcmtk("findscu", "-S", "-X", "-od", folder, *called(server.dicom_port, server.ae_title), query)
    (answer,) = folder.glob("rsp*.dcm")
    return answer


@pytest.mark.row("CHARSET-01")
@pytest.mark.ps("3.4 C.4.1.1.3.1")
def test_keys_and_answers_in_the_set_of_the_asker(
    server: RunningServer, stored: dict[str, str], tmp_path: Path
) -> None:
    """Each name asked for by its own bytes in its own set comes back in that set."""
    wrong = {}
    for number, (file, uid) in enumerate(stored.items()):
        truth = names()[file]
        answer = asked_by_dcmtk(server, tmp_path / str(number), truth.terms, truth.raw, uid)
        ds = read(answer)
        written = ds.get("SpecificCharacterSet") or ()
        said = (written,) if isinstance(written, str) else tuple(written)
        expected = ("ISO_IR 192",) if truth.terms == ("UTF-8",) else truth.terms
        if said != expected:
            wrong[file] = f"in {said}"
        elif truth.by_pydicom and str(ds.PatientName).rstrip(" ") != truth.text:
            wrong[file] = str(ds.PatientName)
        elif not truth.by_pydicom and truth.raw.rstrip(b" ") not in answer.read_bytes():
            wrong[file] = "other bytes"
        elif truth.by_dcmtk and truth.text not in _dumped(answer):
            wrong[file] = f"DCMTK reads {_dumped(answer)}"
    nothing_wrong(wrong)


def _dumped(answer: Path) -> str:
    """The name as dcmdump shows it in UTF-8."""
    printed = dcmtk("dcmdump", "+U8", "+L", "+P", "0010,0010", answer)
    match = re.search(r"\[(.*?)\s*\]", printed)
    return match[1] if match else printed


@pytest.mark.row("CHARSET-01")
@pytest.mark.ps("3.4 C.4.1.1.3.2")
@pytest.mark.parametrize(
    ("file", "asked", "answered"),
    [
        ("charsets/iso-ir-126.dcm", "ISO_IR 100", "ISO_IR 192"),
        ("charsets/iso-ir-100.dcm", "ISO_IR 100", "ISO_IR 100"),
        ("charsets/iso-ir-100.dcm", "", "ISO_IR 192"),
        ("charsets/iso-ir-100.dcm", "NO SUCH SET", "ISO_IR 192"),
        ("charsets/iso-ir-100.dcm", "ISO_IR 144", "ISO_IR 192"),
        ("charsets/iso-2022-ir-6-and-87.dcm", "\\ISO 2022 IR 149", "ISO_IR 192"),
        ("charsets/iso-ir-6.dcm", "", None),
        ("charsets/iso-ir-6.dcm", "ISO_IR 144", "ISO_IR 144"),
    ],
)
def test_unicode_where_the_askers_set_lacks_a_character(
    server: RunningServer, stored: dict[str, str], tmp_path: Path, file: str, asked: str, answered: str | None
) -> None:
    terms = tuple(asked.split("\\")) if asked else ()
    answer = asked_by_dcmtk(server, tmp_path / "find", terms, b"", stored[file])
    ds = read(answer)
    assert ds.get("SpecificCharacterSet") == answered
    assert str(ds.PatientName).rstrip(" ") == names()[file].text


@pytest.mark.row("CHARSET-01")
def test_the_bytes_are_kept_as_they_came(server: RunningServer, stored: dict[str, str]) -> None:
    peer = Peer(server.dicom_port)
    for file in stored:
        part = storable()[f"made/{file}"]
        wanted = identifier("IMAGE", SOPInstanceUID=part.sop_instance_uid)
        got = peer.get(wanted, [(part.sop_class_uid, (part.transfer_syntax_uid,))])
        assert got.objects[part.sop_instance_uid].dataset == part.dataset
        assert names()[file].raw in part.dataset


BROKEN = [
    ("no term, UTF-8", b"", "Grüße^山田", "Grüße^山田".encode()),
    ("no term, Latin 1", b"", "Grüße^Ännchen", "Grüße^Ännchen".encode("latin-1")),
    ("no term, Windows-1252", b"", "Dvořák".replace("ř", "š") + "^Žan", "Dvošák^Žan".encode("cp1252")),
    ("UTF-8 under Latin 1", b"ISO_IR 100", "Grüße^Ännchen", "Grüße^Ännchen".encode()),
    ("UTF-8 under Cyrillic", b"ISO_IR 144", "Люкceмбypг", "Люкceмбypг".encode()),
    ("UTF-8 under ISO_IR 13", b"ISO_IR 13", "ヤマダ^タロウ", "ヤマダ^タロウ".encode()),
    ("Latin 1 under UTF-8", b"ISO_IR 192", "Müller^Jörg", "Müller^Jörg".encode("latin-1")),
    ("a misspelt term", b"ISO-IR 144", "Иванов^Пётр", "Иванов^Пётр".encode("iso8859_5")),
    ("a set without code extensions, with escapes", b"", "Yamada=山田", b"Yamada=\x1b$B;3ED\x1b(B"),
    ("code extensions without escapes", b"\\ISO 2022 IR 149", "홍^길동", "홍^길동".encode("euc_kr")),
    ("an unknown term", b"KLINGON", "Größe", "Größe".encode()),
]


@pytest.mark.row("CHARSET-01")
@pytest.mark.parametrize(("number", "case"), list(enumerate(BROKEN)), ids=[case[0] for case in BROKEN])
def test_broken_in_a_usual_way_and_found_all_the_same(
    server: RunningServer, number: int, case: tuple[str, bytes, str, bytes]
) -> None:
    _, term, text, raw = case
    root = f"2.25.7700.{number}"
    part = tiny(f"{root}.1", f"{root}.2", f"{root}.3", patient=f"B{number}", name="NAME-GOES-HERE")
    old = element(0x00100010, "PN", b"NAME-GOES-HERE")
    dataset = part.dataset.replace(old, element(0x00100010, "PN", raw))
    if term:
        dataset = element(0x00080005, "CS", term) + dataset
    sent = type(part)(part.sop_class_uid, part.sop_instance_uid, part.transfer_syntax_uid, dataset)
    assert Peer(server.dicom_port).send([sent]) == [0]
    for group in text.split("="):
        (answer,) = studies(server, PatientName=group, PatientID=f"B{number}")
        assert str(answer.PatientName) == text
    wanted = identifier("IMAGE", SOPInstanceUID=part.sop_instance_uid)
    got = Peer(server.dicom_port).get(wanted, [(part.sop_class_uid, (EXPLICIT,))])
    assert got.objects[part.sop_instance_uid].dataset == dataset


CREATED = [
    (("ISO_IR 100",), ("ISO_IR 144",), False, "Größe", ("ISO_IR 100",)),
    (("ISO_IR 100",), ("ISO_IR 144",), True, "Люк", ("ISO_IR 144",)),
    ((), ("ISO_IR 144",), False, "Люк", ("ISO_IR 144",)),
    ((), ("ISO_IR 144",), False, "plain", ("ISO_IR 144",)),
    (("ISO_IR 100",), (), True, "Größe", ("ISO_IR 100",)),
    (("ISO_IR 100",), (), False, "山田^太郎", ("ISO_IR 192",)),
    (("", "ISO 2022 IR 87"), (), False, "山田^太郎", ("", "ISO 2022 IR 87")),
    (("UTF-8",), (), False, "山田^太郎", ("ISO_IR 192",)),
    (("KLINGON",), (), False, "plain", ("ISO_IR 192",)),
    ((), (), False, "plain", ()),
]


@pytest.mark.row("CHARSET-02")
@pytest.mark.ps("3.3 C.12.1.1.2")
@pytest.mark.parametrize(("source", "configured", "first", "text", "chosen"), CREATED)
def test_created_objects_are_written_in_the_set_that_the_rule_chooses(
    source: tuple[str, ...],
    configured: tuple[str, ...],
    first: bool,
    text: str,
    chosen: tuple[str, ...],
    tmp_path: Path,
) -> None:
    """contract/spec/created_objects, (0008,0005); pydicom and DCMTK read what is written."""
    terms = chosen_character_set(source, configured, configured_first=first, texts=[text])
    assert terms == chosen
    made = {0x00080005: Attribute("CS", terms), 0x00100010: Attribute("PN", (text,))}
    path = tmp_path / "made.dcm"
    path.write_bytes(write_dataset(made, EXPLICIT))
    ds = read(path)
    assert str(ds.PatientName) == text
    assert "ISO 2022 IR 87" in terms or _dumped(path) == text  # DCMTK's iconv of Debian lacks that one


def test_the_truth_is_about_the_files(stored: dict[str, str]) -> None:
    """Their names are in them, so that the tests above are about something."""
    for file, name in names().items():
        assert isinstance(name, TrueName)
        assert name.raw in read_part10(path_of(f"made/{file}")).dataset
