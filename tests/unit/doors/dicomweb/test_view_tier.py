"""The view tier behind the frames resource, pictures and Accept; what is kept, dropped and made again."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.uid import generate_uid

from readingroom.blobs import LocalBlobs
from readingroom.errors import Unavailable
from readingroom.index import keeping
from readingroom.jobs import JobBook
from readingroom.model import JobState, Origin, OriginKind, Priority, Selection, StoredInstance
from readingroom.pixels import resolution_ends
from readingroom.prepare import ORDERED_BY, ViewOrders, ViewTier
from tests.kit.shared_data import shared_data
from tests.kit.wavelet import by_ffmpeg, low_band
from tests.unit.doors.dicomweb.house import House, application, close, engines, parts_of, serving

RPCL, HTJ2K, ANY_HTJ2K, ELE = (f"1.2.840.10008.1.2.{n}" for n in ("4.202", "4.201", "4.203", "1"))
JPHC = f"image/jphc; transfer-syntax={RPCL}"
FILES = {
    "mr": "mr-series/adc/000000.dcm",
    "frames": "made/enhanced/ct-two-stacks.dcm",
    "lossy": "charsets/Lena-latin2.dcm",
}


def large_image() -> pydicom.Dataset:
    """A digital radiograph of 1500 x 1100 pixels, 12 bits."""
    y, x = np.mgrid[:1500, :1100]
    noise = np.random.default_rng(5).normal(0, 6, y.shape)
    ds = pydicom.dcmread(shared_data() / FILES["mr"])
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.SeriesInstanceUID = generate_uid()
    ds.Rows, ds.Columns, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 1500, 1100, 12, 11, 0
    ds.PixelData = (2000 + 1200 * np.sin(x / 90) * np.cos(y / 70) + noise).astype("<u2").tobytes()
    ds.WindowCenter, ds.WindowWidth = 2048, 4096
    return ds


@dataclass(frozen=True)
class Tiered(House):
    """A house and its tier's folder."""

    folder: Path

    @property
    def tier(self) -> ViewTier:
        return self.services.tier

    def one(self, name: str) -> StoredInstance:
        (found,) = self.archive.instances(Selection(sop_instance_uids=(self.stored[name].SOPInstanceUID,)))
        return found

    def make(self, name: str) -> bool:
        with self.services.frames.open(self.one(name)) as frames:
            return self.tier.make(self.one(name), frames)

    def files(self) -> list[Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tiered]:
    folder = tmp_path_factory.mktemp("tier")
    services = engines(folder)
    stored = {"large": large_image()}
    for name, file in FILES.items():
        stored[name] = pydicom.dcmread(shared_data() / file)
    for ds in stored.values():
        file = io.BytesIO()
        ds.save_as(file)
        file.seek(0)
        services.archive.ingest(file, Origin(OriginKind.IMPORT, "test"))
    services.archive.indexer.flush()
    app = application(services)
    with serving(app) as client:
        yield Tiered(services.archive, services, app, client, stored, {}, folder / "view")
    close(services)


@pytest.fixture(autouse=True)
def nothing_made(room: Tiered) -> None:
    for path in room.files():
        path.unlink()


def test_a_rendition_is_what_would_be_made_at_once(room: Tiered) -> None:
    url = room.url("frames") + "/frames/1,7,12"
    accept = {"accept": f'multipart/related; type="image/jphc"; transfer-syntax={RPCL}'}
    at_once = parts_of(room.client.get(url, headers=accept))
    assert room.make("frames")
    assert len(room.files()) == 1
    before = room.files()[0].stat().st_mtime_ns
    ahead = parts_of(room.client.get(url, headers=accept))
    assert [body for _, body in ahead] == [body for _, body in at_once]
    truth = room.stored["frames"].pixel_array
    for number, (headers, body) in zip((1, 7, 12), ahead, strict=True):
        assert headers["content-type"] == JPHC
        assert headers["content-location"].endswith(f"/frames/{number}")
        np.testing.assert_array_equal(samples(body).astype(truth.dtype), truth[number - 1])
    assert room.make("frames")
    assert room.files()[0].stat().st_mtime_ns == before, "what is there is not made again"


def samples(stream: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(stream), formats=["JPEG2000"]) as image:
        found = np.asarray(image).astype(np.int64)
    is_signed = stream[stream.index(b"\xff\x51") + 40] >= 0x80
    return found - (1 << 15) if is_signed and found.max() >= 0 else found


@pytest.mark.parametrize("accept", [f"image/jphc; transfer-syntax={ANY_HTJ2K}", "image/jphc", JPHC])
def test_it_is_served_by_every_name_it_is_valid_under(room: Tiered, accept: str) -> None:
    room.make("large")
    (path,) = room.files()
    os.utime(path, (1, 1))
    answer = room.client.get(room.url("large") + "/frames/1", headers={"accept": accept})
    assert answer.status_code == 200
    named = accept.partition("=")[2] or HTJ2K  # the default of PS3.18 table 8.7.3-5
    assert answer.headers["content-type"] == f"image/jphc; transfer-syntax={named}"
    np.testing.assert_array_equal(by_ffmpeg(answer.content), room.stored["large"].pixel_array)
    assert path.stat().st_mtime > 1, "it was read from the tier, and counts as used"
    octets = f"application/octet-stream; transfer-syntax={named}"
    again = room.client.get(room.url("large") + "/frames/1", headers={"accept": octets})
    assert again.content == answer.content
    assert again.headers["content-type"] == octets


def test_ranges_of_a_frame_are_resolutions(room: Tiered) -> None:
    room.make("large")
    url, accept = room.url("large") + "/frames/1", {"accept": JPHC}
    whole = room.client.get(url, headers=accept)
    assert whole.headers["accept-ranges"] == "bytes"
    ends = resolution_ends(whole.content)
    part = room.client.get(url, headers={**accept, "range": f"bytes=0-{ends[-3] - 1}"})
    assert part.status_code == 206
    assert part.headers["etag"] == whole.headers["etag"]
    assert part.content == whole.content[: ends[-3]]
    # What is there of the codestream, and an end marker: OpenJPEG reads the resolution from that.
    with Image.open(io.BytesIO(part.content + b"\xff\xd9"), formats=["JPEG2000"]) as image:
        image.reduce = 2  # type: ignore[assignment,method-assign]
        found = np.asarray(image)
    np.testing.assert_array_equal(found, low_band(low_band(room.stored["large"].pixel_array)))
    rest = {"range": f"bytes={ends[-3]}-", "if-range": whole.headers["etag"]}
    assert part.content + room.client.get(url, headers=accept | rest).content == whole.content


def test_a_viewport_gets_a_codestream_that_fills_it(room: Tiered) -> None:
    url, accept = room.url("large") + "/frames/1?viewport=300,300", {"accept": JPHC}
    at_once = room.client.get(url, headers=accept)
    room.make("large")
    ahead = room.client.get(url, headers=accept)
    assert at_once.content == ahead.content
    assert at_once.headers["etag"] == ahead.headers["etag"]
    assert ahead.headers["content-location"] == room.base + url
    whole = room.client.get(room.url("large") + "/frames/1", headers=accept)
    assert ahead.headers["etag"] != whole.headers["etag"]
    assert len(ahead.content) < 0.1 * len(whole.content)
    np.testing.assert_array_equal(
        by_ffmpeg(ahead.content), low_band(low_band(room.stored["large"].pixel_array))
    )
    ((headers, body),) = parts_of(
        room.client.get(
            url, headers={"accept": f'multipart/related; type="image/jphc"; transfer-syntax={RPCL}'}
        )
    )
    assert body == ahead.content
    assert headers["content-location"] == room.base + url


def test_what_is_not_ready_is_not_made_while_somebody_waits(room: Tiered) -> None:
    url, accept = room.url("large") + "/frames/1?viewport=300,300", {"accept": JPHC}
    none = room.client.get(url + "&ready=true", headers=accept)
    assert (none.status_code, none.content, none.headers["cache-control"]) == (204, b"", "no-store")
    assert not room.files()
    room.make("large")
    ready = room.client.get(url + "&ready=true", headers=accept)
    assert ready.status_code == 200
    assert ready.content == room.client.get(url, headers=accept).content
    again = room.client.get(url + "&ready=true", headers=accept | {"if-none-match": ready.headers["etag"]})
    assert again.status_code == 304
    beyond = room.url("large") + "/frames/2?viewport=300,300&ready=true"
    assert room.client.get(beyond, headers=accept).status_code == 404


@pytest.mark.parametrize("viewport", ["0,9", "x", "9", "1,2,3,4,5,6", "-1,5"])
def test_wrong_viewports_of_frames_are_400(room: Tiered, viewport: str) -> None:
    answer = room.client.get(f"{room.url('large')}/frames/1?viewport={viewport}", headers={"accept": JPHC})
    assert answer.status_code == 400
    assert "viewport" in answer.json()["detail"]


def test_a_viewport_needs_htj2k(room: Tiered) -> None:
    answer = room.client.get(f"{room.url('large')}/frames/1?viewport=9,9", headers={"accept": "*/*"})
    assert answer.status_code == 400
    assert answer.json()["parameter"] == "viewport"


def test_pictures_are_drawn_from_the_tier(room: Tiered) -> None:
    url = room.url("large") + "/rendered?viewport=200,200"
    picture = grey(room.client.get(url, headers={"accept": "image/png"}).content)
    room.make("large")
    (path,) = room.files()
    os.utime(path, (1, 1))
    faster = grey(room.client.get(url, headers={"accept": "image/png"}).content)
    assert path.stat().st_mtime > 1
    assert faster.shape == picture.shape == (200, 147)
    # The wavelet's low band and the mean of an area differ by the noise that either leaves.
    assert np.abs(faster - picture).max() <= 5
    assert np.abs(faster - picture).mean() < 1
    os.utime(path, (1, 1))
    tiny = room.client.get(room.url("large") + "/rendered?viewport=20,20", headers={"accept": "image/png"})
    assert grey(tiny.content).shape == (20, 15)
    assert path.stat().st_mtime > 1, "more levels are spare than there are; the lowest is taken"
    full = room.client.get(room.url("large") + "/rendered", headers={"accept": "image/png"})
    assert grey(full.content).shape == (1500, 1100)


def test_the_thumbnails_of_list_and_rail_are_drawn_from_the_tier(room: Tiered) -> None:
    """Where the rendition is there before they are; a study's is that of one of its series."""
    room.make("large")
    (path,) = room.files()
    os.utime(path, (1, 1))
    series = room.url("large").partition("/instances/")[0]
    answer = room.client.get(series + "/thumbnail?viewport=128,128", headers={"accept": "image/jpeg"})
    assert path.stat().st_mtime > 1
    assert grey(answer.content).shape == (128, 94)


def grey(png: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(png)) as image:
        return np.asarray(image.convert("L")).astype(int)


@pytest.mark.parametrize("name", ["lossy", "large"])
def test_lossy_originals_have_none(room: Tiered, name: str) -> None:
    assert room.make(name)
    assert bool(room.files()) == (name == "large")


def test_a_damaged_one_is_never_served(room: Tiered) -> None:
    room.make("large")
    url, accept = room.url("large") + "/frames/1", {"accept": JPHC}
    good = room.client.get(url, headers=accept).content
    (path,) = room.files()
    whole = path.read_bytes()
    for at in (len(whole) // 2, len(whole) - 40, len(whole) - 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert room.client.get(url, headers=accept).content == good
        assert not path.exists(), "the damaged file is gone"
    path.write_bytes(whole[:100])
    assert room.client.get(url, headers=accept).content == good


def test_stopping_in_the_middle_leaves_nothing(room: Tiered) -> None:
    asked = []

    def is_over() -> bool:
        asked.append(1)
        return len(asked) > 3

    with room.services.frames.open(room.one("frames")) as frames:
        assert not room.tier.make(room.one("frames"), frames, is_over)
    assert room.files() == []


def test_the_least_recently_used_goes_first(room: Tiered) -> None:
    sizes = {}
    for name in ("mr", "frames"):
        room.make(name)
        (path,) = room.files()
        sizes[name] = path.stat().st_size
        path.unlink()
    tier = ViewTier(room.archive.database, room.folder, sum(sizes.values()) + 10)
    for name in ("mr", "frames"):
        with room.services.frames.open(room.one(name)) as frames:
            tier.make(room.one(name), frames)
    old = room.folder / Path(room.one("frames").blob).with_suffix(".htj2k")
    os.utime(old, (1, 1))
    small = ViewTier(room.archive.database, room.folder, sum(sizes.values()) - 1)
    small.sweep(lambda blob: True)
    assert room.files() == [room.folder / Path(room.one("mr").blob).with_suffix(".htj2k")]
    tiny = ViewTier(room.archive.database, room.folder, 1000)
    with room.services.frames.open(room.one("frames")) as frames:
        assert tiny.make(room.one("frames"), frames), "too large for the tier: left out"
    assert not tiny.has(room.one("frames"))


def test_sweeping_removes_what_has_no_original(room: Tiered) -> None:
    room.make("mr")
    room.make("large")
    gone = room.one("large").blob
    part = (room.folder / gone).with_suffix(".part")
    part.write_bytes(b"x")
    room.tier.sweep(lambda blob: blob != gone)
    assert room.tier.has(room.one("mr"))
    assert not room.tier.has(room.one("large"))
    assert part.exists(), "somebody may be writing it"
    os.utime(part, (1, 1))
    room.tier.sweep(lambda blob: True)
    assert not part.exists()
    ViewTier(room.archive.database, room.folder, 0).sweep(lambda blob: True)
    assert room.files() == [], "switched off, nothing is kept"


def test_switched_off_all_is_made_at_once(room: Tiered) -> None:
    off = ViewTier(room.archive.database, room.folder, 0)
    with room.services.frames.open(room.one("mr")) as frames:
        assert off.make(room.one("mr"), frames)
        assert room.files() == []
        assert off.codestream(room.one("mr"), frames, 1)
        assert off.smaller_frame(room.one("mr"), frames, 1, 1) is None


def test_a_folder_that_cannot_be_written_is_said(room: Tiered, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    tier = ViewTier(room.archive.database, tmp_path / "file", 1 << 30)
    with room.services.frames.open(room.one("mr")) as frames, pytest.raises(Unavailable):
        tier.make(room.one("mr"), frames)


def test_orders_follow_what_comes_to_rest(room: Tiered) -> None:
    database, book = room.archive.database, JobBook(room.archive.database)
    assert ViewOrders(database, 3600.0, lambda studies: "").order() is None, "nothing rests that long yet"
    orders = ViewOrders(database, 0.0, lambda studies: f"{len(studies)} studies")
    number = orders.order()
    assert number is not None
    order = book.find(number).order
    assert (order.kind, order.priority, order.ordered_by) == ("prepare", Priority.LOW, ORDERED_BY)
    assert set(order.parameters["series"].split()) == {ds.SeriesInstanceUID for ds in room.stored.values()}
    study, series = room.stored["mr"].StudyInstanceUID, room.stored["mr"].SeriesInstanceUID
    with database.writing() as connection:
        keeping.drop_view(connection, study, series)
    assert orders.order() is None, "one job at a time"
    book.cancel(number)
    again = orders.order()
    assert again is not None
    assert book.find(again).order.parameters == {"studies": study, "series": series}
    asked = room.url("mr") + "/frames/1"
    assert room.client.get(asked, headers={"accept": JPHC}).status_code == 200
    book.cancel(again)
    assert orders.order() is None, "what was being made was not missed"
    assert room.client.get(asked, headers={"accept": JPHC}).status_code == 200
    wanted = orders.order()
    assert wanted is not None, "a rendition that was missed is ordered again"
    book.cancel(wanted)
    assert book.find(wanted).state is JobState.CANCELLED


def test_what_is_removed_takes_its_rendition_with_it(room: Tiered) -> None:
    blobs = room.archive.blobs
    assert isinstance(blobs, LocalBlobs)
    blobs.removed = room.tier.remove  # as app.wiring does
    room.make("mr")
    room.make("large")
    with blobs.open(room.one("mr").blob) as file:
        content = file.read()
    writer = blobs.create()
    writer.write([content])
    other = writer.commit()
    (made,) = [path for path in room.files() if path.stem in room.one("mr").blob]
    copy = (room.folder / other).with_suffix(".htj2k")
    copy.write_bytes(made.read_bytes())
    blobs.remove_all([other])
    assert not copy.exists()
    assert len(room.files()) == 2


def test_a_disk_that_is_nearly_full_is_left_to_originals(
    room: Tiered, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.make("mr")
    room.make("large")
    os.utime((room.folder / room.one("large").blob).with_suffix(".htj2k"), (1, 1))
    usage = shutil.disk_usage(room.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1_999_990_000))
    room.tier.sweep(lambda blob: True)
    assert not room.tier.has(room.one("large")), "the least recently used gives way"
    assert room.tier.has(room.one("mr"))
    assert room.make("frames")
    assert not room.tier.has(room.one("frames")), "and no more is made"
