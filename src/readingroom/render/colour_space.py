"""Colour spaces of pictures: the profile that goes with one, and the change to another (PS3.18 8.3.5.1.5)."""

from __future__ import annotations

import io
from dataclasses import replace
from enum import Enum
from functools import cache
from struct import pack
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from readingroom.errors import Invalid
from readingroom.model import Attributes
from readingroom.pixels import Array

from .functional_groups import macro_of_frame
from .numbers import items, text
from .presentation import Picture

_ICC_PROFILE, _OPTICAL_PATHS, _PATH, _PATH_OF_FRAME = 0x00282000, 0x00480105, 0x00480106, 0x00480207
_WHITE_D50: Final = np.array([0.96420288, 1.0, 0.82490540])  # ICC.1:2022 7.2.16, of the connection space
_D65: Final = (0.3127, 0.3290)
_D50: Final = (0.3457, 0.3585)
_BRADFORD: Final = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_SRGB_CURVE: Final = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)  # IEC 61966-2-1


class ColorSpace(Enum):
    """What `iccprofile` asks for: none, the image's own, or one of those that are well known."""

    NO = "no"
    YES = "yes"
    SRGB = "srgb"
    ADOBE_RGB = "adobergb"
    ROMM_RGB = "rommrgb"
    DISPLAY_P3 = "displayp3"


_SPACES: Final = {
    ColorSpace.SRGB: ("sRGB", ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), _D65, _SRGB_CURVE),
    ColorSpace.ADOBE_RGB: (
        "Adobe RGB (1998) compatible", ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), _D65, (563 / 256,)
    ),
    ColorSpace.ROMM_RGB: (
        "ROMM RGB", ((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), _D50,
        (1.8, 1.0, 0.0, 1 / 16, 1 / 32),
    ),
    ColorSpace.DISPLAY_P3: (
        "Display P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), _D65, _SRGB_CURVE
    ),
}  # fmt: skip
"""Name, primaries and white in CIE 1931 x, y, and the curve as ICC.1 10.18 has its parameters."""


def in_color_space(
    picture: Picture,
    attributes: Attributes,
    wanted: ColorSpace,
    *,
    is_srgb: bool = False,
    frame_number: int = 1,
) -> tuple[Picture, bytes]:
    """The picture in RGB of the colour space, and the ICC profile to go with it; () bytes for NO.

    attributes: where the image's own profile is looked for; without one its colours count as sRGB. is_srgb:
    they are sRGB already, as a presentation state makes them. frame_number: names the optical path. Raises
    Invalid for a broken profile.
    """
    if wanted is ColorSpace.NO:
        return picture, b""
    own = b"" if is_srgb else own_profile(attributes, frame_number)
    if wanted is ColorSpace.YES:
        profile = own or profile_of(ColorSpace.SRGB)
        _opened(profile)
        return replace(picture, pixels=_rgb(picture.pixels)), profile
    profile = profile_of(wanted)
    source = own or profile_of(ColorSpace.SRGB)
    pixels = _rgb(picture.pixels)
    return replace(
        picture, pixels=pixels if source == profile else _changed(pixels, source, profile)
    ), profile


def own_profile(attributes: Attributes, frame_number: int = 1) -> bytes:
    """ICC Profile (0028,2000) of an image, or of the optical path of a frame; empty for none.

    Which path it is the Optical Path Identification says (PS3.3 C.8.12.6.3); where that is silent, or names
    none of them, the first that has a profile.
    """
    paths = items(attributes, _OPTICAL_PATHS)
    named = {text(item, _PATH) for item in macro_of_frame(attributes, frame_number, _PATH_OF_FRAME)}
    chosen = [path for path in paths if text(path, _PATH) in named] or paths
    for place in (attributes, *chosen):
        found = place.get(_ICC_PROFILE)
        if found is not None and isinstance(found.first, bytes):
            return bytes(found.first)
    return b""


@cache
def profile_of(space: ColorSpace) -> bytes:
    """A well-known space as a matrix profile of the display class (ICC.1:2022 8.4.3)."""
    name, primaries, white, curve = _SPACES[space]
    matrix, adaptation = _to_d50(primaries, white)
    shape = b"para" + bytes(4) + pack(">HH", {1: 0, 5: 3}[len(curve)], 0) + _fixed(curve)
    return _profile(
        {
            b"desc": _words(name),
            b"cprt": _words("No copyright, use freely"),
            b"wtpt": _xyz(_WHITE_D50),
            b"chad": b"sf32" + bytes(4) + _fixed(adaptation.ravel()),
            **{
                name: _xyz(column) for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), matrix.T, strict=True)
            },
            **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), shape),
        }
    )


def _to_d50(primaries: tuple[tuple[float, float], ...], white: tuple[float, float]) -> tuple[Array, Array]:
    """Linear RGB to XYZ seen under D50, and the matrix of Bradford by which that differs (ICC.1 annex E)."""
    columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in primaries]).T
    source = np.array([white[0] / white[1], 1.0, (1 - white[0] - white[1]) / white[1]])
    matrix = columns * np.linalg.solve(columns, source)
    scale = (_BRADFORD @ _WHITE_D50) / (_BRADFORD @ source)
    adaptation = np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD
    return adaptation @ matrix, adaptation


def _profile(tags: dict[bytes, bytes]) -> bytes:
    """Header and tag table; equal values are written once (ICC.1 7)."""
    table, body = b"", b""
    places: dict[bytes, int] = {}
    first = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        if value not in places:
            places[value] = first + len(body)
            body += value + bytes(-len(value) % 4)
        table += name + pack(">II", places[value], len(value))
    head = pack(">I4xI4s4s4s", first + len(body), 0x04400000, b"mntr", b"RGB ", b"XYZ ")
    head += pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28) + _fixed(_WHITE_D50)
    return head.ljust(128, b"\0") + pack(">I", len(tags)) + table + body


def _words(text: str) -> bytes:
    written = text.encode("utf-16-be")
    return b"mluc" + bytes(4) + pack(">II2s2sII", 1, 12, b"en", b"US", len(written), 28) + written


def _xyz(values: Array) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(values)


def _fixed(values: Array | tuple[float, ...]) -> bytes:
    """s15Fixed16Number, ICC.1 4.6."""
    return b"".join(pack(">i", round(float(value) * 65536)) for value in values)


def _rgb(pixels: Array) -> Array:
    return np.repeat(pixels[:, :, None], 3, 2) if pixels.ndim == 2 else pixels


def _opened(profile: bytes) -> ImageCms.ImageCmsProfile:
    try:
        found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    except (OSError, ValueError, TypeError) as error:
        raise Invalid("The ICC profile of the image is broken.") from error
    if found.profile.xcolor_space.strip() != "RGB":
        raise Invalid("The ICC profile of the image is not one for RGB (PS3.3 C.11.15.1.1).")
    return found


def _changed(pixels: Array, source: bytes, target: bytes) -> Array:
    try:
        made = ImageCms.profileToProfile(
            Image.fromarray(np.ascontiguousarray(pixels), "RGB"),
            _opened(source),
            _opened(target),
            ImageCms.Intent.PERCEPTUAL,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError) as error:
        raise Invalid("The ICC profile of the image is broken, or not one for RGB.") from error
    return np.asarray(made)
