"""The query parameters of WADO-URI (PS3.18 9.1.2, 9.4.1.2, 9.5.1.2). Raises Invalid, naming the parameter."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from starlette.datastructures import QueryParams

from readingroom.errors import Invalid
from readingroom.model import InstanceRef
from readingroom.render import CAPTIONS, VoiFunction, Window
from readingroom.standard.transfer_syntaxes import EXPLICIT_BE, IMPLICIT_LE, transfer_syntaxes
from readingroom.wire import NUMBER, Acceptable, Parameter, Schema, between, one_of, parse_accept

from .parameters import read_mask_switch, read_overlay_groups, read_shutter_switch

T = TypeVar("T")

FEWEST_PIXELS, MOST_PIXELS = 64, 32767
"""Bounds of rows and columns, contract/spec/dicomweb.toml [limits]."""
MOST_FRAMES = 999_999_999


UID: Schema = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[0-9A-Za-z._-]+$"}
_SIDE = between(FEWEST_PIXELS, MOST_PIXELS)
_YES_OR_NO = one_of("yes", "no")
URI_PARAMETERS = (
    Parameter("requestType", "WADO; must be given", one_of("WADO"), required=True),
    Parameter("studyUID", "Study Instance UID; must be given", UID, required=True),
    Parameter("seriesUID", "Series Instance UID; must be given", UID, required=True),
    Parameter("objectUID", "SOP Instance UID; must be given", UID, required=True),
    Parameter("contentType", "media types, the preferred first; by default what suits the kind of object"),
    Parameter("charset", "of structured reports; ignored with a Warning for what is given as stored"),
    Parameter("anonymize", "yes: de-identified by PS3.15 annex E, basic profile", _YES_OR_NO),
    Parameter("annotation", "patient, technique"),
    Parameter("rows", f"{FEWEST_PIXELS} to {MOST_PIXELS}, the most there may be; the shape is kept", _SIDE),
    Parameter(
        "columns", f"{FEWEST_PIXELS} to {MOST_PIXELS}, the most there may be; the shape is kept", _SIDE
    ),
    Parameter("region", "xmin,ymin,xmax,ymax from 0.0 to 1.0"),
    Parameter("windowCenter", "in modality values, among those that the image can have", NUMBER),
    Parameter("windowWidth", "above 0, at most the range of those values", NUMBER),
    Parameter("frameNumber", "from 1; the first by default", between(1, MOST_FRAMES)),
    Parameter("imageQuality", "1 to 100; 90 by default", between(1, 100)),
    Parameter("presentationUID", "a presentation state of the same study, applied to pictures"),
    Parameter("presentationSeriesUID", "goes with presentationUID"),
    Parameter("transferSyntax", "UID of a form that can be made without loss; default: see above"),
    Parameter("overlays", "yes, no or groups such as 6000,6004: the image's own (not in the standard)"),
    Parameter("shutter", "yes: behind the image's own shutter (not in the standard)", _YES_OR_NO),
    Parameter(
        "mask",
        "whether the image's own mask is subtracted; as the image recommends (not in the standard)",
        _YES_OR_NO,
    ),
    Parameter(
        "useOrig", "yes: the stored form whatever transferSyntax says (not in the standard)", _YES_OR_NO
    ),
)
"""Everything that `read_uri_request` reads."""

_UID = re.compile(r"[0-9A-Za-z._-]{1,64}\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d{1,15}\.?\d{0,15}|\.\d{1,15})([eE][+-]?\d{1,2})?\Z", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}\Z", re.ASCII)
_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


@dataclass(frozen=True, slots=True)
class UriRequest:
    """What a WADO-URI request asks for; every None and () means that nothing was said.

    region: left, top, right, bottom as fractions of the image. presentation: Series and SOP Instance UID of
    a presentation state.
    """

    ref: InstanceRef
    content_types: tuple[Acceptable, ...]
    charsets: tuple[str, ...]
    transfer_syntax: str | None
    wants_original: bool
    frame_number: int | None
    rows: int | None
    columns: int | None
    region: tuple[float, float, float, float] | None
    window: Window | None
    quality: int
    annotations: frozenset[str]
    presentation: tuple[str, str] | None
    overlays: frozenset[int]
    shows_shutter: bool
    subtracts: bool | None
    is_anonymous: bool


def read_uri_request(parameters: QueryParams) -> UriRequest:
    """The request of a query string; parameters that the standard does not know are ignored (8.3.2).

    Raises Invalid for one that is missing, malformed, out of its range, given twice, or contrary to another.
    """
    said = _Said(parameters)
    if said.needed("requestType", _text).upper() != "WADO":
        said.refuse("requestType", "must be WADO")
    ref = InstanceRef(*(said.needed(name, _uid) for name in ("studyUID", "seriesUID", "objectUID")))
    window, presentation = _window(said), _presentation(said)
    if window is not None and presentation is not None:
        said.refuse("windowCenter", "cannot go with presentationUID, which brings its own (PS3.18 9.5.1.2)")
    is_anonymous = said.of("anonymize", _flag) or False
    if is_anonymous:
        _check_anonymous(said)
    return UriRequest(
        ref=ref,
        content_types=said.of("contentType", _content_types) or (),
        charsets=said.of("charset", _names) or (),
        transfer_syntax=said.of("transferSyntax", _transfer_syntax),
        wants_original=said.of("useOrig", _flag) or False,
        frame_number=said.of("frameNumber", _between(1, MOST_FRAMES)),
        rows=said.of("rows", _between(FEWEST_PIXELS, MOST_PIXELS)),
        columns=said.of("columns", _between(FEWEST_PIXELS, MOST_PIXELS)),
        region=said.of("region", _region),
        window=window,
        quality=said.of("imageQuality", _between(1, 100)) or 90,
        annotations=frozenset(said.of("annotation", _annotations) or ()),
        presentation=presentation,
        overlays=said.of("overlays", read_overlay_groups) or frozenset(),
        shows_shutter=said.of("shutter", read_shutter_switch) or False,
        subtracts=said.of("mask", read_mask_switch),
        is_anonymous=is_anonymous,
    )


def _check_anonymous(said: _Said) -> None:
    """Nothing that may show who it is goes into a picture that is to show nobody."""
    if "patient" in (said.of("annotation", _annotations) or ()):
        said.refuse("annotation", "cannot show the patient with anonymize=yes")
    if _presentation(said) is not None:
        said.refuse("presentationUID", "cannot go with anonymize=yes: its texts may name people")
    if said.of("overlays", read_overlay_groups):
        said.refuse("overlays", "cannot go with anonymize=yes: they may show names")


class _Said:
    """The parameters of a request; an empty value is none."""

    def __init__(self, parameters: QueryParams) -> None:
        self._parameters = parameters

    def of(self, name: str, read: Callable[[str], T]) -> T | None:
        """The value of an optional parameter."""
        values = [value.strip() for value in self._parameters.getlist(name) if value.strip()]
        if len(values) > 1:
            self.refuse(name, "is given more than once")
        if not values:
            return None
        try:
            return read(values[0])
        except ValueError as error:
            self.refuse(name, f"{error}, not “{values[0][:80]}”")

    def needed(self, name: str, read: Callable[[str], T]) -> T:
        """The value of one that must be there."""
        value = self.of(name, read)
        if value is None:
            self.refuse(name, "is missing")
        return value

    def refuse(self, name: str, why: str) -> NoReturn:
        raise Invalid(f"{name} {why}.", parameter=name)


# Each of these reads one value, or raises ValueError with the words for what would be right.


def _text(text: str) -> str:
    return text


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _uid(text: str) -> str:
    if not _UID.match(text):
        raise ValueError("must be a UID")
    return text


def _number(text: str) -> float:
    if not _NUMBER.match(text):
        raise ValueError("must be a decimal number")
    return float(text)


def _flag(text: str) -> bool:
    if text.lower() not in _YES + _NO:
        raise ValueError("must be yes or no")
    return text.lower() in _YES


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not _WHOLE.match(text) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return read


def _content_types(text: str) -> tuple[Acceptable, ...]:
    found = parse_accept((text,))
    if not found:
        raise ValueError("must be a list of media types, such as image/jpeg")
    return found


def _transfer_syntax(text: str) -> str | None:
    if text == "*":
        return None
    if text in (IMPLICIT_LE, EXPLICIT_BE):
        raise ValueError(
            "must be neither Implicit VR nor Big Endian, which never go over the web (PS3.18 8.7.3)"
        )
    if text not in transfer_syntaxes():
        raise ValueError("must be the UID of a transfer syntax")
    return text


def _annotations(text: str) -> tuple[str, ...]:
    names = tuple(name.lower() for name in _names(text))
    if not set(names) <= set(CAPTIONS):
        raise ValueError("must be patient, technique or both with a comma between")
    return names


def _region(text: str) -> tuple[float, float, float, float]:
    pieces = [piece.strip() for piece in text.split(",")]
    wanted = "must be xmin,ymin,xmax,ymax as fractions of the image from 0.0 to 1.0, min below max"
    if len(pieces) != 4 or not all(_NUMBER.match(piece) for piece in pieces):
        raise ValueError(wanted)
    left, top, right, bottom = map(float, pieces)
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(wanted)
    return left, top, right, bottom


def _width(text: str) -> float:
    number = _number(text)
    if number <= 0:
        raise ValueError("must be above 0")
    return number


def _window(said: _Said) -> Window | None:
    center, width = said.of("windowCenter", _number), said.of("windowWidth", _width)
    if center is None and width is None:
        return None
    if center is None or width is None:
        missing, there = (
            ("windowCenter", "windowWidth") if center is None else ("windowWidth", "windowCenter")
        )
        said.refuse(missing, f"is missing, and {there} alone makes no window")
    # LINEAR has no meaning below a width of 1 (PS3.3 C.11.2.1.2.1); PET in units of SUV needs such windows.
    return Window(center, width, VoiFunction.LINEAR if width >= 1 else VoiFunction.LINEAR_EXACT)


def _presentation(said: _Said) -> tuple[str, str] | None:
    series, instance = said.of("presentationSeriesUID", _uid), said.of("presentationUID", _uid)
    if series is None and instance is None:
        return None
    if series is None or instance is None:
        missing = "presentationSeriesUID" if series is None else "presentationUID"
        said.refuse(missing, "is missing; a presentation state is named by both its UIDs")
    return series, instance
