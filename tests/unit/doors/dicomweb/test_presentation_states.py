"""Pictures as presentation states want them, by WADO-RS and WADO-URI (PS3.18 8.3.5.1, 9.5.1.2)."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pydicom
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.routing import Mount

from readingroom.access import ANYBODY
from readingroom.doors.dicomweb import uri_route
from readingroom.model import Origin, OriginKind
from readingroom.pixels import Array
from tests.kit.states import folder
from tests.unit.doors.dicomweb.house import AsCaller, House, application, close, engines, parts_of, serving

PNG = {"accept": "image/png"}
MANY = {"accept": "multipart/related; type=image/png"}
NAMES = (
    *("base-wedge", "base-xa", "base-rgb", "base-ct", "base-hot"),
    *("window-sigmoid", "window-ct", "rotate-90", "overlay-activation", "mask-xa", "colour", "blending"),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    services = engines(tmp_path_factory.mktemp("states"))
    paths = {name: folder() / f"{name}.dcm" for name in NAMES}
    for path in paths.values():
        with path.open("rb") as stream:
            services.archive.ingest(stream, Origin(OriginKind.IMPORT, "test"))
    services.archive.indexer.flush()
    wado = Starlette(routes=[uri_route(services, "/wado"), Mount("/", application(services))])
    app = AsCaller(wado, ANYBODY)
    stored = {name: pydicom.dcmread(path) for name, path in paths.items()}
    with serving(app) as client:
        yield House(services.archive, services, app, client, stored, paths)
    close(services)


def pixels(content: bytes) -> Array:
    return np.asarray(Image.open(io.BytesIO(content))).astype(int)


def analytic(name: str) -> Array:
    return np.asarray(Image.open(folder() / "render" / f"{name}.analytic.png")).astype(int)


def named(house: House, state: str) -> str:
    ds = house.stored[state]
    return f"presentationSeriesUID={ds.SeriesInstanceUID}&presentationUID={ds.SOPInstanceUID}"


def by_uri(house: House, image: str, state: str, more: str = "") -> str:
    ds = house.stored[image]
    return (
        f"/wado?requestType=WADO&studyUID={ds.StudyInstanceUID}&seriesUID={ds.SeriesInstanceUID}"
        f"&objectUID={ds.SOPInstanceUID}&contentType=image/png&{named(house, state)}{more}"
    )


@pytest.mark.ps("3.18 8.3.5.1")
@pytest.mark.parametrize("name", ["window-sigmoid", "rotate-90"])
def test_an_image_with_a_state(house: House, name: str) -> None:
    answer = house.client.get(f"{house.url('base-wedge')}/rendered?{named(house, name)}", headers=PNG)
    assert answer.status_code == 200
    assert np.abs(pixels(answer.content) - analytic(name)).max() <= 1
    assert "warning" not in answer.headers
    plain = house.client.get(f"{house.url('base-wedge')}/rendered", headers=PNG)
    assert plain.headers["etag"] != answer.headers["etag"]
    again = {"if-none-match": answer.headers["etag"], **PNG}
    url = f"{house.url('base-wedge')}/rendered?{named(house, name)}"
    assert house.client.get(url, headers=again).status_code == 304


def test_the_embedded_overlay_is_read_from_the_image(house: House) -> None:
    answer = house.client.get(
        f"{house.url('base-wedge')}/rendered?{named(house, 'overlay-activation')}", headers=PNG
    )
    shown = pixels(answer.content)
    red = (shown[..., 0] > 250) & (shown[..., 1] < 5) & (shown[..., 2] < 5)
    assert np.count_nonzero(red) == 224


def test_a_mask_is_read_from_another_frame(house: House) -> None:
    url = f"{house.url('base-xa')}/frames/5/rendered?{named(house, 'mask-xa')}"
    shown = pixels(house.client.get(url, headers=PNG).content)
    assert abs(int(shown[31, 2]) - round(((-50 + 0.5) / 199 + 0.5) * 255)) <= 1
    assert abs(int(shown[50, 50]) - 128) <= 1


@pytest.mark.ps("3.18 10.4.1.1.3")
def test_a_state_itself_shows_the_images_it_is_for(house: House) -> None:
    answer = house.client.get(house.url("window-ct") + "/rendered", headers=PNG)
    assert np.abs(pixels(answer.content) - analytic("window-ct")).max() <= 1
    ((headers, body),) = parts_of(house.client.get(house.url("rotate-90") + "/rendered", headers=MANY))
    assert np.abs(pixels(body) - analytic("rotate-90")).max() <= 1
    location = headers["content-location"]
    assert house.client.get(location, headers=PNG).content == body


def test_a_blending_state_brings_its_other_image(house: House) -> None:
    shown = pixels(house.client.get(house.url("blending") + "/rendered", headers=PNG).content)
    assert np.abs(shown[64, 64] - [160, 98, 58]).max() <= 3  # TRUTH.csv
    assert np.abs(shown[60, 75] - [102, 100, 0]).max() <= 3


@pytest.mark.ps("3.18 9.5.1.2")
def test_by_uri(house: House) -> None:
    answer = house.client.get(by_uri(house, "base-wedge", "rotate-90"))
    assert np.abs(pixels(answer.content) - analytic("rotate-90")).max() <= 1
    half = house.client.get(by_uri(house, "base-wedge", "rotate-90", "&region=0.5,0,1,0.5"))
    assert np.abs(pixels(half.content) - analytic("rotate-90")[:48, 32:]).max() <= 1


def test_what_cannot_be(house: House) -> None:
    image, client = house.url("base-wedge"), house.client

    def refused(query: str) -> tuple[int, str]:
        answer = client.get(f"{image}/rendered?{query}", headers=PNG)
        return answer.status_code, answer.json()["detail"]

    whole = named(house, "window-sigmoid")
    assert refused(whole + "&window=1,2,linear")[0] == 400
    assert refused("presentationUID=1.2")[0] == 400
    assert refused("presentationSeriesUID=1.2&presentationUID=1.3")[0] == 404
    status, why = refused(named(house, "window-ct"))
    assert (status, "not for this image" in why) == (400, True)
    assert refused(named(house, "colour"))[0] == 400
    assert refused(named(house, "base-rgb"))[0] == 406  # not a presentation state
    assert client.get(house.url("rotate-90") + "/frames/1/rendered", headers=PNG).status_code == 404
    assert client.get(house.url("rotate-90") + "/rendered?window=1,2", headers=PNG).status_code == 400
