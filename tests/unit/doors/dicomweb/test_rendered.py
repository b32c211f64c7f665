"""Pictures and thumbnails (PS3.18 10.4.1.1.3, 10.4.1.1.4)."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from tests.unit.doors.dicomweb.house import House, parts_of


def picture(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.ps("3.18 10.4.1.1.3")
@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("image/jpeg", "JPEG"),
        ("image/png", "PNG"),
        ("*/*", "JPEG"),
        ("image/gif", "GIF"),
        ("image/webp", "WEBP"),
    ],
)
@pytest.mark.parametrize("name", ["mr-1", "jls", "rle"])
def test_instance(house: House, name: str, accept: str, form: str) -> None:
    response = house.client.get(house.url(name) + "/rendered", headers={"accept": accept})
    assert response.status_code == 200
    image = picture(response.content)
    ds = house.stored[name]
    assert (image.format, image.size) == (form, (ds.Columns, ds.Rows))
    assert response.headers["content-type"] == f"image/{form.lower()}"


def test_parameters(house: House) -> None:
    url = house.url("mr-1") + "/rendered"
    png = {"accept": "image/png"}
    small = house.client.get(url + "?viewport=64,64", headers=png)
    assert max(picture(small.content).size) == 64
    wide, narrow = (house.client.get(f"{url}?window=500,{w},linear", headers=png).content for w in (2000, 50))
    assert wide != narrow
    best, worst = (house.client.get(f"{url}?quality={q}").content for q in (100, 5))
    assert len(best) > len(worst)
    assert (
        house.client.get(url + "?annotation=patient", headers=png).content
        != house.client.get(url, headers=png).content
    )
    profiled = picture(house.client.get(url + "?iccprofile=srgb", headers=png).content)
    assert "icc_profile" in profiled.info


@pytest.mark.parametrize(
    "query", ["window=1", "viewport=0,0", "quality=0", "viewport=64,64,0,0,99999,5", "annotation=x"]
)
def test_bad_parameters(house: House, query: str) -> None:
    response = house.client.get(f"{house.url('mr-1')}/rendered?{query}", headers={"accept": "*/*"})
    assert response.status_code == 400


def test_frames(house: House) -> None:
    one = house.client.get(house.url("jls") + "/frames/7/rendered", headers={"accept": "image/png"})
    assert picture(one.content).format == "PNG"
    accept = "multipart/related; type=image/png"
    found = parts_of(house.client.get(house.url("jls") + "/frames/7,8/rendered", headers={"accept": accept}))
    assert found[0][1] == one.content
    assert [headers["content-type"] for headers, _ in found] == ["image/png"] * 2
    assert house.client.get(house.url("jls") + "/frames/13/rendered").status_code == 404
    assert (
        house.client.get(
            house.url("jls") + "/frames/7,8/rendered", headers={"accept": "image/png"}
        ).status_code
        == 406
    )
    late = house.client.get(house.url("jls") + "/frames/1,13/rendered", headers={"accept": accept})
    assert late.status_code == 404


def test_series_and_study(house: House) -> None:
    for level in ("series", "study"):
        url = house.url("mr-1", level) + "/rendered"
        single = house.client.get(url, headers={"accept": "image/png"})
        middle = house.client.get(house.url("mr-2") + "/rendered", headers={"accept": "image/png"})
        assert single.content == middle.content
        found = parts_of(house.client.get(url, headers={"accept": "multipart/related; type=image/jpeg"}))
        assert len(found) == 3


def test_etag(house: House) -> None:
    url = house.url("mr-1") + "/rendered?window=500,1000,sigmoid"
    etag = house.client.get(url).headers["etag"]
    assert house.client.get(url, headers={"if-none-match": etag}).status_code == 304
    assert house.client.get(house.url("mr-1") + "/rendered").headers["etag"] != etag


@pytest.mark.ps("3.18 10.4.1.1.4")
@pytest.mark.parametrize("level", ["study", "series", "instance"])
def test_thumbnail(house: House, level: str) -> None:
    response = house.client.get(house.url("jls", level) + "/thumbnail")
    assert response.status_code == 200
    image = picture(response.content)
    assert (image.format, max(image.size) <= 256) == ("JPEG", True)
    sized = house.client.get(
        house.url("jls", level) + "/thumbnail?viewport=40,40", headers={"accept": "image/png"}
    )
    assert (picture(sized.content).format, max(picture(sized.content).size)) == ("PNG", 40)
    assert house.client.get(house.url("jls") + "/frames/3/thumbnail").status_code == 200


def test_nothing_to_see(house: House) -> None:
    assert (
        house.client.get(house.url("wave") + "/rendered", headers={"accept": "image/jpeg"}).status_code == 406
    )
    assert house.client.get(house.url("sr") + "/rendered", headers={"accept": "image/*"}).status_code == 406
    assert house.client.get(house.url("sr") + "/thumbnail").status_code == 404
    assert (
        house.client.get(house.url("mr-1") + "/rendered", headers={"accept": "video/mp4"}).status_code == 406
    )
