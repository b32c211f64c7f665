"""What query strings mean (PS3.18 8.3.4, 8.3.5), in the forms clients really send."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from readingroom.doors.dicomweb.parameters import read_frames, read_presentation, read_quality
from readingroom.doors.dicomweb.search_parameters import read_attribute, read_search
from readingroom.errors import Invalid
from readingroom.model import Key, Level
from readingroom.render import Presentation, Region, VoiFunction, Window


def keys(query: str) -> tuple[Key, ...]:
    return read_search(QueryParams(query), Level.STUDY, [], 100).query.keys


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("PatientName", (0x00100010,)),
        ("00100010", (0x00100010,)),
        ("0020000d", (0x0020000D,)),
        ("RequestAttributesSequence.ScheduledProcedureStepID", (0x00400275, 0x00400009)),
        ("00400275.00400009", (0x00400275, 0x00400009)),
        ("00400275.ScheduledProcedureStepID", (0x00400275, 0x00400009)),
        ("_", None),
        ("patientname", None),
        ("PatientName.", None),
        ("0010001", None),
    ],
)
def test_attribute_names(name: str, path: tuple[int, ...] | None) -> None:
    assert read_attribute(name) == path


@pytest.mark.ps("3.18 8.3.4.1")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("PatientName=DOE%5E*", [Key((0x00100010,), "PN", ("DOE^*",))]),
        ("PatientName=Doe%2C%20John", [Key((0x00100010,), "PN", ("Doe, John",))]),
        ("PatientName=%E7%8E%8B*", [Key((0x00100010,), "PN", ("王*",))]),
        ("00100020=A%5CB", [Key((0x00100020,), "LO", ("A", "B"))]),
        ("StudyInstanceUID=1.2%2C1.3,1.4%5C1.5", [Key((0x0020000D,), "UI", ("1.2", "1.3", "1.4", "1.5"))]),
        ("StudyInstanceUID=1.2&StudyInstanceUID=1.3", [Key((0x0020000D,), "UI", ("1.2", "1.3"))]),
        ("ModalitiesInStudy=CT,MR", [Key((0x00080061,), "CS", ("CT", "MR"))]),
        ("StudyDate=20200101-20201231", [Key((0x00080020,), "DA", ("20200101-20201231",))]),
        ("StudyDate=-20201231", [Key((0x00080020,), "DA", ("-20201231",))]),
        ("StudyDate=2020.01.31", [Key((0x00080020,), "DA", ("2020.01.31",))]),
        ("StudyTime=10-1159", [Key((0x00080030,), "TM", ("10-1159",))]),
        ("00400275.00400009=X", [Key((0x00400275, 0x00400009), "SH", ("X",))]),
        ("ScheduledProcedureStepID=X", [Key((0x00400275, 0x00400009), "SH", ("X",))]),
        ("SeriesNumber=1*", [Key((0x00200011,), "IS", ("1*",))]),
        ("PatientID=%22%22", [Key((0x00100020,), "LO", ('""',))]),
        ("PatientID=%22%22&emptyvaluematching=true", [Key((0x00100020,), "LO", ("",))]),
        (
            "ModalitiesInStudy=CT,PT&multiplevaluematching=true",
            [Key((0x00080061,), "CS", ("CT",)), Key((0x00080061,), "CS", ("PT",))],
        ),
        ("SpecificCharacterSet=ISO_IR%20100&RetrieveURL=http://x&TimezoneOffsetFromUTC=%2B0100", []),
        ("RequestAttributesSequence=", []),
        ("PatientName.PatientID=X", []),
        ("PatientName=", []),
        ("PatientName=*", []),
        ("_=123&callback=x", []),
    ],
)
def test_keys(query: str, expected: list[Key]) -> None:
    assert keys(query) == tuple(expected)


@pytest.mark.parametrize(
    "query",
    [
        "StudyDate=2020", "StudyDate=20201301", "StudyDate=20200132", "StudyDate=-", "StudyDate=yesterday",
        "StudyDate=20200101-20200102-20200103", "StudyTime=25", "StudyTime=1060", "StudyTime=10:",
        "StudyInstanceUID=1%0A2", "StudyInstanceUID=1.2%2F..", "StudyInstanceUID=" + "1" * 65,
        "SeriesNumber=abc", "limit=-1", "limit=x", "limit=1.5", "offset=9999999999", "fuzzymatching=maybe",
        "StudyInstanceUID=" + "1," * 5000, "RequestAttributesSequence=x", "StudyDate=20200102-20200101",
        "StudyTime=1200-1130", "TimezoneOffsetFromUTC=CET", "TimezoneOffsetFromUTC=0100", "count=many",
        "emptyvaluematching=1", "multiplevaluematching=1", "Rows=x", "SeriesNumber=*x",
    ],
)  # fmt: skip
def test_malformed_values_are_refused(query: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_search(QueryParams(query), Level.STUDY, [], 100)
    assert refused.value.facts["parameter"] == query.partition("=")[0]


@pytest.mark.ps("3.4 C.2.2.2.5")
@pytest.mark.parametrize("query", ["TimezoneOffsetFromUTC=%2B0100", "00080201=+0100"])
def test_the_time_zone_of_the_question(query: str) -> None:
    search = read_search(QueryParams(query), Level.STUDY, [], 100)
    assert search.query.timezone == "+0100"
    assert 0x00080201 in search.asked


def test_what_is_asked_back() -> None:
    # as OHIF asks: one percent-encoded comma list; and as others do: repeated, by keyword, in sequences
    search = read_search(
        QueryParams(
            "includefield=00081030%2C00080060,00080090&includefield=PatientAge&includefield=nonsense"
            "&includefield=00400275.00400009&PatientID=&PatientName=x"
        ),
        Level.STUDY,
        [Key((0x0020000D,), "UI", ("1.2",))],
        100,
    )
    assert search.asked == {
        0x00081030, 0x00080060, 0x00080090, 0x00101010, 0x00400275, 0x00100020, 0x00100010, 0x0020000D,
    }  # fmt: skip
    assert search.query.returned == search.asked
    assert not search.query.returns_all
    assert read_search(QueryParams("includefield=all"), Level.STUDY, [], 100).query.returns_all


def test_paging_asks_for_one_more() -> None:
    query = read_search(QueryParams("limit=10&offset=20&fuzzymatching=TRUE"), Level.STUDY, [], 100).query
    assert (query.limit, query.offset, query.fuzzy) == (11, 20, True)
    assert read_search(QueryParams(""), Level.STUDY, [], 100).query.limit == 101
    assert read_search(QueryParams("limit=5000"), Level.STUDY, [], 100).query.limit == 101
    assert read_search(QueryParams("limit=0"), Level.STUDY, [], 100).query.limit == 1


def test_frame_lists() -> None:
    assert read_frames("1") == [1]
    assert read_frames("1,3, 10") == [1, 3, 10]


@pytest.mark.parametrize("text", ["", "0", "1,", "a", "-1", "1-3", "1.5", "١", "9" * 12])
def test_no_frame_list(text: str) -> None:
    with pytest.raises(Invalid):
        read_frames(text)


@pytest.mark.ps("3.18 8.3.5.1")
@pytest.mark.parametrize(
    ("query", "presentation"),
    [
        ("", Presentation()),
        ("window=40,400,linear", Presentation(window=Window(40, 400))),
        ("window=40,400", Presentation(window=Window(40, 400))),
        ("window=-600.5,1500,sigmoid", Presentation(window=Window(-600.5, 1500, VoiFunction.SIGMOID))),
        ("window=1,2,linear-exact", Presentation(window=Window(1, 2, VoiFunction.LINEAR_EXACT))),
        ("viewport=512,256", Presentation(viewport=(512, 256))),
        ("viewport=512,256,,,,", Presentation(viewport=(512, 256))),
        ("viewport=100,100,10,20,50,60", Presentation(viewport=(100, 100), region=Region(10, 20, 50, 60))),
        ("viewport=9,9,,,5,6", Presentation(viewport=(9, 9), region=Region(0, 0, 5, 6))),
        (
            "viewport=9,9,0,0,-5,6&window=40,400",
            Presentation(
                window=Window(40, 400),
                viewport=(9, 9),
                region=Region(0, 0, 5, 6),
                is_flipped_horizontally=True,
            ),
        ),
    ],
)
def test_presentation(query: str, presentation: Presentation) -> None:
    assert read_presentation(QueryParams(query)) == presentation


@pytest.mark.parametrize(
    "query",
    [
        "window=40", "window=a,b,linear", "window=40,400,round", "window=40,0", "window=nan,400",
        "viewport=0,10", "viewport=10", "viewport=a,b", "viewport=-1,5", "viewport=99999,99999",
        "viewport=9,9,1,2,,", "viewport=9,9,-1,0,5,5", "viewport=9,9,0,0,0,5", "viewport=9,9,0,0,inf,5",
        "viewport=9,9,0,0,nan,5",
    ],
)  # fmt: skip
def test_no_presentation(query: str) -> None:
    with pytest.raises(Invalid):
        read_presentation(QueryParams(query))


def test_quality() -> None:
    assert read_quality(QueryParams("")) == 90
    assert read_quality(QueryParams("quality=1")) == 1
    for text in ("0", "101", "x", "-5", "1e1"):
        with pytest.raises(Invalid):
            read_quality(QueryParams({"quality": text}))


@given(st.text(max_size=30), st.text(max_size=30))
def test_fuzz_any_parameter_is_read_or_refused(name: str, value: str) -> None:
    parameters = QueryParams([(name, value), ("StudyDate", value), ("window", value), ("viewport", value)])
    for read in (lambda p: read_search(p, Level.IMAGE, [], 10), read_presentation):
        try:
            read(parameters)
        except Invalid:
            continue
