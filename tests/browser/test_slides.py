"""Whole slides: tiles against pydicom and TRUTH.csv, channels, depth, annotations, and bad ones."""

from __future__ import annotations

import base64
import copy
from typing import Any

import highdicom as hd
import numpy as np
import pydicom
from highdicom.ann import AnnotationGroup, Measurements, MicroscopyBulkSimpleAnnotations
from playwright.sync_api import Page, expect
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.sr.codedict import codes
from pydicom.uid import UID, ExplicitVRLittleEndian

from tests.kit.ports import wait_until
from tests.kit.server import RunningServer
from tests.kit.shared_data import shared_data
from tests.kit.stow import store

from .pages import SLOW, Viewer, drawn, soon
from .test_truth_values import truth

FULL, SPARSE = "made/slide/level-0-full.dcm", "made/slide/level-0-sparse.dcm"
WSI = "1.2.840.10008.5.1.4.1.1.77.1.6"
Pixels = np.ndarray[Any, np.dtype[np.uint8]]


class Slide:
    """The slide in the first viewport."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.viewer = Viewer(page, url)
        self.facts = page.get_by_test_id("slide-facts")

    def open(self, study: str) -> None:
        """Open a study whose first series is a slide, and wait for all tiles of the first picture."""
        self.viewer.open(study)
        self.settled()

    def settled(self) -> None:
        """All tiles that are wanted are there."""
        expect(self.facts).to_have_attribute("data-pending", "0", timeout=SLOW)

    def choose(self, image: int) -> None:
        """Another image of the slide; the picture on the screen has come when its tiles have."""
        self.page.get_by_test_id("slide-image").nth(image).click()
        expect(self.page.get_by_test_id("slide-image").nth(image)).to_have_attribute("aria-pressed", "true")
        self.settled()

    def one_to_one(self) -> None:
        """A pixel of the largest level to a pixel of the screen."""
        self.viewer.press(".")
        self.page.wait_for_function(
            "() => document.querySelector('[data-testid=slide-facts]').dataset.matrix.startsWith('1 0 ')"
        )
        self.settled()

    def matrix(self) -> list[float]:
        """Slide to canvas, as setTransform takes it."""
        return [float(v) for v in str(self.facts.get_attribute("data-matrix")).split(" ")]

    def pixels(self) -> Pixels:
        """What is on the canvas of the slide: (rows, columns, 3)."""
        drawn(self.page)
        raw = self.page.evaluate(
            """() => {
                const canvas = document.querySelector('[data-testid=slide] canvas');
                const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                let text = '';
                for (let i = 0; i < data.length; i += 32768)
                    text += String.fromCharCode(...data.subarray(i, i + 32768));
                return [canvas.width, canvas.height, btoa(text)];
            }"""
        )
        flat = np.frombuffer(base64.b64decode(raw[2]), np.uint8)
        return flat.reshape(raw[1], raw[0], 4)[:, :, :3]

    def region(self, columns: int, rows: int) -> Pixels:
        """The slide as it is on the canvas at 1:1, from its first pixel on."""
        _, _, _, _, x, y = self.matrix()
        left, top = round(x), round(y)
        return self.pixels()[top : top + rows, left : left + columns]

    def becomes(self, wanted: Pixels) -> None:
        """Wait until the slide from its first pixel on is `wanted`, (rows, columns, 3)."""
        rows, columns = wanted.shape[:2]
        wait_until(
            lambda: np.array_equal(self.region(columns, rows), wanted), SLOW / 1000, "the slide as stored"
        )


def assembled(ds: Dataset) -> Pixels:
    """The matrix of a fully tiled image by pydicom and numpy."""
    frames = ds.pixel_array
    wide = -(-ds.TotalPixelMatrixColumns // ds.Columns)
    high = -(-ds.TotalPixelMatrixRows // ds.Rows)
    whole = frames.reshape(high, wide, ds.Rows, ds.Columns, -1).swapaxes(1, 2)
    whole = whole.reshape(high * ds.Rows, wide * ds.Columns, -1)
    return np.asarray(whole[: ds.TotalPixelMatrixRows, : ds.TotalPixelMatrixColumns])


def test_a_slide_is_drawn_tile_by_tile(shelf: RunningServer, page: Page) -> None:
    """Colours of TRUTH.csv, every pixel of pydicom at 1:1, the sparse image with its gaps, levels by zoom."""
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/frames/" in r.url else None)
    slide = Slide(page, shelf.url)
    full = pydicom.dcmread(shared_data() / FULL)
    slide.open(full.StudyInstanceUID)
    size, _, spacing = truth(FULL, "total matrix")
    expect(page.get_by_test_id("slide-level")).to_contain_text(f"level 1 of 3: {size} × {size}")
    slide.one_to_one()
    slide.becomes(assembled(full))
    shown = slide.region(size, size)
    for row, column, colour in truth(FULL, "tile row"):
        assert shown[row * 64, column * 64].tolist() == colour
    # 100 screen pixels are 50 µm at 0.5 µm a pixel.
    expect(page.get_by_test_id("slide-scale")).to_have_text("50 µm")
    bar = page.get_by_test_id("slide-scale").bounding_box()
    assert bar is not None
    assert abs(bar["width"] * spacing * 1000 - 50) < 0.5
    # A quarter turn: the same pixels, turned.
    slide.viewer.press("]")
    page.wait_for_function(
        "() => document.querySelector('[data-testid=slide-facts]').dataset.matrix.startsWith('0 1 ')"
    )
    a, b, c, d, x, y = slide.matrix()
    assert (a, b, c, d) == (0, 1, -1, 0)

    def is_turned() -> None:
        turned = slide.pixels()[round(y) : round(y) + size, round(x) - size : round(x)]
        np.testing.assert_array_equal(turned, np.rot90(assembled(full), -1))

    soon(is_turned)
    slide.viewer.press("[")
    # Small: the coarsest level alone is enough, and nothing of the finest is asked for again.
    before = len(asked)
    for _ in range(9):
        slide.viewer.press("-")
    expect(page.get_by_test_id("slide-level")).to_contain_text("level 3 of 3: 128 × 128", timeout=SLOW)
    slide.settled()
    assert not [u for u in asked[before:] if full.SOPInstanceUID in u]
    # The wheel zooms where the pointer is.
    box = page.get_by_test_id("slide").bounding_box()
    assert box is not None
    matrix = slide.matrix()
    at = [round(200 * matrix[0] + matrix[4]), round(150 * matrix[3] + matrix[5])]

    def under() -> tuple[float, float]:
        m = slide.matrix()
        return (at[0] - m[4]) / m[0], (at[1] - m[5]) / m[3]

    place = under()
    page.mouse.move(box["x"] + at[0], box["y"] + at[1])
    page.mouse.wheel(0, -200)
    page.wait_for_function(
        "old => !document.querySelector('[data-testid=slide-facts]').dataset.matrix.startsWith(old)",
        arg=f"{matrix[0]} ",
    )
    soon(lambda: np.testing.assert_allclose(under(), place, atol=0.5))
    # The sparse image: white where a tile is missing.
    slide.choose(1)
    slide.one_to_one()
    expected = assembled(full).copy()
    for row, column in truth(SPARSE, "missing tiles"):
        expected[row * 64 : row * 64 + 64, column * 64 : column * 64 + 64] = 255
    slide.becomes(expected)


def palette(red: int, green: int, blue: int) -> Dataset:
    """A ramp from black to a colour as a palette of 256 entries."""
    ds = Dataset()
    for channel, most in (("Red", red), ("Green", green), ("Blue", blue)):
        setattr(ds, f"{channel}PaletteColorLookupTableDescriptor", [256, 0, 16])
        entries = (np.arange(256) * most // 255 * 257).astype("<u2")
        setattr(ds, f"{channel}PaletteColorLookupTableData", entries.tobytes())
    return ds


def instance(study: str, number: int, size: tuple[int, int], pixels: Pixels, **more: Any) -> Dataset:
    """A valid enough slide image; pixels: uint8 (frames, rows, columns) or (frames, rows, columns, 3)."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UID(WSI)
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.1.{number}")
    ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.InstanceNumber = study, f"{study}.1", number
    ds.PatientID, ds.PatientName, ds.Modality, ds.SeriesNumber = "SLIDES", "Slides^Made", "SM", 1
    ds.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    ds.DimensionOrganizationType = "TILED_FULL"
    ds.TotalPixelMatrixColumns, ds.TotalPixelMatrixRows = size
    colour = pixels.ndim == 4
    ds.SamplesPerPixel, ds.PhotometricInterpretation = (3, "RGB") if colour else (1, "MONOCHROME2")
    if colour:
        ds.PlanarConfiguration = 0
    ds.Rows, ds.Columns, ds.NumberOfFrames = pixels.shape[1], pixels.shape[2], len(pixels)
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.PixelData = pixels.tobytes()
    for keyword, value in more.items():
        setattr(ds, keyword, value)
    return ds


def path(identifier: str, description: str, colours: Dataset) -> Dataset:
    """An optical path with a palette."""
    ds = Dataset()
    ds.OpticalPathIdentifier, ds.OpticalPathDescription = identifier, description
    ds.PaletteColorLookupTableSequence = Sequence([colours])
    return ds


def test_channels_depth_and_what_contradicts_itself(shelf: RunningServer, page: Page) -> None:
    """Channels added up by their palettes, focal planes, a concatenation; bad levels told in place."""
    study = "2.25.81220061"
    rng = np.random.default_rng(6)
    # Path, plane, row, column of tiles: 96 x 64 pixels.
    frames = rng.integers(0, 256, (2, 2, 2, 3, 32, 32), np.uint8)
    flat = frames.reshape(-1, 32, 32)
    colours = [palette(255, 0, 40), palette(0, 200, 255)]
    more = {
        "OpticalPathSequence": Sequence(
            [path("1", "DAPI", colours[0]), path("2", "<b>FITC</b>", colours[1])]
        ),
        "TotalPixelMatrixFocalPlanes": 2,
        "NumberOfOpticalPaths": 2,
    }
    parts = [
        instance(
            study,
            n + 1,
            (96, 64),
            flat[12 * n : 12 * n + 12],
            ConcatenationUID=f"{study}.9",
            ConcatenationFrameOffsetNumber=12 * n,
            **more,
        )
        for n in range(2)
    ]
    label = instance(study, 3, (32, 20), np.full((1, 20, 32, 3), (9, 99, 199), np.uint8))
    label.ImageType = ["ORIGINAL", "PRIMARY", "LABEL", "NONE"]
    crooked = instance(study, 4, (40, 64), flat[:4])
    unsized = instance(study, 5, (32, 32), flat[:1])
    unsized.NumberOfFrames = 1
    unsized.TotalPixelMatrixColumns = 0
    store(shelf, [*parts, label, crooked, unsized])
    slide = Slide(page, shelf.url)
    slide.open(study)
    expect(page.get_by_test_id("slide-note")).to_have_count(2)
    notes = " ".join(page.get_by_test_id("slide-note").all_inner_texts())
    assert "Image 5 does not say how large the slide is." in notes
    assert "An image of 40 × 64 has another shape than the largest: it is left out." in notes
    slide.one_to_one()

    def channel(which: int, plane: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        values = frames[which, plane].swapaxes(1, 2).reshape(64, 96)
        tables = [
            np.frombuffer(getattr(colours[which], f"{c}PaletteColorLookupTableData"), "<u2") >> 8
            for c in ("Red", "Green", "Blue")
        ]
        return np.stack([table[values] for table in tables], -1).astype(int)

    both = np.minimum(channel(0, 0) + channel(1, 0), 255)
    slide.becomes(both.astype(np.uint8))
    expect(page.get_by_test_id("slide-aside")).to_contain_text("<b>FITC</b>")
    page.get_by_test_id("slide-path").nth(0).uncheck()
    page.get_by_test_id("slide").focus()
    page.keyboard.press("PageUp")
    expect(page.get_by_test_id("slide-plane")).to_have_value("2")
    expect(slide.facts).to_have_attribute("data-plane", "2")
    slide.settled()
    slide.becomes(channel(1, 1).astype(np.uint8))
    page.locator('[data-testid="slide-image"][data-part="LABEL"]').click()
    expect(page.get_by_test_id("slide-level")).to_contain_text("32 × 20")
    slide.one_to_one()
    slide.becomes(np.full((20, 32, 3), (9, 99, 199), np.uint8))


def test_annotations_lie_over_their_slide(shelf: RunningServer, page: Page) -> None:
    """Groups by highdicom: counts, measurements, pixels, 100 000 points; hung alone; broken ones."""
    study = "2.25.81220062"
    base = pydicom.dcmread(shared_data() / FULL)
    base.StudyInstanceUID, base.SeriesInstanceUID = UID(study), UID(f"{study}.1")
    base.SOPInstanceUID = base.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.1.1")
    rng = np.random.default_rng(7)
    many = rng.uniform(0, 500, (100_000, 2)).astype(np.float32)
    many[:, 1] = many[:, 1] / 5  # the upper hundred rows
    square = np.array([[200, 300], [240, 300], [240, 340], [200, 340]], np.float32)
    kind: dict[str, Any] = {
        "annotated_property_category": codes.SCT.AnatomicalStructure,
        "annotated_property_type": codes.SCT.Cell,
        "algorithm_type": "MANUAL",
    }
    areas = Measurements(codes.SCT.Area, np.array([1600.0, 400.0], np.float32), codes.UCUM.SquareMicrometer)
    groups = [
        AnnotationGroup(
            number=1, uid=hd.UID(), label="points", graphic_type="POINT",
            graphic_data=list(many[:, None]), **kind,
        ),
        AnnotationGroup(
            number=2, uid=hd.UID(), label="outlines", graphic_type="POLYGON",
            graphic_data=[square, square / 2 + 200], measurements=[areas], **kind,
        ),
    ]  # fmt: skip
    made = MicroscopyBulkSimpleAnnotations(
        source_images=[base],
        annotation_coordinate_type="2D",
        annotation_groups=groups,
        series_instance_uid=f"{study}.2",
        series_number=2,
        sop_instance_uid=f"{study}.2.1",
        instance_number=1,
        manufacturer="m",
        manufacturer_model_name="m",
        software_versions="1",
        device_serial_number="1",
    )
    broken = copy.deepcopy(made)
    broken.SOPInstanceUID = broken.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.3.1")
    broken.SeriesInstanceUID, broken.SeriesNumber = UID(f"{study}.3"), 3
    broken.AnnotationGroupSequence[1].LongPrimitivePointIndexList = np.array([1, 9999], "<u4").tobytes()
    broken.AnnotationGroupSequence[0].GraphicType = "SPIRAL"
    lost = copy.deepcopy(made)
    lost.SOPInstanceUID = lost.file_meta.MediaStorageSOPInstanceUID = UID(f"{study}.4.1")
    lost.SeriesInstanceUID, lost.SeriesNumber = UID(f"{study}.4"), 4
    lost.ReferencedImageSequence[0].ReferencedSOPInstanceUID = "2.25.404"
    lost.ReferencedSeriesSequence[0].SeriesInstanceUID = "2.25.405"
    lost.ReferencedSeriesSequence[0].ReferencedInstanceSequence[0].ReferencedSOPInstanceUID = "2.25.404"
    store(shelf, [base, made, broken, lost])
    slide = Slide(page, shelf.url)
    slide.open(study)
    counts = page.get_by_test_id("slide-group-count")
    # Two groups of the good object, none of the broken one.
    expect(counts).to_have_count(2, timeout=SLOW)
    assert [int("".join(c for c in n if c.isdigit())) for n in counts.all_inner_texts()] == [100_000, 2]
    expect(page.get_by_test_id("slide-group-measure")).to_contain_text("mean 1000, 400 to 1600 um2")
    notes = page.get_by_test_id("slide-note")
    expect(notes).to_have_count(2)
    assert "points: its shapes are of no known kind." in notes.all_inner_texts()
    assert "outlines: its list of shapes contradicts its points." in notes.all_inner_texts()
    slide.one_to_one()

    def are_drawn() -> None:
        shown = slide.region(512, 512).astype(int)
        outline = (0x6F, 0xD3, 0xE6)
        for x, y in ((220, 300), (240, 320), (220, 340), (200, 320), (310, 350)):
            near = shown[y - 1 : y + 1, x - 1 : x + 1].reshape(-1, 3)
            assert (abs(near - outline).sum(1) < 150).any(), (x, y, near.tolist())
        warm = (abs(shown[:95, :480] - (0xF0, 0xC3, 0x6A)).sum(-1) < 12).mean()
        assert warm > 0.9  # 100 000 points of 5 x 5 pixels leave no gaps
        assert (abs(shown[120:290] - (0xF0, 0xC3, 0x6A)).sum(-1) < 12).mean() < 0.01

    soon(are_drawn)
    page.get_by_test_id("slide-group-shown").nth(0).uncheck()
    slide.becomes(assembled(base)[:100, :512])
    # Hung by themselves they open their slide; without it they say so.
    slide.viewer.series(f"{study}.2").click()
    expect(page.get_by_test_id("kind-annotations").get_by_test_id("slide-group-count")).to_have_count(
        2, timeout=SLOW
    )
    slide.viewer.series(f"{study}.4").click()
    expect(page.get_by_test_id("kind-fault")).to_contain_text("The slide of these annotations is not here.")
