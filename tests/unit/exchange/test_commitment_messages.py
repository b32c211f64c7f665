"""The Data Sets of storage commitment and of availability notices, against pydicom's."""

from __future__ import annotations

import io

import pytest
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from readingroom.errors import Invalid
from readingroom.exchange.availability_messages import (
    Availability,
    Notice,
    NoticedInstance,
    notices_of,
    read_notice,
    write_notice,
)
from readingroom.exchange.commitment import NOT_MENTIONED, failures_of
from readingroom.exchange.commitment_messages import (
    CommitmentReport,
    CommitmentRequest,
    read_report,
    read_request,
    write_report,
    write_request,
)
from readingroom.exchange.mandatory import Empty, Missing
from readingroom.index.commitments import ASKED, SCU, Commitment, Failure, SopReference
from readingroom.model import InstanceRef, StoredInstance

IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
SYNTAXES = pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
CT, MR = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4"
ONE, TWO = SopReference(CT, "1.2.3.1"), SopReference(MR, "1.2.3.2")


def encoded(ds: Dataset, syntax: str) -> bytes:
    target = DicomBytesIO()
    target.is_little_endian, target.is_implicit_VR = True, syntax == IMPLICIT
    write_dataset(target, ds)
    return target.getvalue()


def decoded(raw: bytes, syntax: str) -> Dataset:
    return read_dataset(io.BytesIO(raw), syntax == IMPLICIT, True)


def item(reference: SopReference, reason: int | None = None) -> Dataset:
    ds = Dataset()
    ds.ReferencedSOPClassUID, ds.ReferencedSOPInstanceUID = reference
    if reason is not None:
        ds.FailureReason = reason
    return ds


def request(*references: SopReference) -> Dataset:
    ds = Dataset()
    ds.TransactionUID = "2.25.7"
    ds.ReferencedSOPSequence = [item(one) for one in references]
    return ds


@SYNTAXES
@pytest.mark.ps("3.4 J.3.2.1.1")
def test_a_request_is_read_and_written(syntax: str) -> None:
    wanted = CommitmentRequest("2.25.7", (ONE, TWO))
    assert read_request(encoded(request(ONE, TWO), syntax), syntax) == wanted
    assert decoded(write_request(wanted, syntax), syntax) == request(ONE, TWO)


def test_an_instance_named_twice_counts_once() -> None:
    assert read_request(encoded(request(ONE, TWO, ONE), EXPLICIT), EXPLICIT).instances == (ONE, TWO)


def without(ds: Dataset, keyword: str) -> Dataset:
    delattr(ds, keyword)
    return ds


def emptied(ds: Dataset, keyword: str) -> Dataset:
    setattr(ds, keyword, None)
    return ds


@SYNTAXES
@pytest.mark.parametrize(
    ("ds", "error"),
    [
        (Dataset(), Missing),
        (without(request(ONE), "TransactionUID"), Missing),
        (without(request(ONE), "ReferencedSOPSequence"), Missing),
        (request(), Empty),
        (emptied(request(ONE), "TransactionUID"), Empty),
    ],
)
def test_a_request_that_lacks_something(ds: Dataset, error: type[Exception], syntax: str) -> None:
    with pytest.raises(error) as caught:
        read_request(encoded(ds, syntax), syntax)
    assert type(caught.value) is error


@pytest.mark.parametrize("keyword", ["ReferencedSOPClassUID", "ReferencedSOPInstanceUID"])
def test_an_item_that_lacks_something(keyword: str) -> None:
    ds = request(ONE)
    without(ds.ReferencedSOPSequence[0], keyword)
    with pytest.raises(Missing, match=keyword):
        read_request(encoded(ds, EXPLICIT), EXPLICIT)
    ds = request(ONE)
    emptied(ds.ReferencedSOPSequence[0], keyword)
    with pytest.raises(Empty, match=keyword):
        read_request(encoded(ds, EXPLICIT), EXPLICIT)


def test_values_that_cannot_be() -> None:
    ds = request(ONE)
    raw = encoded(ds, IMPLICIT).replace(b"2.25.7", b"2 25;7")
    with pytest.raises(Invalid, match="not a UID"):
        read_request(raw, IMPLICIT)
    with pytest.raises(Invalid):
        read_request(b"\x08\x00\x95\x11\xff\x00\x00\x00", IMPLICIT)


@SYNTAXES
@pytest.mark.ps("3.4 J.3.3.1.1")
def test_a_report_without_failures(syntax: str) -> None:
    report = CommitmentReport("2.25.7", (ONE, TWO))
    assert report.event_type == 1
    assert decoded(write_report(report, syntax), syntax) == request(ONE, TWO)
    assert read_report(encoded(request(ONE, TWO), syntax), syntax) == report


@SYNTAXES
@pytest.mark.ps("3.4 J.3.3.1.1")
def test_a_report_with_failures(syntax: str) -> None:
    report = CommitmentReport("2.25.7", (ONE,), (Failure(*TWO, 0x0119),))
    ds = request(ONE)
    ds.FailedSOPSequence = [item(TWO, 0x0119)]
    assert report.event_type == 2
    assert decoded(write_report(report, syntax), syntax) == ds
    assert read_report(encoded(ds, syntax), syntax) == report


def test_a_report_of_nothing_but_failures_has_no_empty_list() -> None:
    raw = write_report(CommitmentReport("2.25.7", (), (Failure(*TWO, 0x0112),)), EXPLICIT)
    assert [element.keyword for element in decoded(raw, EXPLICIT)] == ["TransactionUID", "FailedSOPSequence"]
    assert read_report(raw, EXPLICIT).committed == ()


def test_reports_that_lack_something() -> None:
    ds = Dataset()
    ds.TransactionUID = "2.25.7"
    with pytest.raises(Missing, match="ReferencedSOPSequence"):
        read_report(encoded(ds, EXPLICIT), EXPLICIT)
    ds.FailedSOPSequence = [item(TWO)]
    assert read_report(encoded(ds, EXPLICIT), EXPLICIT).failures == (Failure(*TWO, 0x0110),)
    del ds.TransactionUID
    with pytest.raises(Missing, match="TransactionUID"):
        read_report(encoded(ds, EXPLICIT), EXPLICIT)


def asked(*instances: SopReference) -> Commitment:
    return Commitment(1, SCU, ASKED, "PACS", "ROOM", "2.25.7", instances, (), 0, "", 0.0, 0.0)


def test_only_what_is_said_to_be_committed_counts() -> None:
    three = SopReference(CT, "1.2.3.3")
    row = asked(ONE, TWO, three)
    both = CommitmentReport("2.25.7", (ONE, TWO), (Failure(*TWO, 0x0112),))
    assert failures_of(row, both) == [Failure(*TWO, 0x0112), Failure(*three, NOT_MENTIONED)]
    assert failures_of(row, CommitmentReport("2.25.7", (ONE, TWO, three))) == []


# ── availability


def notice(availability: str = "ONLINE", title: str | None = "PACS") -> Dataset:
    one = item(ONE)
    one.InstanceAvailability = availability
    one.RetrieveAETitle = title
    series = Dataset()
    series.SeriesInstanceUID = "1.2.3.9"
    series.ReferencedSOPSequence = [one]
    ds = Dataset()
    ds.ReferencedPerformedProcedureStepSequence = []
    ds.StudyInstanceUID = "1.2.3"
    ds.ReferencedSeriesSequence = [series]
    return ds


def expected(availability: Availability) -> Notice:
    return Notice("1.2.3", (NoticedInstance("1.2.3.9", *ONE, availability, ("PACS",)),))


@SYNTAXES
@pytest.mark.parametrize("availability", list(Availability))
@pytest.mark.ps("3.4 R.3.2.1.1")
def test_a_notice_is_read_and_written(availability: Availability, syntax: str) -> None:
    assert read_notice(encoded(notice(availability.value), syntax), syntax) == expected(availability)
    assert decoded(write_notice(expected(availability), syntax), syntax) == notice(availability.value)


PLACES = ["StudyInstanceUID", "ReferencedSeriesSequence"]
IN_SERIES = ["SeriesInstanceUID", "ReferencedSOPSequence"]
IN_INSTANCE = [
    "ReferencedSOPClassUID",
    "ReferencedSOPInstanceUID",
    "InstanceAvailability",
    "RetrieveAETitle",
]


@pytest.mark.parametrize("keyword", PLACES + IN_SERIES + IN_INSTANCE)
@pytest.mark.parametrize(("change", "error"), [(without, Missing), (emptied, Empty)])
def test_a_notice_that_lacks_something(keyword: str, change: object, error: type[Exception]) -> None:
    ds = notice()
    place = ds
    if keyword not in PLACES:
        place = ds.ReferencedSeriesSequence[0]
        if keyword not in IN_SERIES:
            place = place.ReferencedSOPSequence[0]
    if change is emptied and place[keyword].VR == "SQ":
        setattr(place, keyword, [])
    else:
        change(place, keyword)  # type: ignore[operator]
    with pytest.raises(error, match=keyword):
        read_notice(encoded(ds, EXPLICIT), EXPLICIT)


def test_an_availability_that_does_not_exist() -> None:
    with pytest.raises(Invalid, match="SOMEWHERE"):
        read_notice(encoded(notice("SOMEWHERE"), EXPLICIT), EXPLICIT)


def test_one_notice_for_each_study() -> None:
    def stored(study: str, series: str, uid: str) -> StoredInstance:
        return StoredInstance(InstanceRef(study, series, uid), CT, EXPLICIT, "", 0, 0, None, 0, "")

    made = notices_of(
        [stored("1.1", "1.1.1", "1"), stored("1.2", "1.2.1", "2"), stored("1.1", "1.1.2", "3")],
        Availability.NEARLINE,
        "ROOM",
    )
    assert [one.study_instance_uid for one in made] == ["1.1", "1.2"]
    assert {series: [one.sop_instance_uid for one in named] for series, named in made[0].series.items()} == {
        "1.1.1": ["1"],
        "1.1.2": ["3"],
    }
    assert made[1].instances[0].retrieve_ae_titles == ("ROOM",)
