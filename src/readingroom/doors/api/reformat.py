"""Planes and slabs through the volume of a series, for machines that cannot make them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from starlette.requests import Request
from starlette.responses import Response

from readingroom.errors import Invalid, Unsupported
from readingroom.prepare import KeptVolume
from readingroom.render import Cut, Slab, VoiFunction, Window, covering, finest
from readingroom.wire import Offer, Parameter, choose, one_of, parse_accept

from .answers import json_answer
from .services import ApiServices, caller_of

_PLANES = {
    "axial": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "coronal": ((1.0, 0.0, 0.0), (0.0, 0.0, -1.0), (0.0, 1.0, 0.0)),
    "sagittal": ((0.0, 1.0, 0.0), (0.0, 0.0, -1.0), (1.0, 0.0, 0.0)),
}
"""Directions along a row and along a column as they are usually seen, and along which `position` counts."""
_JSON, _PNG, _JPEG, _OCTETS = "application/json", "image/png", "image/jpeg", "application/octet-stream"
FORMS = (_JSON, _PNG, _JPEG, _OCTETS)
_VECTOR = "numbers with commas, mm in the patient (LPS)"
PARAMETERS = (
    Parameter("plane", "axial where nothing is said", one_of(*_PLANES)),
    Parameter("orientation", "instead of plane: directions along a row and along a column, 6 numbers"),
    Parameter("position", "mm along the normal of the plane, in the patient; the middle where not said"),
    Parameter("center", f"a point in the middle of the cut, 3 {_VECTOR}; with size"),
    Parameter("size", "columns,rows; the whole volume where not said"),
    Parameter("spacing", "mm between pixels; the smallest of the volume where not said"),
    Parameter("slab", "thickness in mm, 0 for a plane"),
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
    window = _window(asked)
    kept = services.volumes.of(request.path_params["study"], request.path_params["series"])
    if form.media_type == _JSON:
        return json_answer(_told(kept))
    cut = _cut(asked, kept)
    headers = _headers(kept, cut)
    if form.media_type != _OCTETS:
        window = window or kept.window
        headers["reformat-window"] = f"{window.center:g},{window.width:g},{window.function.value}"
        body = kept.picture(cut, window, form.media_type)
    else:
        body, slope, intercept = kept.values(cut)
        headers |= {"reformat-slope": repr(slope), "reformat-intercept": repr(intercept)}
        headers["reformat-nothing"] = "-32768"
    return Response(body, media_type=form.media_type, headers=headers)


def _told(kept: KeptVolume) -> dict[str, Any]:
    """The volume in words and numbers, for who chooses what to cut."""
    grid = kept.volume.grid
    extents = {}
    for name, (row, column, along) in _PLANES.items():
        low, high = covering(grid, np.array(row), np.array(column), finest(grid))[2]
        turned = float(np.cross(row, column) @ np.array(along)) < 0
        extents[name] = [-high, -low] if turned else [low, high]
    return {
        "columns": grid.size[1],
        "rows": grid.size[0],
        "slices": kept.slices,
        "bytes": kept.memory,
        "spacing": finest(grid),
        "position": grid.origin.tolist(),
        "steps": grid.steps.T.tolist(),
        "extents": extents,
        "values": [kept.low, kept.high],
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


def _cut(asked: Mapping[str, str], kept: KeptVolume) -> Cut:
    grid = kept.volume.grid
    row, column, along = _directions(asked)
    spacing = _number(asked, "spacing", finest(grid))
    if spacing <= 0:
        raise Invalid("spacing is above 0 mm.", parameter="spacing")
    size, position, _ = covering(grid, row, column, spacing)
    center = position + ((size[1] - 1) / 2 * row + (size[0] - 1) / 2 * column) * spacing
    if "size" in asked:
        columns, rows = _numbers(asked, "size", 2)
        if columns != int(columns) or rows != int(rows):
            raise Invalid("size is two whole numbers.", parameter="size")
        size = int(rows), int(columns)
    if "center" in asked:
        center = np.array(_numbers(asked, "center", 3))
    if "position" in asked:
        center = center + (_number(asked, "position", 0.0) - float(center @ along)) * along
    first = center - ((size[1] - 1) / 2 * row + (size[0] - 1) / 2 * column) * spacing
    mode = asked.get("mode", Slab.MIP.value)
    if mode not in [one.value for one in Slab]:
        raise Invalid("mode is mip, minip or average.", parameter="mode")
    return Cut(first, row, column, spacing, size, _number(asked, "slab", 0.0), Slab(mode))


def _directions(asked: Mapping[str, str]) -> tuple[Any, Any, Any]:
    if "orientation" in asked:
        if "plane" in asked:
            raise Invalid("plane or orientation, not both.", parameter="orientation")
        vectors = np.array(_numbers(asked, "orientation", 6)).reshape(2, 3)
        lengths = np.linalg.norm(vectors, axis=1)
        if lengths.min() == 0:
            raise Invalid("A direction is longer than 0.", parameter="orientation")
        row, column = vectors / lengths[:, None]
        return row, column, np.cross(row, column)
    name = asked.get("plane", "axial")
    if name not in _PLANES:
        raise Invalid(f"plane is {', '.join(_PLANES)}.", parameter="plane")
    row, column, along = map(np.array, _PLANES[name])
    return row, column, along


def _window(asked: Mapping[str, str]) -> Window | None:
    if "window" not in asked:
        return None
    center, width, *more = asked["window"].split(",")[:3] if "," in asked["window"] else ("", "")
    function = more[0].upper() if more else "LINEAR"
    if function not in VoiFunction.__members__:
        raise Invalid("The function of a window is linear, linear_exact or sigmoid.", parameter="window")
    said = {"center": center, "width": width}
    return Window(_number(said, "center", 0.0), _number(said, "width", 0.0), VoiFunction(function))


def _number(asked: Mapping[str, str], name: str, absent: float) -> float:
    return _numbers(asked, name, 1)[0] if name in asked else absent


def _numbers(asked: Mapping[str, str], name: str, count: int) -> list[float]:
    try:
        numbers = [float(part) for part in asked[name].split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(math.isfinite(one) and abs(one) < 1e6 for one in numbers):
        raise Invalid(f"{name} is {count} numbers with commas.", parameter=name)
    return numbers
