"""Planes and slabs through the volume of a series, for machines that cannot make them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid, Unsupported
from readingroom.prepare import KeptVolume
from readingroom.render import (
    NOTHING,
    PLANES,
    Cut,
    Slab,
    VoiFunction,
    Wanted,
    Window,
    cut_of,
    extents,
    finest,
)
from readingroom.wire import Offer, Parameter, choose, one_of, parse_accept

from .answers import json_answer
from .services import ApiServices, caller_of

_JSON, _PNG, _JPEG, _OCTETS = "application/json", "image/png", "image/jpeg", "application/octet-stream"
FORMS = (_JSON, _PNG, _JPEG, _OCTETS)
_VECTOR = "numbers with commas, mm in the patient (LPS)"
PARAMETERS = (
    Parameter("plane", "axial where nothing is said", one_of(*PLANES)),
    Parameter("orientation", "instead of plane: directions along a row and along a column, 6 numbers"),
    Parameter("position", "mm along the normal of the plane, in the patient; the middle where not said"),
    Parameter("center", f"a point in the middle of the cut, 3 {_VECTOR}; with size"),
    Parameter("size", "columns,rows; the whole volume where not said"),
    Parameter("spacing", "mm between pixels; the smallest of the volume where not said"),
    Parameter("slab", "thickness in mm, 0 for a plane"),
    Parameter(
        "step",
        "mm between the layers of a slab, one in its middle; not said: no voxel is stepped over",
    ),
    Parameter("mode", "of a slab", one_of(*(mode.value for mode in Slab))),
    Parameter("window", "center,width and perhaps a VOI LUT function, for pictures"),
)


def reformat(services: ApiServices, request: Request) -> Response:
    """GET /api/studies/{study}/series/{series}/reformat"""
    caller_of(request)
    form = choose(parse_accept([request.headers.get("accept", "*/*")]), [Offer(one) for one in FORMS])
    if form is None:
        raise Unsupported(f"A volume is told or cut as {', '.join(FORMS)}.")
    asked = dict(request.query_params)
    if unknown := asked.keys() - {parameter.name for parameter in PARAMETERS}:
        raise Invalid(f"There is no parameter {', '.join(sorted(unknown))}.", parameter=min(unknown))
    window, wanted = _window(asked), _wanted(asked)
    kept = services.volumes.of(request.path_params["study"], request.path_params["series"])
    if form.media_type == _JSON:
        return json_answer(_told(kept))
    cut = cut_of(kept.volume.grid, wanted)
    headers = _headers(kept, cut)
    if form.media_type != _OCTETS:
        window = window or kept.window
        headers["reformat-window"] = f"{window.center:g},{window.width:g},{window.function.value}"
        body = kept.picture(cut, window, form.media_type)
    else:
        body, slope, intercept = kept.values(cut)
        headers |= {"reformat-slope": repr(slope), "reformat-intercept": repr(intercept)}
        headers["reformat-nothing"] = str(NOTHING)
    return Response(body, media_type=form.media_type, headers=headers)


def _told(kept: KeptVolume) -> dict[str, Any]:
    """The volume in words and numbers, for who chooses what to cut."""
    grid = kept.volume.grid
    slope, intercept = kept.codes
    return {
        "columns": grid.size[1],
        "rows": grid.size[0],
        "slices": kept.slices,
        "bytes": kept.memory,
        "spacing": finest(grid),
        "position": grid.origin.tolist(),
        "steps": grid.steps.T.tolist(),
        "extents": extents(grid),
        "values": [kept.low, kept.high],
        "codes": {"slope": slope, "intercept": intercept, "nothing": NOTHING},
        "unit": kept.unit,
        "window": [kept.window.center, kept.window.width, kept.window.function.value],
        "findings": _findings(kept),
    }


def _findings(kept: KeptVolume) -> list[dict[str, Any]]:
    return [{"kind": one.kind, "sentence": one.sentence, **one.facts} for one in kept.findings]


def _headers(kept: KeptVolume, cut: Cut) -> dict[str, str]:
    """Where the cut lies and what is odd about the volume: nobody sees a picture without it."""
    return {
        "cache-control": "private, no-cache",
        "reformat-columns": str(cut.size[1]),
        "reformat-rows": str(cut.size[0]),
        "reformat-spacing": f"{cut.spacing:.9g}",
        "reformat-position": _list(cut.position),
        "reformat-orientation": _list([*cut.row, *cut.column]),
        "reformat-slab": f"{cut.slab:.9g},{cut.mode.value}" if cut.slab else "0",
        "reformat-unit": kept.unit,
        "reformat-findings": json.dumps(_findings(kept)),
    }


def _list(numbers: Any) -> str:
    return ",".join(f"{number:.9g}" for number in numbers)


def _wanted(asked: Mapping[str, str]) -> Wanted:
    if "plane" in asked and "orientation" in asked:
        raise Invalid("plane or orientation, not both.", parameter="orientation")
    plane, mode = asked.get("plane", "axial"), asked.get("mode", Slab.MIP.value)
    if plane not in PLANES:
        raise Invalid(f"plane is {', '.join(PLANES)}.", parameter="plane")
    if mode not in [one.value for one in Slab]:
        raise Invalid("mode is mip, minip or average.", parameter="mode")
    columns, rows = _numbers(asked, "size", 2) or (1.0, 1.0)
    if columns != int(columns) or rows != int(rows):
        raise Invalid("size is two whole numbers.", parameter="size")
    return Wanted(
        plane=plane,
        orientation=_numbers(asked, "orientation", 6),
        position=_number(asked, "position"),
        center=_numbers(asked, "center", 3),
        size=(int(columns), int(rows)) if "size" in asked else None,
        spacing=_number(asked, "spacing"),
        slab=_number(asked, "slab") or 0.0,
        mode=Slab(mode),
        step=_number(asked, "step"),
    )


def _window(asked: Mapping[str, str]) -> Window | None:
    if "window" not in asked:
        return None
    center, _, rest = asked["window"].partition(",")
    width, _, named = rest.partition(",")
    function = named.upper() or VoiFunction.LINEAR.value
    if function not in VoiFunction.__members__:
        raise Invalid("The function of a window is linear, linear_exact or sigmoid.", parameter="window")
    numbers = _numbers({"window": f"{center},{width}"}, "window", 2) or (0.0, 0.0)
    return Window(numbers[0], numbers[1], VoiFunction(function))


def _number(asked: Mapping[str, str], name: str) -> float | None:
    found = _numbers(asked, name, 1)
    return found[0] if found else None


def _numbers(asked: Mapping[str, str], name: str, count: int) -> tuple[float, ...] | None:
    """None where nothing is said."""
    if name not in asked:
        return None
    try:
        numbers = tuple(float(part) for part in asked[name].split(","))
    except ValueError:
        numbers = ()
    if len(numbers) != count or not all(math.isfinite(one) and abs(one) < 1e6 for one in numbers):
        raise Invalid(f"{name} is {count} numbers with commas.", parameter=name)
    return numbers
