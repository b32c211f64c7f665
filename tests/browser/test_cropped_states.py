"""Volumetric presentation states that leave a part of their volumes, against the same rules in numpy."""

from __future__ import annotations

from typing import Any

import numpy as np
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from tests.kit.blending_states import item
from tests.kit.ports import wait_until
from tests.kit.server import RunningServer

from . import test_volumetric_states as volumetric
from .pages import SLOW, Viewer
from .test_blended_states import named
from .test_presentation_states import posted
from .test_volumetric_states import PIXEL, SIDE, SLICES, STEP, plane, volume

MINE = "2.25.61150614"
ORIGIN = np.array([-48.0, -48.0, 0.0])
SEGMENTS = {1: ((10, 30), (12, 40), (4, 20)), 2: ((20, 50), (25, 50), (8, 24))}
"""Columns, rows and slices of each, from and to (without); they overlap."""


def ramp() -> Dataset:
    """The volume of those tests with values that tell where they are: 200 + 6 column + 4 row + 3 slice."""
    k, j, i = np.mgrid[0:SLICES, 0:SIDE, 0:SIDE]
    ds = named(volume(1, {}), 1, "", "", MINE)
    ds.PixelData = (200 + 6 * i + 4 * j + 3 * k).astype("<i2").tobytes()
    return ds


def segmentation(source: Dataset) -> Dataset:
    frames, bits = [], []
    for number, ((x0, x1), (y0, y1), (z0, z1)) in SEGMENTS.items():
        for k in range(z0, z1):
            mask = np.zeros((SIDE, SIDE), np.uint8)
            mask[y0:y1, x0:x1] = 1
            bits.append(mask)
            position = item(ImagePositionPatient=[-48, -48, k * STEP])
            segment = item(ReferencedSegmentNumber=number)
            frames.append(
                item(
                    PlanePositionSequence=Sequence([position]),
                    SegmentIdentificationSequence=Sequence([segment]),
                )
            )
    described = [
        item(SegmentNumber=n, SegmentLabel=f"Segment {n}", SegmentAlgorithmType="MANUAL") for n in SEGMENTS
    ]
    ds = item(
        Rows=SIDE, Columns=SIDE, NumberOfFrames=len(frames), SamplesPerPixel=1,
        PhotometricInterpretation="MONOCHROME2", BitsAllocated=1, BitsStored=1, HighBit=0,
        PixelRepresentation=0, SegmentationType="BINARY", FrameOfReferenceUID=source.FrameOfReferenceUID,
        SegmentSequence=Sequence(described), PerFrameFunctionalGroupsSequence=Sequence(frames),
        SharedFunctionalGroupsSequence=source.SharedFunctionalGroupsSequence,
    )  # fmt: skip
    ds.add_new(0x7FE00010, "OB", np.packbits(np.stack(bits).ravel(), bitorder="little").tobytes())
    named(ds, 2, "SEGMENTS", "1.2.840.10008.5.1.4.1.1.66.4", MINE)
    ds.Modality = "SEG"
    return ds


def state(
    number: int, label: str, ds: Dataset, *rules: Dataset, each: tuple[int, ...] = (), **more: Any
) -> Dataset:
    """All rules but those of `each` are for all inputs."""
    made = volumetric.state(number, label, 6, [ds], PixelPresentation="MONOCHROME", **more)
    for at, rule in enumerate(rules, 1):
        rule.CroppingSpecificationNumber = at
    made.VolumeCroppingSequence = Sequence(rules)
    every = [at for at in range(1, len(rules) + 1) if at not in each]
    if every:
        made.GlobalCrop, made.GlobalCroppingSpecificationIndex = "YES", every
    if each:
        one = made.VolumetricPresentationStateInputSequence[0]
        one.Crop, one.CroppingSpecificationIndex = "YES", list(each)
    return named(made, number, label, str(made.SOPClassUID), MINE)


def segments(method: str, seg: Dataset, *numbers: int) -> Dataset:
    named_one = item(ReferencedSOPClassUID=seg.SOPClassUID, ReferencedSOPInstanceUID=seg.SOPInstanceUID)
    if numbers:
        named_one.ReferencedSegmentNumber = list(numbers)
    return item(VolumeCroppingMethod=method, ReferencedImageSequence=Sequence([named_one]))


def cut(normal: Any, through: Any, sign: float = 1) -> Dataset:
    """A plane whose normal points out of what stays; sign: how its equation is written."""
    unit = np.asarray(normal, float) / np.linalg.norm(normal)
    equation = sign * 3 * np.array([*unit, -unit @ through])
    return item(Plane=list(equation), PlaneNormal=list(unit))


def voxel(points: Any) -> Any:
    return (points - ORIGIN) / [PIXEL, PIXEL, STEP]


def values_at(points: Any) -> Any:
    """Of the ramp, which is linear; the rim of half a voxel is as its edge; NaN beside the volume."""
    at = voxel(points)
    inside = np.all((at >= -0.5) & (at <= np.array([SIDE, SIDE, SLICES]) - 0.5), axis=-1)
    clipped = np.clip(at, 0, np.array([SIDE, SIDE, SLICES]) - 1)
    return np.where(inside, np.rint(200 + clipped @ [6, 4, 3]), np.nan)


def in_segment(points: Any, number: int) -> Any:
    at = np.rint(voxel(points))
    sides = SEGMENTS[number]
    return np.all([(at[..., a] >= lo) & (at[..., a] < hi) for a, (lo, hi) in enumerate(sides)], axis=0)


PROBE = """([id, places]) => places.map(([x, y]) => {
  const p = window.readingRoom.probe(id, x, y);
  return p && [p.column, p.row, p.modality, p.grey];
})"""


class Shown:
    """A plane that a state opened: what each place on the screen says."""

    def __init__(self, viewer: Viewer, ds: Dataset, hangs: bool = False) -> None:
        if not hangs:
            volumetric.opened(viewer, ds)
        self.cell = volumetric.hung(viewer, ds)
        # As large as the state says, the last that happens.
        viewer.until(
            "(v, [width, height]) => v.active && !v.reduced && !v.awaited && v.place !== null && "
            "Math.abs(v.zoom / v.place.spacing[1] / Math.min(v.width / width, v.height / height) - 1) < 0.02",
            self.cell,
            [ds.MPRViewWidth, ds.MPRViewHeight],
        )
        self.viewer = viewer

    def points(self, count: int = 20) -> tuple[list[list[float]], Any, Any]:
        """Places on the screen, the patient points of the middles of their pixels, the normal."""
        report = self.viewer.viewports()[self.cell]
        lie = report["place"]
        xs, ys = np.meshgrid(
            np.linspace(0.12, 0.88, count) * report["width"],
            np.linspace(0.12, 0.88, count) * report["height"],
        )
        a, b, c, d, e, f = report["matrix"]
        column, row = np.linalg.solve([[a, c], [b, d]], np.stack([xs.ravel() - e, ys.ravel() - f]))
        on = np.stack([np.floor(column), np.floor(row)], axis=1)
        right, down = np.asarray(lie["orientation"][:3]), np.asarray(lie["orientation"][3:])
        steps = np.stack([right * lie["spacing"][1], down * lie["spacing"][0]])
        return (
            np.stack([xs.ravel(), ys.ravel()], axis=1).tolist(),
            np.asarray(lie["position"]) + on @ steps,
            np.cross(right, down),
        )

    def becomes_red(self, points: Any, but: Any = ()) -> None:
        """Points of the patient within 2 pixels of which the ink of the graphics is, and others."""

        def reds() -> bool:
            report = self.viewer.viewports()[self.cell]
            lie, picture = report["place"], self.viewer.picture(self.cell).astype(int)
            axes = np.reshape(lie["orientation"], (2, 3))
            a, b, c, d, e, f = report["matrix"]

            def is_red(point: Any) -> bool:
                column, row = axes @ (np.asarray(point) - lie["position"]) / lie["spacing"][::-1] + 0.5
                x, y = round(a * column + c * row + e), round(b * column + d * row + f)
                near = picture[max(y - 2, 0) : y + 3, max(x - 2, 0) : x + 3]
                return bool((near[..., 0] - near[..., 1:].max(axis=-1)).max() > 80)

            return all(map(is_red, points)) and not any(map(is_red, but))

        wait_until(reds, SLOW / 1000, "graphics are where they belong")

    def agrees(self, expected: Any) -> None:
        """expected: values at points with the normal of the plane, NaN where nothing is left."""
        places, points, normal = self.points()
        wanted = expected(points, normal)
        assert np.isfinite(wanted).sum() > 40
        assert np.isnan(wanted).sum() > 40

        said = self.viewer.page.evaluate(PROBE, [f"viewport-{self.cell}", places])
        got = np.array([np.nan if s is None else s[2] for s in said])
        same = (np.isnan(got) & np.isnan(wanted)) | (np.abs(got - wanted) <= 1)
        found = [(points[i].tolist(), got[i], wanted[i]) for i in np.flatnonzero(~same)]
        assert not found, (len(found), found[:5])


def drawn_on(ds: Dataset) -> Dataset:
    """With graphics in the patient, of which one is not near the plane z = 30, and a line on the view."""
    ds.GraphicLayerSequence = Sequence(
        [
            item(
                GraphicLayer="RED", GraphicLayerOrder=1,
                GraphicLayerRecommendedDisplayCIELabValue=[34880, 53477, 50170],
            )
        ]
    )  # fmt: skip

    def mark(kind: str, data: Any, clip: str, words: str = "") -> Dataset:
        made = item(
            GraphicType=kind, GraphicData=np.ravel(data).tolist(), GraphicLayer="RED", AnnotationClipping=clip
        )
        if words:
            made.TextObjectSequence = Sequence([item(UnformattedTextValue=words)])
        return made

    # A sphere of 10 mm, 6 mm beside the plane, which cuts a circle of 8 mm out of it.
    middle = np.array([-20, 0, 36])
    sphere = [middle + sign * 10 * np.eye(3)[a] for a in range(3) for sign in (-1, 1)]
    ds.VolumetricAnnotationSequence = Sequence(
        [
            mark("POLYLINE", [[-20, -30, 0], [-20, -30, 80]], "YES", "<b>Needle</b>"),
            mark("POLYLINE", [[10, -35, 60], [30, -35, 60]], "NO"),
            mark("POLYLINE", [[10, -25, 60], [30, -25, 60]], "YES"),
            mark("ELLIPSOID", sphere, "YES"),
        ]
    )
    line = item(
        GraphicAnnotationUnits="DISPLAY", GraphicDimensions=2, NumberOfGraphicPoints=2,
        GraphicData=[0.1, 0.9, 0.9, 0.9], GraphicType="POLYLINE", GraphicFilled="N",
    )  # fmt: skip
    ds.GraphicAnnotationSequence = Sequence(
        [item(GraphicLayer="RED", GraphicObjectSequence=Sequence([line]))]
    )
    return ds


def test_planes_are_cropped_as_states_say(page: Page, shelf: RunningServer) -> None:
    """A box with oblique planes, a segment in each layer of a slab, what lies beside segments, by value."""
    source = ramp()
    seg = segmentation(source)
    low, high = np.array([-30.3, -25.2, 12.4]), np.array([33.1, 28.7, 70.9])
    box = item(VolumeCroppingMethod="BOUNDING_BOX", BoundingBoxCrop=[high[0], *low[1:], low[0], *high[1:]])
    middle = np.array([2.0, 1.0, 42.0])
    faces = [([1.0, 0.7, 0.2], [14.0, 3.0, 45.0], 1.0), ([-0.4, 1.0, -0.9], [2.0, 12.0, 40.0], -1.0)]
    oblique = item(
        VolumeCroppingMethod="OBLIQUE_PLANES", ObliqueCroppingPlaneSequence=Sequence([cut(*f) for f in faces])
    )
    view = plane(middle, [1, 0.3, 0.2], np.cross([1, 0.3, 0.2], [0.2, -1, 0.4]), 90, 80)
    turned = state(11, "BOX AND PLANES", source, box, oblique, each=(2,), **view)
    slab = {"MPRSlabThickness": 12.0, "CompositingMethod": "MAXIMUM_IP"}
    view = plane([0, -8.0, 45], [1, 0, 0], [0, 0, -1], 90, 90, **slab)
    inside = state(12, "INSIDE", source, segments("INCLUDE_SEG", seg, 2), **view)
    view = plane([0, 0, 30], [1, 0, 0], [0, 1, 0], 90, 90)
    beside = state(13, "BESIDE", source, segments("EXCLUDE_SEG", seg), **view)
    beside = drawn_on(beside)
    gone = item(SOPClassUID=seg.SOPClassUID, SOPInstanceUID=UID(f"{MINE}.99.1"))
    lost = state(14, "LOST", source, segments("INCLUDE_SEG", gone), **view)
    across = item(Plane=[1.0, 0.0, 0.0, 5.0], PlaneNormal=[0.0, 1.0, 0.0])
    crossed = item(VolumeCroppingMethod="OBLIQUE_PLANES", ObliqueCroppingPlaneSequence=Sequence([across]))
    wrong = state(15, "WRONG", source, crossed, **view)
    for ds in (source, seg, turned, inside, beside, lost, wrong):
        posted(shelf, ds)
    viewer = Viewer(page, shelf.url)
    viewer.open_image(MINE)

    def by_faces(points: Any, normal: Any) -> Any:
        kept = np.all((points >= low - 1e-3) & (points <= high + 1e-3), axis=-1)
        for out, through, _ in faces:
            kept &= (points - through) @ out <= 0
        return np.where(kept, values_at(points), np.nan)

    def by_layers(points: Any, normal: Any) -> Any:
        best = np.full(len(points), -np.inf)
        for n in range(-4, 5):  # rows are 1.5 mm apart
            layer = points + normal * n * PIXEL
            found = np.where(in_segment(layer, 2), values_at(layer), -np.inf)
            best = np.maximum(best, np.where(np.isnan(found), -np.inf, found))
        return np.where(np.isinf(best), np.nan, best)

    def by_segments(points: Any, normal: Any) -> Any:
        return np.where(in_segment(points, 1) | in_segment(points, 2), np.nan, values_at(points))

    Shown(viewer, turned).agrees(by_faces)
    shown = Shown(viewer, inside)
    shown.agrees(by_layers)
    expect(page.get_by_role("region", name=f"Viewport {shown.cell + 1}")).to_contain_text("cropped")
    shown = Shown(viewer, beside)
    shown.agrees(by_segments)
    on_plane = [[-20, -30, 30], [20, -35, 30], [-12, 0, 30], [-20, 8, 30]]
    shown.becomes_red([*on_plane, [20, 36, 30]], but=[[20, -25, 30], [-20, 0, 30]])
    # On the next plane what was drawn on the view is not shown; what is in the patient is.
    box = viewer.box(shown.cell)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.8)
    page.mouse.wheel(0, 100)
    shown.becomes_red(on_plane[:2], but=[[20, 36, 30], [20, -25, 30]])
    page.mouse.wheel(0, -100)
    shown.becomes_red([*on_plane, [20, 36, 30]])
    # What was opened is there again after a reload.
    page.reload()
    Shown(viewer, beside, hangs=True).agrees(by_segments)

    volumetric.opened(viewer, lost)
    expect(page.get_by_test_id("volumetric-why")).to_contain_text("is not here", timeout=SLOW)
    viewer.series(wrong.SeriesInstanceUID).click()
    expect(page.get_by_test_id("presentation-broken")).to_contain_text("Plane Normal")
