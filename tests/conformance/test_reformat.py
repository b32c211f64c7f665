"""Cuts that the server makes, beside SimpleITK's resampling and what is known of the made objects."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813
from PIL import Image

from tests.kit.server import command_line, running_server
from tests.kit.shared_data import shared_data

pytestmark = pytest.mark.ps("3.3 C.7.6.2")

STACKS = {
    "axial": "ct-phantom/axial",
    "oblique": "mr-oblique",
    "tilt": "ct-phantom/gantry-tilt",
    "missing": "ct-phantom/missing-slice",
    "unequal": "ct-phantom/unequal-spacing",
    "pet": "petct/pet",
}
AIR = 24
"""Stored value of the air around the phantom."""
OUTSIDE = -32768.0


@pytest.fixture(scope="module")
def stacks() -> dict[str, list[pydicom.Dataset]]:
    made = shared_data() / "made"
    return {name: _read(made / folder) for name, folder in STACKS.items()}


@pytest.fixture(scope="module")
def padded(stacks: dict[str, list[pydicom.Dataset]]) -> list[pydicom.Dataset]:
    """The phantom once more; the air in and around it is declared as Pixel Padding."""
    images = copy.deepcopy(stacks["axial"])
    series = pydicom.uid.generate_uid()
    for image in images:
        image.SeriesInstanceUID = series
        image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
        image.add_new(0x00280120, "US" if image.PixelRepresentation == 0 else "SS", AIR)
    return images


def _read(folder: Path) -> list[pydicom.Dataset]:
    images = [pydicom.dcmread(path) for path in sorted(folder.glob("*.dcm"))]
    assert images, f"{folder} is empty"
    return images


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory, padded: list[pydicom.Dataset]) -> Iterator[httpx.Client]:
    made = shared_data() / "made"
    folder = tmp_path_factory.mktemp("reformat")
    own = folder / "padded"
    own.mkdir()
    for number, image in enumerate(padded):
        image.save_as(own / f"{number}.dcm")
    kept = [str(made / one) for one in STACKS.values()]
    kept += [str(made / "ct-phantom"), str(made / "enhanced" / "us-volume.dcm"), str(own)]
    command_line(folder / "data", "import", *kept)
    settings = {"READINGROOM__PREPARE__VOLUME_BYTES": str(2 << 20)}
    with (
        running_server(folder, "--no-login", settings=settings) as server,
        httpx.Client(base_url=server.url, timeout=60.0) as client,
    ):
        yield client


def place(images: list[pydicom.Dataset]) -> str:
    return f"/api/studies/{images[0].StudyInstanceUID}/series/{images[0].SeriesInstanceUID}/reformat"


def ask(http: httpx.Client, images: list[pydicom.Dataset], form: str, **asked: str) -> httpx.Response:
    return http.get(place(images), params=asked, headers={"accept": form})


def cut(http: httpx.Client, images: list[pydicom.Dataset], **asked: str) -> tuple[Any, httpx.Headers]:
    """Modality values, NaN where nothing is known."""
    answer = ask(http, images, "application/octet-stream", **asked)
    assert answer.status_code == 200, answer.text
    said = answer.headers
    shape = int(said["reformat-rows"]), int(said["reformat-columns"])
    codes = np.frombuffer(answer.content, "<i2").reshape(shape).astype(float)
    values = codes * float(said["reformat-slope"]) + float(said["reformat-intercept"])
    values[codes == int(said["reformat-nothing"])] = np.nan
    return values, said


def volume(images: list[pydicom.Dataset]) -> sitk.Image:
    """As SimpleITK has it, built from what pydicom reads."""
    first = images[0]
    row, column = np.array(first.ImageOrientationPatient[:3]), np.array(first.ImageOrientationPatient[3:])
    normal = np.cross(row, column)
    ordered = sorted(images, key=lambda ds: float(np.dot(ds.ImagePositionPatient, normal)))
    layers = [
        ds.pixel_array * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
        for ds in ordered
    ]
    found = sitk.GetImageFromArray(np.stack(layers).astype(np.float32))
    positions = [np.array(ds.ImagePositionPatient, float) for ds in ordered]
    apart = float(np.dot(positions[-1] - positions[0], normal)) / (len(positions) - 1)
    found.SetOrigin(positions[0].tolist())
    found.SetSpacing([float(first.PixelSpacing[1]), float(first.PixelSpacing[0]), apart])
    found.SetDirection(np.stack([row, column, normal], axis=1).flatten().tolist())
    return found


def resampled(image: sitk.Image, said: httpx.Headers, offset: float = 0.0) -> Any:
    """SimpleITK's cut at the place that the answer names."""
    vectors = np.array([float(one) for one in said["reformat-orientation"].split(",")]).reshape(2, 3)
    normal = np.cross(*vectors)
    position = np.array([float(one) for one in said["reformat-position"].split(",")]) + offset * normal
    spacing = float(said["reformat-spacing"])
    size = (int(said["reformat-columns"]), int(said["reformat-rows"]), 1)
    direction = np.stack([*vectors, normal], axis=1).flatten().tolist()
    found = sitk.Resample(
        image, size, sitk.Transform(), sitk.sitkLinear, position.tolist(), (spacing, spacing, 1.0), direction,
        OUTSIDE * 2,
    )  # fmt: skip
    values = sitk.GetArrayFromImage(found)[0].astype(float)
    values[values == OUTSIDE * 2] = np.nan
    return values


def assert_alike(ours: Any, theirs: Any, slope: float) -> None:
    """To half a step of the codes, but for pixels on the very edge, which rounding puts in or out."""
    assert ours.shape == theirs.shape
    known = ~np.isnan(ours) & ~np.isnan(theirs)
    assert known.mean() > 0.3
    assert (np.isnan(ours) != np.isnan(theirs)).mean() < 0.02
    assert np.abs(ours - theirs)[known].max() <= slope * 0.5 + 0.01


CUTS = [
    {"plane": "axial"},
    {"plane": "coronal"},
    {"plane": "sagittal", "position": "3.3"},
    {"plane": "axial", "position": "40.7", "spacing": "0.9"},
    {"orientation": "0.8,0.6,0,0,0,-1"},
    {"orientation": "0.6,0.64,0.48,-0.8,0.48,0.36", "spacing": "1.5", "size": "60,50"},
]


@pytest.mark.parametrize("name", ["axial", "oblique"])
@pytest.mark.parametrize("asked", CUTS)
def test_planes_are_those_of_simpleitk(
    http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]], name: str, asked: dict[str, str]
) -> None:
    if name == "oblique" and "position" in asked:
        asked = {one: value for one, value in asked.items() if one != "position"}
    ours, said = cut(http, stacks[name], **asked)
    assert_alike(ours, resampled(volume(stacks[name]), said), float(said["reformat-slope"]))
    assert json.loads(said["reformat-findings"]) == []


@pytest.mark.parametrize(("mode", "join"), [("mip", "max"), ("minip", "min"), ("average", "mean")])
def test_slabs_are_those_of_simpleitk(
    http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]], mode: str, join: str
) -> None:
    """A slab of 10 mm is sampled every 2 mm, the smallest distance of voxels."""
    images = stacks["axial"]
    ours, said = cut(http, images, plane="coronal", position="0", slab="10", mode=mode)
    layers = [resampled(volume(images), said, offset) for offset in np.linspace(-5, 5, 6)]
    theirs = getattr(np, f"nan{join}")(np.stack(layers), axis=0)
    assert_alike(ours, theirs, float(said["reformat-slope"]))


@pytest.mark.parametrize(("mode", "join"), [("mip", "max"), ("minip", "min"), ("average", "mean")])
def test_the_layers_of_a_slab_can_be_asked_for(
    http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]], mode: str, join: str
) -> None:
    """Those every 1.7 mm whose middle lies in the slab, through its middle: as a viewer has them."""
    images = stacks["axial"]
    asked = {"orientation": "0.8,0.6,0,0,0,-1", "slab": "9", "step": "1.7", "mode": mode}
    ours, said = cut(http, images, **asked)
    layers = [resampled(volume(images), said, 1.7 * at) for at in range(-2, 3)]
    theirs = getattr(np, join)(np.stack(layers), axis=0)
    known = ~np.isnan(theirs)
    assert known.mean() > 0.3
    assert np.abs(ours - theirs)[known].max() <= float(said["reformat-slope"]) * 0.5 + 0.01


def test_values_with_fractions_take_all_codes(
    http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]]
) -> None:
    """PET, each slice with another slope: as fine as 16 bits allow, and said before the first cut."""
    images = stacks["pet"]
    codes = ask(http, images, "application/json").json()["codes"]
    for asked in ({"plane": "coronal"}, {"orientation": "0.8,0.6,0,0,0,-1"}):
        ours, said = cut(http, images, **asked)
        assert (codes["slope"], codes["intercept"]) == (
            float(said["reformat-slope"]),
            float(said["reformat-intercept"]),
        )
        top = max(float(ds.pixel_array.max() * ds.RescaleSlope) for ds in images)
        assert codes["slope"] == pytest.approx(top / 65534, rel=1e-6)
        theirs = resampled(volume(images), said)
        known = ~np.isnan(ours) & ~np.isnan(theirs)
        assert known.sum() > 500
        assert np.abs(ours - theirs)[known].max() <= codes["slope"] * 0.5 + top * 1e-6


@pytest.mark.ps("3.3 C.7.5.1.1.2")
def test_beside_padding_nothing_is_mixed(
    http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]], padded: list[pydicom.Dataset]
) -> None:
    """Air is padding: it has no value, and edges to it are as high as the nearest voxel."""
    ours, said = cut(http, padded, orientation="0.8,0.6,0,0,0,-1", spacing="0.7")
    plain = resampled(volume(stacks["axial"]), said)
    holes = copy.deepcopy(volume(stacks["axial"]))
    air = AIR * float(padded[0].RescaleSlope) + float(padded[0].RescaleIntercept)
    beside = resampled(sitk.Cast(sitk.Equal(holes, air), sitk.sitkFloat32), said)
    free = beside == 0
    assert free.sum() > 1000
    assert np.abs(ours - plain)[free].max() <= float(said["reformat-slope"]) * 0.5 + 0.01
    assert np.isnan(ours[beside == 1]).all()
    edge = (beside > 0) & (beside < 1)
    assert edge.sum() > 100
    assert np.isnan(ours[edge]).any()
    least = min(float((ds.pixel_array[ds.pixel_array != AIR]).min()) for ds in padded)
    least = least * float(padded[0].RescaleSlope) + float(padded[0].RescaleIntercept)
    assert np.nanmin(ours[edge]) >= least


def test_what_is_known_of_the_phantom_is_where_it_is(
    http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]]
) -> None:
    """TRUTH.csv: centres and HU of spheres in the patient, upright and with a tilted gantry."""
    with (shared_data() / "made" / "TRUTH.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["file"] == "ct-phantom/axial/"]
    centres = {
        row["kind"]: json.loads(row["value"]) for row in rows if "centre x,y,z" in row["what is known"]
    }
    inside = {
        row["kind"]: float(row["value"]) for row in rows if row["what is known"].startswith("HU inside")
    }
    assert len(centres) == 5
    for name in ("axial", "tilt"):
        for kind, centre in centres.items():
            point = ",".join(map(str, centre))
            for plane in ("axial", "coronal", "sagittal"):
                values, _ = cut(http, stacks[name], plane=plane, center=point, size="3,3", spacing="1")
                assert np.abs(values - inside[kind]).max() <= 1.0, (name, kind, plane)


def test_odd_geometry_is_told_and_not_filled_in(
    http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]]
) -> None:
    _, said = cut(http, stacks["tilt"], plane="coronal")
    (tilt,) = json.loads(said["reformat-findings"])
    assert tilt["kind"] == "tilt"
    assert abs(tilt["degrees"] - 15) < 0.1
    values, said = cut(http, stacks["missing"], plane="coronal", position="0", spacing="0.5")
    (missing,) = json.loads(said["reformat-findings"])
    assert (missing["kind"], missing["count"]) == ("missing", 1)
    assert abs(missing["width"] - 6) < 1e-6
    top = float(said["reformat-position"].split(",")[2])
    heights = top - 0.5 * np.arange(len(values))
    middle = values[:, values.shape[1] // 2]
    # TRUTH.csv: the slice at z = 60 is missing, its neighbours reach 1.5 mm
    hole = np.abs(heights - 60) < 1.4
    assert hole.sum() >= 5
    assert np.isnan(middle[hole]).all()
    assert not np.isnan(middle[(np.abs(heights - 60) > 1.6) & (np.abs(heights - 60) < 10)]).any()
    told = ask(http, stacks["unequal"], "application/json").json()
    assert [one["kind"] for one in told["findings"]] == ["unequal"]
    assert (told["findings"][0]["least"], told["findings"][0]["most"]) == (2.0, 5.0)
    heights = sorted(float(ds.ImagePositionPatient[2]) for ds in stacks["unequal"])
    by_height = {float(ds.ImagePositionPatient[2]): ds for ds in stacks["unequal"]}
    for height in heights[1:-1]:
        ours, _ = cut(http, stacks["unequal"], plane="axial", position=str(height))
        ds = by_height[height]
        theirs = ds.pixel_array * float(ds.RescaleSlope) + float(ds.RescaleIntercept)
        assert np.array_equal(ours, theirs), height


@pytest.mark.ps("3.3 C.8.24.3.3")
def test_ultrasound_volumes_lie_in_their_own_frame_of_reference(http: httpx.Client) -> None:
    """TRUTH.csv: voxels of 1 x 1 x 2 mm; the first at (-16, -16, -12) of the Volume Frame of Reference."""
    object_ = pydicom.dcmread(shared_data() / "made" / "enhanced" / "us-volume.dcm")
    image = sitk.GetImageFromArray(object_.pixel_array.astype(np.float32))
    image.SetOrigin((-16.0, -16.0, -12.0))
    image.SetSpacing((1.0, 1.0, 2.0))
    ours, said = cut(http, [object_], orientation="0.96,0.28,0,0,0,-1")
    assert_alike(ours, resampled(image, said), float(said["reformat-slope"]))


def test_pictures_have_the_window(http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]]) -> None:
    images = stacks["axial"]
    values, _ = cut(http, images, plane="coronal", position="0")
    asked = {"plane": "coronal", "position": "0", "window": "40,400"}
    answer = ask(http, images, "image/png", **asked)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["reformat-window"] == "40,400,LINEAR"
    greys = np.asarray(Image.open(io.BytesIO(answer.content)))
    expected = np.clip((values - 39.5) / 399 + 0.5, 0, 1) * 255  # PS3.3 C.11.2.1.2.1
    expected[np.isnan(values)] = 0
    assert np.abs(greys - expected).max() <= 1
    jpeg = ask(http, images, "image/jpeg", **asked)
    assert np.abs(np.asarray(Image.open(io.BytesIO(jpeg.content))).astype(float) - expected).mean() < 4
    told = ask(http, images, "application/json").json()
    assert (told["columns"], told["rows"], told["slices"], told["unit"]) == (96, 96, len(images), "HU")
    assert told["extents"]["sagittal"] == [-96, 96]


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"plane": "diagonal"}, 400),
        ({"plane": "axial", "orientation": "1,0,0,0,1,0"}, 400),
        ({"orientation": "1,0,0,1,0,0"}, 400),
        ({"orientation": "1,0,0"}, 400),
        ({"orientation": "0,0,0,0,0,0"}, 400),
        ({"position": "nan"}, 400),
        ({"spacing": "0"}, 400),
        ({"spacing": "0.0001"}, 400),
        ({"size": "5000,5000"}, 400),
        ({"size": "0,5"}, 400),
        ({"size": "2048,2048", "slab": "100"}, 400),
        ({"slab": "-1"}, 400),
        ({"slab": "10", "step": "0"}, 400),
        ({"slab": "10", "step": "1e-300"}, 400),
        ({"mode": "sum"}, 400),
        ({"window": "40"}, 400),
        ({"window": "40,0"}, 400),
        ({"colour": "red"}, 400),
    ],
)
def test_what_cannot_be_asked(
    http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]], asked: dict[str, str], status: int
) -> None:
    answer = ask(http, stacks["axial"], "image/png", **asked)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


def test_what_makes_no_volume_says_why(http: httpx.Client, stacks: dict[str, list[pydicom.Dataset]]) -> None:
    assert ask(http, stacks["axial"], "text/html").status_code == 406
    assert http.get("/api/studies/2.25.1/series/2.25.2/reformat").status_code == 404
    lonely = pydicom.dcmread(shared_data() / "made" / "ct-phantom" / "roi-statistics.dcm")
    answer = ask(http, [lonely], "image/png")
    assert answer.status_code == 406
    assert "1 images of 3" in answer.json()["detail"]
