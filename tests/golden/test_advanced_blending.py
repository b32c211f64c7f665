"""Advanced blending states beside the formulas of PS3.4 N.2.6; some of the states are made by highdicom."""

from __future__ import annotations

from collections.abc import Callable

import highdicom as hd
import numpy as np
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from readingroom.errors import Invalid, NotFound, Unsupported
from readingroom.model import Attributes
from readingroom.pixels import Array
from readingroom.render import ImageReference, Presentation, Shown, read_state, render
from tests.kit.blending_states import HOT, SIDE, image, item, palette, state, step
from tests.kit.images import attributes_of
from tests.kit.states import ReadSource

ROWS, COLUMNS = np.mgrid[0:SIDE, 0:SIDE].astype(float)


class Stack(ReadSource):
    """Images that know each other."""

    def __init__(self, ds: Dataset, others: list[Dataset]) -> None:
        super().__init__(ds)
        self.others = {str(one.SOPInstanceUID): one for one in others}

    def series(self, study_instance_uid: str, series_instance_uid: str) -> tuple[ImageReference, ...]:
        found = [one for one in self.others.values() if one.SeriesInstanceUID == series_instance_uid]
        return tuple(ImageReference(one.SOPClassUID, str(one.SOPInstanceUID), (1,)) for one in found)

    def attributes_of(self, reference: ImageReference) -> Attributes | None:
        other = self.others.get(reference.sop_instance_uid)
        return None if other is None else attributes_of(other)

    def image(self, reference: ImageReference, frame_number: int) -> Shown | None:
        other = self.others.get(reference.sop_instance_uid)
        if other is None:
            return None
        source = ReadSource(other)
        return Shown(source.decoded(1), source.description, attributes_of(other), frame_number)


def shown(made: Dataset, images: list[Dataset], others: list[Dataset] | None = None) -> Array:
    source = Stack(images[0], images if others is None else others)
    presentation = Presentation(state=read_state(attributes_of(made)), keeps_aspect=False)
    attributes = source.whole_attributes()
    return render(source.decoded(1), source.description, attributes, presentation, 1, source).pixels.astype(
        int
    )


def grey(values: Array) -> Array:
    """Through the window, R = G = B."""
    return np.repeat(np.clip(np.rint(values) / 1000, 0, 1)[..., None] * 255, 3, axis=2)


def hot(values: Array) -> Array:
    return HOT[np.rint(np.clip(np.rint(values) / 1000, 0, 1) * 255).astype(int)].astype(float)


def close(made: Array, wanted: Array) -> None:
    assert made.shape == wanted.shape
    assert np.abs(made - wanted).max() <= 1


ACROSS, DOWN, BOTH = 15 * COLUMNS, 15 * ROWS, 7 * ROWS + 8 * COLUMNS


@pytest.mark.ps("3.4 N.2.6")
def test_foreground_and_equal() -> None:
    images = [image(ACROSS, 1), image(DOWN, 2), image(BOTH, 3)]
    palettes = {"PaletteColorLookupTableSequence": {2: palette()}}
    made = shown(state(images, [step("FOREGROUND", 2, 1, RelativeOpacity=0.3)], **palettes), images)
    close(made, 0.3 * hot(DOWN) + 0.7 * grey(ACROSS))
    made = shown(state(images, [step("EQUAL", 1, 2, 3)], **palettes), images)
    close(made, (grey(ACROSS) + hot(DOWN) + grey(BOTH)) / 3)
    two = [
        step("EQUAL", 4, 3),
        step("FOREGROUND", 1, 2, RelativeOpacity=0.25, BlendingInputNumber=4),
    ]
    close(
        shown(state(images, two, **palettes), images),
        (0.25 * grey(ACROSS) + 0.75 * hot(DOWN) + grey(BOTH)) / 2,
    )
    close(shown(state(images, [step("EQUAL", 2)], **palettes), images), hot(DOWN))


@pytest.mark.ps("3.4 N.2.6")
@pytest.mark.parametrize(
    ("kind", "values", "holds"),
    [
        ("GREATER_OR_EQUAL", [450], lambda v: v >= 450),
        ("GREATER_THAN", [450], lambda v: v > 450),
        ("LESS_OR_EQUAL", [450], lambda v: v <= 450),
        ("LESS_THAN", [450], lambda v: v < 450),
        ("RANGE_INCL", [300, 600], lambda v: (v >= 300) & (v <= 600)),
    ],
)
def test_thresholds_and_padding(kind: str, values: list[float], holds: Callable[[Array], Array]) -> None:
    """What is not visible weighs nothing; where nothing is, the picture is black."""
    images = [image(ACROSS, 1), image(DOWN, 2)]
    images[0].PixelPaddingValue, images[0].PixelPaddingRangeLimit = 0, 150
    for keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit"):
        images[0][keyword].VR = "US"
    limits = Sequence([item(ThresholdValue=float(value)) for value in values])
    threshold = {
        "ThresholdSequence": {2: Sequence([item(ThresholdType=kind, ThresholdValueSequence=limits)])}
    }
    first, second = (ACROSS > 150)[..., None], holds(DOWN)[..., None]
    for steps, share in (
        ([step("EQUAL", 1, 2)], 0.5),
        ([step("FOREGROUND", 1, 2, RelativeOpacity=0.8)], 0.8),
    ):
        wanted = np.select(
            [first & second, first, second],
            [share * grey(ACROSS) + (1 - share) * grey(DOWN), grey(ACROSS), grey(DOWN)],
            0.0,
        )
        close(shown(state(images, steps, **threshold), images), wanted)


@pytest.mark.ps("3.4 N.2.6")
def test_another_geometry_and_its_edge() -> None:
    """Half the resolution, two thirds of the plane: bilinear where it is, the other input alone where not."""
    small = 40
    rows, columns = np.mgrid[0:small, 0:small].astype(float)
    offset = 10  # pixels of the first image
    images = [image(ACROSS, 1, 1.8), image(20 * (rows + columns), 2, 3.6, (offset * 1.8, offset * 1.8, 0))]
    made = shown(state(images, [step("FOREGROUND", 2, 1, RelativeOpacity=0.5)]), images)
    y, x = (ROWS - offset) / 2, (COLUMNS - offset) / 2
    is_inside = ((y >= -0.5) & (x >= -0.5) & (y <= small - 0.5) & (x <= small - 0.5))[..., None]
    share = np.clip(20 * (np.clip(y, 0, small - 1) + np.clip(x, 0, small - 1)) / 1000, 0, 1)[..., None] * 255
    close(made, np.where(is_inside, 0.5 * share + 0.5 * grey(ACROSS), grey(ACROSS)))
    assert not is_inside.all()


@pytest.mark.ps("3.3 C.11.33")
def test_what_lies_elsewhere_and_what_is_not_here() -> None:
    here, above = image(ACROSS, 1), image(DOWN, 2, at=(0, 0, 40))
    made = state([here, above], [step("EQUAL", 1, 2)])
    close(shown(made, [here, above]), grey(ACROSS))
    reference = item(ReferencedSOPClassUID=above.SOPClassUID, ReferencedSOPInstanceUID=above.SOPInstanceUID)
    made.AdvancedBlendingSequence[1].ReferencedImageSequence = Sequence([reference])
    with pytest.raises(NotFound):
        shown(made, [here], [here])
    with pytest.raises(Invalid, match="geometry"):
        shown(made, [above, here])


@pytest.mark.ps("3.3 C.7.6.2")
def test_only_what_lies_in_the_plane_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A series of forty that runs the other way."""
    under = image(ACROSS, 1)
    stack = [
        image(10 * COLUMNS + number, 100 + number, at=(0, 0, 5.0 * (39 - number))) for number in range(40)
    ]
    for one in stack:
        one.SeriesInstanceUID = "1.2.4.99"
    decoded: list[str] = []

    def counted(source: Stack, reference: ImageReference, frame_number: int) -> Shown | None:
        decoded.append(reference.sop_instance_uid)
        return kept(source, reference, frame_number)

    kept = Stack.image
    monkeypatch.setattr(Stack, "image", counted)
    made = shown(state([under, stack[0]], [step("EQUAL", 1, 2)]), [under], [under, *stack])
    assert decoded == [str(stack[39].SOPInstanceUID)]
    close(made, (grey(ACROSS) + grey(10 * COLUMNS + 39)) / 2)


@pytest.mark.ps("3.3 C.11.34")
def test_states_that_cannot_be_applied_say_why() -> None:
    images = [image(ACROSS, 1), image(DOWN, 2)]
    opacity = {"RelativeOpacity": 0.5}
    for steps, kind, why in (
        ([step("FOREGROUND", 1, 2, RelativeOpacity=2)], Invalid, "Opacity"),
        ([step("FOREGROUND", 1, **opacity)], Invalid, "Blending Mode"),
        ([step("MAXIMUM", 1, 2)], Invalid, "Blending Mode"),
        ([step("EQUAL", 1, 7)], Invalid, "nothing has"),
        ([step("EQUAL", 1, 3), step("EQUAL", 3, 2, BlendingInputNumber=3)], Invalid, "itself"),
        ([step("EQUAL", 1), step("EQUAL", 2)], Invalid, "one last step"),
        ([step("EQUAL", 1, 2), step("EQUAL", 2, BlendingInputNumber=1)], Invalid, "twice"),
    ):
        with pytest.raises(kind, match=why):
            shown(state(images, steps), images)
    with pytest.raises(Unsupported, match="time"):
        shown(state(images, [step("EQUAL", 1, 2)], TimeSeriesBlending={2: "TRUE"}), images)
    odd = Sequence([item(ThresholdType="RANGE_EXCL", ThresholdValueSequence=Sequence([]))])
    with pytest.raises(Unsupported, match="RANGE_EXCL"):
        shown(state(images, [step("EQUAL", 1, 2)], ThresholdSequence={2: odd}), images)
    for number in (6, 7, 9, 10, 11):
        volumetric = item(SOPClassUID=f"1.2.840.10008.5.1.4.1.1.11.{number}", SOPInstanceUID="1.2.9")
        with pytest.raises(Unsupported, match="volume"):
            read_state(attributes_of(volumetric))


@pytest.mark.ps("3.3 A.33.7")
def test_a_state_of_another_maker() -> None:
    """By highdicom: Modality LUT, window and palette of the state for one input."""
    images = [image(ACROSS, 1), image(DOWN, 2)]

    def in_colors(colors: Array) -> hd.PaletteColorLUTTransformation:
        names = ("red", "green", "blue")
        tables = (
            hd.PaletteColorLUT(0, colors[:, at].astype(np.uint8), name) for at, name in enumerate(names)
        )
        return hd.PaletteColorLUTTransformation(*tables)

    window = hd.pr.SoftcopyVOILUTTransformation(window_center=1000.0, window_width=1201.0)
    rescale = hd.ModalityLUTTransformation(rescale_intercept=100.0, rescale_slope=2.0, rescale_type="US")
    plain = np.repeat(np.arange(256)[:, None], 3, axis=1)
    inputs = [
        hd.pr.AdvancedBlending([images[0]], 1, palette_color_lut_transformation=in_colors(plain)),
        hd.pr.AdvancedBlending([images[1]], 2, rescale, [window], in_colors(HOT)),
    ]
    display = hd.pr.BlendingDisplay(
        "FOREGROUND",
        [hd.pr.BlendingDisplayInput(2), hd.pr.BlendingDisplayInput(1)],
        relative_opacity=0.6,
    )
    made = hd.pr.AdvancedBlendingPresentationState(
        referenced_images=images, blending=inputs, blending_display=[display], series_instance_uid="1.2.7",
        series_number=9, sop_instance_uid="1.2.8", instance_number=1, manufacturer="m",
        manufacturer_model_name="m",
        software_versions="1", device_serial_number="1", content_label="BLEND",
    )  # fmt: skip
    values = 2 * DOWN + 100
    share = np.clip((values - 999.5) / 1200 + 0.5, 0, 1)
    colors = HOT[np.rint(share * 255).astype(int)]
    assert np.abs(shown(made, images)[0, 0] - [0, 24, 138]).max() <= 1  # (0, 24, 153) by transicc
    del made.ICCProfile  # of highdicom, whose sRGB is one for perception
    close(shown(made, images), 0.6 * colors + 0.4 * grey(ACROSS))
