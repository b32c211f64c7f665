"""Video and cine as MP4: right frames at right times, ranges, kept while there is room (PS3.18 8.7.4)."""

from __future__ import annotations

import io
import os
import time
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import httpx
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from PIL import Image
from pydicom import Dataset

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attribute, Selection, StoredInstance
from readingroom.pixels import pictures_as_mp4
from readingroom.prepare import Videos
from readingroom.prepare.video import frame_times
from readingroom.render import Presentation
from tests.kit.images import read_image
from tests.kit.shared_data import shared_data
from tests.unit.doors.dicomweb.house import House

CINE = "transfer-syntaxes/encapsulated/IM00001.fragmented_no_bot_jpeg_baseline.50.dcm"
ANGIO = "made/gsps/base-xa.dcm"
MP4 = {"accept": "video/mp4"}


def stored(house: House, name: str) -> tuple[Dataset, str]:
    """The object, in the house then, and its URL."""
    content = (shared_data() / name).read_bytes()
    answer = house.client.post(
        "/dicom-web/studies", content=content, headers={"content-type": "application/dicom"}
    )
    assert answer.status_code == 200, answer.text
    ds = read_image(shared_data() / name)
    uids = (ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.SOPInstanceUID)
    return ds, "/dicom-web/studies/{}/series/{}/instances/{}".format(*uids)


def instance(house: House, ds: Dataset) -> StoredInstance:
    (found,) = house.archive.instances(Selection(sop_instance_uids=(str(ds.SOPInstanceUID),)))
    return found


def decoded(content: bytes) -> tuple[list[float], list[np.ndarray]]:
    """Times and pictures, by ffmpeg."""
    with av.open(io.BytesIO(content)) as file:
        frames = list(file.decode(video=0))
    shown = [one.reformat(format="rgb24", src_colorspace=Colorspace.ITU709).to_ndarray() for one in frames]
    assert {one.colorspace for one in frames} <= {1, 2}  # BT.709 is said, so that every player takes it
    return [float(one.time or 0) for one in frames], shown


def halved(shown: np.ndarray) -> np.ndarray:
    """Means of 2 x 2 pixels: video has one colour for four."""
    rows, columns = shown.shape[0] // 2, shown.shape[1] // 2
    return shown[: 2 * rows, : 2 * columns].reshape(rows, 2, columns, 2, 3).mean(axis=(1, 3))


def picture(answer: httpx.Response) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGB")).astype(int)


@pytest.mark.ps("3.3 C.7.6.5")
def test_a_cine_shows_each_frame_at_its_time(house: House) -> None:
    for name in (CINE, ANGIO):
        ds, url = stored(house, name)
        answer = house.client.get(f"{url}/rendered", headers=MP4)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
        times, pictures = decoded(answer.content)
        steps = [float(value) for value in ds.get("FrameTimeVector", [])[1:]]
        wanted = np.cumsum([0, *(steps or [float(ds.FrameTime)] * (int(ds.NumberOfFrames) - 1))]) / 1000
        assert np.abs(np.array(times) - wanted).max() < 0.002
        for number in (1, len(times) // 2, len(times)):
            still = house.client.get(f"{url}/frames/{number}/rendered", headers={"accept": "image/png"})
            assert np.abs(halved(pictures[number - 1]) - halved(picture(still))).mean() < 4, (name, number)


def test_wishes_hold_for_cines_too(house: House) -> None:
    _, url = stored(house, ANGIO)
    for query in ("viewport=32,32", "window=500,200,linear"):
        answer = house.client.get(f"{url}/rendered?{query}", headers=MP4)
        still = house.client.get(f"{url}/frames/3/rendered?{query}", headers={"accept": "image/png"})
        shown = decoded(answer.content)[1][2]
        assert shown.shape == picture(still).shape
        assert np.abs(shown - picture(still)).mean() < 4


@pytest.mark.ps("3.18 8.7.4")
@pytest.mark.parametrize("name", [ANGIO, "made/video/mpeg2-counter.dcm"])
def test_ranges_and_versions(name: str, house: House) -> None:
    _, url = stored(house, name)
    whole = house.client.get(f"{url}/rendered?accept=video/mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.content.index(b"moov") < whole.content.index(b"mdat")
    part = house.client.get(f"{url}/rendered", headers={**MP4, "range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, whole.content[100:300])
    assert part.headers["content-range"] == f"bytes 100-299/{len(whole.content)}"
    tail = house.client.get(f"{url}/rendered", headers={**MP4, "range": "bytes=-50"})
    assert tail.content == whole.content[-50:]
    beyond = house.client.get(f"{url}/rendered", headers={**MP4, "range": "bytes=99999999-"})
    assert beyond.status_code == 416
    same = house.client.get(f"{url}/rendered", headers={**MP4, "if-none-match": whole.headers["etag"]})
    assert same.status_code == 304


def test_files_are_kept_while_there_is_room(house: House, tmp_path: Path) -> None:
    first, second = (instance(house, stored(house, name)[0]) for name in (ANGIO, CINE))
    services = house.services
    videos = Videos(services.frames, services.pictures, tmp_path / "videos", 1 << 30)
    with videos.open(first, Presentation()) as file:
        content = file.read()
    (kept,) = (tmp_path / "videos").iterdir()
    made = kept.stat().st_ino
    with videos.open(first, Presentation()) as file:
        assert file.read() == content
    assert kept.stat().st_ino == made  # not made again
    os.utime(kept, (time.time() - 60,) * 2)
    tight = Videos(services.frames, services.pictures, tmp_path / "videos", len(content) + 1)
    with tight.open(second, Presentation()) as file:
        assert file.read()
    assert not kept.exists()
    with videos.open(second, Presentation()) as file:
        pass
    for path in (tmp_path / "videos").iterdir():
        os.utime(path, (time.time() - 8 * 86400,) * 2)
    with videos.open(first, Presentation()):
        assert len(list((tmp_path / "videos").iterdir())) == 1  # the other one was not used for a week


def test_what_makes_no_cine(house: House) -> None:
    assert house.client.get(house.url("mr-1") + "/rendered", headers=MP4).status_code == 406
    one = instance(house, house.stored["mr-1"])
    with pytest.raises(Unsupported):
        house.services.videos.open(one, Presentation())
    folder = house.services.videos._folder
    left = [path for path in folder.iterdir() if path.suffix != ".mp4"]
    assert [path.suffix for path in left] == [".fault"], (
        "why it failed is told to who asks, and nothing else stays"
    )
    with pytest.raises(Unsupported):
        house.services.videos.open(replace(one, number_of_frames=0), Presentation())


def test_times_that_are_none() -> None:
    """A vector that does not fit the frames, or stands still, gives way to Frame Time, else 10 a second."""
    vector = Attribute("DS", ("0", "50", "100"))
    assert frame_times({0x00181065: vector}, 3) == [0, Fraction(1, 20), Fraction(3, 20)]
    for broken in (
        Attribute("DS", ("0", "x", "1")),
        Attribute("DS", ("0", "0", "5")),
        Attribute("DS", ("1", "2")),
    ):
        assert frame_times({0x00181065: broken}, 3) == [0, Fraction(1, 10), Fraction(1, 5)]
    assert frame_times({0x00181065: Attribute("DS"), 0x00181063: Attribute("DS", ("40",))}, 2)[1] == Fraction(
        1, 25
    )


def test_pictures_of_two_sizes_make_no_video(tmp_path: Path) -> None:
    pictures = [(Fraction(k), np.zeros((16 + k, 16), np.uint8)) for k in range(2)]
    with pytest.raises(Invalid, match="one size"):
        pictures_as_mp4(pictures, tmp_path / "v.mp4", Fraction(1))
    with pytest.raises(Invalid, match="no pictures"):
        pictures_as_mp4([], tmp_path / "v.mp4", Fraction(1))
    with pytest.raises(Invalid, match="cannot be made"):
        pictures_as_mp4(pictures[:1] * 2, tmp_path / "absent" / "v.mp4", Fraction(1))
