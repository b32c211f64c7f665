"""Every pixel format in every transfer syntax of ../shared/data, on one page: values equal pydicom's.

One object of each combination of transfer syntax, photometric interpretation, bits, sign and planes, all
encapsulations (fragments, offset tables), and what no file has, made from them. The first and the last frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.pixels.processing import apply_color_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import generate_uid

from tests.kit.server import RunningServer, command_line, running_server
from tests.kit.shared_data import shared_data

from .pages import Viewer
from .samples import truth as first_frame
from .test_pixel_values import linear

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
"""pydicom's, about what is odd in real files."""

Pixels = NDArray[Any]
STUDY = "2.25.31415926535"
FOLDERS = ("pixel-formats", "transfer-syntaxes", "objects", "made/secondary", "made/visible", "made/eye")
LARGEST = 2_400_000
"""Bytes of a file; larger ones show no other format."""
LOSSY = {f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 53, 55, 91, 203)}
BY_OTHERS = {f"1.2.840.10008.1.2.4.{n}" for n in (51, 53, 55, 57, 70, 201, 203)}


@dataclass
class Case:
    """An object as a series of its own, and what must be seen."""

    name: str
    series: str
    frames: dict[int, Pixels]
    """First and last frame of the stack, from 1, to stored values, or RGB as 8 bits."""
    tolerance: int
    size: tuple[int, int]
    """Rows, columns."""
    inverse: bool
    plain: bool
    """Greys follow from the window alone: no padding, no palette."""


def header(path: Path) -> Dataset | None:
    """Of an image that the viewer draws as a stack, else None."""
    if path.stat().st_size > LARGEST or path.suffix in (".plain", ".csv", ".md"):
        return None
    ds = pydicom.dcmread(path, defer_size=4096, force=True)
    drawn = ds.get("Rows") and "PixelData" in ds and ds.get("Modality") != "SEG"
    return ds if drawn and "TransferSyntaxUID" in ds.file_meta else None


def chosen(data: Path) -> Iterator[Path]:
    """The first file of each format, and all encapsulations."""
    seen: set[tuple[Any, ...]] = set()
    for folder in FOLDERS:
        for path in sorted(p for p in (data / folder).rglob("*") if p.is_file()):
            ds = header(path)
            if ds is None:
                continue
            words = "PhotometricInterpretation BitsAllocated BitsStored HighBit PixelRepresentation"
            planar = ds.get("PlanarConfiguration", 0) or 0
            key = (ds.file_meta.TransferSyntaxUID, planar, *(ds.get(word) for word in words.split()))
            if key not in seen or path.parent.name == "encapsulated":
                seen.add(key)
                yield path


def extended_table(ds: Dataset) -> None:
    """Extended Offset Table instead of a basic one (PS3.5 A.4)."""
    frames = list(generate_frames(ds.PixelData, number_of_frames=int(ds.NumberOfFrames)))
    ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(frames)


def in_fragments(ds: Dataset) -> None:
    """Each frame in three fragments, with a basic offset table."""
    frames = list(generate_frames(ds.PixelData, number_of_frames=int(ds.NumberOfFrames)))
    ds.PixelData = encapsulate(frames, fragments_per_frame=3, has_bot=True)


def high_bit_15(ds: Dataset) -> None:
    """12 bits in the upper end of 16 (PS3.5 8.1.1), an overlay's litter below."""
    values = np.frombuffer(ds.PixelData, "<u2") & 0x0FFF
    ds.PixelData = ((values << 4) | (values & 0x000F)).astype("<u2").tobytes()
    ds.HighBit = 15


def planes(ds: Dataset) -> None:
    """Planar Configuration 1 with 16 bits."""
    values = np.frombuffer(ds.PixelData, "<u2").reshape(-1, 3)
    ds.PixelData = values.T.astype("<u2").tobytes()
    ds.PlanarConfiguration = 1


def signed_bytes(ds: Dataset) -> None:
    """8 bits, signed."""
    ds.PixelRepresentation = 1


WHOLE = "transfer-syntaxes/encapsulated/CT0012.not_fragmented_bot"
MADE: dict[str, tuple[str, Callable[[Dataset], None]]] = {
    "extended offset table": (f"{WHOLE}_jpeg_ls.80.dcm", extended_table),
    "extended offset table, RLE": (f"{WHOLE}_rle.dcm", extended_table),
    "three fragments a frame": (f"{WHOLE}_jpeg_ls.80.dcm", in_fragments),
    "high bit 15, 12 bits stored": ("objects/enhanced-mr/emri_small.dcm", high_bit_15),
    "16 bit RGB by plane": ("pixel-formats/color/SC_rgb_16bit.dcm", planes),
    "8 bit signed": ("pixel-formats/8bit/gdcm-CT-MONO2-8-abdo.dcm", signed_bytes),
}  # fmt: skip


def stored(path: Path, ds: Dataset) -> dict[int, Pixels]:
    """What pydicom (dcmtk and OpenJPEG for what it cannot read) makes of the first and the last frame."""
    count = int(ds.get("NumberOfFrames") or 1)
    if str(ds.file_meta.TransferSyntaxUID) in BY_OTHERS:
        values = first_frame(path)
        if count > 1:
            values = pydicom.dcmread(path.with_suffix(".plain")).pixel_array
    else:
        values = pixel_array(pydicom.dcmread(path))
    frames = values if count > 1 else values[None]
    ends = in_order(ds, count)
    return {frame: as_seen(frames[frame - 1], ds) for frame in (ends[0], ends[-1])}


def in_order(ds: Dataset, count: int) -> list[int]:
    """Frames as they are scrolled: by their Dimension Index Values (PS3.3 C.7.6.17), else as stored."""
    groups = ds.get("PerFrameFunctionalGroupsSequence", [])
    contents = [g.get("FrameContentSequence", [Dataset()])[0] for g in groups]
    indices = [c.get("DimensionIndexValues") for c in contents]
    if len(indices) != count or None in indices:
        return list(range(1, count + 1))
    return sorted(range(1, count + 1), key=lambda n: tuple(np.atleast_1d(indices[n - 1])))


def as_seen(values: Pixels, ds: Dataset) -> Pixels:
    """Colour as 8 bits, its highest."""
    if ds.PhotometricInterpretation == "PALETTE COLOR":
        coloured = apply_color_lut(values, ds)
        deep = int(ds.RedPaletteColorLookupTableDescriptor[2]) > 8
        return (coloured >> 8 if deep else coloured).astype(np.uint8)
    if values.ndim == 3:
        return (values >> (ds.BitsStored - 8) if ds.BitsStored > 8 else values).astype(np.uint8)
    return values


def adopt(path: Path, name: str, number: int, out: Path, change: Callable[[Dataset], None] | None) -> Case:
    """A copy as one series of the common study."""
    ds = pydicom.dcmread(path, force=True)
    if change:
        change(ds)
    ds.StudyInstanceUID, ds.PatientID, ds.PatientName = STUDY, "FORMATS", "FORMATS^ALL"
    ds.SeriesInstanceUID = generate_uid(entropy_srcs=["formats", name])
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["object", name])
    ds.SeriesNumber, ds.Modality, ds.StudyDate = number, ds.get("Modality") or "OT", "20200101"
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.save_as(out, enforce_file_format=True)
    syntax = str(ds.file_meta.TransferSyntaxUID)
    colour = ds.SamplesPerPixel == 3
    # Inverse DCT, wavelet and colours are not defined bit for bit, nor how chroma is spread over pixels.
    converted = int(ds.PhotometricInterpretation.startswith("YBR"))
    tolerance = (3 if colour else 1) if syntax in LOSSY else converted
    return Case(
        name,
        str(ds.SeriesInstanceUID),
        # pydicom cuts off the bits above Bits Stored wherever High Bit is.
        stored(path if change is high_bit_15 else out, ds),
        tolerance,
        (int(ds.Rows), int(ds.Columns)),
        ds.PhotometricInterpretation == "MONOCHROME1",
        "PixelPaddingValue" not in ds,
    )


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    """All objects, written into one folder."""
    data, folder = shared_data(), tmp_path_factory.mktemp("formats")
    wanted: list[tuple[Path, str, Callable[[Dataset], None] | None]] = [
        (path, str(path.relative_to(data)), None) for path in chosen(data)
    ]
    wanted += [(data / name, what, change) for what, (name, change) in MADE.items()]
    return [
        adopt(path, name, n, folder / f"{n:03}.dcm", change)
        for n, (path, name, change) in enumerate(wanted, 1)
    ]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cases: list[Case]) -> Iterator[RunningServer]:
    """A server with nothing else."""
    folder = tmp_path_factory.mktemp("formats-server")
    made = next(tmp_path_factory.getbasetemp().glob("formats0"))
    command_line(folder / "data", "import", str(made), timeout=240.0)
    with running_server(folder, "--accept-any-ae", "--no-login") as running:
        yield running


LOOK = """async (wanted) => {
  const report = () => window.readingRoom.viewports()[0];
  const until = async (fact) => {
    for (const end = Date.now() + 60000; !fact(); ) {
      if (Date.now() > end) return;
      await new Promise(requestAnimationFrame);
    }
  };
  const press = (key) => window.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
  const found = {};
  for (const { name, series, points } of wanted) {
    const told = (found[name] = []);
    document.querySelector(`[data-series-uid="${series}"]`).click();
    const hung = () => report().seriesInstanceUID === series;
    const came = (image) => hung() && (report().error || report().image === image);
    await until(() => came(1));
    for (const image of new Set([1, report().images])) {
      if (image > 1) press('End');
      await until(() => came(image) && (report().error || !report().reduced));
      press('.');
      await until(() => report().error || Math.abs(report().zoom - 1) < 1e-6);
      const { id, matrix, error, frame, window: wears } = report();
      const [a, b, c, d, e, f] = matrix;
      const place = ([x, y]) => [a * (x + 0.5) + c * (y + 0.5) + e, b * (x + 0.5) + d * (y + 0.5) + f];
      const look = (point) => window.readingRoom.probe(id, ...place(point));
      const square = Math.abs(a) === Math.abs(d);
      told.push({ frame, error, wears, square, points: error ? [] : points.map(look) });
    }
  }
  return found;
}"""


def lattice(rows: int, columns: int) -> list[list[int]]:
    """(column, row) over that part of an image that is seen at one to one."""
    high, wide = min(rows, 760), min(columns, 1120)
    top, left = (rows - high) // 2, (columns - wide) // 2
    steps = [(x, y) for x in range(7) for y in range(7)]
    return [[left + int(wide * (x + 0.5) / 7), top + int(high * (y + 0.5) / 7)] for x, y in steps]


@pytest.mark.row("VIEW-DISP-01")
@pytest.mark.ps("3.5 8.2")
def test_every_format_of_every_transfer_syntax(page: Page, server: RunningServer, cases: list[Case]) -> None:
    """Stored values as probed, greys and colours as painted, of the first and the last image of each."""
    viewer = Viewer(page, server.url)
    viewer.open(STUDY)
    viewer.command("smooth pixels")
    wanted = [{"name": c.name, "series": c.series, "points": lattice(*c.size)} for c in cases]
    found = page.evaluate(LOOK, wanted)
    wrong = [words for case in cases for words in differences(case, found[case.name])]
    assert not wrong, "\n".join(wrong)


def differences(case: Case, told: list[dict[str, Any]]) -> Iterator[str]:
    """What is not as it should be, a line for each frame."""
    if {look["frame"] for look in told} != set(case.frames):
        yield f"{case.name}: {[(look['frame'], look['error']) for look in told]}"
        return
    for look in told:
        values, far, painted, seen = case.frames[look["frame"]], 0.0, 0.0, 0
        for (column, row), probe in zip(lattice(*case.size), look["points"], strict=True):
            if probe is None or [probe["column"], probe["row"]] != [column, row]:
                continue
            seen += 1
            far = max(far, beside(probe["stored"], values[row, column]))
            if values.ndim == 3:
                painted = max(painted, beside(probe["grey"], values[row, column]))
            elif case.plain and look["square"] and look["wears"]["function"] == "LINEAR":
                grey = linear(probe["modality"], look["wears"]["center"], look["wears"]["width"])
                painted = max(painted, beside(probe["grey"], 255 - grey if case.inverse else grey) - 0.5)
        if far > case.tolerance or painted > case.tolerance + 1e-6 or seen < 40:
            yield f"{case.name}, frame {look['frame']}: {far} beside, {painted} on the canvas, {seen} points"


def beside(one: Any, other: Any) -> float:
    """The largest difference of two values or colours."""
    return float(np.abs(np.asarray(one, float) - np.asarray(other, float)).max())
