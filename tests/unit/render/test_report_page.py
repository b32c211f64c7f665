"""Structured reports as pages: beside dsrdump, under a strict parser, with hostile and endless content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readingroom.errors import Invalid
from readingroom.model import Attribute, Attributes
from readingroom.render import read_report, referenced_instances, write_report
from tests.kit.dcmtk import dcmtk
from tests.kit.reports import parse_page, read_file, report_files, words_of
from tests.kit.shared_data import shared_data

UTF_8_AS_LATIN_1 = {"testÃ¦Ã¸Ã¥": "testæøå"}
"""A file that says ISO_IR 100 and is UTF-8: dsrdump believes it, we do not."""
TOLERANT = ("-Er", "-Ev", "-Ec", "-Ee", "-Dv")
CODE = r'\((?P<value>[^"]*?),(?P<scheme>[^",\[\]]*)(?:\[(?P<version>[^\]]*)\])?,"(?P<meaning>.*?)"\)'
LINE = re.compile(rf"^ *<(?P<relation>[a-z ]*?) ?(?P<type>[A-Z]+[0-9D]*):(?:{CODE})?=(?P<rest>.*)>")
OBSERVED = re.compile(r"> \{(.*)\}$")
BY_REFERENCE = re.compile(r"^ *<[a-z ]+ ([0-9.]+)>$")


def page_of(attributes: Attributes, links: dict[str, str] | None = None) -> str:
    return write_report(attributes, read_report(attributes), lambda _, uid: (links or {}).get(uid))


def single(number: str) -> str:
    """A number as the nearest one of single precision, which Graphic Data are."""
    return str(np.float32(number))


def with_single_points(words: str) -> str:
    def replaced(found: re.Match[str]) -> str:
        return f"({', '.join(single(number) for number in found[1].split(', '))})"

    return re.sub(r"\((-?\d[\d.e+-]*(?:, -?\d[\d.e+-]*)+)\)", replaced, words)


def code_words(found: re.Match[str]) -> list[str]:
    known = [found["value"], found["scheme"], found["version"]]
    return [f"({', '.join(part for part in known if part)})", found["meaning"]]


def iso(kind: str, raw: str) -> str:
    """DA, TM and DT by hand: what dsrdump gives as stored."""
    zone = re.search(r"([+-]\d\d)(\d\d)$", raw) if kind == "DATETIME" else None
    digits = raw[: zone.start()] if zone else raw
    date, clock = {"DATE": (digits, ""), "TIME": ("", digits)}.get(kind, (digits[:8], digits[8:]))
    pairs = re.match(r"(\d\d)?(\d\d)?(\d\d)?(.*)", clock)
    assert pairs
    words = f"{date[:4]}-{date[4:6]}-{date[6:]} " if date else ""
    words += ":".join(pair for pair in pairs.groups()[:3] if pair) + pairs[4]
    return words + (f" {zone[1]}:{zone[2]}" if zone else "")


def expected(line: str) -> Iterator[str]:
    """What a line of dsrdump says about a content item, in its order."""
    if reference := BY_REFERENCE.match(line):
        yield f"item {reference[1]}"
        return
    found = LINE.match(line)
    assert found, line
    if found["meaning"]:
        yield from code_words(found)
    yield from (piece.replace("\\r", " ").replace("\\n", " ") for piece in value_words(found))
    if observed := OBSERVED.search(line):
        yield observed[1]


def value_words(found: re.Match[str]) -> Iterator[str]:
    kind, rest = found["type"], found["rest"]
    if kind in ("CONTAINER", "CODE", "NUM"):
        if kind == "NUM" and rest.startswith('"'):
            yield rest.split('"')[1]
        for code in re.finditer(CODE, rest if kind == "CODE" else rest[rest.rfind(" (") :]):
            if code["value"] != "1":  # UCUM's no units is not written
                yield from code_words(code)
    elif kind == "PNAME":
        yield from (part for part in re.split(r"[\^=]", rest.strip('"')) if part)
    elif kind in ("DATE", "TIME", "DATETIME"):
        yield iso(kind, rest.strip('"'))
    elif kind in ("SCOORD", "SCOORD3D"):
        shape, *points = rest.strip("()").split(",")
        yield shape
        for point in points:
            numbers = point.strip('"').split("/")
            yield point.strip('"') if len(numbers) == 1 else f"({', '.join(map(single, numbers))})"
    elif kind == "TCOORD":
        yield from rest.strip("()").split(",")
    elif kind in ("IMAGE", "COMPOSITE", "WAVEFORM"):
        for uid, numbers in re.findall(r'\([^,"]*,"([^"]*)"([0-9,/]*)\)', rest):
            yield from (uid, *numbers.strip(",").split(","))
    else:
        assert kind in ("TEXT", "UIDREF"), kind
        yield rest[1:-1]


@pytest.mark.ps("3.3 C.17.3")
@pytest.mark.parametrize("name", report_files() or [""])
def test_everything_that_dsrdump_prints_is_there_in_its_order(name: str) -> None:
    path = shared_data() / name
    attributes = read_file(path)
    words = with_single_points(words_of(parse_page(page_of(attributes))))
    told = dcmtk("dsrdump", "-q", *TOLERANT, "+U8", "+Pl", "+Pc", "+Pu", "+Pi", path)
    lines = [line for line in told[told.index("<CONTAINER") :].splitlines() if line.strip()]
    at = count = 0
    for line in lines:
        for wanted in expected(line):
            wanted = UTF_8_AS_LATIN_1.get(wanted, " ".join(wanted.split()))
            found = words.find(wanted, at)
            assert found >= 0, f"{wanted!r} of {line!r} is not after {words[max(0, at - 80) : at + 80]!r}"
            at, count = found + len(wanted), count + 1
    assert count >= 3
    assert read_report(attributes).children


@pytest.mark.ps("3.3 C.17.2")
def test_the_head_says_whose_report_it_is_and_who_verified_it() -> None:
    page = parse_page(page_of(read_file(shared_data() / "made/sr/amended-v2.dcm")))
    head = page.find("body/header")
    assert head is not None
    rows = dict(
        zip(*(["".join(one.itertext()) for one in head.iter(tag)] for tag in ("dt", "dd")), strict=True)
    )
    # as dsrdump prints its head
    assert rows["Patient"] == "SYNTHETIC, CTPHANTOM, RRSYN-1-CTPHANTOM"
    assert rows["Born, sex"] == "1970-01-01, O"
    assert rows["Completion flag"].startswith("COMPLETE")
    assert rows["Verification flag"] == "VERIFIED"
    assert rows["Verified by"].startswith("2025-01-15 12:05:00, SYNTHETIC, VERIFIER, Synthetic")
    assert rows["Content of"] == "2025-01-15, 12:00:00"
    assert rows["Replaces"] == "1 earlier document"
    assert page.findtext("head/title") == "Diagnostic imaging report"


def test_images_are_links_where_the_caller_has_one() -> None:
    attributes = read_file(shared_data() / "made/sr/basic-text.dcm")
    uid = "2.25.2740460418915571646049168085848457103"  # by dsrdump
    assert referenced_instances(read_report(attributes)) == (uid,)
    with_link = parse_page(page_of(attributes, {uid: '/x?a=1&b="2"'}))
    (link,) = with_link.iter("a")
    assert (link.attrib["href"], link.attrib["title"], link.text) == ('/x?a=1&b="2"', uid, "CT Image")
    assert not list(parse_page(page_of(attributes)).iter("a"))


def test_an_item_by_reference_leads_to_the_item() -> None:
    page = parse_page(page_of(read_file(shared_data() / "made/sr/comprehensive-scoord.dcm")))
    (link,) = page.iter("a")
    assert link.attrib["href"] == "#item-1.4.1"
    (target,) = [one for one in page.iter() if one.attrib.get("id") == "item-1.4.1"]
    assert "POINT 1" in "".join(target.itertext())


def test_containers_are_headings_by_their_depth() -> None:
    page = parse_page(page_of(read_file(shared_data() / "made/sr/mammography-cad.dcm")))
    headings = [(one.tag, "".join(one.itertext())) for one in page.iter() if re.fullmatch("h[1-6]", one.tag)]
    assert headings[:2] == [("h1", "Mammography CAD Report"), ("h2", "Image Library")]
    assert ("h2", "inferred from Individual Impression/Recommendation") in headings


# By hand, for the value types of which there is no file.


def code(value: str, meaning: str, scheme: str = "DCM") -> Attribute:
    parts = {0x00080100: ("SH", value), 0x00080102: ("SH", scheme), 0x00080104: ("LO", meaning)}
    return Attribute("SQ", ({tag: Attribute(vr, (words,)) for tag, (vr, words) in parts.items()},))


def item(kind: str, *children: Attributes, **values: Attribute) -> dict[int, Attribute]:
    """values: by tag in hexadecimal after an underscore."""
    made = {int(tag[1:], 16): attribute for tag, attribute in values.items()}
    made[0x0040A040] = Attribute("CS", (kind,))
    made[0x0040A043] = code("1", "Name of it")
    if children:
        made[0x0040A730] = Attribute("SQ", children)
    return made


def shown(*items: Attributes) -> str:
    return words_of(parse_page(page_of(item("CONTAINER", *items)))).split("Name of it", 1)[1]


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("DATE", {"_0040A121": Attribute("DA", ("20250131",))}, "2025-01-31"),
        ("TIME", {"_0040A122": Attribute("TM", ("235960.25",))}, "23:59:60.25"),
        ("TIME", {"_0040A122": Attribute("TM", ("late",))}, "late"),
        ("DATETIME", {"_0040A120": Attribute("DT", ("2025013107-0130",))}, "2025-01-31 07 -01:30"),
        ("PNAME", {"_0040A123": Attribute("PN", ("A^B^C^Dr^PhD=山^田",))}, "A, B C, Dr, PhD (山, 田)"),
        ("TCOORD", {"_0040A130": Attribute("CS", ("SEGMENT",)), "_0040A138": Attribute("DS", ("1.5", "2"))},
         "SEGMENT: seconds 1.5, 2"),
        ("TCOORD", {"_0040A130": Attribute("CS", ("POINT",)), "_0040A13A": Attribute("DT", ("2025",))},
         "POINT: 2025"),
        ("NUM", {"_0040A301": code("114006", "Measurement failure")}, "(114006, DCM) Measurement failure"),
        ("NUM", {"_0040A300": Attribute("SQ", ({0x0040A30A: Attribute("DS", ("7",)),
                                                0x004008EA: code("1", "no units", "UCUM")},))}, "7"),
        ("NUM", {"_0040A300": Attribute("SQ", ({0x0040A30A: Attribute("DS", ("7",)),
                                                0x004008EA: code("{events}", "events", "UCUM")},))},
         "7 ({events}, UCUM) events events"),
        ("WAVEFORM", {"_00081199": Attribute("SQ", ({0x00081150: Attribute("UI", ("1.2.3",)),
                                                     0x00081155: Attribute("UI", ("1.2.4",)),
                                                     0x0040A0B0: Attribute("US", (1, 0, 1, 2))},))},
         "1.2.4 1.2.3, channel 1/0, 1/2"),
        ("CODE", {}, "no value"),
        ("HOLOGRAM", {}, "HOLOGRAM, which is not shown"),
    ],
)  # fmt: skip
def test_values(kind: str, values: dict[str, Attribute], words: str) -> None:
    assert shown(item(kind, **values)) == f" (1, DCM) Name of it: {words}"


@pytest.mark.ps("3.3 C.18.10")
def test_tables() -> None:
    def at(row: int | None, column: int | None, **more: Attribute) -> dict[int, Attribute]:
        made = {int(tag[1:], 16): attribute for tag, attribute in more.items()}
        made |= {0x0040A804: Attribute("UL", (row,))} if row else {}
        return made | ({0x0040A805: Attribute("UL", (column,))} if column else {})

    rows = Attribute("SQ", (at(1, None, _0040A043=code("a", "First")),))
    columns = Attribute(
        "SQ", (at(None, 2, _0040A043=code("b", "Length"), _004008EA=code("mm", "mm", "UCUM")),)
    )
    cells = Attribute(
        "SQ",
        (
            at(1, 1, _0040A168=code("c", "Cell of a code")),
            at(2, None, _00720072=Attribute("DS", ("3.5", "4"))),
        ),
    )
    table = {0x0040A806: rows, 0x0040A807: columns, 0x0040A808: cells}
    page = parse_page(page_of(item("CONTAINER", item("TABLE", _0040A801=Attribute("SQ", (table,))))))
    lines = [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]
    assert lines == [["", "", "Length (mm)"], ["First", "Cell of a code", ""], ["", "3.5", "4"]]


HOSTILE = (
    "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;\x00\x1b\x9f\ud800\ufffe\u202e</bdi>]]>"
)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "section"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "ul", "li", "span", "bdi", "a"),
    *("details", "summary", "table", "thead", "tbody", "tr", "th", "td"),
}


def check_harmless(page: Element) -> None:
    for element in page.iter():
        assert element.tag in TAGS
        names = {"meta": {"charset", "http-equiv", "content", "name"}}.get(str(element.tag))
        assert set(element.attrib) <= (names or {"class", "title", "href", "id"})
        assert str(element.attrib.get("href", "#")).startswith(("#item-", "#", "/here"))


def everywhere(value: Any, words: str) -> Any:
    """The attributes with `words` for every text but those by which items are told apart."""
    if isinstance(value, Attribute):
        if value.vr == "SQ":
            return Attribute("SQ", tuple(everywhere(one, words) for one in value.values))
        return Attribute(value.vr, (words,)) if value.values and isinstance(value.first, str) else value
    return {
        tag: one if tag in (0x0040A040, 0x0040A010) else everywhere(one, words) for tag, one in value.items()
    }


@pytest.mark.parametrize("name", report_files() or [""])
def test_hostile_text_is_text(name: str) -> None:
    attributes = everywhere(read_file(shared_data() / name), HOSTILE)
    links = dict.fromkeys(referenced_instances(read_report(attributes)), "/here")
    page = parse_page(page_of(attributes, links))
    check_harmless(page)
    script = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>&amp;"
    assert f"{script}{5 * chr(0xFFFD)}</bdi>]]>" in "".join(page.itertext())
    assert "\u202e" not in "".join(page.itertext())


KINDS = st.sampled_from(
    [
        *("CONTAINER", "TEXT", "NUM", "CODE", "DATETIME", "DATE", "TIME", "UIDREF", "PNAME", "COMPOSITE"),
        *("IMAGE", "WAVEFORM", "SCOORD", "SCOORD3D", "TCOORD", "TABLE", "ODD"),
    ]
)
ANYTHING = st.one_of(st.text(max_size=8), st.floats(), st.integers(-(2**40), 2**40), st.binary(max_size=4))
PLAIN = st.builds(
    Attribute, st.sampled_from(["UT", "DS", "FL", "OB"]), st.lists(ANYTHING, max_size=7).map(tuple)
)
PLACES = st.sampled_from(
    [
        *(0x00080100, 0x00080102, 0x00080104, 0x00081150, 0x00081155, 0x00081160, 0x0040A030, 0x0040A032),
        *(0x0040A0B0, 0x0040A120, 0x0040A121, 0x0040A122, 0x0040A123, 0x0040A124, 0x0040A130, 0x0040A138),
        *(0x0040A160, 0x0040A30A, 0x0040A804, 0x0040A805, 0x0040DB73, 0x00700022, 0x00700023, 0x00720072),
        *(0x00100010, 0x00100030),
    ]
)
SEQUENCES = st.sampled_from(
    [
        *(0x0040A043, 0x0040A168, 0x0040A300, 0x0040A301, 0x004008EA, 0x00081199, 0x0040A730, 0x0040A730),
        *(0x0040A801, 0x0040A806, 0x0040A807, 0x0040A808, 0x0040A073, 0x0040A360),
    ]
)


def trees(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    sequence = st.builds(lambda items: Attribute("SQ", tuple(items)), st.lists(children, max_size=3))
    kind = st.builds(lambda kind: {0x0040A040: Attribute("CS", (kind,))}, KINDS)
    plain, nested = (
        st.dictionaries(PLACES, PLAIN, max_size=4),
        st.dictionaries(SEQUENCES, sequence, max_size=3),
    )
    return st.builds(lambda *parts: parts[0] | parts[1] | parts[2], kind, plain, nested)


@settings(max_examples=200, deadline=None)
@given(st.recursive(st.dictionaries(PLACES, PLAIN, max_size=4), trees, max_leaves=12))
def test_whatever_items_hold_is_a_page(attributes: dict[int, Attribute]) -> None:
    attributes[0x0040A040] = Attribute("CS", ("CONTAINER",))
    check_harmless(parse_page(page_of(attributes)))


def test_what_is_no_report_is_refused() -> None:
    image = read_file(shared_data() / "mr-series/adc/000000.dcm")
    for attributes in (image, {}, {0x0040A040: Attribute("CS", ("TEXT",))}):
        with pytest.raises(Invalid, match="no structured report"):
            read_report(attributes)


def test_depth_number_and_length_are_bounded() -> None:
    deep = item("CONTAINER")
    for _ in range(63):
        deep = item("CONTAINER", deep)
    assert parse_page(page_of(deep)) is not None
    with pytest.raises(Invalid, match="deeper than 64"):
        read_report(item("CONTAINER", deep))
    with pytest.raises(Invalid, match="more than 200000"):
        read_report(item("CONTAINER", *(200_000 * [item("TEXT")])))
    long = item("TEXT", _0040A160=Attribute("UT", (1_000_000 * "x",)))
    with pytest.raises(Invalid, match="characters"):
        page_of(item("CONTAINER", *(33 * [long])))
