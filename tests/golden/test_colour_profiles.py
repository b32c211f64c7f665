"""Colours of profiles other than sRGB as sRGB: the formulas of ICC.1 annex F and transicc of Little CMS."""

from __future__ import annotations

import copy
from struct import pack

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.sequence import Sequence

from readingroom.pixels import Array
from readingroom.render import ColorSpace, Picture, Presentation, in_color_space, read_state, render
from tests.kit.images import attributes_of, read_image
from tests.kit.shared_data import shared_data
from tests.kit.states import ReadSource, bases, folder

SRGB = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))
ADOBE = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
ROMM = ((0.79767, 0.28804, 0.00000), (0.13519, 0.71188, 0.00000), (0.03134, 0.00009, 0.82491))
"""Colorants under D50 as the profiles of IEC, Adobe and ROMM (ISO 22028-2) have them."""
SPACES = {
    "adobe": (ADOBE, 563 / 256),
    "romm": (ROMM, 1.8),
    "linear": (SRGB, 1.0),
    "turned": (SRGB[1:] + SRGB[:1], 2.2),
}
"""Colorants and gamma. turned: red is the green of sRGB and so on, as on no display."""
BY_TRANSICC = {
    "adobe": {
        (255, 0, 0): (255, 0, 0), (10, 10, 10): (3, 3, 3), (40, 3, 7): (43, 0, 1),
        (121, 131, 193): (117, 132, 197), (210, 242, 63): (197, 242, 25),
        (79, 222, 108): (0, 223, 99), (104, 164, 140): (59, 166, 140),
        (21, 7, 221): (17, 1, 226), (209, 84, 115): (240, 83, 117),
    },
    "romm": {
        (0, 255, 0): (0, 255, 0), (10, 10, 10): (10, 10, 10), (40, 3, 7): (76, 0, 5),
        (121, 131, 193): (100, 151, 212), (210, 242, 63): (224, 250, 0),
        (104, 164, 140): (0, 189, 154), (192, 214, 137): (202, 226, 140),
        (209, 84, 115): (255, 18, 137),
    },
    "turned": {
        (255, 0, 0): (1, 255, 0), (40, 3, 7): (1, 35, 0), (121, 131, 193): (194, 122, 132),
        (210, 242, 63): (61, 211, 242), (192, 214, 137): (138, 193, 215),
    },
}  # fmt: skip
"""RGB, and RGB in sRGB by `transicc -t0 -s -i PROFILE -o *sRGB` (Little CMS 2.14)."""


def profile(name: str) -> bytes:
    """A version 2 display profile of colorants and a gamma (ICC.1:2001-04 6.3.1)."""
    colorants, gamma = SPACES[name]

    def xyz(values: tuple[float, ...]) -> bytes:
        return b"XYZ " + bytes(4) + b"".join(pack(">i", round(value * 65536)) for value in values)

    text = b"desc" + bytes(4) + pack(">I", 5) + b"made\0" + bytes(78)
    tags = {b"desc": text, b"cprt": b"text" + bytes(4) + b"CC0\0", b"wtpt": xyz((0.9642, 1.0, 0.8249))}
    for letter, values in zip(b"rgb", colorants, strict=True):
        tags[bytes([letter]) + b"XYZ"] = xyz(values)
        tags[bytes([letter]) + b"TRC"] = b"curv" + bytes(4) + pack(">IH", 1, round(gamma * 256))
    table, body = b"", b""
    for tag, value in tags.items():
        table += tag + pack(">II", 132 + 12 * len(tags) + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    head = pack(">I4xI4s4s4s", 132 + len(table) + len(body), 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + xyz((0.9642, 1.0, 0.8249))[8:]
    return head.ljust(128, b"\0") + pack(">I", len(tags)) + table + body


def as_srgb(rgb: Array, name: str) -> Array:
    """ICC.1 F.3 there and back, then IEC 61966-2-1; what lies beyond is cut."""
    colorants, gamma = SPACES[name]
    xyz = (rgb / 255) ** gamma @ np.array(colorants)
    linear = np.clip(xyz @ np.linalg.inv(np.array(SRGB)), 0, 1)
    curve = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.rint(curve * 255)


def close(made: Array, wanted: Array) -> None:
    assert made.shape == wanted.shape
    assert np.abs(made - wanted).max() <= 1


@pytest.mark.ps("3.3 C.11.15")
@pytest.mark.parametrize("name", SPACES)
def test_a_colour_state_in_its_own_space(name: str) -> None:
    ds = read_image(folder() / "colour.dcm")
    ds.ICCProfile = profile(name)
    state = read_state(attributes_of(ds))
    image = bases()[state.images[0].sop_instance_uid]
    source = ReadSource(image)
    presentation = Presentation(state=state, draws_annotations=False)
    made = render(source.decoded(1), source.description, attributes_of(image), presentation, 1, source).pixels
    plain = copy.deepcopy(ds)
    del plain.ICCProfile
    presentation = Presentation(state=read_state(attributes_of(plain)), draws_annotations=False)
    area = render(source.decoded(1), source.description, attributes_of(image), presentation, 1, source).pixels
    close(made.astype(int), as_srgb(area, name))


@pytest.mark.ps("3.3 C.11.15")
@pytest.mark.parametrize("name", SPACES)
def test_palettes_of_states_in_another_space(name: str) -> None:
    for kind in ("pseudo-colour", "blending"):
        ds = read_image(folder() / f"{kind}.dcm")
        pictures = []
        for icc in (profile(name), b""):
            ds.ICCProfile = icc
            state = read_state(attributes_of(ds))
            image = bases()[state.images[0].sop_instance_uid]
            source = ReadSource(image)
            frame, attributes = source.decoded(1), attributes_of(image)
            presentation = Presentation(state=state, draws_annotations=False)
            shown = render(frame, source.description, attributes, presentation, 1, source)
            pictures.append(shown.pixels.astype(int))
        close(pictures[0], as_srgb(pictures[1], name))
        assert np.abs(pictures[0] - pictures[1]).max() > 10


def srgb_of(rgb: Array, ds: Dataset, frame_number: int = 1) -> Array:
    """A picture of these colours with the profile of an image, changed to sRGB."""
    picture = Picture(rgb.astype(np.uint8), None)
    made, _ = in_color_space(picture, attributes_of(ds), ColorSpace.SRGB, frame_number=frame_number)
    return made.pixels.astype(int)


@pytest.mark.row("WEB-WADO-RS-09")
@pytest.mark.ps("3.18 8.3.5.1.5")
@pytest.mark.parametrize("name", SPACES)
def test_an_image_in_another_space(name: str) -> None:
    ds = Dataset()
    ds.ICCProfile = profile(name)
    levels = np.arange(0, 256, 15)
    rgb = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(18, -1, 3)
    close(srgb_of(rgb, ds), as_srgb(rgb, name))
    for asked, wanted in BY_TRANSICC.get(name, {}).items():
        close(srgb_of(np.array([[asked]]), ds)[0, 0], np.array(wanted))


@pytest.mark.row("WEB-WADO-RS-09")
@pytest.mark.ps("3.3 C.8.12.5")
def test_the_profile_of_the_optical_path_of_a_frame() -> None:
    """Two paths with two profiles; each frame says which is its own."""
    ds = read_image(shared_data() / "made" / "slide" / "level-2-full.dcm")
    rgb = ds.pixel_array[1]
    close(srgb_of(rgb, ds), rgb.astype(int))  # its own profile is sRGB
    ds.OpticalPathSequence = Sequence([copy.deepcopy(ds.OpticalPathSequence[0]) for _ in range(2)])
    for path, number, name in zip(ds.OpticalPathSequence, "AB", ("adobe", "turned"), strict=True):
        path.OpticalPathIdentifier, path.ICCProfile = number, profile(name)
    groups = []
    for identifier in ("A", "B", "B", "A"):
        named, group = Dataset(), Dataset()
        named.OpticalPathIdentifier = identifier
        group.OpticalPathIdentificationSequence = Sequence([named])
        groups.append(group)
    ds.PerFrameFunctionalGroupsSequence = Sequence(groups)
    for frame, name in ((1, "adobe"), (2, "turned"), (3, "turned"), (4, "adobe")):
        close(srgb_of(rgb, ds, frame), as_srgb(rgb, name))
