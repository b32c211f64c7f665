"""What is remembered of answers never outlives what it was made from, nor the right to see it."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest

from readingroom.doors.dicomweb.fragments import Fragments
from readingroom.index import Database, Event, events
from readingroom.index.record import Kept
from readingroom.model import Origin, OriginKind
from tests.kit.shared_data import shared_data
from tests.unit.doors.dicomweb.house import FILES, AsCaller, House

JPEG = {"accept": "image/jpeg"}
JSON = {"accept": "application/dicom+json"}


def store(house: House, ds: pydicom.Dataset) -> str:
    """Puts it into the archive; its path."""
    file = io.BytesIO()
    ds.save_as(file)
    file.seek(0)
    house.archive.ingest(file, Origin(OriginKind.IMPORT, "test"))
    house.archive.indexer.flush()
    series = f"/dicom-web/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}"
    return f"{series}/instances/{ds.SOPInstanceUID}"


def image(name: str = "mr-1") -> pydicom.Dataset:
    return pydicom.dcmread(shared_data() / FILES[name])


@pytest.mark.ps("3.18 10.4.1.1.3")
def test_a_known_picture_goes_with_its_object_and_comes_back(empty: House) -> None:
    path = store(empty, image())
    first = empty.client.get(f"{path}/rendered", headers=JPEG)
    again = empty.client.get(f"{path}/rendered", headers=JPEG)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.content == first.content
    assert dict(again.headers) == dict(first.headers) | {"date": again.headers["date"]}
    same = empty.client.get(f"{path}/rendered", headers=JPEG | {"if-none-match": first.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")
    head = empty.client.head(f"{path}/rendered", headers=JPEG)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", first.headers["etag"])

    assert empty.client.delete(path).status_code == 204
    assert empty.client.get(f"{path}/rendered", headers=JPEG).status_code == 404
    (deletion,) = empty.services.lifecycle.deletions()
    empty.services.lifecycle.restore(deletion.key, by="test")
    assert empty.client.get(f"{path}/rendered", headers=JPEG).content == first.content


def test_a_known_picture_of_an_object_that_came_again_is_made_again(empty: House) -> None:
    ds = image()
    path = store(empty, ds)
    first = [empty.client.get(f"{path}/rendered", headers=JPEG).content for _ in range(2)]
    ds.PixelData = ds.PixelData[::-1]
    store(empty, ds)
    last = empty.client.get(f"{path}/rendered", headers=JPEG).content
    assert first[0] == first[1] != last


def test_a_known_picture_is_for_those_who_may_see_it(empty: House) -> None:
    path = store(empty, image())
    assert [empty.client.get(f"{path}/rendered", headers=JPEG).status_code for _ in range(2)] == [200, 200]
    assert isinstance(empty.app, AsCaller)
    empty.app.caller = None
    assert empty.client.get(f"{path}/rendered", headers=JPEG).status_code == 401


def test_what_is_asked_otherwise_is_another_picture(empty: House) -> None:
    path = store(empty, image())
    asked = [
        ("", "image/jpeg"),
        ("", "image/png"),
        ("?viewport=32,32", "image/png"),
        ("?window=5,9", "image/png"),
    ]
    answers = [
        empty.client.get(f"{path}/rendered{keys}", headers={"accept": name}) for keys, name in asked * 2
    ]
    assert [answer.headers["content-type"] for answer in answers] == [name for _, name in asked] * 2
    assert len({answer.content for answer in answers}) == len(asked)


@pytest.mark.ps("3.18 10.6")
def test_search_results_tell_what_came_since(empty: House) -> None:
    ds = image("mr-1")
    store(empty, ds)
    search = f"/dicom-web/studies?StudyInstanceUID={ds.StudyInstanceUID}"
    counts = [empty.client.get(search, headers=JSON).json()[0]["00201208"]["Value"] for _ in range(2)]
    store(empty, image("mr-2"))
    counts.append(empty.client.get(search, headers=JSON).json()[0]["00201208"]["Value"])
    assert counts == [[1], [1], [2]]
    elsewhere = empty.client.get(search, headers=JSON | {"host": "archive.example"}).json()[0]
    assert elsewhere["00081190"]["Value"][0].startswith("http://archive.example/dicom-web/studies/")
    with_more = empty.client.get(f"{search}&includefield=StudyDescription", headers=JSON).json()[0]
    assert with_more["00081030"]["Value"] == [ds.StudyDescription]


def test_fragments_stay_within_their_bytes() -> None:
    fragments = Fragments(3000)
    made: list[int | None] = []

    def told(number: int | None) -> None:
        def make() -> bytes:
            made.append(number)
            return b"x" * 300

        fragments.of("form", Kept(("{}",), {}, {}, number), make)

    told(0)
    told(0)
    assert made == [0]
    for number in range(20):
        told(number)
    told(0)
    assert made.count(0) == 2
    told(None)
    told(None)
    assert made.count(None) == 2


def test_the_version_of_an_index_changes_with_every_commit(tmp_path: Path) -> None:
    with Database(tmp_path / "index.sqlite") as ours, Database(tmp_path / "index.sqlite") as others:
        ours.migrate()
        first = ours.version()
        with ours.reading() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM study").scalar()
        assert first is not None
        assert ours.version() == first
        for database in (ours, others):
            with database.writing() as connection:
                events.add_events(connection, [Event(0.0, "test", "", "", "Something happened.")])
            assert ours.version() != first
            first = ours.version()
