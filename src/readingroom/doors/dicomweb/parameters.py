"""Query parameters: frame numbers and rendering wishes (PS3.18 8.3.5). Raises Invalid for bad values."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from starlette.datastructures import QueryParams

from readingroom.errors import Invalid
from readingroom.render import CAPTIONS, OVERLAY_GROUPS, ColorSpace, Presentation, Region, VoiFunction, Window

_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")
_NUMBER = re.compile(r"[+-]?(\d{1,9}\.?\d{0,9}|\.\d{1,9})\Z", re.ASCII)


@contextlib.contextmanager
def naming(parameter: str) -> Iterator[None]:
    """What is wrong with a value inside names the parameter it came by."""
    try:
        yield
    except Invalid as error:
        raise Invalid(error.sentence, **{"parameter": parameter} | error.facts) from None


def read_frames(text: str) -> list[int]:
    """A list of frame numbers from 1 that ascend, "1,3,4" (PS3.18 10.4.1.1.6, table 10.4.1-3)."""
    numbers = [item.strip() for item in text.split(",")]
    if not all(re.fullmatch(r"[0-9]{1,9}", item) and int(item) > 0 for item in numbers):
        raise Invalid(f"“{text[:80]}” is not a list of frame numbers counted from 1.", parameter="frames")
    found = [int(item) for item in numbers]
    if any(later <= earlier for earlier, later in pairwise(found)):
        raise Invalid(f"The frame numbers “{text[:80]}” must ascend, each once.", parameter="frames")
    return found


def read_presentation(parameters: QueryParams) -> Presentation:
    """window=center,width,shape and viewport=vw,vh[,sx,sy,sw,sh] (PS3.18 8.3.5.1.3, 8.3.5.1.4); overlays,
    shutter and mask, which are our own."""
    window = parameters.get("window")
    viewport = parameters.get("viewport")
    shown = _viewport(viewport) if viewport else Presentation()
    return replace(
        shown,
        window=_window(window) if window else None,
        overlays=read_overlay_groups(parameters.get("overlays", "")),
        shows_shutter=read_shutter_switch(parameters.get("shutter", "")),
        subtracts=read_mask_switch(parameters.get("mask", "")),
    )


def read_overlay_groups(text: str) -> frozenset[int]:
    """overlays=yes|no or the groups that are wanted, overlays=6000,601E: the image's own (PS3.3 C.9.2)."""
    if text.strip().lower() in ("", *_NO):
        return frozenset()
    if text.strip().lower() in _YES:
        return frozenset(OVERLAY_GROUPS)
    groups = [piece.strip() for piece in text.split(",")]
    if not all(re.fullmatch(r"60[01][02468aceACE]", group) for group in groups):
        raise Invalid("overlays is yes, no or groups from 6000 to 601E, even ones.", parameter="overlays")
    return frozenset(int(group, 16) for group in groups)


def read_shutter_switch(text: str) -> bool:
    """shutter=yes|no: the image's own (PS3.3 C.7.6.11)."""
    if text.strip().lower() not in ("", *_YES, *_NO):
        raise Invalid("shutter is yes or no.", parameter="shutter")
    return text.strip().lower() in _YES


def read_mask_switch(text: str) -> bool | None:
    """mask=yes|no: the image's own, over its Recommended Viewing Mode (PS3.3 C.7.6.10); None for neither."""
    wish = text.strip().lower()
    if wish not in ("", *_YES, *_NO):
        raise Invalid("mask is yes or no.", parameter="mask")
    return wish in _YES if wish else None


def read_size(parameters: QueryParams) -> tuple[int, int] | None:
    """viewport=width,height of frames, our own: the smallest resolution that fills it is enough."""
    text = parameters.get("viewport")
    if not text:
        return None
    shown = _viewport(text)
    if shown.region is not None or shown.viewport is None or not all(shown.viewport):
        raise Invalid("The viewport of frames is width,height.", parameter="viewport")
    return shown.viewport


def read_ready(parameters: QueryParams) -> bool:
    """ready=true of frames with a viewport, our own: only what was made ahead is wanted."""
    return parameters.get("ready") == "true"


def read_quality(parameters: QueryParams) -> int:
    """quality=1..100; 90 when it is not given."""
    text = parameters.get("quality", "90")
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 100:
        raise Invalid("quality is a number from 1 to 100.", parameter="quality")
    return int(text)


def read_color_space(parameters: QueryParams) -> ColorSpace:
    """iccprofile=no|yes|srgb|adobergb|rommrgb|displayp3 (PS3.18 8.3.5.1.5)."""
    text = parameters.get("iccprofile", ColorSpace.NO.value).strip().lower()
    try:
        return ColorSpace(text)
    except ValueError:
        known = ", ".join(space.value for space in ColorSpace)
        raise Invalid(f"iccprofile is one of {known}.", parameter="iccprofile") from None


def read_annotations(parameters: QueryParams) -> frozenset[str]:
    """annotation=patient,technique (PS3.18 8.3.5.1.1)."""
    names = [name.strip().lower() for text in parameters.getlist("annotation") for name in text.split(",")]
    if not set(filter(None, names)) <= set(CAPTIONS):
        raise Invalid("annotation is patient, technique or both.", parameter="annotation")
    return frozenset(filter(None, names))


def _numbers(name: str, pieces: list[str]) -> list[float]:
    if not all(_NUMBER.match(piece) for piece in pieces):
        raise Invalid(f"{name} has a value that is not a number.", parameter=name)
    return [float(piece) for piece in pieces]


def _window(text: str) -> Window:
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) not in (2, 3):
        raise Invalid("window is center,width,function.", parameter="window")
    center, width = _numbers("window", pieces[:2])
    shape = (pieces[2] if len(pieces) == 3 else "linear").upper().replace("-", "_")
    if shape not in VoiFunction.__members__:
        raise Invalid("The function of a window is linear, linear-exact or sigmoid.", parameter="window")
    with naming("window"):
        return Window(center, width, VoiFunction[shape])


def _viewport(text: str) -> Presentation:
    pieces = [piece.strip() for piece in text.split(",")]
    if len(pieces) not in (2, 6) or not all(re.fullmatch(r"[0-9]{1,5}", piece) for piece in pieces[:2]):
        raise Invalid("viewport is width,height or width,height,sx,sy,sw,sh.", parameter="viewport")
    size = (int(pieces[0]), int(pieces[1]))
    if not any(pieces[2:]):
        with naming("viewport"):
            return Presentation(viewport=size)
    if not all(pieces[4:]):
        raise Invalid(
            "A region of the image needs its width and height: viewport=vw,vh,sx,sy,sw,sh.",
            parameter="viewport",
        )
    left, top, width, height = (
        round(n) for n in _numbers("viewport", [piece or "0" for piece in pieces[2:]])
    )
    with naming("viewport"):
        return Presentation(
            viewport=size,
            region=Region(left, top, abs(width), abs(height)),
            is_flipped_horizontally=width < 0,
            is_flipped_vertically=height < 0,
        )
