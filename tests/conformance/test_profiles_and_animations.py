"""ICC profiles of pictures, against littleCMS and published numbers, and animated GIFs, read by Pillow."""

from __future__ import annotations

import io
from collections.abc import Iterator

import httpx
import numpy as np
import pydicom
import pytest
from PIL import Image, ImageCms

from tests.kit.server import RunningServer, running_server
from tests.kit.shared_data import shared_data

COLOURED = "made/visible/vl-photographic.dcm"
PLAIN = "made/secondary/true-colour.dcm"
GREY = "made/secondary/grayscale-byte.dcm"
XA = "made/gsps/base-xa.dcm"
MR = "mr-series/adc/000000.dcm"
VIDEO = "made/video/h264-counter.dcm"
SLIDE, MADE_SLIDE = "objects/wsi/sm_image.dcm", "made/slide/level-2-full.dcm"
SPACES = {
    "srgb": ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)),
    "adobergb": ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    "rommrgb": ((0.79767, 0.28804, 0.00000), (0.13519, 0.71188, 0.00000), (0.03134, 0.00009, 0.82491)),
    "displayp3": ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
}
"""Colorants under D50 as the profiles of IEC, Adobe, ROMM (ISO 22028-2) and Apple have them."""

Stored = dict[str, pydicom.Dataset]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("profiles"), "--accept-any-ae", "--no-login") as running:
        yield running


@pytest.fixture(scope="module")
def stored(server: RunningServer) -> Stored:
    found = {}
    for name in (COLOURED, PLAIN, GREY, XA, MR, VIDEO, SLIDE, MADE_SLIDE):
        path = shared_data() / name
        kind = {"content-type": "application/dicom"}
        answer = httpx.post(f"{server.dicomweb}/studies", content=path.read_bytes(), headers=kind, timeout=60)
        assert answer.status_code in (200, 202), answer.text
        found[name] = pydicom.dcmread(path)
    return found


@pytest.fixture(scope="module")
def http(server: RunningServer, stored: Stored) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.dicomweb, timeout=120) as client:
        yield client


def path_of(ds: pydicom.Dataset) -> str:
    return f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/instances/{ds.SOPInstanceUID}"


def picture(http: httpx.Client, url: str, form: str = "png", **asked: str) -> Image.Image:
    answer = http.get(url, params=asked, headers={"accept": f"image/{form}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == f"image/{form}"
    return Image.open(io.BytesIO(answer.content))


def profile_in(image: Image.Image) -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))


def numbers(image: Image.Image) -> np.ndarray:
    return np.asarray(image).astype(int)


@pytest.mark.row("WEB-WADO-RS-09", "WEB-URI-03")
@pytest.mark.ps("3.18 8.3.5.1.5")
class TestProfile:
    @pytest.mark.parametrize("form", ["jpeg", "png", "webp", "avif"])
    def test_no_and_yes(self, form: str, http: httpx.Client, stored: Stored) -> None:
        url = path_of(stored[COLOURED]) + "/rendered"
        assert "icc_profile" not in picture(http, url, form, iccprofile="no").info
        assert "icc_profile" not in picture(http, url, form).info
        with_own = picture(http, url, form, iccprofile="yes")
        assert with_own.info["icc_profile"].rstrip(b"\0") == stored[COLOURED].ICCProfile.rstrip(b"\0")
        without = picture(http, path_of(stored[MR]) + "/rendered", form, iccprofile="yes")
        assert "sRGB" in ImageCms.getProfileDescription(profile_in(without))
        assert without.mode == "RGB"

    def test_yes_changes_no_pixel(self, http: httpx.Client, stored: Stored) -> None:
        url = path_of(stored[COLOURED]) + "/rendered"
        yes, no = (picture(http, url, iccprofile=word) for word in ("yes", "no"))
        assert np.array_equal(numbers(yes), numbers(no))
        assert np.array_equal(numbers(yes), stored[COLOURED].pixel_array)

    @pytest.mark.parametrize("space", list(SPACES))
    def test_profiles_are_those_that_are_well_known(
        self, space: str, http: httpx.Client, stored: Stored
    ) -> None:
        found = profile_in(picture(http, path_of(stored[COLOURED]) + "/rendered", iccprofile=space)).profile
        assert (found.xcolor_space, found.connection_space) == ("RGB ", "XYZ ")
        colorants = (found.red_colorant, found.green_colorant, found.blue_colorant)
        for made, right in zip(colorants, SPACES[space], strict=True):
            assert made[0] == pytest.approx(right, abs=3e-4)

    @pytest.mark.parametrize("space", list(SPACES))
    def test_pixels_are_those_of_littlecms(self, space: str, http: httpx.Client, stored: Stored) -> None:
        came = picture(http, path_of(stored[COLOURED]) + "/rendered", iccprofile=space)
        source = ImageCms.ImageCmsProfile(io.BytesIO(stored[COLOURED].ICCProfile))
        wanted = ImageCms.profileToProfile(
            Image.fromarray(stored[COLOURED].pixel_array), source, profile_in(came)
        )
        assert np.abs(numbers(came) - numbers(wanted)).max() <= 1

    def test_adobe_rgb_by_its_formula(self, http: httpx.Client, stored: Stored) -> None:
        """IEC 61966-2-1 to XYZ, Adobe RGB (1998) 4.3.4, both of D65; an image without a profile is sRGB."""
        ds = stored[PLAIN]
        came = numbers(picture(http, path_of(ds) + "/frames/1/rendered", iccprofile="adobergb"))
        values = ds.pixel_array[0] / 255
        linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
        to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
        to_adobe = [[2.04159, -0.56501, -0.34473], [-0.96924, 1.87597, 0.04156], [0.01344, -0.11836, 1.01517]]
        mixed = np.clip(linear @ np.array(to_xyz).T @ np.array(to_adobe).T, 0, 1)
        assert np.abs(came - 255 * mixed ** (1 / 2.19921875)).max() <= 1.5

    def test_of_a_series_and_of_parts(self, http: httpx.Client, stored: Stored) -> None:
        ds = stored[COLOURED]
        series = f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/rendered"
        assert "icc_profile" in picture(http, series, "jpeg", iccprofile="srgb").info
        headers = {"accept": 'multipart/related; type="image/jpeg"'}
        parts = http.get(series, params={"iccprofile": "srgb"}, headers=headers)
        assert b"ICC_PROFILE\0" in parts.content

    @pytest.mark.parametrize(
        ("form", "word", "status"),
        [("png", "cmyk", 400), ("png", "", 400), ("gif", "srgb", 406), ("jp2", "yes", 406)],
    )
    def test_what_cannot_be(
        self, form: str, word: str, status: int, http: httpx.Client, stored: Stored
    ) -> None:
        answer = http.get(
            path_of(stored[COLOURED]) + "/rendered",
            params={"iccprofile": word},
            headers={"accept": f"image/{form}"},
        )
        assert (answer.status_code, answer.json()["parameter"]) == (status, "iccprofile")

    @pytest.mark.parametrize("name", [SLIDE, MADE_SLIDE])
    def test_slides_have_that_of_their_optical_path(
        self, name: str, http: httpx.Client, stored: Stored
    ) -> None:
        ds = stored[name]
        (path,) = ds.OpticalPathSequence
        for frame in (1, 4):
            url = f"{path_of(ds)}/frames/{frame}/rendered"
            yes, no = (picture(http, url, iccprofile=word) for word in ("yes", "no"))
            assert yes.info["icc_profile"].rstrip(b"\0") == path.ICCProfile.rstrip(b"\0")
            assert np.array_equal(numbers(yes), numbers(no))
            came = picture(http, url, iccprofile="displayp3")
            wanted = ImageCms.profileToProfile(
                no, ImageCms.ImageCmsProfile(io.BytesIO(path.ICCProfile)), profile_in(came)
            )
            assert np.abs(numbers(came) - numbers(wanted)).max() <= 1

    def test_a_broken_profile(self, http: httpx.Client, stored: Stored) -> None:
        ds = pydicom.dcmread(shared_data() / COLOURED)
        ds.ICCProfile = b"this is no profile" * 20
        ds.SOPInstanceUID = pydicom.uid.generate_uid()
        ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
        file = io.BytesIO()
        ds.save_as(file)
        kind = {"content-type": "application/dicom"}
        assert http.post("/studies", content=file.getvalue(), headers=kind).status_code in (200, 202)
        assert picture(http, path_of(ds) + "/rendered").mode == "RGB"
        for word in ("yes", "displayp3"):
            answer = http.get(path_of(ds) + "/rendered", params={"iccprofile": word})
            assert answer.status_code == 400
            assert "profile" in answer.json()["detail"]


@pytest.mark.row("WEB-URI-03")
@pytest.mark.ps("3.18 8.7.4")
class TestAnimation:
    @pytest.mark.parametrize(("name", "milliseconds"), [(PLAIN, 100), (GREY, 100), (XA, 120)])
    def test_every_frame_at_its_time(
        self, name: str, milliseconds: int, http: httpx.Client, stored: Stored
    ) -> None:
        ds = stored[name]
        moving = picture(http, path_of(ds) + "/rendered", "gif")
        assert (moving.n_frames, moving.info["loop"]) == (int(ds.NumberOfFrames), 0)
        for number in range(moving.n_frames):
            moving.seek(number)
            assert moving.info["duration"] == milliseconds
            still = picture(http, f"{path_of(ds)}/frames/{number + 1}/rendered")
            difference = np.abs(numbers(moving.convert("RGB")) - numbers(still.convert("RGB")))
            assert difference.max() == 0 if still.mode == "L" else difference.mean() < 4

    def test_by_uri(self, http: httpx.Client, stored: Stored) -> None:
        ds = stored[GREY]
        root = str(http.base_url).partition("/dicom-web")[0]
        asked = {
            "requestType": "WADO", "studyUID": ds.StudyInstanceUID, "seriesUID": ds.SeriesInstanceUID,
            "objectUID": ds.SOPInstanceUID, "contentType": "image/gif",
        }  # fmt: skip
        moving = Image.open(io.BytesIO(httpx.get(f"{root}/wado", params=asked, timeout=60.0).content))
        assert moving.n_frames == int(ds.NumberOfFrames)
        still = Image.open(
            io.BytesIO(httpx.get(f"{root}/wado", params=asked | {"frameNumber": "2"}, timeout=60.0).content)
        )
        assert still.n_frames == 1

    def test_one_frame_stays_still(self, http: httpx.Client, stored: Stored) -> None:
        ds = stored[GREY]
        assert picture(http, path_of(ds) + "/frames/2/rendered", "gif").n_frames == 1
        assert picture(http, path_of(stored[MR]) + "/rendered", "gif").n_frames == 1
        series = f"/studies/{ds.StudyInstanceUID}/series/{ds.SeriesInstanceUID}/rendered"
        assert picture(http, series, "gif").n_frames == 1

    def test_a_viewport_and_what_the_client_has(self, http: httpx.Client, stored: Stored) -> None:
        url = path_of(stored[XA]) + "/rendered"
        headers = {"accept": "image/gif"}
        small = http.get(url, params={"viewport": "32,32"}, headers=headers)
        moving = Image.open(io.BytesIO(small.content))
        assert (moving.size, moving.n_frames) == ((32, 32), 8)
        again = http.get(
            url, params={"viewport": "32,32"}, headers=headers | {"if-none-match": small.headers["etag"]}
        )
        assert again.status_code == 304

    def test_too_much_for_one(self, http: httpx.Client, stored: Stored) -> None:
        url = path_of(stored[XA]) + "/rendered"
        answer = http.get(url, params={"viewport": "9000,9000"}, headers={"accept": "image/gif"})
        assert (answer.status_code, answer.json()["parameter"]) == (400, "viewport")

    def test_a_video_does_not_move_as_gif(self, http: httpx.Client, stored: Stored) -> None:
        assert picture(http, path_of(stored[VIDEO]) + "/rendered", "gif", viewport="96,96").n_frames == 1
