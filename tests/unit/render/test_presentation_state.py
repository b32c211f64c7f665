"""Parts of presentation states by hand: masks, overlays, blending, colour, drawing, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from struct import pack
from time import monotonic
from typing import Any

import numpy as np
import pytest
from PIL import ImageCms

from readingroom.errors import Invalid, NotFound, Unsupported
from readingroom.model import Attribute, Attributes
from readingroom.pixels import Array, Frame, PixelDescription
from readingroom.render import (
    ImageReference,
    Presentation,
    PresentationState,
    Shown,
    StateKind,
    read_state,
    render,
)

LITTLE = "1.2.840.10008.1.2.1"
GRAY = StateKind.GRAYSCALE.value
IMAGE = "1.2.3"


class Frames:
    """A `Source` over arrays. others: images by SOP Instance UID."""

    def __init__(self, values: list[Array], others: dict[str, Shown] | None = None, **more: Any) -> None:
        self.values = values
        self.others = others or {}
        self.attributes: Attributes = more.get("attributes", {})

    @property
    def count(self) -> int:
        return len(self.values)

    def decoded(self, number: int) -> Frame:
        return Frame(self.values[number - 1], "MONOCHROME2")

    def cells(self, number: int) -> Array:
        return self.values[number - 1]

    def whole_attributes(self) -> Attributes:
        return self.attributes

    def series(self, study_instance_uid: str, series_instance_uid: str) -> tuple[ImageReference, ...]:
        return ()

    def attributes_of(self, reference: ImageReference) -> Attributes | None:
        other = self.others.get(reference.sop_instance_uid)
        return None if other is None else other.attributes

    def image(self, reference: ImageReference, frame_number: int) -> Shown | None:
        return self.others.get(reference.sop_instance_uid)


def described(values: Array) -> PixelDescription:
    bits = values.dtype.itemsize * 8
    signed = int(values.dtype.kind == "i")
    rows, columns = values.shape[:2]
    samples = 3 if values.ndim == 3 else 1
    space = "RGB" if samples == 3 else "MONOCHROME2"
    return PixelDescription(LITTLE, rows, columns, samples, space, 0, bits, bits, bits - 1, signed)


def item(**values: Any) -> dict[int, Attribute]:
    return {int(tag[1:], 16): value for tag, value in values.items()}


def sq(*items: Attributes) -> Attribute:
    return Attribute("SQ", items)


def number(*values: Any) -> Attribute:
    return Attribute("DS", tuple(str(value) for value in values))


def word(value: str) -> Attribute:
    return Attribute("CS", (value,))


def stated(uid: str = GRAY, **values: Any) -> dict[int, Attribute]:
    """A state of IMAGE with a window over 0 to 255, and more attributes by tag."""
    image = item(t00081150=Attribute("UI", ("1.2",)), t00081155=Attribute("UI", (IMAGE,)))
    return {
        0x00080016: Attribute("UI", (uid,)),
        0x00081115: sq({0x00081140: sq(image)}),
        0x00283110: sq(item(t00281050=number(128), t00281051=number(256))),
        **item(**values),
    }


def shown(state: Attributes, values: list[Array], number: int = 1, **more: Any) -> Array:
    wishes = more.pop("wishes", {})
    source = Frames(values, **more)
    frame = Frame(values[number - 1], "RGB" if values[0].ndim == 3 else "MONOCHROME2")
    presentation = Presentation(state=read_state(state), **wishes)
    own = {0x00080018: Attribute("UI", (IMAGE,)), **more.get("own", {})}
    return render(frame, described(values[0]), own, presentation, number, source).pixels


def flat(*greys: int) -> list[Array]:
    return [np.full((2, 3), grey, np.uint8) for grey in greys]


def mask(**values: Any) -> dict[str, Attribute]:
    return {"t00286100": sq(item(**values)), "t00281090": word("SUB")}


@pytest.mark.ps("3.3 C.7.6.10.1")
def test_which_frames_are_masks() -> None:
    frames = flat(10, 20, 40, 80, 160)
    average = mask(t00286101=word("AVG_SUB"), t00286110=number(1, 2), t00286112=number(2))
    assert shown(stated(**average), frames, 3)[0, 0] == (40 + 80) / 2 - 15
    assert shown(stated(**average), frames, 5)[0, 0] == 160  # no second frame to average with
    tid = mask(t00286101=word("TID"), t00286120=number(2))
    assert shown(stated(**tid), frames, 4)[0, 0] == 80 - 20
    assert shown(stated(**tid), frames, 2)[0, 0] == 20
    reverse = mask(t00286101=word("REV_TID"), t00286120=number(1), t00286102=number(3, 5))
    assert shown(stated(**reverse), frames, 3)[0, 0] == 40 - 20  # (3 - 1) - (3 - 3)
    assert shown(stated(**reverse), frames, 4)[0, 0] == 80 - 10  # (3 - 1) - (4 - 3)
    assert shown(stated(**reverse), frames, 2)[0, 0] == 20
    faint = average | {"t00289478": number(40)}
    assert shown(stated(**faint), frames, 3)[0, 0] == (40 + 80) / 2 - 15 * 0.6
    none = mask(t00286101=word("NONE"))
    assert shown(stated(**none), frames, 3)[0, 0] == 40


@pytest.mark.ps("3.3 C.7.6.10.1.2")
def test_a_mask_is_shifted() -> None:
    """Positive rows: towards the lower rows; positive columns: towards the left hand side."""
    dot = np.zeros((5, 5), np.uint8)
    dot[2, 2] = 100
    frames = [dot, np.full((5, 5), 100, np.uint8)]
    whole = mask(t00286101=word("AVG_SUB"), t00286110=number(1), t00286114=number(1, 2))
    wanted = np.full((5, 5), 100)
    wanted[3, 0] = 0
    assert np.array_equal(shown(stated(**whole), frames, 2), wanted)
    half = mask(t00286101=word("AVG_SUB"), t00286110=number(1), t00286114=number(0.5, 0))
    assert shown(stated(**half), frames, 2)[2:4, 2].tolist() == [50, 50]


def test_differences_without_a_window_span_both_signs() -> None:
    values = mask(t00286101=word("AVG_SUB"), t00286110=number(1))
    state = stated(**values)
    del state[0x00283110]
    greys = [int(shown(state, flat(100, grey), 2)[0, 0]) for grey in (0, 100, 255)]
    assert greys[0] < greys[1] < greys[2]
    assert abs(greys[1] - 127.5) <= 0.5


def overlay(group: int, bits: list[list[int]], **values: Any) -> dict[int, Attribute]:
    packed = np.packbits(np.array(bits, np.uint8).reshape(-1), bitorder="little").tobytes()
    base = group << 16
    rows = np.array(bits).shape[-2:]
    return {
        base | 0x10: number(rows[0]),
        base | 0x11: number(rows[1]),
        base | 0x50: number(*values.get("origin", (1, 1))),
        base | 0x3000: Attribute("OW", (packed,)),
        **({base | 0x15: number(values["frames"])} if "frames" in values else {}),
        **({base | 0x51: number(values["first"])} if "first" in values else {}),
        base | 0x1001: word("L"),
    }


@pytest.mark.ps("3.3 C.9.2")
def test_where_an_overlay_lies() -> None:
    inside = stated() | overlay(0x6002, [[1, 0], [1, 1]], origin=(2, 2))
    assert shown(inside, [np.zeros((3, 3), np.uint8)]).tolist() == [[0, 0, 0], [0, 255, 0], [0, 255, 255]]
    outside = stated() | overlay(0x601E, [[1, 1], [1, 1]], origin=(0, 3))
    assert shown(outside, [np.zeros((3, 3), np.uint8)]).tolist() == [[0, 0, 255], [0, 0, 0], [0, 0, 0]]
    far = stated() | overlay(0x6000, [[1]], origin=(-30000, 30000))
    assert not shown(far, [np.zeros((3, 3), np.uint8)]).any()


def test_sixteen_overlays_and_each_over_its_frame() -> None:
    state = stated()
    for at in range(16):
        bits = np.zeros((4, 4), int)
        bits[at // 4, at % 4] = 1
        state |= overlay(0x6000 + 2 * at, bits.tolist())
    assert (shown(state, [np.zeros((4, 4), np.uint8)]) == 255).all()
    moving = stated() | overlay(0x6000, [[[1, 0, 0]], [[0, 1, 0]]], frames=2, first=2)  # type: ignore[list-item]
    frames = [np.zeros((1, 3), np.uint8)] * 4
    drawn = [shown(moving, frames, at)[0].tolist() for at in (1, 2, 3, 4)]
    assert drawn == [[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 0]]


@pytest.mark.ps("3.5 8.1.2")
def test_overlays_in_pixel_cells() -> None:
    """Bit 12 beside twelve stored bits; samples of a colour image hide none."""
    hidden = {0x60000010: number(1), 0x60000011: number(3), 0x60000100: number(16), 0x60000102: number(12)}
    activated = stated() | {0x60001001: word("L")}
    cells = [np.array([[0x0000, 0x1000, 0x2000]], np.uint16)]
    frame, d = (
        Frame(cells[0] & 0xFFF, "MONOCHROME2"),
        PixelDescription(LITTLE, 1, 3, 1, "MONOCHROME2", 0, 16, 12, 11),
    )
    source = Frames(cells, attributes=hidden)
    own = {0x00080018: Attribute("UI", (IMAGE,))}
    presentation = Presentation(state=read_state(activated))
    assert render(frame, d, own, presentation, 1, source).pixels.tolist() == [[0, 255, 0]]
    colored = stated(StateKind.COLOR.value) | {0x60001001: word("L")}
    assert not shown(colored, [np.zeros((1, 3, 3), np.uint8)], attributes=hidden).any()


@pytest.mark.parametrize("kind", ["RECTANGULAR", "CIRCULAR", "POLYGONAL", "BITMAP"])
def test_shutters_fit_frames_of_fewer_resolution_levels(kind: str) -> None:
    """A frame decoded at half its size is shut at the same places, to a pixel of the smaller one."""
    shape = {
        "t00181600": word(kind),
        **{"t00181602": number(9), "t00181604": number(33), "t00181606": number(5), "t00181608": number(25)},
        "t00181610": number(16, 20),
        "t00181612": number(12),
        "t00181620": number(4, 4, 4, 36, 28, 20),
    }
    bits = np.zeros((32, 40), int)
    bits[:9, :15] = 1
    state = stated(**shape, t00181623=number(0x6002)) | overlay(0x6002, bits.tolist())
    presentation = Presentation(state=read_state(state), viewport=(20, 16), draws_annotations=False)
    own = {0x00080018: Attribute("UI", (IMAGE,))}
    full = np.full((32, 40), 255, np.uint8)
    pictures = [
        render(Frame(values, "MONOCHROME2"), described(full), own, presentation).pixels.astype(int)
        for values in (full, full[::2, ::2])
    ]
    assert 0 < (pictures[0] < 128).mean() < 1
    edge = np.abs(np.diff(np.pad(pictures[0], 1, mode="edge"), axis=0))[:-1, 1:-1]
    edge = edge + np.abs(np.diff(np.pad(pictures[0], 1, mode="edge"), axis=1))[1:-1, :-1]
    far_from_edge = ~np.any(
        [np.roll(edge, step, (0, 1)) > 0 for step in ((0, 0), (-1, 0), (0, -1), (-1, -1))], 0
    )
    assert np.array_equal(pictures[0][far_from_edge], pictures[1][far_from_edge])


@pytest.mark.ps("3.3 C.7.6.11")
def test_a_circular_shutter_is_round_on_the_screen() -> None:
    """Pixels twice as high as wide: half as many rows as columns are open."""
    state = stated(t00181600=word("CIRCULAR"), t00181610=number(20, 20), t00181612=number(10))
    spacing = {0x00280030: number(2, 1)}
    frame = [np.full((40, 40), 200, np.uint8)]
    is_open = shown(state, frame, own=spacing, wishes={"keeps_aspect": False}) == 200
    assert (np.count_nonzero(is_open[19]), np.count_nonzero(is_open[:, 19])) == (21, 11)


@pytest.mark.ps("3.3 C.7.6.11")
def test_the_shutter_of_the_image_itself() -> None:
    values = np.full((4, 5), 200, np.uint8)
    edges = item(
        t00181600=word("RECTANGULAR"),
        t00181602=number(1),
        t00181604=number(4),
        t00181606=number(1),
        t00181608=number(9),
        t00181622=Attribute("US", (25700,)),
    )
    frame = Frame(values, "MONOCHROME2")
    plain, shut = (
        render(frame, described(values), edges, Presentation(shows_shutter=wish)).pixels
        for wish in (False, True)
    )
    assert (plain == 200).all()
    assert shut.tolist() == [[100] * 5, *[[100, 200, 200, 100, 100]] * 3]


def blending() -> dict[int, Attribute]:
    """IMAGE under 1.2.4, half and half, the palette a ramp of reds."""
    side = {0x00283110: sq(item(t00281050=number(128), t00281051=number(256)))}

    def images(uid: str) -> Attribute:
        return sq({0x00081140: sq(item(t00081155=Attribute("UI", (uid,))))})

    ramp = pack("<256B", *range(256))
    return {
        0x00080016: Attribute("UI", (StateKind.BLENDING.value,)),
        0x00700402: sq(
            {0x00700405: word("UNDERLYING"), 0x00081115: images(IMAGE), **side},
            {0x00700405: word("SUPERIMPOSED"), 0x00081115: images("1.2.4"), **side},
        ),
        0x00700403: Attribute("FL", (0.5,)),
        **{tag: Attribute("US", (256, 0, 8)) for tag in (0x00281101, 0x00281102, 0x00281103)},
        0x00281201: Attribute("OW", (ramp,)),
        **{tag: Attribute("OW", (bytes(256),)) for tag in (0x00281202, 0x00281203)},
    }


def plane(spacing: float, left: float, z: float = 0.0) -> dict[int, Attribute]:
    return item(
        t00200032=number(left, 0, z),
        t00200037=number(1, 0, 0, 0, 1, 0),
        t00280030=number(spacing, spacing),
        t00200052=Attribute("UI", ("9.9",)),
        t00180050=number(2),
    )


@pytest.mark.ps("3.3 C.11.14")
def test_what_is_blended_is_laid_in_place() -> None:
    """Twice as coarse and 2 mm to the right: its first pixel's centre is at column 2 of the other."""
    under, over = [np.zeros((4, 8), np.uint8)], np.array([[100, 200], [100, 200]], np.uint8)
    other = Shown(Frame(over, "MONOCHROME2"), described(over), plane(2, 2), 1)
    state = blending()
    red = shown(state, under, others={"1.2.4": other}, own=plane(1, 0))[0, :, 0]
    assert red.tolist() == [0, 50, 50, 75, 100, 100, 0, 0]
    turned = plane(1, 0) | item(t00200037=number(0, 1, 0, 1, 0, 0))
    lying = np.arange(32, dtype=np.uint8).reshape(8, 4) * 8
    aside = Shown(Frame(lying, "MONOCHROME2"), described(lying), turned, 1)
    laid = shown(state, under, others={"1.2.4": aside}, own=plane(1, 0))[..., 0]
    assert np.array_equal(laid, lying.T // 2)
    far = other._replace(attributes=plane(2, 2, z=1.5))
    with pytest.raises(NotFound, match="plane"):
        shown(state, under, others={"1.2.4": far}, own=plane(1, 0))
    with pytest.raises(NotFound):
        shown(state, under, own=plane(1, 0))


@pytest.mark.ps("3.3 C.11.15")
def test_a_profile_is_obeyed() -> None:
    """sRGB with the colorants of red and green exchanged: what says red is green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = profile.replace(b"rXYZ", b"tXYZ").replace(b"gXYZ", b"rXYZ").replace(b"tXYZ", b"gXYZ")
    red = [np.array([[[200, 0, 0]]], np.uint8)]
    state = stated(StateKind.COLOR.value, t00282000=Attribute("OB", (exchanged,)))
    assert np.abs(shown(state, red)[0, 0].astype(int) - [0, 200, 0]).max() <= 2
    plain = stated(StateKind.COLOR.value, t00282000=Attribute("OB", (profile,)))
    assert np.abs(shown(plain, red)[0, 0].astype(int) - [200, 0, 0]).max() <= 1
    broken = stated(StateKind.COLOR.value, t00282000=Attribute("OB", (profile[:200],)))
    with pytest.raises(Invalid, match="ICC"):
        shown(broken, red)


def line(*points: float, **style: Any) -> dict[str, Attribute]:
    graphic = item(
        t00700005=word("PIXEL"),
        t00700020=number(2),
        t00700021=number(len(points) // 2),
        t00700022=Attribute("FL", points),
        t00700023=word("POLYLINE"),
        t00700232=sq(item(**style)),
    )
    return {"t00700001": sq({0x00700002: word("L"), 0x00700009: sq(graphic)})}


def test_lines_are_as_wide_and_dashed_as_they_say() -> None:
    black = [np.zeros((20, 40), np.uint8)]
    thick = shown(stated(**line(5, 10, 35, 10, t00700253=number(4))), black)
    assert (thick[:, 20] == 255).sum() == 4
    assert thick[8:12, 20].tolist() == [255] * 4
    pattern = Attribute("UL", (0xF0F0F0F0,))
    dashed = shown(stated(**line(0, 10.5, 40, 10.5, t00700254=word("DASHED"), t00700255=pattern)), black)
    assert (dashed[10] > 200).reshape(-1, 4).all(axis=1).tolist() == [True, False] * 5
    faint = shown(stated(**line(0, 10.5, 40, 10.5, t00700284=number(0.5))), black)
    assert 126 <= faint[10, 20] <= 129


def test_lines_from_far_beyond_the_picture_cross_it_where_they_should() -> None:
    black = [np.zeros((40, 40), np.uint8)]
    far = shown(stated(**line(-1e6, -1e6, 1e6, 1e6)), black)
    assert (np.diag(far) > 200).all()
    assert not np.triu(far, 3).any()
    assert not shown(stated(**line(-1e6, 1e6 - 100, 1e6, 1e6 - 100)), black).any()


def test_text_turns_with_the_image() -> None:
    text = item(
        t00700003=word("PIXEL"),
        t00700006=Attribute("ST", ("lllllllllll",)),
        t00700010=Attribute("FL", (10.0, 10.0)),
        t00700011=Attribute("FL", (90.0, 20.0)),
        t00700012=word("LEFT"),
    )
    written = stated(t00700001=sq({0x00700002: word("L"), 0x00700008: sq(text)}))
    black = [np.zeros((100, 100), np.uint8)]
    upright = shown(written, black)
    for turns in (1, 2, 3):
        turned = shown(written | item(t00700042=number(90 * turns)), black).astype(int)
        assert np.abs(turned - np.rot90(upright, -turns)).mean() < 2
    flipped = shown(written | item(t00700041=word("Y")), black)
    columns = np.flatnonzero(flipped.any(axis=0))
    assert 8 <= columns[0] <= 14  # in the box that is now at 10 to 90 from the right, never mirrored
    assert np.abs(flipped.astype(int) - upright).mean() < 2


REFUSED = {
    "another class": (Unsupported, {"t00080016": Attribute("UI", ("1.2.840.10008.5.1.4.1.1.11.6",))}),
    "no images": (Invalid, {"t00081115": sq()}),
    "an image without UID": (Invalid, {"t00081115": sq({0x00081140: sq({})})}),
    "an empty VOI": (Invalid, {"t00283110": sq({})}),
    "width 0": (Invalid, {"t00283110": sq(item(t00281050=number(1), t00281051=number(0)))}),
    "slope 0": (Invalid, {"t00281052": number(1), "t00281053": number(0)}),
    "slope without intercept": (Invalid, {"t00281053": number(1)}),
    "a broken Modality LUT": (Invalid, {"t00283000": sq({})}),
    "an unknown shape of LUT": (Invalid, {"t20500020": word("ROUND")}),
    "rotation 45": (Invalid, {"t00700042": number(45)}),
    "flip maybe": (Invalid, {"t00700041": word("MAYBE")}),
    "an area without corners": (Invalid, {"t0070005A": sq({})}),
    "an area too large": (
        Invalid,
        {"t0070005A": sq(item(t00700052=number(1, 1), t00700053=number(2**31 - 1, 2**31 - 1)))},
    ),
    "an unknown shutter": (Invalid, {"t00181600": word("HEART")}),
    "a shutter without edges": (Invalid, {"t00181600": word("RECTANGULAR")}),
    "a polygon of two": (Invalid, {"t00181600": word("POLYGONAL"), "t00181620": number(1, 1, 2, 2)}),
    "a bitmap that is missing": (Invalid, {"t00181600": word("BITMAP"), "t00181623": number(0x6002)}),
    "an overlay cut short": (
        Invalid,
        {"t60000010": number(9), "t60000011": number(9), "t60003000": Attribute("OW", (b"\0",))},
    ),
    "an overlay beyond all bounds": (Invalid, {"t60000010": number(65535), "t60000011": number(65535)}),
    "a mask without frames": (Invalid, mask(t00286101=word("AVG_SUB"))),
    "an unknown mask": (Invalid, mask(t00286101=word("MAGIC"))),
    "points that do not count": (Invalid, line(1, 2, 3)),
    "points that are fewer than said": (
        Invalid,
        {
            "t00700001": sq(
                {
                    0x00700009: sq(
                        item(
                            t00700021=number(3),
                            t00700022=Attribute("FL", (1.0, 2.0, 3.0, 4.0)),
                            t00700023=word("POLYLINE"),
                        )
                    )
                }
            )
        },
    ),
    "points out of reach": (Invalid, line(1, 2, 3, 1e9)),
    "text nowhere": (Invalid, {"t00700001": sq({0x00700008: sq({})})}),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_is_broken_is_refused(why: str) -> None:
    error, values = REFUSED[why]
    with pytest.raises(error):
        shown({**stated(), **item(**values)}, flat(1))


def test_more_than_can_be_drawn_is_refused_in_time() -> None:
    """Half a million points criss-cross, and twenty thousand filled areas."""
    rng = np.random.default_rng(1)
    points = rng.uniform(0, 2000, 499_998)
    tangle = stated(**line(*(float(value) for value in points), t00700253=number(50)))
    square = item(
        t00700022=Attribute("FL", (0.0, 0.0, 2000.0, 0.0, 2000.0, 2000.0, 0.0, 0.0)),
        t00700021=number(4),
        t00700023=word("POLYLINE"),
        t00700024=word("Y"),
    )
    many = stated(t00700001=sq({0x00700009: sq(*[square] * 20_000)}))
    big = [np.zeros((2000, 2000), np.uint8)]
    start = monotonic()
    for state in (tangle, many):
        with pytest.raises(Invalid, match="more graphics"):
            shown(state, big)
    assert monotonic() - start < 120


def test_a_state_is_a_value() -> None:
    state = read_state(stated())
    assert isinstance(state, PresentationState)
    assert replace(state, version="x") != state
