"""Volumetric presentation states: planes and pictures of volumes that are made of formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.kit.blending_states import HOT, item
from tests.kit.server import RunningServer

from .pages import SLOW, Viewer, soon
from .test_blended_states import named
from .test_presentation_states import posted

MINE = "2.25.61150613"
SIDE, SLICES, PIXEL, STEP = 64, 32, 1.5, 3.0
FRAME = f"{MINE}.9"
DENSE, LIGHT = np.array([-10.0, 4.0, 40.0]), np.array([22.0, -6.0, 52.0])
"""Middles of two spheres, LPS mm; the second series has a third one."""
RADIUS = 10.0


def volume(number: int, values: dict[float, Any]) -> Dataset:
    """An Enhanced CT image of spheres in 0; values: at a middle each."""
    k, j, i = np.mgrid[0:SLICES, 0:SIDE, 0:SIDE]
    places = np.stack([i * PIXEL - 48, j * PIXEL - 48, k * STEP], axis=-1)
    stored = np.zeros((SLICES, SIDE, SIDE))
    for value, middle in values.items():
        stored[np.linalg.norm(places - middle, axis=-1) <= RADIUS] = value
    measures = item(PixelSpacing=[PIXEL, PIXEL], SliceThickness=STEP)
    rescale = item(RescaleIntercept=0, RescaleSlope=1, RescaleType="HU")
    shared = item(
        PixelMeasuresSequence=Sequence([measures]),
        PlaneOrientationSequence=Sequence([item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])]),
        PixelValueTransformationSequence=Sequence([rescale]),
    )
    frames = [
        item(PlanePositionSequence=Sequence([item(ImagePositionPatient=[-48, -48, at * STEP])]))
        for at in range(SLICES)
    ]
    ds = item(
        Rows=SIDE, Columns=SIDE, NumberOfFrames=SLICES, SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2",
        BitsAllocated=16, BitsStored=16, HighBit=15, PixelRepresentation=1, FrameOfReferenceUID=FRAME,
        SharedFunctionalGroupsSequence=Sequence([shared]), PerFrameFunctionalGroupsSequence=Sequence(frames),
        ImageType=["ORIGINAL", "PRIMARY", "VOLUME", "NONE"],
    )  # fmt: skip
    ds.add_new(0x7FE00010, "OW", np.rint(stored).astype("<i2").tobytes())
    named(ds, number, "V", "1.2.840.10008.5.1.4.1.1.2.1", MINE)
    ds.Modality = "CT"
    del ds.ContentLabel, ds.PresentationCreationDate, ds.PresentationCreationTime
    return ds


def state(number: int, label: str, sop_class: int, volumes: list[Dataset], **more: Any) -> Dataset:
    """Inputs from 1, one for each volume, with the window 200 to 1200."""
    sets, inputs = [], []
    for at, ds in enumerate(volumes, 1):
        reference = item(ReferencedSOPClassUID=ds.SOPClassUID, ReferencedSOPInstanceUID=ds.SOPInstanceUID)
        uid = UID(f"{MINE}.{number}.{at}")
        sets.append(
            item(
                VolumetricPresentationInputSetUID=uid, PresentationInputType="VOLUME",
                ReferencedImageSequence=Sequence([reference]),
            )
        )  # fmt: skip
        inputs.append(
            item(
                VolumetricPresentationInputNumber=at, VolumetricPresentationInputSetUID=uid,
                WindowCenter="700", WindowWidth="1000", VOILUTFunction="LINEAR_EXACT", Crop="NO",
            )
        )  # fmt: skip
    made = item(
        FrameOfReferenceUID=FRAME, VolumetricPresentationInputSetSequence=Sequence(sets), GlobalCrop="NO",
        VolumetricPresentationStateInputSequence=Sequence(inputs), PresentationAnimationStyle="NONE", **more,
    )  # fmt: skip
    return named(made, number, label, f"1.2.840.10008.5.1.4.1.1.11.{sop_class}", MINE)


def plane(middle: Any, right: Any, down: Any, width: float, height: float, **more: Any) -> dict[str, Any]:
    """The geometry of a planar reconstruction."""
    right, down = (np.asarray(v) / np.linalg.norm(v) for v in (right, down))
    corner = np.asarray(middle) - right * width / 2 - down * height / 2
    return {
        "MultiPlanarReconstructionStyle": "PLANAR", "MPRThicknessType": "SLAB" if more else "THIN",
        "MPRViewWidthDirection": list(right), "MPRViewHeightDirection": list(down),
        "MPRViewWidth": width, "MPRViewHeight": height, "MPRTopLeftHandCorner": list(corner), **more,
    }  # fmt: skip


def colours(**alpha: Any) -> dict[str, Any]:
    """A component's palette of `HOT`, and its opacities."""
    made: dict[str, Any] = {"RGBLUTTransferFunction": "TABLE", **alpha}
    for channel, color in enumerate(("Red", "Green", "Blue")):
        made[f"{color}PaletteColorLookupTableDescriptor"] = [256, 0, 8]
        made[f"{color}PaletteColorLookupTableData"] = HOT[:, channel].astype(np.uint8).tobytes()
    return made


def component(number: int, **more: Any) -> Dataset:
    inputs = Sequence([item(VolumetricPresentationInputIndex=number)])
    return item(ComponentType="ONE_TO_RGBA", ComponentInputSequence=inputs, **more)


def opened(viewer: Viewer, ds: Dataset) -> None:
    """The state hung by itself in the first viewport, its volume asked for."""
    viewer.series(ds.SeriesInstanceUID).click()
    viewer.page.get_by_test_id("volumetric-open").click()


def hung(viewer: Viewer, ds: Dataset) -> int:
    """The viewport of the plane that the state describes, once it is active and has all its pixels."""
    viewer.page.wait_for_function(
        """wanted => {
            const load = window.readingRoom?.volume();
            if (!load || load.loaded !== load.total) return false;
            const v = window.readingRoom.viewports().find(one => one.active);
            return v?.place && !v.reduced && !v.awaited
                && wanted.every((x, i) => Math.abs(x - v.place.orientation[i]) < 1e-3);
        }""",
        arg=[float(x) for x in (*ds.MPRViewWidthDirection, *ds.MPRViewHeightDirection)],
        timeout=SLOW,
    )
    return next(i for i, v in enumerate(viewer.viewports()) if v["active"])


def at(viewer: Viewer, point: Any, cell: int) -> tuple[float, float, Any]:
    """CSS pixels of a point of the patient in a viewport, and the colour that is there."""
    report = viewer.viewports()[cell]
    lie = report["place"]
    away = np.asarray(point) - lie["position"]
    right, down = np.asarray(lie["orientation"][:3]), np.asarray(lie["orientation"][3:])
    column, row = away @ right / lie["spacing"][1] + 0.5, away @ down / lie["spacing"][0] + 0.5
    a, b, c, d, e, f = report["matrix"]
    x, y = a * column + c * row + e, b * column + d * row + f
    return float(x), float(y), viewer.picture(cell)[round(y), round(x)].astype(int)


def becomes(viewer: Viewer, point: Any, cell: int, wanted: Any) -> None:
    """Wait until that colour, or grey, is at a point of the patient."""

    def check() -> None:
        *_, colour = at(viewer, point, cell)
        assert np.abs(colour - wanted).max() <= 1.5, (point, colour, wanted)

    soon(check)


def test_planes_and_volumes_as_states_say(page: Page, shelf: RunningServer) -> None:
    """Geometry, slab, window, inversion, blending, camera, cropping and transfer function; lacks are said."""
    first = volume(1, {1000: DENSE, 700: LIGHT})
    second = volume(2, {1100: np.array([-10.0, -30.0, 40.0])})
    right = LIGHT - DENSE
    down = np.cross(right, [0.3, -1, 0.2])
    oblique = state(
        3, "OBLIQUE", 6, [first], PixelPresentation="MONOCHROME", PresentationLUTShape="INVERSE",
        **plane((DENSE + LIGHT) / 2, right, down, 80, 60),
    )  # fmt: skip
    # A coronal slab whose middle is at the back of the dense sphere.
    thick = {"MPRSlabThickness": 30.0, "CompositingMethod": "MAXIMUM_IP"}
    slab = state(
        4, "SLAB", 6, [first], PixelPresentation="MONOCHROME", PresentationLUTShape="IDENTITY",
        **plane([0, 24 - RADIUS, 45], [1, 0, 0], [0, 0, -1], 60, 60, **thick),
    )  # fmt: skip
    weights = [
        item(WeightingLookupTableDescriptor=[16, 0, 8], WeightingLookupTableData=bytes([v] * 16))
        for v in (102, 153)
    ]
    blend = state(
        5, "BLEND", 7, [first, second], PixelPresentation="TRUE_COLOR",
        PresentationStateClassificationComponentSequence=Sequence(
            [
                component(1, RGBLUTTransferFunction="EQUAL_RGB", AlphaLUTTransferFunction="NONE"),
                component(2, **colours(AlphaLUTTransferFunction="NONE")),
            ]
        ),
        PresentationStateCompositorComponentSequence=Sequence(
            [item(WeightingTransferFunctionSequence=Sequence(weights))]
        ),
        **plane([0, 0, 40], [1, 0, 0], [0, 1, 0], 90, 90),
    )  # fmt: skip
    box = item(
        CroppingSpecificationNumber=1, VolumeCroppingMethod="BOUNDING_BOX",
        BoundingBoxCrop=[*(DENSE - 14), *(DENSE + 14)],
    )  # fmt: skip
    seen = bytes([0] * 128 + [255] * 128)  # from the middle of the window on
    table = colours(
        AlphaLUTTransferFunction="TABLE", AlphaPaletteColorLookupTableData=seen,
    ) | {"AlphaPaletteColorLookupTableDescriptor": [256, 0, 8]}  # fmt: skip
    stream = item(
        VolumetricPresentationInputSetUID=UID(f"{MINE}.6.1"),
        PresentationStateClassificationComponentSequence=Sequence([component(1, **table)]),
    )
    render = state(
        6, "RENDER", 9, [first], PixelPresentation="TRUE_COLOR", RenderProjection="PERSPECTIVE",
        ViewpointPosition=list(DENSE - [0.0, 200.0, 0.0]), ViewpointLookAtPoint=list(DENSE),
        ViewpointUpDirection=[0.0, 0.0, 1.0], RenderFieldOfView=[-40.0, 40.0, 30.0, -30.0, 1.0, 500.0],
        RenderingMethod="VOLUME_RENDERED", VolumeStreamSequence=Sequence([stream]),
        VolumeCroppingSequence=Sequence([box]),
    )  # fmt: skip
    render.GlobalCrop, render.GlobalCroppingSpecificationIndex = "YES", [1]
    wrong = state(7, "WRONG", 6, [first], **plane([0, 0, 40], [1, 0, 0], [1, 0.1, 0], 90, 90))
    far = state(8, "FAR", 6, [first], **plane([0, 0, 40], [1, 0, 0], [0, 1, 0], 90, 90))
    far.FrameOfReferenceUID = UID(f"{MINE}.8.9")
    for ds in (first, second, oblique, slab, blend, render, wrong, far):
        posted(shelf, ds)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(MINE)

    def planes(ds: Dataset) -> dict[str, Any]:
        opened(viewer, ds)
        return {"cell": hung(viewer, ds), **page.evaluate("() => window.readingRoom.volume()")}

    now = planes(oblique)
    report = viewer.viewports()[now["cell"]]
    assert (now["oblique"], now["slab"]["thickness"]) == (True, 0)
    assert np.allclose(now["crosshair"], (DENSE + LIGHT) / 2, atol=0.01)
    unit = [v / np.linalg.norm(v) for v in (right, down)]
    assert np.allclose(report["place"]["orientation"], np.concatenate(unit), atol=1e-4)
    assert (report["window"]["center"], report["window"]["width"], report["inverted"]) == (700, 1000, True)
    wanted = min(report["width"] / 80, report["height"] / 60)
    viewer.until("(v, mm) => Math.abs(v.zoom / v.place.spacing[1] - mm) < 0.02 * mm", now["cell"], wanted)
    for middle, value in ((DENSE, 1000), (LIGHT, 700)):
        beside = middle + 4 * unit[1]  # the lines of the crosshair
        x, y, _ = at(viewer, beside, now["cell"])
        assert page.evaluate(
            "([id, x, y]) => window.readingRoom.probe(id, x, y).modality", [report["id"], x, y]
        ) == value  # fmt: skip
        becomes(viewer, beside, now["cell"], 255 * (1 - (value - 200) / 1000))

    now = planes(slab)
    assert (now["slab"], now["oblique"]) == ({"mode": "max", "thickness": 30}, True)
    becomes(viewer, DENSE + np.array([3.0, 0.0, 3.0]), now["cell"], 255 * 0.8)
    # Of the other sphere the slab, from -1 to 29 mm, has what lies from 5 to 10 mm behind its middle.
    becomes(viewer, LIGHT + np.array([-3.0, 0.0, 2.0]), now["cell"], 255 * 0.5)

    now = planes(blend)
    viewer.until("v => v.over !== null", now["cell"])
    report = viewer.viewports()[now["cell"]]
    assert abs(report["over"]["opacity"] - 0.6) < 1e-6
    hot = HOT[round(0.9 * 255)]
    for middle, under, over in ((DENSE, 0.8, HOT[0]), ([-10, -30, 40], 0.0, hot)):
        becomes(viewer, middle, now["cell"], 0.4 * 255 * under + 0.6 * over)

    viewer.series(render.SeriesInstanceUID).click()
    expect(page.get_by_test_id("volumetric-lack")).to_have_text(
        ["It is seen along parallel rays, not in perspective."]
    )
    page.get_by_test_id("volumetric-open").click()
    cell = next(i for i, v in enumerate(viewer.viewports()) if v["active"])
    page.wait_for_function(
        "id => { const v = window.readingRoom.three(id); return v && v.drawn > 0 && !v.rough && v.eye; }",
        arg=f"viewport-{cell}", timeout=SLOW,
    )  # fmt: skip
    three = page.evaluate("id => window.readingRoom.three(id)", f"viewport-{cell}")
    assert three["preset"] == "own"
    eye = three["eye"]
    assert np.allclose([eye["right"], eye["up"], eye["towards"]], [[1, 0, 0], [0, 0, 1], [0, -1, 0]])
    assert np.allclose(eye["centre"], DENSE)
    box_of = viewer.box(cell)
    assert abs(eye["mm"] - max(80 / box_of["width"], 60 / box_of["height"])) < 0.05 * eye["mm"]

    def is_cut() -> None:
        picture = viewer.picture(cell).astype(int)
        middle = picture[picture.shape[0] // 2, picture.shape[1] // 2]
        assert middle[0] > max(100, middle[2] + 50), middle  # from the half of the palette on
        away = LIGHT - DENSE
        x, y = picture.shape[1] / 2 + away[0] / eye["mm"], picture.shape[0] / 2 - away[2] / eye["mm"]
        assert picture[round(y), round(x)].max() < 30  # cut away

    soon(is_cut)

    viewer.series(wrong.SeriesInstanceUID).click()
    expect(page.get_by_test_id("presentation-broken")).to_contain_text("MPR View Height Direction")
    opened(viewer, far)
    expect(page.get_by_test_id("volumetric-why")).to_contain_text("another frame of reference", timeout=SLOW)
