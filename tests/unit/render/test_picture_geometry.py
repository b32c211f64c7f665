"""Region, aspect, scale, flips, and the files a picture becomes."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from readingroom.errors import Invalid, Unsupported
from readingroom.model import Attribute, Attributes
from readingroom.pixels import Frame, PixelDescription
from readingroom.render import (
    Picture,
    Presentation,
    Region,
    encode_jpeg,
    encode_png,
    picture_size,
    render,
    spare_levels,
)

LITTLE = "1.2.840.10008.1.2.1"
RAMP = np.add.outer(np.arange(60) * 2, np.arange(100)).astype(np.uint8)


def described(rows: int = 60, columns: int = 100, **rest: object) -> PixelDescription:
    return PixelDescription(LITTLE, rows, columns, **rest)  # type: ignore[arg-type]


def picture(presentation: Presentation, attributes: Attributes | None = None) -> np.ndarray:
    return render(Frame(RAMP, "MONOCHROME2"), described(), attributes or {}, presentation).pixels


def spacing(tag: int, row: object, column: object) -> dict[int, Attribute]:
    return {tag: Attribute("DS", (str(row), str(column)))}


def test_as_stored() -> None:
    assert np.array_equal(picture(Presentation()), RAMP)


def test_region_and_flips() -> None:
    cut = picture(Presentation(region=Region(10, 20, 30, 40)))
    assert np.array_equal(cut, RAMP[20:60, 10:40])
    turned = picture(
        Presentation(region=Region(10, 20, 30, 40), is_flipped_horizontally=True, is_flipped_vertically=True)
    )
    assert np.array_equal(turned, RAMP[20:60, 10:40][::-1, ::-1])


@pytest.mark.parametrize(
    ("viewport", "size"),
    [((50, 50), (50, 30)), ((200, 30), (50, 30)), ((1000, 240), (400, 240)), ((1, 1), (1, 1))],
)
def test_a_viewport_is_filled_in_one_direction(viewport: tuple[int, int], size: tuple[int, int]) -> None:
    scaled = picture(Presentation(viewport=viewport))
    assert (scaled.shape[1], scaled.shape[0]) == size
    if min(size) > 10:
        assert abs(float(scaled.mean()) - float(RAMP.mean())) < 1


def test_shrinking_averages() -> None:
    checks = (np.indices((64, 64)).sum(0) % 2 * 255).astype(np.uint8)
    small = render(
        Frame(checks, "MONOCHROME2"), described(64, 64), {}, Presentation(viewport=(16, 16))
    ).pixels
    assert np.abs(small.astype(int) - 127).max() <= 16


@pytest.mark.ps("3.3 C.7.6.3.1.7")
@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({}, (100, 60)),
        (spacing(0x00280030, 2, 1), (100, 120)),
        (spacing(0x00280030, 1, 2), (200, 60)),
        (spacing(0x00181164, 0.3, 0.1), (100, 180)),
        (spacing(0x00280034, 2, 1), (100, 120)),
        ({**spacing(0x00280034, 2, 1), **spacing(0x00280030, 1, 1)}, (100, 60)),
        (spacing(0x00280030, 0, 1), (100, 60)),
        (spacing(0x00280030, -1, 1), (100, 60)),
        (spacing(0x00280030, 1e9, 1), (100, 60)),
        (spacing(0x00280030, "x", "y"), (100, 60)),
    ],
)
def test_pixels_of_the_picture_are_square(attributes: Attributes, size: tuple[int, int]) -> None:
    assert picture_size(described(), attributes, Presentation()) == size
    assert picture(Presentation(), attributes).shape == (size[1], size[0])
    assert picture(Presentation(keeps_aspect=False), attributes).shape == (60, 100)


def test_aspect_of_an_enhanced_object() -> None:
    shared = {0x00289110: Attribute("SQ", (spacing(0x00280030, 3, 1),))}
    attributes = {0x52009229: Attribute("SQ", (shared,))}
    assert picture(Presentation(), attributes).shape == (180, 100)


def test_impossible_demands_are_refused() -> None:
    for region in (Region(0, 0, 101, 60), Region(99, 0, 2, 1), Region(0, 60, 1, 1)):
        with pytest.raises(Invalid):
            picture(Presentation(region=region))
    for numbers in ((-1, 0, 5, 5), (0, 0, 0, 5), (0, 0, 5, -5)):
        with pytest.raises(Invalid):
            Region(*numbers)
    for viewport in ((0, 10), (10, -1), (32767, 32767)):
        with pytest.raises(Invalid):
            Presentation(viewport=viewport)
    wide = described(20000, 20000)
    with pytest.raises(Invalid):
        picture_size(wide, spacing(0x00280030, 1, 4), Presentation())


def test_spare_levels_keep_the_resolution_of_the_picture() -> None:
    mg = described(4664, 3064, bits_allocated=16, bits_stored=12, high_bit=11)
    assert spare_levels(mg, {}, Presentation()) == 0
    assert spare_levels(mg, {}, Presentation(viewport=(200, 200))) == 4
    assert spare_levels(mg, {}, Presentation(viewport=(200, 200), region=Region(0, 0, 300, 300))) == 0
    palette = described(4664, 3064, photometric_interpretation="PALETTE COLOR")
    assert spare_levels(palette, {}, Presentation(viewport=(200, 200))) == 0


def test_a_reduced_frame_shows_the_same_region() -> None:
    half = Frame(RAMP[::2, ::2], "MONOCHROME2")
    presentation = Presentation(region=Region(20, 10, 40, 40), viewport=(20, 20))
    small = render(half, described(), {}, presentation).pixels
    full = picture(presentation)
    assert small.shape == full.shape == (20, 20)
    assert np.abs(small.astype(int) - full).max() <= 3


@pytest.mark.parametrize("stored", [8, 10, 16])
def test_deep_colour_is_scaled_to_8_bits(stored: int) -> None:
    bits = 8 if stored == 8 else 16
    largest = (1 << stored) - 1
    d = described(
        1,
        2,
        samples_per_pixel=3,
        photometric_interpretation="RGB",
        bits_allocated=bits,
        bits_stored=stored,
        high_bit=stored - 1,
    )
    values = np.array([[[0, largest // 2, largest], [largest, 0, 0]]], d.cell)
    pixels = render(Frame(values, "RGB"), d, {}).pixels
    assert np.abs(pixels.astype(int) - [[[0, 127, 255], [255, 0, 0]]]).max() <= 1


def test_unknown_colour_is_unsupported_and_a_palette_without_tables_invalid() -> None:
    d = described(1, 1, samples_per_pixel=3, photometric_interpretation="CMYK")
    with pytest.raises(Unsupported):
        render(Frame(np.zeros((1, 1, 3), np.uint8), "CMYK"), d, {})
    d = described(1, 1, photometric_interpretation="PALETTE COLOR")
    with pytest.raises(Invalid):
        render(Frame(np.zeros((1, 1), np.uint8), "PALETTE COLOR"), d, {})


@pytest.mark.parametrize("shape", [(60, 100), (61, 33, 3)])
def test_pillow_reads_our_files(shape: tuple[int, ...]) -> None:
    smooth = np.add.outer(np.arange(shape[0]), np.arange(shape[1]))
    pixels = (np.stack([smooth, 255 - smooth, smooth // 2], -1) if len(shape) == 3 else smooth).astype(
        np.uint8
    )
    png = np.asarray(Image.open(BytesIO(encode_png(Picture(pixels, None)))))
    assert np.array_equal(png, pixels)
    good, bad = (encode_jpeg(Picture(pixels, None), quality) for quality in (95, 5))
    assert len(bad) < len(good)
    assert np.abs(np.asarray(Image.open(BytesIO(good))).astype(int) - pixels).max() <= 6
    assert encode_png(Picture(pixels[::-1], None)) != encode_png(Picture(pixels, None))


@pytest.mark.parametrize("quality", [0, 101, -5])
def test_impossible_quality_is_refused(quality: int) -> None:
    with pytest.raises(Invalid):
        encode_jpeg(Picture(RAMP, None), quality)
    with pytest.raises(Invalid):
        encode_jpeg(Picture(np.zeros((1, 65501), np.uint8), None))
